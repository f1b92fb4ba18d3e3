"""Names and constants as SQL writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemalint.facts.names import ObjectName

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")

# The words that PostgreSQL reserves (appendix C of its manual, "reserved" with and without "can be function or type"),
# and those that only SQLite does (sqlite.org/lang_keywords.html) of which one may be a name.
_WORDS = (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation "
    "column concurrently constraint create cross current_catalog current_date current_role current_schema "
    "current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for "
    "foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral "
    "leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps "
    "placing primary references returning right select session_user similar some symmetric system_user table "
    "tablesample then to trailing true union unique user using variadic verbose when where window with add alter "
    "autoincrement between by commit delete drop escape exists if index insert set transaction update values"
)
_RESERVED = frozenset(_WORDS.split())


def quoted(name: str, dialect: str = "postgresql") -> str:
    """A name, in quotes where it needs them: MySQL's are backticks."""
    if _PLAIN.fullmatch(name) and name not in _RESERVED and dialect not in ("mysql", "mariadb"):
        return name
    if dialect in ("mysql", "mariadb"):
        return "`" + name.replace("`", "``") + "`"
    return '"' + name.replace('"', '""') + '"'


def path(name: ObjectName, dialect: str = "postgresql") -> str:
    """The name of a table or another object with its schema, which SQLite does not have."""
    if name.schema is None or dialect == "sqlite":
        return quoted(name.name, dialect)
    return f"{quoted(name.schema, dialect)}.{quoted(name.name, dialect)}"


def listed(names: Iterable[str], dialect: str = "postgresql") -> str:
    """Names with commas between them."""
    return ", ".join(quoted(name, dialect) for name in names)


def text(value: str) -> str:
    """A constant text."""
    return "'" + value.replace("'", "''") + "'"


def comment(reason: str) -> str:
    """A comment that says why something is not written, on one line."""
    return "-- " + " ".join(reason.split())
