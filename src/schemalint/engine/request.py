"""What a run is asked for, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from schemalint.engine.cache import Cache
from schemalint.engine.result import RunResult
from schemalint.project.conduct import Crash
from schemalint.settings.records import Settings
from schemalint.source.tree import SourceTree


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked for.

    `given` are the files and folders to report on, relative to the tree's root; empty for everything. The whole project
    is read in any case. `show_released` shows what is otherwise counted: findings in released revisions. `progress` is
    called with the number of files lowered and to lower.
    """

    tree: SourceTree
    settings: Settings
    cache: Cache
    given: tuple[str, ...] = ()
    show_released: bool = False
    progress: Callable[[int, int], None] = lambda done, total: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run, every file with its role, and what broke."""

    result: RunResult
    roles: tuple[tuple[str, str | None], ...]
    crashes: tuple[Crash, ...] = ()
