"""What the page of in-place-rename claims of a view under a table's old name, asked of a server."""

from __future__ import annotations

import threading

import psycopg
import pytest
from psycopg import errors

TABLE = """
CREATE TABLE client (id serial PRIMARY KEY, mail text NOT NULL UNIQUE, age integer DEFAULT 7);
INSERT INTO client (mail) VALUES ('a'), ('b');
"""
RENAMED = "ALTER TABLE client RENAME TO clients; CREATE VIEW client AS SELECT * FROM clients"


@pytest.fixture
def renamed(connection: psycopg.Connection) -> psycopg.Connection:
    connection.execute(TABLE)
    connection.execute(RENAMED)
    return connection


def test_rows_are_written_through_the_view(renamed: psycopg.Connection) -> None:
    added = renamed.execute("INSERT INTO client (mail) VALUES ('c') RETURNING id, age").fetchall()
    renamed.execute("UPDATE client SET age = 1 WHERE mail = 'a'")
    renamed.execute("DELETE FROM client WHERE mail = 'b'")
    renamed.execute(
        "INSERT INTO client (mail, age) VALUES ('c', 9) ON CONFLICT (mail) DO UPDATE SET age = excluded.age"
    )
    renamed.execute("SELECT * FROM client WHERE id = 1 FOR UPDATE")

    assert added == [(3, 7)]
    assert renamed.execute("SELECT * FROM clients ORDER BY id").fetchall() == [(1, "a", 1), (3, "c", 9)]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("TRUNCATE client", errors.WrongObjectType),
        ("COPY client TO STDOUT", errors.WrongObjectType),
        ("CREATE TABLE orders (client integer REFERENCES client)", errors.WrongObjectType),
        (
            "INSERT INTO client (mail) VALUES ('a') ON CONFLICT ON CONSTRAINT client_mail_key DO NOTHING",
            errors.UndefinedObject,
        ),
        ("SELECT mail FROM client GROUP BY id", errors.GroupingError),
        ("ALTER TABLE clients DROP COLUMN age", errors.DependentObjectsStillExist),
        ("ALTER TABLE clients ALTER mail TYPE varchar(9)", errors.FeatureNotSupported),
    ],
)
def test_what_the_view_does_not_do(statement: str, error: type[Exception], renamed: psycopg.Connection) -> None:
    with pytest.raises(error):
        renamed.execute(statement)


def test_the_view_has_no_grants(connection: psycopg.Connection) -> None:
    connection.execute(TABLE)
    connection.execute("CREATE ROLE reader; GRANT SELECT ON client TO reader")
    connection.execute(RENAMED)
    connection.execute("SET ROLE reader")

    assert connection.execute("SELECT count(*) FROM clients").fetchall() == [(2,)]
    with pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM client")


def test_the_old_names_are_errors(connection: psycopg.Connection) -> None:
    connection.execute(TABLE)
    connection.execute("PREPARE mails AS SELECT mail FROM client")
    connection.execute("EXECUTE mails")
    connection.execute("ALTER TABLE client RENAME mail TO email")
    with pytest.raises(errors.UndefinedColumn), connection.transaction():
        connection.execute("EXECUTE mails")
    connection.execute("ALTER TABLE client RENAME TO clients")
    with pytest.raises(errors.UndefinedTable):
        connection.execute("SELECT * FROM client")


def test_sessions_that_wait_for_the_table_go_on_with_the_view(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as waiting, psycopg.connect(postgres) as renaming:
        waiting.execute(TABLE)
        try:
            renaming.execute(RENAMED)
            read: list[tuple[int]] = []
            session = threading.Thread(
                target=lambda: read.extend(waiting.execute("SELECT count(*) FROM client").fetchall())
            )
            session.start()
            while not renaming.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
                pass
            renaming.commit()
            session.join(30)
        finally:
            renaming.rollback()
            waiting.execute("DROP VIEW IF EXISTS client; DROP TABLE IF EXISTS client, clients")

    assert read == [(2,)]
