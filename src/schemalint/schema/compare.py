"""Comparing two schemas: what one has that the other lacks, and what differs in what both have.

Nothing is said where either side does not know: of a value that is Unknown, of what may be there or not, of what a
table lacks that is not known in full, of a table that something opaque may have changed. Renames are not guessed.
Constraints and indexes are the same when their names are, else when they are over the same columns: most are given no
name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Union

import msgspec

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ColumnDef, EnumDef, TableDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.compare_parts import part_differences
from schemalint.schema.compare_sides import (
    Contents,
    SchemaDef,
    Side,
    contents_of_definition,
    side_of,
)
from schemalint.schema.spelling import default_form, same_sql, type_aspects
from schemalint.schema.view import SchemaView

MISSING = "missing"
EXTRA = "extra"


class Difference(msgspec.Struct, frozen=True):
    """One difference between two schemas.

    `kind` is table, column, enum, index, view, ..., or a tag of `ConstraintDef` ("primary key", "foreign key").
    `object` names it for people: `users`, `users.email`, `users.ix_users_email`, `users(email)` for what has no name.
    `table` is the table that it is, or is part of. `aspect` is `missing` where only the left side has it, `extra` where
    only the right side has it, else what differs: type, length, nullable, default, on_delete, columns, name, values.
    `left` and `right` are the values: a definition, a field of one, None for what is not there.
    """

    kind: str
    object: str
    aspect: str
    left: Any = None
    right: Any = None
    table: ObjectName | None = None


Comparable = Union[SchemaView, SchemaDef, Side]


def compare(
    left: Union[Comparable, TableDef],
    right: Union[Comparable, TableDef],
    *,
    only: Collection[ObjectName] | None = None,
    dialect: str | None = None,
) -> tuple[Difference, ...]:
    """The differences of two schemas, or of two tables, in the order of the left one.

    `only` restricts the comparison to the tables and other objects of these names. `dialect` decides which variant of a
    type counts and what servers keep alike. `public.users` and `users` are the same table for PostgreSQL. Raises
    `TypeError` for a table and a schema.
    """
    if isinstance(left, TableDef) and isinstance(right, TableDef):
        return tuple(_tables(contents_of_definition(left), contents_of_definition(right), dialect))
    if isinstance(left, TableDef) or isinstance(right, TableDef):
        raise TypeError("a table is compared with a table, a schema with a schema")
    return tuple(_schemas(side_of(left, dialect), side_of(right, dialect), only, dialect))


def _schemas(left: Side, right: Side, only: Collection[ObjectName] | None, dialect: str | None) -> Iterator[Difference]:
    names = dict.fromkeys((*left.table_names(), *right.table_names())) if only is None else dict.fromkeys(only)
    for name in names:
        one, two = left.table(name), right.table(name)
        if one is not None and two is not None:
            yield from _tables(one, two, dialect)
        elif one is not None and one.settled and right.lacks_table(name):
            yield Difference("table", str(name), MISSING, one.definition, None, name)
        elif two is not None and two.settled and left.lacks_table(name):
            yield Difference("table", str(name), EXTRA, None, two.definition, name)
    if left.settled and right.settled:
        yield from _enums(left, right, only)
        yield from _objects(left, right, only)


def _enums(left: Side, right: Side, only: Collection[ObjectName] | None) -> Iterator[Difference]:
    ours = {enum.name: enum for enum in left.enums() if only is None or enum.name in only}
    theirs = {enum.name: enum for enum in right.enums() if only is None or enum.name in only}
    for name in dict.fromkeys((*ours, *theirs)):
        one, two = ours.get(name), theirs.get(name)
        if one is not None and two is not None:
            yield from _values(one, two)
        elif one is not None and right.lacks_enum(name):
            yield Difference("enum", str(name), MISSING, one)
        elif two is not None and left.lacks_enum(name):
            yield Difference("enum", str(name), EXTRA, None, two)


def _values(left: EnumDef, right: EnumDef) -> Iterator[Difference]:
    if isinstance(left.values, Unknown) or isinstance(right.values, Unknown):
        return
    if left.values != right.values:
        yield Difference("enum", str(left.name), "values", left.values, right.values)


def _objects(left: Side, right: Side, only: Collection[ObjectName] | None) -> Iterator[Difference]:
    """Views, functions, triggers, ...: by kind, name and the table that they belong to."""
    ours = {(item.kind, item.name, item.table): item for item in left.objects() if only is None or item.name in only}
    theirs = {(item.kind, item.name, item.table): item for item in right.objects() if only is None or item.name in only}
    for key in dict.fromkeys((*ours, *theirs)):
        kind, name, _ = key
        if key not in theirs and right.lacks_object(*key):
            yield Difference(kind, str(name), MISSING, ours[key])
        elif key not in ours and left.lacks_object(*key):
            yield Difference(kind, str(name), EXTRA, None, theirs[key])


# ------------------------------------------------------------------------------------------------------------- tables


def _tables(left: Contents, right: Contents, dialect: str | None) -> Iterator[Difference]:
    if not (left.settled and right.settled):
        return
    table = left.definition.name
    ours = {column.name: column for column in left.definition.columns}
    theirs = {column.name: column for column in right.definition.columns}
    for name in dict.fromkeys((*ours, *theirs)):
        one, two = ours.get(name), theirs.get(name)
        path = f"{table}.{name}"
        if one is not None and two is not None:
            for aspect, a, b in _columns(one, two, dialect):
                yield Difference("column", path, aspect, a, b, table)
        elif one is not None and right.lacks_column(name):
            yield Difference("column", path, MISSING, one, None, table)
        elif two is not None and left.lacks_column(name):
            yield Difference("column", path, EXTRA, None, two, table)
    for kind, path, aspect, a, b in part_differences(left, right, dialect):
        yield Difference(kind, path, aspect, a, b, table)
    a, b = left.definition.comment, right.definition.comment
    if (a or None) != (b or None) and left.complete and right.complete:
        yield Difference("table", str(table), "comment", a, b, table)


def _columns(left: ColumnDef, right: ColumnDef, dialect: str | None) -> Iterator[tuple[str, Any, Any]]:
    yield from type_aspects(left.type, right.type, dialect)
    if isinstance(left.nullable, bool) and isinstance(right.nullable, bool) and left.nullable != right.nullable:
        yield "nullable", left.nullable, right.nullable
    if not _same_default(left, right):
        yield "default", left.default, right.default
    if (left.identity is None) != (right.identity is None):
        yield "identity", left.identity, right.identity
    if _known(left) and _known(right):
        a, b = left.generated, right.generated
        if (a is None) != (b is None) or (a is not None and b is not None and not same_sql(a.sql, b.sql)):
            yield "generated", a, b
        if (left.comment or None) != (right.comment or None):
            yield "comment", left.comment, right.comment


def _known(column: ColumnDef) -> bool:
    """Whether more than the name of a column is known."""
    return not (isinstance(column.type, Unknown) and isinstance(column.default, Unknown))


def _same_default(left: ColumnDef, right: ColumnDef) -> bool:
    """Whether two columns have the same default, as far as is known."""
    if isinstance(left.default, Unknown) or isinstance(right.default, Unknown):
        return True
    kind = left.type if not isinstance(left.type, Unknown) else right.type
    return default_form(left.default, kind) == default_form(right.default, kind)
