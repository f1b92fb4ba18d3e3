"""What defines nothing: parameters, locks, maintenance, rows taken away, and tables that become partitions or cease to.

All of it is PostgreSQL's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from schemalint.emit.names import comment, path, quoted, text
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName

Statements = Iterator[str]

_BARE = re.compile(r"-?\d+(\.\d+)?|\w+(\s*,\s*\w+)*")
"""Values that SET takes without quotes: numbers, words, lists of words. `5s` and the like need them."""

_WITH_VALUE = {
    "owner": "OWNER TO",
    "tablespace": "SET TABLESPACE",
    "access method": "SET ACCESS METHOD",
    "cluster": "CLUSTER ON",
    "replica identity": "REPLICA IDENTITY",
}


def set_parameter(operation: ops.SetParameter) -> Statements:
    """SET [LOCAL], and SET CONSTRAINTS."""
    if operation.name == "constraints":
        yield f"SET CONSTRAINTS {operation.value.upper()};"
        return
    value = operation.value
    starts_as_number = value[:1].isdigit() and not value.replace(".", "", 1).isdigit()
    written = value if _BARE.fullmatch(value) and not starts_as_number else text(value)
    yield f"SET {'LOCAL ' if operation.local else ''}{operation.name} = {written};"


def maintain(operation: ops.Maintenance) -> Statements:
    """VACUUM, ANALYZE, CLUSTER, REINDEX and REFRESH."""
    words = [operation.command.upper()]
    if operation.command == "refresh":
        words.append("MATERIALIZED VIEW")
    if operation.kind is not None:
        words.append(operation.kind.upper())
    if operation.concurrently:
        words.append("CONCURRENTLY")
    if operation.target is not None:
        words.append(path(operation.target))
    yield f"{' '.join(words)};"


def lock_table(operation: ops.LockTable) -> Statements:
    """LOCK TABLE."""
    nowait = " NOWAIT" if operation.nowait else ""
    yield f"LOCK TABLE {', '.join(map(path, operation.tables))} IN {operation.mode} MODE{nowait};"


def truncate(operation: ops.Truncate) -> Statements:
    """TRUNCATE."""
    yield f"TRUNCATE {', '.join(map(path, operation.tables))}{' CASCADE' if operation.cascade else ''};"


def attach_partition(operation: ops.AttachPartition) -> Statements:
    """ATTACH PARTITION."""
    partition = f"{path(operation.partition)} {operation.bounds.strip()}"
    yield f"ALTER TABLE {path(operation.table)} ATTACH PARTITION {partition};"


def detach_partition(operation: ops.DetachPartition) -> Statements:
    """DETACH PARTITION [CONCURRENTLY | FINALIZE]."""
    way = " CONCURRENTLY" if operation.concurrently else " FINALIZE" if operation.finalize else ""
    yield f"ALTER TABLE {path(operation.table)} DETACH PARTITION {path(operation.partition)}{way};"


def alter_object(operation: ops.AlterObject) -> Statements:
    """ALTER of what is no table, as it was written."""
    if operation.kind in ("trigger", "policy", "rule"):
        if operation.table is None:
            yield comment(f"not written: alter {operation.kind} {operation.name}: its table is not known")
            return
        name = f"{quoted(operation.name.name)} ON {path(operation.table)}"
    else:
        name = path(operation.name)
    yield f"ALTER {operation.kind.upper()} {name} {operation.change.strip()};"


def alter_table(operation: ops.AlterTable) -> Statements:
    """What ALTER TABLE changes beside columns and constraints."""
    assert isinstance(operation.table, ObjectName)
    change, value = operation.change, operation.value
    start = f"ALTER TABLE {path(operation.table)}"
    if change in ("logged", "unlogged"):
        yield f"{start} SET {change.upper()};"
    elif change == "schema" and value:
        yield f"{start} SET SCHEMA {quoted(value)};"
    elif change == "comment":
        yield f"COMMENT ON TABLE {path(operation.table)} IS {text(value) if value else 'NULL'};"
    elif change in _WITH_VALUE and value:
        yield f"{start} {_WITH_VALUE[change]} {value};"
    elif change == "row security" and value:
        yield f"{start} {value.upper()} ROW LEVEL SECURITY;"
    elif change in ("trigger", "rule") and value and operation.name:
        name = operation.name if operation.name in ("ALL", "USER") else quoted(operation.name)
        yield f"{start} {value.upper()} {change.upper()} {name};"
    elif change == "storage parameters" and (value or "").startswith(("set", "reset")):
        yield f"{start} {value};"
    else:
        yield comment(f"not written: alter table {operation.table}: {change}")


EMIT: dict[type[Any], Callable[[Any], Statements]] = {
    ops.AlterTable: alter_table,
    ops.AlterObject: alter_object,
    ops.AttachPartition: attach_partition,
    ops.DetachPartition: detach_partition,
    ops.LockTable: lock_table,
    ops.Maintenance: maintain,
    ops.SetParameter: set_parameter,
    ops.Truncate: truncate,
}
