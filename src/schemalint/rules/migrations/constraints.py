"""Constraints that the rows that are there may break."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    DataChange,
    Truncate,
)
from schemalint.facts.tables import PrimaryKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new


@rule("MIG014", "required-column-without-default", "E/E/E", judges_change=True)
def required_column_without_default(step: Step) -> Iterator[Finding]:
    """Adding a NOT NULL column without a server default fails as soon as the table has a row."""
    operation = step.operation
    if not isinstance(operation, AddColumn) or isinstance(operation.table, Unknown):
        return
    column = operation.column
    if column.nullable is not False or column.default is not None or column.identity or column.generated:
        return
    if is_new(step, operation.table) or _is_emptied(step, operation.table) or _is_key(step, operation):
        return
    name = f"{operation.table}.{column.name}"
    yield Finding(
        place=step.placed.argument("nullable"),
        message=f"adding `{name}` as NOT NULL without a server default fails on every row that `{operation.table}` has",
        help="Add it with `nullable=True`, fill it, and set it NOT NULL in a later revision; or give it a "
        "`server_default`, which PostgreSQL 11 and later add without rewriting the table.",
        anchor=step.anchor,
        weight=Weight.REDUCED if step.target.runs_on("mysql") and len(step.target.servers) == 1 else Weight.FULL,
        facts=(
            f"`{operation.table}` is not created in this revision",
            *(
                ("`default=` is applied by SQLAlchemy to new rows only, the server never sees it",)
                if column.client_default
                else ()
            ),
        ),
    )


def _is_emptied(step: Step, table: ObjectName) -> bool:
    """Whether the revision deletes all rows of the table before the step."""
    earlier = (other.operation for other in step.revision.steps if other.number < step.number)
    return any(
        (isinstance(operation, Truncate) and table in operation.tables)
        or (
            isinstance(operation, DataChange)
            and operation.command == "delete"
            and operation.table == table
            and not operation.bounded
        )
        for operation in earlier
    )


def _is_key(step: Step, added: AddColumn) -> bool:
    """Whether the new column is a primary key of its own, which the server numbers."""
    return any(
        isinstance(later.operation, AddConstraint)
        and later.operation.inline
        and later.operation.table == added.table
        and isinstance(later.operation.constraint, PrimaryKeyDef)
        and later.operation.constraint.columns == (added.column.name,)
        for later in step.revision.steps
    )
