"""CREATE TABLE, DROP TABLE and RENAME TABLE."""

from __future__ import annotations

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
from schemalint.sql.lower_constraints import (
    not_null,
    starts_constraint,
    starts_index,
    table_constraint,
    table_index,
)
from schemalint.sql.tokens import Cursor, split


class _Table:
    """What is read of a table, part by part."""

    def __init__(self) -> None:
        self.columns: list[ColumnDef] = []
        self.constraints: list[ConstraintDef] = []
        self.indexes: list[IndexDef] = []
        self.not_null: set[str] = set()
        self.inherits: tuple[ObjectName, ...] = ()
        self.partition_by: str | None = None
        self.comment: str | None = None
        self.complete = True

    def take(self, cursor: Cursor) -> None:
        """Reads one part; one that is not read leaves the table incomplete."""
        if cursor.take("LIKE"):
            self.complete = False
        elif (required := not_null(cursor)) is not None:
            self.not_null.add(required.column)
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

    def definition(self, name: ObjectName) -> TableDef:
        """The table; the columns of its primary key hold no NULL."""
        keys = (constraint for constraint in self.constraints if isinstance(constraint, PrimaryKeyDef))
        required = self.not_null.union(*(key.columns for key in keys))
        columns = (replace(column, nullable=False) if column.name in required else column for column in self.columns)
        return TableDef(
            name,
            tuple(columns),
            tuple(self.constraints),
            comment=self.comment,
            complete=self.complete,
            partition_by=self.partition_by,
        )


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
    bounds = _bounds(cursor) if parent is not None else ""
    if parent is not None or group is None or cursor.over(group).peek() in ("SELECT", "WITH"):
        table.complete = False
    _options(cursor, table)
    operations: list[Operation] = [CreateTable(table.definition(name), exists, parent, table.inherits)]
    operations.extend(CreateIndex(name, index) for index in table.indexes)
    if parent is not None:
        operations.append(AttachPartition(parent, name, bounds))
    return tuple(operations)


def _bounds(cursor: Cursor) -> str:
    """Passes the bounds of a partition."""
    start = cursor.at
    if cursor.phrase("FOR VALUES WITH"):
        cursor.group()
    else:
        cursor.until("PARTITION", "USING", "WITH", "TABLESPACE")
    return cursor.source(cursor.tokens[start : cursor.at])


def _options(cursor: Cursor, table: _Table) -> None:
    """Passes what stands behind the columns: tables that it takes columns from leave it incomplete."""
    while not cursor.done:
        if cursor.take("INHERITS"):
            parents = object_names(cursor.over(cursor.group() or ()))
            table.inherits = tuple(parent for parent in parents if isinstance(parent, ObjectName))
            table.complete = False
        elif cursor.one_of("AS", "SELECT", "OF", "LIKE"):
            table.complete = False
            if cursor.peek(-1) in ("AS", "SELECT"):
                break
        elif cursor.phrase("PARTITION BY"):
            start = cursor.at
            while not cursor.done and cursor.group() is None:
                cursor.at += 1
            table.partition_by = cursor.source(cursor.tokens[start : cursor.at])
        elif cursor.take("COMMENT"):
            cursor.take("=")
            table.comment = cursor.text()
        elif cursor.group() is None:
            cursor.at += 1


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
