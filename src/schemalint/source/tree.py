"""Trees of files: the folder on disk, and a layer of an editor's buffers over any other tree.

Everything above reads files through a `SourceTree` and cannot tell its kinds apart. The trees that git keeps are
in `schemalint.source.tree_git`. Paths are relative to the tree's root and written with `/` on every system.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

Skip = Callable[[str], bool]
"""Asked for each folder before it is read: true leaves it out."""

Refuse = Callable[[str, str], None]
"""Told of what cannot be listed: the path, which ends in `/` for a folder, and the reason."""


STRAY_LINK = "is a link that leads nowhere, or out of the folder that is checked"
NOT_UNICODE = "has a name that is not valid UTF-8"


class TreeError(Exception):
    """A tree cannot be had. The message says why and what to do about it."""


def skip_nothing(folder: str) -> bool:
    """The `Skip` that leaves nothing out."""
    return False


def refuse_silently(path: str, reason: str) -> None:
    """The `Refuse` for callers that do not ask."""


class SourceTree(Protocol):
    """Files under one root. `contextlib.closing` fits every kind."""

    @property
    def root(self) -> Path:
        """The folder where paths start, absolute."""
        ...

    def list(self, under: str = "", skip: Skip = skip_nothing, refuse: Refuse = refuse_silently) -> Iterator[str]:
        """The paths of the regular files in the folder `under` and below it, sorted.

        A link to a file within the root is a file; links to folders are not followed. Nothing is listed for a folder
        that does not exist.
        """
        ...

    def read(self, path: str) -> bytes:
        """The content of a file. Raises `OSError`, which names the path, where there is none to be read."""
        ...

    def exists(self, path: str) -> bool:
        """Whether a file that can be read, or a link to one, is at this path."""
        ...

    def is_folder(self, path: str) -> bool:
        """Whether a folder is at this path. The root, `""`, always is one."""
        ...

    def close(self) -> None:
        """Ends the process behind the tree, if there is one. A closed tree may be asked again."""
        ...


class FolderTree:
    """The files of a folder on disk, as they are now. Raises `TreeError` if there is no such folder."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))
        if not self.root.is_dir():
            raise TreeError(f"{root} is not a folder: name an existing one")
        self._base = os.path.join(self.root, "")

    def list(self, under: str = "", skip: Skip = skip_nothing, refuse: Refuse = refuse_silently) -> Iterator[str]:
        pending = [f"{under}/" if under else ""]
        while pending:
            path = pending.pop()
            if path and not path.endswith("/"):
                yield path
            else:
                pending.extend(sorted(self._entries(path, skip, refuse), reverse=True))

    def _entries(self, folder: str, skip: Skip, refuse: Refuse) -> Iterator[str]:
        """What stands in one folder. Folders end in `/`: sorted so, a walk in depth gives sorted paths."""
        try:
            entries = os.scandir(self._base + folder)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            refuse(folder, f"cannot be read: {error.strerror}")
            return
        with entries:
            for entry in entries:
                path = folder + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if skip(path):
                        continue
                    path += "/"
                elif entry.is_symlink():
                    if os.path.isdir(entry.path):
                        continue
                    if not self._leads_to_own_file(entry.path):
                        refuse(path, STRAY_LINK)
                        continue
                elif not entry.is_file():
                    continue
                if is_unicode(entry.name):
                    yield path
                else:
                    refuse(path, NOT_UNICODE)

    def _leads_to_own_file(self, link: str) -> bool:
        return os.path.isfile(link) and Path(os.path.realpath(link)).is_relative_to(os.path.realpath(self.root))

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def exists(self, path: str) -> bool:
        return os.path.isfile(self._base + path)

    def is_folder(self, path: str) -> bool:
        return os.path.isdir(self._base + path)

    def close(self) -> None:
        """Nothing is held."""


class OverlayTree:
    """Another tree in which some files have other content, or exist only here.

    An editor's buffers over its folder; standard input under the name it is said to have.
    """

    def __init__(self, base: SourceTree, files: Mapping[str, bytes]) -> None:
        self.root = base.root
        self._base = base
        self._files = dict(files)

    def list(self, under: str = "", skip: Skip = skip_nothing, refuse: Refuse = refuse_silently) -> Iterator[str]:
        own = unskipped((path for path in self._files if is_within(path, under)), under, skip)
        yield from sorted({*self._base.list(under, skip, refuse), *own})

    def read(self, path: str) -> bytes:
        content = self._files.get(path)
        return self._base.read(path) if content is None else content

    def exists(self, path: str) -> bool:
        return path in self._files or self._base.exists(path)

    def is_folder(self, path: str) -> bool:
        return self._base.is_folder(path) or any(is_within(file, path) for file in self._files)

    def close(self) -> None:
        self._base.close()


def is_within(path: str, folder: str) -> bool:
    """Whether a path is below a folder. Everything is below the root, `""`."""
    return not folder or path.startswith(f"{folder}/")


def is_unicode(name: str) -> bool:
    """Whether a name from the file system or from git was valid UTF-8, and so can be printed."""
    if name.isascii():
        return True
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def folders_of(path: str) -> Iterator[str]:
    """The folders above a path, outermost first, without the root: `a` and `a/b` for `a/b/c.py`."""
    end = path.find("/")
    while end != -1:
        yield path[:end]
        end = path.find("/", end + 1)


def unskipped(paths: Iterable[str], under: str, skip: Skip) -> Iterator[str]:
    """Those of the paths below the folder `under` that a walk from there would come to, each folder asked once."""
    left_out = {under: False}
    for path in paths:
        parent = path.rpartition("/")[0]
        if parent not in left_out:
            for folder in folders_of(f"{parent}/"):
                if folder not in left_out and is_within(folder, under):
                    left_out[folder] = left_out[folder.rpartition("/")[0]] or skip(folder)
        if not left_out[parent]:
            yield path
