"""Where things are kept and what refers to them: keys of indexes and constraints, foreign keys, mentions, enums."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ColumnDef, ConstraintDef, ForeignKeyDef, IndexDef
from schemalint.schema.change import UNDER_CONDITION, Change
from schemalint.schema.definitions import default_constraint_name, default_index_name, default_sequence_name, enums_of
from schemalint.schema.store import ConstraintState, Entry, Key, Store, TableStore, Track, Unnamed

T = TypeVar("T")

_OF_THE_TABLE = frozenset({"trigger", "policy", "rule", "statistics", "sequence"})


def current_name(table: TableStore) -> ObjectName:
    """The name of a table as it is now."""
    return table.names.entries[-1].value


def there(track: Track[T]) -> Entry[T] | None:
    """The newest entry of what is, or may be, there."""
    last = track.last
    return last if last is not None and last.present is not False else None


def find(tracks: dict[Key, Track[T]], name: str) -> Key | None:
    """The key of an index or constraint that is there, by its name, be it given or chosen by PostgreSQL."""
    if name in tracks and there(tracks[name]):
        return name
    return next(
        (key for key, track in tracks.items() if isinstance(key, Unnamed) and key.default == name and there(track)),
        None,
    )


def hold_index(store: Store, table: TableStore, index: IndexDef) -> Track[IndexDef]:
    """The track in which a new index of a table is kept."""
    if isinstance(index.name, str):
        key: Key = index.name
        name = index.name
    else:
        name = default_index_name(current_name(table).name, index)
        key = _numbered(table.indexes, name)
    store.holders.setdefault(name, {})[table] = None
    return table.indexes.setdefault(key, Track())


def hold_constraint(change: Change, table: TableStore, constraint: ConstraintDef) -> Track[ConstraintState]:
    """The track in which a new constraint of a table is kept."""
    store = change.store
    key: Key
    if constraint.name is not None:
        name = key = constraint.name
    else:
        name = default_constraint_name(current_name(table).name, constraint, table.columns)
        key = _numbered(table.constraints, name)
    store.holders.setdefault(name, {})[table] = None
    if isinstance(constraint, ForeignKeyDef) and isinstance(constraint.target, ObjectName):
        target = store.key(constraint.target)
        store.referrers.setdefault(target, {})[table] = None
        if target not in store.tables or store.tables[target].last is None:
            change.work_outside(constraint.target)
    return table.constraints.setdefault(key, Track())


def references_to(store: Store, name: ObjectName) -> Iterator[tuple[Track[ConstraintState], ForeignKeyDef]]:
    """The foreign keys that refer to a table."""
    key = store.key(name)
    for table in store.referrers.get(key, {}):
        if not there(table.names):
            continue
        for track in table.constraints.values():
            entry = there(track)
            if entry is None or not isinstance(entry.value.definition, ForeignKeyDef):
                continue
            target = entry.value.definition.target
            if isinstance(target, ObjectName) and store.key(target) == key:
                yield track, entry.value.definition


def drop_references(change: Change, name: ObjectName, columns: tuple[str, ...] | None = None, key: bool = True) -> None:
    """Drops the foreign keys that refer to a table, or to some of its columns.

    `key` tells that those columns belong to the primary key, which a foreign key without target columns refers to.
    """
    for track, definition in references_to(change.store, name):
        targets = definition.target_columns
        if columns is None or any(column in targets for column in columns) or (key and not targets):
            change.remove(track, ConstraintState(definition))


def move_references(change: Change, old: ObjectName, new: ObjectName) -> None:
    """Lets what refers to a table, or mentions it, follow its rename."""
    store = change.store
    for key, reference in list(references_to(store, old)):
        state = key.entries[-1].value
        change.alter(key, replace(state, definition=replace(reference, target=new)))
    store.referrers.setdefault(store.key(new), {}).update(store.referrers.get(store.key(old), {}))
    for track in list(store.mentioners.get(store.key(old), {})):
        entry = there(track)
        if entry is not None:
            definition = entry.value
            mentions = tuple(new if store.key(name) == store.key(old) else name for name in definition.mentions)
            owner = definition.table
            table = new if owner is not None and store.key(owner) == store.key(old) else owner
            change.alter(track, replace(definition, mentions=mentions, table=table))
            store.mentioners.setdefault(store.key(new), {})[track] = None


def drop_mentioning(change: Change, table: ObjectName, cascade: bool) -> None:
    """Drops the objects that go with a table or view: triggers, policies, rules, statistics, the sequences that it
    owns; with CASCADE the views of it too."""
    store = change.store
    for track in list(store.mentioners.get(store.key(table), {})):
        entry = there(track)
        if entry is None or not any(store.key(mention) == store.key(table) for mention in entry.value.mentions):
            continue
        if entry.value.kind in _OF_THE_TABLE:
            change.remove(track, entry.value)
        elif cascade and entry.value.kind.endswith("view"):
            change.remove(track, entry.value)
            drop_with_view(change, entry.value.name, cascade)


def drop_with_view(change: Change, name: ObjectName, cascade: bool) -> None:
    """Drops what goes with a view: the indexes of a materialized one, and the same as with a table."""
    track = change.store.tables.get(change.store.key(name))
    entry = there(track) if track is not None else None
    if track is not None and entry is not None:
        change.remove(track, entry.value)
        change.write(entry.value.names, False, name, entry.value.origin)
    drop_mentioning(change, name, cascade)


def drop_serials(change: Change, table: TableStore) -> None:
    """Drops the sequences that came with the columns of a table, where the history has worked on them."""
    store = change.store
    columns = [track.entries[-1].value for track in table.columns.values() if track.entries]
    for column in columns:
        for name in {entry.value for entry in table.names.entries} if column.identity is not None else ():
            sequence = ObjectName(default_sequence_name(name.name, column.name), name.schema)
            for track in store.objects.get(("sequence", store.key(sequence)), ()):
                entry = there(track)
                if entry is not None:
                    change.remove(track, entry.value)


def note_enums(store: Store, table: TableStore, column: ColumnDef) -> None:
    """Remembers which enums a column uses, so that it follows their changes."""
    for enum in enums_of(column.type):
        store.enum_users.setdefault(store.key(enum), {})[table, column.name] = None


def set_not_null(change: Change, table: TableStore, columns: tuple[str, ...]) -> None:
    """Makes columns NOT NULL, and ends those NOT NULLs of theirs that held for new rows only."""
    for name in columns:
        entry = there(table.columns[name]) if name in table.columns else None
        if entry is not None and entry.value.nullable is not False:
            nullable = UNDER_CONDITION if change.conditional else False
            change.alter(table.columns[name], replace(entry.value, nullable=nullable))
    end_unvalidated(change, table, columns)


def end_unvalidated(change: Change, table: TableStore, columns: tuple[str, ...]) -> None:
    """Ends the NOT NULLs of columns that held for new rows only."""
    for track in table.constraints.values():
        state = there(track)
        if state is not None and state.value.not_null in columns and state.value.not_null is not None:
            change.remove(track, state.value)


def _numbered(tracks: dict[Key, Track[T]], default: str) -> Unnamed:
    return Unnamed(default, sum(isinstance(key, Unnamed) and key.default == default for key in tracks))
