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

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import OpaqueOperation, RenameTable
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Revision, Step
from schemalint.schema.effects.records import MODES
from tests.postgres.server import running
from tools.history_databases import Runner, database, keep, runner, url_of
from tools.history_packages import PROJECTS, Project
from tools.history_report import say, share
from tools.history_truth import install, replayed, site_packages

_STRONG = MODES[2:]
"""The modes that are compared. The weaker ones are those of queries, which are no operations."""
_NONE = "no lock"
_TABLES = """
select c.oid::bigint, case when n.nspname = 'public' then c.relname else n.nspname || '.' || c.relname end,
       pg_relation_filenode(c.oid)::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relname <> 'alembic_version'
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
"""
_BEFORE_COMMIT = """
import json, os
from sqlalchemy import event

@event.listens_for(engine, "commit")
def tell_locks(connection):
    cursor = connection.connection.cursor()
    cursor.execute("select relation::bigint, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation'")
    with open(os.environ["LOCKS"], "a") as file:
        file.write(json.dumps(cursor.fetchall()) + chr(10))
"""

Held = dict[str, str]
"""By table: the strongest lock on it, and whether all its rows were written anew."""


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
    _report("all", total)
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
                counts += _compared(revision, run, conninfo, locks)
    _report(name, counts)
    return counts


def _telling(project: Project, locks: Path) -> Project:
    """The project, set up so that its locks are written to a file before each COMMIT."""
    return replace(
        project, setup=f"{project.setup}\n{_BEFORE_COMMIT}", variables={**project.variables, "LOCKS": str(locks)}
    )


def _compared(revision: Revision, run: Runner, conninfo: str, locks: Path) -> Counter[str]:
    real = conninfo.replace("dbname=postgres", "dbname=real")
    before = _tables(real)
    locks.write_text("", encoding="utf-8")
    failure = run.run(f"one upgrade {revision.id}")
    if failure is not None:
        say(f"  {revision.id} does not run by itself: {failure[:160]}")
        keep(conninfo, "template1", "real")
        run.must(f"upgrade {revision.id}")
        return Counter({"revisions that do not run by themselves": 1})
    names = {oid: name for oid, (name, _) in before.items()}
    taken = _taken(locks.read_text(encoding="utf-8"), names)
    after = _tables(real)
    for oid, (name, file) in before.items():
        if oid in after and after[oid][1] != file:
            taken[name] = f"{taken.get(name, _NONE)}, rewritten"
    expected = _expected(revision, set(names.values()))
    unsure = any(map(_is_unsure, revision.steps))
    counts: Counter[str] = Counter()
    for table in sorted(taken.keys() | expected.keys()):
        is_, said = taken.get(table, _NONE), expected.get(table, _NONE)
        verdict = "equal" if is_ == said else "different" if not unsure else "not claimed"
        counts[verdict] += 1
        if verdict != "equal":
            say(f"  {revision.id} {table}: {is_}, told: {said} ({verdict})")
    return counts


def _is_unsure(step: Step) -> bool:
    """Whether a step may do more than is told of it, or nothing at all."""
    table = getattr(step.operation, "table", None)
    unknown = isinstance(step.operation, OpaqueOperation) or isinstance(table, Unknown)
    return unknown or step.placed.conditional or step.placed.guarded


def _tables(conninfo: str) -> dict[int, tuple[str, int]]:
    with psycopg.connect(conninfo) as connection:
        return {oid: (name, file) for oid, name, file in connection.execute(_TABLES)}


def _taken(lines: str, names: dict[int, str]) -> Held:
    """The strongest lock that was held on each table before a COMMIT."""
    found: Held = {}
    for line in lines.splitlines():
        for oid, mode in json.loads(line):
            if oid in names:
                _add(found, names[oid], _spaced(mode))
    return found


def _spaced(mode: str) -> str:
    """`AccessExclusiveLock` as `ACCESS EXCLUSIVE`."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return words.strip().upper()


def _add(found: Held, table: str, mode: str) -> None:
    if mode in _STRONG and (table not in found or _STRONG.index(mode) > _STRONG.index(found[table])):
        found[table] = mode


def _expected(revision: Revision, tables: set[str]) -> Held:
    """The same as the effects of the revision's steps tell it."""
    found: Held = {}
    rewritten: set[str] = set()
    old: dict[str, str] = {}
    for step in revision.steps:
        effect = step.effect_on("postgresql")
        if effect is None:
            continue
        for lock in () if step.placed.autocommit else effect.locks:
            name = _named(lock.table, old)
            if name in tables:
                _add(found, name, lock.mode)
        rewritten.update(_named(table, old) for table in effect.rewrites)
        if isinstance(step.operation, RenameTable):
            old |= _renamed(step.operation, old)
    for name in rewritten & tables:
        found[name] = f"{found.get(name, _NONE)}, rewritten"
    return found


def _named(table: ObjectName, old: dict[str, str]) -> str:
    """The name that a table had before the revision."""
    name = str(table).removeprefix("public.")
    return old.get(name, name)


def _renamed(operation: RenameTable, old: dict[str, str]) -> dict[str, str]:
    names = (operation.name, operation.new_name)
    if not all(isinstance(name, ObjectName) for name in names):
        return {}
    before, after = (str(name).removeprefix("public.") for name in names)
    return {after: old.get(before, before)}


def _report(name: str, counts: Counter[str]) -> None:
    claimed = counts["equal"] + counts["different"]
    others = [f"; {count} {verdict}" for verdict, count in counts.items() if verdict not in ("equal", "different")]
    say(f"{name}: {counts['equal']} of {claimed} equal: {share(counts['equal'], claimed)}{''.join(others)}")


if __name__ == "__main__":
    sys.exit(main())
