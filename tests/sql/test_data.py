from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DataChange, ReadTable
from schemalint.interpret import values
from schemalint.sql.columns_read import columns_read, parsed_columns
from schemalint.sql.dialect import dialect_of
from schemalint.sql.parse import located_operations, operations_of
from schemalint.sql.tokens import HOLE, Cursor, scan

T = ObjectName("t")


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("UPDATE t SET a = b", ("b",)),
        ("UPDATE t SET a = t.b + lower(u.c), d = 1 FROM u WHERE u.x = 1", ("b", "c")),
        ("UPDATE t SET a = b::double precision", ("b",)),
        ("UPDATE t SET a = CASE WHEN b THEN c ELSE now() END", ("b", "c")),
        ("UPDATE t SET a = (SELECT u.c FROM u WHERE u.id = t.id)", ("c",)),
        ("UPDATE t SET (a, b) = (SELECT c, d FROM u WHERE e)", ("c", "d")),
        ("UPDATE t SET a = CAST(b AS text), e = extract(year FROM c)", ("b", "c")),
        ("UPDATE t SET a = b AT TIME ZONE 'utc' + interval '1 day'", ("b",)),
        ('UPDATE t SET a = "B"', ("B",)),
        ("UPDATE t SET a = :value, b = %(x)s, c = ?", ()),
        ("INSERT INTO t (a) SELECT b FROM u JOIN v ON u.c = v.d WHERE e ORDER BY f", ("b",)),
        ("INSERT INTO t SELECT * FROM u", ("*",)),
        ("INSERT INTO t SELECT u.*, count(*) FROM u", ("*",)),
        ("INSERT INTO t (a) WITH q AS (SELECT b AS c FROM u) SELECT c FROM q", ("b", "c")),
        ("INSERT INTO t (a) (SELECT b FROM u)", ("b",)),
        ("INSERT INTO t (a) SELECT b FROM u UNION ALL SELECT c FROM v", ("b", "c")),
        ("INSERT INTO t (a) VALUES ((SELECT max(b) FROM u))", ("b",)),
        ("MERGE INTO t USING u ON t.i = u.i WHEN MATCHED THEN UPDATE SET a = u.b WHEN NOT MATCHED THEN INSERT (a, c) "
         "VALUES (u.d, 1)", ("b", "d")),
    ],
)  # fmt: skip
def test_columns_read(sql: str, columns: tuple[str, ...]) -> None:
    (change,) = operations_of(sql)
    assert isinstance(change, DataChange)
    assert set(change.columns_read) == set(columns)


@pytest.mark.parametrize(
    "expressions",
    [
        "b", "t.b, 1", "b + c * -d", "coalesce(b, 'x', lower(t.c))", "b || 'x' || c", "b::int, c::double precision",
        "CASE WHEN b > 1 AND NOT c IS NULL THEN d ELSE NULL END", "b IN (1, c)", "b BETWEEN 1 AND c", '"B", b',
        "NULL, TRUE, DEFAULT", "now(), current_timestamp", "b -> 'x', c ->> 'y'", "b::public.kind", "s.t.b",
    ],
)  # fmt: skip
def test_words_tell_what_the_parser_tells(expressions: str) -> None:
    dialect = dialect_of("postgresql")
    tokens = list(scan(expressions, dialect))
    expected = parsed_columns(expressions, tokens, dialect)
    assert expected is not None
    assert set(columns_read(Cursor(expressions, tokens, dialect), tokens)) == set(expected)


@pytest.mark.parametrize(
    ("sql", "bounded"),
    [
        ("UPDATE t SET a = 1", False),
        ("UPDATE t SET a = 1 WHERE b", True),
        ("DELETE FROM t USING u WHERE t.a = u.a", True),
        ("DELETE FROM t LIMIT 5", True),
        ("INSERT INTO t VALUES (1)", True),
        ("INSERT INTO t SELECT 1", True),
        ("INSERT INTO t SELECT a FROM u", False),
        ("INSERT INTO t SELECT a FROM u WHERE b", True),
        ("INSERT INTO t SELECT a FROM (SELECT * FROM u WHERE b) x", False),
        ("INSERT INTO t DEFAULT VALUES", True),
    ],
)
def test_what_restricts_the_rows(sql: str, bounded: bool) -> None:
    (change,) = operations_of(sql)
    assert isinstance(change, DataChange)
    assert change.bounded is bounded


def test_literal_rows() -> None:
    (change,) = operations_of("INSERT INTO t (a, b) VALUES (1, 'x''y'), (-2.5, NULL), (now(), 'z'::text), (true, :x)")
    assert isinstance(change, DataChange)
    assert change.rows == (
        (("a", "1"), ("b", "x'y")),
        (("a", "-2.5"), ("b", "NULL")),
        (("a", HOLE), ("b", "z")),
        (("a", "true"), ("b", HOLE)),
    )
    (update,) = operations_of("UPDATE t SET a = 'x', b = c, d = NULL")
    assert isinstance(update, DataChange)
    assert update.rows == ((("a", "x"), ("d", "NULL")),)


def test_queries_with_names_may_change_rows_too() -> None:
    found = operations_of(
        "WITH gone AS (DELETE FROM t WHERE a RETURNING *), q AS (SELECT 1) INSERT INTO u (b) SELECT b FROM gone"
    )
    assert found == (
        DataChange("delete", T, predicate="a", bounded=True),
        DataChange("insert", ObjectName("u"), ("b",), ("b",)),
    )


def test_other_ways_to_write_the_same() -> None:
    assert operations_of("INSERT OR IGNORE INTO t (a) VALUES (1)", "sqlite") == operations_of(
        "INSERT IGNORE INTO t (a) VALUES (1)", "mysql"
    )
    (change,) = operations_of("INSERT INTO t SET a = 1, b = 2", "mysql")
    assert change == DataChange("insert", T, ("a", "b"), bounded=True)
    (joined,) = operations_of("UPDATE t JOIN u ON t.i = u.i SET t.a = u.b", "mysql")
    assert joined == DataChange("update", T, ("a",), ("b",))


def test_a_hole_is_what_the_evaluator_leaves() -> None:
    assert HOLE == values.HOLE


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM app.orders",
        "select id, (select count(*) from other) as others from only app.orders o group by id, total order by id",
        "SELECT DISTINCT total FROM app.orders AS o",
    ],
)
def test_a_query_of_all_rows_of_one_table(sql: str) -> None:
    (found,) = located_operations(sql)
    assert found.operation == ReadTable(ObjectName("orders", "app"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM orders WHERE id = 1",
        "SELECT id FROM orders ORDER BY id LIMIT 1",
        "SELECT min(id) FROM orders",
        "SELECT id FROM orders FOR UPDATE",
        "SELECT * FROM orders, lines",
        "SELECT * FROM orders JOIN lines USING (id)",
        "SELECT id FROM orders UNION SELECT id FROM lines",
        "SELECT * FROM generate_series(1, 9)",
        "SELECT * FROM (SELECT 1) AS one",
        "SELECT count(*) FROM pg_class",
        "SELECT table_name FROM information_schema.tables",
        "SELECT version_num FROM alembic_version",
        "WITH recent AS (SELECT id FROM orders WHERE id > 9) SELECT count(*) FROM recent",
    ],
)
def test_how_long_another_query_takes_is_not_told(sql: str) -> None:
    assert located_operations(sql) == ()
