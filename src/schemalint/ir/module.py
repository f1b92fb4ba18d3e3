"""The file as a whole, and the way from offsets to lines and columns."""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from schemalint.diagnostics import Span
from schemalint.ir.statements import Statement


class Comment(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A comment that matters: one that holds `schemalint:`, or the mark that Alembic sets above what it generated.

    `text` starts at the hash sign (in SQL, at the dashes). `alone` is set where nothing but
    white space stands before it on its line.
    """

    text: str
    alone: bool
    start: int
    end: int


class ModuleIR(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one file says. `lines` holds the offset at which each line starts; the first is always 0.

    A line ends at LF, CRLF or CR, as for Python's tokenizer, and at nothing else. `statement_ranges` holds the
    (start, end) of every statement at any depth, in order of start, so that a comment finds its statement without the
    bodies being decoded; for a compound statement and a definition it is the range of the header, up to its colon,
    decorators included. It is filled only where a comment holds `schemalint:`.
    """

    docstring: str | None
    body: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    statement_ranges: tuple[tuple[int, int], ...]
    lines: tuple[int, ...]


def span_of(lines: tuple[int, ...], start: int, end: int) -> Span:
    """The span of a range of offsets. `lines` are the module's line starts."""
    first, last = bisect_right(lines, start), bisect_right(lines, end)
    return Span(first, start - lines[first - 1] + 1, last, end - lines[last - 1] + 1)
