from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterObject,
    AlterTable,
    AttachPartition,
    CreateEnum,
    CreateIndex,
    CreateObject,
    CreateSchema,
    CreateTable,
    DataChange,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropEnum,
    DropIndex,
    DropObject,
    DropSchema,
    DropTable,
    LockTable,
    Maintenance,
    OpaqueOperation,
    RenameColumn,
    RenameConstraint,
    RenameEnum,
    RenameEnumValue,
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
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.sql.memory import remembering
from schemalint.sql.parse import decode, encode, located_operations, operations_of

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
                True, True, True,
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
        ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", AlterTable(T, "row security", "enable")),
        ("ALTER INDEX a RENAME TO b", RenameIndex("a", "b")),
        ("ALTER TYPE k ADD VALUE IF NOT EXISTS 'x' AFTER 'w'", AddEnumValue(ObjectName("k"), "x", True, None, "w")),
        ("ALTER TYPE k RENAME TO l", RenameEnum(ObjectName("k"), ObjectName("l"))),
        ("CREATE TYPE k AS ENUM ('a', 'it''s')", CreateEnum(EnumDef(ObjectName("k"), ("a", "it's")))),
        ("DROP TYPE IF EXISTS k", DropEnum(ObjectName("k"), True)),
        ("DROP TYPE k CASCADE", DropEnum(ObjectName("k"), cascade=True)),
        ("DROP FUNCTION f(a int)", DropObject("function", ObjectName("f"))),
        ("DROP TRIGGER r ON t", DropObject("trigger", ObjectName("r"), table=T)),
        ("INSERT INTO t (a, b) VALUES (1, 'x''y')",
         DataChange("insert", T, ("a", "b"), rows=((("a", "1"), ("b", "x'y")),), bounded=True)),
        ("INSERT INTO t (a) SELECT b FROM u", DataChange("insert", T, ("a",), columns_read=("b",))),
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
        ("REINDEX INDEX CONCURRENTLY ix", Maintenance("reindex", ObjectName("ix"), True, "index")),
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
    assert [type(operation) for operation in found] == [DataChange, CreateObject, DataChange, DropTable]


def test_objects_know_the_tables_that_they_mention():
    (trigger,) = operations_of("CREATE TRIGGER r AFTER INSERT ON s.t FOR EACH ROW EXECUTE PROCEDURE f()")
    assert (trigger.kind, trigger.name, trigger.mentions) == ("trigger", ObjectName("r"), (ObjectName("t", "s"),))
    (view,) = operations_of("CREATE OR REPLACE VIEW v AS SELECT * FROM t JOIN u ON t.id = u.id")
    assert (view.kind, view.mentions) == ("view", (T, ObjectName("u")))


def test_what_is_not_read_touches_the_tables_that_it_names():
    (altered,) = operations_of("ALTER TABLE t FROBNICATE")
    assert altered.touches == (T,)
    (block,) = operations_of(
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT * FROM u LOOP DROP TABLE t; END LOOP; END $$"
    )
    assert block.touches == (T,)
    (computed,) = operations_of("DO $$ BEGIN EXECUTE format('DROP TABLE %I', name); END $$")
    assert computed.touches is None


