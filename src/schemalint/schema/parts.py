"""Views of columns, indexes, constraints, enums and other objects: a definition and where it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateObject
from schemalint.facts.tables import ColumnDef, ConstraintDef, EnumDef, IndexDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.store import ConstraintState, Entry

_NOT_ORDERED = frozenset({"gin", "gist", "spgist", "brin", "fulltext", "spatial"})
_NOT_NULL = re.compile(r"\(*\s*\"?(\w+)\"?\s+IS\s+NOT\s+NULL\s*\)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column. `created_in` and `created_at` (a step) are None where it was there before the history."""

    definition: ColumnDef
    created_in: str | None
    created_at: int | None
    changed_in: str

    @property
    def name(self) -> str:
        """The name of the column."""
        return self.definition.name

    @classmethod
    def of(cls, entry: Entry[ColumnDef]) -> ColumnView:
        """The view of an entry."""
        return cls(entry.value, entry.origin.revision, entry.origin.step, entry.revision)


@dataclass(frozen=True, slots=True)
class IndexView:
    """An index and its table."""

    definition: IndexDef
    table: ObjectName
    created_in: str | None
    created_at: int | None

    @classmethod
    def of(cls, entry: Entry[IndexDef], table: ObjectName) -> IndexView:
        """The view of an entry."""
        return cls(entry.value, table, entry.origin.revision, entry.origin.step)

    def covers(self, columns: tuple[str, ...]) -> bool | None:
        """Whether the index serves a search for these columns: they lead it, in any order; None where it may.

        A partial index does not, but for one that only leaves out NULLs, which no such search looks for.
        """
        index = self.definition
        if isinstance(index.elements, Unknown):
            return None
        if index.method is not None and index.method.lower() in _NOT_ORDERED:
            return False
        if not _lead(tuple(element.column for element in index.elements), columns):
            return False
        if isinstance(index.predicate, Unknown):
            return None
        if index.predicate is not None:
            without_nulls = _NOT_NULL.fullmatch(index.predicate.strip())
            if without_nulls is None or without_nulls[1] not in columns:
                return False
        return True


@dataclass(frozen=True, slots=True)
class ConstraintView:
    """A constraint and its table.

    `valid` is None where it is not known whether the rows were checked; `validated_in` is the revision that checked
    those of a constraint added NOT VALID. `not_null` is the column of a NOT NULL that was added so and is still not
    valid.
    """

    definition: ConstraintDef
    table: ObjectName
    valid: bool | None
    validated_in: str | None
    created_in: str | None
    created_at: int | None
    not_null: str | None = None

    @classmethod
    def of(cls, entry: Entry[ConstraintState], table: ObjectName) -> ConstraintView:
        """The view of an entry."""
        state = entry.value
        origin = entry.origin
        return cls(
            state.definition, table, state.valid, state.validated_in, origin.revision, origin.step, state.not_null
        )

    def covers(self, columns: tuple[str, ...]) -> bool:
        """Whether the index that the server keeps for the constraint serves a search for these columns."""
        definition = self.definition
        return isinstance(definition, (PrimaryKeyDef, UniqueDef)) and _lead(definition.columns, columns)


@dataclass(frozen=True, slots=True)
class EnumView:
    """An enum type."""

    definition: EnumDef
    created_in: str | None
    created_at: int | None

    @classmethod
    def of(cls, entry: Entry[EnumDef]) -> EnumView:
        """The view of an entry."""
        return cls(entry.value, entry.origin.revision, entry.origin.step)


@dataclass(frozen=True, slots=True)
class ObjectView:
    """A view, function, trigger, policy, extension, ..., as the operation that made it says."""

    definition: CreateObject
    created_in: str | None
    created_at: int | None

    @classmethod
    def of(cls, entry: Entry[CreateObject]) -> ObjectView:
        """The view of an entry."""
        return cls(entry.value, entry.origin.revision, entry.origin.step)


def _lead(keys: tuple[str | None, ...], columns: tuple[str, ...]) -> bool:
    """Whether the columns are the first keys, in any order."""
    return bool(columns) and set(keys[: len(columns)]) == set(columns)
