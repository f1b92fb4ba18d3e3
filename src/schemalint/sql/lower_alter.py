"""ALTER TABLE: every action is an operation of its own."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    AttachPartition,
    CreateIndex,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropIndex,
    OpaqueOperation,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameIndex,
    RenameTable,
    Table,
    ValidateConstraint,
)
from schemalint.facts.unknown import Unknown
from schemalint.sql.lower_alter_column import alter_column, change_column, modify_column
from schemalint.sql.lower_columns import inline_constraints, read_column
from schemalint.sql.lower_constraints import (
    not_null,
    starts_constraint,
    starts_index,
    table_constraint,
    table_index,
)
from schemalint.sql.lower_index import how
from schemalint.sql.tokens import Cursor, split

_SHORT = 200
Operations = tuple[Operation, ...]

_CHANGES = (
    ("OWNER TO", "owner"),
    ("SET SCHEMA", "schema"),
    ("SET TABLESPACE", "tablespace"),
    ("SET LOGGED", "logged"),
    ("SET UNLOGGED", "unlogged"),
    ("SET ACCESS METHOD", "access method"),
    ("SET WITHOUT", "storage parameters"),
    ("CLUSTER ON", "cluster"),
    ("REPLICA IDENTITY", "replica identity"),
    ("INHERIT", "inherit"),
    ("NO INHERIT", "no inherit"),
    ("CONVERT TO", "convert"),
    ("DEFAULT CHARACTER", "options"),
    ("CHARACTER SET", "options"),
    ("DEFAULT CHARSET", "options"),
    ("ENABLE KEYS", "options"),
    ("DISABLE KEYS", "options"),
    ("ORDER BY", "options"),
    ("OF", "type"),
    ("NOT OF", "type"),
)
_OPTIONS = frozenset(
    {"ENGINE", "AUTO_INCREMENT", "ROW_FORMAT", "CHARSET", "COLLATE", "AVG_ROW_LENGTH", "MAX_ROWS", "MIN_ROWS"}
    | {"STATS_PERSISTENT", "KEY_BLOCK_SIZE", "FORCE", "DEFAULT"}
)
_PARTITIONS = frozenset({"PARTITION", "SUBPARTITION", "REORGANIZE", "COALESCE", "EXCHANGE", "REMOVE", "TRUNCATE"})


def alter_table(cursor: Cursor) -> Operations | None:
    """What follows ALTER TABLE; None where its table is not evident."""
    cursor.phrase("IF EXISTS")
    cursor.take("ONLY")
    table = cursor.name()
    cursor.take("*")
    if table is None:
        return None
    found: list[Operation] = []
    for part in split(cursor.tokens[cursor.at :]):
        action = cursor.over(part)
        operations = _action(action, table)
        if operations is None:
            touches = (table,) if isinstance(table, ObjectName) else None
            reason = "the action of ALTER TABLE is not read"
            operations = (OpaqueOperation(reason, touches, cursor.source(part)[:_SHORT]),)
        found.extend(operations)
    return tuple(found)


def _action(cursor: Cursor, table: Table) -> Operations | None:
    room = _ROOMS.get(cursor.peek())
    start = cursor.at
    if room is not None:
        cursor.at += 1
        found = room(cursor, table)
        if found is not None:
            return found
        cursor.at = start
    return _change(cursor, table)


def _add(cursor: Cursor, table: Table) -> Operations | None:
    required = not_null(cursor)
    if required is not None:
        name, column, not_valid = required
        return (AlterColumn(table, column, nullable=False, constraint=name, not_valid=not_valid),)
    if starts_constraint(cursor):
        read = table_constraint(cursor)
        if read is None:
            return None
        return (AddConstraint(table, read.definition, read.not_valid, read.using_index),)
    if starts_index(cursor):
        index = table_index(cursor)
        return (CreateIndex(table, index),) if index is not None else None
    if cursor.peek() == "PARTITION":
        return None
    cursor.take("COLUMN")
    exists = cursor.phrase("IF NOT EXISTS")
    group = cursor.group()
    parts = [cursor.over(part) for part in split(group)] if group is not None else [cursor]
    found: list[Operation] = []
    for part in parts:
        added = read_column(part)
        if added is None or added.unread:
            return None
        found.append(AddColumn(table, added.definition, exists))
        found.extend(inline_constraints(table, added))
    return tuple(found)


def _drop(cursor: Cursor, table: Table) -> Operations | None:
    word = cursor.peek()
    following = cursor.peek(1)
    if word == "PRIMARY" and following == "KEY":
        return (DropConstraint(table, None, "primary key"),)
    if word == "FOREIGN" and following == "KEY":
        cursor.at += 2
        exists = cursor.phrase("IF EXISTS")
        return (DropConstraint(table, cursor.identifier(), "foreign key", exists),)
    named = cursor.has(1) and following not in ("CASCADE", "RESTRICT")
    if word in ("INDEX", "KEY") and named:
        cursor.at += 1
        exists = cursor.phrase("IF EXISTS")
        return (DropIndex(cursor.identifier(), table, if_exists=exists),)
    if word in ("CONSTRAINT", "CHECK") and named:
        cursor.at += 1
        exists = cursor.phrase("IF EXISTS")
        kind = "check" if word == "CHECK" else None
        return (DropConstraint(table, cursor.identifier(), kind, exists, cursor.take("CASCADE")),)
    if word == "PARTITION" and named:
        return None
    cursor.take("COLUMN")
    exists = cursor.phrase("IF EXISTS")
    return (DropColumn(table, cursor.identifier(), exists, cursor.take("CASCADE")),)


def _rename(cursor: Cursor, table: Table) -> Operations | None:
    if cursor.one_of("TO", "AS"):
        new = cursor.name()
        if not isinstance(new, ObjectName) or isinstance(table, Unknown):
            return (RenameTable(table, Unknown("the name is computed")),)
        return (RenameTable(table, ObjectName(new.name, new.schema or table.schema)),)
    if cursor.peek() == "CONSTRAINT" and cursor.peek(1) != "TO":
        cursor.at += 1
        old = cursor.identifier()
        return (RenameConstraint(table, old, cursor.identifier()),) if cursor.take("TO") else None
    if cursor.peek() in ("INDEX", "KEY") and cursor.peek(1) != "TO":
        cursor.at += 1
        old = cursor.identifier()
        return (RenameIndex(old, cursor.identifier()),) if cursor.take("TO") else None
    if cursor.peek(1) != "TO":
        cursor.take("COLUMN")
    old = cursor.identifier()
    if cursor.take("TO"):
        return (RenameColumn(table, old, cursor.identifier()),)
    if cursor.dialect.name in ("mysql", "mariadb") and cursor.done and isinstance(table, ObjectName):
        return (RenameTable(table, old if isinstance(old, Unknown) else ObjectName(old, table.schema)),)
    return None


def _validate(cursor: Cursor, table: Table) -> Operations | None:
    return (ValidateConstraint(table, cursor.identifier()),) if cursor.take("CONSTRAINT") else None


def _attach(cursor: Cursor, table: Table) -> Operations | None:
    partition = cursor.sure_name() if cursor.take("PARTITION") else None
    if partition is None or not isinstance(table, ObjectName):
        return None
    return (AttachPartition(table, partition, cursor.pass_rest()),)


def _detach(cursor: Cursor, table: Table) -> Operations | None:
    partition = cursor.sure_name() if cursor.take("PARTITION") else None
    if partition is None or not isinstance(table, ObjectName):
        return None
    return (DetachPartition(table, partition, cursor.take("CONCURRENTLY"), cursor.take("FINALIZE")),)


def _alter(cursor: Cursor, table: Table) -> Operations | None:
    if cursor.peek(1) not in ("SET", "DROP", "TYPE", "ADD"):
        if cursor.one_of("CONSTRAINT", "CHECK"):
            name = cursor.word()
            return (AlterTable(table, "constraint options", cursor.pass_rest().lower(), name),)
        if cursor.peek() == "INDEX":
            return (AlterTable(table, "options", cursor.pass_rest().lower()),)
    return alter_column(cursor, table)


def _switch(cursor: Cursor, table: Table) -> Operations | None:
    """ENABLE, DISABLE and FORCE, with the word already passed."""
    cursor.at -= 1
    forced = cursor.phrase("NO FORCE")
    verb = "no force" if forced else cursor.peek().lower()
    cursor.at += 0 if forced else 1
    if cursor.phrase("ROW LEVEL SECURITY"):
        return (AlterTable(table, "row security", verb),)
    verb = f"{verb} {(cursor.one_of('REPLICA', 'ALWAYS') or '').lower()}".strip()
    kind = cursor.one_of("TRIGGER", "RULE")
    if kind is None:
        return None
    name = cursor.one_of("ALL", "USER") or cursor.word()
    return (AlterTable(table, kind.lower(), verb, name),)


def _how(cursor: Cursor, table: Table) -> Operations | None:
    cursor.at -= 1
    return how(cursor, table) or None


_ROOMS: dict[str, Callable[[Cursor, Table], Operations | None]] = {
    "ADD": _add,
    "DROP": _drop,
    "ALTER": _alter,
    "RENAME": _rename,
    "VALIDATE": _validate,
    "ATTACH": _attach,
    "DETACH": _detach,
    "MODIFY": modify_column,
    "CHANGE": change_column,
    **dict.fromkeys(("ENABLE", "DISABLE", "FORCE", "NO"), _switch),
    **dict.fromkeys(("ALGORITHM", "LOCK"), _how),
}


def _change(cursor: Cursor, table: Table) -> Operations | None:
    """What touches no column."""
    for words, change in _CHANGES:
        if cursor.phrase(words):
            value = cursor.word() if change == "schema" else cursor.pass_rest().lower()
            return (AlterTable(table, change, value),)
    if cursor.peek() in ("SET", "RESET") and cursor.peek(1) == "(":
        return (AlterTable(table, "storage parameters", cursor.pass_rest().lower()),)
    if cursor.take("COMMENT"):
        cursor.take("=")
        return (AlterTable(table, "comment", cursor.text()),)
    if cursor.peek() in _PARTITIONS or cursor.peek(1) == "PARTITION":
        return (AlterTable(table, "partition", cursor.pass_rest().lower()),)
    if cursor.peek() in _OPTIONS:
        return (AlterTable(table, "options", cursor.pass_rest().lower()),)
    return None
