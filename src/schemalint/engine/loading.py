"""The linked project without a check: for commands that show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemalint.engine.cache import Cache
from schemalint.engine.lowering import lower_files
from schemalint.engine.memory_table import MemoryTable
from schemalint.engine.reading import read_files
from schemalint.engine.sql_table import remembered_sql
from schemalint.project.link import link
from schemalint.project.subjects import Project
from schemalint.settings.records import Settings
from schemalint.source.git import Released
from schemalint.source.tree import SourceTree
from schemalint.source.walk import walk


@dataclass(frozen=True, slots=True)
class Loaded:
    """A project and what could not be read of it, as sentences."""

    project: Project
    errors: tuple[str, ...]


def load(
    tree: SourceTree,
    settings: Settings,
    cache: Cache,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    released: Released | None = None,
) -> Loaded:
    """Reads and links a project. `released` is what git says is released; it is asked where nothing is given.

    Raises `TreeError` for a tree that cannot be had. A file that cannot be read is an error of the result.
    """
    walked = walk(tree, (), exclude=settings.excluded, respect_gitignore=settings.respect_gitignore)
    with remembered_sql(cache):
        contents = read_files(tree, walked.files, max_file_size=settings.max_file_size)
        lowered = lower_files(contents, cache, progress=progress)
        sources = {path: lowered.modules.get(path, lowered.problems.get(path)) for path in walked.files}
        project = link(sources, settings, tree, released, MemoryTable(cache, contents.keys))
    problems = (f"{path}:{problem.span.line}: {problem.message}" for path, problem in lowered.problems.items())
    crashes = (f"schemalint failed while {crash.doing}: {crash.error}" for crash in project.crashes)
    skipped = (f"{entry.path} {entry.reason}" for entry in walked.skipped if entry.error)
    return Loaded(project, (*skipped, *problems, *crashes))
