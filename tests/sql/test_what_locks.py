"""What decides on locks, scans and rewrites stands in a field of its own."""

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterObject,
    AlterTable,
    AttachPartition,
    CreateIndex,
    CreateObject,
    CreateTable,
    DetachPartition,
    DropColumn,
    DropIndex,
    DropObject,
    LockTable,
    Maintenance,
    SetParameter,
    Truncate,
    ValidateConstraint,
)
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
    ExcludeDef,
    ForeignKeyDef,
    Generated,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.sql.parse import operations_of

T, U, V = (ObjectName(name) for name in "tuv")
INTEGER = SqlType("integer")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("ADD CONSTRAINT c CHECK (a > 0) NOT VALID", AddConstraint(T, CheckDef("c", "a > 0"), True)),
        ("ADD CHECK (a > 0) NOT ENFORCED", AddConstraint(T, CheckDef(None, "a > 0", False), True)),
        ("ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u NOT ENFORCED",
         AddConstraint(T, ForeignKeyDef("c", ("a",), U, enforced=False), True)),
        ("ADD FOREIGN KEY (a) REFERENCES u (b) ON DELETE CASCADE NOT VALID DEFERRABLE",
         AddConstraint(T, ForeignKeyDef(None, ("a",), U, ("b",), "CASCADE", deferrable=True), True)),
        ("ADD CONSTRAINT c NOT NULL a NOT VALID",
         AlterColumn(T, "a", nullable=False, constraint="c", not_valid=True)),
        ("ADD NOT NULL a", AlterColumn(T, "a", nullable=False)),
        ("ALTER a SET NOT NULL", AlterColumn(T, "a", nullable=False)),
        ("VALIDATE CONSTRAINT c", ValidateConstraint(T, "c")),
        ("ADD CONSTRAINT c UNIQUE USING INDEX i INITIALLY DEFERRED",
         AddConstraint(T, UniqueDef("c", (), deferrable=True, initially_deferred=True), using_index="i")),
        ("ADD PRIMARY KEY USING INDEX i DEFERRABLE",
         AddConstraint(T, PrimaryKeyDef(None, (), True), using_index="i")),
        ("ADD EXCLUDE USING gist (a WITH &&) DEFERRABLE",
         AddConstraint(T, ExcludeDef(None, "USING gist (a WITH &&)", True))),
        ("ADD a int DEFAULT random()", AddColumn(T, ColumnDef("a", INTEGER, default=Default("random()", False)))),
        ("ADD a int GENERATED ALWAYS AS (b + 1) VIRTUAL",
         AddColumn(T, ColumnDef("a", INTEGER, generated=Generated("b + 1", False)))),
        ("ADD a int GENERATED ALWAYS AS (b + 1)",
         AddColumn(T, ColumnDef("a", INTEGER, generated=Generated("b + 1", None)))),
        ("ADD a bigserial", AddColumn(T, ColumnDef("a", SqlType("bigint"), False, identity=Identity(style="serial")))),
        ("ALTER a TYPE varchar(9) COLLATE \"C\" USING b::text",
         AlterColumn(T, "a", SqlType("varchar", length=9, collation="C"), "b::text")),
        ("ALTER a SET EXPRESSION AS (b * 2)", AlterColumn(T, "a", generated=Generated("b * 2", None))),
        ("ALTER a DROP EXPRESSION IF EXISTS", AlterColumn(T, "a", generated=None)),
        ("ALTER a SET STORAGE EXTERNAL", AlterTable(T, "column storage", "external", "a")),
        ("ALTER a SET COMPRESSION lz4", AlterTable(T, "column compression", "lz4", "a")),
        ("ALTER a SET (n_distinct = 5)", AlterTable(T, "column parameters", "set (n_distinct = 5)", "a")),
        ("ALTER a SET START 5 RESTART", AlterTable(T, "column identity", "set start 5 restart", "a")),
        ("ALTER CONSTRAINT c NOT DEFERRABLE", AlterTable(T, "constraint options", "not deferrable", "c")),
        ("SET LOGGED", AlterTable(T, "logged", "")),
        ("SET UNLOGGED", AlterTable(T, "unlogged", "")),
        ("SET ACCESS METHOD heap2", AlterTable(T, "access method", "heap2")),
        ("SET TABLESPACE s", AlterTable(T, "tablespace", "s")),
        ("CLUSTER ON i", AlterTable(T, "cluster", "i")),
        ("REPLICA IDENTITY USING INDEX i", AlterTable(T, "replica identity", "using index i")),
        ("ENABLE ALWAYS TRIGGER r", AlterTable(T, "trigger", "enable always", "r")),
        ("DISABLE TRIGGER USER", AlterTable(T, "trigger", "disable", "USER")),
        ("DISABLE RULE r", AlterTable(T, "rule", "disable", "r")),
        ("ENABLE ROW LEVEL SECURITY", AlterTable(T, "row security", "enable")),
        ("ATTACH PARTITION u DEFAULT", AttachPartition(T, U, "DEFAULT")),
        ("DETACH PARTITION u CONCURRENTLY", DetachPartition(T, U, True)),
        ("DETACH PARTITION u FINALIZE", DetachPartition(T, U, finalize=True)),
        ("DROP a CASCADE", DropColumn(T, "a", cascade=True)),
    ],
)  # fmt: skip
def test_actions_of_alter_table(action: str, expected: object) -> None:
    assert operations_of(f"ALTER TABLE t {action}") == (expected,)


