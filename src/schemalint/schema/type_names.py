"""Types of the database by their names: which ones a column's type is of, and what a domain is made of."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateObject
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown
from schemalint.schema.definitions import enums_of
from schemalint.sql.types import type_of_sql


def object_named(written: str) -> ObjectName:
    """The name of a type as it is written, without modifiers."""
    schema, _, name = written.partition("(")[0].rpartition(".")
    return ObjectName(name.strip('"'), schema.strip('"') or None)


def types_of(kind: ColumnType) -> tuple[ObjectName, ...]:
    """The enums, domains and other types of the database that a type is, or is an array of."""
    if isinstance(kind, Unknown):
        return ()
    if kind.item is not None:
        return types_of(kind.item)
    if kind.family == "other" and kind.name is not None:
        return (object_named(kind.name),)
    return enums_of(kind)


def underlying(domain: CreateObject) -> ColumnType:
    """The type that a domain is made of, as its statement says."""
    words = (domain.sql or "").split()
    upper = [word.upper() for word in words]
    start = upper.index("DOMAIN") + 2 if "DOMAIN" in upper else len(words)
    start += upper[start : start + 1] == ["AS"]
    return type_of_sql(" ".join(words[start:]), "postgresql")
