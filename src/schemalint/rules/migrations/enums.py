"""Enum types of PostgreSQL: objects of their own, which the tables that use them neither make nor take along."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Related, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    CreateEnum,
    CreateIndex,
    CreateTable,
    DataChange,
    DropColumn,
    DropEnum,
    DropSchema,
    DropTable,
    OpaqueOperation,
    Operation,
    RenameColumn,
    RenameEnum,
    RenameTable,
)
from schemalint.facts.tables import CheckDef, Default
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Revision, Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import weight_on
from schemalint.rules.migrations.common import earlier, type_on
from schemalint.schema.definitions import enums_of

POSTGRESQL = "postgresql"


@rule("MIG005", "leaked-enum-type", "W/W/E")
def leaked_enum_type(revision: Revision) -> Iterator[Finding]:
    """A downgrade that drops the column but not its enum type leaves the type: the next upgrade fails on it."""
    downgrade = revision.downgrade
    weight = weight_on(revision.history.target, POSTGRESQL)
    if downgrade is None or downgrade.empty or downgrade.raises is not None or weight is None:
        return
    undone = [placed.operation for placed in downgrade.operations]
    if any(isinstance(operation, (OpaqueOperation, RenameEnum, DropSchema)) for operation in undone):
        return
    dropped = {operation.name for operation in undone if isinstance(operation, DropEnum)}
    leaked = [
        (step, name)
        for step, name in _created_enums(revision)
        if name not in dropped and _uses_end(revision, name, undone)
    ]
    if not leaked:
        return
    names = ", ".join(f"`{name}`" for _, name in leaked)
    plain = [name for step, name in leaked if not getattr(step.operation, "if_not_exists", False)]
    yield Finding(
        place=leaked[0][0].place,
        message=f"downgrade() of `{revision.id}` leaves what upgrade() creates, the enum "
        + (f"type {names}: " if len(leaked) == 1 else f"types {names}: ")
        + (
            f'the next upgrade stops with `type "{plain[0].name}" already exists`'
            if plain
            else "the next upgrade keeps the old values, whatever it says"
        ),
        help=f'End downgrade() with `sa.Enum(name="{leaked[0][1].name}").drop(op.get_bind())`'
        + (", and the same for the others." if len(leaked) > 1 else "."),
        anchor=f"{revision.id}:leaked-enums",
        weight=weight if plain or weight is Weight.NOTE else Weight.REDUCED,
        facts=(
            "op.create_table creates the enum types of its columns; op.drop_table and op.drop_column drop none: "
            "measured with Alembic 1.20 on PostgreSQL 15",
        ),
        related=tuple(Related(step.place, f"`{name}` is created here") for step, name in leaked[1:]),
    )


def _created_enums(revision: Revision) -> Iterator[tuple[Step, ObjectName]]:
    """The enum types that the upgrade certainly leaves behind and did not find."""
    ended = {step.operation.name for step in revision.steps if isinstance(step.operation, (DropEnum, RenameEnum))}
    seen: set[ObjectName] = set()
    for step in revision.steps:
        operation = step.operation
        if (
            isinstance(operation, CreateEnum)
            and not step.placed.conditional
            and operation.enum.name not in seen | ended
        ):
            seen.add(operation.enum.name)
            if not step.schema.has_enum(operation.enum.name):
                yield step, operation.enum.name


def _uses_end(revision: Revision, name: ObjectName, undone: list[Operation]) -> bool:
    """Whether the downgrade takes back every use that the upgrade makes of a type, so that it could be dropped."""
    tables = {operation.name for operation in undone if isinstance(operation, DropTable)}
    columns = {
        (operation.table, operation.column)
        for operation in undone
        if isinstance(operation, DropColumn)
        or (isinstance(operation, AlterColumn) and operation.type != "keep" and name not in enums_of(operation.type))
    }
    for step in revision.steps:
        operation = step.operation
        if isinstance(operation, (RenameTable, RenameColumn)):
            return False
        for table, column, kind in _columns_given(operation):
            if name in enums_of(kind) and table not in tables and (table, column) not in columns:
                return False
    return bool(tables or columns)


def _columns_given(operation: Operation) -> Iterator[tuple[object, object, ColumnType]]:
    """The columns to which an operation gives a type: table, column and type."""
    if isinstance(operation, CreateTable):
        for column in operation.table.columns:
            yield operation.table.name, column.name, column.type
    elif isinstance(operation, AddColumn):
        yield operation.table, operation.column.name, operation.column.type
    elif isinstance(operation, AlterColumn) and operation.type != "keep":
        yield operation.table, operation.column, operation.type


@rule("MIG030", "missing-enum-type", "E/E/E", supersedes=("missing-using-clause",), judges_change=True)
def missing_enum_type(step: Step) -> Iterator[Finding]:
    """Adding a column of an enum type does not create the type: the upgrade stops, for there is none."""
    operation = step.operation
    weight = weight_on(step.target, POSTGRESQL)
    if not isinstance(operation, (AddColumn, AlterColumn)) or weight is None or isinstance(operation.table, Unknown):
        return
    given = operation.column.type if isinstance(operation, AddColumn) else operation.type
    kind = type_on(given, POSTGRESQL)
    for name in enums_of(kind) if kind is not None else ():
        if not _is_absent(step, name, operation.table):
            continue
        column = f"{operation.table}.{operation.column.name if isinstance(operation, AddColumn) else operation.column}"
        yield Finding(
            place=step.place,
            message=f"`{column}` gets the enum type `{name}`, which nothing has created: PostgreSQL stops with "
            f'`type "{name.name}" does not exist`',
            help=f'Create it first: `sa.Enum(..., name="{name.name}").create(op.get_bind())`, and drop it at the end '
            "of downgrade().",
            anchor=step.anchor,
            weight=weight,
            facts=(
                "op.create_table creates the enum types of its columns, op.add_column and op.alter_column do not: "
                "measured with Alembic 1.20 on PostgreSQL 15",
                f"no revision before this one creates `{name}`",
            ),
        )


def _is_absent(step: Step, name: ObjectName, table: ObjectName) -> bool:
    """Whether an enum type is certainly not there: dropped, or never made by a history that makes all it works on."""
    present = step.schema.has_enum(name)
    if present is not None:
        return not present
    found = step.schema.table(table)
    if found is None or found.created_in is None or not step.schema.self_contained or name.schema is not None:
        return False
    history = step.revision.history
    before = [revision for revision in history.ordered if revision is not step.revision]
    steps = [*(other for revision in before for other in revision.steps), *earlier(step)]
    makers = (other.operation for other in steps if isinstance(other.operation, (CreateEnum, RenameEnum)))
    return not any(_made_by(maker).name == name.name for maker in makers)


def _made_by(operation: CreateEnum | RenameEnum) -> ObjectName:
    return operation.enum.name if isinstance(operation, CreateEnum) else operation.new_name


@rule("MIG023", "enum-value-used-before-commit", "E/E/E", judges_change=True)
def enum_value_used_before_commit(step: Step) -> Iterator[Finding]:
    """A value that the same transaction added to an enum cannot be used in it: PostgreSQL refuses."""
    weight = weight_on(step.target, POSTGRESQL)
    if weight is None or isinstance(step.operation, AddEnumValue):
        return
    for added in earlier(step):
        value = added.operation
        if not isinstance(value, AddEnumValue) or added.placed.autocommit or added.placed.region != step.placed.region:
            continue
        if not _uses(step.operation, value.value) or _is_excepted(added, value.name):
            continue
        yield Finding(
            place=step.place,
            message=f"`{value.value}` is used in the transaction that adds it to the enum `{value.name}`: PostgreSQL "
            f'stops with `unsafe use of new value "{value.value}"`',
            help="Add the value inside `with op.get_context().autocommit_block():`, or in a revision of its own with "
            "`transaction_per_migration=True` in env.py.",
            anchor=f"{step.anchor}:{value.value}",
            weight=weight,
            facts=(
                f"the value is added in line {added.place.span.line}, in the same transaction",
                "measured on PostgreSQL 12 to 18; 17 and later allow it where the type itself is new",
            ),
        )
        return


def _is_excepted(added: Step, name: ObjectName) -> bool:
    """Whether the type is made by the same transaction, which PostgreSQL 10, 11 and 17 and later allow for."""
    found = added.schema.enum(name)
    return found is not None and found.created_in == added.revision.id


def _uses(operation: Operation, value: str) -> bool:
    """Whether an operation writes an enum's value as a literal."""
    if isinstance(operation, DataChange):
        in_rows = any(text.strip("'") == value for row in operation.rows for _, text in row)
        return in_rows or _quotes(operation.predicate, value)
    if isinstance(operation, AddColumn):
        return _is_default(operation.column.default, value)
    if isinstance(operation, AlterColumn):
        return _is_default(operation.default, value)
    if isinstance(operation, CreateTable):
        return any(_is_default(column.default, value) for column in operation.table.columns)
    if isinstance(operation, AddConstraint) and isinstance(operation.constraint, CheckDef):
        return _quotes(operation.constraint.sql, value)
    return isinstance(operation, CreateIndex) and _quotes(operation.index.predicate, value)


def _is_default(default: object, value: str) -> bool:
    if not isinstance(default, Default):
        return False
    return default.sql == value if default.literal else _quotes(default.sql, value)


def _quotes(sql: object, value: str) -> bool:
    """Whether SQL holds the value as a string literal."""
    return isinstance(sql, str) and re.search("'" + re.escape(value.replace("'", "''")) + "'(?!')", sql) is not None
