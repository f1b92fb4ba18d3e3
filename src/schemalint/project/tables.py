"""Tables and their columns: what models declare and what the history made, seen as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from schemalint.diagnostics import Place
from schemalint.facts.models import Attribute, ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    ColumnDef,
    ConstraintDef,
    ForeignKeyDef,
    IndexDef,
    PrimaryKeyDef,
    TableDef,
)
from schemalint.project.subjects import History, Target
from schemalint.schema.parts import ColumnView, ConstraintView, IndexView
from schemalint.schema.table import TableView

Part = Union[IndexDef, ConstraintDef]


@dataclass(frozen=True, slots=True, eq=False)
class TablePart:
    """An index or constraint of a table: where it stands, and whether models declare it or the history made it."""

    definition: Part
    place: Place
    declared: bool
    migrated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of a table, as it is declared and as the history made it; at least one of both is there."""

    table: Table
    name: str
    declared: ColumnDef | None
    migrated: ColumnView | None
    place: Place
    attributes: tuple[Attribute, ...] = ()

    @property
    def definition(self) -> ColumnDef:
        """The column as it is declared, else as the history made it."""
        definition = self.declared or (self.migrated.definition if self.migrated is not None else None)
        assert definition is not None
        return definition

    @property
    def attribute(self) -> Attribute | None:
        """The attribute of a class that stands for the column; of several the first."""
        return self.attributes[0] if self.attributes else None

    @property
    def anchor(self) -> str:
        """What the column is, for fingerprints: `users.email`."""
        return f"{self.table.name}.{self.name}"

    @property
    def foreign_keys(self) -> tuple[TablePart, ...]:
        """The foreign keys that the column is part of."""
        return tuple(key for key in self.table.foreign_keys if self.name in _columns(key.definition))


@dataclass(slots=True, eq=False)
class Table:
    """A table, as models declare it (`declared`) and as it stands at the end of its history (`migrated`).

    `models` are the classes and tables of code that declare it; `rivals` those among them that claim it each for
    itself, without inheritance, where there is more than one. `history` is that of the metadata, None where none is
    paired with it. `settled` tells that what is absent from both is absent: where it is not set, nothing may be said
    to be missing.
    """

    name: ObjectName
    place: Place
    declared: TableDef | None
    migrated: TableView | None
    models: tuple[ModelDef, ...]
    rivals: tuple[ModelDef, ...]
    history: History | None
    target: Target | None
    settled: bool
    tables: Tables
    columns: tuple[Column, ...] = ()
    indexes: tuple[TablePart, ...] = ()
    constraints: tuple[TablePart, ...] = ()

    @property
    def anchor(self) -> str:
        """What the table is, for fingerprints."""
        return str(self.name)

    @property
    def definition(self) -> TableDef:
        """The table as it is declared, else as the history made it."""
        definition = self.declared or (self.migrated.definition if self.migrated is not None else None)
        assert definition is not None
        return definition

    @property
    def complete(self) -> bool:
        """Whether all of the table is known, as it is declared or, where it is not, as the history made it."""
        return self.definition.complete

    @property
    def primary_key(self) -> PrimaryKeyDef | None:
        """The primary key, or None where none is known."""
        found = (part.definition for part in self.constraints)
        return next((item for item in found if isinstance(item, PrimaryKeyDef)), None)

    @property
    def foreign_keys(self) -> tuple[TablePart, ...]:
        """The foreign keys."""
        return tuple(part for part in self.constraints if isinstance(part.definition, ForeignKeyDef))

    def column(self, name: str) -> Column | None:
        """The column of a name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def has_column(self, name: str) -> bool | None:
        """Whether the table has a column; None where that is not known."""
        if self.column(name) is not None:
            return True
        if not self.settled or not self.complete:
            return None
        return False if self.migrated is None else self.migrated.has_column(name)

    def is_covered(self, columns: tuple[str, ...]) -> bool | None:
        """Whether an index, a unique constraint or the primary key serves a search for these columns.

        They lead it, in any order. None where one may be there that is not known.
        """
        doubt = not self.settled or not self.complete
        for part in (*self.indexes, *self.constraints):
            answer = _covers(part.definition, self.name, columns)
            if answer:
                return True
            doubt = doubt or answer is None
        if doubt:
            return None
        return False if self.migrated is None else self.migrated.is_covered(columns)


@dataclass(slots=True, eq=False)
class Tables:
    """The tables of a project. `unnamed` are the models whose table has a name that is computed."""

    all: tuple[Table, ...] = ()
    unnamed: tuple[ModelDef, ...] = ()
    by_name: dict[ObjectName, list[Table]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Table]:
        return iter(self.all)

    def find(self, name: ObjectName, near: Table | None = None) -> Table | None:
        """The table of a name; of several the one with the same metadata or history as `near`."""
        found = self.by_name.get(name, [])
        if near is not None:
            for table in found:
                if _metadata(table) & _metadata(near) or (table.history is not None and table.history is near.history):
                    return table
        return found[0] if found else None


def _metadata(table: Table) -> set[str | None]:
    return {model.metadata for model in table.models}


def _columns(definition: Part) -> tuple[str, ...]:
    return getattr(definition, "columns", None) or ()


def _covers(definition: Part, table: ObjectName, columns: tuple[str, ...]) -> bool | None:
    if isinstance(definition, IndexDef):
        return IndexView(definition, table, None, None).covers(columns)
    return ConstraintView(definition, table, None, None, None, None).covers(columns)
