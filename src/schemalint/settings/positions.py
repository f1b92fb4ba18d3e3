"""Where the keys and values of a TOML document stand, which no TOML reader for Python tells.

Reads what a TOML reader has accepted. Of anything else it finds what it can, and always ends.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from contextlib import suppress

import msgspec

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^']|'(?!''))*'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*\'''',
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
_ESCAPE = re.compile(
    r"\\(?:u(?P<short>[0-9A-Fa-f]{4})|U(?P<long>[0-9A-Fa-f]{8})|x(?P<byte>[0-9A-Fa-f]{2})|(?P<sign>.))"
)
_SIGNS = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class Position(msgspec.Struct, frozen=True):
    """The place of a key or a value: 1-based line and column in code points, and its width on that line."""

    line: int
    column: int
    width: int


class Positions(msgspec.Struct, frozen=True):
    """Where the keys and values of a document stand. A path has a str for a key and an int for an element."""

    keys: dict[KeyPath, Position]
    values: dict[KeyPath, Position]
    lines: tuple[str, ...]

    def key(self, path: KeyPath) -> Position | None:
        """The place of a key, else that of the closest thing that encloses it."""
        return self._closest(path, self.keys, self.values)

    def value(self, path: KeyPath) -> Position | None:
        """The place of a value, else that of its key, else that of the closest thing that encloses it."""
        return self._closest(path, self.values, self.keys)

    def _closest(self, path: KeyPath, *tables: dict[KeyPath, Position]) -> Position | None:
        for length in range(len(path), 0, -1):
            for table in tables:
                if path[:length] in table:
                    return table[path[:length]]
        return None


def positions(text: str) -> Positions:
    """The positions of everything in a document."""
    scanner = _Scanner(text)
    with suppress(RecursionError):
        scanner.document()
    return Positions(scanner.keys, scanner.values, tuple(line.rstrip("\r") for line in text.split("\n")))


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.keys: dict[KeyPath, Position] = {}
        self.values: dict[KeyPath, Position] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._elements: dict[KeyPath, int] = {}

    def document(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK_LINES)
        while self.at < len(self.text):
            before = self.at
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK_LINES)
            if self.at == before:
                self._to_next_line()

    def _header(self) -> KeyPath:
        start = self.at
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        parts = self._dotted_key()
        path: KeyPath = ()
        for index, (part, begin, end) in enumerate(parts):
            path += (part,)
            self.keys.setdefault(path, self._position(begin, end))
            if is_array and index == len(parts) - 1:
                self._elements[path] = self._elements.get(path, -1) + 1
            if path in self._elements:
                path += (self._elements[path],)
        self._skip(_BLANK)
        for _ in range(2 if is_array else 1):
            self._take("]")
        self.values.setdefault(path, self._position(start, self.at))
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        for part, begin, end in self._dotted_key():
            path += (part,)
            self.keys.setdefault(path, self._position(begin, end))
        self._skip(_BLANK)
        if self._take("="):
            self._skip(_BLANK)
            self._value(path)

    def _value(self, path: KeyPath) -> None:
        start = self.at
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            self._inline_table(path)
        elif string := _STRING.match(self.text, self.at):
            self.at = string.end()
        elif bare := _BARE_VALUE.match(self.text, self.at):
            self.at += len(bare[0].rstrip())
        self.values.setdefault(path, self._position(start, self.at))

    def _array(self, path: KeyPath) -> None:
        index = 0
        self._skip(_BLANK_LINES)
        while self.at < len(self.text) and not self._take("]"):
            before = self.at
            self._value((*path, index))
            index += 1
            self._skip(_BLANK_LINES)
            self._take(",")
            self._skip(_BLANK_LINES)
            if self.at == before:
                return

    def _inline_table(self, path: KeyPath) -> None:
        self._skip(_BLANK_LINES)
        while self.at < len(self.text) and not self._take("}"):
            before = self.at
            self._pair(path)
            self._skip(_BLANK_LINES)
            self._take(",")
            self._skip(_BLANK_LINES)
            if self.at == before:
                return

    def _dotted_key(self) -> list[tuple[str, int, int]]:
        """The parts of a key, each with where it begins and ends."""
        parts = []
        self._skip(_BLANK)
        while part := _KEY_PART.match(self.text, self.at):
            parts.append((_unquoted(part[0]), part.start(), part.end()))
            self.at = part.end()
            self._skip(_BLANK)
            if not self._take("."):
                break
            self._skip(_BLANK)
        return parts

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _take(self, sign: str) -> bool:
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) if found else 0
        return found

    def _to_next_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1

    def _position(self, start: int, end: int) -> Position:
        line = bisect_right(self._starts, start)
        begin = self._starts[line - 1]
        newline = self.text.find("\n", start, end)
        return Position(line, start - begin + 1, max(1, (end if newline < 0 else newline) - start))


def _unquoted(part: str) -> str:
    if part.startswith("'"):
        return part[1:-1]
    return _ESCAPE.sub(_unescaped, part[1:-1]) if part.startswith('"') else part


def _unescaped(match: re.Match[str]) -> str:
    digits = match["short"] or match["long"] or match["byte"]
    if digits is None:
        return _SIGNS.get(match["sign"], match["sign"])
    code = int(digits, 16)
    return chr(code) if code < 0x110000 else ""
