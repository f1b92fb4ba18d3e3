"""Constraints that come with a new column, in one ALTER TABLE."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, AddConstraint
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    ExcludeDef,
    ForeignKeyDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import impact
from schemalint.rules.locking.lasting import beside, column_added_with, flagged, version_of, works
from schemalint.rules.locking.safe import Stage, safe_way
from schemalint.rules.locking.ways import checked_later, not_null, over_index

_KINDS = {"check": "CHECK", "unique": "unique constraint", "primary key": "primary key", "foreign key": "foreign key"}


@rule("LCK017", "scanning-inline-constraint", "W/E/E", supersedes=("statement-under-lock",), judges_change=True)
def scanning_inline_constraint(step: Step) -> Iterator[Finding]:
    """A new column brings a constraint for which all rows are read or indexed while nobody can use the table."""
    if not _is_inline(step):
        return
    added, found = column_added_with(step), impact(step)
    lasting = [other for other in beside(step) if _is_inline(other) and column_added_with(other) == added]
    lasting = [other for other in lasting if (effect := impact(other)) is not None and works(effect)]
    if added is None or found is None or not lasting or lasting[0] is not step:
        return
    constraints = [_constraint(other) for other in lasting]
    kinds = " and ".join(_KINDS[str(constraint.__struct_config__.tag)] for constraint in constraints)
    yield flagged(
        found,
        f"adding `{found.table}.{added.column.name}` together with its {kinds} goes through all rows of "
        f"`{found.table}`",
        safe_way(
            step.revision,
            "Add the column by itself, and what it brings in the way that nobody has to wait for:",
            *_apart(step, found.table, added.column, constraints),
        ),
        *(why for constraint in constraints if (why := _why(constraint, added.column))),
    )


def _apart(step: Step, table: ObjectName, column: ColumnDef, constraints: list[ConstraintDef]) -> Iterator[Stage]:
    """The column with what can be NOT VALID, then the rest."""
    keys = any(isinstance(constraint, PrimaryKeyDef) for constraint in constraints)
    filled = keys or (column.nullable is False and isinstance(column.default, Unknown))
    checked, validated = checked_later(
        table, [c for c in constraints if isinstance(c, (CheckDef, ForeignKeyDef))], step
    )
    added = replace(column, nullable=True) if filled else column
    yield Stage((AddColumn(table, added), *checked.operations), own=True)
    if validated.operations:
        yield validated
    if filled:
        yield Stage((), note=f"fill `{column.name}`, in batches that are each committed")
        yield from not_null(table, [column.name], step, version_of(step))
    for constraint in constraints:
        if isinstance(constraint, (UniqueDef, PrimaryKeyDef)):
            yield from over_index(table, constraint, step)


def _is_inline(step: Step) -> bool:
    operation = step.operation
    return isinstance(operation, AddConstraint) and operation.inline and not isinstance(_constraint(step), ExcludeDef)


def _constraint(step: Step) -> ConstraintDef:
    assert isinstance(step.operation, AddConstraint)
    return step.operation.constraint


def _why(constraint: ConstraintDef, column: ColumnDef) -> str:
    if isinstance(constraint, CheckDef):
        return "a CHECK is verified for all rows even where the new column is NULL in each"
    if isinstance(constraint, ForeignKeyDef):
        return f"`{column.name}` has a default, so that each row refers to something"
    return ""
