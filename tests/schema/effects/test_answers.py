"""The small questions: what proves that a column holds no NULL, what a change of type costs, how volatile SQL is."""

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.postgresql.proofs import demands_not_null, is_proved_not_null
from schemalint.schema.effects.postgresql.types import change_of, hangs_on_time_zone, needs_using
from schemalint.schema.effects.postgresql.volatility import volatility_of
from schemalint.schema.timeline import Timeline
from schemalint.sql.parse import operations_of
from schemalint.sql.types import type_of_sql


@pytest.mark.parametrize(
    ("check", "demanded"),
    [
        ("a IS NOT NULL", True),
        ('((t."a" IS NOT NULL) AND (b > 0))', True),
        ("b BETWEEN 1 AND 3 AND a IS NOT NULL", True),
        ("NOT (a IS NULL)", True),
        ("a IS NOT NULL OR (a IS NOT NULL AND b > 1)", True),
        ("a IS NOT NULL OR b IS NOT NULL", False),
        ("a > 0", False),
        ("CASE WHEN b THEN c AND a IS NOT NULL END", False),
        ("a::text IS NOT NULL", False),
        ("b IS NOT NULL", False),
        ('"A" IS NOT NULL', False),
        ("", False),
        ("((", False),
    ],
)
def test_a_check_demands_what_the_server_takes_for_a_proof(check: str, demanded: bool) -> None:
    assert demands_not_null(check, "a") is demanded


def test_a_column_is_proved_by_its_definition_its_key_or_a_check() -> None:
    timeline = Timeline()
    made = "CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL, c int, d int, CHECK (c IS NOT NULL));"
    for operation in operations_of(f"{made} COMMENT ON TABLE o IS ''", "postgresql"):
        timeline.apply(operation, "r")
    table = timeline.now().table(ObjectName("t"))
    assert [is_proved_not_null(table, column) for column in "abcd"] == [True, True, True, False]
    assert is_proved_not_null(timeline.now().table(ObjectName("o")), "a") is None
    assert is_proved_not_null(None, "a") is None


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("varchar(50)", "text", "none"),
        ("varchar(50)", "varchar(40)", "rewrite"),
        ("char(5)", "text", "rewrite"),
        ("integer", "bigint", "rewrite"),
        ("integer", "oid", "indexes"),
        ("numeric(10, 2)", "numeric(12, 2)", "none"),
        ("text[]", "varchar[]", "rewrite"),
        ("json", "jsonb", "rewrite"),
        ("geometry", "geometry", "none"),
        ("geometry", "text", None),
        ("vector(3)", "vector(4)", None),
        ("timestamp", "timestamptz", None),
    ],
)
def test_a_change_of_type_costs_what_the_pair_says(old: str, new: str, change: str | None) -> None:
    assert change_of(type_of_sql(old, "postgresql"), type_of_sql(new, "postgresql"), 16) == change


def test_another_collation_builds_indexes_anew() -> None:
    assert change_of(SqlType("text"), SqlType("text", collation="C")) == "indexes"
    assert change_of(SqlType("text", collation="C"), SqlType("text", collation="C")) == "none"


def test_a_type_is_the_variant_of_postgresql_and_an_enum_kept_as_text_a_text() -> None:
    varied = SqlType("text", variants=(("postgresql", SqlType("jsonb")),))
    assert change_of(varied, SqlType("jsonb")) == "none"
    kept = SqlType("enum", length=10, values=("a",), native=False)
    assert change_of(kept, SqlType("varchar", length=20)) == "none"


def test_nothing_is_said_of_a_type_that_is_not_known() -> None:
    unknown = Unknown("it is computed")
    assert change_of(unknown, SqlType("text")) is None
    assert not hangs_on_time_zone(unknown, SqlType("timestamp"))
    assert not needs_using(unknown, SqlType("integer"))


@pytest.mark.parametrize(
    ("old", "new", "needed"),
    [
        ("text", "integer", True),
        ("boolean", "integer", True),
        ("text", "uuid", True),
        ("integer", "text", False),
        ("integer", "bigint", False),
        ("timestamp", "date", False),
        ("geometry", "text", False),
        ("text", "citext", False),
    ],
)
def test_using_is_needed_where_no_cast_is_made_by_assignment(old: str, new: str, needed: bool) -> None:
    assert needs_using(type_of_sql(old, "postgresql"), type_of_sql(new, "postgresql")) is needed


@pytest.mark.parametrize(
    ("sql", "volatility"),
    [
        ("0", "constant"),
        ("'a' || 'now()'", "constant"),
        ("'2020-01-01'::timestamp(3)", "constant"),
        ("lower('A')", "immutable"),
        ("now()", "stable"),
        ("pg_catalog.now()", "stable"),
        ("CURRENT_TIMESTAMP + interval '1 day'", "stable"),
        ("timezone('utc', now())", "stable"),
        ("random()", "volatile"),
        ("md5(random()::text)", "volatile"),
        ("uuid_generate_v4()", "volatile"),
        ("coalesce(lower('A'), 'b')", "immutable"),
        ("make()", None),
        ("make() + random()", "volatile"),
    ],
)
def test_sql_is_as_volatile_as_the_functions_that_it_calls(sql: str, volatility: str | None) -> None:
    assert volatility_of(sql, 16) == volatility
    assert volatility_of(sql) == volatility
