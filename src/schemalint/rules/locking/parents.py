"""Locks on tables that a statement does not name: those that foreign keys and partitions bind to the one it names."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AlterColumn,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropTable,
    Operation,
    SetParameter,
)
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, weight_on
from schemalint.rules.locking.common import (
    POSTGRESQL,
    held_before,
    is_dropped_later,
    measured,
    statement_of,
    waits_with_limit,
)
from schemalint.rules.locking.safe import Stage, safe_way

_WHY = {
    "referenced": "which its foreign keys refer to",
    "referencing": "whose foreign keys refer to it",
    "parent": "of which it is a partition",
}
"""By the role of the other table, why it is locked."""


@rule("LCK023", "parent-lock", "I/W/W", supersedes=("missing-lock-timeout",), judges_change=True)
def parent_lock(step: Step) -> Iterator[Finding]:
    """A change of one table takes ACCESS EXCLUSIVE on another, which a foreign key or a partition binds to it."""
    operation = step.operation
    weight = weight_on(step.target, POSTGRESQL)
    effect = step.effect_on(POSTGRESQL)
    if (
        weight is None
        or effect is None
        or not isinstance(operation, (DropConstraint, DropTable, DropColumn, AlterColumn))
    ):
        return
    held = {held.lock.table for held in held_before(step) if held.lock.blocks_reads}
    locks = [
        lock
        for lock in effect.locks
        if lock.role in _WHY
        and lock.blocks_reads
        and lock.table not in held
        and not is_new(step, lock.table)
        and not is_dropped_later(step, lock.table)
    ]
    if not locks:
        return
    others = ", ".join(f"`{lock.table}`" for lock in locks)
    limited = waits_with_limit(step)
    yield Finding(
        place=step.place,
        message=f"{_change(operation)} takes ACCESS EXCLUSIVE on {others} too, {_WHY[locks[0].role]}: every read and "
        "write there queues behind it",
        help=_way(step, operation, locks[0].role, limited),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=Weight.NOTE if limited else weight,
        facts=(measured(effect), *(("a lock_timeout is set",) if limited else ())),
    )


def _change(operation: Operation) -> str:
    if isinstance(operation, DropTable):
        return f"dropping `{operation.name}`"
    if isinstance(operation, DropColumn):
        return f"dropping `{operation.table}.{operation.column}`"
    if isinstance(operation, AlterColumn):
        return f"changing the type of `{operation.table}.{operation.column}`"
    assert isinstance(operation, DropConstraint)
    name = f" `{operation.name}`" if isinstance(operation.name, str) else ""
    return f"dropping constraint{name} of `{operation.table}`"


def _way(step: Step, operation: Operation, role: str, limited: bool) -> str:
    detached = _detached(step, operation) if role == "parent" else None
    if detached is not None:
        return safe_way(
            step.revision,
            "Detach the partition CONCURRENTLY first, which blocks nobody on its parent:",
            Stage((detached,), alone=True),
            Stage((operation,), apart=True),
        )
    if limited:
        return "Let it be the only change of its transaction, so that the locks are held for an instant."
    return safe_way(
        step.revision,
        "Do it in a transaction of its own, and give up after some seconds to try again later:",
        Stage((SetParameter("lock_timeout", "5s", local=True), operation)),
    )


def _detached(step: Step, operation: Operation) -> DetachPartition | None:
    """DETACH CONCURRENTLY of a partition, where that is possible: since PostgreSQL 14, beside no default partition."""
    server = step.target.server(POSTGRESQL)
    version = server.version if server is not None else None
    if not isinstance(operation, DropTable) or not isinstance(operation.name, ObjectName):
        return None
    view = step.schema.table(operation.name)
    parent = view.partition_of() if view is not None else None
    if parent is None or parent.default_partition() is not None or (version is not None and version < 14):
        return None
    return DetachPartition(parent.name, operation.name, concurrently=True)
