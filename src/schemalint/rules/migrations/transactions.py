"""What a revision may do in the transaction that it runs in."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.operations import (
    CreateIndex,
    DetachPartition,
    DropIndex,
    Maintenance,
    Operation,
    TransactionControl,
)
from schemalint.project.subjects import History, Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import statement_of, way_for


@rule("MIG021", "concurrent-op-in-transaction", "E/E/E", judges_change=True)
def concurrent_op_in_transaction(step: Step) -> Iterator[Finding]:
    """PostgreSQL refuses CONCURRENTLY and VACUUM inside a transaction, and a revision runs in one."""
    statement = refused_in_transaction(step.operation)
    if statement is None or step.placed.autocommit or _runs_without_transaction(step):
        return
    if step.target.runs_on("postgresql") is False:
        return
    if step.revision.definition.framework == "django" and isinstance(step.operation, (CreateIndex, DropIndex)):
        return  # non-atomic-index-operation speaks of it
    yield Finding(
        place=step.place,
        message=f"{statement} cannot run inside a transaction block: PostgreSQL stops the upgrade with an error",
        help=way_for(
            step.revision,
            alembic="Put it inside `with op.get_context().autocommit_block():`, in a revision of its own.",
            django="Set `atomic = False` on the migration, and leave nothing else in it.",
            sql="Give it a file of its own, and tell the tool to run that outside of a transaction.",
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        facts=("the revision runs in a transaction", "measured on PostgreSQL 10 to 18"),
    )


def refused_in_transaction(operation: Operation) -> str | None:
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
    """Whether the environment runs every statement by itself, or a COMMIT has ended the transaction.

    `commit()` of the connection is no way out: SQLAlchemy begins a new transaction with the next statement (measured).
    """
    env = step.env
    if env is not None and (env.transactional_ddl is not None and env.transactional_ddl is not True):
        return True
    if env is not None and env.isolation_level is not None and env.isolation_level.upper() == "AUTOCOMMIT":
        return True
    return any(
        isinstance(other.operation, TransactionControl) and other.operation.command == "commit"
        for other in step.revision.steps
        if other.number < step.number and not is_call(other)
    )


def is_call(step: Step) -> bool:
    """Whether it is a call of a connection or a session of SQLAlchemy that ends the transaction, not a statement."""
    return is_of_session(step) or any(name == "connection" for name, _ in step.placed.arguments)


def is_of_session(step: Step) -> bool:
    """Whether it is a session on the connection that ends the transaction."""
    return any(name == "session" for name, _ in step.placed.arguments)


@rule("MIG022", "autocommit-without-per-migration-transaction", "-/W/W", judges_change=True)
def autocommit_without_per_migration_transaction(history: History) -> Iterator[Finding]:
    """An autocommit block commits all revisions before it, unless each one has a transaction of its own."""
    env = history.env
    if env is None or env.transaction_per_migration not in (None, False):
        return
    if env.transactional_ddl not in (None, True) or (env.isolation_level or "").upper() == "AUTOCOMMIT":
        return
    outside = [
        step
        for revision in history.ordered
        for step in revision.steps
        if step.placed.autocommit and not step.placed.via
    ]
    if not outside or history.target.runs_on("postgresql") is False:
        return
    blocks = {step.revision.id: step for step in reversed(outside)}
    newest, *others = blocks.values()
    yield Finding(
        place=newest.place,
        message=f"the autocommit block of `{newest.revision.id}` commits all that ran before it in the same `alembic "
        "upgrade`: when the upgrade fails later, it is not rolled back as a whole",
        help=f"Set `transaction_per_migration=True` in `context.configure(...)` of {env.path}.",
        anchor=f"{history.root}:autocommit",
        facts=(
            f"{env.path} does not set transaction_per_migration, so that all pending revisions share a transaction",
            *((f"{len(others)} more revisions have such blocks",) if others else ()),
        ),
    )
