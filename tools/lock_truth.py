"""Compares the locks and rewrites that schemalint tells of revisions with what they take in PostgreSQL.

    python -m tools.lock_truth argilla-server optuna

The projects are those of `history_truth`, installed in environments of their own below `--scratch`. Each revision is
run by itself; before its transaction ends the locks that it holds are read, and afterwards which tables have new
files. That is compared with the effects of its steps, for every table that stood before it. A table that differs in a
revision with a step that was not understood, or whose condition was not, is counted apart: nothing was claimed of it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from schemalint.project.subjects import Revision
from tests.postgres.server import running
from tools.history_databases import Runner, database, keep, runner, url_of
from tools.history_packages import PROJECTS, Project
from tools.history_report import say
from tools.history_truth import install, replayed, site_packages
from tools.lock_compare import LOCKS, TABLES, compared, report, taken

_BEFORE_COMMIT = f"""
import json, os
from sqlalchemy import event

@event.listens_for(engine, "commit")
def tell_locks(connection):
    cursor = connection.connection.cursor()
    cursor.execute({LOCKS!r})
    with open(os.environ["LOCKS"], "a") as file:
        file.write(json.dumps(cursor.fetchall()) + chr(10))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="*", metavar="PROJECT", help=f"by default {', '.join(PROJECTS)}")
    parser.add_argument("--scratch", type=Path, default=Path("scratch"))
    options = parser.parse_args()
    total: Counter[str] = Counter()
    with running() as conninfo:
        for name in options.projects or list(PROJECTS):
            python = install(options.scratch / name, PROJECTS[name].requirement)
            total += examine(name, python, conninfo)
    report("all", total)
    return int(bool(total["different"]))


def examine(name: str, python: Path, conninfo: str) -> Counter[str]:
    """Runs the revisions of a project one by one and compares each. Returns the counts by verdict."""
    project = PROJECTS[name]
    folder = site_packages(python)
    counts: Counter[str] = Counter()
    with TemporaryDirectory() as scratch, database(conninfo, "real"):
        root = Path(scratch)
        shutil.copytree(folder / project.package, root / project.package)
        with psycopg.connect(conninfo) as connection:
            version = connection.info.server_version // 10_000
        _, history = replayed(root, project, f"postgresql:{version}")
        locks = root / "locks"
        told = _telling(project, locks)
        with runner(python, told, folder, url_of(conninfo)) as run:
            for revision in history.ordered:
                counts += _measured(revision, run, conninfo, locks)
    report(name, counts)
    return counts


def _telling(project: Project, locks: Path) -> Project:
    """The project, set up so that its locks are written to a file before each COMMIT."""
    return replace(
        project, setup=f"{project.setup}\n{_BEFORE_COMMIT}", variables={**project.variables, "LOCKS": str(locks)}
    )


def _measured(revision: Revision, run: Runner, conninfo: str, locks: Path) -> Counter[str]:
    real = conninfo.replace("dbname=postgres", "dbname=real")
    before = _tables(real)
    locks.write_text("", encoding="utf-8")
    failure = run.run(f"one upgrade {revision.id}")
    if failure is not None:
        say(f"  {revision.id} does not run by itself: {failure[:160]}")
        keep(conninfo, "template1", "real")
        run.must(f"upgrade {revision.id}")
        return Counter({"revisions that do not run by themselves": 1})
    return compared(revision, taken(_locks(locks), before, _tables(real)), before)


def _tables(conninfo: str) -> dict[int, tuple[str, int]]:
    with psycopg.connect(conninfo) as connection:
        return {oid: (name, file) for oid, name, file in connection.execute(TABLES)}


def _locks(path: Path) -> list[tuple[int, str]]:
    """What was held before each COMMIT."""
    return [(oid, mode) for line in path.read_text(encoding="utf-8").splitlines() for oid, mode in json.loads(line)]


if __name__ == "__main__":
    sys.exit(main())
