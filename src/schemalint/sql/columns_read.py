"""The columns that the values of a change are made of: those of an expression or of a query's select list.

What an expression of plain operators and calls reads is told from its words. A query is parsed by sqlglot, which is
imported for nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from schemalint.sql.dialect import Dialect
from schemalint.sql.tokens import HOLE, TEMPLATE, Cursor, Token, unquoted

EVERY = "*"
"""Stands among the columns read where a query takes all there are."""

_CONSTANTS = frozenset(
    {"NULL", "TRUE", "FALSE", "DEFAULT", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIME"}
    | {"LOCALTIMESTAMP", "CURRENT_USER", "SESSION_USER", "USER", "CURRENT_ROLE", "CURRENT_CATALOG", "CURRENT_SCHEMA"}
)
_OPERATORS = frozenset(
    {"AND", "OR", "NOT", "IS", "IN", "LIKE", "ILIKE", "CASE", "WHEN", "THEN", "ELSE", "END", "BETWEEN", "ESCAPE"}
)
_NEED_A_PARSER = frozenset(
    {"SELECT", "CAST", "CONVERT", "EXTRACT", "INTERVAL", "ARRAY", "AT", "TRIM", "SUBSTRING", "OVERLAY", "POSITION"}
    | {"FROM", "COLLATE", "OVER", "FILTER", "ROW", "VALUES", "WITH", "DISTINCT", "SIMILAR", "AS", "FOR", "XMLELEMENT"}
    | {"DATE", "TIMESTAMP", "TIME", "TRY_CAST", "SEPARATOR", "USING", "ORDER"}
)


def columns_read(cursor: Cursor, tokens: Sequence[Token]) -> tuple[str, ...]:
    """The columns that the tokens, expressions parted by commas or one query, take values from.

    Where they cannot be parsed, every word that may be a column.
    """
    if not _needs_a_parser(tokens):
        return _of_words(tokens, cursor.dialect)
    found = parsed_columns(cursor.sql, tokens, cursor.dialect)
    return _of_words(tokens, cursor.dialect) if found is None else found


def _needs_a_parser(tokens: Sequence[Token]) -> bool:
    return any(token.upper in _NEED_A_PARSER or token.upper in ("[", "{", "?", "@", "%") for token in tokens)


def _of_words(tokens: Sequence[Token], dialect: Dialect) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for index, token in enumerate(tokens):
        if token.kind not in ("word", "quoted") or token.upper in _CONSTANTS | _OPERATORS | _NEED_A_PARSER:
            continue
        before = tokens[index - 1].upper if index else ""
        after = tokens[index + 1].upper if index + 1 < len(tokens) else ""
        if after in ("(", ".") or before in ("::", ":") or _is_type(tokens, index):
            continue
        name = unquoted(token, dialect)
        if HOLE not in name:
            found[name] = None
    return tuple(found)


def _is_type(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word goes on a cast: `::double precision`, `::public.kind`."""
    at = index - 1
    while at > 0 and (tokens[at].kind in ("word", "quoted") or tokens[at].upper == "."):
        at -= 1
    return at < index - 1 and at >= 0 and tokens[at].upper == "::"


def parsed_columns(sql: str, tokens: Sequence[Token], dialect: Dialect) -> tuple[str, ...] | None:
    """The columns read, as sqlglot understands the tokens; None where it does not."""
    import sqlglot
    from sqlglot import exp

    text = _parseable(sql, tokens)
    if tokens[0].upper in ("SELECT", "WITH", "VALUES", "TABLE"):
        statement = text
    elif tokens[0].upper == "(" and len(tokens) > 1 and tokens[1].upper in ("SELECT", "WITH", "VALUES", "("):
        statement = f"SELECT {text}" if _is_row(tokens) else text
    else:
        statement = f"SELECT {text}"
    try:
        tree = sqlglot.parse_one(statement, dialect=dialect.sqlglot)
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None
    if isinstance(tree, exp.Command):
        return None
    found: dict[str, None] = {}
    for node in _values(tree):
        name = EVERY if isinstance(node, exp.Star) else node.name
        quoted = isinstance(node, exp.Column) and isinstance(node.this, exp.Identifier) and node.this.quoted
        known = name if quoted or not dialect.folds else name.lower()
        if HOLE not in name and known and (quoted or known.upper() not in _CONSTANTS):
            found[known] = None
    return tuple(found)


def _is_row(tokens: Sequence[Token]) -> bool:
    """Whether something follows the group that the tokens begin with."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.upper == "(") - (token.upper == ")")
        if depth == 0:
            return index + 1 < len(tokens)
    return False


def _parseable(sql: str, tokens: Sequence[Token]) -> str:
    """The tokens as text that a parser takes: templates become names, and values that a program gives become NULL."""
    texts = []
    for token in tokens:
        text = re.sub(TEMPLATE, lambda match: "x" * len(match.group()), token.text)
        texts.append(text.replace(HOLE, "x") if token.kind != "string" else text)
    joined = " ".join(texts)
    for glued in (" . ", " :: "):
        joined = joined.replace(glued, glued.strip())
    return re.sub(r"% (\( \w+ \) )?s\b|(?<![:\w]): (?=\w)\w+|: '[^']*'", "NULL", joined)


def _values(tree: Any) -> Iterator[Any]:
    """The columns and stars among the values that a statement gives: conditions, joins and orders aside."""
    from sqlglot import exp

    aside = (exp.Where, exp.Order, exp.Having, exp.Group, exp.Window, exp.Limit, exp.Table)
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, exp.Join):
            stack.extend([node.this] if isinstance(node.this, exp.Subquery) else [])
        elif isinstance(node, exp.Star):
            if not isinstance(node.parent, exp.Count):
                yield node
        elif isinstance(node, exp.Column):
            yield node.this if isinstance(node.this, exp.Star) else node
        elif not isinstance(node, aside):
            stack.extend(reversed(list(node.iter_expressions())))
