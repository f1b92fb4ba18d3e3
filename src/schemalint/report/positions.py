"""Lines of the files a report quotes, and columns in the units that other programs count in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_LINE_END = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends, as Python's tokenizer counts them; a byte order mark is not counted."""
    return _LINE_END.split(text.removeprefix("\ufeff"))


def utf16_column(line: str, column: int) -> int:
    """A 1-based column in code points as one in UTF-16 code units, which the language server protocol counts in."""
    return 1 + len(_before(line, column).encode("utf-16-le", "surrogatepass")) // 2


def utf8_column(line: str, column: int) -> int:
    """A 1-based column in code points as one in bytes of UTF-8, which reviewdog counts in."""
    return 1 + len(_before(line, column).encode("utf-8", "surrogatepass"))


def _before(line: str, column: int) -> str:
    return line[: column - 1].ljust(column - 1)


class Sources:
    """The lines of files, each file read and split once."""

    def __init__(self, read_text: Callable[[str], str | None]) -> None:
        self._read_text = read_text
        self._files: dict[str, Sequence[str]] = {}

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file; none where it cannot be read."""
        if path not in self._files:
            text = self._read_text(path)
            self._files[path] = () if text is None else split_lines(text)
        return self._files[path]

    def line(self, path: str, number: int) -> str:
        """The line of that 1-based number; empty where there is none."""
        lines = self.lines(path)
        return lines[number - 1] if 1 <= number <= len(lines) else ""
