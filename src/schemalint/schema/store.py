"""What the replay remembers: for every object of the database, the steps at which it changed.

Nothing is ever copied. The state at a step is found by bisection in the track of each object that is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar, Union

import msgspec

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateObject, Reach
from schemalint.facts.tables import ColumnDef, ConstraintDef, EnumDef, IndexDef

T = TypeVar("T")
Visible = Callable[[str], bool]
PUBLIC = frozenset({None, "public"})
"""The schemas that may well be the same one: none that is given, and that of PostgreSQL's own search path."""
_DEFAULT_SCHEMAS = {"postgresql": "public"}
"""The schema of names that give none, where no other search path was set up."""
_STEP = attrgetter("step")


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where an object came into being; an object keeps its origin when it is changed or renamed.

    `revision` and `step` are None for what existed before the history. `order` counts origins: the order in which
    columns stand in their table.
    """

    revision: str | None
    step: int | None
    order: int


class Entry(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """The state of an object from a step on, until the next entry.

    `present` is None where it is not known whether the object exists; `value` is then what it is if it does.
    """

    step: int
    revision: str
    present: bool | None
    value: T
    origin: Origin


class Track(Generic[T]):
    """The entries of one object, by step."""

    __slots__ = ("entries",)

    def __init__(self) -> None:
        self.entries: list[Entry[T]] = []

    @property
    def last(self) -> Entry[T] | None:
        """The newest entry."""
        return self.entries[-1] if self.entries else None

    @property
    def newest(self) -> int:
        """The step of the newest entry."""
        return self.entries[-1].step

    def undo(self) -> None:
        """Takes the newest entry back."""
        self.entries.pop()

    def at(self, step: int, visible: Visible | None = None) -> tuple[Entry[T] | None, bool]:
        """The entry that holds after a step, and whether newer ones were passed over as not visible."""
        index = bisect_right(self.entries, step, key=_STEP) - 1
        if visible is None:
            return (self.entries[index] if index >= 0 else None), False
        newest = index
        while index >= 0 and not visible(self.entries[index].revision):
            index -= 1
        return (self.entries[index] if index >= 0 else None), index < newest


class Taints:
    """The steps after which something may have changed unseen, with the reason and the reach of each."""

    __slots__ = ("reaches", "reasons", "steps")

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.reasons: list[str] = []
        self.reaches: list[Reach] = []

    def add(self, step: int, reason: str, reach: Reach) -> None:
        """Records that something may have changed at a step."""
        self.steps.append(step)
        self.reasons.append(reason)
        self.reaches.append(reach)

    @property
    def newest(self) -> int:
        """The step of the newest taint."""
        return self.steps[-1]

    def undo(self) -> None:
        """Takes the newest taint back."""
        self.steps.pop()
        self.reasons.pop()
        self.reaches.pop()

    def first(self, after: int, until: int, least: Reach = Reach.NAMES) -> tuple[int, str] | None:
        """The first taint later than one step and not later than another that reaches so far, with its reason."""
        for index in range(bisect_right(self.steps, after), bisect_right(self.steps, until)):
            if self.reaches[index] >= least:
                return self.steps[index], self.reasons[index]
        return None


class Unnamed(NamedTuple):
    """The key of an index or constraint that was given no name: the name that PostgreSQL would choose, numbered."""

    default: str
    number: int


Key = Union[str, Unnamed]


class ConstraintState(msgspec.Struct, frozen=True, gc=False):
    """A constraint. `valid` is None where that is not known, `validated_in` the revision that validated it later.

    `not_null` is the column of a NOT NULL that holds for new rows only, until it is validated; it is kept as a CHECK.
    """

    definition: ConstraintDef
    valid: bool | None = True
    validated_in: str | None = None
    not_null: str | None = None


class Parentage(NamedTuple):
    """That a table is part of another: a partition with its bounds, else (None) one that inherits from it."""

    parent: TableStore
    bounds: str | None


class TableStore:
    """A table by identity: a rename keeps it, a drop ends it.

    `gap` says why its contents are not known in full from the start; None where they are. `partition_by` is how it is
    partitioned. `children` are the tables that ever were part of it; whether they still are is for their `parents` to
    say.
    """

    __slots__ = (
        "children",
        "columns",
        "comments",
        "constraints",
        "gap",
        "indexes",
        "names",
        "origin",
        "parents",
        "partition_by",
        "taints",
    )

    def __init__(self, origin: Origin, gap: str | None, partition_by: str | None = None) -> None:
        self.origin = origin
        self.gap = gap
        self.partition_by = partition_by
        self.parents: Track[tuple[Parentage, ...]] = Track()
        self.children: dict[TableStore, None] = {}
        self.taints = Taints()
        self.names: Track[ObjectName] = Track()
        self.comments: Track[str | None] = Track()
        self.columns: dict[str, Track[ColumnDef]] = {}
        self.indexes: dict[Key, Track[IndexDef]] = {}
        self.constraints: dict[Key, Track[ConstraintState]] = {}

    def exists(self, step: int, visible: Visible | None) -> bool:
        """Whether the table is there after a step: made, and neither dropped nor replaced."""
        entry, _ = self.names.at(step, visible)
        return entry is not None and entry.present is True


class Store:
    """Everything that was replayed so far.

    `taints` are the operations that may have changed anything, `outside` those that work on or refer to a table that
    the history never made. `journal` lists what was written to, in order. `by_name` is the revision in which SQLite
    leaves foreign keys and views as they are written when the table that they refer to is renamed.

    The dictionaries below it only say where to look (who ever referred to a table, held an index of a name,
    used an enum, mentioned a table); whether it still does is for the tracks to say.
    """

    def __init__(self, default_schema: str | None = None, dialect: str | None = None) -> None:
        self.dialect = dialect or "postgresql"
        self.default_schema = default_schema or _DEFAULT_SCHEMAS.get(self.dialect)
        self.step = 0
        self.origins = 0
        self.tables: dict[ObjectName, Track[TableStore]] = {}
        self.enums: dict[ObjectName, Track[EnumDef]] = {}
        self.schemas: dict[str, Track[str]] = {}
        self.objects: dict[tuple[str, ObjectName], list[Track[CreateObject]]] = {}
        self.by_name: str | None = None
        self.lost_indexes: dict[ObjectName, Track[None]] = {}
        self.taints = Taints()
        self.outside = Taints()
        self.journal: list[Track[Any] | Taints] = []
        self.spellings: dict[str, dict[ObjectName, None]] = {}
        self.holders: dict[str, dict[TableStore, None]] = {}
        self.referrers: dict[ObjectName, dict[TableStore, None]] = {}
        self.enum_users: dict[ObjectName, dict[tuple[TableStore, str], None]] = {}
        self.mentioners: dict[ObjectName, dict[Track[CreateObject], None]] = {}

    def object_track(self, kind: str, name: ObjectName, table: ObjectName | None = None) -> Track[CreateObject]:
        """The track of an object; of a trigger, policy or rule, whose names are unique per table only, that of its
        table."""
        tracks = self.objects.setdefault((kind, self.key(name)), [])
        found = next((track for track in tracks if track.last is None or self.is_of(track.last.value, table)), None)
        if found is None:
            found = Track()
            tracks.append(found)
        return found

    def is_of(self, definition: CreateObject, table: ObjectName | None) -> bool:
        """Whether an object belongs to a table, or may."""
        return table is None or definition.table is None or self.key(definition.table) == self.key(table)

    def all_objects(self) -> Iterator[Track[CreateObject]]:
        """The tracks of all objects."""
        return (track for tracks in self.objects.values() for track in tracks)

    def schema_of(self, name: ObjectName) -> str:
        """The schema that a name is in: where it gives none the default one, and `public` where that is not known."""
        return name.schema or self.default_schema or "public"

    def key(self, name: ObjectName) -> ObjectName:
        """The name under which an object is kept: without its schema where that is the default one."""
        if name.schema is not None and name.schema == self.default_schema:
            return ObjectName(name.name)
        return name