def test_columns_bring_their_constraints_along() -> None:
    found = operations_of(
        "ALTER TABLE t ADD a int CONSTRAINT c CHECK (a > 0) NOT ENFORCED UNIQUE DEFERRABLE INITIALLY DEFERRED"
        " REFERENCES u ON DELETE CASCADE DEFERRABLE PRIMARY KEY"
    )
    assert found == (
        AddColumn(T, ColumnDef("a", INTEGER, False)),
        AddConstraint(T, CheckDef("c", "a > 0", False), True, inline=True),
        AddConstraint(T, UniqueDef(None, ("a",), deferrable=True, initially_deferred=True), inline=True),
        AddConstraint(T, ForeignKeyDef(None, ("a",), U, (), "CASCADE", deferrable=True), inline=True),
        AddConstraint(T, PrimaryKeyDef(None, ("a",)), inline=True),
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CLUSTER VERBOSE t USING i", Maintenance("cluster", T)),
        ("CLUSTER i ON t", Maintenance("cluster", T)),
        ("CLUSTER", Maintenance("cluster")),
        ("VACUUM", Maintenance("vacuum")),
        ("VACUUM FULL VERBOSE ANALYZE t", Maintenance("vacuum full", T)),
        ("VACUUM (FULL false, ANALYZE) t", Maintenance("vacuum", T)),
        ("REINDEX (VERBOSE) SCHEMA s", Maintenance("reindex", ObjectName("s"), kind="schema")),
        ("REINDEX DATABASE", Maintenance("reindex", kind="database")),
        ("REFRESH MATERIALIZED VIEW v", Maintenance("refresh", V)),
        ("CREATE INDEX i ON ONLY t (a)", CreateIndex(T, IndexDef("i", (IndexElement("a"),)), only=True)),
        ("DROP TRIGGER IF EXISTS r ON s.t CASCADE",
         DropObject("trigger", ObjectName("r"), True, True, ObjectName("t", "s"))),
        ("DROP POLICY p ON t", DropObject("policy", ObjectName("p"), table=T)),
        ("ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID",
         AlterObject("domain", ObjectName("d"), "ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID",
                     constraint=CheckDef("c", "VALUE > 0"), not_valid=True)),
        ("ALTER DOMAIN d SET NOT NULL",
         AlterObject("domain", ObjectName("d"), "SET NOT NULL", constraint=CheckDef(None, "VALUE IS NOT NULL"))),
        ("ALTER DOMAIN d DROP NOT NULL", AlterObject("domain", ObjectName("d"), "DROP NOT NULL")),
        ("TRUNCATE ONLY t, u RESTART IDENTITY CASCADE", Truncate((T, U), True)),
        ("LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE NOWAIT", LockTable((T,), "SHARE ROW EXCLUSIVE", True)),
        ("SET SESSION lock_timeout = 100", SetParameter("lock_timeout", "100")),
        ("ALTER ROLE r IN DATABASE d SET lock_timeout TO '5s'",
         AlterObject("role", ObjectName("r"), "IN DATABASE d SET lock_timeout TO '5s'",
                     setting=("lock_timeout", "5s"))),
        ("ALTER DATABASE d SET statement_timeout = 0",
         AlterObject("database", ObjectName("d"), "SET statement_timeout = 0", setting=("statement_timeout", "0"))),
        ("SET CONSTRAINTS a, s.b IMMEDIATE", SetParameter("constraints", "a, s.b immediate", True)),
    ],
)  # fmt: skip
def test_statements(sql: str, expected: object) -> None:
    assert operations_of(sql) == (expected,)


