"""What the rules on timeouts claim of PostgreSQL, asked of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors


@pytest.fixture
def used(postgres: str) -> Iterator[str]:
    """A table that another transaction has read, and will not let go."""
    with psycopg.connect(postgres) as reader:
        with psycopg.connect(postgres, autocommit=True) as owner:
            owner.execute("CREATE TABLE used (id integer)")
        reader.execute("SELECT id FROM used")
        yield postgres
        reader.rollback()
        with psycopg.connect(postgres, autocommit=True) as owner:
            owner.execute("DROP TABLE used")


@pytest.mark.parametrize(
    ("timeout", "error"), [("lock_timeout", errors.LockNotAvailable), ("statement_timeout", errors.QueryCanceled)]
)
def test_both_timeouts_end_the_wait_for_a_lock(used: str, timeout: str, error: type[psycopg.Error]) -> None:
    with psycopg.connect(used, autocommit=True, options=f"-c {timeout}=100ms") as connection, pytest.raises(error):
        connection.execute("ALTER TABLE used ADD COLUMN name text")


def test_a_timeout_of_zero_is_none_so_that_the_other_one_ends_the_wait(used: str) -> None:
    options = "-c lock_timeout=0 -c statement_timeout=100ms"
    with psycopg.connect(used, autocommit=True, options=options) as connection, pytest.raises(errors.QueryCanceled):
        connection.execute("DROP TABLE used")
