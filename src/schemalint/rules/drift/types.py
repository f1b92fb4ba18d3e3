"""Columns whose type in the database is another than that of the model."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.tables import ForeignKeyDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Column
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import framework_of, owner_of, place_of
from schemalint.rules.drift.common import compared, dialect_of, elsewhere, made_by, owner_name, told
from schemalint.rules.drift.consequences import INTEGERS, TEXTS, consequence, is_text
from schemalint.rules.migrations.types import shown as type_shown
from schemalint.schema.spelling import for_dialect, type_aspects

_JUDGED_ELSEWHERE = frozenset({"values", "collation"})
_MOMENTS = frozenset({"datetime.datetime", "pydantic.AwareDatetime", "pydantic.types.AwareDatetime"})


@rule("DRF007", "drifted-type", "W/E/E")
def drifted_type(column: Column) -> Iterator[Finding]:
    """A column has one type in the model and another in the database."""
    pair = _drifted(column)
    if pair is None:
        return
    model, made = pair
    failing, said = consequence(model, made, dialect_of(column.table))
    yield Finding(
        place=place_of(column, "type_"),
        message=f"{told(column)} is {_shown(model)} in `{owner_name(column.table)}` and {_shown(made)} in the "
        f"database: {said}{elsewhere(column, lambda other: _drifted(other) == pair)}",
        help=_help(column, made),
        anchor=owner_of(column),
        cause=f"{owner_of(column)}:type",
        weight=Weight.FULL if failing else Weight.REDUCED,
        basis=Basis.PROVED,
        related=made_by(column, "type"),
    )


def _shown(kind: SqlType) -> str:
    """A type for people; an enum that is kept as text is one."""
    text = kind.family == "enum" and not kind.native
    return type_shown(SqlType("varchar", length=kind.length) if text else kind)


def _drifted(column: Column) -> tuple[SqlType, SqlType] | None:
    """The type of the model and that of the database, where they are known to be two."""
    if column.declared is None or column.migrated is None:
        return None
    dialect = dialect_of(column.table)
    model, made = column.declared.type, column.migrated.definition.type
    if isinstance(model, Unknown) or isinstance(made, Unknown):
        return None
    aspects = {aspect for aspect, _, _ in type_aspects(model, made, dialect)} - _JUDGED_ELSEWHERE
    if not aspects or compared(column.table) is None:
        return None
    model, made = for_dialect(model, dialect), for_dialect(made, dialect)
    if _are_one(model, made, dialect) or _is_for_django(column, model, made):
        return None
    return model, made


def _are_one(model: SqlType, made: SqlType, dialect: str | None) -> bool:
    """Whether a server makes no difference between two types, or none that anything notices."""
    if {model.family, made.family} <= TEXTS and model.length is None and made.length is None:
        return True
    if model.family == made.family == "enum" and dialect not in (None, "postgresql"):
        return True
    if model.family == "enum" and not model.native and is_text(made):
        return made.length is None or (model.length is not None and model.length <= made.length)
    return dialect == "sqlite" and _affinity(model) == _affinity(made)


def _affinity(kind: SqlType) -> str:
    """What SQLite stores, which heeds neither lengths nor time zones."""
    if kind.family in ("text", "varchar", "char", "enum", "uuid", "json", "jsonb", "inet", "xml"):
        return "text"
    return "integer" if kind.family in INTEGERS else kind.family


def _is_for_django(column: Column, model: SqlType, made: SqlType) -> bool:
    """Whether Django sees to it: it alters a key with all that refers to it, and picks each server's own types."""
    if framework_of(column.table) != "django":
        return False
    if any(isinstance(part.definition, ForeignKeyDef) for part in column.foreign_keys):
        return True
    families = {model.family, made.family}
    alike = families <= {*INTEGERS} or families <= TEXTS or families == {"numeric"}
    return dialect_of(column.table) not in (None, "postgresql") and not alike


def _help(column: Column, made: SqlType) -> str:
    table, framework = column.table, framework_of(column.table)
    if framework == "django":
        return "Let `python manage.py makemigrations` write the migration, or give the field back what it was."
    call = f'`op.alter_column("{table.name.name}", "{column.name}", type_=...)`'
    if framework != "alembic":
        call = f"`ALTER TABLE {table.name} ALTER COLUMN {column.name} TYPE ...`"
    return f"Bring the type to the database ({call}), or let the model say {_shown(made)}."


# --------------------------------------------------------------------------------------------- by a library's version


@rule("DRF019", "implicit-framework-type", "-/W/W", supersedes=("drifted-type",))
def implicit_framework_type(column: Column) -> Iterator[Finding]:
    """The version of a library decides a column's type, and the database has that of another version."""
    pair = _drifted(column)
    reason = _decided_by(column, *pair) if pair is not None else None
    if pair is None or reason is None:
        return
    model, made = pair
    yield Finding(
        place=column.place,
        message=f"{told(column)} is {type_shown(model)} only because {reason}, and {type_shown(made)} in the database"
        f"{elsewhere(column, lambda other: _drifted(other) == pair)}",
        help=_explicit(column, made),
        anchor=owner_of(column),
        cause=f"{owner_of(column)}:type",
        basis=Basis.PROVED,
        related=made_by(column, "type"),
    )


def _decided_by(column: Column, model: SqlType, made: SqlType) -> str | None:
    """What decides the type, where it is a version or a setting and the database has what another would choose."""
    source, attribute = column.table.models[0], column.attribute
    if source.library == "sqlmodel" and attribute is not None and "type_" not in dict(attribute.options):
        zoned = model.family == made.family == "timestamp" and model.timezone != made.timezone
        if zoned and attribute.annotation in _MOMENTS:
            keeps = "keeps the time zone of a `datetime` since 0.0.45"
            return f"SQLModel {keeps}" if model.timezone else f"SQLModel {keeps}, and the one installed is older"
    if source.library == "django" and attribute is None and {model.family, made.family} <= {*INTEGERS}:
        return "`DEFAULT_AUTO_FIELD` says so, or does not say otherwise"
    return None


def _explicit(column: Column, made: SqlType) -> str:
    if framework_of(column.table) == "django":
        return "Say it: `default_auto_field` in the AppConfig, or the field itself; `makemigrations` writes the change."
    keep, other = (f"`Field(sa_type=DateTime(timezone={zoned}))`" for zoned in (bool(made.timezone), not made.timezone))
    return f"Say it: {keep} is what the database has; {other} takes a revision that alters the column."
