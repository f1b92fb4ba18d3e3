"""Column types as they are written in SQL.

Names and aliases are those of PostgreSQL (catalogue `pg_type` and the grammar's type names), MySQL and SQLite.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.facts.tables import Identity
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.sql.dialect import dialect_of
from schemalint.sql.tokens import HOLE, Cursor, Token, scan, split, text_of

_FAMILIES = {
    "smallint": "smallint int2",
    "integer": "integer int int4",
    "bigint": "bigint int8",
    "numeric": "numeric decimal dec fixed",
    "real": "real float4",
    "double": "double float float8",
    "boolean": "boolean bool",
    "text": "text clob",
    "varchar": "varchar nvarchar",
    "char": "char character nchar bpchar",
    "binary": "bytea blob binary varbinary",
    "date": "date",
    "time": "time timetz",
    "timestamp": "timestamp timestamptz datetime",
    "interval": "interval",
    "uuid": "uuid",
    "json": "json",
    "jsonb": "jsonb",
    "bit": "bit",
    "inet": "inet",
    "tsvector": "tsvector",
    "xml": "xml",
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}
_NAMED = {
    "tinyint": "smallint", "mediumint": "integer", "tinytext": "text", "mediumtext": "text", "longtext": "text",
    "tinyblob": "binary", "mediumblob": "binary", "longblob": "binary", "cidr": "inet", "varbit": "bit",
}  # fmt: skip
"""Types of one server that stand in a family, but are told apart there."""
_SERIALS = {
    "smallserial": "smallint", "serial2": "smallint", "serial": "integer", "serial4": "integer",
    "bigserial": "bigint", "serial8": "bigint",
}  # fmt: skip
_WITH_LENGTH = frozenset({"varchar", "char", "text", "binary", "bit"})
_WITH_TIME = frozenset({"time", "timestamp"})
_ZONED = frozenset({"timestamptz", "timetz"})
_SINGLE_PRECISION = 24
"""`float(p)` up to this precision is `real` (PostgreSQL and MySQL)."""
_FIELDS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO")


def read_type(cursor: Cursor) -> tuple[ColumnType, Identity | None]:
    """Passes a type: what it is, and the identity that comes with it (`serial`).

    A type without a family is `other` by its name as it is written. Unknown where there is none, or it is computed.
    """
    start = cursor.at
    path = _type_path(cursor)
    if not path:
        return Unknown("the column has no type"), None
    name = path[-1]
    written = cursor.source(cursor.tokens[start : cursor.at])
    if HOLE in written:
        cursor.group()
        return Unknown("the type is computed"), None
    if name in ("enum", "set") and cursor.peek() == "(":
        return _inline_enum(cursor, name), None
    qualified = len(path) > 1 and path[-2] != "pg_catalog"
    arguments = cursor.group() or ()
    if HOLE in cursor.source(arguments):
        return Unknown("the type is computed"), None
    serial = _SERIALS.get(name)
    if serial is not None and cursor.dialect.name == "postgresql":
        return SqlType(serial), Identity(style="serial")
    found = SqlType("other", name=".".join(path)) if qualified else None
    found = found or _of_name(cursor, name, _numbers(arguments), written)
    found = _modified(cursor, found, arguments)
    while cursor.take("ARRAY") or cursor.peek() == "[":
        if cursor.take("["):
            cursor.until("]")
            cursor.take("]")
        if found.family != "array":
            found = SqlType("array", item=found)
    return found, None


def _type_path(cursor: Cursor) -> tuple[str, ...]:
    """Passes the name of a type, two words where it has two, with its schema where it has one."""
    cursor.take("NATIONAL")
    path: list[str] = []
    while cursor.token is not None and cursor.token.kind in ("word", "quoted"):
        quoted = cursor.token.kind == "quoted"
        word = cursor.word() or ""
        path.append(word if quoted else word.lower())
        if not cursor.take("."):
            break
    if path:
        path[-1] = _second_word(cursor, path[-1])
    return tuple(path)


def _second_word(cursor: Cursor, name: str) -> str:
    if name == "double":
        cursor.take("PRECISION")
    elif name in ("character", "char", "bit", "nchar", "binary") and cursor.one_of("VARYING", "LARGE"):
        cursor.take("OBJECT")
        return {"bit": "varbit", "binary": "varbinary"}.get(name, "varchar")
    elif name == "long" and cursor.one_of("VARCHAR", "VARBINARY"):
        return "mediumtext"
    return name


def _numbers(arguments: Sequence[Token]) -> tuple[int | None, int | None]:
    numbers = [int(token.text) for token in arguments if token.kind == "number" and token.text.isdigit()]
    return (numbers[0] if numbers else None, numbers[1] if len(numbers) > 1 else None)


def _of_name(cursor: Cursor, name: str, numbers: tuple[int | None, int | None], written: str) -> SqlType:
    one, two = numbers
    if name in _NAMED:
        family = _NAMED[name]
        return SqlType(family, length=one if family in _WITH_LENGTH else None, name=name)
    family = _FAMILY_OF.get(name, "")
    if not family:
        return SqlType("other", name=written[1:-1] if written[:1] in ('"', "`") else written.lower())
    if name == "float" and one is not None and two is None:
        return SqlType("real" if one <= _SINGLE_PRECISION else "double")
    if family in _WITH_LENGTH:
        return SqlType(family, length=one)
    if family in _WITH_TIME:
        return SqlType(family, precision=one, timezone=_zone(cursor, name))
    if family == "numeric":
        return SqlType(family, precision=one, scale=two)
    if family == "interval":
        while cursor.one_of(*_FIELDS):
            one = (_numbers(cursor.group() or ())[0]) or one
        return SqlType(family, precision=one)
    return SqlType(family)


def _zone(cursor: Cursor, name: str) -> bool:
    cursor.phrase("WITHOUT TIME ZONE")
    return cursor.phrase("WITH TIME ZONE") or cursor.phrase("WITH LOCAL TIME ZONE") or name in _ZONED


def _modified(cursor: Cursor, found: SqlType, arguments: Sequence[Token]) -> SqlType:
    """What MySQL writes behind a type; an unsigned number is told apart by its name."""
    if cursor.one_of("UNSIGNED", "SIGNED") == "UNSIGNED":
        name = f"{found.name or found.family} unsigned"
        found = SqlType(found.family, precision=found.precision, scale=found.scale, name=name)
    cursor.take("ZEROFILL")
    if cursor.phrase("CHARACTER SET") or cursor.take("CHARSET"):
        cursor.word()
    if found.family == "other" and arguments and found.name:
        return SqlType("other", name=f"{found.name}({cursor.source(arguments)})")
    return found


def _inline_enum(cursor: Cursor, name: str) -> ColumnType:
    group = cursor.group() or ()
    parts = split(group)
    if HOLE in cursor.source(group) or any(part[0].kind != "string" for part in parts):
        return Unknown("the values are computed")
    values = tuple(text_of(part[0]) for part in parts)
    found = SqlType("enum", values=values) if name == "enum" else SqlType("other", name="set")
    return _modified(cursor, found, ())


def type_of_sql(text: str, dialect: str | None = None) -> ColumnType:
    """The type that a text stands for."""
    found = dialect_of(dialect)
    return read_type(Cursor(text, list(scan(text, found)), found))[0]
