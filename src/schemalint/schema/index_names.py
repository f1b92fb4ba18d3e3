"""What PostgreSQL calls a key of an index that is an expression (`FigureColnameInternal` in parse_target.c)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_TOKENS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[^\W\d]\w*|\d[\d.]*|::|[^\s\w]")
_NAME = re.compile(r"[^\W\d]\w*|\"(?:[^\"]|\"\")*\"")
_OPERATORS = frozenset("+-*/<>=~!@#%^&|`?")
_OPERATOR_WORDS = frozenset({"and", "or", "not", "is", "in", "like", "ilike", "similar", "between", "overlaps"})
_TYPES = {
    "smallint": "int2",
    "int": "int4",
    "integer": "int4",
    "bigint": "int8",
    "real": "float4",
    "double": "float8",
    "decimal": "numeric",
    "boolean": "bool",
    "character": "bpchar",
    "char": "bpchar",
}


def named_after(expression: str) -> str | None:
    """What a key is called after: a column, a function, `coalesce`, the type of a cast; None for "expr"."""
    return _named(_TOKENS.findall(expression))[0]


def _named(tokens: Sequence[str]) -> tuple[str | None, bool]:
    """The name, and whether it stays when the value is cast."""
    while tokens and tokens[0] == "(" and _closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    if not tokens:
        return None, False
    outside = list(_outside(tokens))
    words = {tokens[position].lower(): position for position in outside}
    if tokens[0].lower() == "case":
        return _of_case(tokens)
    if any(word in _OPERATORS or word in _OPERATOR_WORDS for word in words):
        return None, False
    if "collate" in words:
        return _named(tokens[: words["collate"]])
    if {"at", "time", "zone"} <= words.keys():
        return "timezone", True
    if "::" in words:
        return _of_cast(tokens[: words["::"]], tokens[words["::"] + 1 :])
    if tokens[-1] == "]":
        opening = max(position for position in outside if tokens[position] == "[")
        return _named(tokens[:opening]) if tokens[0].lower() != "array" else ("array", True)
    return _of_call_or_column(tokens)


def _of_call_or_column(tokens: Sequence[str]) -> tuple[str | None, bool]:
    opening = tokens.index("(") if "(" in tokens and tokens[0] != "(" else len(tokens)
    if opening < len(tokens) and tokens[0].lower() == "cast":
        inner = tokens[opening + 1 : -1]
        as_ = max((position for position in _outside(inner) if inner[position].lower() == "as"), default=0)
        return _of_cast(inner[:as_], inner[as_ + 1 :])
    path = tokens[:opening] if tokens[0] != "(" else tokens[-1:]
    if not path or _NAME.fullmatch(path[-1]) is None:
        return None, False
    name = path[-1]
    return (name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()), True


def _of_cast(value: Sequence[str], type_: Sequence[str]) -> tuple[str | None, bool]:
    name, stays = _named(value)
    if stays:
        return name, True
    words = [token for token in type_ if _NAME.fullmatch(token)]
    kind = words[0].lower() if words else ""
    return _TYPES.get(kind, kind) or None, False


def _of_case(tokens: Sequence[str]) -> tuple[str | None, bool]:
    """A CASE is called after what stands in its ELSE."""
    depth, last = 0, None
    for position, token in enumerate(tokens):
        depth += {"case": 1, "(": 1, "end": -1, ")": -1}.get(token.lower(), 0)
        if depth == 1 and token.lower() == "else":
            last = position
    name, stays = _named(tokens[last + 1 : -1]) if last is not None else (None, False)
    return (name, True) if stays else ("case", False)


def _outside(tokens: Sequence[str]) -> Iterator[int]:
    """The positions of what stands outside of parentheses."""
    depth = 0
    for position, token in enumerate(tokens):
        depth -= token in (")", "]")
        if depth == 0:
            yield position
        depth += token in ("(", "[")


def _closing(tokens: Sequence[str], opening: int) -> int:
    """The position of the parenthesis that closes one."""
    return next((p for p in _outside(tokens) if p > opening and tokens[p] == ")"), len(tokens))
