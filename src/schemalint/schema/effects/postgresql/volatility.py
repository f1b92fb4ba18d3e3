"""How an expression of SQL behaves when it is evaluated again: the volatility of what it calls.

A default that is not volatile is evaluated once when its column is added (since PostgreSQL 11); with a volatile one all
rows are written anew. Operators and casts of the server are never volatile, so only calls count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from schemalint.facts.names import ObjectName
from schemalint.schema.effects import facts
from schemalint.schema.view import SchemaView
from schemalint.sql.dialect import dialect_of
from schemalint.sql.tokens import Token, scan, unquoted

Volatility = Literal["constant", "immutable", "stable", "volatile"]

_RANKS: tuple[Volatility, ...] = ("constant", "immutable", "stable", "volatile")
_OF_THE_SESSION = frozenset(
    {"CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME", "LOCALTIMESTAMP", "CURRENT_USER", "USER"}
    | {"SESSION_USER", "CURRENT_ROLE", "CURRENT_CATALOG", "CURRENT_SCHEMA", "SYSTEM_USER"}
)
"""Functions that SQL calls without parentheses; all of them are stable."""
_SYNTAX: dict[str, Volatility] = {
    **dict.fromkeys(("coalesce", "greatest", "least", "nullif", "row", "array", "values", "case", "when"), "constant"),
    **dict.fromkeys(("then", "else", "and", "or", "not", "in", "any", "all", "some", "cast", "is", "as"), "constant"),
    **dict.fromkeys(("xmlelement", "xmlforest", "xmlconcat", "xmlparse"), "immutable"),
    **dict.fromkeys(("extract", "overlay", "position", "substring", "trim", "normalize"), "stable"),
    "timezone": "stable",
}
"""What stands before a parenthesis and calls no function of its own name.

`timezone` is here since before 15 that of a `time with time zone`, which no default calls, was volatile.
"""
_TYPES = frozenset(
    {"varchar", "char", "character", "bpchar", "nchar", "varying", "bit", "varbit", "numeric", "decimal", "dec"}
    | {"float", "timestamp", "timestamptz", "time", "timetz", "interval"}
)
_LABEL = re.compile(r"\b(IMMUTABLE|STABLE|VOLATILE)\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"\bLANGUAGE\s+'?\"?(\w+)", re.IGNORECASE)
_BODY = re.compile(r"(\$\w*\$|')\s*SELECT\s+((?:(?!\bFROM\b)[^;])+?)\s*;?\s*\1", re.IGNORECASE | re.DOTALL)
_KEPT_WHOLE = re.compile(r"\b(?:STRICT|RETURNS\s+NULL\s+ON|SECURITY\s+DEFINER|SET)\b", re.IGNORECASE)


def volatility_of(sql: str, version: int | None = None, schema: SchemaView | None = None) -> Volatility | None:
    """The volatility of an expression of SQL: that of the most volatile function that it calls.

    `constant` where it calls none. None where a function is not known that could make it more volatile: one that
    neither the server has, nor the history (in `schema`) made. The volatility of the server's own functions is that of
    the major version, or what all of them agree on.
    """
    highest: Volatility = "constant"
    unknown = False
    for name in _calls(sql):
        found = _of_call(name, version, schema)
        if found is None:
            unknown = True
        elif _RANKS.index(found) > _RANKS.index(highest):
            highest = found
    return None if unknown and highest != "volatile" else highest


@lru_cache(maxsize=1024)
def _calls(sql: str) -> tuple[ObjectName, ...]:
    return tuple(_names(tuple(scan(sql, dialect_of("postgresql")))))


def _names(tokens: tuple[Token, ...]) -> Iterator[ObjectName]:
    """The functions that are called; what SQL calls without parentheses stands in upper case, which no name has."""
    for index, token in enumerate(tokens):
        if token.kind not in ("word", "quoted"):
            continue
        before = tokens[index - 1].text if index else ""
        called = index + 1 < len(tokens) and tokens[index + 1].text == "("
        if token.upper in _OF_THE_SESSION and before != ".":
            yield ObjectName(token.upper)
        elif called and before != "::" and token.upper.lower() not in _TYPES:
            schema = unquoted(tokens[index - 2], dialect_of("postgresql")) if before == "." and index > 1 else None
            yield ObjectName(unquoted(token, dialect_of("postgresql")), schema)


def _of_call(name: ObjectName, version: int | None, schema: SchemaView | None) -> Volatility | None:
    if name.name in _OF_THE_SESSION:
        return "stable"
    made = _made(name, version, schema) if schema is not None else None
    if made is not None:
        return made
    if name.schema is None and name.name in _SYNTAX:
        return _SYNTAX[name.name]
    found = facts.volatility(name.name, version)
    return None if found == "mixed" else found


def _made(name: ObjectName, version: int | None, schema: SchemaView) -> Volatility | None:
    """The volatility of a function that the history made; None where it made none, or that is not known.

    One in SQL that only selects an expression is put in its place, so that its label does not count (since 12).
    """
    view = schema.object("function", name)
    sql = view.definition.sql if view is not None else None
    if not sql:
        return None
    label = _LABEL.search(sql)
    found = _RANKS[_RANKS.index(label[1].lower())] if label else "volatile"
    language = _LANGUAGE.search(sql)
    if found != "volatile":
        return found
    if language is None:
        return None
    if language[1].lower() != "sql" or _KEPT_WHOLE.search(sql) or (version is not None and version < 12):
        return "volatile"
    body = _BODY.search(sql)
    return volatility_of(body[2], version, schema) if body else None
