"""CREATE, ALTER and DROP of everything that is no table and no index."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddEnumValue,
    AlterObject,
    CreateEnum,
    CreateObject,
    CreateSchema,
    DropEnum,
    DropObject,
    DropSchema,
    OpaqueOperation,
    Operation,
    RenameEnum,
    RenameEnumValue,
)
from schemalint.facts.tables import CheckDef, EnumDef
from schemalint.facts.unknown import Unknown
from schemalint.sql.lower_columns import column_of
from schemalint.sql.lower_constraints import ReadConstraint, table_constraint
from schemalint.sql.lower_tables import object_names
from schemalint.sql.mentions import behind_on, is_computed, mentioned
from schemalint.sql.tokens import HOLE, Cursor, text_of

Operations = tuple[Operation, ...]

_SHORT = 200
_KINDS = """
    MATERIALIZED VIEW, EVENT TRIGGER, TEXT SEARCH CONFIGURATION, TEXT SEARCH DICTIONARY, TEXT SEARCH PARSER,
    TEXT SEARCH TEMPLATE, FOREIGN TABLE, FOREIGN DATA WRAPPER, OPERATOR CLASS, OPERATOR FAMILY, USER MAPPING,
    ACCESS METHOD, VIRTUAL TABLE, LARGE OBJECT, VIEW, FUNCTION, PROCEDURE, ROUTINE, AGGREGATE, TRIGGER, POLICY, RULE,
    EXTENSION, SEQUENCE, DOMAIN, STATISTICS, COLLATION, CONVERSION, CAST, OPERATOR, PUBLICATION, SUBSCRIPTION, ROLE,
    USER, GROUP, DATABASE, TABLESPACE, LANGUAGE, SERVER, EVENT, SYNONYM, TRANSFORM
