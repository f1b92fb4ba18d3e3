"""What was read before: operations by the SQL that they came from.

The engine lends a memory for the time of a run; without one every text is read anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Protocol

SQL_READER_VERSION = 8
"""Counts up with each change of what is read from a text."""


class SqlMemory(Protocol):
    """Encoded operations by key."""

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, or None."""

    def put(self, key: bytes, value: bytes) -> None:
        """Keeps a value."""


_MEMORY: ContextVar[SqlMemory | None] = ContextVar("sql_memory", default=None)


@contextmanager
def remembering(memory: SqlMemory) -> Iterator[None]:
    """Lets all SQL that is read inside be looked up in, and added to, a memory."""
    token = _MEMORY.set(memory)
    try:
        yield
    finally:
        _MEMORY.reset(token)


def current_memory() -> SqlMemory | None:
    """The memory that was lent, or None."""
    return _MEMORY.get()


def memory_key(sql: str, dialect: str) -> bytes:
    """The key of a text read in a dialect."""
    return blake2b(f"{dialect}\0{sql}".encode(errors="surrogatepass"), digest_size=16).digest()
