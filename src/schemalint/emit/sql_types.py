"""Column types as SQL."""

from __future__ import annotations

import re
from typing import Union

from schemalint.emit.names import path, quoted, text
from schemalint.facts.names import ObjectName
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.spelling import for_dialect

_POSTGRESQL = {
    "double": "DOUBLE PRECISION",
    "binary": "BYTEA",
}
_MYSQL = {
    "real": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOL",
    "binary": "BLOB",
    "timestamp": "DATETIME",
    "interval": "DATETIME",
    "uuid": "CHAR(32)",
    "jsonb": "JSON",
    "inet": "VARCHAR(45)",
    "xml": "TEXT",
}
_SQLITE = {
    "real": "REAL",
    "double": "FLOAT",
    "binary": "BLOB",
    "timestamp": "DATETIME",
    "interval": "DATETIME",
    "uuid": "CHAR(32)",
    "jsonb": "JSON",
    "inet": "VARCHAR",
    "xml": "TEXT",
}
_NAMES = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "mariadb": _MYSQL, "sqlite": _SQLITE}
_ONE_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_LONG_TEXTS = frozenset({"tinytext", "mediumtext", "longtext", "tinyblob", "mediumblob", "longblob"})


def sql_type(kind: ColumnType, dialect: str = "postgresql") -> Union[str, Unknown]:
    """A type as the server names it; Unknown where it is not known, or none of that server."""
    if isinstance(kind, Unknown):
        return kind
    kind = for_dialect(kind, dialect)
    if kind.family == "other":
        return _other(kind)
    if kind.family == "enum":
        return _enum(kind, dialect)
    if kind.family == "array":
        return _array(kind, dialect)
    written = _sized(kind, dialect)
    return f"{written} COLLATE {_collation(kind.collation, dialect)}" if kind.collation is not None else written


def _sized(kind: SqlType, dialect: str) -> str:
    name = _NAMES.get(dialect, {}).get(kind.family, kind.family.upper())
    if kind.family in ("varchar", "char", "bit"):
        return f"{name}({kind.length})" if kind.length is not None else _without_length(kind, name, dialect)
    if kind.family == "numeric" and kind.precision is not None:
        return f"{name}({kind.precision})" if kind.scale is None else f"{name}({kind.precision}, {kind.scale})"
    if kind.family == "double" and kind.precision is not None and dialect != "sqlite":
        return f"FLOAT({kind.precision})"
    if kind.family in ("timestamp", "time") and dialect == "postgresql":
        precision = f"({kind.precision})" if kind.precision is not None else ""
        return f"{name}{precision} {'WITH' if kind.timezone else 'WITHOUT'} TIME ZONE"
    if kind.family in ("timestamp", "time") and kind.precision is not None and dialect != "sqlite":
        return f"{name}({kind.precision})"
    if kind.name == "cidr" and dialect == "postgresql":
        return "CIDR"
    if kind.name in _LONG_TEXTS and dialect in ("mysql", "mariadb"):
        return kind.name.upper()
    if kind.name == "tinyint" and dialect in ("mysql", "mariadb"):
        return "TINYINT(1)" if kind.length == 1 else "TINYINT"
    return name


def _without_length(kind: SqlType, name: str, dialect: str) -> str:
    """MySQL has no VARCHAR without a length."""
    return "TEXT" if kind.family == "varchar" and dialect in ("mysql", "mariadb") else name


def _collation(name: str, dialect: str) -> str:
    return quoted(name, dialect) if dialect in ("mysql", "mariadb") else '"' + name.replace('"', '""') + '"'


def _enum(kind: SqlType, dialect: str) -> Union[str, Unknown]:
    if not kind.native or dialect not in ("postgresql", "mysql", "mariadb"):
        length = kind.length
        if length is None and isinstance(kind.values, tuple):
            length = max((len(value) for value in kind.values), default=0)
        if length is None:
            return Unknown("the length of the enum's values is not known")
        return f"VARCHAR({length})" if length else "VARCHAR"
    if dialect == "postgresql":
        return path(kind.enum) if isinstance(kind.enum, ObjectName) else Unknown("the enum has no name")
    if not isinstance(kind.values, tuple):
        return kind.values or Unknown("the values of the enum are not known")
    return f"ENUM({', '.join(text(value) for value in kind.values)})"


def _array(kind: SqlType, dialect: str) -> Union[str, Unknown]:
    if dialect != "postgresql":
        return Unknown(f"{dialect} has no arrays")
    item = sql_type(kind.item, dialect) if kind.item is not None else Unknown("the type of the elements is not known")
    return item if isinstance(item, Unknown) else f"{item}[]"


def _other(kind: SqlType) -> Union[str, Unknown]:
    """A type that only its name is known of: it is one of the server where it is one plain word."""
    if kind.name is not None and _ONE_WORD.fullmatch(kind.name):
        return kind.name
    return Unknown(f"it is not known what {kind.name or 'the type'} is on the server")
