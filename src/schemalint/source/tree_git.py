"""The trees that git keeps: the files of a revision, and those that are staged. Nothing is checked out."""

from __future__ import annotations

import errno
import os
import posixpath
import subprocess
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from typing import TypeVar

import msgspec

from schemalint.source.git import decode, run_git, start_git, valid_ref
from schemalint.source.tree import (
    NOT_UNICODE,
    STRAY_LINK,
    Refuse,
    Skip,
    is_unicode,
    refuse_silently,
    skip_nothing,
    unskipped,
)

_LINK = "120000"
_FILE_MODES = {"100644", "100755", _LINK}
_MOST_LINKS = 40  # Linux gives up after as many


_Tree = TypeVar("_Tree", bound="_StoredTree")


class Entry(msgspec.Struct, frozen=True):
    """A file, or a link, in git's store."""

    mode: str
    object: str


class _StoredTree:
    """Files by the names of their objects, read through one `git cat-file` process."""

    def __init__(self, root: Path, entries: dict[str, Entry], refused: dict[str, str]) -> None:
        self.root = root
        self._entries = entries
        self._paths = sorted({*entries, *refused})
        self._refused = refused
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    def list(self, under: str = "", skip: Skip = skip_nothing, refuse: Refuse = refuse_silently) -> Iterator[str]:
        for path in unskipped(self._below(under), under, skip):
            if path in self._refused:
                refuse(path, self._refused[path])
            elif not is_unicode(path):
                refuse(path, NOT_UNICODE)
            elif self._target(path) is not None:
                yield path
            elif not self._leads_to_folder(path):
                refuse(path, STRAY_LINK)

    def read(self, path: str) -> bytes:
        target = self._target(path)
        if target is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        content = self._content(self._entries[target].object)
        if content is None:
            raise OSError(errno.EIO, "git lacks its content, as in a partial clone", path)
        return content

    def exists(self, path: str) -> bool:
        return self._target(path) is not None

    def is_folder(self, path: str) -> bool:
        return not path or bool(self._below(path))

    def close(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.communicate()

    def __enter__(self: _Tree) -> _Tree:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _below(self, folder: str) -> Sequence[str]:
        """The paths below a folder, which stand together in the sorted list: `0` follows `/`."""
        if not folder:
            return self._paths
        return self._paths[bisect_left(self._paths, f"{folder}/") : bisect_left(self._paths, f"{folder}0")]

    def _target(self, path: str) -> str | None:
        """The file at a path, links followed. None where no file of this tree is."""
        for _ in range(_MOST_LINKS):
            entry = self._entries.get(path)
            if entry is None:
                return None
            if entry.mode != _LINK:
                return path
            path = self._linked(path)
        return None

    def _leads_to_folder(self, path: str) -> bool:
        return self._entries[path].mode == _LINK and self.is_folder(self._linked(path))

    def _linked(self, path: str) -> str:
        content = self._content(self._entries[path].object)
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), decode(content or b"")))
        return "" if target == "." else target

    def _content(self, name: str) -> bytes | None:
        """The content of an object. None if the repository lacks it, as a partial clone may."""
        with self._lock:
            if self._process is None:
                self._process = start_git(self.root, "cat-file", "--batch")
            stdin, stdout = self._process.stdin, self._process.stdout
            assert stdin is not None
            assert stdout is not None
            stdin.write(f"{name}\n".encode())
            stdin.flush()
            head = stdout.readline().split()
            if not head:  # git gave up, as it does where it may not fetch what a partial clone lacks
                self._process.communicate()
                self._process = None
            if len(head) != 3:
                return None
            content = stdout.read(int(head[2]))
            stdout.read(1)
            return content


class GitTree(_StoredTree):
    """The files below a folder of a repository as they are at a revision: a branch, a tag, a commit.

    Raises `TreeError` without git, outside of a repository, and for a revision git does not know.
    """

    def __init__(self, root: Path, ref: str) -> None:
        entries = {}
        for line in decode(run_git(root, "ls-tree", "-r", "-z", valid_ref(ref))).split("\0"):
            facts, _, path = line.partition("\t")
            mode, _, rest = facts.partition(" ")
            kind, _, name = rest.partition(" ")
            if kind == "blob":
                entries[path] = Entry(mode, name)
        super().__init__(Path(os.path.abspath(root)), entries, {})


class IndexTree(_StoredTree):
    """The files below a folder of a repository as they are staged for the next commit.

    Raises `TreeError` without git and outside of a repository.
    """

    def __init__(self, root: Path) -> None:
        entries = {}
        refused = {}
        for line in decode(run_git(root, "ls-files", "-s", "-z")).split("\0"):
            facts, _, path = line.partition("\t")
            mode, _, rest = facts.partition(" ")
            name, _, stage = rest.partition(" ")
            if stage not in {"", "0"}:
                refused[path] = "is in conflict: resolve the merge and stage the file"
            elif mode in _FILE_MODES:
                entries[path] = Entry(mode, name)
        super().__init__(Path(os.path.abspath(root)), entries, refused)
