"""What the rules on locks ask of a step: whom it blocks, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from schemalint.diagnostics import Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DropTable, SetParameter
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Revision, Step
from schemalint.rules.common import is_new, weight_on
from schemalint.rules.common import statement_of as statement_of
from schemalint.schema.effects.records import Effect, TableLock

POSTGRESQL = "postgresql"
SMALL = 10_000
"""Rows of a table that is read, written or indexed in some milliseconds."""
_TIMEOUTS = ("lock_timeout", "statement_timeout")
_NO_LIMIT = re.compile(r"0+ *(?:us|ms|s|min|h|d)?|default", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Impact:
    """What a step does to tables in use.

    `table` is the one that it names, `weight` that of a finding on it: a note while it is not known which database it
    runs on, one lower where the settings say that the table is small.
    """

    step: Step
    effect: Effect
    table: ObjectName
    weight: Weight

    @property
    def lock(self) -> TableLock | None:
        """The strongest lock on the table."""
        return self.effect.lock_on(self.table)

    @property
    def lasts(self) -> bool:
        """Whether it goes on for as long as the table is large."""
        return self.effect.works_on(self.table)

    @property
    def measured(self) -> str:
        """The row of facts as a sentence."""
        return measured(self.effect)


def measured(effect: Effect) -> str:
    """What was measured of an effect, as a sentence."""
    locks = [f"{lock.mode} on `{lock.table}`" for lock in effect.locks]
    work = [
        f"{verb} `{table}`"
        for verb, tables in (
            ("writes all rows of", effect.rewrites),
            ("reads all rows of", effect.scans),
            ("builds an index of", effect.builds),
        )
        for table in tables
    ]
    parts = [f"takes {_listed(locks)}"] if locks else []
    return f"{effect.source}: it {_listed([*parts, *work])}"


def impact(step: Step, dialect: str = POSTGRESQL) -> Impact | None:
    """What a step does to a table in use; None where nobody can be using it yet, or nothing is known of the effect."""
    table = getattr(step.operation, "table", None) or getattr(step.operation, "name", None)
    return impact_on(step, table, dialect) if isinstance(table, ObjectName) else None


def impact_on(step: Step, table: ObjectName | Unknown, dialect: str = POSTGRESQL) -> Impact | None:
    """The same, where the operation does not name the table itself."""
    weight = weight_on(step.target, dialect)
    if weight is None or isinstance(table, Unknown) or is_new(step, table):
        return None
    effect = step.effect_on(dialect)
    if effect is None or not effect.known:
        return None
    return Impact(step, effect, table, lowered(weight) if is_small(step, table) else weight)


@dataclass(frozen=True, slots=True)
class Held:
    """A lock on a table in use that an earlier step of the transaction has taken, and still holds."""

    lock: TableLock
    by: Step


def held_before(step: Step) -> tuple[Held, ...]:
    """The locks that writes or reads wait for while a step runs, those that block reads first; one a table."""
    found: dict[ObjectName, Held] = {}
    for other in step.earlier:
        for lock in strong_locks(other):
            known = found.get(lock.table)
            if known is None or (lock.blocks_reads and not known.lock.blocks_reads):
                found[lock.table] = Held(lock, other)
    return tuple(sorted(found.values(), key=lambda held: not held.lock.blocks_reads))


def held_during(step: Step, table: ObjectName) -> Held | None:
    """The lock on a table that writes or reads wait for while a step runs, be it of an earlier one or of its own.

    A step needs none itself where another action of its statement does.
    """
    own = next((lock for lock in strong_locks(step) if lock.table == table), None)
    return Held(own, step) if own is not None else next((h for h in held_before(step) if h.lock.table == table), None)


@lru_cache(maxsize=2048)  # every later step of a transaction asks again
def strong_locks(step: Step) -> tuple[TableLock, ...]:
    """The locks of a step on tables in use that writes or reads wait for."""
    effect = step.effect_on(POSTGRESQL)
    locks = effect.locks if effect is not None else ()
    return tuple(lock for lock in locks if lock.blocks and not is_new(step, lock.table))


def later_steps(step: Step) -> tuple[Step, ...]:
    """The steps of its revision after a step."""
    return tuple(other for other in step.revision.steps if other.number > step.number)


def is_dropped_later(step: Step, table: ObjectName) -> bool:
    """Whether the revision goes on to drop a table, so that it is out of use anyway."""
    return any(isinstance(other.operation, DropTable) and other.operation.name == table for other in later_steps(step))


def has_lock_timeout(revision: Revision) -> bool:
    """Whether what runs a revision is known to set a limit for waiting on locks."""
    env = revision.history.env
    outside = env is not None and (_is_limit(env.lock_timeout) or _is_limit(env.statement_timeout))
    return outside or revision.history.target.lock_timeout_set_by is not None


def sets_lock_timeout(step: Step) -> bool:
    """Whether a step sets such a limit itself. A limit for a whole statement is one for its waiting, too."""
    operation = step.operation
    return isinstance(operation, SetParameter) and operation.name in _TIMEOUTS and _is_limit(operation.value)


def _is_limit(value: str | Unknown | None) -> bool:
    """Whether a timeout is one: zero, which dumps set, means none. What is computed is taken for a limit."""
    return value is not None and (isinstance(value, Unknown) or _NO_LIMIT.fullmatch(value.strip()) is None)


def waits_with_limit(step: Step) -> bool:
    """Whether a step is known to give up waiting for a lock after a while."""
    before = (other for other in step.revision.steps if other.number < step.number)
    return has_lock_timeout(step.revision) or any(map(sets_lock_timeout, before))


def is_small(step: Step, table: ObjectName) -> bool:
    """Whether the settings say that a table has few rows."""
    sizes = step.target.table_sizes
    rows = sizes.get(str(table), sizes.get(table.name))
    return rows is not None and rows < SMALL


def lowered(weight: Weight) -> Weight:
    """One weight lower; a note stays one."""
    return Weight.REDUCED if weight is Weight.FULL else Weight.NOTE


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "locks no table"
