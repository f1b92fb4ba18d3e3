"""What a change of a column's type costs, by the old type and the new one.

PostgreSQL leaves the rows alone where the values of the old type are values of the new one as they lie there: by a cast
without a function (`pg_cast.castmethod = 'b'`), or where a modifier only becomes wider, of a type whose length function
says so (`varchar_support`, `numeric_support`, `varbit_support`, `timestamp_support`, `time_support`,
`interval_support`). Indexes are then kept where both types have one operator class and one collation
(`CheckIndexCompatible` in indexcmds.c). Measured on the majors 12 to 18 (`alter-type-*` in the table of facts).
"""

from __future__ import annotations

from typing import Literal, Union

from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.spelling import for_dialect

Change = Literal["none", "indexes", "rewrite"]
"""What is made anew: nothing, the indexes on the column, or all rows and all indexes of the table."""

_ZONES = frozenset({("timestamp", "timestamptz"), ("timestamptz", "timestamp")})
_AS_THEY_LIE: dict[tuple[str, str], Change] = {
    ("text", "varchar"): "none",
    ("varchar", "text"): "none",
    ("cidr", "inet"): "none",
    ("xml", "text"): "none",
    ("xml", "varchar"): "none",
    ("integer", "oid"): "indexes",
    ("oid", "integer"): "indexes",
    ("bit", "varbit"): "indexes",
    ("text", "citext"): "indexes",
    ("varchar", "citext"): "indexes",
    ("citext", "text"): "indexes",
    ("citext", "varchar"): "indexes",
    **dict.fromkeys(_ZONES, "indexes"),
}
_LONGEST = {"timestamp": 6, "timestamptz": 6, "time": 6, "timetz": 6, "interval": 6}
_ASSIGNED = {
    "bigint": "double integer numeric real smallint",
    "bit": "varbit",
    "boolean": "",
    "cidr": "inet",
    "date": "timestamp timestamptz",
    "double": "bigint integer numeric real smallint",
    "inet": "cidr",
    "integer": "bigint double numeric real smallint oid",
    "interval": "time",
    "json": "jsonb",
    "jsonb": "json",
    "numeric": "bigint double integer real smallint",
    "real": "bigint double integer numeric smallint",
    "smallint": "bigint double integer numeric real",
    "time": "interval timetz",
    "timestamp": "date time timestamptz",
    "timestamptz": "date time timestamp timetz",
    "timetz": "time",
    "varbit": "bit",
    "binary": "",
    "uuid": "",
    "enum": "",
    "tsvector": "",
    "xml": "",
    **dict.fromkeys(("text", "varchar", "char"), ""),
}
"""The types that values of a type may be assigned to, beside text (`pg_cast.castcontext` of the majors 12 to 18)."""
_TEXTS = frozenset({"text", "varchar", "char"})
_OF_THE_SERVER = frozenset(
    {*_ASSIGNED, "citext", "oid", "name", "money", "macaddr", "macaddr8", "point", "line", "lseg", "box", "path"}
    | {"polygon", "circle", "tsquery", "jsonpath", "pg_lsn", "int4range", "int8range", "numrange", "tsrange"}
    | {"tstzrange", "daterange", "array"}
)
"""Types whose casts the catalogue lists: what is not in `_AS_THEY_LIE` writes the rows anew."""
_BY_NAME = frozenset({"other", "array", "enum"})


def change_of(old: ColumnType, new: ColumnType, version: int | None = None) -> Change | None:
    """What ALTER COLUMN TYPE makes anew, without a USING of its own; None where that is not known.

    It is not known of types of which only the name is known and, since version 12, between `timestamp` and
    `timestamptz`: there the rows are left alone where the TimeZone of the connection is UTC (see `hangs_on_time_zone`).
    """
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return None
    old, new = as_stored(old), as_stored(new)
    change = _change(old, new)
    if change == "indexes" and (base_of(old), base_of(new)) in _ZONES:
        return "rewrite" if version is not None and version < 12 else None
    return change


def hangs_on_time_zone(old: ColumnType, new: ColumnType, version: int | None = None) -> bool:
    """Whether a change makes the indexes anew where the TimeZone of the connection is UTC, and else all rows."""
    if isinstance(old, Unknown) or isinstance(new, Unknown) or (version is not None and version < 12):
        return False
    old, new = as_stored(old), as_stored(new)
    return (base_of(old), base_of(new)) in _ZONES and _change(old, new) == "indexes"


