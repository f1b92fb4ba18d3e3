"""What the rules on drift share: which tables can be compared, where the history made a column, who is to do what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Union

from schemalint.diagnostics import Related
from schemalint.facts.models import ModelDef
from schemalint.facts.operations import KEEP, AddColumn, AlterColumn, CreateTable, Reach
from schemalint.facts.tables import PrimaryKeyDef
from schemalint.project.subjects import Step
from schemalint.project.tables import Column, Table
from schemalint.rules.declarations import framework_of, owner_of, steps_of
from schemalint.schema.table import TableView

_SHARE = 0.5


def compared(table: Table) -> TableView | None:
    """The table as its history made it, where that can be held against what models declare; else None.

    It cannot where a model leaves the table alone, where classes claim it each for itself, where `env.py` names another
    metadata, where something that was not understood may have changed the columns of the table, and where so few of
    the declared ones are there that it is some other table.
    """
    view = table.migrated
    if table.declared is None or view is None or not table.settled or table.rivals or not _are_owned(table):
        return None
    if not view.settled_since(0, Reach.ANYTHING):
        return None
    named = [column for column in table.columns if column.declared is not None]
    common = sum(column.migrated is not None for column in named)
    return view if named and common >= _SHARE * len(named) else None


def _are_owned(table: Table) -> bool:
    """Whether models leave the table to the history, as far as they and `env.py` tell."""
    named = named_metadata(table)
    known = {model.metadata for other in table.tables for model in other.models} if named else set()
    told = bool(named & known)
    return all(model.managed and (not told or model.metadata in named) for model in table.models)


def named_metadata(table: Table) -> frozenset[str | None]:
    """What the metadata that `env.py` names may be called; empty where it names none.

    Of `db = SQLAlchemy()` it may be the name of the class, which no model is said to belong to.
    """
    env = table.history.env if table.history is not None else None
    named = env.target_metadata.split(", ") if env is not None and env.target_metadata is not None else []
    return frozenset((*named, *(name.removesuffix(".metadata") for name in named)))


def others(table: Table) -> Iterator[Table]:
    """The other tables of the project."""
    return (other for other in table.tables if other is not table)


def is_key(column: Column) -> bool:
    """Whether a column is part of the primary key, on either side."""
    parts = (part.definition for part in column.table.constraints)
    return any(column.name in part.columns for part in parts if isinstance(part, PrimaryKeyDef))


def is_made_by_server(column: Column) -> bool:
    """Whether the server computes or counts the values of a column, on either side."""
    sides = (column.declared, column.migrated.definition if column.migrated is not None else None)
    return any(side is not None and (side.generated is not None or side.identity is not None) for side in sides)


# ---------------------------------------------------------------------------------------------------------------- names


def owner_name(table: Table) -> str:
    """What people call the model: the name of its class, or the variable that holds the table."""
    return table.models[0].name.rpartition(".")[2]


def mapped_class(table: Table) -> ModelDef | None:
    """The class whose rows the table holds, or None where only a `Table(...)` declares it."""
    return next((model for model in table.models if model.kind not in ("core", "implicit")), None)


def told(column: Column) -> str:
    """The column in a message, with the base class that declares it."""
    attribute = column.attribute
    base = attribute.inherited if attribute is not None else None
    return f"`{column.anchor}`" + (f" of `{base.rpartition('.')[2]}`" if base is not None else "")


def elsewhere(column: Column, drifts: Callable[[Column], bool]) -> str:
    """In how many other tables it is so of a column that a base class declares: that is one finding, on its line."""
    owner = owner_of(column)
    if owner == column.anchor:
        return ""
    found = (other.column(column.name) for other in others(column.table))
    alike = [item for item in found if item is not None and owner_of(item) == owner and drifts(item)]
    if not alike:
        return ""
    return f"; so it is in `{alike[0].table.name}`" + (f" and {len(alike) - 1} more" if len(alike) > 1 else "")


# ---------------------------------------------------------------------------------------------------------- the history


def made_by(column: Column, aspect: str = "") -> tuple[Related, ...]:
    """The step of the history that says this of the column (`type`, `nullable`) last, else the one that made it."""
    step = _last(column, aspect)
    if step is None:
        return ()
    return (Related(step.place, f"revision `{step.revision.id}` makes it so"),)


def _last(column: Column, aspect: str) -> Step | None:
    assert column.migrated is not None
    found = None
    for step in steps_of(column.table):
        if step.number == column.migrated.created_at or _says(step, column, aspect):
            found = step
    return found


def _says(step: Step, column: Column, aspect: str) -> bool:
    operation, table = step.operation, column.table.name
    if isinstance(operation, CreateTable):
        return operation.table.name == table and operation.table.column(column.name) is not None
    if isinstance(operation, AddColumn):
        return operation.table == table and operation.column.name == column.name
    if not isinstance(operation, AlterColumn) or (operation.table, operation.column) != (table, column.name):
        return False
    return aspect != "" and getattr(operation, aspect) != KEEP


def to_write(table: Table, operation: str) -> str:
    """How a revision is made that brings the models to the database; `operation` is what Alembic would write in it."""
    framework = framework_of(table)
    if framework == "django":
        return "`python manage.py makemigrations` writes the migration."
    if framework == "alembic":
        return f'`alembic revision --autogenerate -m "..."` writes the revision: {operation}.'
    return "Write the migration for it."


def dialect_of(table: Table) -> Union[str, None]:
    """The server that the history was read for; None while undecided."""
    servers = table.target.servers if table.target is not None else ()
    return servers[0].dialect if servers else None
