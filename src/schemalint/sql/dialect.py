"""What tells the dialects apart before anything is understood: quotes, comments, and what becomes of names."""

from __future__ import annotations

from typing import NamedTuple


class Dialect(NamedTuple):
    """A dialect. `folds` tells that names without quotes become lower case; `sqlglot` is its name there.

    `backslashes` tells that a backslash escapes in every string, `hash_comments` that `#` begins a comment. `longest`
    is how many bytes of a name are kept: PostgreSQL cuts what is longer (NAMEDATALEN), the others refuse it.
    """

    name: str
    sqlglot: str
    folds: bool = True
    backslashes: bool = False
    hash_comments: bool = False
    longest: int | None = None


_POSTGRESQL = Dialect("postgresql", "postgres", longest=63)
_DIALECTS = {
    "mysql": Dialect("mysql", "mysql", folds=False, backslashes=True, hash_comments=True),
    "mariadb": Dialect("mariadb", "mysql", folds=False, backslashes=True, hash_comments=True),
    "sqlite": Dialect("sqlite", "sqlite", folds=False),
    "oracle": Dialect("oracle", "oracle", folds=False),
    "mssql": Dialect("mssql", "tsql", folds=False),
}


def dialect_of(name: str | None) -> Dialect:
    """The dialect of a server; PostgreSQL's where the server is not decided."""
    return _DIALECTS.get(name or "", _POSTGRESQL)
