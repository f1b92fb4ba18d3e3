"""What is wrong with settings, said so that it can be repaired: the file, the line, what was expected."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import msgspec

_WIDEST = 120


class SettingsProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong.

    `path` is the absolute path of the file, or says what part of the command line is meant. `line` and `column` are
    1-based and count code points; they are None where there is no text to point at. `key` is the dotted key
    ("target.name"), empty where the whole file is meant. `source` is the line of TOML and `width` how much of it.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    key: str = ""
    remedy: str = ""
    source: str = ""
    width: int = 1

    def render(self) -> str:
        """The problem as text of several lines: the place and the message, the line with a caret, the remedy."""
        lines = [_printable(f"{_place(self)}: {self.message}")]
        margin = " "
        if self.line is not None and self.column is not None and self.source.strip():
            margin = " " * len(str(self.line))
            shown, before = _excerpt(self.source, self.column - 1)
            width = max(1, min(self.width, len(shown) - before))
            lines += [f"{margin} |", f"{self.line} | {shown}", f"{margin} | {' ' * before}{'^' * width}"]
        if self.remedy:
            lines.append(_printable(f"{margin} = help: {self.remedy}"))
        return "\n".join(lines)


class SettingsError(Exception):
    """The settings cannot be used. `problems` holds everything that is wrong, in the order in which it stands."""

    def __init__(self, problems: Iterable[SettingsProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.render())

    def render(self) -> str:
        """All problems as text, ready for a terminal."""
        return "\n\n".join(problem.render() for problem in self.problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ "did you mean `x`?" for the known word that comes closest, or nothing where none is close."""
    lower = word.lower().replace("_", "-")
    by_lower = {other.lower(): other for other in sorted(known)}
    close = get_close_matches(lower, list(by_lower), n=1, cutoff=0.7)
    return f"did you mean `{by_lower[close[0]]}`?" if close else ""


def listed(words: Iterable[str], last: str = "or") -> str:
    """The words in backticks as a part of a sentence: "`a`, `b` or `c`"."""
    quoted = [f"`{word}`" for word in words]
    return f" {last} ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


def short_path(path: str) -> str:
    """The path from the working folder where it stands below that, else as it is."""
    if not os.path.isabs(path):
        return path
    try:
        return Path(path).relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return path


def _place(problem: SettingsProblem) -> str:
    parts = [short_path(problem.path), problem.line, problem.column]
    return ":".join(str(part) for part in parts if part is not None)


def _excerpt(source: str, at: int) -> tuple[str, int]:
    """As much of a line as fits on a screen, and where in it the given index stands."""
    start = 0 if at < _WIDEST - 20 else at - 40
    shown = _printable(source[start : start + _WIDEST].rstrip())
    return ("..." + shown, at - start + 3) if start else (shown, at)


def _printable(text: str) -> str:
    """The text without what a terminal would obey, each such character replaced by one that takes its place."""
    return "".join(
        char if char.isprintable() else " " if char == "\t" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
