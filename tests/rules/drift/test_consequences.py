"""What is said to come of a column with two types: what the server at hand does, and no other."""

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.types import SqlType
from schemalint.rules.drift.consequences import consequence

INTEGER, VARCHAR, DOUBLE = SqlType("integer"), SqlType("varchar"), SqlType("double")
ENUM = SqlType("enum", enum=ObjectName("kind"), values=("a",))


@pytest.mark.parametrize(
    ("model", "made", "dialect", "fails", "words"),
    [
        (INTEGER, VARCHAR, "postgresql", True, "the server refuses"),
        (INTEGER, VARCHAR, "sqlite", True, "SQLite stores it as a text"),
        (DOUBLE, INTEGER, "sqlite", False, "SQLite stores it as integer"),
        (ENUM, VARCHAR, "postgresql", False, "asyncpg and psycopg 3 are told to cast to `kind`"),
    ],
)
def test_what_comes_of_two_types(model: SqlType, made: SqlType, dialect: str, fails: bool, words: str) -> None:
    failing, said = consequence(model, made, dialect)

    assert (failing, said[: len(words)]) == (fails, words)
