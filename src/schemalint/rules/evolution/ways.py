"""How a name changes without a moment in which nobody answers to the old one, in the author's own language."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, CreateObject, DropColumn, DropObject, RenameTable
from schemalint.facts.tables import ColumnDef
from schemalint.facts.types import SqlType
from schemalint.project.subjects import Step
from schemalint.rules.common import way_for
from schemalint.rules.locking.safe import Stage, safe_way

_VIEW = (
    "leave a view under the old name, with the grants of the table, until no running release asks for it; "
    "INSERT, UPDATE and DELETE go through it"
)


def way_for_table(step: Step, old: ObjectName, new: ObjectName) -> str:
    """The class or model gets the new name alone; or a view keeps the old one. SQLite's views cannot be written to."""
    kept = way_for(
        step.revision,
        alembic=f'Rename the class alone and keep its table: `__tablename__ = "{old.name}"`',
        django=f'Rename the model alone and keep its table: `db_table = "{old.name}"`, in an `AlterModelTable` that '
        "stands before the `RenameModel`",
        sql="Rename the class in the code alone and keep its table",
    )
    if step.placed.derived:
        kept = (
            f'Keep the table between: `db_table="{old.name}"` in the `ManyToManyField`, in an `AlterField` before this'
        )
    if any(server.dialect == "sqlite" for server in step.target.servers):
        return f"{kept}. A view under the old name would do for reads alone: SQLite's take no writes."
    from schemalint.emit.names import path

    renamed = replace(new, schema=new.schema or old.schema)
    query = f"SELECT * FROM {path(renamed)}"  # noqa: S608
    view = CreateObject("view", old, (renamed,), f"CREATE VIEW {path(old)} AS {query}")
    in_django = step.revision.definition.framework == "django"
    first = Stage((view,), note="after what stands here now") if in_django else Stage((RenameTable(old, new), view))
    last = Stage((DropObject("view", old),), note=f"in a later release, when nothing asks for `{old}` any more")
    return safe_way(step.revision, f"{kept}. Or {_VIEW}:", first, last)


def way_for_column(step: Step, table: ObjectName, old: str, new: str) -> str:
    """The attribute gets the new name alone; or a second column stands beside the first for a release."""
    if step.placed.derived:
        return (
            "Leave the columns of the table between their names: declare it as a model (`through`) whose foreign keys "
            f'have them as `db_column` ("{old}").'
        )
    kept = way_for(
        step.revision,
        alembic=f'Rename the attribute alone and keep its column: `{new} = mapped_column("{old}", ...)`.',
        django=f'Rename the field alone and keep its column: `db_column="{old}"` in the field; a `RenameField` comes '
        "after the `AlterField` that says so, as makemigrations writes it.",
        sql="Rename the attribute in the code alone and keep its column.",
    )
    beside = f"If the column has to go, add `{new}` beside it and drop `{old}` in a later release"
    definition = _beside(step, table, old, new)
    if definition is None or step.revision.definition.framework == "django":
        return f"{kept} {beside}: write both, copy, then read the new one."
    note = f"write `{old}` and `{new}` from the application or a trigger, and copy in batches; then read `{new}`"
    return safe_way(
        step.revision,
        f"{kept} {beside}:",
        Stage((AddColumn(table, definition),), note=f"with the keys, checks and indexes of `{old}`"),
        Stage((), note=note),
        Stage((DropColumn(table, old),), note=f"in a later release, when nothing asks for `{old}` any more"),
    )


def _beside(step: Step, table: ObjectName, old: str, new: str) -> ColumnDef | None:
    """A column like the old one that every row can do without; None where it is not known what that is like."""
    found = step.schema.table(table)
    known = found.column(old) if found is not None else None
    if known is None or not isinstance(known.definition.type, SqlType) or known.definition.generated is not None:
        return None
    return ColumnDef(new, known.definition.type)
