"""The operations of SQL texts in the cache, so that a warm run need not import sqlglot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from schemalint import __version__
from schemalint.engine.cache import Cache
from schemalint.sql.memory import SQL_READER_VERSION, remembering


@contextmanager
def remembered_sql(cache: Cache) -> Iterator[None]:
    """Lets SQL that is read inside be looked up in the cache, and is done with the cache in the end."""
    table = SqlTable(cache)
    with remembering(table):
        yield
    table.store()
    cache.close()


class SqlTable:
    """A memory of SQL that was read. What is new waits in `fresh` until `store`."""

    kind = f"sql:{__version__}:{SQL_READER_VERSION}"

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self.fresh: dict[bytes, bytes] = {}
        self.used: set[bytes] = set()

    def get(self, key: bytes) -> bytes | None:
        """The encoded operations of a key, or None."""
        value = self.fresh.get(key)
        if value is None:
            value = self._cache.get_all(self.kind, (key,)).get(key)
        if value is not None:
            self.used.add(key)
        return value

    def put(self, key: bytes, value: bytes) -> None:
        """Keeps encoded operations."""
        self.fresh[key] = value

    def store(self) -> None:
        """Writes what is new into the cache and marks what was used."""
        self._cache.put_all(self.kind, self.fresh)
        self._cache.mark(self.kind, self.used)
