"""Compares the schema that schemalint replays with what `alembic upgrade head` makes in a real database.

    python -m tools.history_truth argilla-server optuna
    python -m tools.history_truth --sqlite argilla-server
    python -m tools.history_truth --command optuna
    python -m tools.history_truth --round-trip ironic
    python -m tools.history_truth --shares FOLDER...

A project is installed with pip into an environment of its own below `--scratch`; only there its revisions are run. The
replayed schema is written as SQL and loaded into an empty database of the same server, so that one catalogue speaks of
both. Printed are the facts that are equal and different, with every difference.

With `--command` the SQL is what the command `schemalint schema --format sql` prints. With `--round-trip` all revisions
are taken back too, and each by itself: see `history_round_trip`. With `--shares` nothing is run: the folders hold
sources, and what is understood of them is counted.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from schemalint.engine.cache import Cache
from schemalint.engine.loading import load
from schemalint.project.subjects import History
from schemalint.project.subjects import Project as Linked
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree
from schemalint.views.schema import schema_as_sql
from schemalint.views.sources import history_of, schema_of_history
from tests.postgres.server import running
from tools.history_catalogue import Facts, of_postgresql, of_sqlite
from tools.history_databases import database, loaded, runner, url_of
from tools.history_packages import PROJECTS, Project
from tools.history_report import report, say, share
from tools.history_round_trip import round_trip
from tools.history_shares import shares


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help=f"by default {', '.join(PROJECTS)}")
    parser.add_argument("--scratch", type=Path, default=Path("scratch"))
    parser.add_argument("--sqlite", action="store_true", help="on SQLite instead of PostgreSQL, where supported")
    parser.add_argument("--command", action="store_true", help="load what `schemalint schema --format sql` prints")
    parser.add_argument("--round-trip", action="store_true", help="compare the downgrades too")
    parser.add_argument("--sql", action="store_true", help="print the SQL that is loaded")
    parser.add_argument("--shares", action="store_true", help="count what is understood of the sources in folders")
    options = parser.parse_args()
    if options.shares:
        shares([Path(folder) for folder in options.projects])
        return 0
    total = [0, 0]
    with running() as conninfo:
        for name in options.projects or list(PROJECTS):
            project = PROJECTS[name]
            if options.sqlite and not project.sqlite:
                continue
            python = install(options.scratch / name, project.requirement)
            equal, all_ = examine(name, python, conninfo, options)
            total = [total[0] + equal, total[1] + all_]
    say(f"\nall: {total[0]} of {total[1]} equal: {share(total[0], total[1])}")
    return 0


def examine(name: str, python: Path, conninfo: str, options: argparse.Namespace) -> tuple[int, int]:
    """Runs, replays and compares one project. Returns how many facts are equal, and how many there are."""
    project = PROJECTS[name]
    folder = site_packages(python)
    dialect = "sqlite" if options.sqlite else "postgresql"
    with TemporaryDirectory() as scratch:
        root = Path(scratch)
        shutil.copytree(folder / project.package, root / project.package)
        linked, history = replayed(root, project, dialect)
        written = (
            printed(root, history, dialect) if options.command else schema_as_sql(schema_of_history(history), dialect)
        )
    if options.sql:
        say(written)
    if options.sqlite:
        real, mine = on_sqlite(python, folder, project, written)
    else:
        real, mine = on_postgresql(python, folder, project, written, conninfo)
    counts = report(name, real, mine)
    if options.round_trip:
        start = runner(python, project, folder, url_of(conninfo))
        counts = round_trip(linked, history, start, conninfo, counts)
    return counts


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


def replayed(root: Path, project: Project, dialect: str) -> tuple[Linked, History]:
    """The project below a folder as schemalint reads it, and its history."""
    settings = Settings(root=str(root), database=(dialect,), respect_gitignore=False)
    with closing(FolderTree(root)) as tree:
        linked = load(tree, settings, Cache(None)).project
    roots = [history.root for history in linked.histories]
    return linked, history_of(linked, next((root for root in roots if root.startswith(project.scripts)), None))


def printed(root: Path, history: History, dialect: str) -> str:
    """What the command prints for the history."""
    (root / "schemalint.toml").write_text(f'database = "{dialect}"\n', encoding="utf-8")
    command = ["-m", "schemalint", "schema", "--format", "sql", "--history", history.root, "--no-cache"]
    done = subprocess.run([sys.executable, *command], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"schemalint schema failed: {done.stderr}")
    return done.stdout


def on_postgresql(python: Path, folder: Path, project: Project, written: str, conninfo: str) -> tuple[Facts, Facts]:
    with database(conninfo, "real") as real, runner(python, project, folder, url_of(conninfo)) as run:
        run.must("upgrade heads")
        return of_postgresql(real), loaded(conninfo, written)


def on_sqlite(python: Path, folder: Path, project: Project, written: str) -> tuple[Facts, Facts]:
    with TemporaryDirectory() as scratch:
        real, mine = f"{scratch}/real.db", f"{scratch}/mine.db"
        with runner(python, project, folder, f"sqlite:///{real}") as run:
            run.must("upgrade heads")
        connection = sqlite3.connect(mine)
        connection.executescript(written)
        connection.close()
        return of_sqlite(real), of_sqlite(mine)


if __name__ == "__main__":
    sys.exit(main())
