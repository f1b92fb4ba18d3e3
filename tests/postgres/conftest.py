"""A real PostgreSQL server for the tests of what it does."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.postgres.server import running


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A running server: what to connect with."""
    with running() as conninfo:
        yield conninfo


@pytest.fixture
def connection(postgres: str) -> Iterator[psycopg.Connection]:
    """A connection whose transaction is rolled back after the test, tables and all."""
    with psycopg.connect(postgres) as opened:
        yield opened
        opened.rollback()
