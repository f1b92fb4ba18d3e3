"""What the pages of rules on models claim of PostgreSQL, asked of PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from schemalint.diagnostics import Diagnostic
from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

TYPES = {
    "timestamptz": "DateTime(timezone=True)",
    "timestamp": "DateTime()",
    "date": "Date()",
    "time": "Time()",
    "uuid": "Uuid()",
    "integer": "Integer()",
    "numeric": "Numeric()",
    "boolean": "Boolean()",
    "jsonb": "postgresql.JSONB()",
    "interval": "Interval()",
    "text[]": "postgresql.ARRAY(Text())",
}
SQL = (
    *("now()", "now", "today", "CURRENT_TIMESTAMP", "current_date", "clock_timestamp()", "timezone('utc', now())"),
    *("gen_random_uuid()", "uuid_generate_v4()", "nextval('s')", "NULL", "'x'", "'{}'", "'{}'::jsonb", "''"),
    *("LOCALTIMESTAMP", "(now() at time zone 'utc')"),
)
VALUES = ("0", "1", "true", "false", "1.5", "{}", "[]", "1970-01-01", "2020-01-01 10:00:00", "epoch", "infinity")


def test_what_is_flagged_is_frozen_or_refused_and_no_plain_value_is_flagged(
    connection: psycopg.Connection, tmp_path: Path
) -> None:
    cases = {
        f"c{number}": (kind, text)
        for number, (kind, text) in enumerate((kind, text) for kind in TYPES for text in (*SQL, *VALUES))
    }
    columns = "\n".join(
        f"    {name} = Column({TYPES[kind]}, server_default={text!r})" for name, (kind, text) in cases.items()
    )
    model = (
        "from sqlalchemy import *\nfrom sqlalchemy.dialects import postgresql\n"
        "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n\n\n"
        f'class T(Base):\n    __tablename__ = "t"\n    id = Column(Integer, primary_key=True)\n{columns}\n'
    )
    found = {item.anchor.partition(".")[2]: item.message for item in _checked(tmp_path, model, "quoted-sql-default")}

    for name, (kind, text) in cases.items():
        outcome = _default(connection, kind, text)
        message = found.get(name, "")
        said = "frozen" if "the moment at which" in message else "refused" if "refuses" in message else "plain"
        if said != "plain":
            assert outcome == said, (kind, text, message)
        elif text not in (*VALUES, "now", "today", "NULL"):
            assert outcome == "plain", (kind, text)


def _default(connection: psycopg.Connection, kind: str, text: str) -> str:
    """What becomes of a default in quotes: `refused`, `frozen` to the present moment, or kept as a `plain` value."""
    create = sql.SQL("CREATE TABLE t (c {}, d {} DEFAULT {})").format(sql.SQL(kind), sql.SQL(kind), sql.Literal(text))
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(create)
            row = connection.execute("SELECT pg_get_expr(adbin, adrelid), now()::date FROM pg_attrdef").fetchone()
    except (errors.DataError, errors.SyntaxError):
        return "refused"
    assert row is not None
    moment = kind == "time" or str(row[1]) in row[0]
    return "frozen" if moment and not any(digit in text for digit in "0123456789") else "plain"


@pytest.mark.parametrize("text", ["'x'", "now()", "gen_random_uuid()", "CURRENT_USER"])
def test_a_text_column_keeps_the_words(connection: psycopg.Connection, text: str) -> None:
    connection.execute(sql.SQL("CREATE TABLE t (id int, c text DEFAULT {})").format(sql.Literal(text)))
    connection.execute("INSERT INTO t (id) VALUES (1)")
    assert connection.execute("SELECT c FROM t").fetchone() == (text,)


def test_a_quoted_now_is_the_same_for_rows_of_different_transactions(postgres: str) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE moments (frozen timestamptz DEFAULT 'now()', called timestamptz DEFAULT now())"
        )
        for _ in range(2):
            connection.execute("INSERT INTO moments DEFAULT VALUES")
        rows = connection.execute("SELECT count(DISTINCT frozen), count(DISTINCT called) FROM moments").fetchone()
        connection.execute("DROP TABLE moments")
    assert rows == (1, 2)


def test_set_null_on_a_required_column_fails_at_the_first_delete(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE users (id int PRIMARY KEY)")
    connection.execute(
        "CREATE TABLE posts (id int, user_id int NOT NULL REFERENCES users ON DELETE SET NULL);"
        "INSERT INTO users VALUES (1), (2); INSERT INTO posts VALUES (1, 1)"
    )
    connection.execute("DELETE FROM users WHERE id = 2")
    with pytest.raises(errors.NotNullViolation, match='null value in column "user_id"'):
        connection.execute("DELETE FROM users WHERE id = 1")


def test_set_null_of_the_columns_that_may_be_null_works(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE teams (tenant int, id int, PRIMARY KEY (tenant, id))")
    connection.execute(
        "CREATE TABLE users (tenant int NOT NULL, team int,"
        " FOREIGN KEY (tenant, team) REFERENCES teams ON DELETE SET NULL (team));"
        "INSERT INTO teams VALUES (1, 1); INSERT INTO users VALUES (1, 1)"
    )
    connection.execute("DELETE FROM teams")
    assert connection.execute("SELECT * FROM users").fetchone() == (1, None)


@pytest.mark.parametrize(("index", "read"), [("", 1000), ("CREATE INDEX ON posts (user_id)", 0)])
def test_a_delete_reads_all_of_a_table_whose_foreign_key_has_no_index(
    connection: psycopg.Connection, index: str, read: int
) -> None:
    connection.execute(
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE posts (id int, user_id int REFERENCES users);"
        "INSERT INTO users SELECT generate_series(1, 1001);"
        "INSERT INTO posts SELECT n, n FROM generate_series(1, 1000) n"
    )
    if index:
        connection.execute(index.encode())
    connection.execute("ANALYZE posts")
    before = _rows_read(connection)
    connection.execute("DELETE FROM users WHERE id = 1001")
    assert _rows_read(connection) - before == read


def _rows_read(connection: psycopg.Connection) -> int:
    row = connection.execute("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'posts'").fetchone()
    assert row is not None
    return int(row[0])


def test_a_published_table_without_primary_key_refuses_updates(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE events (at int, what text); CREATE PUBLICATION p FOR TABLE events")
    connection.execute("INSERT INTO events VALUES (1, 'a')")
    with pytest.raises(errors.ObjectNotInPrerequisiteState, match="does not have a replica identity"):
        connection.execute("UPDATE events SET what = 'b'")


def _checked(folder: Path, model: str, name: str) -> list[Diagnostic]:
    (folder / "models.py").write_text(model, encoding="utf-8")
    settings = load(folder, overrides={"select": [name], "database": ["postgresql"]})
    return list(run(Request(tree=FolderTree(folder), settings=settings, cache=Cache(None))).result.diagnostics)
