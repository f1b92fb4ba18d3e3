"""Operations on tables: create, drop, rename, comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from schemalint.diagnostics import Place
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddConstraint,
    AlterTable,
    CreateEnum,
    CreateIndex,
    CreateTable,
    DropTable,
    OpaqueOperation,
    Operation,
    RenameTable,
)
from schemalint.facts.tables import EnumDef, PrimaryKeyDef, TableDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import HOLE, Value
from schemalint.readers.alembic.signatures import Arguments, table_of
from schemalint.readers.sqlalchemy.constraints import checks_of_type
from schemalint.readers.sqlalchemy.names import object_name
from schemalint.readers.sqlalchemy.tables import ReadColumn, ReadTable, table
from schemalint.readers.sqlalchemy.types import native_enum


class Did(NamedTuple):
    """An operation that a call stands for. `place` and `arguments` are the call's own where they are None."""

    operation: Operation
    derived: bool = False
    place: Place | None = None
    arguments: tuple[tuple[str, Place], ...] | None = None


class Call(NamedTuple):
    """A call of an operation: its arguments, and the table of the batch it stands in."""

    machine: Machine
    name: str
    arguments: Arguments
    dialect: str | None
    batch: tuple[Value, Value] | None = None


def create_table(call: Call) -> Iterator[Did]:
    """The table; before it its native enums, after it the indexes of its columns and those among its arguments."""
    arguments = call.arguments
    name = object_name(*table_of(arguments, None))
    if isinstance(name, Unknown):
        yield Did(OpaqueOperation(f"create_table: {name.reason}"))
        return
    read = table(call.machine, name, tuple(arguments.rest), arguments.value("comment"))
    definition = read.definition
    if arguments.open:
        definition = _replaced(definition, complete=False)
    yield from created_table(call, read, definition, arguments.sure("if_not_exists"))


def created_table(call: Call, read: ReadTable, definition: TableDef, if_not_exists: bool) -> Iterator[Did]:
    """What creating a table does."""
    yield from _enums(call, read.columns)
    checks = [
        check
        for column in read.columns
        if (check := checks_of_type(column.type, column.definition.type, column.definition.name, call.dialect))
    ]
    if checks:
        definition = _replaced(definition, constraints=(*definition.constraints, *checks))
    yield Did(CreateTable(definition, if_not_exists), arguments=_places(call.arguments, read))
    for column in read.columns:
        if column.index is not None:
            yield Did(CreateIndex(definition.name, column.index), True, column.place, column.arguments)
    for index, place in read.indexes:
        yield Did(CreateIndex(definition.name, index), True, place, ())


def _enums(call: Call, columns: list[ReadColumn]) -> Iterator[Did]:
    seen: set[object] = set()
    for column in columns:
        kind = native_enum(call.machine, column.type, call.dialect)
        if kind is not None and kind.enum not in seen:
            seen.add(kind.enum)
            definition = enum_of(kind)
            if definition is not None:
                yield Did(CreateEnum(definition), True, column.place, column.arguments)


def enum_of(kind: SqlType) -> EnumDef | None:
    """The database's type behind an enum column."""
    if kind.enum is None:
        return None
    return EnumDef(kind.enum, kind.values if kind.values is not None else Unknown("the values are not given"))


def _replaced(definition: TableDef, **changes: Any) -> TableDef:
    values = {name: getattr(definition, name) for name in TableDef.__struct_fields__}
    return TableDef(**{**values, **changes})


def _places(arguments: Arguments, read: ReadTable) -> tuple[tuple[str, Place], ...]:
    """The places of the arguments; `columns.<name>`, `columns.<name>.<argument>` and `constraints.<index>` besides."""
    found = list(arguments.places())
    for column in read.columns:
        key = f"columns.{column.definition.name}"
        if column.place is not None:
            found.append((key, column.place))
        found.extend((f"{key}.{name}", place) for name, place in column.arguments)
    found.extend((f"constraints.{index}", place) for index, place in enumerate(read.constraint_places) if place)
    return tuple(found)


def drop_table(call: Call) -> Iterator[Did]:
    """The table goes."""
    name = object_name(*table_of(call.arguments, None))
    yield Did(DropTable(name, call.arguments.sure("if_exists")))


def rename_table(call: Call) -> Iterator[Did]:
    """The table gets another name, in the same schema."""
    schema = call.arguments.value("schema")
    old = object_name(call.arguments.value("old_table_name"), schema)
    new = object_name(call.arguments.value("new_table_name"), schema)
    yield Did(RenameTable(old, new))


def table_comment(call: Call) -> Iterator[Did]:
    """The table's comment is set, or dropped."""
    comment = call.arguments.value("comment")
    text = comment if isinstance(comment, str) and HOLE not in comment else None
    yield Did(AlterTable(object_name(*table_of(call.arguments, call.batch)), "comment", text))


def inline_constraints(column: ReadColumn, table: ObjectName | Unknown) -> Iterator[Operation]:
    """The constraints that come with a column that is added to a table."""
    if column.primary_key:
        yield AddConstraint(table, PrimaryKeyDef(None, (column.definition.name,)), inline=True)
    for constraint in column.constraints:
        yield AddConstraint(table, constraint, inline=True)
