"""The lines of source that a diagnostic is about, with marks under its range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from schemalint.diagnostics import Span
from schemalint.report.terminal import Style, cells, cropped, paint, window

_CONTEXT = 2
_HEAD, _TAIL = 4, 2


class Look(msgspec.Struct, frozen=True):
    """How an excerpt is drawn: `gutter` is the width of line numbers, `width` that of the terminal."""

    gutter: int
    width: int
    mark: str
    style: Style
    color: bool

    @property
    def room(self) -> int:
        """The cells for source text beside the gutter and the marks of a range over several lines."""
        return max(self.width - self.gutter - 5, 20)

    def row(self, number: int | None, body: str) -> str:
        """A row behind its gutter."""
        edge = f"{'' if number is None else number:>{self.gutter}} |"
        return paint(edge, "gutter", self.color) + (f" {body}" if body else "")

    def marks(self, text: str) -> str:
        """Marks in the colour of the excerpt."""
        return paint(text, self.style, self.color)


def excerpt(lines: Sequence[str], span: Span, look: Look) -> list[str]:
    """The rows that show a span: its lines, marked, and up to two lines of context on either side.

    Nothing where the span lies outside the file, which then has changed since it was read.
    """
    if not 1 <= span.line <= len(lines):
        return []
    span = _within(lines, span)
    single = span.line == span.end_line
    marked = _one_line(lines, span, look) if single else _several_lines(lines, span, look)
    indent = "" if single else "  "
    before = _trimmed(range(span.line - 1, max(span.line - 1 - _CONTEXT, 0), -1), lines)
    after = _trimmed(range(span.end_line + 1, min(span.end_line + _CONTEXT, len(lines)) + 1), lines)
    return [
        look.row(None, ""),
        *(_plain(lines, number, indent, look) for number in reversed(before)),
        *marked,
        *(_plain(lines, number, indent, look) for number in after),
        look.row(None, ""),
    ]


def _within(lines: Sequence[str], span: Span) -> Span:
    """The span cut to the file; one that ends at the start of a line ends with the line before."""
    end_line, end_column = span.end_line, span.end_column
    if end_line > len(lines):
        end_line, end_column = len(lines), len(lines[-1]) + 1
    if end_column <= 1 and end_line > span.line:
        end_line -= 1
        end_column = len(lines[end_line - 1]) + 1
    column = max(1, min(span.column, len(lines[span.line - 1]) + 1))
    end_column = max(1, min(end_column, len(lines[end_line - 1]) + 1))
    start = (span.line, column)
    return Span(*start, *max(start, (end_line, end_column)))


def _trimmed(numbers: range, lines: Sequence[str]) -> list[int]:
    """The numbers without the blank lines farthest from the span."""
    kept = list(numbers)
    while kept and not lines[kept[-1] - 1].strip():
        kept.pop()
    return kept


def _plain(lines: Sequence[str], number: int, indent: str, look: Look) -> str:
    line = lines[number - 1]
    text = cropped(line, *window(line, 0, look.room))
    return look.row(number, indent + text if text.strip() else "")


def _one_line(lines: Sequence[str], span: Span, look: Look) -> Iterator[str]:
    line = lines[span.line - 1]
    start, end = span.column - 1, span.end_column - 1
    low, high = window(line, start, look.room)
    ellipsis = 1 if low else 0
    yield look.row(span.line, cropped(line, low, high))
    marks = look.mark * max(1, cells(line[start : min(end, high)]))
    yield look.row(None, " " * (ellipsis + cells(line[low:start])) + look.marks(marks))


def _several_lines(lines: Sequence[str], span: Span, look: Look) -> Iterator[str]:
    first, last = lines[span.line - 1], lines[span.end_line - 1]
    opened_before = first[: span.column - 1].strip()
    numbers = range(span.line, span.end_line + 1)
    elided = len(numbers) > _HEAD + _TAIL + 1
    for number in (*numbers[:_HEAD], *numbers[-_TAIL:]) if elided else numbers:
        line = lines[number - 1]
        text = cropped(line, *window(line, 0, look.room))
        if number > span.line:
            yield look.row(number, f"{look.marks('|')} {text}".rstrip())
        elif opened_before:
            yield look.row(number, f"  {text}")
            yield look.row(None, look.marks(_corner(" ", first, span.column, look)))
        else:
            yield look.row(number, f"{look.marks('/')} {text}")
        if elided and number == numbers[_HEAD - 1]:
            yield look.row(None, f"{look.marks('|')} ...")
    yield look.row(None, look.marks(_corner("|", last, max(span.end_column - 1, 1), look)))


def _corner(edge: str, line: str, column: int, look: Look) -> str:
    return edge + "_" * (1 + min(cells(line[: column - 1]), look.room - 1)) + look.mark
