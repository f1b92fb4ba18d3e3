"""Schema and rows changed by one revision."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Related, Weight
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, DataChange, DropIndex
from schemalint.project.subjects import Revision, Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, statement_of

_CHANGES = (
    ops.DropTable,
    ops.AddColumn,
    ops.DropColumn,
    ops.AlterColumn,
    ops.CreateIndex,
    ops.DropIndex,
    ops.AddConstraint,
    ops.DropConstraint,
)


@rule("MIG016", "mixed-schema-and-data", "-/W/W", judges_change=True)
def mixed_schema_and_data(revision: Revision) -> Iterator[Finding]:
    """One revision changes the schema of tables in use and rows of tables in use."""
    steps = [step for step in revision.steps if not step.placed.conditional and not step.placed.autocommit]
    rows = [step for step in steps if _changes_rows(step)]
    schema = [step for step in steps if isinstance(step.operation, _CHANGES) and not _is_of_new(step)]
    if not rows or not schema:
        return
    own = all(_fills_new_columns(step) for step in rows)
    prepares = rows[-1].number < schema[0].number
    first = rows[0]
    yield Finding(
        place=first.place,
        message=f"`{revision.id}` changes rows of `{_table(first)}` and {_changed(schema[0])} {_consequence(first)}",
        help="Change the rows in a revision of its own, between the one that adds what they need and the one that "
        "removes or requires it.",
        anchor=f"{revision.id}:mixed",
        cause=statement_of(first),
        weight=Weight.NOTE if own or prepares else Weight.FULL,
        facts=(
            f"the schema is changed in line {schema[0].place.span.line}, rows in line {first.place.span.line}",
            *(("only columns that the revision itself adds are filled",) if own else ()),
            *(("the rows come first, so that no lock of a schema change waits for them",) if prepares else ()),
        ),
        related=(Related(schema[0].place, "the schema is changed here"),),
    )


_NAMES = {"mysql": "MySQL", "mariadb": "MariaDB", "oracle": "Oracle"}
"""The servers that commit before and after each change of the schema."""


def _consequence(step: Step) -> str:
    dialects = {server.dialect for server in step.target.servers}
    if dialects and dialects <= _NAMES.keys():
        server = " and ".join(_NAMES[dialect] for dialect in _NAMES if dialect in dialects)
        return (
            f"at once: {server} cannot take a change of the schema back, so a failure on the way leaves one without "
            "the other, and the next run meets what is there already"
        )
    return "in one transaction: what the one locks stays locked for as long as the other takes"


def _changed(step: Step) -> str:
    """What of the schema is changed: that of a table, or an index whose table is not known."""
    table = _table(step)
    if isinstance(table, ObjectName):
        return f"the schema of `{table}`"
    dropped = isinstance(step.operation, DropIndex) and isinstance(table, str)
    return f"drops index `{table}`" if dropped else "the schema of a table"


def _table(step: Step) -> object:
    operation = step.operation
    if isinstance(operation, DropIndex) and operation.table is None and isinstance(operation.name, str):
        index = step.schema.index(operation.name, operation.schema)
        return index.table if index is not None else operation.name
    return getattr(operation, "table", None) or getattr(operation, "name", None) or "a table"


def _changes_rows(step: Step) -> bool:
    """Whether the author changes rows of a table that was there before."""
    operation = step.operation
    return (
        isinstance(operation, DataChange)
        and not step.placed.derived
        and operation.command != "insert"
        and isinstance(operation.table, ObjectName)
        and not is_new(step, operation.table)
    )


def _is_of_new(step: Step) -> bool:
    table = _table(step)
    return isinstance(table, ObjectName) and is_new(step, table)


def _fills_new_columns(step: Step) -> bool:
    """Whether an UPDATE sets only columns that the revision adds."""
    change = step.operation
    assert isinstance(change, DataChange)
    added = {
        other.operation.column.name
        for other in step.revision.steps
        if isinstance(other.operation, AddColumn) and other.operation.table == change.table
    }
    return change.command == "update" and bool(change.columns_set) and set(change.columns_set) <= added
