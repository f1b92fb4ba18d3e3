"""Globs of paths, as in a `.gitignore`, compiled once."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_LabelT = TypeVar("_LabelT", bound=str)
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\*?["})


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path, relative to the root and with forward slashes, is matched by the globs taken together.

    As in a `.gitignore`: a glob without a slash holds at any depth, a folder stands for all that is in it, the last
    glob that matches decides, and one that begins with `!` takes back.
    """
    globs = tuple(globs)
    return bool(globs) and _compiled(globs).match_file(path)


def labels_of(path: str, labels: Mapping[_LabelT, tuple[str, ...]]) -> tuple[_LabelT, ...]:
    """The labels (roles, layers) whose globs match a path, in the order in which the settings name them."""
    return tuple(label for label, globs in labels.items() if matches(path, globs))


def ignored_in(path: str, per_file_ignores: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    """The selectors that `per-file-ignores` switches off in a file.

    A glob that begins with `!` means every file that it does not match.
    """
    found = [
        selectors
        for glob, selectors in per_file_ignores
        if matches(path, (glob.removeprefix("!"),)) is not glob.startswith("!")
    ]
    return tuple(dict.fromkeys(selector for selectors in found for selector in selectors))


def is_glob(text: str) -> bool:
    """Whether a text is a glob that can match something."""
    from pathspec import GitIgnoreSpec

    try:
        return any(pattern.include is not None for pattern in GitIgnoreSpec.from_lines([text]).patterns)
    except ValueError:
        return False


def folder_glob(folder: str) -> str:
    """The glob of all that is in a folder, whatever signs its name holds."""
    return f"{folder.translate(_SPECIAL)}/**"


def rebased_glob(glob: str, folder: PurePath, root: PurePath) -> str | None:
    """A glob that is relative to `folder`, written relative to `root`; None where it can match nothing below `root`.

    A glob without a slash holds at any depth and stays as it is.
    """
    sign, pattern = ("!", glob[1:]) if glob.startswith("!") else ("", glob)
    if folder == root or pattern.startswith("**/") or "/" not in pattern.rstrip("/"):
        return glob
    above = posixpath.commonpath([folder.as_posix(), root.as_posix()])
    lead = _relative(folder, above).translate(_SPECIAL)
    parts = [*filter(None, lead.split("/")), *pattern.lstrip("/").split("/")]
    for name in filter(None, _relative(root, above).split("/")):
        if not parts or parts == [""]:
            return f"{sign}/**"
        if parts[0] == "**":
            break
        if not fnmatchcase(name, parts.pop(0).replace("\\", "")):
            return None
    rest = "/".join(parts)
    return f"{sign}/{rest}" if rest else f"{sign}/**"


def rebased_path(path: str, folder: PurePath, root: PurePath) -> str:
    """A path that is relative to `folder`, written relative to `root`. An absolute path stays as it is."""
    if folder == root or os.path.isabs(path):
        return path
    return PurePath(os.path.relpath(folder / path, root)).as_posix()


def _relative(path: PurePath, above: str) -> str:
    relative = posixpath.relpath(path.as_posix(), above)
    return "" if relative == "." else relative


@lru_cache(maxsize=1024)
def _compiled(globs: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(globs)
