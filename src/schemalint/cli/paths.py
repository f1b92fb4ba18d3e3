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

    Raises `Refusal` where it has none or that of a folder, and where other paths are given beside it.
    """
    if stdin_filename is None:
        if STANDARD_INPUT in paths:
            raise Refusal("`-` needs a name for what it reads: add `--stdin-filename app/models.py`")
        return paths
    if any(path != STANDARD_INPUT for path in paths):
        raise Refusal("--stdin-filename goes with `-` alone: leave out the other paths")
    if not stdin_filename or os.path.isdir(stdin_filename):
        raise Refusal(f"--stdin-filename: `{stdin_filename}` is no name of a file")
    return (stdin_filename,)


def tree_of(root: Path, stdin_filename: str | None) -> SourceTree:
    """The folder, or the folder with the content of standard input as one file of it."""
    folder = FolderTree(root)
    if stdin_filename is None:
        return folder
    return OverlayTree(folder, {_relative(stdin_filename, folder.root): sys.stdin.buffer.read()})


def given_in(tree: SourceTree, names: Iterable[str]) -> Given:
    """The named files and folders as paths of the tree; all are below its root, for it was looked for above them."""
    paths, errors = [], []
    for name in names:
        path = _relative(name, tree.root)
        if tree.exists(path) or tree.is_folder(path):
            paths.append(path)
        else:
            errors.append(f"{name}: no such file or folder; name one that exists")
    return Given(tuple(paths), tuple(errors))


def _relative(name: str, root: Path) -> str:
    path = Path(os.path.abspath(name)).relative_to(root).as_posix()
    return "" if path == "." else path
