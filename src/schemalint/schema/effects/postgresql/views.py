"""The views that hang on a table or a column: what they use, PostgreSQL neither drops nor gives another type."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.names import ObjectName
from schemalint.schema.view import ObjectView, SchemaView
from schemalint.sql.dialect import dialect_of
from schemalint.sql.tokens import Token, scan, unquoted

_VIEWS = frozenset({"view", "materialized view"})
_BEFORE_OTHERS = frozenset({"AS", "FROM", "JOIN", "ONLY"})
"""Words before a name that is no column's."""


def viewing(schema: SchemaView, table: ObjectName) -> tuple[ObjectName, ...]:
    """The views that select from a table."""
    return tuple(view.definition.name for view in _views(schema, table))


def viewing_column(schema: SchemaView, table: ObjectName, column: str) -> tuple[ObjectName, ...]:
    """The views that certainly use a column: they select from its table alone and name it, not as a name of theirs."""
    return tuple(
        view.definition.name
        for view in _views(schema, table)
        if len(view.definition.mentions) == 1 and view.definition.sql and _uses(view.definition.sql, column)
    )


def _views(schema: SchemaView, table: ObjectName) -> Iterator[ObjectView]:
    """The views over a table that nothing that was not understood may have dropped since."""
    return (
        view
        for view in schema.objects_on(table)
        if view.definition.kind in _VIEWS and view.created_at is not None and schema.settled_since(view.created_at)
    )


def _uses(sql: str, column: str) -> bool:
    tokens = list(scan(sql, dialect_of("postgresql")))
    body = next((index for index, token in enumerate(tokens) if token.upper == "SELECT"), len(tokens))
    return any(
        _is_name(token, column)
        and tokens[index - 1].upper not in _BEFORE_OTHERS
        and not (index + 1 < len(tokens) and tokens[index + 1].text == ".")
        for index, token in enumerate(tokens)
        if index > body
    )


def _is_name(token: Token, column: str) -> bool:
    return token.kind in ("word", "quoted") and unquoted(token, dialect_of("postgresql")) == column
