"""Conditions that are written differently and say the same, and those that do not."""

from __future__ import annotations

import pytest

from schemalint.rules.drift.conditions import alike, listed_values


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("total > 0", "(total > (0)::numeric)"),
        ("SCOPE IS NOT NULL", '"scope" is not null'),
        (
            "kind IN ('a', 'b')",
            "((kind)::text = ANY ((ARRAY['b'::character varying, 'a'::character varying])::text[]))",
        ),
        ("kind = 'a'", "kind IN ('a')"),
        ("active = true", "active"),
        ("active IS TRUE", "(active)"),
        ("NOT void", "void = false"),
        ("a != b", "a <> b"),
        ("orders.total > 0", "total > 0.0"),
        ("CAST(total AS INTEGER) > 1", "total::integer > 1"),
        ("char_length(name) > 2", "length(name) > 2"),
        ("a IS NULL AND b IS NULL", "(b IS NULL) AND (a IS NULL)"),
        ("name ~ 'It''s'", "name ~ 'It''s'::text"),
    ],
)
def test_what_is_only_written_differently_is_alike(one: str, two: str) -> None:
    assert alike(one, two)
    assert alike(two, one)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("total > 0", "total >= 0"),
        ("total > 0", "total > 1"),
        ("total > 0", "price > 0"),
        ("kind IN ('a', 'b')", "kind IN ('a')"),
        ("kind = 'A'", "kind = 'a'"),
        ("a IS NULL", "a IS NOT NULL"),
        ("a > 0 AND b > 0", "a > 0 OR b > 0"),
        ("a <> b", "a = b"),
        ("lower(name) = name", "upper(name) = name"),
        ("total BETWEEN 1 AND 9", "total BETWEEN 1 AND 10"),
    ],
)
def test_what_says_something_else_is_not_alike(one: str, two: str) -> None:
    assert not alike(one, two)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("kind IN ('a', 'b')", ("kind", {"a", "b"})),
        ("\"Kind\" in ('it''s')", ("kind", {"it's"})),
        (
            "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            ("kind", {"a", "b"}),
        ),
        ("kind = ANY (ARRAY['a'::text, 'b'::text])", ("kind", {"a", "b"})),
        ("kind IN ('a') OR kind IS NULL", None),
        ("kind NOT IN ('a', 'b')", None),
        ("kind IN (1, 2)", None),
        ("length(kind) > 1", None),
    ],
)
def test_the_texts_that_a_condition_lists(sql: str, expected: tuple[str, set[str]] | None) -> None:
    assert listed_values(sql) == expected
