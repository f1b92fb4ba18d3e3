"""MIG: whether a revision can be taken back, and what it does to the data that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Related, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    CreateIndex,
    CreateObject,
    DataChange,
    DetachPartition,
    DropColumn,
    DropIndex,
    DropTable,
    LockTable,
    Maintenance,
    OpaqueOperation,
    Operation,
    RenameTable,
    SetParameter,
    TransactionControl,
    Truncate,
    ValidateConstraint,
)
from schemalint.facts.revisions import PlacedOperation
from schemalint.facts.tables import PrimaryKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.subjects import Revision, Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new

_WITHOUT_EFFECT = (OpaqueOperation, TransactionControl, SetParameter, ValidateConstraint, LockTable, Maintenance)


@rule("MIG001", "missing-downgrade", "E/E/E")
def missing_downgrade(revision: Revision) -> Iterator[Finding]:
    """A revision without `downgrade()` cannot be taken back: `alembic downgrade` fails on it."""
    changes = _changes(revision)
    if revision.downgrade is not None or revision.definition.downgrade is not None or not changes:
        return
    upgrade = revision.definition.upgrade or revision.definition.place
    yield Finding(
        place=upgrade,
        message=f"revision `{revision.id}` has no downgrade(): nothing takes back {_describe(changes)}",
        help="Write `def downgrade():` that undoes what `upgrade()` does, in the opposite order.",
        anchor=f"{revision.id}:downgrade",
        facts=tuple(_fact(placed) for placed in changes[:3]),
    )


@rule("MIG002", "empty-downgrade", "E/E/E")
def empty_downgrade(revision: Revision) -> Iterator[Finding]:
    """A `downgrade()` that does nothing leaves the change in place and claims that it is gone."""
    changes = _changes(revision)
    if revision.downgrade is None or not revision.downgrade.empty or not changes:
        return
    may_stay = all(_may_stay(placed.operation) for placed in changes)
    yield Finding(
        place=revision.downgrade.place,
        message=f"downgrade() of `{revision.id}` does nothing: {_describe(changes)} of upgrade() stays done, "
        "while Alembic records that it is undone",
        help=_MEANT if may_stay else _UNDO,
        anchor=f"{revision.id}:downgrade",
        weight=Weight.NOTE if may_stay else Weight.FULL,
        facts=tuple(_fact(placed) for placed in changes[:3]),
    )


_UNDO = "Undo what `upgrade()` does, in the opposite order; where that is impossible, raise an exception that says why."
_MEANT = "Where that is meant, a docstring that says so spares the next reader the question."


def _may_stay(operation: Operation) -> bool:
    """Whether no reviewer would ask for more.

    Rows that were repaired are rarely to be broken again, PostgreSQL has no way to remove the value of an enum, and an
    extension is in nobody's way.
    """
    extension = isinstance(operation, CreateObject) and operation.kind == "extension"
    return extension or isinstance(operation, (DataChange, Truncate, AddEnumValue))


def _changes(revision: Revision) -> tuple[PlacedOperation, ...]:
    """What the upgrade certainly changes; nothing for a merge."""
    if revision.definition.is_merge:
        return ()
    return tuple(
        placed
        for placed in revision.operations
        if not placed.conditional and not isinstance(placed.operation, _WITHOUT_EFFECT)
    )


def _describe(changes: tuple[PlacedOperation, ...]) -> str:
    """`add_column users.email and 2 more operations`."""
    first = changes[0].operation
    more = len(changes) - 1
    rest = f" and {more} more operation{'s' if more > 1 else ''}" if more else ""
    return f"{operation_kind(first)} `{object_name(first)}`{rest}"


def _fact(placed: PlacedOperation) -> str:
    what = f"{operation_kind(placed.operation)} `{object_name(placed.operation)}`"
    return f"upgrade() runs {what} in line {placed.place.span.line}"


@rule("MIG008", "unapproved-table-drop", "E/E/E", judges_change=True)
def unapproved_table_drop(step: Step) -> Iterator[Finding]:
    """Dropping a table loses its rows for good, so somebody has to say that this is meant."""
    operation = step.operation
    if not isinstance(operation, DropTable) or isinstance(operation.name, Unknown) or _is_scratch(operation.name.name):
        return
    if is_new(step, operation.name):
        return
    replaced = any(
        isinstance(later.operation, RenameTable) and later.operation.new_name == operation.name
        for later in step.revision.steps
    )
    yield Finding(
        place=step.place,
        message=f"dropping table `{operation.name}` deletes all of its rows, and no downgrade brings them back",
        help="Stop using the table, release that, and drop it later; then say that it is meant: "
        "`# schemalint: approve[unapproved-table-drop] <reason>`.",
        anchor=step.anchor,
        weight=Weight.REDUCED if replaced else Weight.FULL,
        facts=(f"`{operation.name}` is not created in this revision",),
    )


_SCRATCH = re.compile(r"(^|_)(tmp|temp|bak|backup|old)(_|\d*$)")


def _is_scratch(name: str) -> bool:
    """Whether a table's name says that its contents are a copy: `_alembic_tmp_users`, `users_backup`, `users_old`."""
    return _SCRATCH.search(name.lower()) is not None


