"""Operations on tables: create, drop, rename, comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

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
from schemalint.facts.tables import CheckDef, EnumDef, ForeignKeyDef, PrimaryKeyDef, TableDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import HOLE, Value, members
from schemalint.readers.alembic.signatures import Arguments, table_of
from schemalint.readers.sqlalchemy.constraints import checks_of_type
from schemalint.readers.sqlalchemy.names import FinalName, object_name, plain_text
from schemalint.readers.sqlalchemy.tables import ReadColumn, ReadTable, table
from schemalint.readers.sqlalchemy.types import native_enum
from schemalint.schema.definitions import default_constraint_name


class Did(NamedTuple):
    """An operation that a call stands for. `place` and `arguments` are the call's own where they are None.

    `continues` is as in `PlacedOperation`.
    """

    operation: Operation
    derived: bool = False
    place: Place | None = None
    arguments: tuple[tuple[str, Place], ...] | None = None
    continues: bool = False


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
        definition = replace(definition, complete=False)
    definition = replace(definition, partition_by=plain_text(arguments.value("postgresql_partition_by")))
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
        definition = replace(definition, constraints=(*definition.constraints, *checks))
    yield Did(
        CreateTable(definition, if_not_exists, inherits=_parents(call.arguments)),
        arguments=_places(call.arguments, read),
    )
    for column in read.columns:
        if column.index is not None:
            yield Did(CreateIndex(definition.name, column.index), True, column.place, column.arguments)
    for index, place in read.indexes:
        yield Did(CreateIndex(definition.name, index), True, place, ())


def _parents(arguments: Arguments) -> tuple[ObjectName, ...]:
    """The tables that a new one inherits from."""
    given = arguments.value("postgresql_inherits")
    names = [object_name(item, None) for item in (members(given) or [given]) if isinstance(item, str)]
    return tuple(name for name in names if isinstance(name, ObjectName))


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


def inline_constraints(
    column: ReadColumn, table: ObjectName | Unknown, key: bool, references: bool
) -> Iterator[Operation]:
    """The constraints that come with a column that is added to a table: a primary key if it is the `key`, and foreign
    keys of the server's naming if it holds `references` itself.

    Measured with Alembic 1.20: but for these, foreign keys and unique constraints are added by an ALTER TABLE of their
    own, which goes through all rows even where the new column is NULL in each. A CHECK stands beside the column.
    """
    if key:
        yield AddConstraint(table, PrimaryKeyDef(None, (column.definition.name,)), inline=True)
    for constraint in column.constraints:
        beside = isinstance(constraint, CheckDef) or (references and isinstance(constraint, ForeignKeyDef))
        if references and isinstance(constraint, ForeignKeyDef) and isinstance(table, ObjectName):
            name = FinalName(default_constraint_name(table.name, constraint, ()))
            constraint = replace(constraint, name=name)
        yield AddConstraint(table, constraint, inline=beside)
