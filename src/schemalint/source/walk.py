"""From the paths a user gives to the files that are examined."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from pathlib import Path, PurePath

import msgspec

from schemalint.source.ignores import Ignores
from schemalint.source.tree import NOT_UNICODE, SourceTree, is_unicode

SOURCE_SUFFIXES = (".py", ".sql")
"""What is examined.

Stubs (`.pyi`) are not: they repeat what the `.py` beside them declares, without the bodies, so that every table
and column would be there twice.
"""


class Skipped(msgspec.Struct, frozen=True, order=True):
    """A path that is not examined, and why, as the end of a sentence that begins with the path."""

    path: str
    reason: str
    error: bool = False
    """Whether the run misses something that it should have read: a path that does not exist, an unreadable folder."""


class Walked(msgspec.Struct, frozen=True):
    """The outcome of a walk. Files that are ignored or excluded are in neither."""

    files: tuple[str, ...]
    """Sorted, each once, relative to the root of the tree."""
    skipped: tuple[Skipped, ...] = ()


def is_source(path: str) -> bool:
    """Whether a file of this name is examined: Python or SQL."""
    return path.endswith(SOURCE_SUFFIXES)


def walk(
    tree: SourceTree,
    given: Sequence[str] = (),
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    respect_gitignore: bool = True,
    settings_folder: str = "",
) -> Walked:
    """The files to examine, in the files and folders given, or in the whole tree if none is.

    `given` are absolute or relative to the tree's root. `exclude` are patterns as in a `.gitignore`, relative to
    `settings_folder`, a path in the tree. What is given by name is taken even if it is excluded or ignored, unless
    `force_exclude` is set. Raises `TreeError` for a pattern that is none; all else that goes wrong is in `skipped`.
    """
    ignores = Ignores(tree, exclude, respect_gitignore, settings_folder)
    files: set[str] = set()
    skipped: set[Skipped] = set()
    for name in given or [""]:
        path = _relative(tree.root, name)
        if path is None:
            skipped.add(Skipped(_printable(name), f"is outside of {tree.root}", error=True))
        elif tree.exists(path):
            reason = _why_not(path, ignores if force_exclude else None)
            if reason:
                skipped.add(Skipped(_printable(path), reason))
            else:
                files.add(path)
        elif not tree.is_folder(path):
            skipped.add(Skipped(_printable(path), "does not exist, or is not a regular file", error=True))
        elif force_exclude and path and ignores.leaves_out(f"{path}/"):
            skipped.add(Skipped(_printable(path), "is excluded"))
        else:
            _walk_folder(tree, path, ignores.within(path), files, skipped)
    return Walked(tuple(sorted(files)), tuple(sorted(skipped)))


def _walk_folder(tree: SourceTree, folder: str, ignores: Ignores, files: set[str], skipped: set[Skipped]) -> None:
    def refuse(path: str, reason: str) -> None:
        unread_folder = path.endswith("/") or not path
        if unread_folder or (is_source(path) and not ignores.skips_file(path)):
            skipped.add(Skipped(_printable(path.rstrip("/")) or ".", reason, error=unread_folder))

    found = tree.list(folder, ignores.skips_folder, refuse)
    files.update(path for path in found if is_source(path) and not ignores.skips_file(path))


def _relative(root: Path, given: str) -> str | None:
    """A given path as one of the tree's. None for what is not below the root."""
    path = PurePath(given)
    if path.is_absolute():
        base = root if path.is_relative_to(root) else Path(os.path.realpath(root))
        if not path.is_relative_to(base):
            return None
        path = path.relative_to(base)
    normal = posixpath.normpath(path.as_posix())
    if normal == ".." or normal.startswith("../"):
        return None
    return "" if normal == "." else normal


def _why_not(path: str, ignores: Ignores | None) -> str:
    """Why a file that was given by name is not examined; empty if it is."""
    if path.endswith(".ipynb"):
        return "is a notebook: notebooks are not read"
    if not is_source(path):
        return "is neither a Python nor an SQL file"
    if not is_unicode(path):
        return NOT_UNICODE
    return "is excluded" if ignores is not None and ignores.leaves_out(path) else ""


def _printable(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
