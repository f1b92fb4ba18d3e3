"""ALTER TABLE of several actions: one lock on the table for all of them, and one pass over its rows.

PostgreSQL takes the strictest lock that any action needs before it begins with the first (measured on 10 to 18: the
CHECK that is validated sees it), and the same on what is part of the table. Where one action writes all rows anew,
what others check of each row is checked on the way; foreign keys are read for by a query of their own.
"""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.schema.effects.records import MODES, Effect, TableLock

_ONE_TABLE = frozenset({"subject", "partition", "child"})
"""What the statement names, and what is part of that."""
_CHECKS = frozenset(
    {"add-check", "add-column-check", "add-column-check-default", "validate-check", "validate-not-null"}
    | {"set-not-null", "set-not-null-unvalidated"}
)
"""What reads each row by itself, and so can be part of a pass that is made anyway."""


def as_one_statement(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The effects of actions as they are where one ALTER TABLE has them all."""
    own = [lock.mode for effect in effects for lock in effect.locks if lock.role == "subject"]
    if not own:
        return effects
    strictest = max(own, key=MODES.index)
    written = {table for effect in effects for table in effect.rewrites}
    return tuple(
        replace(
            effect,
            locks=tuple(_raised(lock, strictest) for lock in effect.locks),
            scans=tuple(table for table in effect.scans if table not in written or effect.form not in _CHECKS),
        )
        for effect in effects
    )


def _raised(lock: TableLock, mode: str) -> TableLock:
    stronger = lock.role in _ONE_TABLE and MODES.index(mode) > MODES.index(lock.mode)
    return replace(lock, mode=mode) if stronger else lock
