"""Parameters, maintenance and partitions as SQL, and that our own reader reads the same from it."""

from __future__ import annotations

import pytest

from schemalint.emit.alembic import alembic_code
from schemalint.emit.sql import statements
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import IndexDef, IndexElement
from schemalint.sql.parse import operations_of

USERS, PART = ObjectName("users"), ObjectName("users_2024", "old")


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (ops.SetParameter("lock_timeout", "5s", local=True), "SET LOCAL lock_timeout = '5s';"),
        (ops.SetParameter("lock_timeout", "5000"), "SET lock_timeout = 5000;"),
        (ops.SetParameter("search_path", "app, public"), "SET search_path = app, public;"),
        (ops.SetParameter("constraints", "all immediate", local=True), "SET CONSTRAINTS ALL IMMEDIATE;"),
        (ops.Maintenance("vacuum full", USERS), "VACUUM FULL users;"),
        (ops.Maintenance("cluster", USERS), "CLUSTER users;"),
        (ops.Maintenance("reindex", ObjectName("ix", "app"), True, "index"), "REINDEX INDEX CONCURRENTLY app.ix;"),
        (ops.Maintenance("refresh", USERS, True), "REFRESH MATERIALIZED VIEW CONCURRENTLY users;"),
        (ops.LockTable((USERS, PART), "SHARE", True), "LOCK TABLE users, old.users_2024 IN SHARE MODE NOWAIT;"),
        (ops.Truncate((USERS, PART), True), "TRUNCATE users, old.users_2024 CASCADE;"),
        (
            ops.AttachPartition(USERS, PART, "FOR VALUES FROM (1) TO (2)"),
            "ALTER TABLE users ATTACH PARTITION old.users_2024 FOR VALUES FROM (1) TO (2);",
        ),
        (ops.DetachPartition(USERS, PART, True), "ALTER TABLE users DETACH PARTITION old.users_2024 CONCURRENTLY;"),
        (ops.AlterTable(USERS, "unlogged", ""), "ALTER TABLE users SET UNLOGGED;"),
        (ops.AlterTable(USERS, "access method", "heap2"), "ALTER TABLE users SET ACCESS METHOD heap2;"),
        (ops.AlterTable(USERS, "row security", "enable"), "ALTER TABLE users ENABLE ROW LEVEL SECURITY;"),
        (ops.AlterTable(USERS, "trigger", "disable", "ALL"), "ALTER TABLE users DISABLE TRIGGER ALL;"),
        (ops.AlterTable(USERS, "storage parameters", "set (fillfactor=70)"), "ALTER TABLE users set (fillfactor=70);"),
        (
            ops.AlterObject("index", ObjectName("ix"), "attach partition ix_2024"),
            "ALTER INDEX ix attach partition ix_2024;",
        ),
        (
            ops.CreateIndex(USERS, IndexDef("ix", (IndexElement(column="a"),)), only=True),
            "CREATE INDEX ix ON ONLY users (a);",
        ),
    ],
)
def test_what_is_written_is_read_as_the_same(operation, expected):
    assert statements(operation) == (expected,)
    assert operations_of(expected, "postgresql") == (operation,)


def test_other_servers_have_none_of_it():
    assert statements(ops.Maintenance("refresh", USERS), "mysql") == ("-- not written: maintenance",)


def test_alembic_executes_it():
    only = ops.CreateIndex(USERS, IndexDef("ix", (IndexElement(column="a"),)), only=True)
    assert alembic_code(only) == 'op.execute("CREATE INDEX ix ON ONLY users (a)")'
    timeout = ops.SetParameter("lock_timeout", "5s", local=True)
    assert alembic_code(timeout) == "op.execute(\"SET LOCAL lock_timeout = '5s'\")"
