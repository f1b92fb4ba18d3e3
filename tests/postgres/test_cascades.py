"""What CASCADE takes with a schema or a type: the virtual schema against PostgreSQL's."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from schemalint.readers.sql.enums import with_enums
from schemalint.schema.timeline import Timeline
from schemalint.sql.parse import operations_of

MADE = """
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad');
CREATE TYPE app.pair AS (a integer, b integer);
CREATE DOMAIN app.amount AS integer;
CREATE DOMAIN app.price AS app.amount;
CREATE DOMAIN feeling AS app.mood;
CREATE TABLE app.users (id integer PRIMARY KEY, mood app.mood);
CREATE TABLE app.posts (id integer, user_id integer REFERENCES app.users);
CREATE TABLE orders (
    id integer, mood app.mood, moods app.mood[], amount app.amount, amounts app.amount[], price app.price,
    pair app.pair, user_id integer REFERENCES app.users
);
CREATE TABLE notes (id integer, feeling feeling, body text);
"""
COLUMNS = """
SELECT n.nspname || '.' || c.relname || '.' || a.attname
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('public', 'app') AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
"""
KEYS = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'"


@pytest.mark.parametrize(
    "statement",
    [
        "DROP SCHEMA app CASCADE",
        "DROP TYPE app.mood CASCADE",
        "DROP TYPE app.pair CASCADE",
        "DROP TYPE app.amount CASCADE",
        "DROP DOMAIN app.amount CASCADE",
        "DROP DOMAIN feeling CASCADE",
        "DROP TABLE app.users CASCADE",
    ],
)
def test_the_virtual_schema_loses_what_the_server_drops(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(MADE.encode())
    connection.execute(statement.encode())
    timeline = Timeline(dialect="postgresql")
    for operation in operations_of(MADE + statement, "postgresql"):
        timeline.apply(with_enums(operation, timeline.now()), "revision")

    view = timeline.now()
    known = {
        f"{view.schema_of(table.name)}.{table.name.name}.{column.name}"
        for table in view.tables()
        for column in table.columns()
    }
    references = sum(len(view.references_to(table.name)) for table in view.tables())
    assert known == {row[0] for row in connection.execute(COLUMNS)}
    assert (references,) == connection.execute(KEYS).fetchone()


@pytest.mark.parametrize(
    "inside", ["TABLE app.users (id integer)", "TYPE app.mood AS ENUM ()", "VIEW app.v AS SELECT 1"]
)
def test_a_schema_that_holds_anything_is_not_dropped_without_cascade(
    connection: psycopg.Connection, inside: str
) -> None:
    connection.execute("CREATE SCHEMA app")
    connection.execute(f"CREATE {inside}".encode())
    with pytest.raises(errors.DependentObjectsStillExist) as refused:
        connection.execute("DROP SCHEMA app")
    assert refused.value.sqlstate == "2BP01"


def test_an_empty_schema_is_dropped_without_cascade(connection: psycopg.Connection) -> None:
    connection.execute("CREATE SCHEMA app")
    connection.execute("DROP SCHEMA app")
    assert connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'app'").fetchone() is None