@pytest.mark.parametrize(
    "sql", ["CREATE", "ALTER TABLE", "DROP", "UPDATE", "INSERT INTO", "'", "(((", "$$", "SET", ";;"]
)
def test_broken_sql_never_fails(sql):
    operations_of(sql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE t ADD CONSTRAINT c PRIMARY KEY USING INDEX i",
         AddConstraint(T, PrimaryKeyDef("c", ()), using_index="i")),
        ("ALTER TABLE t DROP CONSTRAINT \"constraint\"", DropConstraint(T, "constraint")),
        ("ALTER TABLE t ALTER COLUMN a ADD GENERATED BY DEFAULT AS IDENTITY",
         AlterColumn(T, "a", identity=Identity())),
        ("ALTER TABLE t ALTER COLUMN a DROP IDENTITY IF EXISTS", AlterColumn(T, "a", identity=None)),
        ("ALTER TABLE t ALTER COLUMN a SET STATISTICS 500", AlterTable(T, "column statistics", "500", "a")),
        ("ALTER TABLE t ALTER COLUMN a SET DEFAULT 'x'::character varying",
         AlterColumn(T, "a", default=Default("x", True))),
        ("ALTER TABLE t SET (fillfactor = 70)", AlterTable(T, "storage parameters", "set (fillfactor = 70)")),
        ("ALTER TABLE t SET SCHEMA s", AlterTable(T, "schema", "s")),
        ("ALTER TABLE t OWNER TO joe", AlterTable(T, "owner", "joe")),
        ("ALTER TABLE t NO FORCE ROW LEVEL SECURITY", AlterTable(T, "row security", "no force")),
        ("ALTER TABLE t DISABLE TRIGGER ALL", AlterTable(T, "trigger", "disable", "ALL")),
        ("ALTER TABLE p ATTACH PARTITION c FOR VALUES IN (1)",
         AttachPartition(ObjectName("p"), ObjectName("c"), "FOR VALUES IN (1)")),
        ("ALTER TABLE p DETACH PARTITION c CONCURRENTLY", DetachPartition(ObjectName("p"), ObjectName("c"), True)),
        ("ALTER TYPE k RENAME VALUE 'a' TO 'b'", RenameEnumValue(ObjectName("k"), "a", "b")),
        ("ALTER TYPE k SET SCHEMA s", RenameEnum(ObjectName("k"), ObjectName("k", "s"))),
        ("DROP SCHEMA s CASCADE", DropSchema("s", cascade=True)),
        ("CREATE SCHEMA IF NOT EXISTS s AUTHORIZATION joe", CreateSchema("s", True)),
        ("DROP AGGREGATE a(int), b(text) CASCADE", None),
        ("CREATE OPERATOR s.=~ (leftarg = text, procedure = f)", None),
        ("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA public", None),
        ("ALTER SEQUENCE q OWNED BY s.t.id", AlterObject("sequence", ObjectName("q"), "OWNED BY s.t.id",
                                                         (ObjectName("t", "s"),))),
        ("SELECT set_config('lock_timeout', '2s', true)", SetParameter("lock_timeout", "2s", True)),
        ("RESET lock_timeout", SetParameter("lock_timeout", "default")),
        ("SET search_path = a, b", SetParameter("search_path", "a, b")),
        ("ROLLBACK TO SAVEPOINT s", TransactionControl("savepoint")),
        ("REFRESH MATERIALIZED VIEW CONCURRENTLY v", Maintenance("refresh", ObjectName("v"), True)),
        ("VACUUM (FULL, ANALYZE) t", Maintenance("vacuum full", T)),
        ("REINDEX (CONCURRENTLY) TABLE t", Maintenance("reindex", T, True, "table")),
        ("LOCK t", LockTable((T,), "ACCESS EXCLUSIVE")),
        ("COPY t (a) FROM 'file' CSV", DataChange("insert", T, ("a",), bounded=True)),
        ("SELECT a INTO t FROM u", CreateTable(TableDef(T, complete=False))),
        ("COMMENT ON TABLE t IS 'x'\n 'y'", AlterTable(T, "comment", "xy")),
        ("ALTER TABLE t ALTER a SET DEFAULT 'x'\n 'y'", AlterColumn(T, "a", default=Default("xy", True))),
        ("ALTER TABLE t ALTER a SET DEFAULT 'x'::register_kind", AlterColumn(T, "a", default=Default("x", True))),
        ("DROP TABLE :schema.t", DropTable(ObjectName("t", ":schema"))),
        ("COMMENT ON TABLE s.t IS 'x'", AlterTable(ObjectName("t", "s"), "comment", "x")),
    ],
)  # fmt: skip
def test_what_general_parsers_pass_over(sql, expected):
    found = operations_of(sql)
    assert not any(isinstance(operation, OpaqueOperation) for operation in found)
    assert expected is None or found == (expected,)


