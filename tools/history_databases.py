"""Databases for histories: empty ones, loaded ones, and one in which a project's revisions run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg

from tools.history_catalogue import Facts, of_connection
from tools.history_packages import Project

HERE = Path(__file__).resolve().parent


def url_of(conninfo: str) -> str:
    """What SQLAlchemy connects to the database `real` of the server with."""
    return f"postgresql+psycopg2://postgres@/real?host={conninfo.partition('host=')[2].partition(' ')[0]}"


@contextmanager
def database(conninfo: str, name: str) -> Iterator[str]:
    """An empty database, dropped afterwards."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        try:
            yield conninfo.replace("dbname=postgres", f"dbname={name}")
        finally:
            connection.execute(f"drop database if exists {name} with (force)")


def keep(conninfo: str, name: str, copy: str) -> None:
    """Makes a copy of a database."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"drop database if exists {copy} with (force)")
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
            (name,),
        )
        connection.execute(f"create database {copy} template {name}")


def loaded(conninfo: str, written: str) -> Facts:
    """What a script makes in the database `postgres`, which is empty and stays so."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(written.encode())
        facts = of_connection(connection)
        connection.rollback()
    return facts


@dataclass(frozen=True)
class Runner:
    """Runs revisions of a project in its own environment, on one database."""

    requirement: str
    process: subprocess.Popen[str]
    log: IO[str]

    def run(self, command: str) -> str | None:
        """Runs a command of `history_run`. Returns why it failed; None where it did not."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if not answer:
            self.log.seek(0)
            sys.exit(f"{self.requirement}: {command}: {self.log.read()[-3000:]}")
        return None if answer == "done" else answer.removeprefix("failed: ")

    def must(self, command: str) -> None:
        """Runs a command that ends this program where it fails."""
        failure = self.run(command)
        if failure is not None:
            self.log.seek(0)
            sys.exit(f"{self.requirement}: {command}: {failure}\n{self.log.read()[-3000:]}")


@contextmanager
def runner(python: Path, project: Project, folder: Path, url: str) -> Iterator[Runner]:
    """A runner of the project that is installed in a folder."""
    command = [str(python), str(HERE / "history_run.py"), url, str(folder / project.scripts)]
    command += [project.metadata] if project.metadata else []
    variables = {} if url.startswith("sqlite") else project.variables
    environment = {**os.environ, **variables, "SETUP": project.setup}
    environment.pop("PYTHONPATH", None)
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, env=environment) as process,
    ):
        yield Runner(project.requirement, process, log)
        process.communicate()
