"""The table of facts against the server that the tests run on: what it says is what the server does."""

from __future__ import annotations

from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from schemalint.schema.effects import facts
from schemalint.schema.effects.records import Fact
from tests.postgres.effects.forms import PROBES
from tests.postgres.effects.functions import volatilities
from tests.postgres.effects.measure import prepare
from tests.postgres.effects.tabulate import differences, measured, runnable

_TABLE = Path(facts.__file__).with_name("postgresql.json")


@pytest.fixture(scope="module")
def database(postgres: str) -> str:
    """A database of their own for the probes."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE effects")
    conninfo = make_conninfo(postgres, dbname="effects")
    prepare(conninfo)
    return conninfo


def _major(conninfo: str) -> int:
    with psycopg.connect(conninfo) as connection:
        return connection.info.server_version // 10000


def test_the_server_does_what_the_table_of_facts_says(database: str) -> None:
    table = msgspec.json.decode(_TABLE.read_bytes(), type=list[Fact])
    outcomes = measured(database, runnable(database, PROBES))
    assert differences(_major(database), outcomes, table, PROBES) == []
    assert len(outcomes) > 180


def test_the_server_says_of_its_functions_what_the_table_says(database: str) -> None:
    told = volatilities(database)
    assert {name: facts.volatility(name, _major(database)) for name in told} == told
    assert told["random"] == "volatile"


@pytest.mark.parametrize(("catalogue", "function"), [("pg_operator", "oprcode"), ("pg_cast", "castfunc")])
def test_no_operator_and_no_cast_is_volatile(database: str, catalogue: str, function: str) -> None:
    query = f"SELECT * FROM {catalogue} JOIN pg_proc ON pg_proc.oid = {function} WHERE provolatile = 'v'"
    with psycopg.connect(database) as connection:
        assert connection.execute(query).fetchall() == []