def test_calls_of_set_config_set_parameters() -> None:
    sql = "SELECT set_config('lock_timeout', '2s', true), pg_catalog.set_config('search_path', '', false)"
    assert operations_of(sql) == (SetParameter("lock_timeout", "2s", True), SetParameter("search_path", ""))


def test_a_trigger_knows_its_table() -> None:
    (trigger,) = operations_of(
        "CREATE TRIGGER r AFTER UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f((SELECT 1 FROM u))"
    )
    assert isinstance(trigger, CreateObject)
    assert trigger.table == T


def test_a_domain_knows_what_it_demands() -> None:
    (domain,) = operations_of(
        "CREATE DOMAIN d AS text COLLATE \"C\" DEFAULT 'x' NOT NULL CONSTRAINT c CHECK (VALUE <> '')"
    )
    assert isinstance(domain, CreateObject)
    assert domain.constraints == (CheckDef("c", "VALUE <> ''"), CheckDef(None, "VALUE IS NOT NULL"))
    (plain,) = operations_of("CREATE DOMAIN d text")
    assert isinstance(plain, CreateObject)
    assert plain.constraints == ()


@pytest.mark.parametrize(
    ("sql", "bounds", "partition_by"),
    [
        ("CREATE TABLE u PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 0)",
         "FOR VALUES WITH (MODULUS 4, REMAINDER 0)", None),
        ("CREATE TABLE u PARTITION OF t (a WITH OPTIONS NOT NULL) DEFAULT PARTITION BY LIST (a, lower(b))", "DEFAULT",
         "LIST (a, lower(b))"),
    ],
)  # fmt: skip
def test_partitions(sql: str, bounds: str, partition_by: str | None) -> None:
    created, attached = operations_of(sql)
    assert isinstance(created, CreateTable)
    assert (created.partition_of, created.table.partition_by) == (T, partition_by)
    assert attached == AttachPartition(T, U, bounds)


def test_a_table_knows_its_parents_and_what_it_demands() -> None:
    (created,) = operations_of(
        "CREATE TABLE t (a int, CONSTRAINT n NOT NULL a) INHERITS (u, s.v) WITH (fillfactor = 9)"
    )
    assert isinstance(created, CreateTable)
    assert created.inherits == (U, ObjectName("v", "s"))
    assert created.table.columns == (ColumnDef("a", INTEGER, False),)


def test_mysql_is_told_how() -> None:
    how = (AlterTable(T, "algorithm", "inplace"), AlterTable(T, "lock", "none"))
    added, *told = operations_of("ALTER TABLE t ADD COLUMN a int, ALGORITHM=INPLACE, LOCK=NONE", "mysql")
    assert (added, tuple(told)) == (AddColumn(T, ColumnDef("a", INTEGER)), how)
    created, *told = operations_of("CREATE INDEX i ON t (a) USING BTREE ALGORITHM INPLACE LOCK = NONE", "mysql")
    assert isinstance(created, CreateIndex)
    assert tuple(told) == how
    assert operations_of("DROP INDEX i ON t ALGORITHM=INPLACE LOCK=NONE", "mysql") == (DropIndex("i", T), *how)
