"""From SQL to operations. `operations_of` and `located_operations` are the doors.

Definitions are read by a grammar of our own over tokens: their defaults, conditions and keys are kept as they are
written, and statements that a general parser passes over (VALIDATE CONSTRAINT, USING INDEX, ADD VALUE, row security,
LOCK, DO) are the very ones that make a change safe. Queries inside of data changes are read by sqlglot.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    CreateObject,
    DropTable,
    LockTable,
    OpaqueOperation,
    Operation,
    RenameTable,
    Table,
    Truncate,
)
from schemalint.sql import lower_session as session
from schemalint.sql.blocks import Guarded, do_block
from schemalint.sql.dialect import dialect_of
from schemalint.sql.lower_alter import alter_table
from schemalint.sql.lower_data import copy, data_change, select
from schemalint.sql.lower_index import alter_index, create_index, drop_index
from schemalint.sql.lower_objects import (
    alter_object,
    alter_type,
    create_object,
    create_schema,
    create_type,
    drop_object,
)
from schemalint.sql.lower_tables import create_table, drop_tables, rename_tables
from schemalint.sql.memory import current_memory, memory_key
from schemalint.sql.split import Statement, statements
from schemalint.sql.tokens import HOLE, Cursor

Operations = tuple[Operation, ...]

_SHORT = 200
_NOTHING = frozenset(
    {"VALUES", "SHOW", "EXPLAIN", "GRANT", "REVOKE", "USE", "DISCARD", "LISTEN", "UNLISTEN", "NOTIFY", "UNLOCK"}
    | {"DECLARE", "FETCH", "CLOSE", "MOVE", "DESCRIBE", "DESC", "CHECKPOINT", "PREPARE", "DEALLOCATE", "TABLE", "LOAD"}
    | {"FLUSH", "DELIMITER", "PRINT", "GO", "SECURITY", "REASSIGN"}
)
_WITHOUT_SCHEMA = frozenset({"LOCK", "TRUNCATE", "INSERT", "UPDATE", "DELETE", "COPY", "COMMENT"})
"""Statements that change no definition, whatever else they say."""
_TEMPORARY = frozenset({"TEMPORARY", "TEMP"})
_ADJECTIVES = ("UNLOGGED", "RECURSIVE", "LOCAL", "GLOBAL", "TRUSTED", "PROCEDURAL", "DEFAULT", "CONSTRAINT", "FORCE")


class LocatedOperation(msgspec.Struct, frozen=True, gc=False):
    """An operation with the range of the text that its statement has.

    `guarded` tells that it runs only where its object exists, or does not exist yet, `continues` that it is another
    action of the ALTER TABLE that the one before it is of.
    """

    operation: Operation
    start: int
    end: int
    guarded: bool = False
    continues: bool = False


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[LocatedOperation, ...])


def encode(operations: tuple[LocatedOperation, ...]) -> bytes:
    """Operations as bytes, for a memory."""
    return _ENCODER.encode(operations)


def decode(data: bytes) -> tuple[LocatedOperation, ...]:
    """Operations from bytes. Raises `msgspec.DecodeError` or `msgspec.ValidationError` for any other bytes."""
    return _DECODER.decode(data)


def operations_of(sql: str, dialect: str | None = None) -> Operations:
    """What a text of one or more statements does, in order. A statement that only reads does nothing."""
    return tuple(located.operation for located in located_operations(sql, dialect))


def located_operations(sql: str, dialect: str | None = None) -> tuple[LocatedOperation, ...]:
    """The operations of a text, each with where its statement stands. Nothing is raised, whatever the text."""
    memory = current_memory()
    if memory is None:
        return _read(sql, dialect)
    key = memory_key(sql, dialect_of(dialect).name)
    known = memory.get(key)
    if known is not None:
        return decode(known)
    found = _read(sql, dialect)
    memory.put(key, encode(found))
    return found


def _read(sql: str, dialect: str | None) -> tuple[LocatedOperation, ...]:
    found: list[LocatedOperation] = []
    temporary: set[str] = set()
    for statement in statements(sql, dialect):
        altered = [token.upper for token in statement.tokens[:2]] == ["ALTER", "TABLE"]
        for number, (operation, guarded) in enumerate(lower_statement(sql, statement, dialect)):
            if isinstance(operation, CreateObject) and operation.kind == "temporary table":
                temporary.add(operation.name.name)
            elif not _works_on(operation, temporary):
                continues = altered and number > 0
                found.append(LocatedOperation(operation, statement.start, statement.end, guarded, continues))
    return tuple(found)


def _works_on(operation: Operation, temporary: set[str]) -> bool:
    """Whether an operation works on temporary tables of the same text alone, which nobody else can see."""
    names: tuple[Table | None, ...]
    if isinstance(operation, (DropTable, RenameTable)):
        names = (operation.name,)
    elif isinstance(operation, (Truncate, LockTable)):
        names = operation.tables
    else:
        names = (getattr(operation, "table", None),)
    return all(isinstance(name, ObjectName) and name.schema is None and name.name in temporary for name in names)


def lower_statement(sql: str, statement: Statement, dialect: str | None = None) -> tuple[Guarded, ...]:
    """The operations of one statement, each with whether it is guarded."""
    cursor = Cursor(sql, statement.tokens, dialect_of(dialect))
    if cursor.peek() == "DO" and any(token.kind in ("dollar", "string") for token in statement.tokens[:4]):
        return do_block(cursor, _lower)
    guarded = [token.upper for token in statement.tokens[:4]] == ["ALTER", "TABLE", "IF", "EXISTS"]
    return tuple((operation, guarded) for operation in _lower(cursor))


def _lower(cursor: Cursor) -> Operations:
    if HOLE in cursor.tokens[0].text:
        return (OpaqueOperation("the statement is computed", None, cursor.source(cursor.tokens)[:_SHORT]),)
    if cursor.peek() in _NOTHING:
        return ()
    room = _ROOMS.get(cursor.peek())
    found = room(cursor) if room is not None else None
    return found if found is not None else (_opaque(cursor),)


def _opaque(cursor: Cursor) -> OpaqueOperation:
    first = " ".join(token.upper for token in cursor.tokens[:2] if token.kind == "word" and HOLE not in token.text)
    source = cursor.source(cursor.tokens)
    what = "is computed in part" if HOLE in source else "is not read"
    touches = () if cursor.tokens[0].upper in _WITHOUT_SCHEMA else None
    return OpaqueOperation(f"the statement {first} {what}", touches, source[:_SHORT])


def _create(cursor: Cursor) -> Operations | None:
    cursor.take("CREATE")
    cursor.phrase("OR REPLACE")
    cursor.phrase("OR ALTER")
    _definer(cursor)
    temporary = False
    while not cursor.done and cursor.peek() in (*_ADJECTIVES, *_TEMPORARY):
        temporary = temporary or cursor.peek() in _TEMPORARY
        cursor.at += 1
    unique = cursor.take("UNIQUE")
    kind = cursor.one_of("FULLTEXT", "SPATIAL", "CLUSTERED", "NONCLUSTERED")
    if cursor.take("INDEX"):
        return create_index(cursor, unique, kind.lower() if kind in ("FULLTEXT", "SPATIAL") and kind else None)
    if cursor.take("TABLE"):
        return create_table(cursor, temporary)
    if cursor.take("SCHEMA"):
        return create_schema(cursor)
    if cursor.take("TYPE"):
        return create_type(cursor)
    return create_object(cursor)


def _definer(cursor: Cursor) -> None:
    """Passes what MySQL writes before a view or a routine: ALGORITHM, DEFINER, SQL SECURITY."""
    if cursor.peek() in ("ALGORITHM", "DEFINER", "SQL"):
        cursor.until("VIEW", "FUNCTION", "PROCEDURE", "TRIGGER", "EVENT")


def _drop(cursor: Cursor) -> Operations | None:
    cursor.take("DROP")
    cursor.one_of("TEMPORARY", "TEMP")
    if cursor.take("TABLE"):
        return drop_tables(cursor)
    return drop_index(cursor) if cursor.take("INDEX") else drop_object(cursor)


def _alter(cursor: Cursor) -> Operations | None:
    cursor.take("ALTER")
    cursor.take("IGNORE")
    if cursor.take("TABLE"):
        return None if cursor.phrase("ALL IN TABLESPACE") else alter_table(cursor)
    if cursor.take("INDEX"):
        return alter_index(cursor)
    return alter_type(cursor) if cursor.take("TYPE") else alter_object(cursor)


def _rename(cursor: Cursor) -> Operations | None:
    cursor.take("RENAME")
    return rename_tables(cursor) if cursor.one_of("TABLE", "TABLES") else None


_ROOMS: dict[str, Callable[[Cursor], Operations | None]] = {
    "CREATE": _create,
    "DROP": _drop,
    "ALTER": _alter,
    "RENAME": _rename,
    "COMMENT": session.comment,
    "PRAGMA": session.pragma,
    "TRUNCATE": session.truncate,
    "LOCK": session.lock,
    "COPY": copy,
    "SELECT": select,
    "(": select,
    **dict.fromkeys(("SET", "RESET"), session.set_parameter),
    **dict.fromkeys(("INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "MERGE"), data_change),
    **dict.fromkeys(
        ("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"), session.transaction
    ),
    **dict.fromkeys(("VACUUM", "ANALYZE", "ANALYSE", "REINDEX", "CLUSTER", "REFRESH", "OPTIMIZE"), session.maintenance),
}
