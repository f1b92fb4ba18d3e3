"""ALTER TABLE, action by action."""

from __future__ import annotations

import re

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    AttachPartition,
    DetachPartition,
    DropColumn,
    DropConstraint,
    OpaqueOperation,
    Operation,
    RenameColumn,
    RenameConstraint,
    RenameTable,
    Table,
    ValidateConstraint,
)
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    ExcludeDef,
    ForeignKeyDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE
from schemalint.readers.sql_tokens import Cursor, split
from schemalint.readers.sqlalchemy_expressions import default_of_sql

_SHORT = 200
_TYPES = {
    "smallint": "smallint", "int2": "smallint", "integer": "integer", "int": "integer", "int4": "integer",
    "bigint": "bigint", "int8": "bigint", "numeric": "numeric", "decimal": "numeric", "real": "real", "float4": "real",
    "double precision": "double", "double": "double", "float8": "double", "float": "double", "boolean": "boolean",
    "bool": "boolean", "text": "text", "varchar": "varchar", "character varying": "varchar", "char": "char",
    "character": "char", "bytea": "binary", "blob": "binary", "date": "date", "time": "time", "timestamp": "timestamp",
    "timestamptz": "timestamp", "datetime": "timestamp", "interval": "interval", "uuid": "uuid", "json": "json",
    "jsonb": "jsonb", "inet": "inet", "tsvector": "tsvector", "xml": "xml", "bit": "bit",
}  # fmt: skip
_TYPE = re.compile(
    r"(?P<name>[a-z_]+(?: precision| varying)?)\s*(?:\(\s*(?P<one>\d+)\s*(?:,\s*(?P<two>\d+)\s*)?\))?"
    r"(?P<zone>\s+with(?:out)?\s+time\s+zone)?(?P<array>\s*\[\d*\])?",
)
_ENDS = (
    "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "CONSTRAINT", "COLLATE", "GENERATED",
    "COMMENT", "AFTER", "FIRST", "USING",
)  # fmt: skip
_SERIALS = frozenset({"serial", "bigserial", "smallserial", "serial4", "serial8"})
_CHANGES = """
    OWNER TO, SET SCHEMA, SET TABLESPACE, SET LOGGED, SET UNLOGGED, CLUSTER ON, ENABLE ROW, DISABLE ROW, FORCE ROW,
    NO FORCE, ENABLE TRIGGER, DISABLE TRIGGER, REPLICA IDENTITY, SET (, RESET (, INHERIT, NO INHERIT, ENGINE, CONVERT
"""
_OTHER = tuple(tuple(change.split()) for change in _CHANGES.split(","))


def alter_table(cursor: Cursor) -> tuple[Operation, ...] | None:
    """The actions of an ALTER TABLE, behind these words; None where its table is not evident."""
    cursor.take("IF", "EXISTS")
    cursor.take("ONLY")
    table = cursor.name()
    cursor.take("*")
    if table is None:
        return None
    found: list[Operation] = []
    for part in split(cursor.tokens[cursor.at :]):
        action = Cursor(cursor.sql, part)
        operation = _action(action, table)
        if operation is None:
            touches = (table,) if isinstance(table, ObjectName) else None
            reason = "the action of ALTER TABLE is not read"
            operation = (OpaqueOperation(reason, touches, action.source(part)[:_SHORT]),)
        found.extend(operation)
    return tuple(found)


