"""What was lowered before, by the hash of its content, in one SQLite file in the project.

SQLite because it is transactional and safe with several runs at once. Keys are hashes of contents, not times: a fresh
checkout changes every time. The cache never stores a verdict, only what one file or one settings file says, so that
no rule can be served stale. Whatever goes wrong with it, the run goes on without it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

DEFAULT_FOLDER = ".schemalint_cache"
"""Where the cache of a project is, unless its settings say otherwise."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    kind TEXT, key BLOB, value BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This directory holds a cache of schemalint.\n"
"""The first line is that of every cache (bford.info/cachedir): backups leave such a folder out."""
_FILES = ("cache.sqlite", "cache.sqlite-wal", "cache.sqlite-shm", ".gitignore", "CACHEDIR.TAG")
_KEPT_RUNS = 50
"""An entry that this many runs in a row did not use is dropped."""


def content_key(data: bytes) -> bytes:
    """The key of a content."""
    return blake2b(data, digest_size=16).digest()


def is_cache(folder: Path) -> bool:
    """Whether a folder is a cache that schemalint made: a real folder with our tag."""
    try:
        tag = (folder / "CACHEDIR.TAG").read_bytes()
    except OSError:
        return False
    return not folder.is_symlink() and tag.startswith(b"Signature: ") and b"schemalint" in tag


def remove_cache(folder: Path) -> None:
    """Deletes a cache and what is ours in it; a folder that holds anything else stays with that.

    Raises `OSError` where something cannot be deleted.
    """
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


class Cache:
    """Blobs by kind and key. `kind` names what made the value, with its version: a new version starts empty."""

    def __init__(self, folder: Path | None) -> None:
        """Opens the cache in a folder, making it if need be; None makes one that holds nothing.

        A folder that holds something but is no cache is left alone, whatever the settings say.
        """
        self._database: sqlite3.Connection | None = None
        self._run = 0
        self._used: list[tuple[str, bytes]] = []
        self._used_kinds: set[str] = set()
        if folder is not None:
            with suppress(OSError, sqlite3.Error):
                self._open(folder)

    def _open(self, folder: Path) -> None:
        if folder.is_symlink():
            return
        folder.mkdir(parents=True, exist_ok=True)
        if not is_cache(folder):
            if any(folder.iterdir()):
                return
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            (folder / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")
        file = folder / "cache.sqlite"
        try:
            self._database = _connect(file)
        except sqlite3.OperationalError:
            raise  # it is locked or cannot be written: no reason to delete it
        except sqlite3.DatabaseError:
            file.unlink(missing_ok=True)
            self._database = _connect(file)
        self._run = self._database.execute("PRAGMA user_version").fetchone()[0] + 1

    def get_all(self, kind: str, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """The values that are there."""
        if self._database is None:
            return {}
        found: dict[bytes, bytes] = {}
        query = "SELECT value FROM entry WHERE kind = ? AND key = ?"
        with suppress(sqlite3.Error):
            for key in keys:
                row = self._database.execute(query, (kind, key)).fetchone()
                if row is not None:
                    found[key] = row[0]
        return found

    def everything(self, kind: str) -> dict[bytes, bytes]:
        """All values of a kind that has few."""
        if self._database is None:
            return {}
        with suppress(sqlite3.Error):
            return dict(self._database.execute("SELECT key, value FROM entry WHERE kind = ?", (kind,)))
        return {}

    def put_all(self, kind: str, values: Mapping[bytes, bytes]) -> None:
        """Stores values."""
        if self._database is None or not values:
            return
        rows = [(kind, key, value, self._run) for key, value in values.items()]
        with suppress(sqlite3.Error), self._database:
            self._database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)", rows)

    def mark(self, kind: str, used: Iterable[bytes]) -> None:
        """Notes which entries of `kind` the run used."""
        self._used.extend((kind, key) for key in used)

    def mark_all(self, kind: str) -> None:
        """Notes that the run would have used entries of `kind`, it is not known which."""
        self._used_kinds.add(kind)

    def leave(self) -> None:
        """Ends a run that had nothing to read: it does not count, for what it did not use is still of use."""
        if self._database is not None:
            with suppress(sqlite3.Error):
                self._database.close()
        self._database = None

    def close(self, kind: str = "", used: Iterable[bytes] = ()) -> None:
        """Ends the run: now and then marks the entries that it used, and drops what was not used for long."""
        self.mark(kind, used)
        if self._database is None:
            return
        with suppress(sqlite3.Error):
            with self._database:
                self._database.execute(f"PRAGMA user_version = {self._run}")
                if self._run % (_KEPT_RUNS // 5) == 0:
                    marks = [(self._run, *entry) for entry in self._used]
                    self._database.executemany("UPDATE entry SET used = ? WHERE kind = ? AND key = ?", marks)
                    kinds = [(self._run, kind) for kind in self._used_kinds]
                    self._database.executemany("UPDATE entry SET used = ? WHERE kind = ?", kinds)
                    self._database.execute("DELETE FROM entry WHERE used < ?", (self._run - _KEPT_RUNS,))
            self._database.close()
        self._database = None


def _connect(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=2)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = OFF")
    database.execute(_SCHEMA)
    return database
