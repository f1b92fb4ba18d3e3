"""CREATE TABLE, DROP TABLE and RENAME TABLE."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AttachPartition,
    CreateIndex,
    CreateObject,
    CreateTable,
    DropTable,
    OpaqueOperation,
    Operation,
    RenameTable,
)
from schemalint.facts.tables import ColumnDef, ConstraintDef, IndexDef, PrimaryKeyDef, TableDef
from schemalint.facts.unknown import Unknown
from schemalint.sql.lower_columns import ReadColumn, read_column
from schemalint.sql.lower_constraints import starts_constraint, starts_index, table_constraint, table_index
from schemalint.sql.tokens import Cursor, Token, split


class _Table:
    """What is read of a table, part by part."""

    def __init__(self) -> None:
        self.columns: list[ColumnDef] = []
        self.constraints: list[ConstraintDef] = []
        self.indexes: list[IndexDef] = []
        self.complete = True

    def take(self, cursor: Cursor) -> None:
        """Reads one part; one that is not read leaves the table incomplete."""
        if cursor.take("LIKE"):
            self.complete = False
        elif starts_constraint(cursor):
            constraint = table_constraint(cursor)
            if constraint is not None:
                self.constraints.append(constraint.definition)
            self.complete = self.complete and constraint is not None
        elif starts_index(cursor):
            index = table_index(cursor)
            if index is not None:
                self.indexes.append(index)
            self.complete = self.complete and index is not None
        else:
            self._take_column(read_column(cursor))

    def _take_column(self, column: ReadColumn | None) -> None:
        if column is None:
            self.complete = False
            return
        self.columns.append(column.definition)
        self.constraints.extend(column.constraints)
        self.complete = self.complete and not column.unread

    def definition(self, name: ObjectName, comment: str | None) -> TableDef:
        """The table; the columns of its primary key hold no NULL."""
        keys = {
            column
            for constraint in self.constraints
            if isinstance(constraint, PrimaryKeyDef)
            for column in constraint.columns
        }
        columns = tuple(replace(column, nullable=False) if column.name in keys else column for column in self.columns)
        return TableDef(name, columns, tuple(self.constraints), comment=comment, complete=self.complete)


def create_table(cursor: Cursor, temporary: bool) -> tuple[Operation, ...] | None:
    """What follows CREATE TABLE: the table, the indexes among its columns, and where it is a partition of another."""
    exists = cursor.phrase("IF NOT EXISTS")
    name = cursor.name()
    if name is None:
        return None
    if isinstance(name, Unknown):
        return (OpaqueOperation(f"the name of the new table: {name.reason}"),)
    if temporary:
        return (CreateObject("temporary table", name),)
    parent = cursor.sure_name() if cursor.phrase("PARTITION OF") else None
    table = _Table()
    group = cursor.group()
    if group is not None and cursor.over(group).peek() not in ("SELECT", "WITH"):
        for part in split(group):
            table.take(cursor.over(part))
    bounds = cursor.source(cursor.until("PARTITION", "USING", "WITH", "TABLESPACE")) if parent else ""
    comment = _options(cursor, table, group)
    definition = table.definition(name, comment)
    operations: list[Operation] = [CreateTable(definition, exists)]
    operations.extend(CreateIndex(name, index) for index in table.indexes)
    if parent is not None:
        operations[0] = CreateTable(replace(definition, complete=False), exists)
        operations.append(AttachPartition(parent, name, bounds))
    return tuple(operations)


def _options(cursor: Cursor, table: _Table, group: Sequence[Token] | None) -> str | None:
    """Passes what stands behind the columns: tables that it takes columns from leave it incomplete."""
    comment = None
    if group is None or cursor.over(group).peek() in ("SELECT", "WITH"):
        table.complete = False
    while not cursor.done:
        if cursor.one_of("INHERITS", "AS", "SELECT", "OF", "LIKE"):
            table.complete = False
            if cursor.peek(-1) in ("AS", "SELECT"):
                break
        elif cursor.take("COMMENT"):
            cursor.take("=")
            comment = cursor.text()
        elif cursor.peek() == "(":
            cursor.group()
        else:
            cursor.at += 1
    return comment


def drop_tables(cursor: Cursor) -> tuple[Operation, ...] | None:
    """What follows DROP TABLE."""
    exists = cursor.phrase("IF EXISTS")
    names = object_names(cursor)
    cascade = cursor.take("CASCADE")
    return tuple(DropTable(name, exists, cascade) for name in names) or None


def object_names(cursor: Cursor) -> list[ObjectName | Unknown]:
    """Passes names parted by commas; the arguments of functions are left out."""
    found: list[ObjectName | Unknown] = []
    while True:
        cursor.take("ONLY")
        name = cursor.name()
        if name is None:
            return found
        found.append(name)
        cursor.group()
        cursor.take("*")
        if not cursor.take(","):
            return found


def rename_tables(cursor: Cursor) -> tuple[Operation, ...] | None:
    """What follows RENAME TABLE of MySQL."""
    found: list[Operation] = []
    while True:
        old = cursor.name()
        if old is None or not cursor.take("TO"):
            return None
        new = cursor.name()
        if new is None:
            return None
        found.append(RenameTable(old, new))
        if not cursor.take(","):
            return tuple(found)
