"""What a revision destroys that no downgrade brings back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Related, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    DataChange,
    DropColumn,
    DropTable,
    RenameColumn,
    RenameTable,
)
from schemalint.facts.revisions import PlacedOperation
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import approval, is_new
from schemalint.rules.migrations.cascades import cascading, columns_lost, doubt, named, tables_lost
from schemalint.rules.migrations.common import is_scratch


@rule("MIG008", "unapproved-table-drop", "E/E/E", supersedes=("unreviewed-autogenerate",), judges_change=True)
def unapproved_table_drop(step: Step) -> Iterator[Finding]:
    """Dropping a table loses its rows for good, so somebody has to say that this is meant."""
    operation = step.operation
    yield from _tables_with(step)
    if not isinstance(operation, DropTable) or isinstance(operation.name, Unknown) or is_scratch(operation.name.name):
        return
    if is_new(step, operation.name):
        return
    replaced = any(
        isinstance(later.operation, RenameTable) and later.operation.new_name == operation.name
        for later in step.revision.steps
    )
    refilled = _inserted_again(step, operation.name)
    yield Finding(
        place=step.place,
        message=f"dropping table `{operation.name}` deletes all of its rows, {_ONLY_OTHERS if refilled else _FOR_GOOD}",
        help="Stop using the table, release that, and drop it later; then say that it is meant: "
        f"{approval(step.revision, 'unapproved-table-drop')}.",
        anchor=step.anchor,
        weight=Weight.REDUCED if replaced or refilled else Weight.FULL,
        facts=(f"`{operation.name}` is not created in this revision",),
        related=(Related(refilled.place, f"`{operation.name}` is filled again here"),) if refilled else (),
    )


_WORD = re.compile(r"\w+")
_FOR_GOOD = "and no downgrade brings them back"
_ONLY_OTHERS = "and downgrade() has only what else is kept to fill it from"


def _inserted_again(step: Step, table: ObjectName) -> PlacedOperation | None:
    """What in `downgrade()` inserts rows into the table."""
    downgrade = step.revision.downgrade
    for placed in downgrade.operations if downgrade is not None else ():
        match placed.operation:
            case DataChange(command="insert", table=filled) if filled == table:
                return placed
    return None


def _tables_with(step: Step) -> Iterator[Finding]:
    """What is lost with a schema that is dropped with CASCADE."""
    dropped = cascading(step)
    lost = [name for name in tables_lost(step) if not is_scratch(name.name)] if dropped is not None else []
    if not lost:
        return
    yield Finding(
        place=step.place,
        message=f"dropping {dropped} with CASCADE drops {named(lost)} with all rows, and no downgrade brings them back",
        help="Stop using what is in it, release that, and drop it later; then say that it is meant: "
        f"{approval(step.revision, 'unapproved-table-drop')}.",
        anchor=step.anchor,
        facts=("it is not created in this revision", *doubt(step)),
    )


@rule("MIG009", "unapproved-column-drop", "E/E/E", judges_change=True)
def unapproved_column_drop(step: Step) -> Iterator[Finding]:
    """Dropping a column loses its values for good, so somebody has to say that this is meant."""
    operation = step.operation
    yield from _columns_with(step)
    if (
        not isinstance(operation, DropColumn)
        or isinstance(operation.table, Unknown)
        or isinstance(operation.column, Unknown)
    ):
        return
    if is_new(step, operation.table, operation.column) or _is_generated(step, operation.table, operation.column):
        return
    if _goes_with_table(step, operation.table):
        return
    column = f"{operation.table}.{operation.column}"
    copied = _copy_of(step, operation.table, operation.column)
    refilled = _refill_of(step, operation.table, operation.column)
    related = (
        *((Related(copied.place, f"`{operation.column}` is read here, maybe to keep its values"),) if copied else ()),
        *((Related(refilled.place, f"`{operation.column}` is filled again here"),) if refilled else ()),
    )
    yield Finding(
        place=step.place,
        message=f"dropping `{column}` deletes its values in every row, {_ONLY_OTHERS if refilled else _FOR_GOOD}",
        help="Stop reading and writing the column, release that, and drop it later; then say that it is meant: "
        f"{approval(step.revision, 'unapproved-column-drop')}.",
        anchor=step.anchor,
        weight=Weight.REDUCED if related else Weight.FULL,
        facts=(f"`{column}` is not added in this revision",),
        related=related,
    )


def _columns_with(step: Step) -> Iterator[Finding]:
    """What is lost with a type, a domain or the types of a schema, dropped with CASCADE."""
    dropped = cascading(step)
    lost = [
        f"{table.name}.{column}"
        for table, column in (columns_lost(step) if dropped is not None else ())
        if not _is_generated(step, table.name, column) and not _goes_with_table(step, table.name)
    ]
    if not lost:
        return
    yield Finding(
        place=step.place,
        message=f"dropping {dropped} with CASCADE drops {named(lost)} with the values in every row, and no downgrade "
        "brings them back",
        help="Stop using the columns, release that, and drop them by name later; then say that it is meant: "
        f"{approval(step.revision, 'unapproved-column-drop')}.",
        anchor=step.anchor,
        facts=("they are not added in this revision" if lost[1:] else "it is not added in this revision", *doubt(step)),
    )


def _goes_with_table(step: Step, table: ObjectName) -> bool:
    """Whether the revision drops the whole table later: that says it all, as Django's autodetector writes it."""
    return any(
        isinstance(later.operation, DropTable) and later.operation.name == table and later.number > step.number
        for later in step.revision.steps
    )


def _is_generated(step: Step, table: ObjectName, column: str) -> bool:
    """Whether a column's values are computed from others, so that nothing is lost with it."""
    found = step.schema.table(table)
    known = found.column(column) if found else None
    return known is not None and not isinstance(known.definition, Unknown) and known.definition.generated is not None


def _copy_of(step: Step, table: ObjectName, column: str) -> Step | None:
    """An earlier step of the revision that reads the column, under the name that it has there, while it writes rows,
    which may keep its values."""
    for other in reversed([other for other in step.revision.steps if other.number < step.number]):
        match other.operation:
            case RenameColumn(table=renamed, column=str(old), new_name=new) if renamed == table and new == column:
                column = old
            case DataChange(command="insert" | "update", columns_read=read) if column in read:
                return other
    return None


def _refill_of(step: Step, table: ObjectName, column: str) -> PlacedOperation | None:
    """What in `downgrade()` fills the column with more than one value for all rows."""
    downgrade = step.revision.downgrade
    for placed in downgrade.operations if downgrade is not None else ():
        match placed.operation:
            case DataChange(command="update", table=filled, columns_set=columns) as change if filled == table:
                literals = {name for row in change.rows for name, _ in row}
                told_apart = change.bounded and column not in _WORD.findall(change.predicate or "")
                if column in columns and (told_apart or column not in literals):
                    return placed
    return None
