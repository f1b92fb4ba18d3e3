"""SQL and types told apart by what they mean, as far as that shows without parsing.

Two people write one condition in different ways, and a server writes it back in a third. What is taken for the same
here is the same; what is not may be the same all the same.
"""

from __future__ import annotations

import re
from typing import Union

from schemalint.facts.tables import Default
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown

_CAST = re.compile(
    r"::\s*(?:\"[^\"]+\"|[a-z_][\w.]*)(?:\s+(?:varying|precision|with(?:out)?\s+time\s+zone))*"
    r"(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?(?:\s+with(?:out)?\s+time\s+zone)?(?:\[\])*",
    re.IGNORECASE,
)
_STRING = re.compile(r"[eE]?'(?:[^']|'')*'")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_NOW = frozenset({"now()", "current_timestamp", "current_timestamp()", "transaction_timestamp()", "localtimestamp"})
_TRUTHS = {"true": "true", "t": "true", "1": "true", "yes": "true", "on": "true"}
_TRUTHS |= {"false": "false", "f": "false", "0": "false", "no": "false", "off": "false"}
_SPACE = re.compile(r"[\s\"`()]+")
_PUBLIC = re.compile(r"\bpublic ?\.")


def plain_sql(sql: str) -> str:
    """SQL without casts, quotes of names, `public.`, parentheses and spaces, in lower case outside of strings."""
    return "".join(
        part if part[-1:] == "'" else _folded(part) for part in re.split(r"([eE]?'(?:[^']|'')*')", sql) if part
    )


def _folded(sql: str) -> str:
    words = _CAST.sub("", sql).lower().replace("!=", "<>")
    return _PUBLIC.sub("", _SPACE.sub(" ", words)).strip().replace(" ", "")


def same_sql(left: str, right: str) -> bool:
    """Whether two conditions or expressions are the same but for their writing."""
    return left == right or plain_sql(left) == plain_sql(right)


def default_form(default: Default | None, kind: ColumnType) -> tuple[str, str] | None:
    """What a default means for a column of a type: a text or an expression; None for no default and for NULL."""
    if default is None:
        return None
    text = default.sql if default.literal else _unwrapped(_CAST.sub("", default.sql).strip())
    if text.lower() == "null":
        return None
    if default.literal:
        return "text", _value(text, kind)
    if _STRING.fullmatch(text):
        return "text", _value(text[text.index("'") + 1 : -1].replace("''", "'"), kind)
    if _NUMBER.fullmatch(text) or text.lower() in ("true", "false"):
        return "text", _value(text.lower(), kind)
    if text.lower() in _NOW:
        return "sql", "now()"
    return "sql", plain_sql(text)


def _unwrapped(sql: str) -> str:
    while sql.startswith("(") and sql.endswith(")") and _closes_at_end(sql):
        sql = sql[1:-1].strip()
    return sql


def _closes_at_end(sql: str) -> bool:
    depth = 0
    for position, sign in enumerate(sql):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return position == len(sql) - 1
    return False


def _value(text: str, kind: ColumnType) -> str:
    """A constant as the column would hold it."""
    if isinstance(kind, Unknown):
        return text
    if kind.family == "boolean":
        return _TRUTHS.get(text.lower(), text)
    if kind.family in ("smallint", "integer", "bigint", "numeric", "real", "double") and _NUMBER.fullmatch(text):
        whole, _, fraction = text.lstrip("+").partition(".")
        fraction = fraction.rstrip("0")
        return f"{whole}.{fraction}" if fraction else whole
    if kind.family in ("json", "jsonb"):
        return re.sub(r"\s", "", text)
    return text


# -------------------------------------------------------------------------------------------------------------- types

Aspects = tuple[tuple[str, object, object], ...]

_SAME = {
    "postgresql": {"real": "real", "double": "double"},
    "mysql": {"timestamp": "timestamp"},
    "sqlite": {"smallint": "integer", "bigint": "integer", "real": "double", "jsonb": "json"},
}


def for_dialect(kind: SqlType, dialect: str | None) -> SqlType:
    """The type that is made on a server: its variant where it has one."""
    return next((variant for name, variant in kind.variants if name == dialect), kind)


def type_aspects(left: ColumnType, right: ColumnType, dialect: str | None = None) -> Aspects:
    """What differs between two types, each as (aspect, left, right); nothing where either is not known.

    A type of the project or of a library, of which only the name is known, is like any other.
    """
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return ()
    return tuple(_type_aspects(for_dialect(left, dialect), for_dialect(right, dialect), dialect))


def _type_aspects(left: SqlType, right: SqlType, dialect: str | None) -> list[tuple[str, object, object]]:
    if "other" in (left.family, right.family):
        return [("type", left, right)] if _are_other(left, right) else []
    one, two = _stored(left, dialect), _stored(right, dialect)
    if one.family != two.family:
        return [("type", left, right)]
    if one.family == "array":
        differs = one.item is not None and two.item is not None and type_aspects(one.item, two.item, dialect)
        return [("type", left, right)] if differs else []
    found: list[tuple[str, object, object]] = []
    if one.family == "enum":
        if one.enum is not None and two.enum is not None and one.enum.name != two.enum.name:
            found.append(("type", left, right))
        elif one.enum is None and _differ(one.values, two.values):
            found.append(("values", one.values, two.values))
        return found
    if bool(one.timezone) != bool(two.timezone):
        found.append(("timezone", bool(one.timezone), bool(two.timezone)))
    for aspect in ("length", "precision", "scale"):
        a, b = _number(one, aspect), _number(two, aspect)
        if a != b:
            found.append((aspect, a, b))
    if one.collation is not None and two.collation is not None and one.collation != two.collation:
        found.append(("collation", one.collation, two.collation))
    return found


def _differ(left: object, right: object) -> bool:
    return isinstance(left, tuple) and isinstance(right, tuple) and left != right


def _number(kind: SqlType, aspect: str) -> Union[int, None]:
    number: int | None = getattr(kind, aspect)
    if aspect == "scale" and number is None and kind.precision is not None:
        return 0
    if aspect == "length" and number is None and kind.family == "char":
        return 1
    return number


def _stored(kind: SqlType, dialect: str | None) -> SqlType:
    """A type as servers keep it: an enum that is no type of its own is a text, a FLOAT of some precision a REAL."""
    if kind.family == "enum" and (not kind.native or dialect == "sqlite"):
        return SqlType("varchar", length=kind.length, collation=kind.collation)
    if kind.family == "double" and kind.precision is not None:
        return SqlType("real" if kind.precision <= 24 else "double")
    if kind.family in ("text", "binary") and dialect in (None, "postgresql"):
        return SqlType(kind.family, collation=kind.collation)
    if dialect == "mysql" and kind.family == "smallint" and kind.name == "tinyint" and kind.length == 1:
        return SqlType("boolean")
    family = _SAME.get(dialect or "", {}).get(kind.family, kind.family)
    if family != kind.family:
        return SqlType(family)
    return kind


def _are_other(left: SqlType, right: SqlType) -> bool:
    """Whether both are types of a server that go by different names."""
    if left.family != right.family or left.name is None or right.name is None:
        return False
    if "." in left.name or "." in right.name:
        return False
    return left.name.islower() and right.name.islower() and left.name != right.name
