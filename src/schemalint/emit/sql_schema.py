"""A schema as one script that makes it on an empty server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Union

from msgspec.structs import replace

from schemalint.emit.names import comment, path, quoted
from schemalint.emit.sql import statement, statements, table_statements
from schemalint.emit.sql_parts import column_clause, constraint_clause, index_statement
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddConstraint, CreateEnum, CreateObject
from schemalint.facts.tables import (
    CheckDef,
    ConstraintDef,
    EnumDef,
    ForeignKeyDef,
    IndexDef,
    TableDef,
)
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown
from schemalint.schema.compare_sides import SchemaDef
from schemalint.schema.definitions import constraint_columns, enums_of, index_columns
from schemalint.schema.keys import apart
from schemalint.schema.view import MATERIALIZED_VIEW, SchemaView

_BEFORE_TABLES = ("extension", "collation", "domain", "type", "sequence")
_OF_NO_TABLE = Unknown("a column of it is not written")


def schema_of(view: SchemaView) -> SchemaDef:
    """What is known to be there in a view, as definitions; with the names that renames have left as they were."""
    tables = tuple(table.definition_as_named for table in view.tables())
    return SchemaDef(tables, tuple(enum.definition for enum in view.enums()), view.self_contained)


def schema_sql(schema: Union[SchemaView, SchemaDef], dialect: str = "postgresql") -> str:
    """The script. Types come first, then tables, those that others refer to before them; foreign keys after all.

    What is not known is a comment with its reason, so that the rest can be loaded.
    """
    objects = [item.definition for item in schema.objects()] if isinstance(schema, SchemaView) else []
    grown = isinstance(schema, SchemaView)
    definitions = schema_of(schema) if isinstance(schema, SchemaView) else schema
    groups = [
        [*_schemas(definitions, dialect)],
        [*_objects((item for item in objects if item.kind in _BEFORE_TABLES), dialect)],
        [*_enums(definitions, dialect)],
        *([*_table(table, dialect, grown)] for table in in_order(definitions.tables)),
        [*_references(definitions, dialect)],
        [*_objects(_triggers_last(item for item in objects if item.kind not in _BEFORE_TABLES), dialect, schema)],
    ]
    return "\n\n".join("\n".join(group) for group in groups if group) + "\n"


def in_order(tables: Iterable[TableDef]) -> tuple[TableDef, ...]:
    """Tables, each after those that it refers to; where they refer to each other, as they came."""
    waiting = {table.name: table for table in tables}
    ordered: list[TableDef] = []
    while waiting:
        ready = [table for table in waiting.values() if not (_targets(table) - {table.name}) & waiting.keys()]
        ready = ready or [next(iter(waiting.values()))]
        ordered += ready
        for table in ready:
            del waiting[table.name]
    return tuple(ordered)


def _targets(table: TableDef) -> set[ObjectName]:
    keys = (item for item in table.constraints if isinstance(item, ForeignKeyDef))
    return {key.target for key in keys if isinstance(key.target, ObjectName)}


def _schemas(schema: SchemaDef, dialect: str) -> Iterator[str]:
    names = (*(enum.name for enum in schema.enums), *(table.name for table in schema.tables))
    for name in dict.fromkeys(name.schema for name in names):
        if name is not None and name != "public" and dialect != "sqlite":
            yield f"CREATE SCHEMA IF NOT EXISTS {quoted(name, dialect)};"


def _triggers_last(objects: Iterable[CreateObject]) -> list[CreateObject]:
    """The objects as they came, but triggers after the functions they call, which renames may have put behind them."""
    return sorted(objects, key=lambda item: item.kind == "trigger")


def _objects(
    objects: Iterable[CreateObject], dialect: str, schema: Union[SchemaView, SchemaDef, None] = None
) -> Iterator[str]:
    """The objects, materialized views with their indexes."""
    for item in objects:
        yield from statements(item, dialect)
        held = schema.table(item.name) if isinstance(schema, SchemaView) and item.kind == MATERIALIZED_VIEW else None
        for index in held.indexes() if held is not None else ():
            clause = index_statement(index.definition, item.name, dialect)
            yield statement(clause, f"index {index.definition.name or ''} of {item.name}")


def _enums(schema: SchemaDef, dialect: str) -> Iterator[str]:
    """The enum types, and those that columns use though nothing that was understood made them."""
    if dialect != "postgresql":
        return
    known = {enum.name: enum for enum in schema.enums}
    for table in schema.tables:
        for column in table.columns:
            for name in enums_of(column.type):
                known.setdefault(name, EnumDef(name, _values(column.type)))
    for enum in known.values():
        yield from statements(CreateEnum(enum), dialect)


def _values(kind: ColumnType) -> Union[tuple[str, ...], Unknown]:
    while not isinstance(kind, Unknown) and kind.item is not None:
        kind = kind.item
    if isinstance(kind, Unknown) or not kind.values:
        return Unknown("the values of the enum are not known")
    return kind.values


def _table(table: TableDef, dialect: str, grown: bool) -> Iterator[str]:
    """The table; what is over a column that cannot be written cannot be either.

    Of a table that has `grown`, statement by statement, PostgreSQL keeps constraints that it would merge in one.
    """
    lacking = {column.name for column in table.columns if isinstance(column_clause(column, dialect), Unknown)}
    if lacking:
        table = replace(
            table,
            constraints=tuple(_without(item, lacking) for item in table.constraints),
            indexes=tuple(_index_without(item, lacking) for item in table.indexes),
        )
    together, later = apart(table.constraints) if grown and dialect == "postgresql" else (table.constraints, ())
    yield from table_statements(replace(table, constraints=together), dialect, references=dialect == "sqlite")
    for constraint in later:
        yield from statements(AddConstraint(table.name, constraint), dialect)


def _without(constraint: ConstraintDef, lacking: set[str]) -> ConstraintDef:
    if lacking.intersection(constraint_columns(constraint)):
        return CheckDef(constraint.name, _OF_NO_TABLE)
    return constraint


def _index_without(index: IndexDef, lacking: set[str]) -> IndexDef:
    return replace(index, elements=_OF_NO_TABLE) if lacking.intersection(index_columns(index)) else index


def _references(schema: SchemaDef, dialect: str) -> Iterator[str]:
    """The foreign keys, each by itself."""
    if dialect == "sqlite":
        return
    known = {path(_plain(table.name), dialect) for table in schema.tables}
    for table in schema.tables:
        for key in table.constraints:
            if not isinstance(key, ForeignKeyDef):
                continue
            title = f"foreign key ({', '.join(key.columns)}) of {table.name}"
            if isinstance(key.target, ObjectName) and path(_plain(key.target), dialect) not in known:
                yield comment(f"{title}: the history never made {key.target}")
                continue
            clause = constraint_clause(key, dialect)
            written = clause if isinstance(clause, Unknown) else f"ALTER TABLE {path(table.name, dialect)} ADD {clause}"
            yield statement(written, title)


def _plain(name: ObjectName) -> ObjectName:
    return ObjectName(name.name) if name.schema == "public" else name
