"""One step of the replay: how an operation may write into the tracks, and what it proves by naming things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, Union

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Reach
from schemalint.facts.tables import ColumnDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.definitions import unknown_column
from schemalint.schema.store import Entry, Origin, Store, TableStore, Taints, Track

T = TypeVar("T")

UNDER_CONDITION = Unknown("it was changed under a condition")


@dataclass(frozen=True, slots=True)
class Change:
    """The step at which an operation of a revision is applied, and on what terms.

    `guarded`: it runs only where its object exists, or does not exist yet. `conditional`: whether it runs is not
    known, so that afterwards it is not known whether what it makes or drops is there.
    """

    store: Store
    step: int
    revision: str
    guarded: bool
    conditional: bool

    def origin(self) -> Origin:
        """The origin of something that this operation makes."""
        self.store.origins += 1
        return Origin(self.revision, self.step, self.store.origins)

    def write(self, track: Track[T], present: bool | None, value: T, origin: Origin) -> Entry[T]:
        """Adds an entry to a track."""
        entry = Entry(self.step, self.revision, present, value, origin)
        track.entries.append(entry)
        self.store.journal.append(track)
        return entry

    def create(self, track: Track[T], value: T) -> bool:
        """Makes an object. Returns False where one is there and the operation, on its terms, leaves it alone."""
        last = track.last
        if last is not None and last.present and (self.guarded or self.conditional):
            return False
        self.write(track, None if self.conditional else True, value, self.origin())
        return True

    def alter(self, track: Track[T], value: T) -> None:
        """Changes the value of an object that is, or may be, there."""
        last = track.last
        if last is not None and last.present is not False:
            self.write(track, last.present, value, last.origin)

    def remove(self, track: Track[T], unseen: T, doubtful: bool = False) -> None:
        """Drops an object. `unseen` stands for it where the history never made it."""
        last = track.last
        if self.conditional or doubtful:
            if last is not None and last.present is not False:
                self.write(track, None, last.value, last.origin)
            return
        if last is None:
            self.write(track, False, unseen, Origin(None, None, 0))
        else:
            self.write(track, False, last.value, last.origin)

    def taint(self, reason: str, table: TableStore | None = None, reach: Reach = Reach.ANYTHING) -> None:
        """Records that a table, or any where none is given, may have changed unseen."""
        self._mark((table or self.store).taints, reason, reach)

    def work_outside(self, name: ObjectName) -> None:
        """Records that the history works on, or refers to, a table that it never made."""
        self._mark(self.store.outside, f"the history never made {name}", Reach.ANYTHING)

    def table(self, name: Union[ObjectName, Unknown], reach: Reach = Reach.ANYTHING) -> TableStore | None:
        """The table that an operation of some reach works on, which the operation proves to be there.

        None where there is nothing to be done: the name is not known, so that any table may have changed, or the
        table is absent and the operation guarded.
        """
        if isinstance(name, Unknown):
            self.taint(name.reason, reach=reach)
            return None
        track = self.store.tables.setdefault(self.store.key(name), Track())
        last = track.last
        if last is not None and last.present:
            table = last.value
        elif last is not None and last.present is None:
            table = last.value
            if not self.conditional:
                self.write(track, True, table, last.origin)
                self.write(table.names, True, name, last.origin)
                self.taint("it was made, dropped or renamed under a condition", table)
        elif last is not None and self.guarded and not self.store.taints.first(last.step, self.step, Reach.ANYTHING):
            return None
        else:
            table = self._found(name, track)
        if table.origin.step is None:
            self._taint_namesakes(name)
        return table

    def column(self, table: TableStore, name: str) -> Entry[ColumnDef] | None:
        """The column that an operation works on, which the operation proves to be there.

        None where there is nothing to be done, for it is not known to be there and the operation may not run.
        """
        track = table.columns.setdefault(name, Track())
        last = track.last
        if last is not None and (last.present or (last.present is None and self.conditional)):
            return last
        if last is not None and last.present is None:
            return self.write(track, True, last.value, last.origin)
        if self.guarded or self.conditional:
            return None
        if self.is_complete(table, Reach.ANYTHING):
            self.taint(f"an operation works on its column {name}, which the history never made", table)
        value = unknown_column(name, "the history never made the column")
        return self.write(track, True, value, self.outside())

    def is_complete(self, table: TableStore, least: Reach = Reach.NAMES) -> bool:
        """Whether the contents of a table are known in full, up to what reaches less far."""
        if table.gap is not None or table.taints.first(0, self.step, least) is not None:
            return False
        return self.store.taints.first(table.origin.step or 0, self.step, least) is None

    def suspect(self, name: ObjectName, reason: str, reach: Reach) -> None:
        """Records that an operation that was not understood may have changed a table, or made it again."""
        track = self.store.tables.setdefault(self.store.key(name), Track())
        last = track.last
        if last is None:
            self.work_outside(name)
        elif last.present is False:
            if reach is Reach.ANYTHING:
                self._add(name, track, None, reason)
        else:
            self.taint(reason, last.value, reach)

    def _found(self, name: ObjectName, track: Track[TableStore]) -> TableStore:
        """A table that the history works on and never made."""
        gap = "the table was there before the first revision that works on it"
        return self._add(name, track, None if self.conditional else True, gap)

    def _add(self, name: ObjectName, track: Track[TableStore], present: bool | None, gap: str) -> TableStore:
        """A table of which only the name is known."""
        table = TableStore(self.outside(), gap)
        self.write(track, present, table, table.origin)
        self.write(table.names, True, name, table.origin)
        self.store.spellings.setdefault(name.name, {})[self.store.key(name)] = None
        if not self._is_view(name):
            self.work_outside(name)
        return table

    def _is_view(self, name: ObjectName) -> bool:
        """Whether a name is that of a view that the history made."""
        kinds = ("view", "materialized view")
        tracks = (track for kind in kinds for track in self.store.objects.get((kind, self.store.key(name)), ()))
        return any(track.last is not None and track.last.present is not False for track in tracks)

    def outside(self) -> Origin:
        """The origin of something that was there before the history."""
        self.store.origins += 1
        return Origin(None, None, self.store.origins)

    def _mark(self, taints: Taints, reason: str, reach: Reach) -> None:
        taints.add(self.step, reason, reach)
        self.store.journal.append(taints)

    def _taint_namesakes(self, name: ObjectName) -> None:
        """`public.users`, which the history never made, may well be the `users` that it made."""
        schema = self.store.key(name).schema
        for other in self.store.spellings[name.name]:
            if other.schema == schema or (other.schema is not None and schema is not None):
                continue
            last = self.store.tables[other].last
            if last is not None and last.present is not False:
                self.taint(f"an operation on {name} may mean it", last.value)
