"""Constraints that the rows that are there may break."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DataChange,
    OpaqueOperation,
)
from schemalint.facts.tables import CheckDef, Default, IndexDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, statement_of, way_for
from schemalint.rules.migrations.common import earlier, is_emptied, is_inserted, is_written
from schemalint.schema.definitions import involves
from schemalint.schema.effects.postgresql.defaults import fills_rows, volatility_of_default

_FILLING = frozenset({"mysql", "mariadb"})


@rule("MIG014", "required-column-without-default", "E/E/E", supersedes=("statement-under-lock",), judges_change=True)
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
        cause=statement_of(step),
        weight=Weight.REDUCED if fills else Weight.FULL,
        facts=(
            f"`{operation.table}` is not created in this revision",
            *(
                ("`default=` is applied by SQLAlchemy to new rows only, the server never sees it",)
                if column.client_default and step.revision.definition.framework == "alembic"
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
    """A column is set NOT NULL or UNIQUE while the rows that are there hold NULL or one and the same value."""
    match step.operation:
        case AlterColumn(nullable=False) as altered:
            yield from _required(step, altered)
        case AddConstraint(table=ObjectName() as table, constraint=UniqueDef(columns=(column,))):
            yield from _unique(step, table, column)
        case CreateIndex(table=ObjectName() as table, index=IndexDef(unique=True, predicate=None, columns=(column,))):
            yield from _unique(step, table, column)


def _required(step: Step, operation: AlterColumn) -> Iterator[Finding]:
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
    if added is None and is_inserted(step, table, column):
        return  # rows come with a value: those of the history, and very likely the others too
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


def _unique(step: Step, table: ObjectName, column: str) -> Iterator[Finding]:
    added = next((other for other in earlier(step) if _adds(other, table, column)), None)
    if added is None or is_new(step, table) or is_emptied(step, table) or not _fills_alike(added):
        return
    between = [other.operation for other in earlier(step) if other.number > added.number]
    if any(isinstance(other, (DataChange, OpaqueOperation)) for other in between):
        return
    yield Finding(
        place=step.place,
        message=f"`{table}.{column}` is UNIQUE, and all rows that are there get the same value when it is added: the "
        f"upgrade stops as soon as `{table}` has two rows",
        help=way_for(
            step.revision,
            alembic=f"Add `{column}` nullable and without a default, give each row a value of its own, and make it "
            "unique after that.",
            django="Add it with `null=True` and without `unique`, give each row a value of its own in RunPython, and "
            "make it unique in a migration after that (Django's documentation: Migrations that add unique fields).",
            sql=f"Add `{column}` without a default, give each row a value of its own, and make it unique after that.",
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        basis=Basis.PROVED,
        facts=(f"it is added in line {added.place.span.line}, with a default that is one value for all rows",),
    )


def _fills_alike(added: Step) -> bool:
    """Whether a new column certainly has one value, which is not NULL, in all rows that are there."""
    column = added.operation.column if isinstance(added.operation, AddColumn) else None
    if column is None or column.identity is not None or column.generated is not None or not fills_rows(column):
        return False
    if not isinstance(column.default, Default):
        return True
    return volatility_of_default(column.default, None, added.schema) in ("constant", "immutable", "stable")


def _adds(step: Step, table: ObjectName, column: str) -> bool:
    operation = step.operation
    return isinstance(operation, AddColumn) and operation.table == table and operation.column.name == column


def _tells_of_null(step: Step, table: ObjectName, column: str) -> bool:
    """Whether a CHECK of the table names the column: it may prove that there is no NULL."""
    found = step.schema.table(table)
    checks = (each.definition for each in (found.constraints() if found is not None else ()))
    return any(isinstance(check, CheckDef) and involves(check, column) is None for check in checks)
