"""A history of SQL, replayed, against what PostgreSQL makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from schemalint.engine.cache import Cache
from schemalint.engine.loading import load
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree
from schemalint.sql.split import statements
from schemalint.views.schema import schema_as_sql
from schemalint.views.sources import schema_of_history
from tools.history_catalogue import of_postgresql

SCRIPTS = Path(__file__).parent / "sql_history"


def test_the_replayed_schema_is_the_real_one(postgres: str) -> None:
    project = load(FolderTree(SCRIPTS), Settings(root=str(SCRIPTS), database=("postgresql:15",)), Cache(None)).project
    (history,) = project.histories
    assert project.not_understood == ()
    with database(postgres, "real") as real, database(postgres, "replayed") as replayed:
        for revision in history.ordered:
            run(real, (SCRIPTS / revision.definition.path).read_text())
        run(replayed, schema_as_sql(schema_of_history(history), "postgresql"))
        assert of_postgresql(replayed) == of_postgresql(real)


def run(conninfo: str, script: str) -> None:
    """Runs the statements of a script one by one."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for statement in statements(script):
            connection.execute(script[statement.start : statement.end].encode())


@contextmanager
def database(conninfo: str, name: str) -> Iterator[str]:
    """An empty database, dropped afterwards."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name}_of_sql".encode())
        yield conninfo.replace("dbname=postgres", f"dbname={name}_of_sql")
        connection.execute(f"drop database {name}_of_sql with (force)".encode())
