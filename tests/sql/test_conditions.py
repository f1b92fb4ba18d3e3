"""What the words of a condition tell."""

from __future__ import annotations

import pytest

from schemalint.sql.conditions import is_join, is_null, terms
from schemalint.sql.dialect import dialect_of

POSTGRESQL = dialect_of("postgresql")


def joins(condition: str) -> list[bool]:
    """Of each term of a condition whether it only joins."""
    return [is_join(term, POSTGRESQL) for term in terms(condition, POSTGRESQL)]


@pytest.mark.parametrize(
    "condition", ["u.team_id = t.id", '"User"."teamId" = t."id"', "(app.users.team_id = t.id)", "u.a = t.a"]
)
def test_columns_of_two_tables_are_joined(condition: str) -> None:
    assert joins(condition) == [True]


@pytest.mark.parametrize(
    "condition",
    ["u.team_id = 7", "u.kind = 'guest'", "u.a = u.b", "u.team_id = id", "u.a <> t.a", "u.a = t.a OR u.b = t.b"],
)
def test_what_compares_otherwise_may_leave_out_rows(condition: str) -> None:
    assert joins(condition) == [False]


def test_the_terms_of_a_condition_are_told_apart() -> None:
    assert joins("u.a = t.a AND (t.b = s.b) AND u.kind IN (1, 2)") == [True, True, False]
    assert joins("u.a IN (SELECT a FROM t WHERE t.b = u.b AND t.c = u.c)") == [False]


def test_the_column_that_is_asked_to_be_null() -> None:
    assert [is_null(term, POSTGRESQL) for term in terms("u.a IS NULL AND b IS NULL", POSTGRESQL)] == ["a", "b"]
    assert [is_null(term, POSTGRESQL) for term in terms("lower(a) IS NULL AND b = 1", POSTGRESQL)] == [None, None]
