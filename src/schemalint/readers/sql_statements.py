"""Statements of SQL as operations, as far as their first words tell with certainty.

`operations_of` is the one door. What it does not know is an `OpaqueOperation` that touches the tables it names.
"""

from __future__ import annotations

from collections.abc import Callable

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddEnumValue,
    AlterColumn,
    AlterObject,
    AlterTable,
    CreateEnum,
    CreateIndex,
    CreateObject,
    CreateSchema,
    DropEnum,
    DropIndex,
    DropObject,
    DropSchema,
    DropTable,
    LockTable,
    Maintenance,
    OpaqueOperation,
    Operation,
    RenameEnum,
    RenameEnumValue,
    RenameIndex,
    SetParameter,
    TransactionControl,
    Truncate,
)
from schemalint.facts.tables import EnumDef, IndexDef, IndexElement
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE
from schemalint.readers.sql_alter import alter_table
from schemalint.readers.sql_data import data_change
from schemalint.readers.sql_tokens import Cursor, Token, split, statements
from schemalint.readers.sqlalchemy_expressions import key_of_sql

_SHORT = 200
_NOTHING = frozenset(
    {"SELECT", "VALUES", "SHOW", "EXPLAIN", "GRANT", "REVOKE", "PRAGMA", "USE", "RESET", "DISCARD", "LISTEN", "NOTIFY"}
    | {"UNLOCK", "DECLARE", "FETCH", "CLOSE"}
)
_KINDS = """
    MATERIALIZED VIEW, EVENT TRIGGER, TEXT SEARCH CONFIGURATION, TEXT SEARCH DICTIONARY, FOREIGN TABLE, VIEW, FUNCTION,
    PROCEDURE, AGGREGATE, TRIGGER, POLICY, RULE, EXTENSION, SEQUENCE, DOMAIN, STATISTICS, COLLATION, CAST, OPERATOR,
    PUBLICATION, SUBSCRIPTION, ROLE, USER, DATABASE, SERVER, EVENT
"""
_OBJECTS = tuple(tuple(kind.split()) for kind in _KINDS.split(","))


def operations_of(sql: str) -> tuple[Operation, ...]:
    """What a text of one or more statements does, in order. A statement that only reads does nothing."""
    found: list[Operation] = []
    for statement in statements(sql):
        cursor = Cursor(sql, statement)
        room = _ROOMS.get(cursor.peek())
        result = room(cursor) if room is not None else None
        if result is None and cursor.tokens[0].upper not in _NOTHING:
            result = (opaque(Cursor(sql, statement)),)
        found.extend(result or ())
    return tuple(found)


def opaque(cursor: Cursor, touches: tuple[ObjectName, ...] | None = None) -> OpaqueOperation:
    """A statement that is not understood."""
    first = " ".join(token.text.upper() for token in cursor.tokens[:2] if token.kind == "word")
    return OpaqueOperation(f"the statement {first} is not read", touches, cursor.source(cursor.tokens)[:_SHORT])


# ------------------------------------------------------------------------------------------------------------ create


