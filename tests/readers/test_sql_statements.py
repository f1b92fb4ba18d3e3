from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterTable,
    CreateEnum,
    CreateIndex,
    CreateObject,
    DataChange,
    DropColumn,
    DropConstraint,
    DropEnum,
    DropIndex,
    DropObject,
    DropTable,
    LockTable,
    Maintenance,
    OpaqueOperation,
    RenameColumn,
    RenameConstraint,
    RenameEnum,
    RenameIndex,
    RenameTable,
    SetParameter,
    TransactionControl,
    Truncate,
    ValidateConstraint,
)
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
    EnumDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.readers.sql_statements import operations_of

T = ObjectName("t")


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DROP TABLE IF EXISTS t CASCADE", DropTable(T, True, True)),
        ("DROP INDEX CONCURRENTLY IF EXISTS s.ix", DropIndex("ix", None, "s", True, True)),
        ("CREATE INDEX ON t (a)", CreateIndex(T, IndexDef(None, (IndexElement("a"),)))),
        (
            "create unique index concurrently if not exists ix on only s.\"T\" using gin (lower(a), B gin_ops, c desc) "
            "include (d) where a is null",
            CreateIndex(
                ObjectName("T", "s"),
                IndexDef(
                    "ix",
                    (IndexElement(expression="lower(a)"), IndexElement("b", operator_class="gin_ops"),
                     IndexElement("c", descending=True)),
                    True, "gin", "a is null", ("d",),
                ),
                True, True,
            ),
        ),
        ("ALTER TABLE t DROP COLUMN IF EXISTS a CASCADE", DropColumn(T, "a", True, True)),
        ("ALTER TABLE t DROP a", DropColumn(T, "a")),
        ("ALTER TABLE ONLY t ADD COLUMN a varchar(10) NOT NULL DEFAULT 'x'",
         AddColumn(T, ColumnDef("a", SqlType("varchar", length=10), False, Default("x", True)))),
        ("ALTER TABLE t ADD a timestamp with time zone DEFAULT now()",
         AddColumn(T, ColumnDef("a", SqlType("timestamp", timezone=True), True, Default("now()", False)))),
        ("ALTER TABLE t ALTER COLUMN a TYPE numeric(10, 2) USING a::numeric",
         AlterColumn(T, "a", type=SqlType("numeric", precision=10, scale=2), using="a::numeric")),
        ("ALTER TABLE t ALTER a SET NOT NULL", AlterColumn(T, "a", nullable=False)),
        ("ALTER TABLE t ALTER a DROP DEFAULT", AlterColumn(T, "a", default=None)),
        ("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID", AddConstraint(T, CheckDef("c", "a > 0"), True)),
        ("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i", AddConstraint(T, UniqueDef("c", ()), using_index="i")),
        ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (id) ON DELETE SET NULL",
         AddConstraint(T, ForeignKeyDef(None, ("a",), ObjectName("u"), ("id",), "SET NULL"))),
        ("ALTER TABLE t VALIDATE CONSTRAINT c", ValidateConstraint(T, "c")),
        ("ALTER TABLE t DROP CONSTRAINT IF EXISTS \"C\"", DropConstraint(T, "C", None, True)),
        ("ALTER TABLE t RENAME TO u", RenameTable(T, ObjectName("u"))),
        ("ALTER TABLE t RENAME a TO b", RenameColumn(T, "a", "b")),
        ("ALTER TABLE t RENAME CONSTRAINT a TO b", RenameConstraint(T, "a", "b")),
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", AlterTable(T, "enable row", "enable row level security")),
        ("ALTER INDEX a RENAME TO b", RenameIndex("a", "b")),
        ("ALTER TYPE k ADD VALUE IF NOT EXISTS 'x' AFTER 'w'", AddEnumValue(ObjectName("k"), "x", True, None, "w")),
        ("ALTER TYPE k RENAME TO l", RenameEnum(ObjectName("k"), ObjectName("l"))),
        ("CREATE TYPE k AS ENUM ('a', 'it''s')", CreateEnum(EnumDef(ObjectName("k"), ("a", "it's")))),
        ("DROP TYPE IF EXISTS k", DropEnum(ObjectName("k"), True)),
        ("DROP FUNCTION f(a int)", DropObject("function", ObjectName("f"))),
        ("DROP TRIGGER r ON t", DropObject("trigger", ObjectName("r"))),
        ("INSERT INTO t (a, b) VALUES (1, 'x''y')",
         DataChange("insert", T, ("a", "b"), rows=((("a", "1"), ("b", "x'y")),), bounded=True)),
        ("INSERT INTO t (a) SELECT b FROM u", DataChange("insert", T, ("a",), columns_read=("b", "u"))),
        ("UPDATE t SET a = lower(u.b) FROM u", DataChange("update", T, ("a",), columns_read=("b",))),
        ("UPDATE t SET a = 1, b = (SELECT 2 WHERE true) WHERE c = 3",
         DataChange("update", T, ("a", "b"), predicate="c = 3", rows=((("a", "1"),),), bounded=True)),
        ("UPDATE t SET a = 'it''s', b = lower(b), c = NULL",
         DataChange("update", T, ("a", "b", "c"), ("b",), rows=((("a", "it's"), ("c", "NULL")),))),
        ("UPDATE t x SET (a, b) = (1, 2)", DataChange("update", T, ("a", "b"))),
        ("DELETE FROM t", DataChange("delete", T)),
        ("WITH q AS (SELECT 1) DELETE FROM t WHERE a IN (SELECT * FROM q)",
         DataChange("delete", T, predicate="a IN (SELECT * FROM q)", bounded=True)),
        ("TRUNCATE TABLE t, u CASCADE", Truncate((T, ObjectName("u")), True)),
        ("LOCK TABLE t IN SHARE MODE", LockTable((T,), "SHARE")),
        ("SET LOCAL lock_timeout = '4s'", SetParameter("lock_timeout", "4s", True)),
        ("SET statement_timeout TO 0", SetParameter("statement_timeout", "0")),
        ("COMMIT", TransactionControl("commit")),
        ("BEGIN", TransactionControl("begin")),
        ("VACUUM FULL t", Maintenance("vacuum full", T)),
        ("REINDEX INDEX CONCURRENTLY ix", Maintenance("reindex", ObjectName("ix"), True)),
        ("COMMENT ON COLUMN t.a IS 'x'", AlterColumn(T, "a", comment="x")),
    ],
)  # fmt: skip
def test_one_statement(sql, expected):
    assert operations_of(sql) == (expected,)


