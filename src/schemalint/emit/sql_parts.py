"""Columns, constraints and indexes as the clauses of SQL statements."""

from __future__ import annotations

import re
from typing import Union

from schemalint.emit.names import listed, path, quoted, text
from schemalint.emit.sql_types import sql_type
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    Default,
    ExcludeDef,
    ForeignKeyDef,
    Generated,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.definitions import default_index_name
from schemalint.schema.spelling import for_dialect

Clause = Union[str, Unknown]

_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double"})
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NEEDS_NO_PARENTHESES = re.compile(
    r"(?:\w+|\"[^\"]+\"|\w+\s*\(.*\)|\(.*\))(?:\s+(?:asc|desc|nulls\s+first|nulls\s+last|\w+_ops|collate\s+\S+))*",
    re.IGNORECASE | re.DOTALL,
)
_SERIALS = {"smallint": "SMALLSERIAL", "integer": "SERIAL", "bigint": "BIGSERIAL"}
MYSQL = ("mysql", "mariadb")


def column_clause(column: ColumnDef, dialect: str = "postgresql") -> Clause:
    """A column as CREATE TABLE and ADD COLUMN define it; Unknown with the reason where its type is not known.

    A default or a nullability that is not known is left out; `column_doubts` says so.
    """
    kind = sql_type(column.type, dialect)
    if isinstance(kind, Unknown):
        return kind
    parts = [quoted(column.name, dialect), _serial(column, dialect) or kind]
    if column.generated is not None:
        parts.append(generated_clause(column.generated, dialect))
    elif isinstance(column.default, Default):
        parts.append(f"DEFAULT {default_sql(column.default, column.type, dialect)}")
    identity = identity_clause(column.identity, dialect) if column.identity is not None else None
    parts.extend([identity] if identity else [])
    if column.nullable is False:
        parts.append("NOT NULL")
    if column.comment and dialect in MYSQL:
        parts.append(f"COMMENT {text(column.comment)}")
    return " ".join(parts)


def column_doubts(column: ColumnDef) -> tuple[str, ...]:
    """What is not known of a column and left out where it is written."""
    if isinstance(column.type, Unknown):
        return ()
    default = column.default.reason if isinstance(column.default, Unknown) else None
    nullable = column.nullable.reason if isinstance(column.nullable, Unknown) else None
    said = (("its default", default), ("whether it may be null", nullable))
    return tuple(f"column {column.name}: {what} is not known: {reason}" for what, reason in said if reason is not None)


def _serial(column: ColumnDef, dialect: str) -> str | None:
    if column.identity is None or column.identity.style == "identity" or dialect != "postgresql":
        return None
    return _SERIALS.get(column.type.family) if isinstance(column.type, SqlType) else None


def identity_clause(identity: Identity, dialect: str = "postgresql") -> str | None:
    """What numbers a column by itself; None where nothing is written for it."""
    if dialect in MYSQL:
        return "AUTO_INCREMENT"
    if dialect == "sqlite" or identity.style != "identity":
        return None
    return f"GENERATED {'ALWAYS' if identity.always else 'BY DEFAULT'} AS IDENTITY"


def generated_clause(generated: Generated, dialect: str = "postgresql") -> str:
    """A generated column; PostgreSQL before 18 stores each."""
    stored = " STORED" if generated.stored or (generated.stored is None and dialect == "postgresql") else ""
    return f"GENERATED ALWAYS AS ({generated.sql}){stored}"


def default_sql(default: Default, kind: object, dialect: str = "postgresql") -> str:
    """A default: constants in quotes but for numbers."""
    if not default.literal and dialect == "sqlite" and default.sql.lower() == "now()":
        return "CURRENT_TIMESTAMP"  # which is what SQLAlchemy makes of `func.now()` there
    if not default.literal:
        return f"({default.sql})" if dialect == "sqlite" and not _is_simple(default.sql) else default.sql
    truth = {"true": "1", "false": "0"}.get(default.sql.lower()) if dialect == "sqlite" else None
    family = for_dialect(kind, dialect).family if isinstance(kind, SqlType) else ""
    if family in _NUMBERS and _NUMBER.fullmatch(default.sql):
        return default.sql
    if family == "boolean" and truth is not None:
        return truth
    if default.sql.lower() == "null" or (family == "boolean" and default.sql.lower() in ("true", "false")):
        return default.sql.lower()
    return text(default.sql)


def _is_simple(sql: str) -> bool:
    return re.fullmatch(r"\(.*\)|'(?:[^']|'')*'|[\w.+-]+", sql.strip(), re.DOTALL) is not None


