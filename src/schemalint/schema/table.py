"""A table as it stands after one step of the replay."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Reach
from schemalint.facts.tables import TableDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.definitions import default_constraint_name, default_index_name
from schemalint.schema.parts import ColumnView, ConstraintView, IndexView
from schemalint.schema.store import (
    ConstraintState,
    Entry,
    Key,
    Parentage,
    TableStore,
    Taints,
    Track,
    Unnamed,
    Visible,
)

T = TypeVar("T")
K = TypeVar("K", bound=Key)


class TableView:
    """A table that is known to be there, after a step. A renamed table keeps its identity and its origin."""

    __slots__ = ("_everywhere", "_step", "_store", "_visible", "name")

    def __init__(self, store: TableStore, everywhere: Taints, step: int, visible: Visible | None) -> None:
        self._store = store
        self._everywhere = everywhere
        self._step = step
        self._visible = visible
        entry, _ = store.names.at(step, visible)
        self.name: ObjectName = entry.value if entry is not None else store.names.entries[0].value

    @property
    def created_in(self) -> str | None:
        """The revision that created the table; None where it was there before the history."""
        return self._store.origin.revision

    @property
    def created_at(self) -> int | None:
        """The step that created the table; None where it was there before the history."""
        return self._store.origin.step

    @property
    def complete(self) -> bool:
        """Whether all that is in the table is known: the history created it and nothing opaque came since."""
        return self.gap is None

    def is_complete(self, least: Reach) -> bool:
        """The same, up to what reaches less far."""
        return self._store.gap is None and self.settled_since(0, least)

    @property
    def gap(self) -> str | None:
        """Why the contents are not known in full; None where they are."""
        if self._store.gap is not None:
            return self._store.gap
        return self._changed_unseen(self._store.origin.step or 0)

    @property
    def definition(self) -> TableDef:
        """The table as one record, assembled from what is known to be there."""
        comment, _ = self._store.comments.at(self._step, self._visible)
        return TableDef(
            name=self.name,
            columns=tuple(column.definition for column in self.columns()),
            constraints=tuple(constraint.definition for constraint in self.constraints()),
            indexes=tuple(index.definition for index in self.indexes()),
            comment=comment.value if comment is not None else None,
            complete=self.complete,
            partition_by=self.partition_by,
        )

    @property
    def definition_as_named(self) -> TableDef:
        """The same, but what was given no name has the one that PostgreSQL chose where a rename has outdated it."""
        definition = self.definition
        columns = [column.name for column in definition.columns]
        constraints = (
            replace(
                state.definition,
                name=_outdated(key, default_constraint_name(self.name.name, state.definition, columns)),
            )
            if isinstance(key, Unnamed) and state.definition.name is None
            else state.definition
            for key, state in self._present_by_key(self._store.constraints)
        )
        indexes = (
            replace(index, name=_outdated(key, default_index_name(self.name.name, index)))
            if isinstance(key, Unnamed) and index.name is None
            else index
            for key, index in self._present_by_key(self._store.indexes)
        )
        return replace(definition, constraints=tuple(constraints), indexes=tuple(indexes))

    @property
    def partition_by(self) -> str | None:
        """How the table is partitioned, as it is written; None where it is not, or that is not known."""
        return self._store.partition_by

    @property
    def is_partitioned(self) -> bool:
        """Whether the table is known to be partitioned: it was created so, or a table is a partition of it."""
        return self._store.partition_by is not None or bool(self.partitions())

    def partition_of(self) -> TableView | None:
        """The table that this one is a partition of."""
        return next((self._at(kin.parent) for kin in self._parents() if kin.bounds is not None), None)

    def inherits(self) -> tuple[TableView, ...]:
        """The tables that this one inherits from."""
        return tuple(self._at(kin.parent) for kin in self._parents() if kin.bounds is None)

    def partitions(self) -> tuple[TableView, ...]:
        """The partitions that are known, without those of partitions."""
        return self._children(lambda bounds: bounds is not None)

    def children(self) -> tuple[TableView, ...]:
        """The tables that are known to inherit from this one, without those that inherit from them."""
        return self._children(lambda bounds: bounds is None)

    def default_partition(self) -> TableView | None:
        """The partition for what fits into no other."""
        found = self._children(lambda bounds: bounds is not None and bounds.strip().upper() == "DEFAULT")
        return found[0] if found else None

    def column(self, name: str) -> ColumnView | None:
        """The column of a name; None where it is absent or not known to be there."""
        entry, _ = self._find(self._store.columns.get(name))
        return ColumnView.of(entry) if entry is not None and entry.present else None

    def columns(self) -> tuple[ColumnView, ...]:
        """The columns that are known to be there, in their order."""
        return tuple(ColumnView.of(entry) for entry in self._present(self._store.columns))

    def has_column(self, name: str) -> bool | None:
        """Whether the table has a column; None where that is not known."""
        return self._presence(self._store.columns.get(name), Reach.ANYTHING)

    def index(self, name: str) -> IndexView | None:
        """The index of a name; None where it is absent or not known to be there."""
        entry, _ = self._find(self._named(self._store.indexes, name))
        return IndexView.of(entry, self.name) if entry is not None and entry.present else None

    def indexes(self) -> tuple[IndexView, ...]:
        """The indexes that are known to be there. Those that the server keeps for constraints are not listed."""
        return tuple(IndexView.of(entry, self.name) for entry in self._present(self._store.indexes))

    def has_index(self, name: str) -> bool | None:
        """Whether the table has an index; None where that is not known, as where the name of one is not."""
        found = self._presence(self._named(self._store.indexes, name))
        nameless = found is False and any(isinstance(index.definition.name, Unknown) for index in self.indexes())
        return None if nameless else found

    def constraint(self, name: str) -> ConstraintView | None:
        """The constraint of a name, by the name that PostgreSQL gives it where the source gives none."""
        entry, _ = self._find(self._named(self._store.constraints, name))
        return ConstraintView.of(entry, self.name) if entry is not None and entry.present else None

    def constraints(self) -> tuple[ConstraintView, ...]:
        """The constraints that are known to be there."""
        return tuple(ConstraintView.of(entry, self.name) for entry in self._present(self._store.constraints))

    def has_constraint(self, name: str, kind: str | None = None) -> bool | None:
        """Whether the table has a constraint, of a kind (a tag of `ConstraintDef`) where one is given.

        None where that is not known, as where an unnamed one of the kind may be it.
        """
        presence = self._presence(self._named(self._store.constraints, name))
        if presence is not False:
            return presence
        unnamed = (
            track
            for key, track in self._store.constraints.items()
            if isinstance(key, Unnamed) and track.last is not None and kind in (None, _kind(track.last))
        )
        return None if any(self._presence(track) is not False for track in unnamed) else False

    def doubtful_constraints(self) -> Iterator[ConstraintView]:
        """The constraints that the history made or dropped and of which it is not known whether they are there; it is
        not known of them either whether they are valid."""
        for track in self._store.constraints.values():
            entry, _ = self._find(track)
            if entry is not None and self._presence(track, Reach.PARTS) is None:
                yield dataclasses.replace(ConstraintView.of(entry, self.name), valid=None)

    def indexes_covering(self, columns: tuple[str, ...]) -> tuple[IndexView | ConstraintView, ...]:
        """The indexes, unique constraints and primary key that serve a search for these columns."""
        indexes = (index for index in self.indexes() if index.covers(columns))
        constraints = (constraint for constraint in self.constraints() if constraint.covers(columns))
        return (*indexes, *constraints)

    def is_covered(self, columns: tuple[str, ...]) -> bool | None:
        """Whether some index serves a search for these columns; None where one may be there that is not known."""
        if self.indexes_covering(columns):
            return True
        if not self._knows_indexes_of(columns) or any(index.covers(columns) is None for index in self.indexes()):
            return None
        return None if any(part.covers(columns) is not False for part in self._doubtful_keys()) else False

    def _knows_indexes_of(self, columns: tuple[str, ...]) -> bool:
        """Whether all indexes of these columns are known: none is older than its columns."""
        made = [column.created_at for column in map(self.column, columns) if column is not None]
        newest = max((step for step in made if step is not None), default=None)
        return self.is_complete(Reach.PARTS) if newest is None else self.settled_since(newest, Reach.PARTS)

    def _doubtful_keys(self) -> Iterator[IndexView | ConstraintView]:
        """The indexes and constraints that the history made or dropped and that may or may not be there."""
        for track in self._store.indexes.values():
            entry, _ = self._find(track)
            if entry is not None and self._presence(track, Reach.PARTS) is None:
                yield IndexView.of(entry, self.name)
        yield from self.doubtful_constraints()

    @property
    def doubtful_columns(self) -> bool:
        """Whether it is not known of some column that the history made or dropped if it is there."""
        return any(self._presence(track, Reach.ANYTHING) is None for track in self._store.columns.values())

    @property
    def doubtful_parts(self) -> bool:
        """Whether it is not known of some index or constraint that the history made or dropped if it is there."""
        return any(self._presence(track, Reach.PARTS) is None for track in self._store.indexes.values()) or any(
            self._presence(track, Reach.PARTS) is None for track in self._store.constraints.values()
        )

    def settled_since(self, step: int, least: Reach = Reach.NAMES) -> bool:
        """Whether nothing opaque may have changed the table after a step, up to what reaches less far."""
        return self._changed_unseen(max(step, self._store.origin.step or 0), least) is None

    def _at(self, store: TableStore) -> TableView:
        """Another table after the same step."""
        return TableView(store, self._everywhere, self._step, self._visible)

    def _parents(self) -> tuple[Parentage, ...]:
        entry, _ = self._store.parents.at(self._step, self._visible)
        return entry.value if entry is not None else ()

    def _children(self, wanted: Callable[[str | None], bool]) -> tuple[TableView, ...]:
        """The tables that are there and part of this one, by their bounds."""
        if not self._store.children:
            return ()
        there = (self._at(store) for store in self._store.children if store.exists(self._step, self._visible))
        return tuple(
            child
            for child in there
            if any(kin.parent is self._store and wanted(kin.bounds) for kin in child._parents())
        )

    def _named(self, tracks: Mapping[Key, Track[T]], name: str) -> Track[T] | None:
        """The track of a name as given, else of one without a name to which PostgreSQL would give it: the first that is
        or may be there, else the first."""
        given = [tracks[name]] if name in tracks else []
        found = (*given, *(track for key, track in tracks.items() if isinstance(key, Unnamed) and key.default == name))
        entries = ((track, self._find(track)[0]) for track in found)
        there = (track for track, entry in entries if entry is not None and entry.present is not False)
        return next(there, found[0] if found else None)

    def _find(self, track: Track[T] | None) -> tuple[Entry[T] | None, bool]:
        return track.at(self._step, self._visible) if track is not None else (None, False)

    def _present(self, tracks: Mapping[K, Track[T]]) -> Iterator[Entry[T]]:
        """The entries of what is there, in order of origin."""
        entries = (self._find(track)[0] for track in tracks.values())
        return iter(
            sorted((entry for entry in entries if entry and entry.present), key=lambda entry: entry.origin.order)
        )

    def _present_by_key(self, tracks: Mapping[K, Track[T]]) -> Iterator[tuple[K, T]]:
        """The values of what is there with their keys, in order of origin."""
        found = [(key, self._find(track)[0]) for key, track in tracks.items()]
        there = [(key, entry) for key, entry in found if entry is not None and entry.present]
        return ((key, entry.value) for key, entry in sorted(there, key=lambda pair: pair[1].origin.order))

    def _presence(self, track: Track[T] | None, least: Reach = Reach.NAMES) -> bool | None:
        entry, passed_over = self._find(track)
        if entry is not None and entry.present is not False:
            return entry.present
        if passed_over:
            return None
        if entry is None:
            return False if self.is_complete(least) else None
        return None if self._changed_unseen(entry.step, least) else False

    def _changed_unseen(self, after: int, least: Reach = Reach.NAMES) -> str | None:
        """Why something may have changed later than a step, if so."""
        taint = self._store.taints.first(after, self._step, least) or self._everywhere.first(after, self._step, least)
        return taint[1] if taint else None


def _outdated(key: Unnamed, chosen_now: str) -> str | None:
    """The name that was chosen for what was given none, where another would be chosen now."""
    return key.default if key.number == 0 and key.default != chosen_now else None


def _kind(entry: Entry[ConstraintState]) -> str:
    """What kind of constraint it is, by the tag of its definition."""
    return str(entry.value.definition.__struct_config__.tag)
