"""How many findings of locking a revision gets, with what is known of its context and without.

    python benchmarks/locking.py path/to/project [--database postgresql:16]

A linter of single statements takes every table for one in use. This prints how many findings there would be then, and
how many there are with the context: tables that the revision makes itself are used by nobody yet. Revisions that are
released count too.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.rules.registry import load_rules
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree


def main() -> None:
    """Prints the counts of each project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", type=Path, nargs="+")
    parser.add_argument("--database", default="postgresql:16")
    arguments = parser.parse_args()
    for project in arguments.projects:
        known = _findings(project, arguments.database)
        with _every_table_in_use():
            blind = _findings(project, arguments.database)
        revisions = known.pop("revisions")
        blind.pop("revisions")
        with_context, without = sum(known.values()), sum(blind.values())
        sys.stdout.write(
            f"{project.name}: {revisions} revisions, {with_context} findings ({with_context / revisions:.2f} each); "
            f"without context {without} ({without / revisions:.2f})\n"
        )
        for name in sorted(blind):
            sys.stdout.write(f"    {name}: {known[name]}, without context {blind[name]}\n")


def _findings(project: Path, database: str) -> Counter[str]:
    """The findings of locking by rule, and the number of revisions."""
    root = project.resolve()
    settings = Settings(root=str(root), select=("LCK",), database=(database,))
    request = Request(FolderTree(root), settings, Cache(None), show_released=True)
    outcome = run(request)
    counts = Counter(diagnostic.name for diagnostic in outcome.result.diagnostics)
    counts["revisions"] = outcome.result.examined.by_role.get("migration", 0)
    return counts


@contextmanager
def _every_table_in_use() -> Iterator[None]:
    """Takes from the rules what they know of new tables."""
    load_rules()
    modules = [module for name, module in sys.modules.items() if name.startswith("schemalint.rules.")]
    knowing = [module for module in modules if hasattr(module, "is_new")]
    before = {module: module.is_new for module in knowing}
    for module in knowing:
        module.is_new = lambda step, table, column=None: False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for module, function in before.items():
            module.is_new = function  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
