"""How a table is declared, and where its history makes what is declared."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from schemalint.diagnostics import Place, Related
from schemalint.facts.tables import IndexDef
from schemalint.project.subjects import Step
from schemalint.project.tables import Column, Table, TablePart


class Style(Enum):
    """What declares the columns of a table."""

    MAPPED = "mapped_column"
    COLUMN = "Column"
    CORE = "Table"
    FIELD = "Field"
    DJANGO = "models"
    HISTORY = "op"


def style_of(table: Table) -> Style:
    """What declares the columns of a table; `HISTORY` where no model does."""
    if not table.models:
        return Style.HISTORY
    model = table.models[0]
    if model.library != "sqlalchemy":
        return Style.DJANGO if model.library == "django" else Style.FIELD
    if model.kind == "core":
        return Style.CORE
    return Style.MAPPED if any(item.annotation is not None for item in model.attributes) else Style.COLUMN


def framework_of(table: Table) -> str:
    """What runs the table's history: alembic, django, or a tool for SQL files."""
    revisions = table.history.revisions if table.history is not None else ()
    return revisions[0].definition.framework if revisions else "alembic"


def owner_of(column: Column) -> str:
    """The column as an anchor: `posts.user_id`, or `app.mixins.Audited.user_id` where a base class declares it.

    What a base declares for many tables is one cause in one place, and is reported once.
    """
    attribute = column.attribute
    if attribute is not None and attribute.inherited is not None:
        return f"{attribute.inherited}.{attribute.name}"
    return column.anchor


def shown(column: Column) -> str:
    """The column in a message: `posts.user_id`, or `Audited.user_id` where a base class declares it."""
    attribute = column.attribute
    if attribute is not None and attribute.inherited is not None:
        return f"{attribute.inherited.rpartition('.')[2]}.{attribute.name}"
    return column.anchor


def place_of(column: Column, *options: str) -> Place:
    """The place of the first of these arguments that the column was given, else of the column."""
    return column.attribute.option(*options) if column.attribute is not None else column.place


def key_place(part: TablePart, column: Column | None) -> Place:
    """The place of a foreign key: the `ForeignKey` among the arguments of its only column, else that of its own."""
    attribute = column.attribute if column is not None and part.declared else None
    return dict(attribute.options).get("ForeignKey", part.place) if attribute is not None else part.place


def part_brought_by(table: Table, part: TablePart) -> tuple[Related, ...]:
    """The step of the history that made an index or constraint, for one that models declare."""
    if table.migrated is None or not (part.declared and part.migrated):
        return ()
    views = table.migrated.indexes() if isinstance(part.definition, IndexDef) else table.migrated.constraints()
    twin = next((view for view in views if _columns(view.definition) == _columns(part.definition)), None)
    return _related(table, twin.created_at if twin is not None else None)


def steps_of(table: Table) -> Iterator[Step]:
    """The steps of the table's history, in the order of the replay."""
    for revision in table.history.ordered if table.history is not None else ():
        yield from revision.steps


def _related(table: Table, number: int | None) -> tuple[Related, ...]:
    step = next((step for step in steps_of(table) if step.number == number), None)
    if step is None:
        return ()
    return (Related(step.place, f"revision `{step.revision.id}` brings it to the database"),)


def _columns(definition: object) -> object:
    return type(definition), getattr(definition, "columns", None)