@pytest.mark.parametrize(
    "sql",
    ["SELECT setval('s', 1)", "SELECT pg_notify('a', 'b')", "REVOKE ALL ON t FROM u", "ALTER DEFAULT PRIVILEGES GRANT "
     "ALL ON TABLES TO u", "SET ROLE joe", "COPY t TO 'file'", "EXPLAIN DELETE FROM t",
     "COMMENT ON FUNCTION f() IS 'x'", "PREPARE p AS SELECT 1"],
)  # fmt: skip
def test_more_that_changes_nothing(sql):
    assert operations_of(sql) == ()


def test_operations_know_where_their_statement_stands():
    sql = "-- first\nDROP TABLE t;\n\n  ALTER TABLE IF EXISTS u ADD a int, DROP b;"
    found = located_operations(sql)
    assert [sql[item.start : item.end] for item in found] == [
        "DROP TABLE t", *["ALTER TABLE IF EXISTS u ADD a int, DROP b"] * 2
    ]  # fmt: skip
    assert [item.guarded for item in found] == [False, True, True]


def test_a_name_with_a_computed_part_is_not_known():
    (dropped,) = operations_of("DROP TABLE \ufffcusers")
    assert isinstance(dropped.name, Unknown)
    (created,) = operations_of("CREATE TABLE \ufffc (a int)")
    assert isinstance(created, OpaqueOperation)
    (trigger,) = operations_of("CREATE TRIGGER \ufffc AFTER INSERT ON t EXECUTE FUNCTION f()")
    assert trigger.touches == (T,)
    (computed,) = operations_of("\ufffc TABLE t")
    assert computed.touches is None


def test_a_template_is_part_of_the_name_that_it_stands_in():
    (dropped,) = operations_of('DROP TABLE {{ index .Options "Namespace" }}.users')
    assert dropped.name == ObjectName("users", '{{ index .Options "Namespace" }}')
    (quoted,) = operations_of('DROP TABLE "{{ index .Options "Namespace" }}"."users"')
    assert quoted.name == dropped.name
    assert operations_of("{% if x %} DROP TABLE ${prefix}t {% endif %}") == (DropTable(ObjectName("${prefix}t")),)


def test_a_temporary_table_is_nobody_elses_business():
    sql = (
        "CREATE TEMP TABLE x (a int); INSERT INTO x VALUES (1); CREATE INDEX ON x (a); ALTER TABLE x ADD b int UNIQUE;"
        " TRUNCATE x; DROP TABLE x, t"
    )
    assert operations_of(sql) == (DropTable(T),)


def test_texts_travel_through_a_memory():
    memory = Memory()
    sql = "CREATE TABLE t (a int PRIMARY KEY DEFAULT 1); UPDATE t SET a = 2"
    with remembering(memory):
        first = located_operations(sql)
        assert memory.hits == 0
        assert located_operations(sql) == first
        assert memory.hits == 1
        assert located_operations(sql, "mysql") != ()
        assert memory.hits == 1
    located_operations(sql)
    assert memory.hits == 1
    assert decode(encode(first)) == first


class Memory:
    """A memory in memory."""

    def __init__(self):
        self.kept = {}
        self.hits = 0

    def get(self, key):
        self.hits += key in self.kept
        return self.kept.get(key)

    def put(self, key, value):
        self.kept[key] = value


def test_postgresql_cuts_long_names_and_others_do_not():
    sql = f'ALTER TABLE t RENAME CONSTRAINT {"a" * 70} TO "{"é" * 40}"'

    assert operations_of(sql, "postgresql") == (RenameConstraint(T, "a" * 63, "é" * 31),)
    assert operations_of(sql, "mysql") != operations_of(sql, "postgresql")
    assert operations_of(sql, "sqlite") == (RenameConstraint(T, "a" * 70, "é" * 40),)