@rule("MIG009", "unapproved-column-drop", "E/E/E", judges_change=True)
def unapproved_column_drop(step: Step) -> Iterator[Finding]:
    """Dropping a column loses its values for good, so somebody has to say that this is meant."""
    operation = step.operation
    if (
        not isinstance(operation, DropColumn)
        or isinstance(operation.table, Unknown)
        or isinstance(operation.column, Unknown)
    ):
        return
    if is_new(step, operation.table, operation.column) or _is_generated(step, operation.table, operation.column):
        return
    column = f"{operation.table}.{operation.column}"
    copied = _copy_of(step, operation.table, operation.column)
    yield Finding(
        place=step.place,
        message=f"dropping `{column}` deletes its values in every row, and no downgrade brings them back",
        help="Stop reading and writing the column, release that, and drop it later; then say that it is meant: "
        "`# schemalint: approve[unapproved-column-drop] <reason>`.",
        anchor=step.anchor,
        weight=Weight.REDUCED if copied else Weight.FULL,
        facts=(f"`{column}` is not added in this revision",),
        related=(Related(copied.place, f"`{operation.column}` is read here, maybe to keep its values"),)
        if copied
        else (),
    )


def _is_generated(step: Step, table: ObjectName, column: str) -> bool:
    """Whether a column's values are computed from others, so that nothing is lost with it."""
    found = step.schema.table(table)
    known = found.column(column) if found else None
    return known is not None and not isinstance(known.definition, Unknown) and known.definition.generated is not None


def _copy_of(step: Step, table: ObjectName, column: str) -> Step | None:
    """An earlier step of the revision that reads the column while it writes rows, which may keep its values."""
    return next(
        (
            earlier
            for earlier in step.revision.steps
            if earlier.number < step.number
            and isinstance(earlier.operation, DataChange)
            and earlier.operation.command in ("insert", "update")
            and column in earlier.operation.columns_read
        ),
        None,
    )


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


@rule("MIG021", "concurrent-op-in-transaction", "E/E/E", judges_change=True)
def concurrent_op_in_transaction(step: Step) -> Iterator[Finding]:
    """PostgreSQL refuses CONCURRENTLY and VACUUM inside a transaction, and a revision runs in one."""
    statement = _refused_in_transaction(step.operation)
    if statement is None or step.placed.autocommit or _runs_without_transaction(step):
        return
    if step.target.runs_on("postgresql") is False:
        return
    yield Finding(
        place=step.place,
        message=f"{statement} cannot run inside a transaction block: PostgreSQL stops the upgrade with an error",
        help="Put it inside `with op.get_context().autocommit_block():`, in a revision of its own.",
        anchor=step.anchor,
        facts=("Alembic runs a revision in a transaction", "measured on PostgreSQL 10 to 18"),
    )


def _refused_in_transaction(operation: Operation) -> str | None:
    """The statement as PostgreSQL names it in its error, or None for one that may run in a transaction."""
    if isinstance(operation, CreateIndex) and operation.concurrently is True:
        return "CREATE INDEX CONCURRENTLY"
    if isinstance(operation, DropIndex) and operation.concurrently is True:
        return "DROP INDEX CONCURRENTLY"
    if isinstance(operation, DetachPartition) and operation.concurrently:
        return "ALTER TABLE ... DETACH CONCURRENTLY"
    if isinstance(operation, Maintenance) and operation.command == "reindex" and operation.concurrently:
        return "REINDEX CONCURRENTLY"
    if isinstance(operation, Maintenance) and operation.command in ("vacuum", "vacuum full"):
        return "VACUUM"
    return None


def _runs_without_transaction(step: Step) -> bool:
    """Whether the environment runs every statement by itself, or the revision has ended the transaction by hand."""
    env = step.env
    if env is not None and (env.transactional_ddl is not None and env.transactional_ddl is not True):
        return True
    if env is not None and env.isolation_level is not None and env.isolation_level.upper() == "AUTOCOMMIT":
        return True
    return any(
        isinstance(other.operation, TransactionControl) and other.operation.command == "commit"
        for other in step.revision.steps
        if other.number < step.number
    )
