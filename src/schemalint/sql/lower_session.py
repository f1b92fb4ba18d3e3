"""What speaks of the connection or keeps a database in order: settings, transactions, locks, maintenance, comments."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AlterColumn,
    AlterTable,
    LockTable,
    Maintenance,
    Operation,
    SetParameter,
    TransactionControl,
    Truncate,
)
from schemalint.sql.lower_tables import object_names
from schemalint.sql.tokens import Cursor, split, text_of

Operations = tuple[Operation, ...]

_TRANSACTION = {
    "BEGIN": "begin", "START": "begin", "COMMIT": "commit", "END": "commit", "ROLLBACK": "rollback",
    "ABORT": "rollback", "SAVEPOINT": "savepoint", "RELEASE": "savepoint", "SAVE": "savepoint",
}  # fmt: skip


def comment(cursor: Cursor) -> Operations | None:
    """COMMENT ON: those on tables and columns are kept."""
    cursor.take("COMMENT", "ON")
    if cursor.take("TABLE"):
        name = cursor.name()
        cursor.take("IS")
        return (AlterTable(name, "comment", cursor.text()),) if name is not None else None
    if not cursor.take("COLUMN"):
        return ()
    parts = [cursor.word()]
    while cursor.take("."):
        parts.append(cursor.word())
    cursor.take("IS")
    names = [part for part in parts if part]
    if len(names) < 2:
        return None
    table = ObjectName(names[-2], names[-3] if len(names) > 2 else None)
    return (AlterColumn(table, names[-1], comment=cursor.text() or ""),)


def set_parameter(cursor: Cursor) -> Operations:
    """SET and RESET; what sets no parameter of the server (SET ROLE, SET @x) does nothing."""
    if cursor.take("RESET"):
        name = cursor.sure_name()
        return (SetParameter(str(name).lower(), "default"),) if name is not None and name.name != "all" else ()
    cursor.take("SET")
    if cursor.take("CONSTRAINTS"):
        return (SetParameter("constraints", " ".join(cursor.rest().lower().split()), local=True),)
    found: list[SetParameter] = []
    local = False
    for part in split(cursor.tokens[cursor.at :]):
        item = cursor.over(part)
        local = item.one_of("LOCAL", "SESSION", "GLOBAL") == "LOCAL" or local
        while item.one_of("@", "GLOBAL", "SESSION", "."):
            pass
        name = item.sure_name()
        if name is None or item.one_of("=", "TO", ":=") is None:
            if found:
                last = found[-1]
                value = f"{last.value}, {_value(cursor.over(part))}"
                found[-1] = SetParameter(last.name, value, last.local)
            continue
        if part[0].upper != "@" or part[1].upper == "@":
            found.append(SetParameter(str(name).lower(), _value(item), local))
    return tuple(found)


def _value(cursor: Cursor) -> str:
    token = cursor.token
    if token is not None and token.kind == "string" and len(cursor.tokens) == cursor.at + 1:
        return text_of(token)
    return cursor.rest().strip("'\"")


def pragma(cursor: Cursor) -> Operations:
    """PRAGMA name = value of SQLite."""
    cursor.take("PRAGMA")
    name = cursor.sure_name()
    if name is None or cursor.done:
        return ()
    group = cursor.group()
    cursor.take("=")
    value = cursor.source(group) if group is not None else _value(cursor)
    return (SetParameter(name.name.lower(), value),)


def transaction(cursor: Cursor) -> Operations | None:
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT and what means the same."""
    word = cursor.peek()
    if word == "ROLLBACK" and "TO" in (token.upper for token in cursor.tokens[:4]):
        return (TransactionControl("savepoint"),)
    return (TransactionControl(_TRANSACTION[word]),)


def truncate(cursor: Cursor) -> Operations | None:
    """TRUNCATE."""
    cursor.take("TRUNCATE")
    cursor.take("TABLE")
    names = object_names(cursor)
    known = tuple(name for name in names if isinstance(name, ObjectName))
    return (Truncate(known, "CASCADE" in cursor.rest().upper()),) if known and len(known) == len(names) else None


def lock(cursor: Cursor) -> Operations | None:
    """LOCK TABLE of PostgreSQL, LOCK TABLES of MySQL."""
    cursor.take("LOCK")
    if cursor.take("TABLES"):
        parts = [cursor.over(part) for part in split(cursor.tokens[cursor.at :])]
        found = [(part.sure_name(), "WRITE" if "WRITE" in part.rest().upper() else "READ") for part in parts]
        return tuple(LockTable((name,), mode) for name, mode in found if name is not None) or None
    cursor.take("TABLE")
    names = object_names(cursor)
    known = tuple(name for name in names if isinstance(name, ObjectName))
    if not known or len(known) != len(names):
        return None
    cursor.take("IN")
    mode = " ".join(cursor.source(cursor.until("MODE", "NOWAIT")).upper().split())
    cursor.take("MODE")
    return (LockTable(known, mode or "ACCESS EXCLUSIVE", cursor.take("NOWAIT")),)


def maintenance(cursor: Cursor) -> Operations:
    """VACUUM, ANALYZE, REINDEX, CLUSTER, REFRESH and OPTIMIZE."""
    command = cursor.peek().lower().replace("analyse", "analyze")
    cursor.at += 1
    options = _switched_on(cursor)
    full = cursor.take("FULL") or "FULL" in options
    cursor.skip("VERBOSE", "FREEZE", "ANALYZE")
    cursor.phrase("MATERIALIZED VIEW")
    kind = cursor.one_of("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM")
    concurrently = cursor.take("CONCURRENTLY") or "CONCURRENTLY" in options
    if command == "vacuum" and full:
        command = "vacuum full"
    names = object_names(cursor)
    if command == "cluster" and cursor.take("ON"):
        names = object_names(cursor)
    targets = [name if isinstance(name, ObjectName) else None for name in names] or [None]
    return tuple(Maintenance(command, target, concurrently, kind.lower() if kind else None) for target in targets)


_OFF = frozenset({"FALSE", "OFF", "0"})


def _switched_on(cursor: Cursor) -> set[str]:
    """Passes options in parentheses: the names of those that are on."""
    parts = split(cursor.group() or ())
    return {part[0].upper for part in parts if len(part) == 1 or part[1].upper not in _OFF}
