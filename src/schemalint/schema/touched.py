"""Which tables, enums and other objects operations work on, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateEnum, CreateTable, DropIndex, Operation, RenameIndex
from schemalint.schema.view import SchemaView


def touched(operations: Iterable[Operation], *views: SchemaView) -> tuple[ObjectName, ...]:
    """The names that the operations give, those of new names among them; an index is looked up in the views."""
    found: dict[ObjectName, None] = {}
    for operation in operations:
        found.update(dict.fromkeys(_names(operation, views)))
    return tuple(found)


def _names(operation: Operation, views: tuple[SchemaView, ...]) -> Iterator[ObjectName]:
    if isinstance(operation, CreateTable):
        yield operation.table.name
    elif isinstance(operation, CreateEnum):
        yield operation.enum.name
    elif isinstance(operation, (DropIndex, RenameIndex)) and isinstance(operation.name, str):
        indexes = (view.index(operation.name, operation.schema) for view in views)
        yield from (index.table for index in indexes if index is not None)
    for field in operation.__struct_fields__:
        value = getattr(operation, field)
        if isinstance(value, ObjectName):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, ObjectName))