@pytest.mark.parametrize("sql", ["SELECT 1", "", "-- nothing", "GRANT ALL ON t TO u", "WITH q AS (SELECT 1) SELECT 2"])
def test_statements_that_change_nothing(sql):
    assert operations_of(sql) == ()


def test_statements_are_parted_at_semicolons_only():
    sql = """
    -- first; not a statement
    UPDATE t SET a = 'x;y'; /* ; */
    CREATE FUNCTION f() RETURNS void AS $body$ BEGIN DELETE FROM t; END; $body$ LANGUAGE plpgsql;
    DO $$ BEGIN DELETE FROM t; END $$;
    DROP TABLE t;
    """
    found = operations_of(sql)
    assert [type(operation) for operation in found] == [DataChange, CreateObject, OpaqueOperation, DropTable]


def test_objects_know_the_tables_that_they_mention():
    (trigger,) = operations_of("CREATE TRIGGER r AFTER INSERT ON s.t FOR EACH ROW EXECUTE PROCEDURE f()")
    assert (trigger.kind, trigger.name, trigger.mentions) == ("trigger", ObjectName("r"), (ObjectName("t", "s"),))
    (view,) = operations_of("CREATE OR REPLACE VIEW v AS SELECT * FROM t JOIN u ON t.id = u.id")
    assert (view.kind, view.mentions) == ("view", (T, ObjectName("u")))


def test_what_is_not_read_touches_the_tables_that_it_names():
    (created,) = operations_of("CREATE TABLE t (a int)")
    assert created.touches == (T,)
    (altered,) = operations_of("ALTER TABLE t FROBNICATE")
    assert altered.touches == (T,)
    (block,) = operations_of("DO $$ BEGIN END $$")
    assert block.touches is None


@pytest.mark.parametrize(
    "sql", ["CREATE", "ALTER TABLE", "DROP", "UPDATE", "INSERT INTO", "'", "(((", "$$", "SET", ";;"]
)
def test_broken_sql_never_fails(sql):
    operations_of(sql)
