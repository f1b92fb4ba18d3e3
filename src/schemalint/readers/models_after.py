"""What is known of tables only when all of them are read: types of foreign keys, indexes made elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemalint.diagnostics import Place
from schemalint.facts.models import ModelDef, TablePlaces
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ColumnDef, ForeignKeyDef, IndexDef, PrimaryKeyDef, TableDef
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown

_OF_TARGET = "the type is that of the referenced column"
_FARTHEST = 20


def completed(models: list[ModelDef], indexes: list[tuple[ObjectName, IndexDef, Place]]) -> tuple[ModelDef, ...]:
    """The models with the indexes that were made outside of them and the types that foreign keys take over."""
    for table, index, place in indexes:
        position = next((at for at, model in enumerate(models) if _holds(model, table)), None)
        if position is not None:
            models[position] = _with_index(models[position], index, place)
    tables: dict[ObjectName, list[TableDef]] = {}
    for model in models:
        if isinstance(model.table, TableDef):
            tables.setdefault(model.table.name, []).append(model.table)
    return tuple(_typed(model, tables) for model in models)


def replaced(record: Any, **changes: Any) -> Any:
    """A record with other values for some fields."""
    return type(record)(**{**{name: getattr(record, name) for name in record.__struct_fields__}, **changes})


def _holds(model: ModelDef, table: ObjectName) -> bool:
    return model.table_name == table and model.kind not in ("single", "imperative")


def _with_index(model: ModelDef, index: IndexDef, place: Place) -> ModelDef:
    assert isinstance(model.table, TableDef)
    places = model.places or TablePlaces(model.place)
    table: TableDef = replaced(model.table, indexes=(*model.table.indexes, index))
    return replaced(model, table=table, places=replaced(places, indexes=(*places.indexes, place)))  # type: ignore[no-any-return]


def _typed(model: ModelDef, tables: dict[ObjectName, list[TableDef]]) -> ModelDef:
    """The model with the types of columns that take that of the column they refer to."""
    table = model.table
    if not isinstance(table, TableDef) or not any(_takes_type(column) for column in table.columns):
        return model
    columns = tuple(
        replaced(column, type=_type(table, column, tables, _FARTHEST)) if _takes_type(column) else column
        for column in table.columns
    )
    return replaced(model, table=replaced(table, columns=columns))  # type: ignore[no-any-return]


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
