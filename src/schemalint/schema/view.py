"""The virtual schema as it stands after one step of the replay.

What a view says of presence and absence:

- an object that the history made is there until the history drops it; an opaque operation in between may have changed
  it, but its presence is not put in doubt (`TableView.complete` tells);
- an object that the history dropped is absent until something opaque may have made it again;
- an object that the history never made is absent only where its surroundings are known in full: a column of a table
  that the history created, with nothing opaque since. A table that the history never made may have been there before,
  so its absence is never known;
- what an operation under an unresolved condition made or dropped is not known to be there, nor to be absent.

Names are compared exactly. SQLAlchemy quotes names of mixed case, so for it that is what the server does; a reader of
SQL folds unquoted names before it makes an `ObjectName`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateObject, Reach
from schemalint.facts.tables import ForeignKeyDef
from schemalint.schema.parts import ColumnView, ConstraintView, EnumView, IndexView, ObjectView
from schemalint.schema.store import PUBLIC, Entry, Store, TableStore, Track, Visible
from schemalint.schema.table import TableView

__all__ = [
    "ColumnView",
    "ConstraintView",
    "EnumView",
    "IndexView",
    "ObjectView",
    "SchemaView",
    "TableView",
]

T = TypeVar("T")

MATERIALIZED_VIEW = "materialized view"


class SchemaView:
    """The schema after a step; step 0 is before the first operation. Lookups are logarithmic, nothing is copied."""

    __slots__ = ("_store", "_visible", "step")

    def __init__(self, store: Store, step: int, visible: Visible | None = None) -> None:
        self._store = store
        self._visible = visible
        self.step = step

    def where(self, visible: Visible) -> SchemaView:
        """The same schema as made by some revisions only, such as the ancestors of one.

        What the others made is not there for sure; nothing is called absent because they were left out, and their
        drops do not count. A change on top of a change that is left out shows both.
        """
        return SchemaView(self._store, self.step, visible)

    @property
    def last(self) -> SchemaView:
        """The schema after everything that was replayed: what a later revision may have mended."""
        return SchemaView(self._store, self._store.step, self._visible)

    @property
    def unknown_since(self) -> int | None:
        """The step of the first operation that may have changed anything; None where there was none."""
        taint = self._store.taints.first(0, self.step, Reach.ANYTHING)
        return taint[0] if taint else None

    @property
    def tainted(self) -> str | None:
        """Why anything may have changed unseen: the reason of the first opaque operation that named no tables."""
        taint = self._store.taints.first(0, self.step)
        return taint[1] if taint else None

    def settled_since(self, step: int, least: Reach = Reach.NAMES) -> bool:
        """Whether nothing opaque may have changed any table after a step, up to what reaches less far."""
        return self._store.taints.first(step, self.step, least) is None

    @property
    def self_contained(self) -> bool:
        """Whether the history made every table that it works on or refers to, and nothing opaque may have made any.

        Then a table that it never made is most likely not there; `has_table` still does not say so.
        """
        return self.settled_since(0, Reach.ANYTHING) and self._store.outside.first(0, self.step) is None

    def table(self, name: ObjectName) -> TableView | None:
        """The table of a name; None where it is absent or not known to be there."""
        entry, _ = self._find(self._store.tables.get(self._store.key(name)))
        return self._table(entry.value) if entry is not None and entry.present else None

    def tables(self) -> Iterator[TableView]:
        """The tables that are known to be there, in the order in which the history came to know their names.

        A materialized view is none, though indexes of it may be asked for as those of a table.
        """
        for name, track in self._store.tables.items():
            entry, _ = self._find(track)
            if entry is not None and entry.present and self.object(MATERIALIZED_VIEW, name) is None:
                yield self._table(entry.value)

    def has_table(self, name: ObjectName) -> bool | None:
        """Whether a table exists; None where that is not known."""
        return self._presence(self._store.tables.get(self._store.key(name)))

    def lacks_table(self, name: ObjectName) -> bool:
        """Whether a table is absent as far as the history can tell: dropped, or never made by one that made all."""
        return self._lacks(self._store.tables.get(self._store.key(name)))

    def lacks_enum(self, name: ObjectName) -> bool:
        """Whether an enum type is absent as far as the history can tell, as with tables."""
        return self._lacks(self._store.enums.get(self._store.key(name)))

    def has_column(self, table: ObjectName, column: str) -> bool | None:
        """Whether a table has a column; None where that is not known, False where the table itself is absent."""
        view = self.table(table)
        return view.has_column(column) if view is not None else self.has_table(table)

    def index(self, name: str, schema: str | None = None) -> IndexView | None:
        """The index of a name in a schema; the newest where several tables have one, as MySQL allows."""
        for view in self._holders(name, schema):
            index = view.index(name)
            if index is not None:
                return index
        return None

    def holder_of(self, name: str, schema: str | None = None) -> TableView | None:
        """The table of an index, be it one of its own or that of a constraint, by its name in a schema."""
        for view in self._holders(name, schema):
            if view.index(name) is not None or view.constraint(name) is not None:
                return view
        return None

    def has_index(self, name: str, schema: str | None = None, table: ObjectName | None = None) -> bool | None:
        """Whether an index exists, on a table where one is given; None where that is not known."""
        if table is not None:
            view = self.table(table)
            return view.has_index(name) if view is not None else self.has_table(table)
        if self.index(name, schema) is not None:
            return True
        answers = [view.has_index(name) for view in self._holders(name, schema)]
        lost = self._store.lost_indexes.get(self._store.key(ObjectName(name, schema)))
        answers.append(self._presence(lost, Reach.NAMES))
        return False if False in answers else None

    def constraint(self, table: ObjectName, name: str) -> ConstraintView | None:
        """The constraint of a name on a table, by the name that PostgreSQL gives it where the source gives none."""
        view = self.table(table)
        return view.constraint(name) if view is not None else None

    def has_constraint(self, table: ObjectName, name: str, kind: str | None = None) -> bool | None:
        """Whether a table has a constraint, of a kind where one is given; None where that is not known."""
        view = self.table(table)
        return view.has_constraint(name, kind) if view is not None else self.has_table(table)

    def references_to(self, name: ObjectName) -> tuple[ConstraintView, ...]:
        """The foreign keys that are known to refer to a table, its own among them."""
        key = self._store.key(name)
        holders = self._store.referrers.get(key)
        if not holders:
            return ()
        return tuple(
            constraint
            for store in holders
            if self._is_there(store)
            for constraint in self._table(store).constraints()
            if isinstance(constraint.definition, ForeignKeyDef)
            and isinstance(constraint.definition.target, ObjectName)
            and self._store.key(constraint.definition.target) == key
        )

    def indexes_covering(self, table: ObjectName, columns: tuple[str, ...]) -> tuple[IndexView | ConstraintView, ...]:
        """The indexes, unique constraints and primary key that serve a search for these columns of a table."""
        view = self.table(table)
        return view.indexes_covering(columns) if view is not None else ()

    def enum(self, name: ObjectName) -> EnumView | None:
        """The enum type of a name; None where it is absent or not known to be there."""
        entry, _ = self._find(self._store.enums.get(self._store.key(name)))
        return EnumView.of(entry) if entry is not None and entry.present else None

    def names_enum(self, name: ObjectName) -> bool:
        """Whether the history has said anything of an enum type so far."""
        entry, _ = self._find(self._store.enums.get(self._store.key(name)))
        return entry is not None

    def has_enum(self, name: ObjectName) -> bool | None:
        """Whether an enum type exists; None where that is not known."""
        return self._presence(self._store.enums.get(self._store.key(name)))

    def enums(self) -> Iterator[EnumView]:
        """The enum types that are known to be there."""
        for track in self._store.enums.values():
            entry, _ = self._find(track)
            if entry is not None and entry.present:
                yield EnumView.of(entry)

    def has_schema(self, name: str) -> bool | None:
        """Whether a schema exists; None where that is not known."""
        return self._presence(self._store.schemas.get(name))

    def schema_of(self, name: ObjectName) -> str:
        """The schema that a name is in: where it gives none the default one, and `public` where that is not known."""
        return self._store.schema_of(name)

    def knows_all_of(self, schema: str) -> bool:
        """Whether the history made a schema and nothing opaque may have put anything into it."""
        return self.has_schema(schema) is True and self.settled_since(0, Reach.ANYTHING)

    def object(self, kind: str, name: ObjectName, table: ObjectName | None = None) -> ObjectView | None:
        """The view, function, trigger, ... (`kind`) of a name; None where it is absent or not known to be there.

        `table` is the one that a trigger, policy or rule belongs to; without it, any of the name is given.
        """
        entries = (self._find(track)[0] for track in self._namesakes(kind, name, table))
        return next((ObjectView.of(entry) for entry in entries if entry is not None and entry.present), None)

    def has_object(self, kind: str, name: ObjectName, table: ObjectName | None = None) -> bool | None:
        """Whether such an object exists; None where that is not known."""
        answers = [self._presence(track) for track in self._namesakes(kind, name, table)]
        return True if True in answers else False if answers and None not in answers else None

    def _namesakes(self, kind: str, name: ObjectName, table: ObjectName | None) -> list[Track[CreateObject]]:
        """The tracks of a name and, where one is given, of a table."""
        tracks = self._store.objects.get((kind, self._store.key(name)), ())
        found = ((track, self._find(track)[0] or track.last) for track in tracks)
        return [track for track, entry in found if entry is not None and self._store.is_of(entry.value, table)]

    def objects(self) -> Iterator[ObjectView]:
        """The views, functions, triggers, ... that are known to be there."""
        for track in self._store.all_objects():
            entry, _ = self._find(track)
            if entry is not None and entry.present:
                yield ObjectView.of(entry)

    def objects_on(self, table: ObjectName) -> Iterator[ObjectView]:
        """The views, triggers, ... that are known to be there and mention a table."""
        for track in self._store.mentioners.get(self._store.key(table), ()):
            entry, _ = self._find(track)
            if entry is not None and entry.present and any(self.are_one(table, name) for name in entry.value.mentions):
                yield ObjectView.of(entry)

    def are_one(self, one: ObjectName, other: ObjectName) -> bool:
        """Whether two names are those of one object: the default schema goes without saying."""
        return self._store.key(one) == self._store.key(other)

    def _table(self, store: TableStore) -> TableView:
        return TableView(store, self._store.taints, self.step, self._visible)

    def _is_there(self, store: TableStore) -> bool:
        """Whether a table is known to be there, under a name that no other has taken."""
        if not store.exists(self.step, self._visible):
            return False
        entry, _ = self._find(self._store.tables.get(self._store.key(self._table(store).name)))
        return entry is not None and entry.present is True and entry.value is store

    def _holders(self, name: str, schema: str | None) -> Iterator[TableView]:
        """The tables there are, in a schema, that ever held an index or constraint of a name: the newest first.

        Those of `public` come last where no schema is given.
        """
        wanted = self._store.key(ObjectName(name, schema)).schema
        others: list[TableView] = []
        for table in reversed(self._store.holders.get(name, {})):
            entry, _ = self._find(table.names)
            its_schema = self._store.key(entry.value).schema if entry is not None and entry.present else ""
            if its_schema == wanted:
                yield self._table(table)
            elif {its_schema, wanted} == PUBLIC:
                others.append(self._table(table))
        yield from others

    def _find(self, track: Track[T] | None) -> tuple[Entry[T] | None, bool]:
        return track.at(self.step, self._visible) if track is not None else (None, False)

    def _lacks(self, track: Track[T] | None) -> bool:
        entry, passed_over = self._find(track)
        if entry is None:
            return not passed_over and self.self_contained
        return self._presence(track) is False

    def _presence(self, track: Track[T] | None, least: Reach = Reach.ANYTHING) -> bool | None:
        entry, passed_over = self._find(track)
        if entry is None or entry.present is None:
            return None
        if entry.present:
            return True
        return None if passed_over or self._store.taints.first(entry.step, self.step, least) else False
