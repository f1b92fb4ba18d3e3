"""What is known of tables only when all of them are read: types of foreign keys, indexes made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.models import ModelDef, TablePlaces
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ColumnDef, ConstraintDef, ForeignKeyDef, IndexDef, PrimaryKeyDef, TableDef
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown

Part = Union[IndexDef, ConstraintDef]
T = TypeVar("T", bound=msgspec.Struct)

_OF_TARGET = "the type is that of the referenced column"
_FARTHEST = 20


def completed(models: list[ModelDef], parts: list[tuple[ObjectName, Part, Place]]) -> tuple[ModelDef, ...]:
    """The models with the parts that were made outside of them, and with the types that foreign keys take over."""
    for table, part, place in parts:
        position = next((at for at, model in enumerate(models) if _holds(model, table)), None)
        if position is not None:
            models[position] = _with_part(models[position], part, place)
    tables: dict[ObjectName, list[TableDef]] = {}
    for model in models:
        if isinstance(model.table, TableDef):
            tables.setdefault(model.table.name, []).append(model.table)
    return tuple(_typed(model, tables) for model in models)


def replaced(record: T, **changes: Any) -> T:
    """A record with other values for some fields."""
    return msgspec.structs.replace(record, **changes)


def _holds(model: ModelDef, table: ObjectName) -> bool:
    return model.table_name == table and model.kind not in ("single", "imperative")


def _with_part(model: ModelDef, part: Part, place: Place) -> ModelDef:
    assert isinstance(model.table, TableDef)
    places = model.places or TablePlaces(model.place)
    kind = "indexes" if isinstance(part, IndexDef) else "constraints"
    table = replaced(model.table, **{kind: (*getattr(model.table, kind), part)})
    return replaced(model, table=table, places=replaced(places, **{kind: (*getattr(places, kind), place)}))


def _typed(model: ModelDef, tables: dict[ObjectName, list[TableDef]]) -> ModelDef:
    """The model with the types of columns that take that of the column they refer to."""
    table = model.table
    if not isinstance(table, TableDef) or not any(_takes_type(column) for column in table.columns):
        return model
    columns = tuple(
        replaced(column, type=_type(table, column, tables, _FARTHEST)) if _takes_type(column) else column
        for column in table.columns
    )
    return replaced(model, table=replaced(table, columns=columns))


def _takes_type(column: ColumnDef) -> bool:
    return isinstance(column.type, Unknown) and column.type.reason == _OF_TARGET


def _type(table: TableDef, column: ColumnDef, tables: dict[ObjectName, list[TableDef]], depth: int) -> ColumnType:
    for key in table.constraints:
        if not isinstance(key, ForeignKeyDef) or column.name not in key.columns or isinstance(key.target, Unknown):
            continue
        position = key.columns.index(column.name)
        for target in tables.get(key.target, ()):
            wanted = key.target_columns or _primary(target.constraints)
            found = target.column(wanted[position]) if position < len(wanted) else None
            if found is not None and not _takes_type(found):
                return found.type
            if found is not None and depth > 0:
                return _type(target, found, tables, depth - 1)
    return column.type


def _primary(constraints: Iterable[object]) -> tuple[str, ...]:
    return next((item.columns for item in constraints if isinstance(item, PrimaryKeyDef)), ())
