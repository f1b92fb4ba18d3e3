"""What changes no definition: rewriting, refreshing and emptying tables, and their triggers."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.diagnostics import Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateIndex, Maintenance, OpaqueOperation, SetParameter, Truncate
from schemalint.facts.tables import IndexDef, IndexElement
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, weight_on
from schemalint.rules.locking.common import (
    POSTGRESQL,
    Impact,
    held_before,
    impact_on,
    is_dropped_later,
    measured,
    statement_of,
    waits_with_limit,
)
from schemalint.rules.locking.lasting import flagged, works
from schemalint.rules.locking.safe import Stage, safe_way

_REWRITES = {
    "cluster": "CLUSTER",
    "vacuum-full": "VACUUM FULL",
    "set-logged": "SET LOGGED",
    "set-unlogged": "SET UNLOGGED",
    "set-access-method": "SET ACCESS METHOD",
    "set-tablespace": "SET TABLESPACE",
}
"""The statements that do nothing but write a table anew, by their forms."""


@rule("LCK018", "table-rewrite", "W/E/E", supersedes=("statement-under-lock",), judges_change=True)
def table_rewrite(step: Step) -> Iterator[Finding]:
    """A table in use is written anew as a whole while nobody can read it or write to it."""
    found = _on_subject(step)
    if found is None or found.effect.form not in _REWRITES or not works(found):
        return
    statement = _REWRITES[found.effect.form]
    yield flagged(
        found,
        f"{statement} writes all of `{found.table}` anew",
        _way_to_rewrite(statement, found.table),
        "it needs as much free space again as the table and its indexes take",
    )


def _way_to_rewrite(statement: str, table: ObjectName) -> str:
    if statement in ("CLUSTER", "VACUUM FULL"):
        order = "" if statement == "CLUSTER" else " --no-order"
        return (
            f"Leave it out of the migrations: `pg_repack{order} --table={table}` does the same work and locks the "
            "table for an instant only, at its ends. For space that later rows fill again, plain VACUUM is enough."
        )
    return (
        "Make a new table as it should be, copy the rows in batches that are each committed while a trigger keeps it "
        "up to date, and swap the names; or do it while nobody uses the table."
    )


def _on_subject(step: Step) -> Impact | None:
    """What a step does to the table that it works on, however the operation names that."""
    effect = step.effect_on(POSTGRESQL)
    lock = next((lock for lock in effect.locks if lock.role == "subject"), None) if effect is not None else None
    return impact_on(step, lock.table) if lock is not None else None


@rule("LCK028", "non-concurrent-refresh", "W/E/E", supersedes=("statement-under-lock",), judges_change=True)
def non_concurrent_refresh(step: Step) -> Iterator[Finding]:
    """REFRESH MATERIALIZED VIEW without CONCURRENTLY keeps everybody from the view until it is built again."""
    operation = step.operation
    if not isinstance(operation, Maintenance) or operation.target is None or _is_made_anew(step, operation.target):
        return
    found = impact_on(step, operation.target)
    if found is None or found.effect.form != "refresh":
        return
    yield flagged(
        found,
        f"refreshing `{operation.target}` runs its query and builds it anew",
        _way_to_refresh(step, operation, operation.target),
    )


def _is_made_anew(step: Step, name: ObjectName) -> bool:
    """Whether the revision itself makes the view, or may do so in what was not understood: nobody reads it yet."""
    view = step.schema.object("materialized view", name)
    if view is not None:
        return view.created_in == step.revision.id
    before = (other.operation for other in step.revision.steps if other.number < step.number)
    return any(isinstance(other, OpaqueOperation) for other in before)


def _way_to_refresh(step: Step, operation: Maintenance, name: ObjectName) -> str:
    table = step.schema.table(name)
    unique = table is not None and any(index.definition.unique is True for index in table.indexes())
    refresh = Stage((replace(operation, concurrently=True),), apart=True)
    if unique:
        return safe_way(step.revision, "Refresh CONCURRENTLY, for which the view has its unique index:", refresh)
    index = IndexDef(f"{name.name}_key", (IndexElement(column="<columns>"),), unique=True)
    return safe_way(
        step.revision,
        "Refresh CONCURRENTLY, which needs a unique index over columns of the view, without WHERE:",
        Stage((CreateIndex(name, index, concurrently=True),), alone=True),
        refresh,
    )


_TRIGGERS = {
    "create-trigger": "creating a trigger on",
    "create-trigger-execute-function": "creating a trigger on",
    "create-constraint-trigger": "creating a constraint trigger on",
    "drop-trigger": "dropping a trigger of",
    "rename-trigger": "renaming a trigger of",
    "enable-trigger": "enabling triggers of",
    "disable-trigger": "disabling triggers of",
}


@rule("LCK029", "trigger-lock", "I/W/W", supersedes=("missing-lock-timeout",), judges_change=True)
def trigger_lock(step: Step) -> Iterator[Finding]:
    """A trigger of a table in use changes, for which writes wait, and reads where it is dropped."""
    found = _on_subject(step)
    if found is None or found.effect.form not in _TRIGGERS or found.lock is None:
        return
    if step.schema.object("view", found.table) is not None:
        return  # INSTEAD OF: only a change of the view itself waits
    if _is_locked_already(step, found) or is_dropped_later(step, found.table):
        return
    limited = waits_with_limit(step)
    timeout = SetParameter("lock_timeout", "5s", local=True)
    yield Finding(
        place=step.place,
        message=f"{_TRIGGERS[found.effect.form]} `{found.table}` takes {found.lock.mode}: behind one long transaction "
        f"it waits, and {found.lock.blocks} of `{found.table}` queue behind it",
        help="Let it be the only change of its transaction, so that the lock is held for an instant."
        if limited
        else safe_way(
            step.revision,
            "Change triggers in a transaction of their own, and give up after some seconds to try again later; CREATE "
            "OR REPLACE TRIGGER (PostgreSQL 14 and later) spares the DROP, for which reads wait too. Begin with:",
            Stage((timeout,)),
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=Weight.NOTE if limited else found.weight,
        facts=(found.measured, *(("a lock_timeout is set",) if limited else ())),
    )


def _is_locked_already(step: Step, found: Impact) -> bool:
    """Whether the transaction holds a lock on the table for which the same wait, and so this one adds nothing."""
    strong = found.lock is not None and found.lock.blocks_reads
    return any(held.lock.table == found.table and (held.lock.blocks_reads or not strong) for held in held_before(step))


@rule("LCK030", "truncate-cascade", "W/E/E", supersedes=("missing-lock-timeout",), judges_change=True)
def truncate_cascade(step: Step) -> Iterator[Finding]:
    """TRUNCATE CASCADE empties tables that it does not name, and locks them all."""
    operation = step.operation
    weight = weight_on(step.target, POSTGRESQL)
    effect = step.effect_on(POSTGRESQL)
    if weight is None or effect is None or not isinstance(operation, Truncate) or effect.form != "truncate-cascade":
        return
    emptied = {lock.table for lock in effect.locks if lock.role == "referencing"} - _emptied(step)
    others = sorted(table for table in emptied if not is_new(step, table) and not is_dropped_later(step, table))
    if not others:
        return
    named = ", ".join(f"`{table}`" for table in operation.tables)
    listed = ", ".join(f"`{table}`" for table in others)
    yield Finding(
        place=step.place,
        message=f"truncating {named} with CASCADE empties {listed} too, by their foreign keys, and takes ACCESS "
        "EXCLUSIVE on all of them",
        help=safe_way(
            step.revision,
            "Name every table that is meant to be empty, and leave out CASCADE: PostgreSQL then refuses where another "
            "table refers to one of them. Where that is all of them:",
            Stage((Truncate((*operation.tables, *others)),)),
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=weight,
        facts=(measured(effect),),
    )


def _emptied(step: Step) -> set[ObjectName]:
    """The tables that the revision empties by name, up to a step."""
    done = (other.operation for other in step.revision.steps if other.number <= step.number)
    return {table for other in done if isinstance(other, Truncate) for table in other.tables}
