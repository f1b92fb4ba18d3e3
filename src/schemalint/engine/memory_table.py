"""What was read of a program in the cache, so that a run reads only what a change may have to do with."""

from __future__ import annotations

from collections.abc import Mapping

from schemalint.engine.cache import Cache, content_key
from schemalint.engine.sql_table import SqlTable
from schemalint.engine.verdicts import program_state


class MemoryTable:
    """A memory in the cache, for this state of schemalint. `hashes` are those of the files."""

    def __init__(self, cache: Cache, hashes: Mapping[str, bytes]) -> None:
        self._cache = cache
        self.hashes = hashes

    def get(self, kind: str, name: str) -> bytes | None:
        """What was kept under a name of a kind. The SQL behind it is not asked for then, and yet in use."""
        key = _key(name)
        found = self._cache.get_all(kind, (key,)).get(key)
        if found is not None:
            self._cache.mark(kind, (key,))
            self._cache.mark_all(SqlTable.kind)
        return found

    def put(self, kind: str, name: str, value: bytes) -> None:
        """Keeps what was read."""
        self._cache.put_all(kind, {_key(name): value})


def _key(name: str) -> bytes:
    return content_key(program_state() + name.encode(errors="surrogatepass"))
