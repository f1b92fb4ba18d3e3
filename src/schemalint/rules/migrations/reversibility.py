"""Whether a revision can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Weight
from schemalint.facts.operations import (
    AddEnumValue,
    CreateObject,
    DataChange,
    LockTable,
    Maintenance,
    OpaqueOperation,
    Operation,
    ReadTable,
    SetParameter,
    TransactionControl,
    Truncate,
    ValidateConstraint,
)
from schemalint.facts.revisions import PlacedOperation
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.subjects import Revision
from schemalint.rules.api import Finding, rule

_WITHOUT_EFFECT = (
    OpaqueOperation,
    TransactionControl,
    SetParameter,
    ValidateConstraint,
    LockTable,
    Maintenance,
    ReadTable,
)


@rule("MIG001", "missing-downgrade", "E/E/E")
def missing_downgrade(revision: Revision) -> Iterator[Finding]:
    """A revision without `downgrade()` cannot be taken back: `alembic downgrade` fails on it."""
    changes = _changes(revision)
    if revision.downgrade is not None or revision.definition.downgrade is not None or not changes:
        return
    if revision.definition.framework == "django":
        return  # irreversible-run-python speaks of it
    is_sql = revision.definition.framework != "alembic"
    yield Finding(
        place=revision.definition.upgrade or revision.definition.place,
        message=f"revision `{revision.id}` has no {'way down' if is_sql else 'downgrade()'}: nothing takes back "
        f"{_describe(changes)}",
        help="Write the way down that the tool asks for: it undoes what the way up does, in the opposite order."
        if is_sql
        else "Write `def downgrade():` that undoes what `upgrade()` does, in the opposite order.",
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
        "while it is recorded as undone",
        help=_MEANT if may_stay else _UNDO,
        anchor=f"{revision.id}:downgrade",
        weight=Weight.NOTE if may_stay else Weight.FULL,
        facts=tuple(_fact(placed) for placed in changes[:3]),
    )


@rule("MIG003", "raising-downgrade", "W/W/E")
def raising_downgrade(revision: Revision) -> Iterator[Finding]:
    """A `downgrade()` that only raises ends every attempt to go back beyond this revision."""
    changes = _changes(revision)
    if revision.downgrade is None or revision.downgrade.raises is None or not changes:
        return
    exception, _, reason = revision.downgrade.raises.partition(": ")
    lasting = all(_may_stay(placed.operation) for placed in changes)
    yield Finding(
        place=revision.downgrade.place,
        message=f"downgrade() of `{revision.id}` raises {exception}: nothing older than it can be reached again by "
        f"`alembic downgrade`, and {_describe(changes)} of upgrade() stays done",
        help="Undo what can be undone" + ("." if reason else "; where nothing can, raise an exception that says why."),
        anchor=f"{revision.id}:downgrade",
        weight=Weight.NOTE if lasting else Weight.REDUCED if reason else Weight.FULL,
        facts=(
            *((f"its reason: {reason}",) if reason else ()),
            *(_fact(placed) for placed in changes[:3]),
        ),
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
