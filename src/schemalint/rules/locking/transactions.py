"""What statements of one transaction do to each other: locks are held to its end."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Related, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DataChange,
    DropColumn,
    OpaqueOperation,
    SetParameter,
    ValidateConstraint,
)
from schemalint.facts.tables import ForeignKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import History, Revision, Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, way_for, weight_on
from schemalint.rules.locking.common import (
    POSTGRESQL,
    Held,
    has_lock_timeout,
    held_before,
    held_during,
    impact,
    is_small,
    lowered,
    sets_lock_timeout,
    statement_of,
    strong_locks,
)
from schemalint.rules.locking.safe import Stage, safe_way
from schemalint.schema.effects.records import TableLock
from schemalint.sql.conditions import is_join, is_null, terms
from schemalint.sql.dialect import dialect_of

_QUEUED_FOR = ("ACCESS EXCLUSIVE", "SHARE ROW EXCLUSIVE")
"""What ALTER TABLE and foreign keys wait for."""
_TO_BUILD = ("SHARE",)
"""What CREATE INDEX waits for. It has a rule of its own, so that others speak first."""
_TO_THE_END = "measured on PostgreSQL 10 to 18: a lock on a table is held until the transaction ends"
_FOR_ALL_ACTIONS = (
    "measured on PostgreSQL 10 to 18: an ALTER TABLE takes the strictest lock that one of its actions needs before the "
    "first of them begins"
)


@rule("LCK006", "validation-under-lock", "W/E/E", supersedes=("statement-under-lock",), judges_change=True)
def validation_under_lock(step: Step) -> Iterator[Finding]:
    """VALIDATE CONSTRAINT reads the whole table while the transaction still holds the lock of an earlier statement."""
    found = impact(step)
    if found is None or not isinstance(step.operation, ValidateConstraint) or not found.lasts:
        return
    held = held_during(step, found.table)
    if held is None:
        return
    together = held.by is step
    whose = ", which another action of the statement needs" if together else ""
    yield Finding(
        place=step.place,
        message=f"validating the constraint reads all rows of `{found.table}` while {held.lock.mode} is held on it"
        f"{whose}: {held.lock.blocks} wait, as if it had been added without NOT VALID",
        help=safe_way(
            step.revision,
            "Validate by a statement of its own, in a transaction of its own:"
            if together
            else "Validate in a transaction of its own, when the one that adds the constraint has ended:",
            Stage((step.operation,), apart=True),
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(found.measured, _FOR_ALL_ACTIONS if together else _TO_THE_END),
        related=() if together else (_taken(held),),
    )


@rule("LCK020", "statement-under-lock", "W/E/E", judges_change=True)
def statement_under_lock(step: Step) -> Iterator[Finding]:
    """A statement takes as long as a table is large while the transaction keeps everybody out of a table."""
    found = impact(step)
    if found is None or not found.lasts or isinstance(step.operation, DataChange):
        return
    held = next((held for held in held_before(step) if held.lock.blocks_reads), None)
    if held is None:
        return
    yield Finding(
        place=step.place,
        message=f"this works through all rows of `{found.table}` while ACCESS EXCLUSIVE is held on "
        f"`{held.lock.table}`: everything that reads or writes `{held.lock.table}` waits for it",
        help="Do it in a revision of its own, and see that each revision has a transaction of its own: what locks a "
        "table for an instant then does only that.",
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(found.measured, _TO_THE_END),
        related=(_taken(held),),
    )


@rule("LCK033", "backfill-with-schema-change", "W/E/E", supersedes=("mixed-schema-and-data",), judges_change=True)
def backfill_with_schema_change(step: Step) -> Iterator[Finding]:
    """All rows of a table are changed in the transaction that holds the lock of a schema change."""
    operation = step.operation
    if not isinstance(operation, DataChange) or operation.command not in ("update", "delete"):
        return
    weight = weight_on(step.target, POSTGRESQL)
    if weight is None or isinstance(operation.table, Unknown) or is_new(step, operation.table):
        return
    reach = _reach(step, operation, operation.table)
    held = next(iter(held_before(step)), None)
    if reach is None or held is None:
        return
    verb = "updating" if operation.command == "update" else "deleting"
    joined = reach is not _EVERY
    rows = f"all rows of `{operation.table}`{' that the join finds' if joined else ''}"
    yield Finding(
        place=step.place,
        message=f"{verb} {rows} keeps the {held.lock.mode} lock on `{held.lock.table}` until "
        f"it is done: {held.lock.blocks} of `{held.lock.table}` wait all the time",
        help=way_for(
            step.revision,
            alembic="Change the rows in a revision of its own, in batches that are each committed "
            "(`with op.get_context().autocommit_block():`), between the revision that adds what they need and the one "
            "that requires it.",
            django="Change the rows in a migration of its own with `atomic = False`, in batches, between the migration "
            "that adds what they need and the one that requires it.",
            sql="Change the rows in a file of its own, in batches that are each committed, between the one that adds "
            "what they need and the one that requires it.",
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=lowered(weight) if joined or is_small(step, operation.table) else weight,
        facts=(_TO_THE_END, reach),
        related=(_taken(held),),
    )


_EVERY = "no condition of the statement leaves out any rows"
_JOINED = "its condition only tells which rows belong together, so it changes every row with a partner"


def _reach(step: Step, change: DataChange, table: ObjectName) -> str | None:
    """Why a change of rows takes as long as a table is large; None where its condition may leave out most of them.

    A column that the revision adds without a default is NULL in all rows, so that asking for that leaves out none.
    """
    if not change.bounded:
        return _EVERY
    dialect = dialect_of(POSTGRESQL)
    asked = terms(change.predicate, dialect) if change.predicate is not None else []
    left = [term for term in asked if not _is_filled_first(step, table, is_null(term, dialect))]
    if not asked or not all(is_join(term, dialect) for term in left):
        return None
    return _JOINED if left else _EVERY


def _is_filled_first(step: Step, table: ObjectName, column: str | None) -> bool:
    """Whether a column is NULL in all rows: the revision adds it, without a default, and has not filled it yet."""
    found = step.schema.table(table)
    known = found.column(column) if found is not None and column is not None else None
    if known is None or known.created_in != step.revision.id or known.definition.default is not None:
        return False
    before = (other.operation for other in step.revision.steps if other.number < step.number)
    return not any(
        isinstance(other, OpaqueOperation) or (isinstance(other, DataChange) and other.table == table)
        for other in before
    )


def _taken(held: Held) -> Related:
    return Related(held.by.place, f"{held.lock.mode} on `{held.lock.table}` is taken here")


@rule("LCK019", "missing-lock-timeout", "I/W/W", judges_change=True)
def missing_lock_timeout(history: History) -> Iterator[Finding]:
    """A strong lock is waited for without a limit, and everybody else queues behind it."""
    waiting = _waiting(history, _QUEUED_FOR) or _waiting(history, _TO_BUILD)
    weight = weight_on(history.target, POSTGRESQL)
    if not waiting or weight is None:
        return
    step, lock = waiting[-1]
    others = len(waiting) - 1
    yield Finding(
        place=step.place,
        message=f"this waits for {lock.mode} on `{lock.table}` without a limit: behind one long transaction it "
        f"queues, and all {lock.blocks} of `{lock.table}` queue behind it",
        help=_limit(step.revision),
        anchor=f"{history.root or '.'}:lock-timeout",
        cause=statement_of(step),
        weight=weight,
        facts=(
            "no lock_timeout is set in the revision, nor where its connection is made",
            *((f"so it is in {others} more revision{'s' if others > 1 else ''} before",) if others else ()),
            "measured on PostgreSQL 10 to 18: a lock that waits makes later, weaker ones wait behind it",
        ),
    )


def _waiting(history: History, modes: tuple[str, ...]) -> list[tuple[Step, TableLock]]:
    """The steps of revisions that are to be deployed that wait for such locks without a limit; one a revision."""
    coming = (revision for revision in history.ordered if not revision.released)
    return [found for revision in coming if (found := _waits(revision, modes)) is not None]


def _waits(revision: Revision, modes: tuple[str, ...]) -> tuple[Step, TableLock] | None:
    """The first step of a revision that waits for such a lock without a limit, as far as that is certain."""
    if has_lock_timeout(revision):
        return None
    for step in revision.steps:
        if isinstance(step.operation, OpaqueOperation) or sets_lock_timeout(step):
            return None
        lock = next((lock for lock in strong_locks(step) if lock.mode in modes), None)
        if lock is not None and not step.placed.conditional:
            return step, lock
    return None


def _limit(revision: Revision) -> str:
    statement = SetParameter("lock_timeout", "5s", local=True)
    return safe_way(
        revision,
        "Give up after some seconds and try again later. Best is once for all, where migrations connect (`-c "
        "lock_timeout=5s` among the options); name that in `lock-timeout-set-by` where the code does not show it. "
        "Here:",
        Stage((statement,)),
    )


@rule("LCK021", "wide-lock-window", "-/I/I", judges_change=True)
def wide_lock_window(revision: Revision) -> Iterator[Finding]:
    """One transaction keeps everybody out of several tables at once."""
    for step in revision.steps:
        own = {lock.table for lock in strong_locks(step) if lock.blocks_reads}
        before = [held for held in held_before(step) if held.lock.blocks_reads]
        others = [held for held in before if not any(_may_be_one(held.lock.table, table) for table in own)]
        if not own or len(before) != 1 or not others or weight_on(step.target, POSTGRESQL) is None:
            continue
        held = others[0]
        table = min(own)
        yield Finding(
            place=step.place,
            message=f"ACCESS EXCLUSIVE on `{table}` is waited for while it is held on `{held.lock.table}`: whoever "
            "uses both in the other order deadlocks with it, and both are out of use meanwhile",
            help="Change one table a revision, each in a transaction of its own.",
            anchor=f"{revision.id}:wide-lock-window",
            cause=statement_of(step),
            weight=Weight.FULL,
            facts=(_TO_THE_END,),
            related=(_taken(held),),
        )
        return


def _may_be_one(table: ObjectName, other: ObjectName) -> bool:
    """Whether two names can be one table: `users` is `public.users` where the search path says so."""
    return table.name == other.name and (table.schema == other.schema or not (table.schema and other.schema))


@rule("LCK032", "pending-trigger-events", "W/E/E", judges_change=True)
def pending_trigger_events(step: Step) -> Iterator[Finding]:
    """Rows with a deferred foreign key are changed, and the table is altered before the key is checked."""
    operation = step.operation
    if not isinstance(operation, (AddColumn, DropColumn, AlterColumn, AddConstraint, CreateIndex)):
        return
    if step.target.runs_on(POSTGRESQL) is False:
        return
    table = operation.table
    if isinstance(table, Unknown) or (isinstance(operation, CreateIndex) and operation.concurrently is not False):
        return
    waiting = _waiting_change(step, table)
    if waiting is None:
        return
    yield Finding(
        place=step.place,
        message=f'PostgreSQL stops here with "cannot ALTER TABLE "{table}" because it has pending trigger events": '
        "rows of it were changed in the same transaction, and its foreign keys are checked at the end",
        help="Change the rows in a revision of their own, or run `SET CONSTRAINTS ALL IMMEDIATE` between the two.",
        anchor=step.anchor,
        cause=statement_of(step),
        facts=(_why_deferred(step), "measured on PostgreSQL 10 to 18"),
        related=(Related(waiting.place, "rows are changed here"),),
    )


def _why_deferred(step: Step) -> str:
    if step.revision.definition.framework == "django":
        return "Django makes every foreign key DEFERRABLE INITIALLY DEFERRED"
    return "the foreign key is INITIALLY DEFERRED"


def _waiting_change(step: Step, table: object) -> Step | None:
    """The newest change of rows before a step whose foreign keys are not checked yet; None where that is not sure."""
    columns = _deferred_columns(step, table)
    waiting: Step | None = None
    for other in reversed(step.earlier):
        operation = other.operation
        if isinstance(operation, SetParameter) and operation.name.lower() == "constraints":
            return None
        if waiting is not None:
            continue
        if isinstance(operation, OpaqueOperation) or other.placed.conditional:
            return None
        if isinstance(operation, AddConstraint) and operation.table == table:
            columns -= _columns_of_key(operation)  # what was there before the key was checked as it came
        elif isinstance(operation, DataChange) and operation.table == table:
            touched = columns if operation.command == "insert" else columns & set(operation.columns_set)
            if operation.command in ("insert", "update") and touched:
                waiting = other
    return waiting


def _deferred_columns(step: Step, table: object) -> set[str]:
    """The columns whose foreign keys are checked at the end.

    Django sends SET CONSTRAINTS ... IMMEDIATE along with a column that it adds together with its key.
    """
    view = step.schema.table(table) if isinstance(table, ObjectName) else None
    keys = [item.definition for item in view.constraints()] if view is not None else []
    deferred = (key for key in keys if isinstance(key, ForeignKeyDef) and key.initially_deferred)
    columns = {name for key in deferred for name in key.columns}
    if step.revision.definition.framework == "django":
        for other in step.earlier:
            added = other.operation
            if isinstance(added, AddConstraint) and added.inline and added.table == table:
                columns -= _columns_of_key(added)
    return columns


def _columns_of_key(added: AddConstraint) -> set[str]:
    return set(added.constraint.columns) if isinstance(added.constraint, ForeignKeyDef) else set()
