"""Partitions that come and go, and indexes of the tables that they are part of."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddConstraint,
    AlterObject,
    AttachPartition,
    CreateIndex,
    CreateObject,
    CreateTable,
    DetachPartition,
    DropConstraint,
    Operation,
    ValidateConstraint,
)
from schemalint.facts.tables import CheckDef
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, weight_on
from schemalint.rules.locking.common import POSTGRESQL, Impact, impact, impact_on, lowered, statement_of
from schemalint.rules.locking.lasting import version_of
from schemalint.rules.locking.safe import Stage, safe_way
from schemalint.schema.effects.postgresql.cases import descendants
from schemalint.schema.effects.postgresql.partitions import range_bounds
from schemalint.schema.effects.records import TableLock
from schemalint.schema.table import TableView

_LAST = ("statement-under-lock", "missing-lock-timeout")


@rule("LCK024", "partition-created-in-place", "W/E/E", supersedes=_LAST, judges_change=True)
def partition_created_in_place(step: Step) -> Iterator[Finding]:
    """CREATE TABLE ... PARTITION OF keeps everybody from the partitioned table; ATTACH PARTITION does not."""
    operation = step.operation
    if not isinstance(operation, CreateTable) or operation.partition_of is None:
        return
    found = impact_on(step, operation.partition_of)
    version = version_of(step)
    if found is None or found.lock is None or not found.lock.blocks_reads or (version is not None and version < 12):
        return
    default = _default_read(found)
    wait = f"it waits for the queries that run, and every read and write of `{found.table}` queues behind it"
    if default is not None:
        wait = f"all rows of the default partition `{default}` are read meanwhile"
    yield Finding(
        place=step.place,
        message=f"creating partition `{operation.table.name}` takes ACCESS EXCLUSIVE on `{found.table}`: {wait}",
        help=_make_apart(step, operation, found.table),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight if default is not None else lowered(found.weight),
        facts=(found.measured, "ATTACH PARTITION takes SHARE UPDATE EXCLUSIVE on the parent since PostgreSQL 12"),
    )


def _default_read(found: Impact) -> ObjectName | None:
    """The default partition of which all rows are read, where somebody may be using it."""
    locks = (lock for lock in found.effect.locks if lock.role == "default_partition")
    read = (lock.table for lock in locks if lock.table in found.effect.scans)
    return next((table for table in read if not is_new(found.step, table)), None)


def _make_apart(step: Step, operation: CreateTable, parent: ObjectName) -> str:
    bounds = next(
        (
            other.operation.bounds
            for other in step.revision.steps
            if isinstance(other.operation, AttachPartition) and other.operation.partition == operation.table.name
        ),
        "FOR VALUES ...",
    )
    attach = AttachPartition(parent, operation.table.name, bounds)
    return safe_way(
        step.revision,
        f"Make it as a table of its own (`CREATE TABLE {operation.table.name} (LIKE {parent} INCLUDING ALL)`), then "
        "attach it, which blocks neither reads nor writes of the parent:",
        Stage((attach,)),
    )


@rule("LCK025", "unproven-partition-attach", "W/E/E", supersedes=_LAST, judges_change=True)
def unproven_partition_attach(step: Step) -> Iterator[Finding]:
    """ATTACH PARTITION reads all rows of a table, for no CHECK proves that they are within the bounds."""
    operation = step.operation
    if not isinstance(operation, AttachPartition):
        return
    found = impact_on(step, operation.table) or impact_on(step, operation.partition)
    if found is None:
        return
    read = [table for table in found.effect.scans if not is_new(step, table)]
    if not read:
        return
    tables = " and ".join(f"`{table}`" for table in read)
    locks = (found.effect.lock_on(table) for table in (operation.table, *read))
    strong = [lock for lock in locks if lock is not None and lock.blocks_reads]
    of_parent = any(lock.role != "partition" for lock in strong)
    yield Finding(
        place=step.place,
        message=f"attaching `{operation.partition}` to `{operation.table}` reads all rows of {tables} under "
        f"{_modes(strong)}: no CHECK proves that they belong where they are",
        help=_prove(step, operation, read),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight if of_parent else lowered(found.weight),
        facts=(found.measured,),
    )


def _modes(locks: list[TableLock]) -> str:
    return f"ACCESS EXCLUSIVE on {' and '.join(f'`{lock.table}`' for lock in locks)}"


def _prove(step: Step, operation: AttachPartition, read: list[ObjectName]) -> str:
    """A CHECK of each table that is read, validated before, by which PostgreSQL knows what it would read."""
    parent = step.schema.table(operation.table)
    bounds = range_bounds(operation, parent) if parent is not None else None
    column, lower, upper = bounds or ("<key>", "<from>", "<to>")
    added: list[Operation] = []
    validated: list[Operation] = []
    dropped: list[Operation] = []
    for table in read:
        inside = f"{column} IS NOT NULL AND {column} >= {lower} AND {column} < {upper}"
        condition = inside if table == operation.partition else f"{column} < {lower} OR {column} >= {upper}"
        check = CheckDef(f"{table.name}_bounds", condition)
        added.append(AddConstraint(table, check, not_valid=True))
        validated.append(ValidateConstraint(table, f"{table.name}_bounds"))
        dropped.append(DropConstraint(table, f"{table.name}_bounds", "check"))
    return safe_way(
        step.revision,
        "Prove it by a CHECK that is validated before, which blocks nobody; attaching then reads no rows:",
        Stage(tuple(added)),
        Stage(tuple(validated), apart=True),
        Stage((operation, *dropped), apart=True),
    )


@rule("LCK026", "non-concurrent-partition-detach", "I/W/W", supersedes=_LAST, judges_change=True)
def non_concurrent_partition_detach(step: Step) -> Iterator[Finding]:
    """DETACH PARTITION without CONCURRENTLY waits for everybody who uses the table, and everybody waits for it."""
    operation = step.operation
    if not isinstance(operation, DetachPartition):
        return
    found = impact_on(step, operation.table)
    version = version_of(step)
    if found is None or found.effect.form != "detach-partition" or (version is not None and version < 14):
        return
    yield Finding(
        place=step.place,
        message=f"detaching `{operation.partition}` takes ACCESS EXCLUSIVE on `{operation.table}`: it waits for the "
        "queries that run, and every read and write of all partitions queues behind it",
        help=safe_way(
            step.revision,
            "Detach it CONCURRENTLY, outside of a transaction and apart from other changes:",
            Stage((replace(operation, concurrently=True),), alone=True),
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(f"{found.measured}; with CONCURRENTLY it takes SHARE UPDATE EXCLUSIVE on the parent",),
    )


_REFUSED_ANYWAY = ("concurrent-op-in-transaction", "invalid-index-kept")
"""What else could be said of a concurrent build that no transaction and no name lets through."""


@rule(
    "LCK027",
    "index-on-partitioned-table",
    "W/E/E",
    supersedes=("statement-under-lock", *_REFUSED_ANYWAY),
    judges_change=True,
)
def index_on_partitioned_table(step: Step) -> Iterator[Finding]:
    """An index of a partitioned table is built on all partitions at once while none of them can be written to.

    With CONCURRENTLY it is not built at all.
    """
    operation = step.operation
    if not isinstance(operation, CreateIndex):
        return
    yield from _refused_concurrently(step, operation)
    found = impact(step)
    if found is None or found.effect.form != "create-index-partitioned":
        return
    built = [table for table in found.effect.builds if not is_new(step, table)]
    if not built:
        return
    name = f"index `{operation.index.name}`" if isinstance(operation.index.name, str) else "an index"
    listed = ", ".join(f"`{table}`" for table in built[:3]) + (", ..." if len(built) > 3 else "")
    yield Finding(
        place=step.place,
        message=f"creating {name} of `{found.table}` builds it on every partition ({listed}) in one statement: INSERT, "
        "UPDATE and DELETE on all of them wait until the last is done",
        help=_one_by_one(step, operation, built),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(found.measured, "CREATE INDEX CONCURRENTLY is refused on a partitioned table"),
    )


def _refused_concurrently(step: Step, operation: CreateIndex) -> Iterator[Finding]:
    effect, weight = step.effect_on(POSTGRESQL), weight_on(step.target, POSTGRESQL)
    table = step.schema.table(operation.table) if isinstance(operation.table, ObjectName) else None
    if effect is None or effect.form != "create-index-concurrently-partitioned" or weight is None or table is None:
        return
    parts = [part for part in descendants(TableView.partitions, table) if not part.is_partitioned]
    in_use = [part.name for part in parts if not is_new(step, part.name)]
    if in_use:
        way = _one_by_one(step, replace(operation, concurrently=False), in_use)
    elif table.complete:
        way = f"Leave CONCURRENTLY out: no partition of `{table.name}` is in use yet."
    else:
        way = (
            f"Create it ON ONLY `{table.name}`, one like it CONCURRENTLY on each partition, and attach those with "
            "ALTER INDEX ... ATTACH PARTITION."
        )
    yield Finding(
        place=step.place,
        message=f"PostgreSQL stops here with '{effect.fails}': CONCURRENTLY builds an index of one partition, not of "
        "the table that they are part of",
        help=way,
        anchor=step.anchor,
        cause=statement_of(step),
        weight=weight,
        facts=(f"{effect.source}: it is refused, with ON ONLY too",),
    )


def _one_by_one(step: Step, operation: CreateIndex, partitions: list[ObjectName]) -> str:
    index = operation.index
    name = index.name if isinstance(index.name, str) else "<index>"
    schema = operation.table.schema if isinstance(operation.table, ObjectName) else None
    only = replace(operation, index=replace(index, name=name), only=True, if_not_exists=False)
    builds: list[Operation] = []
    attached: list[Operation] = []
    for partition in partitions[:2]:
        part = f"{name}_{partition.name}"
        builds.append(_as_sql(CreateIndex(partition, replace(index, name=part), concurrently=True), partition))
        change = f"ATTACH PARTITION {ObjectName(part, partition.schema)}"
        attached.append(AlterObject("index", ObjectName(name, schema), change))
    more = "and so on for each partition" if len(partitions) > 2 else ""
    return safe_way(
        step.revision,
        "Create it on the parent alone, build it on each partition CONCURRENTLY, and attach those indexes:",
        Stage((only,)),
        Stage(tuple(builds), alone=True, note=more),
        Stage(tuple(attached), note=more),
    )


def _as_sql(operation: CreateIndex, partition: ObjectName) -> Operation:
    """The index as a statement, for partitions have no model that Django's operations could name."""
    from schemalint.emit.sql import statements

    return CreateObject("index", partition, sql=statements(operation)[0])
