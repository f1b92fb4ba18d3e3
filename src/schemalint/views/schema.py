"""Schemas: as SQL that a server accepts, as JSON, and as diagrams of tables and what they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Union

import msgspec

from schemalint.emit.sql_parts import constraint_clause, default_sql, index_statement
from schemalint.emit.sql_schema import in_order, schema_of, schema_sql
from schemalint.emit.sql_types import sql_type
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    ColumnDef,
    Default,
    EnumDef,
    ForeignKeyDef,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.schema.compare_sides import SchemaDef
from schemalint.schema.view import SchemaView

Schema = Union[SchemaView, SchemaDef]


def definitions_of(schema: Schema) -> SchemaDef:
    """The schema as definitions."""
    return schema_of(schema) if isinstance(schema, SchemaView) else schema


def schema_as_sql(schema: Schema, dialect: str) -> str:
    """A script that makes the schema; its first lines say what is not known of it."""
    doubts = [f"-- {line}" for line in _doubts(schema)]
    script = schema_sql(schema, dialect)
    return "\n".join(doubts) + "\n\n" + script if doubts else script


def _doubts(schema: Schema) -> Iterator[str]:
    if not isinstance(schema, SchemaView):
        if not schema.complete:
            yield "there are more tables, whose names are computed"
        return
    if schema.tainted is not None:
        yield f"not all of this is certain: {schema.tainted}"
    for table in schema.tables():
        if table.gap is not None and table.gap != schema.tainted:
            yield f"{table.name} is not known in full: {table.gap}"


# --------------------------------------------------------------------------------------------------------------- JSON


def schema_as_json(schema: Schema, dialect: str) -> str:
    """An object with the lists `tables` and `enums`. Types, defaults, constraints and indexes are in the words of SQL.

    What is not known is an object: `{"unknown": "the reason"}`.
    """
    definitions = definitions_of(schema)
    gaps = {table.name: table.gap for table in schema.tables()} if isinstance(schema, SchemaView) else {}
    record = {
        "dialect": dialect,
        "uncertain": list(_doubts(schema)),
        "tables": [_table(table, dialect, gaps.get(table.name)) for table in definitions.tables],
        "enums": [_enum(enum) for enum in definitions.enums],
    }
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def _table(table: TableDef, dialect: str, gap: str | None) -> dict[str, Any]:
    return {
        "name": table.name.name,
        "schema": table.name.schema,
        "complete": table.complete,
        "gap": gap,
        "comment": table.comment,
        "columns": [_column(column, dialect) for column in table.columns],
        "constraints": [
            {
                "name": item.name,
                "kind": item.__struct_config__.tag,
                "columns": list(getattr(item, "columns", ())),
                "definition": _known(constraint_clause(item, dialect)),
            }
            for item in table.constraints
        ],
        "indexes": [
            {
                "name": _known(index.name),
                "columns": list(index.columns) if index.columns is not None else None,
                "unique": _known(index.unique),
                "definition": _known(index_statement(index, table.name, dialect)),
            }
            for index in table.indexes
        ],
    }


def _column(column: ColumnDef, dialect: str) -> dict[str, Any]:
    default = column.default
    return {
        "name": column.name,
        "type": _known(sql_type(column.type, dialect)),
        "nullable": _known(column.nullable),
        "default": default_sql(default, column.type, dialect) if isinstance(default, Default) else _known(default),
        "identity": column.identity.style if column.identity is not None else None,
        "generated": column.generated.sql if column.generated is not None else None,
        "comment": column.comment,
    }


def _enum(enum: EnumDef) -> dict[str, Any]:
    return {"name": enum.name.name, "schema": enum.name.schema, "values": _known(enum.values)}


def _known(value: object) -> object:
    return {"unknown": value.reason} if isinstance(value, Unknown) else value


# ----------------------------------------------------------------------------------------------------------- diagrams


def schema_as_mermaid(schema: Schema, dialect: str) -> str:
    """An entity relationship diagram of mermaid."""
    tables = in_order(definitions_of(schema).tables)
    known = {table.name for table in tables}
    lines = ["erDiagram"]
    for table in tables:
        lines.append(f"    {_entity(table.name)} {{")
        lines += [f"        {_attribute(column, table, dialect)}" for column in table.columns]
        lines.append("    }")
    for table in tables:
        for key in _references(table, known):
            many = "|" if _is_unique(table, key.columns) else "{"
            optional = any((table.column(name) or _NO_COLUMN).nullable is not False for name in key.columns)
            label = ", ".join(key.columns)
            target = _entity(key.target) if isinstance(key.target, ObjectName) else ""
            lines.append(f'    {target} {"|o" if optional else "||"}--o{many} {_entity(table.name)} : "{label}"')
    return "\n".join(lines) + "\n"


_NO_COLUMN = ColumnDef("", Unknown("there is no such column"))


def _entity(name: ObjectName) -> str:
    return '"' + str(name).replace('"', "'") + '"'


def _attribute(column: ColumnDef, table: TableDef, dialect: str) -> str:
    kind = sql_type(column.type, dialect)
    written = "unknown" if isinstance(kind, Unknown) else re.sub(r"[^\w\[\]()-]+", "_", kind.lower()).strip("_")
    keys = [
        label
        for label, holds in (
            ("PK", any(isinstance(c, PrimaryKeyDef) and column.name in c.columns for c in table.constraints)),
            ("FK", any(isinstance(c, ForeignKeyDef) and column.name in c.columns for c in table.constraints)),
            ("UK", any(isinstance(c, UniqueDef) and c.columns == (column.name,) for c in table.constraints)),
        )
        if holds
    ]
    name = re.sub(r"\W+", "_", column.name)
    return f"{written} {name} {', '.join(keys)}".strip()


def _references(table: TableDef, known: set[ObjectName]) -> Iterator[ForeignKeyDef]:
    for item in table.constraints:
        if isinstance(item, ForeignKeyDef) and isinstance(item.target, ObjectName) and item.target in known:
            yield item


def _is_unique(table: TableDef, columns: tuple[str, ...]) -> bool:
    keys = (item for item in table.constraints if isinstance(item, (PrimaryKeyDef, UniqueDef)))
    return any(set(key.columns) == set(columns) for key in keys)


def schema_as_dot(schema: Schema, dialect: str) -> str:
    """A directed graph of Graphviz: tables with their columns, foreign keys as edges."""
    tables = in_order(definitions_of(schema).tables)
    known = {table.name for table in tables}
    lines = ["digraph schema {", "    rankdir=LR;", "    node [shape=record];"]
    for table in tables:
        columns = "".join(f"{_dot(column.name)} : {_dot_type(column, dialect)}\\l" for column in table.columns)
        lines.append(f'    {_dot_name(table.name)} [label="{_dot(str(table.name))}|{columns}"];')
    for table in tables:
        for key in _references(table, known):
            assert isinstance(key.target, ObjectName)
            label = _dot(", ".join(key.columns))
            lines.append(f'    {_dot_name(table.name)} -> {_dot_name(key.target)} [label="{label}"];')
    return "\n".join([*lines, "}"]) + "\n"


def _dot_type(column: ColumnDef, dialect: str) -> str:
    kind = sql_type(column.type, dialect)
    return "?" if isinstance(kind, Unknown) else _dot(kind.lower())


def _dot_name(name: ObjectName) -> str:
    return '"' + str(name).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _dot(text: str) -> str:
    return re.sub(r'([\\{}|<>"])', r"\\\1", text)
