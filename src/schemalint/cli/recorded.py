"""A tree that remembers what was read from it, so that a file that has changed since is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from schemalint.engine.cache import content_key
from schemalint.source.tree import Refuse, Skip, SourceTree, refuse_silently, skip_nothing


class RecordedTree:
    """Another tree, and the hash of each file as it was first read."""

    def __init__(self, base: SourceTree) -> None:
        self._base = base
        self._keys: dict[str, bytes] = {}

    @property
    def root(self) -> Path:
        return self._base.root

    def list(self, under: str = "", skip: Skip = skip_nothing, refuse: Refuse = refuse_silently) -> Iterator[str]:
        return self._base.list(under, skip, refuse)

    def read(self, path: str) -> bytes:
        content = self._base.read(path)
        self._keys.setdefault(path, content_key(content))
        return content

    def exists(self, path: str) -> bool:
        return self._base.exists(path)

    def is_folder(self, path: str) -> bool:
        return self._base.is_folder(path)

    def close(self) -> None:
        self._base.close()

    def has_changed(self, path: str, content: bytes) -> bool:
        """Whether the content of a file is another one than that which was read first."""
        return self._keys.get(path, content_key(content)) != content_key(content)
