"""Differences between two schemas, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from schemalint.emit.sql_parts import column_clause, constraint_clause, default_sql, element_clause, index_statement
from schemalint.emit.sql_types import sql_type
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
    EnumDef,
    ExcludeDef,
    ForeignKeyDef,
    Generated,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.compare import EXTRA, MISSING, Difference

_CONSTRAINTS = (PrimaryKeyDef, UniqueDef, CheckDef, ForeignKeyDef, ExcludeDef)


def differences_text(differences: Iterable[Difference], left: str, right: str, dialect: str = "postgresql") -> str:
    """A line for each difference: `-` only the left side has it, `+` only the right side has it, `~` it differs."""
    lines = [_line(item, dialect) for item in differences]
    if not lines:
        return f"no difference between {left} and {right}, as far as both are known\n"
    return "\n".join([f"--- {left}", f"+++ {right}", *lines]) + "\n"


def _line(item: Difference, dialect: str) -> str:
    if item.aspect == MISSING:
        return f"- {item.kind} {item.object}{_detail(item.left, item, dialect)}"
    if item.aspect == EXTRA:
        return f"+ {item.kind} {item.object}{_detail(item.right, item, dialect)}"
    left, right = (value_text(value, item.table, dialect) for value in (item.left, item.right))
    return f"~ {item.kind} {item.object}: {item.aspect.replace('_', ' ')} {left} -> {right}"


def _detail(value: object, item: Difference, dialect: str) -> str:
    """What is missing or extra, but for tables, of which there is too much to say."""
    if isinstance(value, TableDef):
        return f": {len(value.columns)} columns"
    text = value_text(value, item.table, dialect)
    return f": {text}" if text else ""


def differences_json(differences: Iterable[Difference], left: str, right: str) -> str:
    """The same as JSON: an object with `left`, `right` and the list `differences`."""
    record = {"left": left, "right": right, "differences": [difference_record(item) for item in differences]}
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def difference_record(item: Difference) -> dict[str, Any]:
    """A difference for JSON, its values as SQL."""
    return {
        "kind": item.kind,
        "object": item.object,
        "aspect": item.aspect,
        "left": _json_value(item.left, item.table),
        "right": _json_value(item.right, item.table),
    }


def _json_value(value: object, table: ObjectName | None) -> object:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return list(value)
    if isinstance(value, TableDef):
        return [column.name for column in value.columns]
    return value_text(value, table)


def value_text(value: object, table: ObjectName | None = None, dialect: str = "postgresql") -> str:
    """A definition, or a part of one, in the words of SQL."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    written = _sql(value, table, dialect)
    if isinstance(written, Unknown):
        return f"not known ({written.reason})"
    return written if written is not None else str(value)


def _sql(value: object, table: ObjectName | None, dialect: str) -> str | Unknown | None:
    if isinstance(value, Unknown):
        return value
    if isinstance(value, SqlType):
        return sql_type(value, dialect)
    if isinstance(value, ColumnDef):
        return column_clause(value, dialect)
    if isinstance(value, Default):
        return default_sql(value, None, dialect)
    if isinstance(value, IndexDef):
        return index_statement(value, table or ObjectName("?"), dialect)
    if isinstance(value, _CONSTRAINTS):
        return constraint_clause(value, dialect)
    if isinstance(value, EnumDef):
        return value.values if isinstance(value.values, Unknown) else ", ".join(value.values)
    if isinstance(value, (Identity, Generated)):
        return value.style if isinstance(value, Identity) else value.sql
    if isinstance(value, tuple):
        return ", ".join(_each(value, dialect))
    return getattr(value, "sql", None) or ("" if hasattr(value, "mentions") else None)


def _each(values: tuple[object, ...], dialect: str) -> Iterator[str]:
    for value in values:
        yield element_clause(value, dialect) if isinstance(value, IndexElement) else str(value)
