"""Views, functions, triggers, sequences, statistics and enums in the virtual schema, and what goes with them.

Measured on PostgreSQL 15.
"""

from __future__ import annotations

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ColumnDef, Default, EnumDef, TableDef
from schemalint.facts.types import SqlType
from schemalint.schema.timeline import Timeline
from schemalint.schema.view import SchemaView
from schemalint.sql.parse import operations_of

T, V = ObjectName("t"), ObjectName("v")


def replay(sql: str) -> SchemaView:
    """The schema after a script, each statement in a revision of its own."""
    timeline = Timeline()
    for number, operation in enumerate(operations_of(sql, "postgresql"), 1):
        timeline.apply(operation, f"r{number}")
    return timeline.now()


def test_a_materialized_view_takes_its_indexes_along() -> None:
    made = "CREATE TABLE t (a int); CREATE MATERIALIZED VIEW v AS SELECT a FROM t; CREATE INDEX i ON v (a);"
    assert replay(made).has_index("i") is True
    assert replay(f"{made} DROP MATERIALIZED VIEW v;").has_index("i") is not True
    assert replay(f"{made} DROP TABLE t CASCADE;").has_index("i") is not True
    again = replay(f"{made} DROP MATERIALIZED VIEW v; CREATE MATERIALIZED VIEW v AS SELECT a FROM t;")
    assert again.has_index("i") is not True


def test_a_materialized_view_with_an_index_is_no_table_of_which_the_history_knows_nothing() -> None:
    view = replay("CREATE TABLE t (a int); CREATE MATERIALIZED VIEW v AS SELECT a FROM t; CREATE INDEX i ON v (a);")
    assert [table.name for table in view.tables()] == [T]
    assert view.self_contained


def test_indexes_follow_the_rename_of_a_materialized_view() -> None:
    view = replay(
        "CREATE TABLE t (a int); CREATE MATERIALIZED VIEW v AS SELECT a FROM t; CREATE INDEX i ON v (a);"
        "ALTER MATERIALIZED VIEW v RENAME TO w; DROP MATERIALIZED VIEW w;"
    )
    assert view.has_object("materialized view", V) is False
    assert view.has_object("materialized view", ObjectName("w")) is False
    assert view.has_index("i") is not True


@pytest.mark.parametrize(("made", "dropped"), [("public.t", "i"), ("t", "public.i")])
def test_an_index_of_the_public_schema_is_found_without_it(made: str, dropped: str) -> None:
    view = replay(f"CREATE TABLE {made} (a int); CREATE INDEX i ON {made} (a); DROP INDEX {dropped};")
    assert [list(table.indexes()) for table in view.tables()] == [[]]
    assert replay(f"CREATE TABLE {made} (a int); CREATE INDEX i ON {made} (a);").index("i") is not None


