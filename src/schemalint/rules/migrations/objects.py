"""What operations need, make and end: tables, columns, indexes, constraints and enum types by their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Union

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Operation
from schemalint.facts.tables import ConstraintDef, ForeignKeyDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.definitions import constraint_columns, index_columns
from schemalint.schema.view import SchemaView


class Named(NamedTuple):
    """An object of the database by its name.

    `kind` is table, column, index, constraint or enum type. `table` is the table that it is, or is part of, None for
    an enum type and for an index whose table is not known. `part` is its own name, empty for a table; `of` the kind of
    a constraint where it is known.
    """

    kind: str
    table: ObjectName | None
    part: str = ""
    schema: str | None = None
    of: str | None = None

    def __str__(self) -> str:
        if self.kind == "table":
            return f"table `{self.table}`"
        owner = self.table if self.kind in ("column", "constraint") else self.schema
        return f"{self.kind} `{owner}.{self.part}`" if owner else f"{self.kind} `{self.part}`"

    def exists(self, schema: SchemaView) -> bool | None:
        """Whether a schema has it; None where that is not known."""
        if self.kind == "enum type":
            return schema.has_enum(ObjectName(self.part, self.schema))
        if self.kind == "index":
            return self._index(schema)
        if self.table is None:
            return None
        if self.kind == "table":
            return schema.has_table(self.table)
        if self.kind == "column":
            return schema.has_column(self.table, self.part)
        found = schema.has_constraint(self.table, self.part, self.of)
        return None if found is False and self._index(schema) is not False else found

    def _index(self, schema: SchemaView) -> bool | None:
        """As an index. Unique constraints have indexes of their names, on MySQL foreign keys too."""
        found = schema.has_index(self.part, self.schema, self.table)
        if found is not False or self.table is None:
            return found
        if self._is_spatial(schema, self.table):
            return None
        kinds = ("unique", "foreign key")
        as_constraint = (schema.has_constraint(self.table, self.part, kind) for kind in kinds)
        return False if all(answer is False for answer in as_constraint) else None

    def _is_spatial(self, schema: SchemaView, table: ObjectName) -> bool:
        """Whether it has the name of the index that GeoAlchemy2 makes with a column of its types, unless that says
        `spatial_index=False` (GeoAlchemy2's documentation, Use with Alembic)."""
        view = schema.table(table)
        return view is not None and any(
            isinstance(column.definition.type, SqlType)
            and (column.definition.type.name or "").startswith("geoalchemy2.")
            and self.part.startswith("idx_")
            and self.part.endswith(f"_{column.name}")
            for column in view.columns()
        )


_Table = Union[ObjectName, Unknown, None]


def needed_by(operation: Operation) -> Iterator[Named]:
    """What has to be there for an operation, as far as its names are known."""
    match operation:
        case ops.DropTable(name=table) | ops.RenameTable(name=table):
            yield from _table(table)
        case ops.AddColumn(table=table) | ops.AlterTable(table=table):
            yield from _table(table)
        case ops.DropColumn(table=table, column=name) | ops.RenameColumn(table=table, column=name):
            yield from _columns(table, name)
        case ops.AlterColumn(table=table, column=name):
            yield from _columns(table, name)
        case ops.CreateIndex(table=table, index=index):
            yield from _columns(table, *index_columns(index))
        case ops.AddConstraint(table=table, constraint=constraint):
            yield from _columns(table, *constraint_columns(constraint))
            yield from _target(constraint)
        case ops.CreateTable(table=definition):
            for constraint in definition.constraints:
                if isinstance(constraint, ForeignKeyDef) and constraint.target != definition.name:
                    yield from _target(constraint)
        case ops.DropIndex() | ops.DropConstraint() | ops.DropEnum() | ops.RenameEnum():
            ended = ended_by(operation)
            if ended is not None:
                yield ended
        case ops.AddEnumValue(name=enum):
            yield _enum(enum)


def made_by(operation: Operation) -> Named | None:
    """What an operation makes, under the name that it gives."""
    match operation:
        case ops.CreateTable(table=definition):
            return next(_table(definition.name))
        case ops.AddColumn(table=table, column=column):
            return next(_columns(table, column.name), None)
        case ops.RenameTable(name=ObjectName() as old, new_name=ObjectName() as new):
            return Named("table", ObjectName(new.name, new.schema or old.schema))
        case ops.RenameColumn(table=table, new_name=new_name):
            return next(_columns(table, new_name), None)
        case ops.CreateIndex(table=ObjectName() as table, index=index):
            return Named("index", table, index.name, table.schema) if isinstance(index.name, str) else None
        case ops.AddConstraint(table=ObjectName() as table, constraint=constraint):
            return Named("constraint", table, constraint.name, table.schema) if constraint.name is not None else None
        case ops.CreateEnum(enum=enum):
            return _enum(enum.name)
    return None


def ended_by(operation: Operation) -> Named | None:
    """What an operation drops, or takes the name from."""
    match operation:
        case ops.DropTable(name=table) | ops.RenameTable(name=table):
            return next(_table(table), None)
        case ops.DropColumn(table=table, column=name) | ops.RenameColumn(table=table, column=name):
            return next(_columns(table, name), None)
        case ops.DropIndex(name=str(name), table=table, schema=schema) if not isinstance(table, Unknown):
            return Named("index", table, name, table.schema if table is not None else schema)
        case ops.DropConstraint(table=ObjectName() as table, name=str(name), kind=kind):
            return Named("constraint", table, name, table.schema, kind)
        case ops.DropEnum(name=enum) | ops.RenameEnum(name=enum):
            return _enum(enum)
    return None


def _table(name: _Table) -> Iterator[Named]:
    if isinstance(name, ObjectName):
        yield Named("table", name)


def _columns(table: _Table, *names: str | Unknown) -> Iterator[Named]:
    for name in names:
        if isinstance(table, ObjectName) and isinstance(name, str):
            yield Named("column", table, name)


def _target(constraint: ConstraintDef) -> Iterator[Named]:
    """What a foreign key refers to."""
    if isinstance(constraint, ForeignKeyDef):
        yield from _table(constraint.target)
        yield from _columns(constraint.target, *constraint.target_columns)


def _enum(name: ObjectName) -> Named:
    return Named("enum type", None, name.name, name.schema)
