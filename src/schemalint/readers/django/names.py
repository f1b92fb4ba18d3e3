"""The names that Django gives to what it makes without being told a name."""

from __future__ import annotations

from hashlib import md5

LONGEST = {"postgresql": 63, "mysql": 64, "mariadb": 64, "oracle": 30}
_UNBOUNDED = 200


def digest(*parts: str, length: int) -> str:
    """The hash in names (`names_digest` in django/db/backends/utils.py)."""
    found = md5(usedforsecurity=False)
    for part in parts:
        found.update(part.encode())
    return found.hexdigest()[:length]


def made_name(table: str, columns: tuple[str, ...], suffix: str, dialect: str | None) -> str:
    """The name of an index or constraint (`_create_index_name` in django/db/backends/base/schema.py, Django 5.2)."""
    ending = digest(table, *columns, length=8) + suffix
    longest = LONGEST.get(dialect or "postgresql", _UNBOUNDED)
    name = "_".join((table, *columns, ending))
    if len(name) <= longest:
        return name
    if len(ending) > longest / 3:
        ending = ending[: longest // 3]
    room = (longest - len(ending)) // 2 - 1
    name = "_".join((table[:room], "_".join(columns)[:room], ending))
    return f"D{name[:-1]}" if name[0] == "_" or name[0].isdigit() else name


def truncated(name: str, dialect: str | None) -> str:
    """The name of a table, cut to what the server takes (`truncate_name` in django/db/backends/utils.py)."""
    longest = LONGEST.get(dialect or "postgresql")
    if longest is None or len(name) <= longest:
        return name
    return name[: longest - 4] + digest(name, length=4)


def kept(name: str, dialect: str | None) -> str:
    """A name as the server keeps it: PostgreSQL cuts what is too long without a word."""
    return name[: LONGEST["postgresql"]] if dialect in (None, "postgresql") else name


def index_name(table: str, columns: tuple[str, ...], descending: tuple[bool, ...], suffix: str = "idx") -> str:
    """The name of an index of `Meta.indexes` without one (`Index.set_name_with_model`, Django 5.2)."""
    marked = ["-" + column if down else column for column, down in zip(columns, descending, strict=True)]
    name = f"{table[:11]}_{columns[0][:7]}_{digest(table, *marked, 'idx', length=6)}_{suffix}"
    return f"D{name[1:]}" if name[0] == "_" or name[0].isdigit() else name
