"""Renames that are written as a drop and an addition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from schemalint.diagnostics import Related
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    CreateTable,
    DataChange,
    DropColumn,
    DropTable,
    OpaqueOperation,
)
from schemalint.facts.tables import ColumnDef, ConstraintDef, ForeignKeyDef, TableDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new

_ALIKE = 0.6
_FEW = 3
_EMPTY_WORDS = frozenset({"id", "at", "is", "has", "on", "by", "of", "the", "to", "in", "no", "num"})


@rule(
    "MIG013",
    "rename-as-drop-add",
    "W/E/E",
    supersedes=("unapproved-column-drop", "unapproved-table-drop"),
    judges_change=True,
)
def rename_as_drop_add(step: Step) -> Iterator[Finding]:
    """Dropping a column and adding a like one is not a rename: the new one starts empty."""
    operation = step.operation
    if any(isinstance(other.operation, (DataChange, OpaqueOperation)) for other in step.revision.steps):
        return
    if isinstance(operation, DropColumn):
        made = _added_column(step, operation)
        if made is not None and isinstance(made.operation, AddColumn):
            new = made.operation.column.name
            rename = _RENAMES.get(step.revision.definition.framework, _RENAMES["sql"])[0].format(
                table=operation.table, old=operation.column, new=new
            )
            yield _finding(step, made, f"{operation.table}.{operation.column}", new, rename)
    elif isinstance(operation, DropTable) and isinstance(operation.name, ObjectName):
        made = _created_table(step, operation.name)
        if made is not None and isinstance(made.operation, CreateTable):
            new = str(made.operation.table.name)
            rename = _RENAMES.get(step.revision.definition.framework, _RENAMES["sql"])[1].format(
                old=operation.name, new=new
            )
            yield _finding(step, made, str(operation.name), new, rename)


_RENAMES = {
    "alembic": (
        'op.alter_column("{table}", "{old}", new_column_name="{new}")',
        'op.rename_table("{old}", "{new}")',
    ),
    "django": ('migrations.RenameField(..., "{old}", "{new}")', "migrations.RenameModel(...)"),
    "sql": ("ALTER TABLE {table} RENAME COLUMN {old} TO {new}", "ALTER TABLE {old} RENAME TO {new}"),
}


def _finding(step: Step, made: Step, old: str, new: str, rename: str) -> Finding:
    return Finding(
        place=step.place,
        message=f"`{old}` is dropped and `{new}`, much the same, is made in its place: if that is a rename, all of its "
        "values are lost",
        help=f"Rename it, which keeps them: `{rename}`; what is in use has to answer to both names for a release "
        "(`in-place-rename`).",
        anchor=step.anchor,
        facts=(
            f"nothing in this revision copies `{old}` to `{new}`",
            "autogenerate cannot see a rename: it writes a drop and an addition",
        ),
        related=(Related(made.place, f"`{new}` is made here"),),
    )


def _added_column(step: Step, dropped: DropColumn) -> Step | None:
    """The one column that the revision adds to the table and that may be the dropped one under another name."""
    if isinstance(dropped.table, Unknown) or isinstance(dropped.column, Unknown):
        return None
    if is_new(step, dropped.table, dropped.column):
        return None
    found = step.schema.table(dropped.table)
    known = found.column(dropped.column) if found is not None else None
    if known is None:
        return None
    before = step.revision.steps[0].schema.table(dropped.table)
    referred = _targets(dropped.column, (view.definition for view in before.constraints())) if before else set()
    added = [
        other.operation.constraint
        for other in step.revision.steps
        if isinstance(other.operation, AddConstraint) and other.operation.table == dropped.table
    ]
    alike = [
        other
        for other in step.revision.steps
        if isinstance(other.operation, AddColumn)
        and other.operation.table == dropped.table
        and _are_alike(known.definition, other.operation.column)
        and not _differ(referred, _targets(other.operation.column.name, added))
    ]
    return alike[0] if len(alike) == 1 else None


def _targets(column: str, constraints: Iterable[ConstraintDef]) -> set[str]:
    """The names of the tables that a column refers to."""
    return {
        item.target.name
        for item in constraints
        if isinstance(item, ForeignKeyDef) and item.columns == (column,) and isinstance(item.target, ObjectName)
    }


def _differ(old: set[str], new: set[str]) -> bool:
    """Whether two columns refer to different tables, so that the values of one mean nothing in the other."""
    return bool(old and new and not old & new)


def _are_alike(old: ColumnDef, new: ColumnDef) -> bool:
    """Whether two columns hold the same kind of value, and all of it, under names that have something in common."""
    if old.name == new.name or not isinstance(old.type, SqlType) or not isinstance(new.type, SqlType):
        return False
    same_type = old.type.family == new.type.family and old.type.enum == new.type.enum
    fits = new.type.length is None or old.type.length is None or new.type.length >= old.type.length
    return same_type and fits and _have_like_names(old.name, new.name)


def _have_like_names(old: str, new: str) -> bool:
    shared = (_words(old) & _words(new)) - _EMPTY_WORDS
    return bool(shared) or SequenceMatcher(None, old, new).ratio() >= _ALIKE


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z]+|[0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))


def _created_table(step: Step, name: ObjectName) -> Step | None:
    """The one table that the revision creates with the columns of the dropped one."""
    found = step.schema.table(name)
    if found is None or not found.complete or is_new(step, name):
        return None
    alike = [
        other
        for other in step.revision.steps
        if isinstance(other.operation, CreateTable)
        and other.operation.table.name != name
        and _have_like_columns(found.definition, other.operation.table)
    ]
    return alike[0] if len(alike) == 1 else None


def _have_like_columns(old: TableDef, new: TableDef) -> bool:
    ours, theirs = ({column.name for column in table.columns} for table in (old, new))
    return len(ours) >= _FEW and len(ours & theirs) >= 0.8 * max(len(ours), len(theirs))
