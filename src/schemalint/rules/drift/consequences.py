"""What comes of a column that has one type in the model and another in the database."""

from __future__ import annotations

from schemalint.facts.types import SqlType

INTEGERS = ("smallint", "integer", "bigint")
TEXTS = frozenset({"text", "varchar"})
_FLOATS = ("real", "double", "numeric")
_MEASURED = {
    ("jsonb", "json"): "json has no `@>`, `?` or `=`, and a query that uses one fails",
    ("json", "text"): "text has no `->`, and a query that uses it fails",
    ("jsonb", "text"): "text has no `->`, and a query that uses it fails",
    ("timestamp", "date"): "the time of day is lost",
}


def consequence(model: SqlType, made: SqlType, dialect: str | None) -> tuple[bool, str]:
    """Whether something fails or changes what is written, and what it is.

    The casts are those that SQLAlchemy 2.1 writes for asyncpg and psycopg 3, the errors those of PostgreSQL 15. SQLite
    refuses nothing: it makes a text of a number in a column for texts, and a number of a text where it can.
    """
    if dialect == "sqlite":
        crossing = is_text(model) != is_text(made)
        return crossing, f"SQLite stores it as {'a text' if is_text(made) else made.family}, and gives that back"
    if model.family in INTEGERS and made.family in INTEGERS:
        if INTEGERS.index(model.family) > INTEGERS.index(made.family):
            return True, f"what {made.family} cannot hold is refused"
    elif is_text(model) and is_text(made):
        if made.length is not None and (model.length is None or model.length > made.length):
            return True, f"a text of more than {made.length} characters is refused"
    elif model.family in _FLOATS and made.family in _FLOATS:
        loss = _loss(model, made)
        if loss is not None:
            return True, loss
    elif model.family == made.family and model.timezone != made.timezone:
        return True, _zones(bool(model.timezone))
    elif model.family == "enum" and (made.family == "enum" or is_text(made)):
        if dialect in (None, "postgresql") and model.enum is not None:
            return False, f"asyncpg and psycopg 3 are told to cast to `{model.enum}`, which is not the column's type"
    elif (model.family, made.family) in _MEASURED:
        return True, _MEASURED[model.family, made.family]
    elif (model.family, made.family) != ("json", "jsonb"):
        return True, "the server refuses what is written or compared as the one where it holds the other"
    return False, "the database takes more than the model says"


def is_text(kind: SqlType) -> bool:
    """Whether a column holds texts of any kind: an enum that is no type of its own is kept as one."""
    return kind.family in TEXTS or (kind.family == "enum" and not kind.native)


def _loss(model: SqlType, made: SqlType) -> str | None:
    if made.family != "numeric":
        return "exact numbers are rounded" if model.family == "numeric" else None
    if model.family != "numeric" or made.precision is None or model.precision is None:
        return None
    if (made.scale or 0) < (model.scale or 0):
        return f"values are rounded to {made.scale or 0} decimal places"
    whole = (made.precision - (made.scale or 0)) - (model.precision - (model.scale or 0))
    return "the largest values are refused" if whole < 0 else None


def _zones(model_has: bool) -> str:
    if model_has:
        return "what is written loses its zone, and comparing what is read with an aware time raises TypeError"
    return "what is written gets the session's zone, and comparing what is read with a naive time raises TypeError"
