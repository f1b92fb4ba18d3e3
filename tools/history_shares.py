"""Tells how much of real histories is understood, without running them.

For each folder: its revisions, their operations, the share that is understood, the time of a warm run a revision
(of all code in the folder), and what is not understood, by reason.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from schemalint.engine.cache import Cache
from schemalint.engine.loading import load
from schemalint.project.subjects import Project
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree
from tools.history_report import say, share


def shares(folders: list[Path]) -> None:
    """Prints the share of each folder, and that of all."""
    understood = operations = revisions = 0
    taken = 0.0
    reasons: Counter[str] = Counter()
    say(
        f"{'folder':<24}{'revisions':>10}{'operations':>11}{'understood':>11}{'share':>9}{'ms/revision':>12}{'crashes':>8}"
    )
    for folder in folders:
        project, seconds = linked(folder)
        count = sum(len(history.revisions) for history in project.histories)
        known = project.operations - len(project.not_understood)
        milliseconds = f"{1000 * seconds / max(count, 1):.1f}"
        crashes = len(project.crashes)
        say(
            f"{folder.name[:23]:<24}{count:>10}{project.operations:>11}{known:>11}"
            f"{share(known, project.operations):>9}{milliseconds:>12}{crashes:>8}"
        )
        for place, what, reason in project.not_understood:
            say(f"    {place.path}:{place.span.line}: {what}: {reason}")
            reasons[reason] += 1
        for crash in project.crashes:
            say(f"    crash while {crash.doing} {crash.place.path}: {crash.error}")
        understood, operations, revisions = understood + known, operations + project.operations, revisions + count
        taken += seconds
    say(f"\nall: {understood} of {operations} operations of {revisions} revisions: {share(understood, operations)}, ")
    say(f"{1000 * taken / max(revisions, 1):.1f} ms a revision")
    for reason, count in reasons.most_common():
        say(f"{count:>5}  {reason}")


def linked(folder: Path) -> tuple[Project, float]:
    """The project that a folder holds, and the seconds that it takes to link and replay."""
    settings = Settings(root=str(folder), database=("postgresql",), respect_gitignore=False)
    with TemporaryDirectory() as scratch, closing(FolderTree(folder)) as tree:
        cache = Cache(Path(scratch))
        load(tree, settings, cache)
        start = time.perf_counter()
        return load(tree, settings, cache).project, time.perf_counter() - start
