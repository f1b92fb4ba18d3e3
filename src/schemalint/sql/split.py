"""Statements: a text is parted before any of it is understood, so that one bad statement costs no other.

A semicolon ends a statement unless it stands in a text, a quoted name, a comment, dollar quotes, the parentheses of a
rule or the `BEGIN ... END` of a routine or trigger. Lines of psql (`\\connect`), the data behind `COPY ... FROM stdin;`
and `DELIMITER` of the mysql client are no statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemalint.sql.dialect import Dialect, dialect_of
from schemalint.sql.tokens import Token, scan

_DELIMITER = re.compile(r"DELIMITER[ \t]+(\S+)[^\n]*", re.IGNORECASE)
_DATA_END = re.compile(r"^\\\.[^\n]*", re.MULTILINE)
_ROUTINES = frozenset({"FUNCTION", "PROCEDURE", "TRIGGER", "EVENT", "PACKAGE"})
_NOT_ENDING = frozenset({"IF", "LOOP", "WHILE", "REPEAT", "FOR"})


class Statement(NamedTuple):
    """A statement: its tokens, and the range of the text from its first to its last."""

    tokens: Sequence[Token]
    start: int
    end: int


def statements(text: str, dialect: str | None = None) -> tuple[Statement, ...]:
    """The statements of a text, in order; without those that are empty."""
    return tuple(
        Statement(tokens, tokens[0].start, tokens[-1].end) for tokens in _parted(text, dialect_of(dialect)) if tokens
    )


def _parted(text: str, dialect: Dialect) -> Iterator[list[Token]]:
    current: list[Token] = []
    position = 0
    delimiter: str | None = None
    while position < len(text):
        for token in scan(text, dialect, position):
            position = token.end
            if token.kind == "psql":
                if not current:
                    continue
                if text.startswith(("\\g", "\\;"), token.start):
                    yield current
                    current = []
                continue
            if not current and token.upper == "DELIMITER" and (match := _DELIMITER.match(text, token.start)):
                delimiter = match[1] if match[1] != ";" else None
                position = match.end()
                break
            if delimiter is not None:
                if text.startswith(delimiter, token.start):
                    yield current
                    current = []
                    position = token.start + len(delimiter)
                    break
                current.append(token)
            elif token.upper == ";" and not _is_inside(current):
                yield current
                if _takes_data(current):
                    end = _DATA_END.search(text, position)
                    position = end.end() if end else len(text)
                    current = []
                    break
                current = []
            else:
                current.append(token)
        else:
            break
    yield current


def _takes_data(tokens: Sequence[Token]) -> bool:
    """Whether the lines behind a statement are data: `COPY t (a) FROM stdin`."""
    words = [token.upper for token in tokens]
    return words[:1] == ["COPY"] and any(words[i : i + 2] == ["FROM", "STDIN"] for i in range(len(words)))


def _is_inside(tokens: Sequence[Token]) -> bool:
    """Whether a semicolon behind these tokens stands inside of a routine's body or a rule's list of commands."""
    if not tokens or tokens[0].upper != "CREATE":
        return False
    head = {token.upper for token in tokens[1:8]}
    if "RULE" in head:
        signs = [token.upper for token in tokens]
        return signs.count("(") > signs.count(")")
    if not head & _ROUTINES:
        return False
    depth = 0
    for index, token in enumerate(tokens):
        if token.upper in ("BEGIN", "CASE") and (index == 0 or tokens[index - 1].upper != "END"):
            depth += 1
        elif token.upper == "END":
            following = tokens[index + 1].upper if index + 1 < len(tokens) else ""
            depth -= following not in _NOT_ENDING
    return depth > 0
