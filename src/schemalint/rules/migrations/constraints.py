"""Constraints that the rows that are there may break."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
)
from schemalint.facts.tables import CheckDef, PrimaryKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, way_for
from schemalint.rules.migrations.common import earlier, is_emptied, is_written
from schemalint.schema.definitions import involves

_FILLING = frozenset({"mysql", "mariadb"})


@rule("MIG014", "required-column-without-default", "E/E/E", judges_change=True)
def required_column_without_default(step: Step) -> Iterator[Finding]:
    """Adding a NOT NULL column without a server default fails as soon as the table has a row."""
    operation = step.operation
    if not isinstance(operation, AddColumn) or isinstance(operation.table, Unknown):
        return
    column = operation.column
    if column.nullable is not False or column.default is not None or column.identity or column.generated:
        return
    if is_new(step, operation.table) or is_emptied(step, operation.table) or _is_key(step, operation):
        return
    name = f"{operation.table}.{column.name}"
    dialects = {server.dialect for server in step.target.servers}
    fills = bool(dialects) and dialects <= _FILLING
    yield Finding(
        place=step.placed.argument("nullable"),
        message=f"adding `{name}` as NOT NULL without a server default "
        + (
            f"makes it 0 or '' in every row that `{operation.table}` has: MySQL chooses that, not you, and a foreign "
            "key rejects it, as strict mode does for a date"
            if fills
            else f"fails on every row that `{operation.table}` has"
        ),
        help=way_for(
            step.revision,
            alembic="Add it with `nullable=True`, fill it, and set it NOT NULL in a later revision; or give it a "
            "`server_default`, which PostgreSQL 11 and later add without rewriting the table.",
            django="Add it with `null=True`, fill it, and make it required in a later migration; or give it a "
            "`db_default`.",
            sql="Add it without NOT NULL, fill it, and set it NOT NULL in a later file; or give it a DEFAULT, which "
            "PostgreSQL 11 and later add without rewriting the table.",
        ),
        anchor=step.anchor,
        weight=Weight.REDUCED if fills else Weight.FULL,
        facts=(
            f"`{operation.table}` is not created in this revision",
            *(
                ("`default=` is applied by SQLAlchemy to new rows only, the server never sees it",)
                if column.client_default
                else ()
            ),
        ),
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


@rule("MIG015", "constraint-before-backfill", "W/E/E", judges_change=True)
def constraint_before_backfill(step: Step) -> Iterator[Finding]:
    """A column is set NOT NULL while rows that are there may hold NULL, and nothing fills them."""
    operation = step.operation
    if not isinstance(operation, AlterColumn) or operation.nullable is not False:
        return
    if step.revision.definition.framework == "django":
        return  # it fills the column with the field's default, or asks for one
    table, column = operation.table, operation.column
    if isinstance(table, Unknown) or isinstance(column, Unknown) or is_new(step, table) or is_emptied(step, table):
        return
    found = step.schema.table(table)
    known = found.column(column) if found is not None else None
    if known is None or known.definition.nullable is not True or _tells_of_null(step, table, column):
        return
    added = next((other for other in earlier(step) if _adds(other, table, column)), None)
    if is_written(step, table, column) or (known.definition.default is not None and known.created_in is not None):
        return
    yield Finding(
        place=step.placed.argument("nullable"),
        message=f"`{table}.{column}` is set NOT NULL before anything fills it: the upgrade stops on the first row "
        + ("that the table has" if added else "in which it is NULL"),
        help=f"Fill `{column}` first in every row in which it is NULL, in batches where the table is large.",
        anchor=step.anchor,
        basis=Basis.PROVED if added else Basis.INFERRED,
        facts=(
            f"`{table}.{column}` is nullable before this step, and no revision up to here updates it",
            *((f"it is added in line {added.place.span.line}, without a default",) if added else ()),
        ),
    )


def _adds(step: Step, table: ObjectName, column: str) -> bool:
    operation = step.operation
    return isinstance(operation, AddColumn) and operation.table == table and operation.column.name == column


def _tells_of_null(step: Step, table: ObjectName, column: str) -> bool:
    """Whether a CHECK of the table names the column: it may prove that there is no NULL."""
    found = step.schema.table(table)
    checks = (each.definition for each in (found.constraints() if found is not None else ()))
    return any(isinstance(check, CheckDef) and involves(check, column) is None for check in checks)
