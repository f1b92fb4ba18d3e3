"""SQL expressions written with SQLAlchemy, as text: defaults, conditions, keys of indexes."""

from __future__ import annotations

import re

from schemalint.facts.tables import Default, Generated, Identity, IndexElement
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import (
    HOLE,
    Instance,
    Made,
    Member,
    Symbol,
    Unsure,
    Value,
    is_scalar,
    members,
    unknown,
)

_TEXTS = frozenset({"sqlalchemy.text", "sqlalchemy.literal_column", "sqlalchemy.column", "sqlalchemy.DDL"})
_TEXT_CLASSES = frozenset({"sqlalchemy.TextClause", "sqlalchemy.ColumnClause", "sqlalchemy.Column", "quoted_name"})
_LITERALS = frozenset({"sqlalchemy.literal", "alembic.op.inline_literal", "sqlalchemy.bindparam"})
_CONSTANTS = {
    "sqlalchemy.true": "true",
    "sqlalchemy.false": "false",
    "sqlalchemy.null": "NULL",
}
_WITHOUT_CALL = frozenset({"current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"})
_QUOTED = re.compile(r"'((?:[^']|'')*)'", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SAME = frozenset({"label", "bindparams", "columns", "self_group", "op", "scalar_subquery"})
_ORDERINGS = frozenset({"desc", "asc", "nulls_first", "nulls_last", "nullsfirst", "nullslast"})
_KEY = re.compile(
    r'"?(?P<name>[A-Za-z_]\w*)"?(?P<order>\s+(?:ASC|DESC))?(?:\s+NULLS\s+(?P<nulls>FIRST|LAST))?', re.IGNORECASE
)


def sql_of(value: Value) -> str | Unknown:
    """An expression as SQL; Unknown where it cannot be read."""
    if isinstance(value, str):
        return Unknown("part of it is computed") if HOLE in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if value is None:
        return "NULL"
    if isinstance(value, Symbol):
        name = value.name
        return _CONSTANTS.get(name) or (_function(name, ()) if name.startswith("sqlalchemy.func.") else unknown(value))
    if isinstance(value, Member):
        return column_name(value) or unknown(value)
    return _made_sql(value) if isinstance(value, Made) else unknown(value)


def _made_sql(value: Made) -> str | Unknown:
    if value.callee in _TEXTS or value.callee in _TEXT_CLASSES:
        text = value.value("text", 0)
        return sql_of(text) if isinstance(text, str) else unknown(text)
    if value.callee in _CONSTANTS:
        return _CONSTANTS[value.callee]
    if value.callee in _LITERALS:
        literal = value.value("value", 0)
        return quoted(literal) if isinstance(literal, str) else sql_of(literal)
    if value.callee.startswith("sqlalchemy.func."):
        return _function(value.callee, value.positional)
    if value.callee in ("sqlalchemy.desc", "sqlalchemy.asc") and value.positional:
        inner = sql_of(value.positional[0])
        return inner if isinstance(inner, Unknown) else f"{inner} {value.callee[-4:].strip('.').upper()}"
    if value.callee in ("sqlalchemy.not_",) and value.positional:
        inner = sql_of(value.positional[0])
        return inner if isinstance(inner, Unknown) else f"NOT ({inner})"
    if value.owner is not None:
        inner = sql_of(value.owner)
        if isinstance(inner, Unknown) or value.callee in _SAME:
            return inner
        if value.callee in ("desc", "asc"):
            return f"{inner} {value.callee.upper()}"
        return _method_sql(inner, value)
    return unknown(value)


def _method_sql(inner: str, value: Made) -> str | Unknown:
    operand = value.positional[0] if value.positional else None
    if value.callee in ("is_", "is_not", "isnot") and operand is None:
        return f"{inner} IS {'' if value.callee == 'is_' else 'NOT '}NULL"
    if value.callee in ("is_", "is_not", "isnot"):
        right = sql_of(operand)
        return right if isinstance(right, Unknown) else f"{inner} IS {'' if value.callee == 'is_' else 'NOT '}{right}"
    known = members(operand)
    if value.callee == "in_" and known is not None and all(is_scalar(item) for item in known):
        listed = ", ".join(quoted(item) if isinstance(item, str) else str(item) for item in known)
        return f"{inner} IN ({listed})"
    return unknown(value)


def _function(name: str, args: tuple[Value, ...]) -> str | Unknown:
    short = name.removeprefix("sqlalchemy.func.")
    if short in _WITHOUT_CALL and not args:
        return short.upper()
    parts: list[str] = []
    for arg in args:
        part = quoted(arg) if isinstance(arg, str) else sql_of(arg)
        if isinstance(part, Unknown):
            return part
        parts.append(part)
    return f"{short}({', '.join(parts)})"


def quoted(text: str) -> str:
    """The text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def column_name(value: Value) -> str | None:
    """The name of a column that is given as text, as `column("x")`, `Column("x")` or `table.c.x`."""
    if isinstance(value, str):
        return str(value) if HOLE not in value else None
    if isinstance(value, Made) and value.callee in ("sqlalchemy.column", "sqlalchemy.Column", "sqlalchemy.quoted_name"):
        name = value.value("name", 0)
        return str(name) if isinstance(name, str) and HOLE not in name else None
    if isinstance(value, Member) and isinstance(value.owner, Member) and value.owner.name in ("c", "columns"):
        return value.name
    return None


# ---------------------------------------------------------------------------------------------------------- defaults


def default_of(value: Value) -> Default | Unknown | None:
    """A `server_default`; None where it is none, or is one that only the library knows of."""
    if value is None:
        return None
    if isinstance(value, str):
        return Unknown("part of it is computed") if HOLE in value else Default(value, literal=True)
    if isinstance(value, Made) and value.callee in ("sqlalchemy.DefaultClause", "sqlalchemy.schema.DefaultClause"):
        return default_of(value.value("arg", 0))
    if isinstance(value, Made) and value.callee.rpartition(".")[2] == "FetchedValue":
        return None
    if isinstance(value, Instance) and isinstance(value.fields.get("value"), str):
        return Default(str(value.fields["value"]), literal=True)
    if isinstance(value, Made) and value.callee in _LITERALS:
        inner = value.value("value", 0)
        return default_of(inner) if isinstance(inner, str) else default_of_sql(sql_of(inner))
    return default_of_sql(sql_of(value))


def default_of_sql(sql: str | Unknown) -> Default | Unknown:
    """A default written in SQL. A quoted text, a number, true, false and null are literals."""
    if isinstance(sql, Unknown):
        return sql
    text = sql.strip()
    string = _QUOTED.fullmatch(text)
    if string is not None:
        return Default(string[1].replace("''", "'"), literal=True)
    constant = _NUMBER.fullmatch(text) is not None or text.lower() in ("true", "false", "null")
    return Default(text, literal=constant)


def identity_of(value: Value) -> Identity | None:
    """An `Identity(...)`."""
    if isinstance(value, Made) and value.callee == "sqlalchemy.Identity":
        return Identity(always=value.value("always", 0) is True)
    return None


def generated_of(value: Value) -> Generated | None:
    """A `Computed(...)`."""
    if not isinstance(value, Made) or value.callee != "sqlalchemy.Computed":
        return None
    sql = sql_of(value.value("sqltext", 0))
    stored = value.value("persisted", 1)
    return Generated("" if isinstance(sql, Unknown) else sql, stored if isinstance(stored, bool) else None)


# -------------------------------------------------------------------------------------------------- keys of indexes


def index_element(value: Value) -> IndexElement | Unknown:
    """One key of an index."""
    if isinstance(value, str):
        return Unknown("a key is computed") if HOLE in value else IndexElement(column=str(value))
    if isinstance(value, Made) and value.owner is not None and value.callee in _ORDERINGS:
        return _ordered(index_element(value.owner), value.callee)
    ordering = value.callee.rpartition(".")[2] if isinstance(value, Made) else ""
    if isinstance(value, Made) and value.positional and ordering in _ORDERINGS:
        inner = value.positional[0]
        return _ordered(index_element(inner), ordering)
    name = column_name(value)
    if name is not None:
        return IndexElement(column=name)
    if isinstance(value, Unsure):
        return Unknown(value.reason)
    sql = sql_of(value)
    if isinstance(sql, Unknown):
        return sql
    return key_of_sql(sql)


def key_of_sql(sql: str) -> IndexElement:
    """One key of an index that is written as SQL."""
    match = _KEY.fullmatch(sql.strip())
    if match is None:
        return IndexElement(expression=sql.strip())
    nulls = match["nulls"]
    descending = (match["order"] or "").strip().upper() == "DESC"
    return IndexElement(column=match["name"], descending=descending, nulls=nulls.lower() if nulls else None)


def _ordered(element: IndexElement | Unknown, how: str) -> IndexElement | Unknown:
    if isinstance(element, Unknown):
        return element
    nulls = {"nulls_first": "first", "nullsfirst": "first", "nulls_last": "last", "nullslast": "last"}.get(how)
    return IndexElement(
        column=element.column,
        expression=element.expression,
        descending=element.descending or how == "desc",
        nulls=nulls or element.nulls,
        operator_class=element.operator_class,
        collation=element.collation,
    )