def as_stored(kind: SqlType) -> SqlType:
    """A type as PostgreSQL keeps it: the variant of its dialect; an enum that is no type of its own is a text."""
    kind = for_dialect(kind, "postgresql")
    if kind.family == "enum" and not kind.native:
        return SqlType("varchar", length=kind.length, collation=kind.collation)
    if kind.family == "double" and kind.precision is not None:
        return SqlType("real" if kind.precision <= 24 else "double")
    return kind


def base_of(kind: SqlType) -> str:
    """The name of a type without its modifiers, with types apart that share a family."""
    if kind.family in ("timestamp", "time") and kind.timezone:
        return f"{kind.family}tz"
    if (kind.family, kind.name) in (("bit", "varbit"), ("inet", "cidr")):
        return str(kind.name)
    if kind.family == "other" and kind.name is not None:
        return kind.name.partition("(")[0].lower()
    return kind.family


def _change(old: SqlType, new: SqlType) -> Change | None:
    one, two = base_of(old), base_of(new)
    if one == two:
        change = _of_modifiers(old, new, one)
    elif (one, two) in _AS_THEY_LIE:
        change = _AS_THEY_LIE[one, two] if _fits(old, new, two) else "rewrite"
    elif two == "char" and new.length is None:
        return None  # which may be `bpchar` without a limit, and may be `char(1)`
    elif ("other" in (old.family, new.family)) and not {one, two} <= _OF_THE_SERVER:
        return None  # a type of an extension, a domain or an enum that the history did not make
    else:
        return "rewrite"
    return "indexes" if change == "none" and _collates_anew(old, new) else change


def _of_modifiers(old: SqlType, new: SqlType, base: str) -> Change | None:
    if old.family == "array":
        return _of_items(old.item, new.item)
    if old.family == "enum":
        if old.enum is None or new.enum is None:
            return None
        return "none" if old.enum.name == new.enum.name else "rewrite"
    if old.family == "other":
        return "none" if (old.name or "").lower() == (new.name or "").lower() else None
    if base == "char" and old.length != new.length:
        return "rewrite" if new.length is not None else None
    return "none" if _fits(old, new, base) else "rewrite"


def _of_items(old: SqlType | None, new: SqlType | None) -> Change | None:
    """Arrays are written anew unless their items are the same to the last modifier."""
    if old is None or new is None:
        return None
    old, new = as_stored(old), as_stored(new)
    if base_of(old) != base_of(new):
        return "rewrite"
    if old.family in _BY_NAME:
        return _of_modifiers(old, new, old.family)
    same = (old.length, old.precision, _scale(old)) == (new.length, new.precision, _scale(new))
    return "none" if same else "rewrite"


def _fits(old: SqlType, new: SqlType, base: str) -> bool:
    """Whether every value of the old type has the length, precision and scale of the new one."""
    if base in ("varchar", "varbit"):
        limit = old.length if base_of(old) == base else None
        return new.length is None or (limit is not None and limit <= new.length)
    if base == "bit":
        return (old.length or 1) == (new.length or 1)
    if base == "numeric":
        if new.precision is None:
            return True
        return old.precision is not None and old.precision <= new.precision and _scale(old) == _scale(new)
    if base in _LONGEST:
        longest = _LONGEST[base]
        wanted = longest if new.precision is None else new.precision
        return wanted == longest or (old.precision is not None and old.precision <= wanted)
    return True


def _scale(kind: SqlType) -> Union[int, None]:
    return 0 if kind.scale is None and kind.precision is not None else kind.scale


def _collates_anew(old: SqlType, new: SqlType) -> bool:
    return (old.collation or "default") != (new.collation or "default")


def needs_using(old: ColumnType, new: ColumnType) -> bool:
    """Whether ALTER COLUMN TYPE is refused without a USING: no cast by assignment leads from the old to the new."""
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        return False
    one, two = base_of(as_stored(old)), base_of(as_stored(new))
    if one not in _ASSIGNED or two not in _ASSIGNED or two in _TEXTS:
        return False
    if one == two:
        return one == "enum" and change_of(old, new) == "rewrite"
    return two not in _ASSIGNED[one].split()
