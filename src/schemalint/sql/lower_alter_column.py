"""ALTER COLUMN, and MODIFY and CHANGE of MySQL."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.facts.operations import (
    AlterColumn,
    AlterTable,
    Operation,
    RenameColumn,
    Table,
)
from schemalint.facts.tables import Generated, Identity
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.sql.expressions import condition, default_of
from schemalint.sql.lower_columns import ReadColumn, column_of, inline_constraints
from schemalint.sql.tokens import HOLE, Cursor
from schemalint.sql.types import read_type

_OPTIONS = (
    ("SET STATISTICS", "column statistics"),
    ("SET STORAGE", "column storage"),
    ("SET COMPRESSION", "column compression"),
)


def alter_column(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    """What follows ALTER in ALTER TABLE; None for what is not read."""
    cursor.take("COLUMN")
    cursor.phrase("IF EXISTS")
    column = cursor.identifier()
    start = cursor.at
    if cursor.phrase("SET NOT NULL"):
        return (AlterColumn(table, column, nullable=False),)
    if cursor.phrase("DROP NOT NULL"):
        return (AlterColumn(table, column, nullable=True),)
    if cursor.phrase("SET DEFAULT"):
        return (AlterColumn(table, column, default=default_of(cursor, cursor.tokens[cursor.at :])),)
    if cursor.phrase("DROP DEFAULT"):
        return (AlterColumn(table, column, default=None),)
    if cursor.phrase("SET DATA TYPE") or cursor.take("TYPE"):
        return (_retyped(cursor, table, column),)
    changed = _identity(cursor, table, column) or _expression(cursor, table, column)
    if changed is not None:
        return (changed,)
    cursor.at = start
    change = next((change for words, change in _OPTIONS if cursor.phrase(words)), None)
    if change is None and (cursor.one_of("SET", "RESET") or cursor.peek() == "RESTART"):
        change = "column parameters" if cursor.peek() == "(" else "column identity"
        cursor.at = start
    if change is None:
        return None
    return (AlterTable(table, change, cursor.pass_rest().lower(), column if isinstance(column, str) else None),)


def _retyped(cursor: Cursor, table: Table, column: str | Unknown) -> AlterColumn:
    kind, _ = read_type(cursor)
    if cursor.take("COLLATE"):
        collation = cursor.sure_name()
        if isinstance(kind, SqlType) and collation is not None:
            kind = replace(kind, collation=collation.name)
    using = None
    if cursor.take("USING"):
        text = cursor.rest()
        using = text if HOLE not in text else "?"
    return AlterColumn(table, column, type=kind, using=using)


def _identity(cursor: Cursor, table: Table, column: str | Unknown) -> AlterColumn | None:
    if cursor.phrase("DROP IDENTITY"):
        return AlterColumn(table, column, identity=None)
    added = cursor.phrase("ADD GENERATED")
    if added or cursor.phrase("SET GENERATED"):
        always = cursor.take("ALWAYS")
        cursor.phrase("BY DEFAULT")
        return AlterColumn(table, column, identity=Identity(always))
    return None


def _expression(cursor: Cursor, table: Table, column: str | Unknown) -> AlterColumn | None:
    if cursor.phrase("DROP EXPRESSION"):
        return AlterColumn(table, column, generated=None)
    if cursor.phrase("SET EXPRESSION AS"):
        sql = condition(cursor, cursor.group() or ())
        return AlterColumn(table, column, generated=Generated(sql, None)) if isinstance(sql, str) else None
    return None


def modify_column(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    """What follows MODIFY: the column is defined anew, and what is not said falls back to its default."""
    cursor.take("COLUMN")
    cursor.phrase("IF EXISTS")
    name = cursor.identifier()
    if isinstance(name, Unknown):
        return None
    return _redefined(table, column_of(cursor, name))


def change_column(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    """What follows CHANGE: a new name and a new definition."""
    cursor.take("COLUMN")
    cursor.phrase("IF EXISTS")
    old, new = cursor.identifier(), cursor.identifier()
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return None
    changed = _redefined(table, column_of(cursor, new))
    return (RenameColumn(table, old, new), *changed) if old != new else changed


def _redefined(table: Table, column: ReadColumn) -> tuple[Operation, ...]:
    altered = AlterColumn(
        table,
        column.name,
        type=column.type,
        nullable=column.nullable,
        default=column.default,
        identity=column.identity,
        generated=column.generated,
        comment=column.comment or "",
    )
    return (altered, *inline_constraints(table, column))
