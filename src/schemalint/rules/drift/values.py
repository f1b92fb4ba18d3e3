"""Values that models and migrations do not admit alike: enums and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemalint.diagnostics import Related, Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import CheckDef
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Column, Table
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import framework_of, place_of
from schemalint.rules.drift.common import dialect_of, owner_name
from schemalint.rules.drift.conditions import alike, listed_values
from schemalint.rules.drift.pairs import declared_parts, listed, made_in, made_parts, paired
from schemalint.schema.spelling import for_dialect
from schemalint.schema.table import TableView

_KEEPS_ENUMS = frozenset({"postgresql", "mysql", "mariadb"})


@dataclass(frozen=True, slots=True)
class _Kept:
    """The values that the database admits in a column: those of an enum type, else of a CHECK."""

    values: frozenset[str]
    enum: ObjectName | None = None
    related: tuple[Related, ...] = ()


@rule("DRF011", "drifted-enum-values", "E/E/E")
def drifted_enum_values(table: Table) -> Iterator[Finding]:
    """The members of a Python enum are not the values that the database admits."""
    view = paired(table)
    if view is None or framework_of(table) == "django":
        return
    for column in table.columns:
        declared = _enum_of(column.declared.type if column.declared is not None else None, table)
        if declared is None or isinstance(declared.values, Unknown) or not declared.values:
            continue
        kept = _kept(table, view, column, declared)
        if kept is None or kept.values == set(declared.values) or not _is_first(column, kept.enum):
            continue
        missing = [value for value in declared.values if value not in kept.values]
        spare = sorted(kept.values.difference(declared.values))
        yield Finding(
            place=place_of(column, "type_", "sa_column"),
            message=_message(table, column, kept, missing, spare),
            help=_help(table, kept, missing),
            anchor=f"enum:{kept.enum}" if kept.enum is not None else column.anchor,
            weight=_weight(table, missing),
            facts=(
                f"the model admits {listed(declared.values)}",
                f"the migrations leave {listed(sorted(kept.values))}",
                "SQLAlchemy stores the names of the members, unless `values_callable` gives it other texts",
            ),
            related=kept.related,
        )


def _enum_of(kind: ColumnType | None, table: Table) -> SqlType | None:
    if not isinstance(kind, SqlType):
        return None
    found = for_dialect(kind, dialect_of(table))
    if found.family == "array" and found.item is not None:
        found = found.item
    return found if found.family == "enum" else None


def _kept(table: Table, view: TableView, column: Column, declared: SqlType) -> _Kept | None:
    """What the database admits in a column; None where that is not known, or is no matter of an enum."""
    made = column.migrated
    if made is None:
        return None
    stored = _enum_of(made.definition.type, table)
    if stored is not None and stored.native and declared.native:
        return _of_type(table, declared, stored)
    if declared.native and _has_native_enums(table):
        return None
    checks = [item for item in view.constraints() if isinstance(item.definition, CheckDef)]
    found = [
        _Kept(texts[1], None, made_in(table, item))
        for item in checks
        if isinstance(item.definition, CheckDef)
        and isinstance(item.definition.sql, str)
        and (texts := listed_values(item.definition.sql)) is not None
        and texts[0] == column.name.lower()
    ]
    return found[0] if len(found) == 1 else None


def _of_type(table: Table, declared: SqlType, stored: SqlType) -> _Kept | None:
    """The values of the enum type, as far as the server has such types."""
    if not _has_native_enums(table) or (declared.enum is None) != (stored.enum is None):
        return None
    if stored.enum is not None and dialect_of(table) in (None, "postgresql"):
        if declared.enum is None or declared.enum.name != stored.enum.name:
            return None
        timeline = table.history.timeline if table.history is not None else None
        enum = timeline.now().enum(stored.enum) if timeline is not None else None
        if enum is None or not timeline or not timeline.now().settled_since(enum.created_at or 0):
            return None
        values = enum.definition.values
        return _Kept(frozenset(values), stored.enum, made_in(table, enum)) if isinstance(values, tuple) else None
    return _Kept(frozenset(stored.values)) if isinstance(stored.values, tuple) else None


def _has_native_enums(table: Table) -> bool:
    servers = table.target.servers if table.target is not None else ()
    return not servers or any(server.dialect in _KEEPS_ENUMS for server in servers)


def _is_first(column: Column, enum: ObjectName | None) -> bool:
    """Whether no column before this one is of the same enum type: what is wrong with a type is told once."""
    if enum is None or dialect_of(column.table) not in (None, "postgresql"):
        return True
    same = (
        other
        for table in column.table.tables
        for other in table.columns
        if other.declared is not None
        and (found := _enum_of(other.declared.type, table)) is not None
        and found.enum is not None
        and found.enum.name == enum.name
        and other.migrated is not None
        and paired(table) is not None
    )
    return next(same, None) is column


def _weight(table: Table, missing: list[str]) -> Weight:
    servers = table.target.servers if table.target is not None else ()
    if not servers:
        return Weight.NOTE
    return Weight.FULL if missing else Weight.REDUCED


def _message(table: Table, column: Column, kept: _Kept, missing: list[str], spare: list[str]) -> str:
    holder = f"the enum `{kept.enum}`" if kept.enum is not None else f"the CHECK on `{column.anchor}`"
    start = f"`{owner_name(table)}.{column.attribute.name if column.attribute else column.name}`"
    parts = []
    if missing:
        parts.append(f"admits {listed(missing)}, which {holder} does not have: storing it fails in the database")
    if spare:
        known = f"does not know {listed(spare)} of {holder}"
        parts.append(f"{known}: loading a row with it raises LookupError")
    return f"{start} {', and '.join(parts)}"


def _help(table: Table, kept: _Kept, missing: list[str]) -> str:
    if not missing:
        return (
            "Keep the member until no row has the value (PostgreSQL cannot take a value out of an enum), or make the "
            "type anew without it in a revision."
        )
    if kept.enum is None:
        return (
            "Make the CHECK anew in a revision, with all values of the enum: autogenerate does not see the difference."
        )
    quoted = missing[0].replace("'", "''")
    return (
        f'Add it in a revision, for autogenerate does not see the difference: `op.execute("ALTER TYPE {kept.enum} ADD '
        f"VALUE '{quoted}'\")`. If the database is right, give `Enum(..., values_callable=...)` the texts that it has."
    )


# ----------------------------------------------------------------------------------------------------------- conditions


@rule("DRF012", "drifted-check-expression", "W/W/E")
def drifted_check_expression(table: Table) -> Iterator[Finding]:
    """A CHECK of one name has another condition in the model than in the migrations."""
    view = paired(table)
    if view is None:
        return
    made = [item for item in made_parts(view) if isinstance(item.definition, CheckDef)]
    for part in declared_parts(table):
        check = part.definition
        if not isinstance(check, CheckDef) or check.name is None or not isinstance(check.sql, str):
            continue
        twins = [item for item in made if item.definition.name == check.name]
        if len(twins) != 1:
            continue
        other = twins[0].definition
        assert isinstance(other, CheckDef)
        if not isinstance(other.sql, str) or alike(check.sql, other.sql) or _is_of_enum(table, check.sql):
            continue
        yield Finding(
            place=part.place,
            message=f"the CHECK `{check.name}` of `{table.name}` is `{_shown(check.sql)}` in the model and "
            f"`{_shown(other.sql)}` in the migrations: the database goes by the latter",
            help=_check_help(table, check.name),
            anchor=f"{table.name}:check:{check.name}",
            facts=("autogenerate does not compare the conditions of CHECKs",),
            related=made_in(table, twins[0]),
        )


def _is_of_enum(table: Table, sql: str) -> bool:
    """Whether the CHECK lists the values of an enum: that is told where the enum is."""
    texts = listed_values(sql)
    column = table.column(texts[0]) if texts is not None else None
    return column is not None and column.declared is not None and _enum_of(column.declared.type, table) is not None


def _shown(sql: str) -> str:
    return " ".join(sql.split())


def _check_help(table: Table, name: str) -> str:
    if framework_of(table) == "django":
        return "`python manage.py makemigrations` writes the migration that drops the CHECK and makes it anew."
    if framework_of(table) != "alembic":
        return "Drop the CHECK and make it anew in a migration, or write into the model what the migrations say."
    return (
        f'Drop it and make it anew in a revision: `op.drop_constraint("{name}", "{table.name.name}", type_="check")`, '
        f'`op.create_check_constraint("{name}", "{table.name.name}", ...)`; or write into the model what the '
        "migrations say."
    )
