"""Operations of alembic-postgresql-enum, which change the values of enum types.

`sync_enum_values` makes a new type in place of the old one and moves the columns over to it, in exactly these
statements (alembic_postgresql_enum 1.11, operations/sync_enum_values.py, sql_commands/enum_type.py): ALTER TYPE RENAME,
CREATE TYPE, ALTER COLUMN TYPE USING for each column, DROP TYPE.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddEnumValue, AlterColumn, CreateEnum, DropEnum, OpaqueOperation, RenameEnum
from schemalint.facts.tables import EnumDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE, Items, Made, Member, Symbol, Value, members
from schemalint.readers.alembic.tables import Call, Did

_DEFAULT_SCHEMA = "public"


class _Use(NamedTuple):
    """A column of the enum, or of an array of it."""

    table: ObjectName
    column: str
    is_array: bool


def sync_enum_values(call: Call) -> Iterator[Did]:
    """An enum gets other values: a new type takes its place."""
    if call.dialect not in (None, "postgresql"):
        return
    enum, uses = _enum(call), _uses(call)
    if enum is None or uses is None:
        yield Did(OpaqueOperation(f"{call.name}: the enum or the columns of it are computed"))
        return
    old = ObjectName(f"{enum.name}_old", enum.schema)
    values = _values(call.arguments.value("new_values"))
    yield Did(RenameEnum(enum, old))
    yield Did(CreateEnum(EnumDef(enum, values)))
    for use in uses:
        kind = SqlType("enum", enum=enum, values=values)
        text, target = ("text[]", f"{enum}[]") if use.is_array else ("text", str(enum))
        new = SqlType("array", item=kind) if use.is_array else kind
        yield Did(AlterColumn(use.table, use.column, type=new, using=f'"{use.column}"::{text}::{target}'))
    yield Did(DropEnum(old))


def add_enum_value(call: Call) -> Iterator[Did]:
    """An enum gets one value more. Where `before_value` names another, the library adds it behind that one."""
    if call.dialect not in (None, "postgresql"):
        return
    enum, value, other = _enum(call), _text(call.arguments.value("new_value")), call.arguments.value("before_value")
    if enum is None or value is None or (other is not None and _text(other) is None):
        yield Did(OpaqueOperation(f"{call.name}: the value is computed"))
        return
    yield Did(AddEnumValue(enum, value, after=_text(other)))


def _enum(call: Call) -> ObjectName | None:
    name = _text(call.arguments.value("enum_name"))
    return _named(name, call.arguments.value("enum_schema")) if name is not None else None


def _named(name: str, schema: Value) -> ObjectName | None:
    """A name in a schema; without it where that is the default one, as revisions leave it out."""
    text = _text(schema)
    if schema is not None and text is None:
        return None
    return ObjectName(name, text if text != _DEFAULT_SCHEMA else None)


def _uses(call: Call) -> list[_Use] | None:
    """The columns, as `TableReference(...)` or as tuples of table, column and kind; None where some are computed."""
    given = members(call.arguments.value("affected_columns"))
    uses = [_use(item, call.arguments.value("enum_schema")) for item in given or ()]
    known = [use for use in uses if use is not None]
    return known if given is not None and len(known) == len(uses) else None


def _use(item: Value, schema: Value) -> _Use | None:
    kind: Value = None
    if isinstance(item, Made) and item.callee.endswith(".TableReference"):
        table, column = _text(item.value("table_name", 0)), _text(item.value("column_name", 1))
        schema, kind = item.value("table_schema", 2, schema), item.value("column_type", 3)
    elif isinstance(item, Items) and len(item.values) in (2, 3):
        table, column = _text(item.values[0]), _text(item.values[1])
        kind = item.values[2] if len(item.values) == 3 else None
    else:
        return None
    named = _named(table, schema) if table is not None else None
    is_array = isinstance(kind, (Symbol, Member)) and kind.name.rpartition(".")[2] == "ARRAY"
    return _Use(named, column, is_array) if named is not None and column is not None else None


def _values(given: Value) -> tuple[str, ...] | Unknown:
    texts = [_text(item) for item in members(given) or ()]
    known = tuple(text for text in texts if text is not None)
    return known if members(given) is not None and len(known) == len(texts) else Unknown("the values are computed")


def _text(value: Value) -> str | None:
    return str(value) if isinstance(value, str) and HOLE not in value else None
