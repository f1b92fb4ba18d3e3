"""The forms of ATTACH and DETACH PARTITION."""

from __future__ import annotations

import re

from schemalint.facts import operations as ops
from schemalint.facts.tables import CheckDef
from schemalint.schema.effects.postgresql.cases import Case, Cases
from schemalint.schema.effects.postgresql.proofs import is_proved_not_null
from schemalint.schema.spelling import plain_sql
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView

_RANGE = re.compile(r"FOR\s+VALUES\s+FROM\s*\(\s*([^,()]+?)\s*\)\s+TO\s*\(\s*([^,()]+?)\s*\)", re.IGNORECASE)
_KEY = re.compile(r"RANGE\s*\(\s*\"?(\w+)\"?\s*\)", re.IGNORECASE)


def attach(operation: ops.AttachPartition, schema: SchemaView, version: int | None) -> Cases:
    """ATTACH PARTITION: unless a CHECK proves that the rows are within the bounds, they are read."""
    parent, partition = schema.table(operation.table), schema.table(operation.partition)
    roles = {"parent": (operation.table,), "partition": (operation.partition,)}
    of = partition.partition_of() if partition is not None else None
    if of is not None and of.name == operation.table:
        return ()  # it was created as a partition: part of that statement
    default = parent.default_partition() if parent is not None else None
    with_default = "-with-default" if default is not None else ""
    if default is not None:
        roles["default_partition"] = (default.name,)
    proved = _is_proved(operation, parent, partition)
    doubts: tuple[str, ...] = ()
    if proved is None:
        doubts = (f"Unless a CHECK proves the bounds, all rows of {operation.partition} are read.",)
    form = f"attach-partition{'' if proved is False else '-proved'}{with_default}"
    if default is not None and proved is not False and _keeps_out(operation, parent, default):
        form = f"{form}-proved"
    if parent is None or not parent.complete:
        doubts = (*doubts, f"A default partition of {operation.table} would be read and locked.")
    found = [Case(form, operation.table, roles, doubts)]
    if parent is not None and partition is not None and _lacks_index(parent, partition):
        without = frozenset({"locks", "scans", "rewrites"})
        found.append(Case("attach-partition-indexed", operation.table, roles, without=without))
    return tuple(found)


def _is_proved(operation: ops.AttachPartition, parent: TableView | None, partition: TableView | None) -> bool | None:
    """Whether a CHECK of the partition proves that its rows are within the bounds; None where one may."""
    if parent is None or partition is None:
        return None
    checks = _checks(partition)
    bounds = range_bounds(operation, parent)
    if bounds is not None:
        column, lower, upper = bounds
        wanted = {plain_sql(f"{column} >= {lower}"), plain_sql(f"{column} < {upper}")}
        filled = is_proved_not_null(partition, column)
        if filled and any(wanted <= _parts(check) for check in checks):
            return True
    return False if partition.complete and not checks else None


def _keeps_out(operation: ops.AttachPartition, parent: TableView | None, default: TableView) -> bool:
    """Whether a CHECK of the default partition proves that it has no row within the bounds."""
    bounds = range_bounds(operation, parent) if parent is not None else None
    if bounds is None:
        return False
    column, lower, upper = bounds
    wanted = {plain_sql(f"{column} < {lower} OR {column} >= {upper}")}
    return any(plain_sql(check) in wanted for check in _checks(default))


def range_bounds(operation: ops.AttachPartition, parent: TableView) -> tuple[str, str, str] | None:
    """The column of the key and the bounds of a partition by the range of one column."""
    key = _KEY.fullmatch((parent.partition_by or "").strip())
    bounds = _RANGE.fullmatch(operation.bounds.strip())
    return (key[1], bounds[1], bounds[2]) if key and bounds else None


def _checks(table: TableView) -> list[str]:
    return [
        constraint.definition.sql
        for constraint in table.constraints()
        if isinstance(constraint.definition, CheckDef)
        and isinstance(constraint.definition.sql, str)
        and constraint.valid is True
    ]


def _parts(check: str) -> set[str]:
    return {plain_sql(part) for part in re.split(r"\bAND\b", check, flags=re.IGNORECASE)}


def _lacks_index(parent: TableView, partition: TableView) -> bool:
    """Whether an index of the parent certainly has to be built on the partition."""
    there = {index.definition.elements for index in partition.indexes()}
    return partition.complete and any(index.definition.elements not in there for index in parent.indexes())


def detach(operation: ops.DetachPartition, schema: SchemaView, version: int | None) -> Cases:
    """DETACH PARTITION [CONCURRENTLY]."""
    if operation.finalize:
        return ()
    parent = schema.table(operation.table)
    default = parent.default_partition() if parent is not None else None
    roles = {"parent": (operation.table,), "partition": (operation.partition,)}
    form = "detach-partition-concurrently" if operation.concurrently else "detach-partition"
    if default is None:
        return (Case(form, operation.table, roles),)
    return (Case(f"{form}-with-default", operation.table, {**roles, "default_partition": (default.name,)}),)
