"""The project of the commands that show what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from schemalint.cli.output import print_bytes, print_text, say_errors
from schemalint.cli.progress import progress_bar
from schemalint.cli.project import Asked, open_project
from schemalint.cli.refusal import Refusal
from schemalint.engine.cache import Cache
from schemalint.project.subjects import History, Project
from schemalint.settings.records import Settings
from schemalint.source.git import Released
from schemalint.source.tree import FolderTree, SourceTree

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_OF_ANOTHER_TREE = Released(reason="it is not asked for another tree than the folder")


def project_options(function: F) -> F:
    """The options by which commands find a project and its settings."""
    for option in (
        click.option("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache."),
        click.option("--isolated", is_flag=True, help="Read no settings file."),
        click.option("--config", multiple=True, metavar="FILE|KEY=VALUE", help="A settings file, or one setting."),
    ):
        function = option(function)
    return function


def history_option(function: F) -> F:
    """The option that chooses one of several histories."""
    return click.option("--history", "root", metavar="ROOT", help="The history to look at, by its folder.")(function)


class Shown:
    """A project to show: that of the paths given, else of the working folder."""

    def __init__(self, paths: tuple[str, ...], config: tuple[str, ...], isolated: bool, no_cache: bool) -> None:
        for path in paths:
            if not Path(path).exists():
                raise Refusal(f"{path}: no such file or folder; name one that exists")
        self._open = partial(open_project, Asked(paths, config, isolated), cached=not no_cache)

    def folder(self) -> Project:
        """The project as it is on disk."""
        settings, cache = self._open()
        with closing(FolderTree(Path(settings.root))) as tree:
            return _load(tree, settings, cache, None)

    @property
    def settings(self) -> Settings:
        """The settings of the project."""
        return self._open()[0]

    def since(self, ref: str) -> Project:
        """The project as it is on disk, in which what a git ref has is released. Raises `Refusal` for no such ref."""
        from schemalint.source.git import released

        settings, cache = self._open()
        base = released(Path(settings.root), ref)
        if base.reason:
            raise Refusal(f"what is new since `{ref}` is not known: {base.reason}")
        with closing(FolderTree(Path(settings.root))) as tree:
            return _load(tree, settings, cache, base)

    def at(self, ref: str) -> Project:
        """The project as it is at a git ref. Raises `TreeError` where git does not know it."""
        from schemalint.source.tree_git import GitTree

        settings, cache = self._open()
        with closing(GitTree(Path(settings.root), ref)) as tree:
            return _load(tree, settings, cache, _OF_ANOTHER_TREE)


def _load(tree: SourceTree, settings: Settings, cache: Cache, released: Released | None) -> Project:
    from schemalint.engine.loading import load

    with progress_bar(enabled=True) as progress:
        loaded = load(tree, settings, cache, progress=progress, released=released)
    say_errors(loaded.errors)
    return loaded.project


def dialect_of(history: History | None, asked: str | None) -> str:
    """The dialect to write: that which was asked for, else that of the history's first server, else PostgreSQL."""
    if asked is not None:
        return asked
    servers = history.target.servers if history is not None else ()
    return servers[0].dialect if servers else "postgresql"


def found(function: Callable[..., T], *arguments: object) -> T:
    """What a look-up finds. Raises `Refusal` with its message where it finds nothing."""
    from schemalint.views.sources import NotThereError

    try:
        return function(*arguments)
    except NotThereError as error:
        raise Refusal(str(error)) from None


def show(text: str, *, for_programs: bool) -> None:
    """Prints a view: UTF-8 for programs."""
    if for_programs:
        print_bytes(text)
    else:
        print_text(text, False)
