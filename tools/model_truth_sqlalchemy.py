"""Runs in the scratch environment: imports a project and prints the tables of its metadata as JSON.

Usage: model_truth_sqlalchemy.py MODULE[,MODULE...] MODULE:ATTRIBUTE
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from sqlalchemy import CheckConstraint, Enum, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import sqltypes
from sqlalchemy.sql.naming import _NONE_NAME

DIALECT = postgresql.dialect()


def main() -> None:
    modules, where = sys.argv[1:3]
    for name in modules.split(","):
        importlib.import_module(name)
    module, _, path = where.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    sys.stdout.write(json.dumps({table_key(table): dump(table) for table in found.tables.values()}, indent=1))


def table_key(table: Any) -> str:
    return f"{table.schema}.{table.name}" if table.schema else str(table.name)


def dump(table: Any) -> dict[str, Any]:
    return {
        "columns": {column.name: dump_column(column) for column in table.columns},
        "primary key": [column.name for column in table.primary_key.columns],
        "unique": sorted(
            [named(item.name), [column.name for column in item.columns]]
            for item in table.constraints
            if isinstance(item, UniqueConstraint)
        ),
        "check": sorted(
            [named(item.name), plain(item.sqltext)]
            for item in table.constraints
            if isinstance(item, CheckConstraint) and not getattr(item, "_type_bound", False)
        ),
        "foreign key": sorted(dump_key(item) for item in table.foreign_key_constraints),
        "index": sorted(
            [
                named(item.name),
                [plain(each) for each in item.expressions],
                bool(item.unique),
                plain(item.dialect_options["postgresql"].get("where")),
            ]
            for item in table.indexes
        ),
    }


def named(name: Any) -> str:
    return "" if name is None or name is _NONE_NAME else str(name)


def dump_key(key: Any) -> list[Any]:
    targets = [element.target_fullname for element in key.elements]
    table = targets[0].rpartition(".")[0]
    return [
        named(key.name),
        [column.name for column in key.columns],
        table,
        [target.rpartition(".")[2] for target in targets],
        key.ondelete or "",
        key.onupdate or "",
    ]


def dump_column(column: Any) -> dict[str, Any]:
    default = column.server_default
    text = None
    if default is not None and hasattr(default, "arg"):
        text = default.arg if isinstance(default.arg, str) else plain(default.arg)
    return {
        "type": dump_type(column.type),
        "nullable": bool(column.nullable),
        "default": text,
        "client": column.default is not None,
    }


def dump_type(kind: Any) -> str:
    inner = kind.dialect_impl(DIALECT)
    if isinstance(inner, sqltypes.TypeDecorator) and isinstance(inner.impl, (Enum, sqltypes.ARRAY)):
        return dump_type(inner.impl)
    if isinstance(kind, Enum) or isinstance(inner, Enum):
        enum = kind if isinstance(kind, Enum) else inner
        if enum.native_enum:
            return f"ENUM {enum.name} {','.join(map(str, enum.enums))}"
    if isinstance(inner, sqltypes.ARRAY):
        return f"{dump_type(inner.item_type)}[]"
    try:
        return str(kind.compile(dialect=DIALECT))
    except Exception as error:
        return f"? {type(kind).__name__}: {type(error).__name__}"


def plain(expression: Any) -> str:
    if expression is None:
        return ""
    if isinstance(expression, str):
        return expression
    name = getattr(expression, "name", None)
    if type(expression).__name__ in ("Column", "MappedColumn") and isinstance(name, str):
        return name
    try:
        return str(expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True, "include_table": False}))
    except Exception as error:
        return f"? {type(error).__name__}"


if __name__ == "__main__":
    main()
