"""Types that SQL names and the history made: enums."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, AlterColumn, CreateTable, Operation
from schemalint.facts.tables import ColumnDef
from schemalint.facts.types import SqlType
from schemalint.schema.view import SchemaView


def with_enums(operation: Operation, schema: SchemaView) -> Operation:
    """The operation with the enums of the schema behind the names of its columns' types."""
    if isinstance(operation, CreateTable):
        columns = tuple(_column(column, schema) for column in operation.table.columns)
        return replace(operation, table=replace(operation.table, columns=columns))
    if isinstance(operation, AddColumn):
        return replace(operation, column=_column(operation.column, schema))
    if isinstance(operation, AlterColumn) and isinstance(operation.type, SqlType):
        return replace(operation, type=_type(operation.type, schema))
    return operation


def _column(column: ColumnDef, schema: SchemaView) -> ColumnDef:
    return replace(column, type=_type(column.type, schema)) if isinstance(column.type, SqlType) else column


def _type(kind: SqlType, schema: SchemaView) -> SqlType:
    if kind.family == "array" and kind.item is not None:
        return replace(kind, item=_type(kind.item, schema))
    if kind.family != "other" or kind.name is None:
        return kind
    owner, _, name = kind.name.replace('"', "").rpartition(".")
    enum = schema.enum(ObjectName(name, owner or None))
    return kind if enum is None else SqlType("enum", enum=enum.definition.name, values=enum.definition.values)