"""
_OBJECTS = tuple(tuple(kind.split()) for kind in _KINDS.split(","))
_FIRST_WORDS = frozenset(words[0] for words in _OBJECTS)
_ON_TABLE = frozenset({"trigger", "policy", "rule"})
_WITH_SETTINGS = frozenset({"role", "user", "database", "function", "procedure", "routine"})
_BY_SIGNS = frozenset({"cast", "operator", "user mapping", "transform"})
_WITHOUT_TABLES = frozenset({"extension", "domain", "role", "user", "group", "language", "server", "database"})


def create_object(cursor: Cursor) -> Operations | None:
    """What follows CREATE; None for what is no kind of object, or has a computed name."""
    kind = _kind(cursor)
    if kind is None:
        return None
    cursor.phrase("IF NOT EXISTS")
    if kind == "statistics" and cursor.peek() in ("ON", "("):
        return (CreateObject(kind, ObjectName("unnamed"), mentioned(cursor), cursor.source(cursor.tokens)),)
    name = _object_name(cursor, kind)
    mentions = _mentions(cursor, kind)
    if name is None:
        return (_unnamed(cursor, kind, mentions),)
    if kind == "sequence" and (owner := _owner(cursor)) is not None:
        mentions = (owner,)
    table = _owner_table(cursor, kind)
    constraints = _domain_constraints(cursor) if kind == "domain" else ()
    return (CreateObject(kind, name, mentions, cursor.source(cursor.tokens), table, constraints),)


def _owner_table(cursor: Cursor, kind: str) -> ObjectName | None:
    """The table that a trigger, a policy or a rule belongs to."""
    return next(iter(behind_on(cursor)), None) if kind in _ON_TABLE else None


_NO_NULL = CheckDef(None, "VALUE IS NOT NULL")


def _domain_constraints(cursor: Cursor) -> tuple[CheckDef, ...]:
    """What a new domain demands of its values."""
    cursor.take("AS")
    read = column_of(cursor, "value")
    checks = tuple(constraint for constraint in read.constraints if isinstance(constraint, CheckDef))
    return checks if read.nullable else (*checks, _NO_NULL)


def _demanded(cursor: Cursor) -> ReadConstraint | None:
    """What ALTER DOMAIN demands from now on."""
    if cursor.phrase("SET NOT NULL"):
        return ReadConstraint(_NO_NULL)
    if not cursor.take("ADD"):
        return None
    start = cursor.at
    name = cursor.word() if cursor.take("CONSTRAINT") else None
    if cursor.phrase("NOT NULL"):
        return ReadConstraint(CheckDef(name, "VALUE IS NOT NULL"))
    cursor.at = start
    return table_constraint(cursor)


def _unnamed(cursor: Cursor, kind: str, mentions: tuple[ObjectName, ...] = ()) -> OpaqueOperation:
    """An object whose name is computed: no table changes but those that it mentions."""
    return OpaqueOperation(f"the name of the {kind} is computed", mentions, cursor.source(cursor.tokens)[:_SHORT])


def _object_name(cursor: Cursor, kind: str) -> ObjectName | None:
    """Passes the name of an object; what has none of its own is called by what is written there."""
    if kind in _BY_SIGNS:
        start = cursor.at
        cursor.until("(", "SERVER", "OPTIONS") if cursor.peek() != "(" else cursor.group()
        written = cursor.source(cursor.tokens[start : cursor.at])
        return ObjectName(" ".join(written.split())) if written and HOLE not in written else None
    if kind == "large object":
        cursor.at += 1
        return ObjectName("large object")
    return cursor.sure_name()


def _kind(cursor: Cursor) -> str | None:
    if cursor.peek() not in _FIRST_WORDS:
        return None
    return next((" ".join(words).lower() for words in _OBJECTS if cursor.take(*words)), None)


def _mentions(cursor: Cursor, kind: str) -> tuple[ObjectName, ...]:
    if kind in _WITHOUT_TABLES:
        return ()
    if kind in _ON_TABLE:
        return tuple(dict.fromkeys((*behind_on(cursor), *mentioned(cursor))))
    return mentioned(cursor)


def create_type(cursor: Cursor) -> Operations | None:
    """What follows CREATE TYPE."""
    name = cursor.sure_name()
    if name is None:
        return None
    if not cursor.phrase("AS ENUM"):
        return (CreateObject("type", name, sql=cursor.source(cursor.tokens)),)
    group = cursor.group() or ()
    if is_computed(group):
        return (CreateEnum(EnumDef(name, Unknown("the values are computed"))),)
    inside = cursor.over(group)
    values = []
    while (value := inside.text()) is not None:
        values.append(value)
        inside.take(",")
    return (CreateEnum(EnumDef(name, tuple(values))),)


def alter_type(cursor: Cursor) -> Operations | None:
    """What follows ALTER TYPE."""
    name = cursor.sure_name()
    if name is None:
        return None
    if cursor.phrase("ADD VALUE"):
        exists = cursor.phrase("IF NOT EXISTS")
        value = cursor.text()
        side = cursor.one_of("BEFORE", "AFTER")
        other = cursor.text() if side is not None else None
        if value is None or HOLE in value:
            return None
        before, after = (other, None) if side == "BEFORE" else (None, other)
        return (AddEnumValue(name, value, exists, before, after),)
    if cursor.phrase("RENAME VALUE"):
        old = cursor.text()
        new = cursor.text() if cursor.take("TO") else None
        known = old is not None and new is not None and HOLE not in old + new
        return (RenameEnumValue(name, old or "", new or ""),) if known else None
    if cursor.phrase("RENAME TO"):
        renamed = cursor.word()
        known = renamed is not None and HOLE not in renamed
        return (RenameEnum(name, ObjectName(renamed or "", name.schema)),) if known else None
    if cursor.phrase("SET SCHEMA"):
        schema = cursor.word()
        return (RenameEnum(name, ObjectName(name.name, schema)),) if schema else None
    return (AlterObject("type", name, cursor.rest().lower()),)


def create_schema(cursor: Cursor) -> Operations | None:
    """What follows CREATE SCHEMA; one that holds its objects in the same statement is not read."""
    exists = cursor.phrase("IF NOT EXISTS")
    cursor.take("AUTHORIZATION")
    schema = cursor.word()
    if schema is None or HOLE in schema:
        return None
    if cursor.take("AUTHORIZATION"):
        cursor.word()
    return (CreateSchema(schema, exists),) if cursor.done else None


def alter_object(cursor: Cursor) -> Operations | None:
    """What follows ALTER."""
    if cursor.phrase("DEFAULT PRIVILEGES") or cursor.take("SYSTEM"):
        return ()
    if cursor.take("SCHEMA"):
        name = cursor.sure_name()
        return None if name is None or cursor.peek() == "RENAME" else (AlterObject("schema", name, cursor.rest()),)
    kind = _kind(cursor)
    if kind is None:
        return None
    cursor.phrase("IF EXISTS")
    found = _object_name(cursor, kind)
    mentions = _mentions(cursor, kind)
    if found is None:
        return (_unnamed(cursor, kind, mentions),)
    if kind == "sequence" and (owner := _owner(cursor)) is not None:
        mentions = (owner,)
    change = cursor.rest()
    table = _owner_table(cursor, kind)
    setting = _setting(cursor.over(cursor.tokens[cursor.at :])) if kind in _WITH_SETTINGS else None
    demanded = _demanded(cursor) if kind == "domain" else None
    if demanded is None or not isinstance(demanded.definition, CheckDef):
        return (AlterObject(kind, found, change, mentions, table, setting=setting),)
    return (AlterObject(kind, found, change, mentions, constraint=demanded.definition, not_valid=demanded.not_valid),)


def _setting(cursor: Cursor) -> tuple[str, str] | None:
    """The parameter that is set, and its value."""
    cursor.until("SET")
    cursor.take("SET")
    name = cursor.sure_name()
    if name is None or cursor.one_of("=", "TO") is None:
        return None
    token = cursor.token
    single = token is not None and token.kind == "string" and not cursor.has(1)
    return str(name).lower(), text_of(token) if single and token is not None else cursor.rest()


def _owner(cursor: Cursor) -> ObjectName | None:
    """The table behind OWNED BY of a sequence."""
    ahead = cursor.over(cursor.tokens[cursor.at :])
    ahead.until("OWNED")
    if not ahead.phrase("OWNED BY"):
        return None
    parts = [ahead.word()]
    while ahead.take("."):
        parts.append(ahead.word())
    known = [part for part in parts if part]
    return ObjectName(known[-2], known[-3] if len(known) > 2 else None) if len(known) > 1 else None


def drop_object(cursor: Cursor) -> Operations | None:
    """What follows DROP."""
    kind = "schema" if cursor.take("SCHEMA") else "type" if cursor.take("TYPE") else _kind(cursor)
    if kind is None:
        return None
    exists = cursor.phrase("IF EXISTS")
    if kind in _BY_SIGNS:
        signs = _object_name(cursor, kind)
        names: list[ObjectName | Unknown] = [signs] if signs is not None else []
    else:
        names = object_names(cursor)
    table = cursor.sure_name() if kind in _ON_TABLE and cursor.take("ON") else None
    cascade = "CASCADE" in (token.upper for token in cursor.tokens[cursor.at :])
    known = [name for name in names if isinstance(name, ObjectName)]
    if len(known) != len(names) or not known:
        return None if kind in ("schema", "type") or cascade else (_unnamed(cursor, kind),)
    if kind == "schema":
        return tuple(DropSchema(name.name, exists, cascade) for name in known)
    if kind == "type":
        return tuple(DropEnum(name, exists, cascade) for name in known)
    return tuple(DropObject(kind, name, exists, cascade, table) for name in known)
