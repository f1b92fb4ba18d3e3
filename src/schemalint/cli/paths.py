"""From the paths of a command line to those of the project's tree."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from schemalint.cli.refusal import Refusal
from schemalint.source.tree import FolderTree, OverlayTree, SourceTree

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Given:
    """The files and folders to report on, relative to the tree's root, and what is wrong with the others."""

    paths: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def is_all_wrong(self) -> bool:
        """Whether paths were given, and none of them can be reported on."""
        return bool(self.errors) and not self.paths


def names_of_files(paths: tuple[str, ...], stdin_filename: str | None) -> tuple[str, ...]:
    """The paths as names of files and folders: standard input goes by the name that it was given.

    Raises `Refusal` where it has none, and where other paths are given beside it.
    """
    if stdin_filename is None:
        if STANDARD_INPUT in paths:
            raise Refusal("`-` needs a name for what it reads: add `--stdin-filename app/models.py`")
        return paths
    if any(path != STANDARD_INPUT for path in paths):
        raise Refusal("--stdin-filename goes with `-` alone: leave out the other paths")
    return (stdin_filename,)


def tree_of(root: Path, stdin_filename: str | None) -> SourceTree:
    """The folder, or the folder with the content of standard input as one file of it."""
    folder = FolderTree(root)
    if stdin_filename is None:
        return folder
    path = relative_to(folder.root, stdin_filename)
    if not path:
        raise Refusal(_outside(stdin_filename, folder.root))
    return OverlayTree(folder, {path: sys.stdin.buffer.read()})


def given_in(tree: SourceTree, names: Iterable[str]) -> Given:
    """Which of the named files and folders are in the tree."""
    paths: list[str] = []
    errors: list[str] = []
    for name in names:
        path = relative_to(tree.root, name)
        if path is None:
            errors.append(_outside(name, tree.root))
        elif not tree.exists(path) and not tree.is_folder(path):
            errors.append(f"{name}: no such file or folder; name one that exists")
        else:
            paths.append(path)
    return Given(tuple(paths), tuple(errors))


def relative_to(root: Path, name: str) -> str | None:
    """A path of the command line as one of the tree with that root, `""` for the root itself; None outside of it."""
    path = Path(os.path.abspath(name))
    for base, inside in ((root, path), (Path(os.path.realpath(root)), Path(os.path.realpath(path.parent)) / path.name)):
        if inside.is_relative_to(base):
            relative = inside.relative_to(base).as_posix()
            return "" if relative == "." else relative
    return None


def _outside(name: str, root: Path) -> str:
    return f"{name}: outside of the project {root}; run schemalint from the project it belongs to"
