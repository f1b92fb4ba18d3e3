"""What a run found, kept with all that it rests on: where nothing has changed, nothing need be judged again.

A verdict rests on the settings, the paths given, the content of every file of the walk, what else was read of the tree
and what git says is released; and on this program, whose own files are part of the key, so that no other state of a
rule can be served. Plugins are code of others that nothing here stands for: with them nothing is kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Union

import msgspec

import schemalint
from schemalint.engine.cache import Cache, content_key
from schemalint.engine.result import RunResult
from schemalint.settings.records import Settings, encode_settings
from schemalint.source.git import Released
from schemalint.source.git import released as released_in
from schemalint.source.tree import Refuse, Skip, SourceTree, refuse_silently, skip_nothing
from schemalint.source.walk import Walked

KIND = "verdict"


class Verdict(msgspec.Struct, frozen=True):
    """The result of a run with the roles of the files.

    `read` are the hashes of what was read beside the files of the walk, None for what was not there; `existing` tells
    of paths that were asked for. `released` is what git said, None where it was not asked.
    """

    result: RunResult
    roles: tuple[tuple[str, Union[str, None]], ...]
    read: dict[str, Union[bytes, None]]
    existing: dict[str, bool]
    released: Union[Released, None]


_decoder = msgspec.msgpack.Decoder(Verdict)


class Witness:
    """A tree, and what was asked of it."""

    def __init__(self, base: SourceTree) -> None:
        self._base = base
        self.seen: dict[str, bytes | None] = {}
        self.existing: dict[str, bool] = {}

    @property
    def root(self) -> Path:
        return self._base.root

    def list(self, under: str = "", skip: Skip = skip_nothing, refuse: Refuse = refuse_silently) -> Iterator[str]:
        return self._base.list(under, skip, refuse)

    def read(self, path: str) -> bytes:
        try:
            content = self._base.read(path)
        except OSError:
            self.seen[path] = None
            raise
        self.seen[path] = content_key(content)
        return content

    def exists(self, path: str) -> bool:
        self.existing[path] = self._base.exists(path)
        return self.existing[path]

    def is_folder(self, path: str) -> bool:
        return self._base.is_folder(path)

    def close(self) -> None:
        self._base.close()


def key_of(
    settings: Settings, walked: Walked, contents: Mapping[str, bytes], given: tuple[str, ...], show_released: bool
) -> bytes:
    """What a verdict is kept under. `contents` are the hashes of the files that could be read."""
    digest = blake2b(digest_size=16)
    for part in (
        program_state(),
        encode_settings(settings),
        msgspec.msgpack.encode((walked.files, walked.skipped, given, show_released)),
        *(contents.get(path, b"unreadable") for path in walked.files),
    ):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def known(cache: Cache, key: bytes, tree: SourceTree, settings: Settings) -> Verdict | None:
    """The verdict of a key, if what else it rests on is as it was."""
    stored = cache.get_all(KIND, (key,)).get(key)
    if stored is None:
        return None
    try:
        verdict = _decoder.decode(stored)
    except msgspec.MsgspecError:
        return None
    if any(_hash_of(tree, path) != content for path, content in verdict.read.items()):
        return None
    if any(tree.exists(path) != there for path, there in verdict.existing.items()):
        return None
    if verdict.released is not None and verdict.released != released_in(tree.root, settings.default_branch):
        return None
    return verdict


def keep(cache: Cache, key: bytes, verdict: Verdict) -> None:
    """Keeps a verdict."""
    cache.put_all(KIND, {key: msgspec.msgpack.encode(verdict)})


def _hash_of(tree: SourceTree, path: str) -> bytes | None:
    try:
        return content_key(tree.read(path))
    except OSError:
        return None


@lru_cache(maxsize=1)
def program_state() -> bytes:
    """What tells this state of the program from any other: its version, its files and the interpreter."""
    digest = blake2b(f"{schemalint.__version__} {sys.version}".encode(), digest_size=16)
    folders = [os.path.dirname(schemalint.__file__)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.is_dir() and entry.name != "__pycache__":
                    folders.append(entry.path)
                elif entry.name.endswith((".py", ".json")):
                    status = entry.stat()
                    digest.update(f"{entry.path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.digest()
