"""What the page of `commit-in-migration` claims of Alembic and of files that a tool runs, asked of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

ENV = """
import sqlalchemy as sa
from alembic import context

engine = sa.create_engine("postgresql+psycopg:///?{url}", poolclass=sa.pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True, version_table_schema="commits")
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
from sqlalchemy.orm import Session

revision = "{name}"
down_revision = {parent!r}


def upgrade():
    {body}
"""
COMMIT = 'op.execute("COMMIT")'
CALL = "op.get_bind().commit()"
ROLLBACK = 'op.execute("ROLLBACK")'
SESSION = "Session(bind=op.get_bind()).commit()"
BLOCK = "with op.get_context().autocommit_block():\n        op.execute('SELECT 1')"
CONCURRENTLY = 'op.execute("CREATE INDEX CONCURRENTLY ON commits.before (id)")'


@pytest.fixture
def schema(postgres: str) -> Iterator[str]:
    """An empty schema, dropped afterwards: how to connect."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA commits")
        yield postgres
        connection.execute("DROP SCHEMA commits CASCADE")


def made(conninfo: str) -> list[str]:
    with psycopg.connect(conninfo) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'commits' AND tablename <> 'alembic_version'"
        return sorted(name for (name,) in connection.execute(query))


def upgraded(conninfo: str, folder: Path, body: str) -> tuple[list[str], str, str]:
    """Runs a revision: the tables that there are, what is recorded, and the error."""
    (folder / "versions").mkdir()
    (folder / "env.py").write_text(ENV.format(url=conninfo.replace(" ", "&")))
    (folder / "versions" / "first.py").write_text(REVISION.format(name="first", parent=None, body="pass"))
    (folder / "versions" / "second.py").write_text(REVISION.format(name="second", parent="first", body=body))
    config = Config()
    config.set_main_option("script_location", str(folder))
    error = ""
    try:
        command.upgrade(config, "head")
    except (sa.exc.DBAPIError, sa.exc.InvalidRequestError) as raised:
        error = str(raised)
    with psycopg.connect(conninfo) as connection:
        (recorded,) = connection.execute("SELECT version_num FROM commits.alembic_version").fetchone() or ("",)
    return made(conninfo), recorded, error


def around(body: str, fails: bool) -> str:
    lines = ["op.execute('CREATE TABLE commits.before (id int)')", body, "op.execute('CREATE TABLE commits.later ()')"]
    return "\n    ".join([*lines, *(["op.execute('SELECT 1/0')"] if fails else [])])


@pytest.mark.parametrize(
    ("body", "left"),
    [("pass", []), (COMMIT, ["before"]), (CALL, ["before"]), (ROLLBACK, []), (SESSION, []), (BLOCK, ["before"])],
)
def test_when_a_later_statement_fails(schema: str, tmp_path: Path, body: str, left: list[str]) -> None:
    tables, recorded, error = upgraded(schema, tmp_path, around(body, fails=True))
    assert (tables, recorded) == (left, "first")
    assert "division by zero" in error


@pytest.mark.parametrize(
    ("body", "left", "recorded"),
    [
        (COMMIT, ["before", "later"], "second"),
        (CALL, ["before"], "first"),
        (ROLLBACK, ["later"], "second"),
        (SESSION, ["before", "later"], "second"),
        (BLOCK, ["before", "later"], "second"),
    ],
)
def test_when_nothing_fails(schema: str, tmp_path: Path, body: str, left: list[str], recorded: str) -> None:
    assert upgraded(schema, tmp_path, around(body, fails=False)) == (left, recorded, "")


@pytest.mark.parametrize("body", [COMMIT, CALL])
def test_commit_makes_no_way_for_an_index_with_psycopg_3(schema: str, tmp_path: Path, body: str) -> None:
    _, _, error = upgraded(schema, tmp_path, around(f"{body}\n    {CONCURRENTLY}", fails=False))
    assert "cannot run inside a transaction block" in error


def sent(conninfo: str, *texts: str) -> list[str]:
    """Sends texts until one fails, and gives the warnings of the server."""
    warnings: list[str] = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.add_notice_handler(lambda notice: warnings.append(notice.sqlstate or ""))
        connection.execute("SET search_path = commits")
        try:
            for text in texts:
                connection.execute(text.encode())
        except psycopg.Error:
            connection.execute("ROLLBACK")
    return warnings


A, B, FAILS = "CREATE TABLE a ()", "CREATE TABLE b ()", "SELECT 1/0"


def test_begin_opens_nothing_in_the_transaction_of_a_tool(schema: str) -> None:
    assert sent(schema, "BEGIN", A, "BEGIN", B, FAILS)[:1] == ["25001"]
    assert made(schema) == []


def test_commit_ends_the_transaction_of_a_tool(schema: str) -> None:
    sent(schema, "BEGIN", A, "COMMIT", FAILS)
    assert made(schema) == ["a"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{A}; {B}; {FAILS}", []),
        (f"BEGIN; {A}; {FAILS}; COMMIT", []),
        (f"BEGIN; {A}; COMMIT", ["a"]),
        (f"{A}; COMMIT; {B}; {FAILS}", ["a"]),
    ],
)
def test_a_file_that_is_sent_at_once_is_a_transaction_up_to_its_commit(schema: str, text: str, left: list[str]) -> None:
    sent(schema, text)
    assert made(schema) == left
