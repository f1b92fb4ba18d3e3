"""Colour and width of text in a terminal."""

from __future__ import annotations

from typing import Literal
from unicodedata import category, east_asian_width

from schemalint.report.escape import printable

Style = Literal["error", "warning", "info", "gutter", "strong"]

_CODES: dict[Style, str] = {"error": "1;31", "warning": "1;33", "info": "1;36", "gutter": "1;34", "strong": "1"}
TAB = "    "


def paint(text: str, style: Style, color: bool) -> str:
    """The text in a style, or as it is where colour is off."""
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if color and text else text


def cells(text: str) -> int:
    """How many cells of a terminal the text takes, tabs as four: wide characters take two, combining ones none."""
    return sum(map(_cells, text)) if not text.isascii() or "\t" in text else len(text)


def _cells(character: str) -> int:
    if character == "\t":
        return len(TAB)
    if category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(character) in {"W", "F"} else 1


def display(line: str) -> str:
    """A line of source as it is shown: tabs as spaces, control characters as pictures."""
    return printable(line).replace("\t", TAB)


def window(line: str, focus: int, room: int) -> tuple[int, int]:
    """The slice of a line that is shown in `room` cells so that the character at `focus` is seen, a third of the room
    before it. Two cells are left for the ellipses where something is cut."""
    if len(line) <= room and cells(line) <= room:
        return 0, len(line)
    room -= 2
    low, used = _back(line, focus, room // 3)
    high = focus
    while high < len(line) and used + _cells(line[high]) <= room:
        used += _cells(line[high])
        high += 1
    low, _ = _back(line, low, room - used)
    return low, high


def _back(line: str, index: int, room: int) -> tuple[int, int]:
    used = 0
    while index > 0 and used + _cells(line[index - 1]) <= room:
        index -= 1
        used += _cells(line[index])
    return index, used


def cropped(line: str, low: int, high: int) -> str:
    """That slice of the line as shown, an ellipsis at each end where something is cut."""
    return ("…" if low else "") + display(line[low:high]) + ("…" if high < len(line) else "")
