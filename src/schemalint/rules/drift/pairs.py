"""Which constraints and indexes of a table are the same to the database, whatever they are called."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Union

from schemalint.diagnostics import Related
from schemalint.facts.operations import Reach
from schemalint.facts.tables import (
    CheckDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Part, Table, TablePart
from schemalint.rules.declarations import steps_of
from schemalint.rules.drift.common import compared
from schemalint.schema.parts import ConstraintView, EnumView, IndexView
from schemalint.schema.spelling import plain_sql
from schemalint.schema.table import TableView

_FLASK = "flask_sqlalchemy."  # that of `db.Model`, where it is not evident which `db` is meant
Made = Union[ConstraintView, IndexView]


def paired(table: Table) -> TableView | None:
    """The table as its history made it, where it is proven that the history is that of the models, and nothing that was
    not understood may have changed its constraints or indexes; else None.

    It is proven where the environment names the metadata of the models, where Django says which app has which
    migrations, and where there is no other metadata that the history, and no other history that the table, could
    belong to.
    """
    view = compared(table)
    return view if view is not None and view.settled_since(0, Reach.PARTS) and _is_proven(table) else None


def _is_proven(table: Table) -> bool:
    own = {model.metadata for model in table.models}
    env = table.history.env if table.history is not None else None
    named = env.target_metadata.split(", ") if env is not None and env.target_metadata is not None else []
    if any(_is_among(metadata, named) for metadata in own):
        return all(_is_among(metadata, named) for metadata in own)
    if all(model.library == "django" for model in table.models):
        return True
    known = {model.metadata for other in table.tables for model in other.models}
    apart = [metadata for metadata in known if metadata is None or not metadata.startswith(_FLASK)]
    return len(apart) <= 1 and len(table.tables.by_name[table.name]) == 1


def _is_among(metadata: str | None, named: Collection[str]) -> bool:
    return metadata in named or f"{metadata}.metadata" in named


def is_filtered(table: Table) -> bool:
    """Whether the environment keeps things from autogenerate that only the database has: they are meant to be there."""
    env = table.history.env if table.history is not None else None
    return env is not None and env.include_object


def declared_parts(table: Table) -> tuple[TablePart, ...]:
    """The constraints and indexes that models declare, with their places."""
    return tuple(part for part in (*table.constraints, *table.indexes) if part.declared)


def made_parts(view: TableView) -> tuple[Made, ...]:
    """The constraints and indexes that the history made."""
    return (*view.constraints(), *view.indexes())


def made_in(table: Table, made: Made | EnumView) -> tuple[Related, ...]:
    """The step that made a constraint, an index or an enum."""
    step = next((step for step in steps_of(table) if step.number == made.created_at), None)
    return (Related(step.place, f"revision `{step.revision.id}` makes it"),) if step is not None else ()


def name_of(part: Part) -> str | None:
    """The name that a constraint or index was given, or that a convention gives it."""
    return part.name if isinstance(part.name, str) else None


def columns_of(part: Part) -> tuple[str, ...]:
    """The columns that a constraint or index names, those inside expressions left out."""
    if isinstance(part, IndexDef):
        elements = () if isinstance(part.elements, Unknown) else part.elements
        return tuple(element.column for element in elements if element.column is not None)
    return () if isinstance(part, CheckDef) else getattr(part, "columns", ())


def kept_apart(part: Part) -> frozenset[str] | None:
    """The columns by which a part tells any two rows apart; None where it does not, or only some rows."""
    if isinstance(part, (PrimaryKeyDef, UniqueDef)):
        return frozenset(part.columns)
    if isinstance(part, IndexDef) and part.unique is True and part.predicate is None and part.columns is not None:
        return frozenset(part.columns)
    return None


def is_unique(part: Part) -> bool:
    """Whether a part keeps rows apart, be it only some, or by an expression."""
    return isinstance(part, UniqueDef) or (isinstance(part, IndexDef) and part.unique is True)


def answers(part: Part, others: Iterable[Part]) -> bool:
    """Whether one of these parts does what this one does, or may: something of it is not known."""
    return any(_does(other, part) for other in others)


def _does(other: Part, part: Part) -> bool:
    if isinstance(part, PrimaryKeyDef):
        return isinstance(other, PrimaryKeyDef) and set(other.columns) == set(part.columns)
    if isinstance(part, ForeignKeyDef):
        return isinstance(other, ForeignKeyDef) and same_reference(other, part)
    if is_unique(part):
        return _keeps_apart(other, part)
    return isinstance(part, IndexDef) and _serves(other, part)


def same_reference(one: ForeignKeyDef, two: ForeignKeyDef) -> bool:
    """Whether two foreign keys are over the same columns and refer to one table, as far as is known."""
    if set(one.columns) != set(two.columns):
        return False
    if isinstance(one.target, Unknown) or isinstance(two.target, Unknown):
        return True
    if one.target.schema is None or two.target.schema is None:
        return one.target.name == two.target.name
    return one.target == two.target


def _keeps_apart(other: Part, part: Part) -> bool:
    """Whether a part refuses all rows that another one refuses: fewer columns refuse more."""
    apart = kept_apart(other)
    if apart is not None and (isinstance(part, UniqueDef) or not _is_computed(part)):
        return apart <= set(columns_of(part))
    return isinstance(other, IndexDef) and other.unique is not False and _may_be_alike(other, part)


def _is_computed(part: Part) -> bool:
    return isinstance(part, IndexDef) and part.columns is None


def _serves(other: Part, part: IndexDef) -> bool:
    """Whether an index, or one that comes with a key, is over the same columns, in any order or way."""
    if isinstance(other, IndexDef):
        return _may_be_alike(other, part)
    return part.columns is not None and kept_apart(other) == frozenset(part.columns)


def _may_be_alike(other: IndexDef, part: Part) -> bool:
    """Whether two indexes are of one name or over the same keys. Of expressions that are written differently, and of
    conditions, that is not told apart."""
    if name_of(other) is not None and name_of(other) == name_of(part):
        return True
    if not isinstance(part, IndexDef):
        return set(columns_of(other)) == set(columns_of(part)) and not _is_computed(other)
    if isinstance(other.elements, Unknown) or isinstance(part.elements, Unknown):
        return True
    if len(other.elements) != len(part.elements):
        return False
    one, two = set(map(_key, other.elements)), set(map(_key, part.elements))
    return one == two or (_is_computed(other) and _is_computed(part))


def _key(element: IndexElement) -> str:
    return element.column if element.column is not None else plain_sql(element.expression or "")


def listed(names: Iterable[str]) -> str:
    """Names as a list for people: `a`, `b` and `c`."""
    quoted = [f"`{name}`" for name in names]
    return " and ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part) if quoted else ""
