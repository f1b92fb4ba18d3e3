"""Compares the locks and rewrites that schemalint tells of Django's migrations with what they take in PostgreSQL.

    python -m tools.lock_truth_django procrastinate pulpcore

The packages are those of `django_truth`, installed in environments of their own below `--scratch`. Each migration is
run by itself, what Django puts off to its end included. See `lock_truth` for what is compared; what RunPython does to
rows is not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from schemalint.project.subjects import Project
from tests.postgres.server import running
from tools.django_truth import install, replayed
from tools.django_truth_packages import PACKAGES
from tools.history_databases import database
from tools.lock_compare import LOCKS, TABLES, compared, report, taken

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="PACKAGE", help=f"by default {', '.join(PACKAGES)}")
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()) / "django-truth")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    with running() as conninfo:
        for name in options.names or list(PACKAGES):
            counts = examine(name, options.scratch / name, conninfo)
            report(name, counts)
            total += counts
    report("all", total)
    return int(bool(total["different"]))


def examine(name: str, scratch: Path, conninfo: str) -> Counter[str]:
    """Migrates a package and compares each migration. Returns the counts by verdict."""
    package = PACKAGES[name]
    scratch.mkdir(parents=True, exist_ok=True)
    python, libraries = install(package, scratch)
    (scratch / "truth_settings.py").write_text(package.settings, encoding="utf-8")
    (scratch / "key").write_text("aF3t5mXSCC8kXZdPFN_SQ8Xun7CHWzqTZ4oZVm5tkuM=\n", encoding="utf-8")
    project = replayed(libraries, package.folders, package.settings)
    environment = {
        **os.environ,
        **{key: value.format(scratch=scratch) for key, value in package.environment.items()},
        "PGHOST": conninfo.partition("host=")[2].partition(" ")[0],
        "PGPORT": "5432",
        "PGUSER": "postgres",
        "PGDATABASE": "real",
        "DJANGO_SETTINGS_MODULE": "truth_settings",
        "PYTHONPATH": str(scratch),
    }
    counts: Counter[str] = Counter()
    with database(conninfo, "real"):
        command = [str(python), str(HERE / "lock_run_django.py"), TABLES, LOCKS]
        done = subprocess.run(command, env=environment, cwd=scratch, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        counts += _compared(project, json.loads(line))
    if done.returncode != 0:
        sys.exit(f"{name}: {done.stderr[-3000:]}")
    return counts


def _compared(project: Project, run: dict[str, Any]) -> Counter[str]:
    """One migration; those of applications outside the package are in no history."""
    name = f"{run['app']}.{run['name']}"
    revision = next((found for history in project.histories if (found := history.find(name)) is not None), None)
    if revision is None:
        return Counter()
    before = {oid: (table, file) for oid, table, file in run["before"]}
    after = {oid: (table, file) for oid, table, file in run["after"]}
    return compared(revision, taken(run["locks"], before, after), before, rows=False)


if __name__ == "__main__":
    sys.exit(main())
