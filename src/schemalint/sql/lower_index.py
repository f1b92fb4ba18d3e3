"""CREATE, ALTER and DROP INDEX."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AlterObject,
    AlterTable,
    CreateIndex,
    DropIndex,
    Operation,
    RenameIndex,
    Table,
)
from schemalint.facts.tables import IndexDef
from schemalint.facts.unknown import Unknown
from schemalint.sql.expressions import condition, index_elements
from schemalint.sql.lower_tables import object_names
from schemalint.sql.tokens import Cursor, split


def create_index(cursor: Cursor, unique: bool, kind: str | None) -> tuple[Operation, ...] | None:
    """What follows CREATE [UNIQUE] INDEX; `kind` is FULLTEXT or SPATIAL of MySQL."""
    concurrently = cursor.take("CONCURRENTLY")
    exists = cursor.phrase("IF NOT EXISTS")
    name = cursor.name() if cursor.peek() != "ON" else None
    method = cursor.word() if cursor.take("USING") else kind
    if not cursor.take("ON"):
        return None
    only = cursor.take("ONLY")
    table = cursor.name()
    method = cursor.word() if cursor.take("USING") else method
    group = cursor.group()
    if table is None or group is None:
        return None
    if cursor.take("USING"):
        method = cursor.word()
    include = cursor.names() if cursor.take("INCLUDE") else ()
    distinct = not cursor.phrase("NULLS NOT DISTINCT")
    options = cursor.over(cursor.until("WHERE"))
    predicate = condition(cursor, cursor.tokens[cursor.at :]) if cursor.take("WHERE") else None
    index = IndexDef(
        name=name.name if isinstance(name, ObjectName) else name,
        elements=index_elements(cursor, split(group)),
        unique=unique,
        method=method.lower() if method else None,
        predicate=predicate,
        include=include,
        nulls_distinct=distinct,
    )
    return (CreateIndex(table, index, concurrently, exists, only), *how(options, table))


def how(cursor: Cursor, table: Table) -> tuple[AlterTable, ...]:
    """Passes what is left: how MySQL is told to carry out a change (`ALGORITHM = INPLACE LOCK = NONE`)."""
    found: list[AlterTable] = []
    while not cursor.done:
        word = cursor.one_of("ALGORITHM", "LOCK")
        if word is None:
            cursor.at += 1
            continue
        cursor.take("=")
        found.append(AlterTable(table, word.lower(), (cursor.word() or "").lower()))
    return tuple(found)


def drop_index(cursor: Cursor) -> tuple[Operation, ...] | None:
    """What follows DROP INDEX."""
    concurrently = cursor.take("CONCURRENTLY")
    exists = cursor.phrase("IF EXISTS")
    names = object_names(cursor)
    if cursor.peek() == "@":
        return None
    table = cursor.name() if cursor.take("ON") else None
    found = [
        DropIndex(
            name.name if isinstance(name, ObjectName) else name,
            table,
            name.schema if isinstance(name, ObjectName) else None,
            concurrently,
            exists,
        )
        for name in names
    ]
    return (*found, *(how(cursor, table) if table is not None else ())) or None


def alter_index(cursor: Cursor) -> tuple[Operation, ...] | None:
    """What follows ALTER INDEX."""
    cursor.phrase("IF EXISTS")
    name = cursor.name()
    if cursor.phrase("RENAME TO"):
        known = isinstance(name, ObjectName)
        old = name.name if isinstance(name, ObjectName) else Unknown("the name is computed")
        return (RenameIndex(old, cursor.identifier(), name.schema if known and isinstance(name, ObjectName) else None),)
    return (AlterObject("index", name, cursor.rest().lower()),) if isinstance(name, ObjectName) else None
