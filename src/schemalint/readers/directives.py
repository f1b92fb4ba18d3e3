"""Comments that answer the linter, read into directives.

`# schemalint: ignore[name, LCK001] reason`, `ignore-file[...] reason` and `approve[...] reason`; in SQL the same after
`--`. What a comment speaks of:

- at the end of any line of a statement, or alone inside it: the whole statement;
- alone on its line: the statements on the line that follows, other comments of this kind between them aside;
- on the header of a compound statement or a definition: the header, decorators included.

Several directives may share a comment (`# schemalint: ignore[a] why  # schemalint: approve[b] why`), and a reason ends
where another comment begins (`# noqa`). There is no blanket form: what names no rule has a `problem` and no effect.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from schemalint.diagnostics import Place, Span
from schemalint.facts.comments import Directive
from schemalint.ir import Comment, ModuleIR, span_of
from schemalint.source.comments import sql_comments
from schemalint.source.text import line_starts
from schemalint.sql.split import statements

_Ranges = Sequence[tuple[int, int]]

KINDS = ("ignore", "ignore-file", "approve")

_NEXT_COMMENT = {
    "#": re.compile(r"(?<=\s)#(?=\s|schemalint\b)"),
    "-": re.compile(r"(?<=\s)--(?=\s|schemalint\b)"),
}
_MARK = re.compile(r"(?:#|--)\s*schemalint\s*(?P<colon>:)?\s*(?P<verb>[\w-]*)\s*")
_NAMES = re.compile(r"\[(?P<names>[^\]]*)\]")
_NAME = re.compile(r"[^,\s](?:[^,]*[^,\s])?")
_EXAMPLE = "schemalint: ignore[rule-name] reason"


def read_directives(path: str, module: ModuleIR) -> tuple[Directive, ...]:
    """The directives of a Python file, in order."""
    return directives(path, module.comments, module.statement_ranges, module.lines)


def read_sql_directives(path: str, text: str) -> tuple[Directive, ...]:
    """The directives of an SQL file, in order."""
    comments = sql_comments(text)
    if not comments:
        return ()
    ranges = [(found.start, found.end) for found in statements(text)]
    return directives(path, comments, ranges, line_starts(text))


def directives(
    path: str, comments: Sequence[Comment], ranges: _Ranges, lines: tuple[int, ...]
) -> tuple[Directive, ...]:
    """The directives among the comments of a file.

    `ranges` are those of its statements in order of start, `lines` the offsets at which its lines start.
    """
    return tuple(directive for comment in comments for directive in _Reader(path, comment, ranges, lines).directives())


class _Reader:
    """One comment and what surrounds it."""

    def __init__(self, path: str, comment: Comment, ranges: _Ranges, lines: tuple[int, ...]) -> None:
        self.path = path
        self.comment = comment
        self.ranges = ranges
        self.lines = lines

    def directives(self) -> Iterator[Directive]:
        text = self.comment.text
        starts = [0, *(match.start() for match in _NEXT_COMMENT[text[0]].finditer(text, 1))]
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            part = text[start:end].rstrip()
            mark = _MARK.match(part)
            if mark is not None and (mark["colon"] or mark["verb"] in KINDS):
                yield self._directive(part, mark, self.comment.start + start)

    def _directive(self, part: str, mark: re.Match[str], offset: int) -> Directive:
        verb = mark["verb"]
        bracket = _NAMES.match(part, mark.end())
        names = _names(bracket) if bracket else []
        target = None if verb == "ignore-file" else self._target()
        return Directive(
            kind=verb,
            names=tuple((name, self._place(offset + start, offset + start + len(name))) for name, start in names),
            reason=part[bracket.end() :].lstrip(" \t:-\u2013\u2014") if bracket else "",
            place=self._place(offset, offset + len(part)),
            target=target,
            problem=_problem(mark, part, names, target is None),
        )

    def _place(self, start: int, end: int) -> Place:
        return Place(self.path, span_of(self.lines, start, end))

    def _target(self) -> Span | None:
        covered = self._touching(self.comment.start) if not self.comment.alone else []
        covered = covered or [(a, b) for a, b in self._until(self.comment.start) if self.comment.start < b]
        if not covered and self.comment.alone:
            following = bisect_right(self.ranges, (self.comment.end, 0))
            if following < len(self.ranges):
                covered = self._touching(self.ranges[following][0], following)
        if not covered:
            return None
        return span_of(self.lines, min(start for start, _ in covered), max(end for _, end in covered))

    def _touching(self, offset: int, first: int = 0) -> list[tuple[int, int]]:
        """The statements that have a part on the line of an offset."""
        line = bisect_right(self.lines, offset)
        start = self.lines[line - 1]
        end = self.lines[line] if line < len(self.lines) else offset + 1
        return [(a, b) for a, b in self._until(end)[first:] if start < b]

    def _until(self, offset: int) -> _Ranges:
        """The statements that start before an offset."""
        return self.ranges[: bisect_left(self.ranges, (offset, 0))]


def _names(bracket: re.Match[str]) -> list[tuple[str, int]]:
    """The names in the brackets with their offsets."""
    return [(match.group(), bracket.start("names") + match.start()) for match in _NAME.finditer(bracket["names"])]


def _problem(mark: re.Match[str], part: str, names: Sequence[object], lost: bool) -> str | None:
    """Why the comment has no effect, or None."""
    verb = mark["verb"]
    if not mark["colon"]:
        return f"a colon is missing after `schemalint`: write `{_EXAMPLE}`"
    if verb not in KINDS:
        said = f"`{verb}` is none of {', '.join(KINDS)}" if verb else "it says nothing"
        return f"{said}: write `{_EXAMPLE}`"
    if not part.startswith("[", mark.end()):
        return f"`{verb}` names no rule: write `schemalint: {verb}[rule-name] reason`"
    if "]" not in part[mark.end() :]:
        return "the closing bracket is missing"
    if not names:
        return f"`{verb}[]` names no rule: write `schemalint: {verb}[rule-name] reason`"
    if lost and verb != "ignore-file":
        return "there is no statement that it could speak of"
    return None
