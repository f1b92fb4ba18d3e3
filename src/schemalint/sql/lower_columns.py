"""Columns as they stand in CREATE TABLE, ALTER TABLE ... ADD and MODIFY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Union

from msgspec.structs import replace

from schemalint.facts.operations import AddConstraint, Table
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    Default,
    ForeignKeyDef,
    Generated,
    Identity,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.sql.expressions import condition, default_of
from schemalint.sql.lower_constraints import Attributes, attribute, reference, with_attributes
from schemalint.sql.tokens import HOLE, Cursor, Token
from schemalint.sql.types import read_type

_ENDS = frozenset(
    {"NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "CONSTRAINT", "COLLATE", "GENERATED"}
    | {"COMMENT", "AFTER", "FIRST", "ON", "AUTO_INCREMENT", "AUTOINCREMENT", "KEY", "DEFERRABLE", "INITIALLY"}
    | {"STORAGE", "COMPRESSION", "INVISIBLE", "VISIBLE", "ENFORCED", "USING", "IDENTITY"}
)
"""Words that end a default; PostgreSQL reserves the ones that could stand in an expression."""
_WITHOUT_MEANING = ("VISIBLE", "INVISIBLE", "FIRST", "VIRTUAL", "STORED", "PERSISTENT")


@dataclass(slots=True)
class ReadColumn:
    """A column as it is read, with the constraints that stand with it."""

    name: str
    type: ColumnType
    nullable: bool = True
    default: Union[Default, Unknown, None] = None
    identity: Identity | None = None
    generated: Generated | None = None
    comment: str | None = None
    constraints: list[ConstraintDef] = field(default_factory=list)
    unread: bool = False

    @property
    def definition(self) -> ColumnDef:
        """The column without its constraints."""
        return ColumnDef(
            self.name,
            self.type,
            self.nullable,
            self.default,
            self.identity,
            self.generated,
            comment=self.comment,
        )


def inline_constraints(table: Table, column: ReadColumn) -> Iterator[AddConstraint]:
    """The constraints that a new column of a table brings along."""
    for constraint in column.constraints:
        unchecked = isinstance(constraint, (CheckDef, ForeignKeyDef)) and not constraint.enforced
        yield AddConstraint(table, constraint, not_valid=unchecked, inline=True)


def read_column(cursor: Cursor) -> ReadColumn | None:
    """Passes a column; None where its name is computed or missing."""
    name = cursor.identifier()
    return None if isinstance(name, Unknown) else column_of(cursor, name)


def column_of(cursor: Cursor, name: str) -> ReadColumn:
    """Passes what follows the name of a column."""
    kind, identity = (
        (Unknown("the column has no type"), None)
        if cursor.done or cursor.peek() in _ENDS or cursor.phrase("WITH OPTIONS")
        else read_type(cursor)
    )
    column = ReadColumn(name, kind, nullable=identity is None, identity=identity)
    constraint: str | None = None
    while not cursor.done:
        if cursor.take("CONSTRAINT"):
            constraint = cursor.word()
            continue
        if not _part(cursor, column, constraint if constraint is None or HOLE not in constraint else None):
            column.unread = True
            cursor.at += 1
        constraint = None
    return column


def _part(cursor: Cursor, column: ReadColumn, constraint: str | None) -> bool:
    """Passes one part of a column's definition; False for what is none."""
    if cursor.phrase("NOT NULL"):
        column.nullable = False
    elif cursor.take("NULL"):
        column.nullable = column.nullable or not _is_key(column)
    elif cursor.take("DEFAULT"):
        column.default = default_of(cursor, _default_tokens(cursor))
    elif cursor.phrase("PRIMARY KEY"):
        column.nullable = False
        column.constraints.append(PrimaryKeyDef(constraint, (column.name,)))
        cursor.skip("ASC", "DESC", "CLUSTERED", "NONCLUSTERED")
    elif cursor.take("UNIQUE"):
        cursor.take("KEY")
        distinct = not cursor.phrase("NULLS NOT DISTINCT")
        cursor.phrase("NULLS DISTINCT")
        column.constraints.append(UniqueDef(constraint, (column.name,), distinct))
    elif cursor.peek() == "REFERENCES":
        column.constraints.append(reference(cursor, constraint, (column.name,)))
    elif cursor.take("CHECK"):
        column.constraints.append(CheckDef(constraint, condition(cursor, cursor.group() or ())))
    elif cursor.take("GENERATED") or cursor.peek() in ("AS", "IDENTITY"):
        _generated(cursor, column)
    elif (read := attribute(cursor, Attributes())) is not None:
        if column.constraints:
            column.constraints[-1] = with_attributes(column.constraints[-1], read)
    else:
        return _option(cursor, column)
    return True


def _is_key(column: ReadColumn) -> bool:
    return any(isinstance(constraint, PrimaryKeyDef) for constraint in column.constraints)


def _default_tokens(cursor: Cursor) -> Sequence[Token]:
    """Passes a default; its first word may be one that ends one elsewhere (`DEFAULT NULL`)."""
    start = cursor.at
    if cursor.peek() in ("NULL", "NOT"):
        cursor.at += 1
    cursor.until_that(_ENDS.__contains__)
    return cursor.tokens[start : cursor.at]


def _generated(cursor: Cursor, column: ReadColumn) -> None:
    if cursor.take("IDENTITY"):
        cursor.group()
        column.identity, column.nullable = Identity(), False
        return
    always = cursor.one_of("ALWAYS") is not None
    if cursor.take("BY"):
        cursor.take("DEFAULT")
        cursor.phrase("ON NULL")
    cursor.take("AS")
    if cursor.take("IDENTITY"):
        cursor.group()
        column.identity, column.nullable = Identity(always), False
        return
    sql = condition(cursor, cursor.group() or ())
    kept = cursor.one_of("STORED", "VIRTUAL", "PERSISTENT", "PERSISTED")
    if isinstance(sql, Unknown):
        column.default = sql
    else:
        column.generated = Generated(sql, None if kept is None else kept != "VIRTUAL")


def _option(cursor: Cursor, column: ReadColumn) -> bool:
    if cursor.one_of("AUTO_INCREMENT", "AUTOINCREMENT"):
        column.identity = Identity(style="auto_increment")
    elif cursor.take("COLLATE"):
        _collate(column, cursor.word())
        while cursor.take("."):
            _collate(column, cursor.word())
    elif cursor.take("COMMENT"):
        column.comment = cursor.text()
    elif cursor.phrase("ON UPDATE"):
        cursor.until_that(_ENDS.__contains__)
    elif (
        cursor.phrase("ON CONFLICT")
        or cursor.one_of("STORAGE", "COMPRESSION", "AFTER")
        or cursor.phrase("CHARACTER SET")
        or cursor.take("CHARSET")
    ):
        cursor.word()
    elif cursor.take("KEY"):
        column.nullable = False
        column.constraints.append(PrimaryKeyDef(None, (column.name,)))
    elif cursor.phrase("USING INDEX TABLESPACE"):
        cursor.word()
    elif cursor.peek() == "WITH" and cursor.peek(1) == "(":
        cursor.take("WITH")
        cursor.group()
    else:
        return cursor.one_of(*_WITHOUT_MEANING) is not None
    return True


def _collate(column: ReadColumn, name: str | None) -> None:
    kind = column.type
    if isinstance(kind, SqlType) and name is not None:
        column.type = replace(kind, collation=name)
