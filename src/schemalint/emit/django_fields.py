"""Columns as fields of Django models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Union

from schemalint.emit.python import call, literal
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ColumnDef, Default, ForeignKeyDef, PrimaryKeyDef, TableDef, UniqueDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown

Field = tuple[str, str]

_FIELDS = {
    "smallint": "SmallIntegerField",
    "integer": "IntegerField",
    "bigint": "BigIntegerField",
    "real": "FloatField",
    "double": "FloatField",
    "boolean": "BooleanField",
    "text": "TextField",
    "binary": "BinaryField",
    "date": "DateField",
    "time": "TimeField",
    "timestamp": "DateTimeField",
    "interval": "DurationField",
    "uuid": "UUIDField",
    "json": "JSONField",
    "jsonb": "JSONField",
    "inet": "GenericIPAddressField",
}
_AUTO = {"smallint": "SmallAutoField", "integer": "AutoField", "bigint": "BigAutoField"}
_ON_DELETE = {"CASCADE": "CASCADE", "SET NULL": "SET_NULL", "RESTRICT": "RESTRICT", "SET DEFAULT": "SET_DEFAULT"}


def django_field(
    column: ColumnDef, table: TableDef | None, models: Callable[[ObjectName], str | None]
) -> Union[Field, Unknown]:
    """The name and the field of a column; `table` tells its keys, where it is known.

    A column that is a foreign key by itself becomes a `ForeignKey`, its name without `_id`.
    """
    kind = column.type
    if isinstance(kind, Unknown):
        return kind
    for value in (column.nullable, column.default):
        if isinstance(value, Unknown):
            return value
    constraints = table.constraints if table is not None else ()
    key = next((c for c in constraints if isinstance(c, ForeignKeyDef) and c.columns == (column.name,)), None)
    primary = any(isinstance(c, PrimaryKeyDef) and c.columns == (column.name,) for c in constraints)
    unique = any(isinstance(c, UniqueDef) and c.columns == (column.name,) for c in constraints)
    options: dict[str, object] = {
        "primary_key": True if primary else None,
        "unique": True if unique else None,
        "null": True if column.nullable is True else None,
        "db_default": _default(column.default, kind) if isinstance(column.default, Default) else None,
    }
    if key is not None and isinstance(key.target, ObjectName):
        return _foreign_key(column.name, key, key.target, options, models)
    if primary and column.identity is not None and kind.family in _AUTO:
        return column.name, call(f"models.{_AUTO[kind.family]}", primary_key=True)
    if kind.family == "varchar" or (kind.family == "enum" and kind.length is not None):
        return column.name, call("models.CharField", max_length=kind.length, **options)
    if kind.family == "numeric" and kind.precision is not None:
        scale = kind.scale or 0
        return column.name, call("models.DecimalField", max_digits=kind.precision, decimal_places=scale, **options)
    name = _FIELDS.get(kind.family)
    if name is None:
        return Unknown(f"Django has no field for {kind.name or kind.family}")
    return column.name, call(f"models.{name}", **options)


def _foreign_key(
    column: str,
    key: ForeignKeyDef,
    target: ObjectName,
    options: dict[str, object],
    models: Callable[[ObjectName], str | None],
) -> Union[Field, Unknown]:
    model = models(target)
    if model is None:
        return Unknown(f"it is not known which model {target} is of")
    on_delete = _ON_DELETE.get((key.on_delete or "").upper(), "DO_NOTHING")
    app = target.name.partition("_")[0] if "_" in target.name else ""
    to = f"{app}.{model}" if app else model
    name = column.removesuffix("_id")
    own = None if column.endswith("_id") else literal(column)
    return name, call("models.ForeignKey", literal(to), on_delete=f"models.{on_delete}", db_column=own, **options)


def _default(default: Default, kind: SqlType) -> str:
    """`db_default`, since Django 5.0."""
    if not default.literal:
        return call("RawSQL", literal(default.sql), "[]")
    if kind.family == "boolean":
        return str(default.sql.lower() in ("true", "1", "t"))
    if kind.family in ("smallint", "integer", "bigint"):
        return default.sql
    return literal(default.sql)
