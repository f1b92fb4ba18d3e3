"""What takes as long as a table is large: how it is told, and what ALTER TABLE does of it."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as altered

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import KEEP, AddColumn, AlterColumn
from schemalint.facts.revisions import Server
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding
from schemalint.rules.common import is_new
from schemalint.rules.locking.common import POSTGRESQL, Impact, impact, statement_of
from schemalint.schema.effects.effects import effect_of
from schemalint.schema.effects.records import MODES

_ALL = {"type": KEEP, "using": None, "nullable": KEEP, "default": KEEP, "identity": KEEP, "generated": KEEP}
_PARTS = frozenset({"partition", "child", "referenced_partition", "default_partition"})
"""Tables that are part of the one that a statement names."""


def flagged(found: Impact, message: str, way: str, *facts: str) -> Finding:
    """The finding on a step with the safe `way` as its help; the measured row is the first of its facts."""
    step = found.step
    return Finding(
        place=step.place,
        message=f"{message} {_under(found)}",
        help=way,
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(found.measured, *facts),
    )


def works(found: Impact) -> bool:
    """Whether it goes through all rows of a table, be it a partition or one that is bound to the table.

    Only where somebody waits for that: VALIDATE reads all rows, and nobody waits.
    """
    effect = found.effect
    return bool(effect.rewrites or effect.scans or effect.builds) and any(
        lock.blocks and not is_new(found.step, lock.table) for lock in effect.locks
    )


def version_of(step: Step) -> int | None:
    """The major version of PostgreSQL that the target runs on, where that is known."""
    server = step.target.server(POSTGRESQL)
    return server.version if server is not None else None


def impact_of_change(step: Step, *fields: str) -> Impact | None:
    """What an ALTER COLUMN does by some of the things that it changes alone; None where it changes none of them."""
    operation = step.operation
    if not isinstance(operation, AlterColumn) or all(getattr(operation, name) == _ALL[name] for name in fields):
        return None
    found = impact(step)
    if found is None:
        return None
    rest = {name: value for name, value in _ALL.items() if name not in fields}
    server = step.target.server(POSTGRESQL) or Server(POSTGRESQL)
    effect = effect_of(altered(operation, **rest, comment=None), step.schema, server)
    return replace(found, effect=effect) if effect.known else None


def beside(step: Step) -> tuple[Step, ...]:
    """The steps of one call or statement, the step itself among them."""
    cause = statement_of(step)
    return tuple(other for other in step.revision.steps if statement_of(other) == cause)


def column_added_with(step: Step) -> AddColumn | None:
    """The column that a constraint came with in one call or statement, or None."""
    table = getattr(step.operation, "table", None)
    before = [other.operation for other in beside(step) if other.number < step.number]
    added = [operation for operation in before if isinstance(operation, AddColumn) and operation.table == table]
    return added[-1] if added else None


def _under(found: Impact) -> str:
    """Under which lock it works, and what waits for that meanwhile."""
    strong = [lock for lock in found.effect.locks if lock.blocks and not is_new(found.step, lock.table)]
    worst = max(strong, key=lambda lock: MODES.index(lock.mode))
    named = [lock for lock in strong if lock.role not in _PARTS and lock.blocks == worst.blocks]
    named.sort(key=lambda lock: lock.role != "subject")
    listed = _listed([lock.table for lock in named] or [worst.table])
    what = "SELECT, INSERT, UPDATE and DELETE" if worst.blocks_reads else "INSERT, UPDATE and DELETE"
    weaker = [lock.table for lock in strong if lock.role not in _PARTS and lock.blocks != worst.blocks]
    beside = f", INSERT, UPDATE and DELETE on {_listed(weaker)} too" if weaker else ""
    return f"under {worst.mode}: {what} on {listed} wait until it is done{beside}"


def _listed(tables: list[ObjectName]) -> str:
    *others, last = dict.fromkeys(f"`{table}`" for table in tables)
    return f"{', '.join(others)} and {last}" if others else last