def constraint_clause(constraint: ConstraintDef, dialect: str = "postgresql") -> Clause:
    """A constraint as CREATE TABLE and ADD CONSTRAINT define it; one without a name is named by the server."""
    body = _body(constraint, dialect)
    if isinstance(body, Unknown) or constraint.name is None:
        return body
    return f"CONSTRAINT {quoted(constraint.name, dialect)} {body}"


def _body(constraint: ConstraintDef, dialect: str) -> Clause:
    if isinstance(constraint, PrimaryKeyDef):
        return f"PRIMARY KEY ({listed(constraint.columns, dialect)}){deferral(constraint, dialect)}"
    if isinstance(constraint, ForeignKeyDef):
        return _reference(constraint, dialect)
    if isinstance(constraint, CheckDef):
        return constraint.sql if isinstance(constraint.sql, Unknown) else f"CHECK ({constraint.sql})"
    if isinstance(constraint, ExcludeDef):
        return constraint.sql if isinstance(constraint.sql, Unknown) else _exclude(constraint, dialect)
    nulls = " NULLS NOT DISTINCT" if not constraint.nulls_distinct and dialect == "postgresql" else ""
    return f"UNIQUE{nulls} ({listed(constraint.columns, dialect)}){deferral(constraint, dialect)}"


def deferral(constraint: Union[PrimaryKeyDef, UniqueDef, ForeignKeyDef, ExcludeDef], dialect: str) -> str:
    """When the constraint is checked; SQLite can put off foreign keys alone, MySQL nothing."""
    able = dialect == "postgresql" or (dialect == "sqlite" and isinstance(constraint, ForeignKeyDef))
    if not constraint.deferrable or not able:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if constraint.initially_deferred else " DEFERRABLE"


def _exclude(constraint: ExcludeDef, dialect: str) -> str:
    assert isinstance(constraint.sql, str)
    words = "" if constraint.sql.upper().startswith("EXCLUDE") else "EXCLUDE "
    return f"{words}{constraint.sql}{deferral(constraint, dialect)}"


def _reference(key: ForeignKeyDef, dialect: str) -> Clause:
    if isinstance(key.target, Unknown):
        return key.target
    columns = f" ({listed(key.target_columns, dialect)})" if key.target_columns else ""
    actions = "".join(
        f" ON {event} {action.upper()}"
        for event, action in (("DELETE", key.on_delete), ("UPDATE", key.on_update))
        if action
    )
    target = path(key.target, dialect)
    return f"FOREIGN KEY ({listed(key.columns, dialect)}) REFERENCES {target}{columns}{actions}{deferral(key, dialect)}"


def index_statement(
    index: IndexDef,
    table: ObjectName,
    dialect: str = "postgresql",
    *,
    concurrently: bool = False,
    if_not_exists: bool = False,
    only: bool = False,
) -> Clause:
    """CREATE INDEX without the semicolon; Unknown with the reason where it cannot be written."""
    for doubt in (index.name, index.elements, index.unique, index.predicate):
        if isinstance(doubt, Unknown):
            return doubt
    assert not isinstance(index.elements, Unknown)
    words = ["CREATE UNIQUE INDEX" if index.unique else "CREATE INDEX"]
    if concurrently and dialect == "postgresql":
        words.append("CONCURRENTLY")
    if if_not_exists and dialect not in MYSQL:
        words.append("IF NOT EXISTS")
    name = index.name
    if name is None and dialect != "postgresql":
        name = default_index_name(table.name, index)
    if isinstance(name, str):
        words.append(quoted(name, dialect))
    words.append(f"ON {'ONLY ' if only and dialect == 'postgresql' else ''}{path(table, dialect)}")
    if index.method is not None and dialect == "postgresql":
        words.append(f"USING {index.method}")
    words.append(f"({', '.join(element_clause(element, dialect) for element in index.elements)})")
    if index.include and dialect == "postgresql":
        words.append(f"INCLUDE ({listed(index.include)})")
    if not index.nulls_distinct and dialect == "postgresql":
        words.append("NULLS NOT DISTINCT")
    if index.predicate is not None:
        if dialect in MYSQL:
            return Unknown("MySQL has no partial indexes")
        words.append(f"WHERE {index.predicate}")
    return " ".join(words)


def element_clause(element: IndexElement, dialect: str = "postgresql") -> str:
    """A key of an index."""
    if element.column is not None:
        written = quoted(element.column, dialect)
    else:
        sql = (element.expression or "").strip()
        written = sql if _NEEDS_NO_PARENTHESES.fullmatch(sql) else f"({sql})"
    if element.collation is not None:
        written += f' COLLATE "{element.collation}"'
    if element.operator_class is not None and dialect == "postgresql":
        written += f" {element.operator_class}"
    if element.descending:
        written += " DESC"
    if element.nulls is not None and dialect not in MYSQL:
        written += f" NULLS {element.nulls.upper()}"
    return written
