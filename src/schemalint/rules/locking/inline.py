"""Constraints that come with a new column, in one ALTER TABLE."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, AddConstraint
from schemalint.facts.tables import CheckDef, ColumnDef, ConstraintDef, ExcludeDef, ForeignKeyDef, PrimaryKeyDef
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import impact
from schemalint.rules.locking.lasting import column_added_with, flagged, version_of, works
from schemalint.rules.locking.safe import Stage, safe_way
from schemalint.rules.locking.ways import checked_later, not_null, over_index, with_models

_KINDS = {"check": "CHECK", "unique": "unique constraint", "primary key": "primary key", "foreign key": "foreign key"}


@rule("LCK017", "scanning-inline-constraint", "W/E/E", supersedes=("statement-under-lock",), judges_change=True)
def scanning_inline_constraint(step: Step) -> Iterator[Finding]:
    """A new column brings a constraint for which all rows are read or indexed while nobody can use the table."""
    operation = step.operation
    if not isinstance(operation, AddConstraint) or not operation.inline:
        return
    added, found = column_added_with(step), impact(step)
    kind = _KINDS.get(str(operation.constraint.__struct_config__.tag))
    if added is None or found is None or kind is None or not works(found):
        return
    work = "builds an index over" if found.effect.builds else "reads"
    yield flagged(
        found,
        f"adding `{found.table}.{added.column.name}` together with its {kind} {work} all rows of `{found.table}`",
        safe_way(
            step.revision,
            "Add the column by itself, and the constraint in the way that nobody has to wait for:",
            *_apart(step, found.table, added.column, operation.constraint),
        ),
        *_why(operation.constraint, added.column),
    )


def _apart(step: Step, table: ObjectName, column: ColumnDef, constraint: ConstraintDef) -> tuple[Stage, ...]:
    """The column, then the constraint."""
    assert not isinstance(constraint, ExcludeDef)
    if isinstance(constraint, (CheckDef, ForeignKeyDef)):
        first, validated = checked_later(table, constraint, step)
        return Stage((AddColumn(table, column), *first.operations), note=first.note), validated
    if not isinstance(constraint, PrimaryKeyDef):
        return Stage((AddColumn(table, column),), note=with_models(step)), *over_index(table, constraint, step)
    return (
        Stage((AddColumn(table, replace(column, nullable=True)),), note=with_models(step)),
        Stage((), note=f"fill `{column.name}`, in batches that are each committed"),
        *not_null(table, [column.name], step, version_of(step)),
        *over_index(table, constraint, step),
    )


def _why(constraint: ConstraintDef, column: ColumnDef) -> tuple[str, ...]:
    if isinstance(constraint, CheckDef):
        return ("a CHECK is verified for all rows even where the new column is NULL in each",)
    if isinstance(constraint, ForeignKeyDef):
        return (f"`{column.name}` has a default, so that each row refers to something",)
    return ()
