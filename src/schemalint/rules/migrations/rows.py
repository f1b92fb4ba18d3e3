"""What a revision does to rows that are there."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DataChange, DropTable, Operation, Truncate
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new
from schemalint.rules.migrations.common import earlier, later


@rule("MIG010", "unapproved-row-delete", "E/E/E", judges_change=True)
def unapproved_row_delete(step: Step) -> Iterator[Finding]:
    """Deleting or overwriting rows loses them for good, so somebody has to say that this is meant."""
    lost = _lost(step)
    if lost is None:
        return
    yield Finding(
        place=step.place,
        message=f"{lost}, and no downgrade brings them back",
        help="Keep them (copy them to another table first), or say that it is meant: "
        "`# schemalint: approve[unapproved-row-delete] <reason>`.",
        anchor=step.anchor,
        facts=("the table is not created in this revision",),
    )


def _lost(step: Step) -> str | None:
    """What a statement loses; None where it loses nothing, or it is not known."""
    operation = step.operation
    if isinstance(operation, Truncate):
        emptied = [f"`{name}`" for name in operation.tables if not _is_free(step, name)]
        return f"TRUNCATE deletes all rows of {' and '.join(emptied)}" if emptied else None
    if not isinstance(operation, DataChange) or not isinstance(operation.table, ObjectName):
        return None
    if _is_free(step, operation.table):
        return None
    if operation.command == "delete":
        return f"DELETE removes {'' if operation.bounded else 'all '}rows of `{operation.table}`"
    return _overwritten(step, operation, operation.table)


def _overwritten(step: Step, change: DataChange, table: ObjectName) -> str | None:
    if change.command != "update" or change.bounded:
        return None
    found = step.schema.table(table)
    for column in (name for row in change.rows for name, _ in row):
        if found is not None and found.column(column) is not None and not is_new(step, table, column):
            return f"UPDATE overwrites `{table}.{column}` in every row: the old values are lost"
    return None


def _is_free(step: Step, table: ObjectName) -> bool:
    """Whether nothing is lost with the rows: the revision or its downgrade inserts them, or their table goes too."""
    if is_new(step, table) or table.name == "alembic_version":
        return True
    downgrade = step.revision.downgrade
    undone = [placed.operation for placed in downgrade.operations] if downgrade is not None else []
    filled = any(_inserts(operation, table) for operation in (*(other.operation for other in earlier(step)), *undone))
    dropped = any(isinstance(other.operation, DropTable) and other.operation.name == table for other in later(step))
    return filled or dropped


def _inserts(operation: Operation, table: ObjectName) -> bool:
    return isinstance(operation, DataChange) and operation.command == "insert" and operation.table == table
