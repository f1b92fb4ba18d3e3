"""Building, dropping and rebuilding indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.diagnostics import Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateIndex, DropColumn, DropIndex, Maintenance
from schemalint.facts.tables import IndexDef
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import (
    POSTGRESQL,
    Impact,
    impact,
    impact_on,
    is_dropped_later,
    is_small,
    later_steps,
    statement_of,
)
from schemalint.rules.locking.safe import Stage, safe_way

_MADE_BY_DJANGO = re.compile(r"_[0-9a-f]{8}(_like|_idx)?$")
"""The end of names that Django gives to the indexes of fields, which none of its operations can name."""


_WAITING = ("statement-under-lock", "missing-lock-timeout")
"""What else could be said of a build that takes long: it ends with CONCURRENTLY."""


@rule("LCK001", "non-concurrent-index", "W/E/E", supersedes=_WAITING, judges_change=True)
def non_concurrent_index(step: Step) -> Iterator[Finding]:
    """CREATE INDEX on a table in use blocks every write to it until the index is built."""
    operation = step.operation
    found = impact(step)
    if found is None or not isinstance(operation, CreateIndex) or found.effect.form != "create-index":
        return
    if step.schema.object("materialized view", found.table) is not None:
        return  # only a refresh writes to it
    if step.placed.derived and _comes_with_another(step, found.table):
        return
    yield Finding(
        place=step.place,
        message=f"creating {_named(operation.index)} blocks INSERT, UPDATE and DELETE on `{found.table}` until it is "
        "built: without CONCURRENTLY it holds a SHARE lock",
        help=_concurrently(step, operation, found.table),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(
            f"{found.measured}; with CONCURRENTLY it takes SHARE UPDATE EXCLUSIVE, which blocks neither reads nor "
            "writes",
            f"`{found.table}` is not created in this revision",
        ),
    )


def _comes_with_another(step: Step, table: ObjectName) -> bool:
    """Whether the same field made an index before: Django gives texts a second one, for LIKE."""
    return any(
        isinstance(other.operation, CreateIndex) and other.operation.table == table and other.place == step.place
        for other in step.revision.steps
        if other.number < step.number
    )


def _named(index: IndexDef) -> str:
    return f"index `{index.name}`" if isinstance(index.name, str) else "an index"


def _concurrently(step: Step, operation: CreateIndex, table: ObjectName) -> str:
    django = step.revision.definition.framework == "django"
    first = "Create the index"
    if step.placed.derived:
        declared = "`db_index=True` (of a foreign key: write `db_index=False`), declare the index in `Meta.indexes`"
        first = f"Leave out {declared if django else '`index=True`'} and create it"
    index = operation.index
    if django and not isinstance(index.name, str):
        index = replace(index, name=f"{'_'.join((table.name, *(index.columns or ())))}"[:26] + "_idx")
    return safe_way(
        step.revision,
        f"{first} CONCURRENTLY, outside of a transaction and apart from other changes:",
        Stage((replace(operation, index=index, concurrently=True),), alone=True),
    )


@rule("LCK002", "non-concurrent-index-drop", "I/W/W", supersedes=("missing-lock-timeout",), judges_change=True)
def non_concurrent_index_drop(step: Step) -> Iterator[Finding]:
    """DROP INDEX without CONCURRENTLY waits for everybody who uses the table, and everybody waits for it."""
    operation = step.operation
    found = _of_index(step, "drop-index") if isinstance(operation, DropIndex) else None
    if found is None or not isinstance(operation, DropIndex) or not isinstance(operation.name, str):
        return
    view = step.schema.table(found.table)
    if (view is not None and view.is_partitioned) or _goes_anyway(step, found.table, operation.name):
        return
    yield Finding(
        place=step.place,
        message=f"dropping index `{operation.name}` takes ACCESS EXCLUSIVE on `{found.table}`: it waits for the "
        "queries that run, and every read and write of the table queues behind it",
        help=_drop_concurrently(step, operation, found.table),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(
            f"{found.measured}; with CONCURRENTLY it takes SHARE UPDATE EXCLUSIVE, which blocks neither reads nor "
            "writes",
        ),
    )


def _drop_concurrently(step: Step, operation: DropIndex, table: ObjectName) -> str:
    """An index that goes with a field or a constraint of Django is dropped before: Django then finds none to drop."""
    name = str(operation.name)
    drop = replace(operation, concurrently=True)
    why = "Drop it CONCURRENTLY, outside of a transaction and apart from other changes:"
    view = step.schema.table(table)
    index = view.index(name) if view is not None else None
    if step.revision.definition.framework == "django" and (
        _MADE_BY_DJANGO.search(name) or (index is not None and index.definition.unique is True)
    ):
        drop = _sure_drop(name, table)
        why = "Drop it CONCURRENTLY in a migration before this one, in which Django then finds no index to drop:"
    return safe_way(step.revision, why, Stage((drop,), alone=True))


def _sure_drop(name: str, table: ObjectName) -> DropIndex:
    """DROP INDEX of what may not be there, and what Django does not know by its name."""
    return DropIndex(name, schema=table.schema, concurrently=True, if_exists=True)


def _goes_anyway(step: Step, table: ObjectName, name: str) -> bool:
    """Whether the revision drops the table later, or a column of the index: they take the same lock and more."""
    if is_dropped_later(step, table):
        return True
    view = step.schema.table(table)
    index = view.index(name) if view is not None else None
    columns = index.definition.columns if index is not None else None
    return any(
        isinstance(other.operation, DropColumn)
        and other.operation.table == table
        and (columns is None or other.operation.column in columns)
        for other in later_steps(step)
    )


@rule("LCK003", "non-concurrent-reindex", "W/E/E", supersedes=_WAITING, judges_change=True)
def non_concurrent_reindex(step: Step) -> Iterator[Finding]:
    """REINDEX without CONCURRENTLY blocks writes to the table until its indexes are built anew."""
    operation = step.operation
    found = _of_index(step, f"reindex-{operation.kind}") if isinstance(operation, Maintenance) else None
    if found is None or not isinstance(operation, Maintenance):
        return
    server = step.target.server(POSTGRESQL)
    version = server.version if server is not None else None
    what = "the indexes" if operation.kind == "table" else f"index `{operation.target}`"
    if version is not None and version < 12:
        way = (
            "Create a second index CONCURRENTLY, drop the old one CONCURRENTLY and rename the new one: REINDEX "
            "CONCURRENTLY exists since PostgreSQL 12."
        )
    else:
        way = safe_way(
            step.revision,
            "Rebuild CONCURRENTLY, outside of a transaction:",
            Stage((replace(operation, concurrently=True),), alone=True),
        )
    yield Finding(
        place=step.place,
        message=f"rebuilding {what} of `{found.table}` blocks INSERT, UPDATE and DELETE until it is done, and queries "
        "too, for planning one needs a lock on every index of the table",
        help=way,
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(f"{found.measured}; it takes ACCESS EXCLUSIVE on each index that it rebuilds",),
    )


def _of_index(step: Step, form: str) -> Impact | None:
    """What a step of a form does to the table of an index, which the statement itself need not name."""
    effect = step.effect_on(POSTGRESQL)
    if effect is None or effect.form != form:
        return None
    table = next((lock.table for lock in effect.locks if lock.role == "subject"), None)
    return impact_on(step, table) if table is not None else None


@rule("LCK034", "invalid-index-kept", "I/W/W", judges_change=True)
def invalid_index_kept(step: Step) -> Iterator[Finding]:
    """IF NOT EXISTS takes the INVALID index that a failed concurrent build left for the one that is wanted."""
    operation = step.operation
    found = impact(step)
    if found is None or not isinstance(operation, CreateIndex) or not operation.if_not_exists:
        return
    index, name = operation.index, operation.index.name
    if operation.concurrently is not True or not isinstance(name, str) or _is_dropped_before(step, name):
        return
    unique = " and no longer keeps duplicates out" if index.unique is True else ""
    yield Finding(
        place=step.place,
        message=f"IF NOT EXISTS keeps index `{name}` of `{found.table}` as it is after a build that failed: INVALID, "
        f"so that no query uses it{unique}, while every write still pays for it",
        help=safe_way(
            step.revision,
            "Drop what a failed try left, and leave out IF NOT EXISTS:",
            Stage((_sure_drop(name, found.table), replace(operation, if_not_exists=False)), alone=True),
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=Weight.NOTE if is_small(step, found.table) else found.weight,
        facts=("documented for PostgreSQL: IF NOT EXISTS compares names only, and does not look at INVALID",),
    )


def _is_dropped_before(step: Step, name: str) -> bool:
    """Whether the revision has dropped an index of that name before."""
    drops = (other.operation for other in step.revision.steps if other.number < step.number)
    return any(isinstance(other, DropIndex) and other.name == name for other in drops)