def _create(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("CREATE")
    cursor.take("OR", "REPLACE")
    cursor.take("CONSTRAINT")
    while cursor.one_of("TEMPORARY", "TEMP", "UNLOGGED", "RECURSIVE", "LOCAL", "GLOBAL", "TRUSTED", "DEFINER"):
        pass
    unique = cursor.take("UNIQUE")
    cursor.one_of("FULLTEXT", "SPATIAL")
    if cursor.take("INDEX"):
        return _create_index(cursor, unique)
    if cursor.take("TABLE"):
        cursor.take("IF", "NOT", "EXISTS")
        name = cursor.name()
        return (opaque(cursor, (name,) if isinstance(name, ObjectName) else None),)
    if cursor.take("SCHEMA"):
        exists = cursor.take("IF", "NOT", "EXISTS")
        schema = cursor.word()
        return (CreateSchema(schema, exists),) if schema is not None and HOLE not in schema else None
    if cursor.take("TYPE"):
        return _create_type(cursor)
    return _create_object(cursor)


def _create_index(cursor: Cursor, unique: bool) -> tuple[Operation, ...] | None:
    concurrently = cursor.take("CONCURRENTLY")
    exists = cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name() if cursor.peek() != "ON" else None
    if not cursor.take("ON"):
        return None
    cursor.take("ONLY")
    table = cursor.name()
    method = cursor.word() if cursor.take("USING") else None
    group = cursor.group()
    if table is None or group is None:
        return None
    include = cursor.group() if cursor.take("INCLUDE") else None
    distinct = not cursor.take("NULLS", "NOT", "DISTINCT")
    cursor.until("WHERE")
    predicate = cursor.rest() if cursor.take("WHERE") else None
    index = IndexDef(
        name=name.name if isinstance(name, ObjectName) else name,
        elements=tuple(_key(cursor, part) for part in split(group)),
        unique=unique,
        method=method,
        predicate=predicate,
        include=tuple(cursor.source(part).strip('"') for part in split(include or [])),
        nulls_distinct=distinct,
    )
    return (CreateIndex(table, index, concurrently, exists),)


def _key(cursor: Cursor, part: list[Token]) -> IndexElement:
    """A key; an operator class behind a plain column is kept apart."""
    words = [token for token in part if token.kind in ("word", "quoted")]
    if len(words) == len(part) >= 2 and words[1].upper not in ("ASC", "DESC", "NULLS", "COLLATE"):
        rest = Cursor(cursor.sql, part)
        column = rest.word()
        operator_class = rest.word()
        return IndexElement(column=column, descending=rest.take("DESC"), operator_class=operator_class)
    element = key_of_sql(cursor.source(part))
    if element.column is not None and part[0].kind == "word":
        return IndexElement(column=element.column.lower(), descending=element.descending, nulls=element.nulls)
    return element


def _create_type(cursor: Cursor) -> tuple[Operation, ...] | None:
    name = cursor.name()
    if not isinstance(name, ObjectName):
        return None
    if not cursor.take("AS", "ENUM"):
        return (CreateObject("type", name, sql=cursor.source(cursor.tokens)[:_SHORT]),)
    group = cursor.group() or []
    values = [token.text[1:-1].replace("''", "'") for token in group if token.kind == "string"]
    known = not any(HOLE in token.text for token in group)
    return (CreateEnum(EnumDef(name, tuple(values) if known else Unknown("the values are computed"))),)


def _create_object(cursor: Cursor) -> tuple[Operation, ...] | None:
    kind = _kind(cursor)
    if kind is None:
        return None
    cursor.take("IF", "NOT", "EXISTS")
    name = cursor.name()
    if not isinstance(name, ObjectName):
        return None
    return (CreateObject(kind, name, _mentions(cursor), cursor.source(cursor.tokens)),)


def _kind(cursor: Cursor) -> str | None:
    return next((" ".join(words).lower() for words in _OBJECTS if cursor.take(*words)), None)


def _mentions(cursor: Cursor) -> tuple[ObjectName, ...]:
    """The tables behind ON, FROM, JOIN, INTO, UPDATE and TABLE."""
    found: dict[ObjectName, None] = {}
    ahead = Cursor(cursor.sql, cursor.tokens)
    for index in range(cursor.at, len(cursor.tokens)):
        if cursor.tokens[index].upper not in ("ON", "FROM", "JOIN"):
            continue
        ahead.at = index + 1
        ahead.take("ONLY")
        token = ahead.tokens[ahead.at] if not ahead.done else None
        name = ahead.name() if token is not None and token.kind in ("word", "quoted") else None
        if isinstance(name, ObjectName) and ahead.peek() not in ("(", "=", "."):
            found[name] = None
    return tuple(found)


# -------------------------------------------------------------------------------------------------------------- drop


def _drop(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("DROP")
    if cursor.take("INDEX"):
        return _drop_index(cursor)
    kind = "table" if cursor.take("TABLE") else "schema" if cursor.take("SCHEMA") else None
    kind = kind or ("type" if cursor.take("TYPE") else _kind(cursor))
    if kind is None:
        return None
    exists = cursor.take("IF", "EXISTS")
    names = _names(cursor)
    cascade = "CASCADE" in (token.upper for token in cursor.tokens[cursor.at :])
    if not names:
        return None
    if kind == "table":
        return tuple(DropTable(name, exists, cascade) for name in names)
    known = [name for name in names if isinstance(name, ObjectName)]
    if len(known) != len(names):
        return None
    if kind == "schema":
        return tuple(DropSchema(name.name, exists, cascade) for name in known)
    if kind == "type":
        return tuple(DropEnum(name, exists) for name in known)
    return tuple(DropObject(kind, name, exists, cascade) for name in known)


def _names(cursor: Cursor) -> list[ObjectName | Unknown]:
    found: list[ObjectName | Unknown] = []
    while True:
        name = cursor.name()
        if name is None:
            return found
        found.append(name)
        if cursor.peek() == "(":
            cursor.group()
        if cursor.peek() != ",":
            return found
        cursor.at += 1


def _drop_index(cursor: Cursor) -> tuple[Operation, ...] | None:
    concurrently = cursor.take("CONCURRENTLY")
    exists = cursor.take("IF", "EXISTS")
    names = _names(cursor)
    table = cursor.name() if cursor.take("ON") else None
    return tuple(
        DropIndex(
            name.name if isinstance(name, ObjectName) else name,
            table,
            name.schema if isinstance(name, ObjectName) else None,
            concurrently,
            exists,
        )
        for name in names
    )


# ------------------------------------------------------------------------------------------------------------- alter


def _alter(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("ALTER")
    if cursor.take("TABLE"):
        found = alter_table(cursor)
        return found if found is not None else None
    if cursor.take("INDEX"):
        cursor.take("IF", "EXISTS")
        name = cursor.name()
        if isinstance(name, ObjectName) and cursor.take("RENAME", "TO"):
            return (RenameIndex(name.name, cursor.word() or Unknown("no name"), name.schema),)
        return (AlterObject("index", name, cursor.rest()),) if isinstance(name, ObjectName) else None
    if cursor.take("TYPE"):
        return _alter_type(cursor)
    kind = _kind(cursor)
    if kind is None:
        return None
    cursor.take("IF", "EXISTS")
    name = cursor.name()
    return (AlterObject(kind, name, cursor.rest(), _mentions(cursor)),) if isinstance(name, ObjectName) else None


def _alter_type(cursor: Cursor) -> tuple[Operation, ...] | None:
    name = cursor.name()
    if not isinstance(name, ObjectName):
        return None
    if cursor.take("ADD", "VALUE"):
        exists = cursor.take("IF", "NOT", "EXISTS")
        value = cursor.text()
        side = cursor.one_of("BEFORE", "AFTER")
        other = cursor.text() if side is not None else None
        if value is None or HOLE in value:
            return None
        before, after = (other, None) if side == "BEFORE" else (None, other)
        return (AddEnumValue(name, value, exists, before, after),)
    if cursor.take("RENAME", "VALUE"):
        old = cursor.text()
        cursor.take("TO")
        new = cursor.text()
        return (RenameEnumValue(name, old, new),) if old is not None and new is not None else None
    if cursor.take("RENAME", "TO"):
        renamed = cursor.word()
        return (RenameEnum(name, ObjectName(renamed, name.schema)),) if renamed is not None else None
    return (AlterObject("type", name, cursor.rest()),)


# -------------------------------------------------------------------------------------------------------------- rest


def _comment(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("COMMENT", "ON")
    if cursor.take("TABLE"):
        name = cursor.name()
        cursor.take("IS")
        return (AlterTable(name, "comment", cursor.text()),) if name is not None else None
    if cursor.take("COLUMN"):
        parts = [token for token in cursor.until("IS") if token.text != "."]
        cursor.take("IS")
        names = [_unquoted(token) for token in parts]
        if len(names) < 2:
            return None
        table = ObjectName(names[-2], names[-3] if len(names) > 2 else None)
        return (AlterColumn(table, names[-1], comment=cursor.text() or ""),)
    return ()


def _unquoted(token: Token) -> str:
    return token.text[1:-1] if token.kind == "quoted" else token.text.lower()


def _set(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("SET")
    scope = cursor.one_of("LOCAL", "SESSION", "GLOBAL")
    name = cursor.name()
    if cursor.one_of("=", "TO") is None:
        return ()
    value = cursor.rest().strip("'\"")
    return (SetParameter(str(name), value, scope == "LOCAL"),) if isinstance(name, ObjectName) else ()


def _transaction(cursor: Cursor) -> tuple[Operation, ...]:
    word = cursor.one_of("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE")
    command = {"START": "begin", "END": "commit", "ABORT": "rollback", "RELEASE": "savepoint"}.get(word or "")
    return (TransactionControl(command or (word or "").lower()),)


def _truncate(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("TRUNCATE")
    cursor.take("TABLE")
    cursor.take("ONLY")
    known = [name for name in _names(cursor) if isinstance(name, ObjectName)]
    return (Truncate(tuple(known), "CASCADE" in cursor.rest().upper()),) if known else None


def _lock(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("LOCK")
    cursor.one_of("TABLE", "TABLES")
    cursor.take("ONLY")
    known = [name for name in _names(cursor) if isinstance(name, ObjectName)]
    cursor.take("IN")
    mode = cursor.source(cursor.until("MODE")).upper()
    return (LockTable(tuple(known), mode or "ACCESS EXCLUSIVE"),)


def _maintenance(cursor: Cursor) -> tuple[Operation, ...] | None:
    command = (cursor.one_of("VACUUM", "ANALYZE", "ANALYSE", "REINDEX", "CLUSTER", "REFRESH") or "").lower()
    if command == "vacuum" and cursor.take("FULL"):
        command = "vacuum full"
    if cursor.peek() == "(":
        options = cursor.source(cursor.group() or []).upper()
        command = "vacuum full" if command == "vacuum" and "FULL" in options else command
    while cursor.one_of("VERBOSE", "FREEZE", "ANALYZE", "INDEX", "TABLE", "SCHEMA", "DATABASE", "MATERIALIZED", "VIEW"):
        pass
    concurrently = cursor.take("CONCURRENTLY")
    name = cursor.name()
    return (Maintenance(command, name if isinstance(name, ObjectName) else None, concurrently),)


_ROOMS: dict[str, Callable[[Cursor], tuple[Operation, ...] | None]] = {
    "CREATE": _create,
    "DROP": _drop,
    "ALTER": _alter,
    "COMMENT": _comment,
    "SET": _set,
    "TRUNCATE": _truncate,
    "LOCK": _lock,
    **dict.fromkeys(("INSERT", "UPDATE", "DELETE", "WITH", "REPLACE", "MERGE"), data_change),
    **dict.fromkeys(("BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"), _transaction),
    **dict.fromkeys(("VACUUM", "ANALYZE", "ANALYSE", "REINDEX", "CLUSTER", "REFRESH"), _maintenance),
}
