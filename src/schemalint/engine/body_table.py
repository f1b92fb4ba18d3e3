"""The bodies of revisions in the cache, so that a run reads only those that a change may have to do with."""

from __future__ import annotations

from collections.abc import Mapping

from schemalint.engine.cache import Cache, content_key
from schemalint.engine.sql_table import SqlTable
from schemalint.engine.verdicts import program_state


class BodyTable:
    """A memory of bodies that were read, by the root of their history. `hashes` are those of the files."""

    kind = "bodies"

    def __init__(self, cache: Cache, hashes: Mapping[str, bytes]) -> None:
        self._cache = cache
        self.hashes = hashes

    def get(self, history: str) -> bytes | None:
        """What was kept for a history. The SQL in its bodies is not asked for then, and yet in use."""
        key = _key(history)
        found = self._cache.get_all(self.kind, (key,)).get(key)
        if found is not None:
            self._cache.mark(self.kind, (key,))
            self._cache.mark_all(SqlTable.kind)
        return found

    def put(self, history: str, value: bytes) -> None:
        """Keeps what was read of a history."""
        self._cache.put_all(self.kind, {_key(history): value})


def _key(history: str) -> bytes:
    return content_key(program_state() + history.encode(errors="surrogatepass"))