def _action(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    if cursor.take("ADD"):
        return _add(cursor, table)
    if cursor.take("DROP"):
        return _drop(cursor, table)
    if cursor.take("ALTER"):
        return _alter(cursor, table)
    if cursor.take("RENAME"):
        return _rename(cursor, table)
    if cursor.take("VALIDATE", "CONSTRAINT"):
        return (ValidateConstraint(table, _name(cursor)),)
    if isinstance(table, ObjectName) and cursor.take("ATTACH", "PARTITION"):
        partition = cursor.name()
        return (AttachPartition(table, partition, cursor.rest()),) if isinstance(partition, ObjectName) else None
    if isinstance(table, ObjectName) and cursor.take("DETACH", "PARTITION"):
        partition = cursor.name()
        concurrently = cursor.take("CONCURRENTLY")
        return (DetachPartition(table, partition, concurrently),) if isinstance(partition, ObjectName) else None
    for words in _OTHER:
        if cursor.take(*words):
            change = cursor.source(cursor.tokens).lower()
            return (AlterTable(table, " ".join(words).lower().rstrip(" ("), change),)
    return None


def _name(cursor: Cursor) -> str | Unknown:
    name = cursor.word()
    if name is None or HOLE in name:
        return Unknown("the name is computed")
    return name


def _add(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    if cursor.peek() in ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE"):
        return _add_constraint(cursor, table)
    cursor.take("COLUMN")
    exists = cursor.take("IF", "NOT", "EXISTS")
    name = _name(cursor)
    if isinstance(name, Unknown) or name in ("index", "key", "fulltext", "partition"):
        return None
    kind = cursor.source(cursor.until(*_ENDS))
    default = None
    nullable = True
    constraints: list[ConstraintDef] = []
    while not cursor.done:
        if cursor.take("NOT", "NULL"):
            nullable = False
        elif cursor.take("DEFAULT"):
            default = default_of_sql(cursor.source(cursor.until(*(end for end in _ENDS if end != "NULL"))))
        elif cursor.take("PRIMARY", "KEY"):
            constraints.append(PrimaryKeyDef(None, (name,)))
        elif cursor.take("UNIQUE"):
            constraints.append(UniqueDef(None, (name,)))
        elif cursor.peek() == "REFERENCES":
            constraints.append(_reference(cursor, None, (name,)))
        elif cursor.take("CHECK"):
            constraints.append(CheckDef(None, cursor.source(cursor.group() or [])))
        else:
            cursor.at += 1
    column = ColumnDef(name, type_of_sql(kind), nullable, default)
    return (
        AddColumn(table, column, exists),
        *(AddConstraint(table, constraint, inline=True) for constraint in constraints),
    )


def _add_constraint(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    name = cursor.word() if cursor.take("CONSTRAINT") else None
    if name is not None and HOLE in name:
        return None
    using: str | None = None
    found: ConstraintDef
    word = cursor.one_of("PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE")
    if word in ("PRIMARY", "FOREIGN"):
        cursor.take("KEY")
    if word in ("PRIMARY", "UNIQUE"):
        distinct = not cursor.take("NULLS", "NOT", "DISTINCT")
        using = cursor.word() if cursor.take("USING", "INDEX") else None
        columns = _columns(cursor) if using is None else ()
        found = PrimaryKeyDef(name, columns) if word == "PRIMARY" else UniqueDef(name, columns, distinct)
    elif word == "CHECK":
        found = CheckDef(name, cursor.source(cursor.group() or []))
    elif word == "FOREIGN":
        found = _reference(cursor, name, _columns(cursor))
    elif word == "EXCLUDE":
        found = ExcludeDef(name, cursor.rest())
    else:
        return None
    cursor.until("NOT")
    return (AddConstraint(table, found, not_valid=cursor.take("NOT", "VALID"), using_index=using),)


def _columns(cursor: Cursor) -> tuple[str, ...]:
    names = (Cursor(cursor.sql, part).word() for part in split(cursor.group() or []))
    return tuple(name for name in names if name is not None)


def _reference(cursor: Cursor, name: str | None, columns: tuple[str, ...]) -> ForeignKeyDef:
    cursor.take("REFERENCES")
    target = cursor.name() or Unknown("the reference is not read")
    referenced = _columns(cursor)
    rules: dict[str, str] = {}
    deferrable = False
    while not cursor.done and cursor.peek() != "NOT":
        if cursor.take("ON"):
            event = cursor.one_of("DELETE", "UPDATE") or ""
            words = [cursor.word() or ""]
            if words[0] in ("set", "no"):
                words.append(cursor.word() or "")
            rules[event] = " ".join(words).upper()
        else:
            deferrable = cursor.peek() == "DEFERRABLE" or deferrable
            cursor.at += 1
    return ForeignKeyDef(name, columns, target, referenced, rules.get("DELETE"), rules.get("UPDATE"), deferrable)


def _drop(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    kinds = {"CONSTRAINT": None, "CHECK": "check", "FOREIGN": "foreign key", "PRIMARY": "primary key"}
    word = cursor.one_of(*kinds)
    if word is not None:
        cursor.take("KEY")
        exists = cursor.take("IF", "EXISTS")
        name = _name(cursor) if not cursor.done else None
        return (DropConstraint(table, name, kinds[word], exists, cursor.take("CASCADE")),)
    if cursor.peek() in ("INDEX", "KEY", "PARTITION", "EXPRESSION"):
        return None
    cursor.take("COLUMN")
    exists = cursor.take("IF", "EXISTS")
    name = _name(cursor)
    return (DropColumn(table, name, exists, cursor.take("CASCADE")),)


def _alter(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    if cursor.peek() in ("CONSTRAINT", "INDEX"):
        return None
    cursor.take("COLUMN")
    column = _name(cursor)
    if cursor.take("SET", "NOT", "NULL"):
        return (AlterColumn(table, column, nullable=False),)
    if cursor.take("DROP", "NOT", "NULL"):
        return (AlterColumn(table, column, nullable=True),)
    if cursor.take("SET", "DEFAULT"):
        return (AlterColumn(table, column, default=default_of_sql(cursor.rest())),)
    if cursor.take("DROP", "DEFAULT"):
        return (AlterColumn(table, column, default=None),)
    if cursor.take("SET", "DATA", "TYPE") or cursor.take("TYPE"):
        kind = type_of_sql(cursor.source(cursor.until("USING", "COLLATE")))
        cursor.until("USING")
        using = cursor.rest() if cursor.take("USING") else None
        return (AlterColumn(table, column, type=kind, using=using),)
    return None


def _rename(cursor: Cursor, table: Table) -> tuple[Operation, ...] | None:
    if cursor.take("TO"):
        name = cursor.word()
        if name is None or HOLE in name or isinstance(table, Unknown):
            return (RenameTable(table, Unknown("the name is computed")),)
        return (RenameTable(table, ObjectName(name, table.schema)),)
    if cursor.take("CONSTRAINT"):
        old = _name(cursor)
        cursor.take("TO")
        return (RenameConstraint(table, old, _name(cursor)),)
    if cursor.peek() in ("INDEX", "KEY"):
        return None
    cursor.take("COLUMN")
    column = _name(cursor)
    return (RenameColumn(table, column, _name(cursor)),) if cursor.take("TO") else None


def type_of_sql(text: str) -> ColumnType:
    """A type as it is written in SQL; one that has no family is `other`, by its name."""
    written = " ".join(text.lower().split())
    if HOLE in written or not written:
        return Unknown("the type is computed")
    match = _TYPE.fullmatch(written)
    name = match["name"] if match is not None else written
    if name in _SERIALS:
        return SqlType({"b": "bigint", "s": "integer"}[name[0]] if name != "smallserial" else "smallint")
    family = _TYPES.get(name)
    if match is None or family is None:
        return SqlType("other", name=text.strip().strip('"'))
    one = int(match["one"]) if match["one"] else None
    two = int(match["two"]) if match["two"] else None
    if family in ("varchar", "char", "binary", "bit", "text"):
        kind = SqlType(family, length=one)
    elif family in ("timestamp", "time"):
        kind = SqlType(family, precision=one, timezone=name == "timestamptz" or " with " in (match["zone"] or ""))
    else:
        kind = SqlType(family, precision=one, scale=two)
    return SqlType("array", item=kind) if match["array"] else kind