@pytest.mark.parametrize(
    ("made", "kind", "name"),
    [
        ("CREATE SEQUENCE s OWNED BY t.a", "sequence", "s"),
        ("CREATE SEQUENCE s; ALTER SEQUENCE s OWNED BY t.a", "sequence", "s"),
        ("ALTER SEQUENCE t_id_seq RESTART 5", "sequence", "t_id_seq"),
        ("CREATE STATISTICS s (dependencies) ON a, id FROM t", "statistics", "s"),
        ("CREATE TRIGGER s BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "trigger", "s"),
    ],
)
def test_what_goes_with_its_table(made: str, kind: str, name: str) -> None:
    before = f"CREATE TABLE t (id serial, a int); {made};"
    assert replay(before).has_object(kind, ObjectName(name)) is True
    assert replay(f"{before} DROP TABLE t;").has_object(kind, ObjectName(name)) is False


def test_a_sequence_that_no_column_owns_stays() -> None:
    view = replay(
        "CREATE TABLE t (a int); CREATE SEQUENCE s OWNED BY t.a; ALTER SEQUENCE s OWNED BY NONE; DROP TABLE t;"
    )
    assert view.has_object("sequence", ObjectName("s")) is True


def test_triggers_of_two_tables_may_have_one_name() -> None:
    made = "".join(
        f"CREATE TABLE {table} (a int); CREATE TRIGGER g BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION f();"
        for table in ("t", "u")
    )
    g, u = ObjectName("g"), ObjectName("u")

    assert len([item for item in replay(made).objects() if item.definition.kind == "trigger"]) == 2
    view = replay(f"{made} DROP TRIGGER g ON t;")
    assert (view.has_object("trigger", g, T), view.has_object("trigger", g, u)) == (False, True)
    assert view.has_object("trigger", g) is True
    renamed = replay(f"{made} ALTER TABLE u RENAME TO w; DROP TRIGGER g ON w;")
    assert (renamed.has_object("trigger", g, T), renamed.has_object("trigger", g, ObjectName("w"))) == (True, False)


def test_a_function_takes_its_triggers_along_with_cascade() -> None:
    made = (
        "CREATE TABLE t (a int); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
        "CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION other_f();"
    )
    view = replay(f"{made} DROP FUNCTION f() CASCADE;")
    assert view.has_object("trigger", ObjectName("g")) is False
    assert view.has_object("trigger", ObjectName("h")) is True


def test_the_default_of_a_column_follows_the_new_name_of_an_enum_value() -> None:
    mood = ObjectName("mood")
    kind = SqlType("enum", enum=mood, values=("old", "other"))
    columns = (ColumnDef("m", kind, default=Default("old", True)), ColumnDef("n", kind, default=Default("other", True)))
    timeline = Timeline()
    timeline.apply(ops.CreateEnum(EnumDef(mood, ("old", "other"))), "r1")
    timeline.apply(ops.CreateTable(TableDef(T, columns)), "r2")
    timeline.apply(ops.RenameEnumValue(mood, "old", "new"), "r3")
    table = timeline.now().table(T)
    assert table is not None
    assert [column.definition.default for column in table.columns()] == [Default("new", True), Default("other", True)]


@pytest.mark.parametrize(
    ("options", "deferrable", "deferred"),
    [
        ("DEFERRABLE", True, False),
        ("DEFERRABLE INITIALLY DEFERRED", True, True),
        ("INITIALLY DEFERRED", True, True),
        ("NOT DEFERRABLE", False, False),
    ],
)
def test_a_foreign_key_may_be_deferred_later(options: str, deferrable: bool, deferred: bool) -> None:
    view = replay(
        "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT c REFERENCES t DEFERRABLE);"
        f"ALTER TABLE t ALTER CONSTRAINT c {options};"
    )
    key = view.constraint(T, "c")
    assert key is not None
    assert (key.definition.deferrable, key.definition.initially_deferred) == (deferrable, deferred)  # type: ignore[union-attr]


def test_a_constraint_that_is_not_enforced_is_not_valid() -> None:
    view = replay("CREATE TABLE t (a int CONSTRAINT c CHECK (a > 0) NOT ENFORCED, CONSTRAINT d CHECK (a > 1))")
    assert [item.valid for item in view.table(T).constraints()] == [False, True]  # type: ignore[union-attr]
    key = "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT c REFERENCES t);"
    off = f"{key} ALTER TABLE t ALTER CONSTRAINT c NOT ENFORCED;"
    assert [
        replay(sql).constraint(T, "c").valid for sql in (key, off, f"{off} ALTER TABLE t ALTER CONSTRAINT c ENFORCED;")
    ] == [  # type: ignore[union-attr]
        True,
        False,
        True,
    ]


def test_a_type_takes_its_columns_and_domains_along_with_cascade() -> None:
    made = (
        "CREATE DOMAIN amount AS numeric; CREATE DOMAIN price AS amount;"
        "CREATE TABLE t (id int, a amount, b price[], c numeric);"
    )
    assert [column.name for column in replay(made).table(T).columns()] == ["id", "a", "b", "c"]  # type: ignore[union-attr]
    for drop in ("DROP DOMAIN amount CASCADE;", "DROP TYPE public.amount CASCADE;"):
        view = replay(made + drop)
        assert [column.name for column in view.table(T).columns()] == ["id", "c"]  # type: ignore[union-attr]
        assert view.has_object("domain", ObjectName("price")) is False
    view = replay(f"{made} DROP DOMAIN price CASCADE;")
    assert [column.name for column in view.table(T).columns()] == ["id", "a", "c"]  # type: ignore[union-attr]


def test_the_schema_public_is_where_names_without_a_schema_are() -> None:
    made = "CREATE SCHEMA app; CREATE TABLE app.t (id int); CREATE TABLE t (id int); CREATE VIEW v AS SELECT 1;"
    view = replay(f"{made} DROP SCHEMA public CASCADE;")
    assert [str(table.name) for table in view.tables()] == ["app.t"]
    assert view.has_object("view", V) is False
