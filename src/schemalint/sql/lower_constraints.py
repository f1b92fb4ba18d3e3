"""Constraints and keys as they stand in CREATE TABLE and ALTER TABLE ... ADD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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
    """A constraint and what came with it: NOT VALID, and the index that it takes over."""

    definition: ConstraintDef
    not_valid: bool = False
    using_index: str | None = None


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
    deferrable, not_valid = _attributes(cursor)
    if deferrable and isinstance(definition, UniqueDef):
        definition = UniqueDef(definition.name, definition.columns, definition.nulls_distinct, True)
    return ReadConstraint(definition, not_valid, using)


def reference(cursor: Cursor, name: str | None, columns: tuple[str, ...]) -> ForeignKeyDef:
    """Passes REFERENCES and all that belongs to it but NOT VALID."""
    cursor.take("REFERENCES")
    target = cursor.name() or Unknown("the reference is not read")
    referenced = cursor.names()
    rules: dict[str, str] = {}
    deferrable = False
    while not cursor.done:
        if cursor.take("MATCH"):
            cursor.word()
        elif cursor.take("ON"):
            event = cursor.one_of("DELETE", "UPDATE") or ""
            rules[event] = _action(cursor)
        elif cursor.take("NOT", "DEFERRABLE"):
            deferrable = False
        elif cursor.take("DEFERRABLE"):
            deferrable = True
        elif cursor.take("INITIALLY"):
            cursor.word()
        else:
            break
    return ForeignKeyDef(name, columns, target, referenced, rules.get("DELETE"), rules.get("UPDATE"), deferrable)


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


def _attributes(cursor: Cursor) -> tuple[bool, bool]:
    """Passes what follows a constraint: whether it may be deferred, and whether it is not valid."""
    deferrable = not_valid = False
    while not cursor.done:
        if cursor.phrase("NOT VALID"):
            not_valid = True
        elif cursor.phrase("NOT DEFERRABLE"):
            deferrable = False
        elif cursor.take("DEFERRABLE"):
            deferrable = True
        elif cursor.peek() == "(":
            cursor.group()
        else:
            cursor.at += 1
    return deferrable, not_valid


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
