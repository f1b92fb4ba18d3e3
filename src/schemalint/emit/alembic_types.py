"""Column types, columns and constraints as code of SQLAlchemy."""

from __future__ import annotations

from typing import Union

from schemalint.emit.python import call, literal
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    Default,
    ExcludeDef,
    ForeignKeyDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown

Code = Union[str, Unknown]

_TYPES = {
    "smallint": "sa.SmallInteger",
    "integer": "sa.Integer",
    "bigint": "sa.BigInteger",
    "numeric": "sa.Numeric",
    "real": "sa.REAL",
    "double": "sa.Double",
    "boolean": "sa.Boolean",
    "text": "sa.Text",
    "varchar": "sa.String",
    "char": "sa.CHAR",
    "binary": "sa.LargeBinary",
    "date": "sa.Date",
    "time": "sa.Time",
    "timestamp": "sa.DateTime",
    "interval": "sa.Interval",
    "uuid": "sa.Uuid",
    "json": "sa.JSON",
    "jsonb": "postgresql.JSONB",
    "bit": "postgresql.BIT",
    "inet": "postgresql.INET",
    "tsvector": "postgresql.TSVECTOR",
}
_OF_POSTGRESQL = frozenset({"citext", "hstore", "cidr", "macaddr", "money", "oid", "tsquery", "int4range", "int8range"})
_OF_POSTGRESQL |= {"numrange", "daterange", "tsrange", "tstzrange"}


def alembic_type(kind: ColumnType) -> Code:
    """A type: `sa.String(length=50)`; Unknown where it is not known."""
    if isinstance(kind, Unknown):
        return kind
    code = _base(kind)
    for dialect, variant in kind.variants:
        other = alembic_type(variant)
        if isinstance(code, Unknown) or isinstance(other, Unknown):
            return other if isinstance(other, Unknown) else code
        code = f"{code}.with_variant({other}, {literal(dialect)})"
    return code


def _base(kind: SqlType) -> Code:
    if kind.family == "enum":
        return _enum(kind)
    if kind.family == "array":
        item = alembic_type(kind.item) if kind.item is not None else Unknown("the type of the elements is not known")
        return item if isinstance(item, Unknown) else call("postgresql.ARRAY", item)
    if kind.name is not None and kind.name in _OF_POSTGRESQL:
        return call(f"postgresql.{kind.name.upper()}")
    name = _TYPES.get(kind.family)
    if name is None:
        return Unknown(f"it is not known what class {kind.name or kind.family} is of")
    if kind.family == "double" and kind.precision is not None:
        return call("sa.Float", precision=kind.precision)
    options = {
        "length": kind.length if kind.family in ("varchar", "char", "binary", "bit") else None,
        "precision": kind.precision if kind.family == "numeric" else None,
        "scale": kind.scale if kind.family == "numeric" else None,
        "timezone": True if kind.timezone else None,
        "collation": literal(kind.collation) if kind.collation is not None else None,
    }
    return call(name, **options)


def _enum(kind: SqlType) -> Code:
    if not isinstance(kind.values, tuple):
        return kind.values or Unknown("the values of the enum are not known")
    values = (literal(value) for value in kind.values)
    if not kind.native:
        return call("sa.Enum", *values, native_enum=False, length=kind.length)
    if kind.enum is None:
        return call("sa.Enum", *values)
    schema = literal(kind.enum.schema) if kind.enum.schema else None
    return call("sa.Enum", *values, name=literal(kind.enum.name), schema=schema)


def alembic_default(default: Default) -> str:
    """A server default: a text for a constant, `sa.text(...)` for SQL."""
    return literal(default.sql) if default.literal else call("sa.text", literal(default.sql))


def alembic_column(column: ColumnDef) -> Code:
    """`sa.Column(...)`; Unknown where not all of it is known."""
    kind = alembic_type(column.type)
    if isinstance(kind, Unknown):
        return kind
    if isinstance(column.nullable, Unknown):
        return column.nullable
    if isinstance(column.default, Unknown):
        return column.default
    extra = []
    if column.generated is not None:
        extra.append(call("sa.Computed", literal(column.generated.sql), persisted=column.generated.stored))
    if column.identity is not None and column.identity.style == "identity":
        extra.append(call("sa.Identity", always=True if column.identity.always else None))
    return call(
        "sa.Column",
        literal(column.name),
        kind,
        *extra,
        server_default=alembic_default(column.default) if column.default is not None else None,
        nullable=column.nullable,
        comment=literal(column.comment) if column.comment else None,
    )


def alembic_constraint(constraint: ConstraintDef) -> Code:
    """A constraint of `op.create_table`."""
    name = literal(constraint.name) if constraint.name is not None else None
    if isinstance(constraint, ForeignKeyDef):
        return _foreign_key(constraint, name)
    if isinstance(constraint, CheckDef):
        if isinstance(constraint.sql, Unknown):
            return constraint.sql
        return call("sa.CheckConstraint", literal(constraint.sql), name=name)
    if isinstance(constraint, ExcludeDef):
        return Unknown("exclusion constraints are not written as code")
    columns = (literal(column) for column in constraint.columns)
    if isinstance(constraint, PrimaryKeyDef):
        return call("sa.PrimaryKeyConstraint", *columns, name=name, **deferral(constraint))
    return call("sa.UniqueConstraint", *columns, name=name, **unique_options(constraint))


def unique_options(constraint: UniqueDef) -> dict[str, object]:
    """What SQLAlchemy is told of a unique constraint besides its columns."""
    return {"postgresql_nulls_not_distinct": None if constraint.nulls_distinct else True, **deferral(constraint)}


def deferral(constraint: Union[PrimaryKeyDef, UniqueDef, ForeignKeyDef]) -> dict[str, object]:
    """When a constraint is checked, as SQLAlchemy is told."""
    return {
        "deferrable": True if constraint.deferrable else None,
        "initially": literal("DEFERRED") if constraint.initially_deferred else None,
    }


def _foreign_key(key: ForeignKeyDef, name: str | None) -> Code:
    if isinstance(key.target, Unknown):
        return key.target
    if not key.target_columns:
        return Unknown("it is not known which columns it refers to")
    remote = ", ".join(literal(f"{key.target}.{column}") for column in key.target_columns)
    local = ", ".join(literal(column) for column in key.columns)
    return call(
        "sa.ForeignKeyConstraint",
        f"[{local}]",
        f"[{remote}]",
        name=name,
        ondelete=literal(key.on_delete) if key.on_delete else None,
        onupdate=literal(key.on_update) if key.on_update else None,
        **deferral(key),
    )


def schema_option(name: ObjectName) -> str | None:
    """The `schema` argument for a table, where it has one."""
    return literal(name.schema) if name.schema is not None else None
