"""Markdown for a terminal: bold headings, wrapped paragraphs and lists, indented code. Tables stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap

from schemalint.report.escape import printable
from schemalint.report.terminal import paint

_FENCE = re.compile(r"\s*(```|~~~)(?P<about>.*)")
_TITLE = re.compile(r'title="([^"]*)"')
_HEADING = re.compile(r"#{1,6} +(?P<text>.+)")
_ITEM = re.compile(r"(?P<mark>\s*(?:[-*]|\d+\.) +)(?P<text>.*)")
_LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<address>[^)\s]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_CODE_MARGIN = "    "


def terminal_text(markdown: str, *, width: int, color: bool) -> str:
    """The markdown as lines for a terminal of that width."""
    return "\n".join(_lines(markdown, width, color))


def _lines(markdown: str, width: int, color: bool) -> Iterator[str]:
    paragraph: list[str] = []
    fenced = False
    for line in [*markdown.splitlines(), ""]:
        fence = _FENCE.match(line)
        special = fenced or fence or not line.strip() or _HEADING.match(line) or line.startswith("|")
        if paragraph and (special or _ITEM.match(line)):
            yield from _wrapped(paragraph, width, color)
            paragraph = []
        if fence:
            title = None if fenced else _TITLE.search(fence["about"])
            if title:
                yield paint(f"{_CODE_MARGIN}# {printable(title[1])}", "gutter", color)
            fenced = not fenced
        elif fenced:
            yield (_CODE_MARGIN + printable(line)).rstrip()
        elif heading := _HEADING.match(line):
            yield paint(printable(heading["text"]), "strong", color)
        elif special:
            yield printable(line)
        else:
            paragraph.append(line)


def _wrapped(paragraph: list[str], width: int, color: bool) -> Iterator[str]:
    """A paragraph or an item of a list, the latter's lines hung below its text."""
    item = _ITEM.match(paragraph[0])
    mark = item["mark"] if item else ""
    text = " ".join([item["text"] if item else paragraph[0], *paragraph[1:]])
    text = printable(_LINK.sub(_plain_link, " ".join(text.split())))
    hang = " " * len(mark)
    for line in wrap(text, width, initial_indent=mark, subsequent_indent=hang, break_long_words=False):
        yield _BOLD.sub(lambda match: paint(match[1], "strong", color), line)


def _plain_link(match: re.Match[str]) -> str:
    """The text of a link, and its address where it leads out of the catalogue."""
    text, address = match["text"], match["address"]
    return f"{text} ({address})" if "://" in address and text != address else text
