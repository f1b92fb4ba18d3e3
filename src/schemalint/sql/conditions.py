"""Conditions taken apart, as far as that shows from their words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemalint.sql.dialect import Dialect
from schemalint.sql.tokens import Token, scan, unquoted

_OPEN = frozenset({"(", "CASE"})
_CLOSE = frozenset({")", "END"})


def bare(tokens: Sequence[Token]) -> Sequence[Token]:
    """What stands inside of parentheses around all of it."""
    while len(tokens) > 1 and tokens[0].upper == "(" and next(_closings(tokens), 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def parted(tokens: Sequence[Token], word: str) -> Iterator[Sequence[Token]]:
    """The parts between a word that stands outside of parentheses and CASE; the AND of BETWEEN parts too."""
    depth = start = 0
    for index, token in enumerate(tokens):
        depth += (token.upper in _OPEN) - (token.upper in _CLOSE)
        if depth == 0 and token.upper == word:
            yield tokens[start:index]
            start = index + 1
    yield tokens[start:]


def qualified(tokens: Sequence[Token], dialect: Dialect) -> tuple[str, ...]:
    """The parts of a name that tokens are, such as `users`, `email`; none where they are anything else."""
    tokens = bare(tokens)
    plain = all(token.kind in ("word", "quoted") for token in tokens[::2]) and len(tokens) % 2 == 1
    if plain and all(token.text == "." for token in tokens[1::2]):
        return tuple(unquoted(token, dialect) for token in tokens[::2])
    return ()


def terms(condition: str, dialect: Dialect) -> list[Sequence[Token]]:
    """The conditions that all have to hold, where AND joins them; one where nothing does."""
    return [bare(part) for part in parted(bare(tuple(scan(condition, dialect))), "AND")]


def is_join(term: Sequence[Token], dialect: Dialect) -> bool:
    """Whether a condition only tells which rows of two tables belong together: `users.team_id = teams.id`."""
    sides = [qualified(side, dialect) for side in parted(term, "=")]
    return len(sides) == 2 and all(len(side) > 1 for side in sides) and sides[0][:-1] != sides[1][:-1]


def is_null(term: Sequence[Token], dialect: Dialect) -> str | None:
    """The column that a condition demands to be NULL."""
    words = [token.upper for token in term[-2:]]
    name = qualified(term[:-2], dialect) if words == ["IS", "NULL"] else ()
    return name[-1] if name else None


def _closings(tokens: Sequence[Token]) -> Iterator[int]:
    """Where the tokens are outside of all parentheses again."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.upper in _OPEN) - (token.upper in _CLOSE)
        if depth == 0 and token.upper in _CLOSE:
            yield index
