"""The safe sequences that several rules advise, stage by stage.

Each was run on servers: none of its stages works through all rows under a lock that writes or reads wait for.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DropColumn,
    DropConstraint,
    ValidateConstraint,
)
from schemalint.facts.tables import CheckDef, ColumnDef, ConstraintDef, IndexDef, IndexElement, PrimaryKeyDef, UniqueDef
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.locking.safe import Stage
from schemalint.schema.definitions import default_constraint_name

_PROVES_SINCE = 12
"""The first major whose SET NOT NULL takes a valid CHECK for a proof and reads no rows."""
_NOT_NULL_SINCE = 18
"""The first major whose NOT NULL is a constraint that can be NOT VALID."""
_NAME_LENGTH = 63
_NOT_VALID_IN_DJANGO = "`AddConstraintNotValid`, of django.contrib.postgres.operations, in place of `AddConstraint`"


def named(constraint: ConstraintDef, table: ObjectName, step: Step) -> ConstraintDef:
    """The constraint under its name; where it has none, under the one that PostgreSQL gives it."""
    if constraint.name is not None:
        return constraint
    known = step.schema.table(table)
    columns = [column.name for column in known.columns()] if known is not None else []
    return replace(constraint, name=default_constraint_name(table.name, constraint, columns))


def checked_later(table: ObjectName, constraints: Iterable[ConstraintDef], step: Step) -> tuple[Stage, Stage]:
    """CHECKs or foreign keys that are added NOT VALID and validated in a transaction of their own."""
    known = tuple(named(constraint, table, step) for constraint in constraints)
    validated = tuple(ValidateConstraint(table, str(constraint.name)) for constraint in known)
    added = tuple(AddConstraint(table, constraint, not_valid=True) for constraint in known)
    return Stage(added, own=True), Stage(validated, apart=True)


def check_later(table: ObjectName, check: CheckDef, step: Step) -> tuple[Stage, Stage]:
    """The same for a CHECK, for which Django has operations."""
    added, validated = checked_later(table, [check], step)
    in_django = step.revision.definition.framework == "django"
    return Stage((), note=_NOT_VALID_IN_DJANGO) if in_django else added, validated


def not_null(table: ObjectName, columns: Iterable[str], step: Step, version: int | None) -> tuple[Stage, ...]:
    """Columns that become NOT NULL without their rows being read under a lock that anybody waits for."""
    names = tuple(columns)
    if version is not None and version >= _NOT_NULL_SINCE:
        return _with_constraints(table, names, step)
    checks = [CheckDef(_name(table, name), f"{_quoted(name)} IS NOT NULL") for name in names]
    added = tuple(AddConstraint(table, check, not_valid=True) for check in checks)
    validated = tuple(ValidateConstraint(table, str(check.name)) for check in checks)
    stages = (Stage(added), Stage(validated, apart=True))
    if version is not None and version < _PROVES_SINCE:
        return stages
    required = tuple(AlterColumn(table, name, nullable=False) for name in names)
    dropped = tuple(DropConstraint(table, check.name, "check") for check in checks)
    return (*stages, Stage((*required, *dropped), own=True))


def _with_constraints(table: ObjectName, columns: tuple[str, ...], step: Step) -> tuple[Stage, ...]:
    names = {column: _name(table, column) for column in columns}
    added = tuple(AlterColumn(table, c, nullable=False, constraint=names[c], not_valid=True) for c in columns)
    validated = tuple(ValidateConstraint(table, names[column]) for column in columns)
    return Stage(added, own=True), Stage(validated, apart=True)


def over_index(table: ObjectName, key: UniqueDef | PrimaryKeyDef, step: Step) -> tuple[Stage, Stage]:
    """A key whose index is built without a lock that anybody waits for, and is then taken over."""
    constraint = named(key, table, step)
    elements = tuple(IndexElement(column=column) for column in key.columns)
    distinct = not isinstance(key, UniqueDef) or key.nulls_distinct
    index = IndexDef(constraint.name, elements, unique=True, nulls_distinct=distinct)
    built = Stage((CreateIndex(table, index, concurrently=True),), alone=True)
    return built, Stage((AddConstraint(table, constraint, using_index=constraint.name),), own=True)


def filled_later(table: ObjectName, column: ColumnDef, step: Step, version: int | None) -> tuple[Stage, ...]:
    """A column whose default holds for new rows at once, and that others are given in batches."""
    added = AddColumn(table, replace(column, default=None, nullable=True))
    default = (AlterColumn(table, column.name, default=column.default, existing_type=column.type),)
    fill = Stage((), note=f"fill `{column.name}` where it is NULL, in batches that are each committed")
    required = not_null(table, [column.name], step, version) if column.nullable is False else ()
    return (Stage((added, *default), own=True), fill, *required)


def new_column(table: ObjectName, column: str, kind: ColumnType, step: Step) -> tuple[Stage, ...]:
    """A column of another type beside the old one, which goes when nothing reads it any more."""
    beside = f"{column}_new"
    fill = f"write `{column}` and `{beside}` from the application or a trigger, and fill `{beside}` in batches"
    return (
        Stage((AddColumn(table, ColumnDef(beside, kind)),)),
        Stage((), note=f"{fill}; then read `{beside}`"),
        Stage((DropColumn(table, column),), note=f"when nothing reads `{column}` any more"),
    )


def is_partitioned(step: Step, table: ObjectName | Unknown) -> bool:
    """Whether a table is known to be partitioned: most of what is done concurrently cannot be done to one."""
    found = step.schema.table(table) if isinstance(table, ObjectName) else None
    return found is not None and found.is_partitioned


def _name(table: ObjectName, column: str) -> str:
    return f"{table.name}_{column}_not_null"[:_NAME_LENGTH]


def _quoted(name: str) -> str:
    from schemalint.emit.names import quoted

    return quoted(name)
