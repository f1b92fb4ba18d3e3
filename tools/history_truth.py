"""Compares the schema that schemalint replays with what `alembic upgrade head` makes in a real database.

    python -m tools.history_truth argilla-server optuna
    python -m tools.history_truth --sqlite argilla-server

A project is installed with pip into an environment of its own below `--scratch`; only there its revisions are run. The
replayed schema is written as SQL and loaded into an empty database of the same server, so that one catalogue speaks of
both. Printed are the facts that are equal and different, with every difference.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from schemalint.engine.cache import Cache
from schemalint.engine.loading import load
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree
from schemalint.views.schema import schema_as_sql
from schemalint.views.sources import history_of, schema_of_history
from tests.postgres.server import running
from tools.history_catalogue import Facts, of_postgresql, of_sqlite

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Project:
    """A package of the index: its folder of revisions below the installed packages, and what its `env.py` gives.

    `package` is what schemalint reads. `setup` is code that does what `env.py` would. `variables` are of the
    environment, on PostgreSQL.
    """

    requirement: str
    package: str
    scripts: str
    metadata: str = ""
    setup: str = ""
    sqlite: bool = False
    variables: dict[str, str] = field(default_factory=dict)


PROJECTS = {
    "argilla-server": Project(
        "argilla-server[postgresql]==2.8.0",
        "argilla_server",
        "argilla_server/alembic",
        "argilla_server.models.base:DatabaseModel.metadata",
        sqlite=True,
        variables={"ARGILLA_DATABASE_URL": "postgresql+asyncpg://localhost/argilla"},
    ),
    "quetz-server": Project(
        "quetz-server==0.10.4", "quetz", "quetz/migrations", "quetz.db_models:Base.metadata", sqlite=True
    ),
    "optuna": Project("optuna==5.0.0", "optuna", "optuna/storages/_rdb/alembic", sqlite=True),
    "aodh": Project("aodh==23.0.0", "aodh", "aodh/storage/sqlalchemy/alembic"),
    "ironic": Project(
        "ironic==39.0.0",
        "ironic",
        "ironic/db/sqlalchemy/alembic",
        setup="from oslo_db.sqlalchemy import enginefacade; enginefacade.configure(connection=url)",
    ),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help=f"by default {', '.join(PROJECTS)}")
    parser.add_argument("--scratch", type=Path, default=Path("scratch"))
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL, where supported")
    parser.add_argument("--sql", action="store_true", help="print the SQL that is loaded")
    options = parser.parse_args()
    names = options.projects or list(PROJECTS)
    total = [0, 0]
    with running() as conninfo:
        for name in names:
            project = PROJECTS[name]
            if options.sqlite and not project.sqlite:
                continue
            python = install(options.scratch / name, project.requirement)
            folder = site_packages(python)
            written = ours(folder, project, "sqlite" if options.sqlite else "postgresql")
            if options.sql:
                say(written)
            compare = on_sqlite if options.sqlite else on_postgresql
            real, mine = compare(python, folder, project, written, conninfo)
            equal, all_ = report(name, real, mine)
            total = [total[0] + equal, total[1] + all_]
    say(f"\nall: {total[0]} of {total[1]} equal: {total[0] / max(total[1], 1):.2%}")
    return 0


def install(folder: Path, requirement: str) -> Path:
    """An environment with the project; made where it is not there yet."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        packages = [requirement, "alembic", "sqlalchemy", "psycopg2-binary", "setuptools<81"]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
    return python.absolute()


def site_packages(python: Path) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True)
    return Path(answer.stdout.strip())


def ours(folder: Path, project: Project, dialect: str) -> str:
    """The SQL of the schema that schemalint replays."""
    with TemporaryDirectory() as scratch:
        shutil.copytree(folder / project.package, Path(scratch) / project.package)
        settings = Settings(root=scratch, database=(dialect,), respect_gitignore=False)
        with closing(FolderTree(Path(scratch))) as tree:
            loaded = load(tree, settings, Cache(None))
    roots = [history.root for history in loaded.project.histories]
    history = history_of(loaded.project, next((root for root in roots if root.startswith(project.scripts)), None))
    return schema_as_sql(schema_of_history(history), dialect)


def upgrade(python: Path, folder: Path, project: Project, url: str) -> None:
    """Runs the history on a database."""
    command = [str(python), str(HERE / "history_upgrade.py"), url, str(folder / project.scripts), "head"]
    variables = {} if url.startswith("sqlite") else project.variables
    environment = {**os.environ, **variables, "SETUP": project.setup}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [*command, *([project.metadata] if project.metadata else [])],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{project.requirement}: the upgrade failed:\n{done.stderr[-3000:]}")


def on_postgresql(python: Path, folder: Path, project: Project, written: str, conninfo: str) -> tuple[Facts, Facts]:
    host = conninfo.partition("host=")[2].partition(" ")[0]
    with database(conninfo, "real") as real, database(conninfo, "replayed") as mine:
        upgrade(python, folder, project, f"postgresql+psycopg2://postgres@/real?host={host}")
        with psycopg.connect(mine, autocommit=True) as connection:
            connection.execute(written)
        return of_postgresql(real), of_postgresql(mine)


@contextmanager
def database(conninfo: str, name: str) -> Iterator[str]:
    """An empty database, dropped afterwards."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield conninfo.replace("dbname=postgres", f"dbname={name}")
        connection.execute(f"drop database {name} with (force)")


def on_sqlite(python: Path, folder: Path, project: Project, written: str, conninfo: str) -> tuple[Facts, Facts]:
    with TemporaryDirectory() as scratch:
        real, mine = f"{scratch}/real.db", f"{scratch}/mine.db"
        upgrade(python, folder, project, f"sqlite:///{real}")
        connection = sqlite3.connect(mine)
        connection.executescript(written)
        connection.close()
        return of_sqlite(real), of_sqlite(mine)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def report(name: str, real: Facts, mine: Facts) -> tuple[int, int]:
    """The table of facts, then every difference. Returns how many facts are equal, and how many there are."""
    equal: Counter[str] = Counter()
    different: list[tuple[str, str, str]] = []
    for key in dict.fromkeys((*real, *mine)):
        kind, what = key
        if key in real and key in mine and real[key] == mine[key]:
            equal[kind] += 1
        else:
            different.append(
                (kind, what, f"is {real.get(key, 'not there')!r}, replayed as {mine.get(key, 'not there')!r}")
            )
    by_kind = Counter(kind for kind, *_ in different)
    say(f"\n{name}")
    say(f"{'fact':<14}{'equal':>8}{'different':>11}")
    for kind in dict.fromkeys((*equal, *by_kind)):
        say(f"{kind:<14}{equal[kind]:>8}{by_kind[kind]:>11}")
    all_ = equal.total() + len(different)
    say(f"{equal.total()} of {all_} equal: {equal.total() / max(all_, 1):.2%}")
    for kind, what, how in different:
        say(f"  {kind} {what}: {how}")
    return equal.total(), all_


if __name__ == "__main__":
    sys.exit(main())
