"""The safe sequences of the help texts, run on a server: it takes every statement, and holds what was wanted."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.rules.locking.test_safe_ways import CHANGES, MORE, TABLES, check, stages

ROWS = """
INSERT INTO teams SELECT generate_series(1, 9);
INSERT INTO logs SELECT n, n FROM generate_series(1, 9) n;
INSERT INTO users SELECT n, 'a' || n, n + 3, n, now(), 'b' FROM generate_series(1, 9) n;
"""
FILL = re.compile(r"-- fill `(\w+)` where it is NULL")


@pytest.mark.parametrize("change", (CHANGES | MORE).values(), ids=CHANGES | MORE)
def test_the_server_takes_the_safe_way(change: str, postgres: str, tmp_path: Path) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        version = connection.info.server_version // 10_000
        written = f"-- migrate:up\n{change}\n"
        (unsafe,) = check(tmp_path, {"db/migrations/20240102000000_change.sql": written}, version)
        connection.execute("CREATE SCHEMA safe")
        connection.execute("SET search_path = safe")
        try:
            connection.execute(TABLES)
            connection.execute(ROWS)
            for stage in stages(unsafe):
                run_stage(connection, stage)
            unvalidated = connection.execute("SELECT conname FROM pg_constraint WHERE NOT convalidated").fetchall()
            broken = connection.execute("SELECT indexrelid FROM pg_index WHERE NOT indisvalid").fetchall()
        finally:
            connection.execute("DROP SCHEMA safe CASCADE")

    assert not unvalidated
    assert not broken


def run_stage(connection: psycopg.Connection, stage: str) -> None:
    """Runs a stage as its tool would: outside of a transaction, or in one; and what a note asks for."""
    for column in FILL.findall(stage):
        fill = sql.SQL("UPDATE users SET {0} = DEFAULT WHERE {0} IS NULL").format(sql.Identifier(column))
        connection.execute(fill)
    lines = (line.partition("--")[0].strip() for line in stage.splitlines())
    statements = [line for line in " ".join(lines).split(";") if line.strip()]
    if "-- outside of a transaction" in stage:
        for statement in statements:
            connection.execute(statement)
        return
    with connection.transaction():
        for statement in statements:
            connection.execute(statement)
