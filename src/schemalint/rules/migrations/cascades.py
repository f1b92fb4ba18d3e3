"""What goes with a schema, a type or a domain that is dropped with CASCADE, as far as the history knows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DropEnum, DropObject, DropSchema
from schemalint.project.subjects import Step
from schemalint.rules.common import is_new
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView

_SHOWN = 3


def cascading(step: Step) -> str | None:
    """What a step drops with CASCADE, if it is a schema, a type or a domain: "schema `billing`"."""
    operation = step.operation
    if isinstance(operation, DropObject) and operation.kind == "domain" and operation.cascade:
        return f"domain `{operation.name}`"
    if isinstance(operation, DropEnum) and operation.cascade:
        return f"type `{operation.name}`"
    return f"schema `{operation.name}`" if isinstance(operation, DropSchema) and operation.cascade else None


def tables_lost(step: Step) -> Iterator[ObjectName]:
    """The tables in use that a step drops beside what it names."""
    after = _after(step)
    for table in step.schema.tables() if after is not None else ():
        if after is not None and after.table(table.name) is None and not is_new(step, table.name):
            yield table.name


def columns_lost(step: Step) -> Iterator[tuple[TableView, str]]:
    """The columns in use that a step drops from tables that stay, those left out that may be of another type by now."""
    after = _after(step)
    for table in step.schema.tables() if after is not None else ():
        left = after.table(table.name) if after is not None else None
        for column in table.columns() if left is not None else ():
            gone = left is not None and left.column(column.name) is None
            settled = table.settled_since(column.created_at or 0)
            if gone and settled and not is_new(step, table.name, column.name):
                yield table, column.name


def named(names: Sequence[object]) -> str:
    """The first names, and how many more there are."""
    shown = [f"`{name}`" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        return f"{', '.join(shown)} and {len(names) - _SHOWN} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


def doubt(step: Step) -> tuple[str, ...]:
    """That more may be lost than is known, as a fact; nothing where the history knows it all."""
    operation = step.operation
    if isinstance(operation, DropSchema):
        known, where = step.schema.knows_all_of(operation.name), f"is in `{operation.name}`"
    else:
        known, where = step.schema.self_contained, "uses it"
    return () if known else (f"there may be more: the history does not show all that {where}",)


def _after(step: Step) -> SchemaView | None:
    """The schema after a step."""
    timeline = step.revision.history.timeline
    return timeline.at(step.number) if timeline is not None else None
