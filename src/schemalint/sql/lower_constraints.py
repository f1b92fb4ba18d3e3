"""Constraints and keys as they stand in CREATE TABLE and ALTER TABLE ... ADD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from schemalint.facts.tables import (
    CheckDef,
    ConstraintDef,
    ExcludeDef,
    ForeignKeyDef,
    IndexDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.sql.expressions import condition, index_elements
from schemalint.sql.tokens import HOLE, Cursor, Token, split

STARTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE"})
INDEXES = frozenset({"INDEX", "KEY", "FULLTEXT", "SPATIAL"})


class ReadConstraint(NamedTuple):
    """A constraint and what came with it: NOT VALID, which NOT ENFORCED implies, and the index that it takes over."""

    definition: ConstraintDef
    not_valid: bool = False
    using_index: str | None = None


class ReadNotNull(NamedTuple):
    """NOT NULL of a column as a constraint of its table, which may have a name and be NOT VALID (PostgreSQL 18)."""

    name: str | None
    column: str
    not_valid: bool


def not_null(cursor: Cursor) -> ReadNotNull | None:
    """Passes `[CONSTRAINT name] NOT NULL column`; passes nothing where that is not next, or its names are computed."""
    start = cursor.at
    name = cursor.word() if cursor.take("CONSTRAINT") else None
    column = cursor.word() if cursor.phrase("NOT NULL") else None
    if column is None or HOLE in (name or "") + column:
        cursor.at = start
        return None
    return ReadNotNull(name, column, _attributes(cursor).not_valid)


def table_constraint(cursor: Cursor) -> ReadConstraint | None:
    """Passes a constraint of a table; None for what is none, or has a computed name or columns."""
    name = None
    if cursor.take("CONSTRAINT"):
        name = None if cursor.peek() in STARTS else cursor.word()
    if name is not None and HOLE in name:
        return None
    word = cursor.one_of("PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE")
    definition: ConstraintDef | None = None
    using: str | None = None
    if word == "PRIMARY" and cursor.take("KEY"):
        using, columns = _key(cursor)
        definition = PrimaryKeyDef(name, columns)
    elif word == "UNIQUE":
        cursor.one_of("INDEX", "KEY")
        if cursor.peek() not in ("(", "NULLS", "USING", "CLUSTERED", "NONCLUSTERED"):
            name = cursor.word() or name
        distinct = _nulls_distinct(cursor)
        using, columns = _key(cursor)
        definition = UniqueDef(name, columns, distinct)
    elif word == "CHECK":
        definition = CheckDef(name, condition(cursor, cursor.group() or ()))
    elif word == "FOREIGN" and cursor.take("KEY"):
        if cursor.peek() != "(":
            name = cursor.word() or name
        definition = reference(cursor, name, cursor.names())
    elif word == "EXCLUDE":
        start = cursor.at
        cursor.until("DEFERRABLE", "NOT", "INITIALLY")
        definition = ExcludeDef(name, condition(cursor, cursor.tokens[start : cursor.at]))
    if definition is None or _is_computed(definition):
        return None
    read = _attributes(cursor)
    return ReadConstraint(with_attributes(definition, read), read.not_valid or not read.enforced, using)


class Attributes(NamedTuple):
    """What stands behind a constraint."""

    deferrable: bool = False
    deferred: bool = False
    enforced: bool = True
    not_valid: bool = False


def with_attributes(definition: ConstraintDef, attributes: Attributes) -> ConstraintDef:
    """A constraint with what stands behind it."""
    if attributes.deferrable and not isinstance(definition, CheckDef):
        deferred = attributes.deferred or definition.initially_deferred
        definition = replace(definition, deferrable=True, initially_deferred=deferred)
    if not attributes.enforced and isinstance(definition, (CheckDef, ForeignKeyDef)):
        definition = replace(definition, enforced=False)
    return definition


def attribute(cursor: Cursor, known: Attributes) -> Attributes | None:
    """Passes one word of what may stand behind a constraint; None where there is none."""
    if cursor.phrase("NOT VALID"):
        return known._replace(not_valid=True)
    if cursor.phrase("NOT DEFERRABLE"):
        return known._replace(deferrable=False, deferred=False)
    if cursor.phrase("NOT ENFORCED"):
        return known._replace(enforced=False)
    if cursor.phrase("INITIALLY DEFERRED"):
        return known._replace(deferrable=True, deferred=True)
    if cursor.take("DEFERRABLE"):
        return known._replace(deferrable=True)
    passed = cursor.take("ENFORCED") or cursor.phrase("INITIALLY IMMEDIATE") or cursor.phrase("NO INHERIT")
    return known if passed else None


def reference(cursor: Cursor, name: str | None, columns: tuple[str, ...]) -> ForeignKeyDef:
    """Passes REFERENCES and what belongs to it but the attributes that any constraint may have."""
    cursor.take("REFERENCES")
    target = cursor.name() or Unknown("the reference is not read")
    referenced = cursor.names()
    rules: dict[str, str] = {}
    while not cursor.done:
        if cursor.take("MATCH"):
            cursor.word()
        elif cursor.take("ON"):
            event = cursor.one_of("DELETE", "UPDATE") or ""
            rules[event] = _action(cursor)
        else:
            break
    return ForeignKeyDef(name, columns, target, referenced, rules.get("DELETE"), rules.get("UPDATE"))


def _action(cursor: Cursor) -> str:
    if cursor.take("SET"):
        word = cursor.one_of("NULL", "DEFAULT") or ""
        cursor.group()
        return f"SET {word}"
    if cursor.take("NO"):
        cursor.take("ACTION")
        return "NO ACTION"
    return cursor.one_of("CASCADE", "RESTRICT") or ""


def _key(cursor: Cursor) -> tuple[str | None, tuple[str, ...]]:
    """The index that a key takes over, or its columns."""
    if cursor.phrase("USING INDEX") and cursor.peek() != "TABLESPACE":
        return cursor.word(), ()
    if cursor.take("USING"):
        cursor.word()
    cursor.skip("CLUSTERED", "NONCLUSTERED")
    return None, cursor.names()


def _nulls_distinct(cursor: Cursor) -> bool:
    if cursor.phrase("NULLS NOT DISTINCT"):
        return False
    cursor.phrase("NULLS DISTINCT")
    return True


def _is_computed(definition: ConstraintDef) -> bool:
    columns = () if isinstance(definition, (CheckDef, ExcludeDef)) else definition.columns
    return any(HOLE in column for column in columns)


def _attributes(cursor: Cursor) -> Attributes:
    """Passes what follows a constraint of a table."""
    found = Attributes()
    while not cursor.done:
        more = attribute(cursor, found)
        if more is not None:
            found = more
        elif cursor.group() is None:
            cursor.at += 1
    return found


def table_index(cursor: Cursor) -> IndexDef | None:
    """Passes an INDEX or KEY that stands among the columns, as MySQL has it."""
    kind = cursor.one_of("FULLTEXT", "SPATIAL")
    cursor.one_of("INDEX", "KEY")
    name = cursor.word() if cursor.peek() not in ("(", "USING") else None
    method = cursor.word() if cursor.take("USING") else kind.lower() if kind else None
    group = cursor.group()
    if cursor.take("USING"):
        method = cursor.word()
    if group is None or (name is not None and HOLE in name):
        return None
    return IndexDef(name, index_elements(cursor, split(group)), method=method.lower() if method else None)


def starts_constraint(cursor: Cursor) -> bool:
    """Whether a constraint stands next, and not a column that is called like one."""
    word, following = cursor.peek(), cursor.peek(1)
    if word == "UNIQUE":
        return following in ("(", "INDEX", "KEY", "NULLS", "USING") or cursor.peek(2) == "("
    if word == "CHECK":
        return following == "("
    if word in ("PRIMARY", "FOREIGN"):
        return following == "KEY"
    if word == "NOT":
        return following == "NULL"
    return word in ("CONSTRAINT", "EXCLUDE")


def starts_index(cursor: Cursor) -> bool:
    """Whether an index of MySQL's stands next, and not a column that is called so."""
    word = cursor.peek()
    if word not in INDEXES:
        return False
    ahead = 2 if cursor.peek(1) in ("INDEX", "KEY") else 1
    if cursor.peek(ahead) in ("(", "USING"):
        group: Sequence[Token] = cursor.tokens[cursor.at + ahead + 1 : cursor.at + ahead + 2]
        return not group or group[0].kind in ("word", "quoted")
    return cursor.peek(ahead + 1) in ("(", "USING") and cursor.dialect.name != "postgresql"
