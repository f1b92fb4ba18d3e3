"""What SQLite refuses: the effect against SQLite itself."""

from __future__ import annotations

import sqlite3

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.revisions import Server
from schemalint.schema.effects.effects import effect_of
from schemalint.schema.effects.records import Effect
from schemalint.schema.effects.sqlite import rebuild
from schemalint.schema.timeline import Timeline
from schemalint.sql.parse import operations_of as operations

SQLITE = Server("sqlite", 3)
SETUP = """
CREATE TABLE t (id INTEGER PRIMARY KEY, u INTEGER UNIQUE, i INTEGER, n INTEGER);
CREATE INDEX ix ON t (i);
"""


def expected(statement: str) -> Effect:
    """What our facts say: the worst of the operations of a statement."""
    timeline = Timeline()
    for operation in operations(SETUP, "sqlite"):
        timeline.apply(operation, "r1")
    effects = [effect_of(operation, timeline.now(), SQLITE) for operation in operations(statement, "sqlite")]
    return max(effects, key=lambda effect: (effect.fails is not None, effect.fails_on_rows is not None))


def error(statement: str, *, rows: bool) -> str | None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SETUP)
    if rows:
        connection.execute("INSERT INTO t (id) VALUES (1)")
    try:
        connection.execute(statement)
    except sqlite3.OperationalError as refusal:
        return str(refusal)
    return None


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE t ADD COLUMN x INTEGER",
        "ALTER TABLE t ADD COLUMN x INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE t ADD COLUMN x INTEGER NOT NULL",
        "ALTER TABLE t ADD COLUMN x TEXT DEFAULT CURRENT_TIMESTAMP",
        "ALTER TABLE t ADD COLUMN x INTEGER UNIQUE",
        "ALTER TABLE t ADD COLUMN x INTEGER PRIMARY KEY",
        "ALTER TABLE t ADD COLUMN x INTEGER GENERATED ALWAYS AS (n) STORED",
        "ALTER TABLE t ADD COLUMN x INTEGER GENERATED ALWAYS AS (n) VIRTUAL",
        "ALTER TABLE t ALTER COLUMN n TYPE TEXT",
        "ALTER TABLE t ADD CONSTRAINT c CHECK (n > 0)",
        "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t DROP COLUMN n",
        "ALTER TABLE t DROP COLUMN i",
        "ALTER TABLE t DROP COLUMN u",
        "ALTER TABLE t DROP COLUMN id",
        "ALTER TABLE t RENAME COLUMN n TO m",
        "DROP INDEX ix",
    ],
)
def test_what_is_refused(statement: str) -> None:
    found = expected(statement)

    assert (found.fails or "") == (error(statement, rows=False) or "")
    assert (found.fails or found.fails_on_rows or "") == (error(statement, rows=True) or "")


@pytest.mark.parametrize("enforced", [True, False])
def test_a_rebuild_deletes_the_rows_that_cascade(enforced: bool) -> None:
    tables = """
    CREATE TABLE users (id INTEGER PRIMARY KEY);
    CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id) ON DELETE CASCADE);
    CREATE TABLE logs (id INTEGER PRIMARY KEY, user_id INTEGER);
    """
    timeline = Timeline()
    for operation in operations(tables, "sqlite"):
        timeline.apply(operation, "r1")
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute(f"PRAGMA foreign_keys = {int(enforced)}")
    connection.executescript(
        tables
        + "INSERT INTO users VALUES (1); INSERT INTO posts VALUES (1, 1); INSERT INTO logs VALUES (1, 1);"
        + "CREATE TABLE _tmp (id INTEGER PRIMARY KEY, x INTEGER); INSERT INTO _tmp (id) SELECT id FROM users;"
        + "DROP TABLE users; ALTER TABLE _tmp RENAME TO users;"
    )
    emptied = [
        name for name in ("posts", "logs") if not connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
    ]

    assert emptied == (["posts"] if enforced else [])
    assert [table.name for table in rebuild(ObjectName("users"), timeline.now()).deletes] == ["posts"]
