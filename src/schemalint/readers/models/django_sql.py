"""Expressions of Django's ORM as SQL, as far as constraints and indexes use them: `Q(...)`, `F(...)`, functions."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.facts.tables import Default, IndexElement
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE, Instance, Items, Made, Value, is_scalar, unknown

_OPERATORS = {
    "": "=",
    "exact": "=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
}
_FUNCTIONS = {
    "Now": "STATEMENT_TIMESTAMP",
    "Lower": "LOWER",
    "Upper": "UPPER",
    "Length": "LENGTH",
    "Coalesce": "COALESCE",
}

Columns = Callable[[str], str]


def condition_sql(value: Value, column: Columns) -> str | Unknown:
    """A condition or expression as SQL; `column` gives the column of a field."""
    if isinstance(value, Instance):
        value = value.fields.get("value")
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_scalar(value):
        return "NULL" if value is None else str(value)
    if not isinstance(value, Made):
        return unknown(value)
    short = value.callee.rpartition(".")[2]
    if short == "Q":
        parts = [condition_sql(item, column) for item in value.positional]
        parts.extend(
            _lookup(arg.keyword, arg.value, column) for arg in value.args if arg.keyword not in (None, "*", "**")
        )
        return _joined(parts, " AND ")
    if short == "F":
        name = value.value("name", 0)
        return column(name) if isinstance(name, str) and HOLE not in name else unknown(name)
    if short == "Value":
        return condition_sql(value.value("value", 0), column)
    if short in _FUNCTIONS and value.owner is None:
        arguments = [
            column(item) if isinstance(item, str) else condition_sql(item, column) for item in value.positional
        ]
        inner = _joined(arguments, ", ")
        return inner if isinstance(inner, Unknown) else f"{_FUNCTIONS[short]}({inner})"
    return unknown(value)


def _joined(parts: list[str | Unknown], separator: str) -> str | Unknown:
    doubt = next((part for part in parts if isinstance(part, Unknown)), None)
    return doubt if doubt is not None else separator.join(part for part in parts if isinstance(part, str))


def _lookup(keyword: str | None, value: Value, column: Columns) -> str | Unknown:
    name, _, lookup = (keyword or "").partition("__")
    left = column(name)
    if lookup == "isnull" and isinstance(value, bool):
        return f"{left} IS {'' if value else 'NOT '}NULL"
    if lookup == "in" and isinstance(value, Items) and not value.open:
        items = _joined([condition_sql(item, column) for item in value.values], ", ")
        return items if isinstance(items, Unknown) else f"{left} IN ({items})"
    if lookup not in _OPERATORS:
        return Unknown(f"the lookup {lookup} is not read")
    if value is None:
        return f"{left} IS NULL" if _OPERATORS[lookup] == "=" else Unknown("None is not compared")
    if isinstance(value, bool) and _OPERATORS[lookup] == "=":
        return left if value else f"NOT {left}"
    right = condition_sql(value, column)
    return right if isinstance(right, Unknown) else f"{left} {_OPERATORS[lookup]} {right}"


def _quoted(text: str) -> str | Unknown:
    return Unknown("part of it is computed") if HOLE in text else "'" + text.replace("'", "''") + "'"


def default_sql(value: Value) -> Default | Unknown:
    """A `db_default`."""
    if isinstance(value, Instance):
        value = value.fields.get("value")
    if isinstance(value, Made) and value.callee.rpartition(".")[2] == "Value":
        value = value.value("value", 0)
    if isinstance(value, str) and HOLE not in value:
        return Default(value, literal=True)
    sql = condition_sql(value, lambda name: name)
    return sql if isinstance(sql, Unknown) else Default(sql, literal=is_scalar(value))


def index_key(value: Value, column: Columns) -> IndexElement | Unknown:
    """A key of an index: the name of a field, descending with a minus, or an expression."""
    if isinstance(value, str) and HOLE not in value:
        return IndexElement(column=column(value.lstrip("-")), descending=value.startswith("-"))
    if isinstance(value, Made) and value.callee in ("desc", "asc") and value.owner is not None:
        inner = index_key(value.owner, column)
        if isinstance(inner, Unknown) or value.callee == "asc":
            return inner
        return IndexElement(column=inner.column, expression=inner.expression, descending=True)
    short = value.callee.rpartition(".")[2] if isinstance(value, Made) else ""
    if isinstance(value, Made) and short in ("OpClass", "Collate") and value.positional:
        return index_key(value.positional[0], column)
    if isinstance(value, Made) and short == "F":
        name = value.value("name", 0)
        return IndexElement(column=column(name)) if isinstance(name, str) and HOLE not in name else unknown(name)
    sql = condition_sql(value, column)
    return sql if isinstance(sql, Unknown) else IndexElement(expression=sql)
