"""Expressions that stand in definitions, kept as they are written: defaults, keys of indexes, conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schemalint.facts.tables import Default, IndexElement
from schemalint.facts.unknown import Unknown
from schemalint.sql.tokens import HOLE, Cursor, Token, text_of

_CONSTANTS = frozenset({"TRUE", "FALSE", "NULL"})
_ORDERS = ("ASC", "DESC")
_EVALUATED = re.compile(
    r"reg(?:class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)"
    r"|date|time|timetz|timestamp|timestamptz|interval"
)
"""Types whose input is more than its text: `'now'::timestamp`, `'seq'::regclass`."""


def condition(cursor: Cursor, tokens: Sequence[Token]) -> str | Unknown:
    """A condition as it is written; Unknown where part of it is computed."""
    text = cursor.source(tokens)
    return Unknown("part of it is computed") if HOLE in text else text


def default_of(cursor: Cursor, tokens: Sequence[Token]) -> Default | Unknown:
    """A default. A text, also one with a cast, a number, true, false and null are literals."""
    sql = cursor.source(tokens)
    if HOLE in sql:
        return Unknown("part of it is computed")
    tokens = _without_parentheses(tokens)
    words = [token.upper for token in tokens]
    if not tokens:
        return Default(sql, literal=False)
    if len(tokens) > 1 and all(token.kind == "string" for token in tokens):
        return Default("".join(text_of(token) for token in tokens), literal=True)
    if tokens[0].kind == "string" and not tokens[0].text[0].isalpha():
        kind = tokens[4:5] if words[3:4] == ["."] else tokens[2:3]
        cast = words[1:2] == ["::"] and kind and kind[0].upper != "(" and "||" not in words
        if len(tokens) == 1 or (cast and not _EVALUATED.fullmatch(kind[0].text.lower())):
            return Default(text_of(tokens[0]), literal=True)
    signed = tokens[1:] if words[0] in ("-", "+") else tokens
    constant = len(signed) == 1 and (signed[0].kind == "number" or words[0] in _CONSTANTS)
    return Default(cursor.source(tokens) if constant else sql, literal=constant)


def _without_parentheses(tokens: Sequence[Token]) -> Sequence[Token]:
    """What stands in parentheses around a single literal: SQLite and MySQL ask for them."""
    while len(tokens) >= 3 and tokens[0].upper == "(" and tokens[-1].upper == ")" and _is_one(tokens[1:-1]):
        tokens = tokens[1:-1]
    return tokens


_COMPARISONS = frozenset(
    {"IS", "ISNULL", "NOTNULL", "IN", "NOT", "LIKE", "GLOB", "BETWEEN", "=", "<", ">", "<=", ">=", "<>"}
)
"""What makes a comparison of a key without parentheses, which SQLite takes: `(deleted_at IS NULL)`."""


def _is_one(tokens: Sequence[Token]) -> bool:
    return not any(token.upper in ("(", ")") for token in tokens) and len(tokens) <= 2


def index_element(cursor: Cursor) -> IndexElement | Unknown:
    """The key of an index that a cursor's tokens make up."""
    source = cursor.rest()
    if HOLE in source:
        return Unknown("a key is computed")
    compared = cursor.peek(1) in _COMPARISONS
    column = None if compared else _column(cursor)
    expression = None
    if column is None:
        start = cursor.at
        if compared:
            _pass_comparison(cursor)
        else:
            _pass_expression(cursor)
        expression = cursor.source(cursor.tokens[start : cursor.at])
    collation = None
    if cursor.take("COLLATE"):
        collation = str(cursor.sure_name() or "") or None
    operator_class = None
    if cursor.peek() not in (*_ORDERS, "NULLS", "WITH", ""):
        name = cursor.sure_name()
        operator_class = str(name) if name is not None else None
        cursor.group()
    descending = cursor.one_of(*_ORDERS) == "DESC"
    nulls = (cursor.one_of("FIRST", "LAST") or "").lower() or None if cursor.take("NULLS") else None
    cursor.take("WITH")
    return IndexElement(column, expression, descending, nulls, operator_class, collation)


def _column(cursor: Cursor) -> str | None:
    """Passes a key that is a plain column; one of MySQL's may have a length."""
    token = cursor.token
    if token is None or token.kind not in ("word", "quoted") or cursor.peek(1) in (".", "::", "->", "->>"):
        return None
    prefix = cursor.peek(1) == "("
    if prefix and not (len(cursor.tokens) > 3 and cursor.tokens[2].kind == "number" and cursor.peek(3) == ")"):
        return None
    column = cursor.word()
    cursor.group()
    return column


def _pass_expression(cursor: Cursor) -> None:
    """Passes an expression: a group or a call in PostgreSQL's grammar, anything up to an order elsewhere."""
    if cursor.peek() == "(" or (cursor.name() is not None and cursor.peek() == "("):
        cursor.group()
    while cursor.peek() in ("::", "->", "->>", "+", "-", "*", "/", "||", "."):
        cursor.at += 2
        cursor.group()


def _pass_comparison(cursor: Cursor) -> None:
    while cursor.peek() not in (*_ORDERS, "COLLATE", "NULLS", "WITH", ""):
        cursor.at += 1


def index_elements(cursor: Cursor, parts: Sequence[Sequence[Token]]) -> tuple[IndexElement, ...] | Unknown:
    """The keys of an index; Unknown where one of them is computed."""
    found = []
    for part in parts:
        element = index_element(cursor.over(part))
        if isinstance(element, Unknown):
            return element
        found.append(element)
    return tuple(found)
