"""Replaying operations on indexes and constraints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, Union

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddConstraint,
    AlterTable,
    CreateIndex,
    DropConstraint,
    DropIndex,
    Reach,
    RenameConstraint,
    RenameIndex,
    ValidateConstraint,
)
from schemalint.facts.tables import CheckDef, ConstraintDef, ForeignKeyDef, IndexDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.change import Change
from schemalint.schema.definitions import (
    constraint_columns,
    default_constraint_name,
    default_index_name,
    index_columns,
)
from schemalint.schema.references import (
    current_name,
    drop_references,
    find,
    hold_constraint,
    hold_index,
    references_to,
    set_not_null,
    there,
)
from schemalint.schema.store import PUBLIC, ConstraintState, Key, TableStore, Track, Unnamed

T = TypeVar("T")

_NEVER_MADE = "the history never made it"


def create_index(change: Change, operation: CreateIndex) -> None:
    """CREATE INDEX; it proves its columns to be there."""
    table = change.table(operation.table, Reach.PARTS)
    if table is None:
        return
    index = operation.index
    for column in index_columns(index):
        change.column(table, column)
    if change.guarded and index.name is None and _has_like(table, index):
        return
    change.create(hold_index(change.store, table, index), index)


def drop_index(change: Change, operation: DropIndex) -> None:
    """DROP INDEX; where MySQL keeps a unique constraint as an index, it drops the constraint."""
    name = operation.name
    table = change.table(operation.table) if isinstance(operation.table, ObjectName) else None
    if isinstance(operation.table, ObjectName) and table is None:
        return
    if isinstance(name, Unknown):
        if table is None:
            change.taint(name.reason, reach=Reach.PARTS)
        else:
            _doubt(change, table.indexes.values())
        return
    for holder in (table,) if table is not None else _holders(change, name, operation.schema):
        if _drop_named(change, holder.indexes, name) or _drop_named(change, holder.constraints, name):
            return
    if table is not None:
        _doubt(change, (track for key, track in table.indexes.items() if isinstance(key, Unnamed)))
        change.remove(table.indexes.setdefault(name, Track()), IndexDef(name, Unknown(_NEVER_MADE)))
    else:
        change.remove(_lost(change, name, operation.schema), None)


def rename_index(change: Change, operation: RenameIndex) -> None:
    """ALTER INDEX RENAME; the index of a unique constraint or primary key carries the constraint's name with it."""
    name = operation.name
    if isinstance(name, Unknown):
        change.taint(name.reason, reach=Reach.NAMES)
        return
    for table in _holders(change, name, operation.schema):
        if _rename_named(change, table, name, operation.new_name):
            return
    change.remove(_lost(change, name, operation.schema), None)


def add_constraint(change: Change, operation: AddConstraint) -> None:
    """ADD CONSTRAINT; it proves its columns to be there, and a primary key makes them NOT NULL."""
    constraint = operation.constraint
    table = change.table(operation.table, Reach.ANYTHING if isinstance(constraint, PrimaryKeyDef) else Reach.PARTS)
    if table is None:
        return
    if operation.using_index is not None:
        constraint = _take_over(change, table, constraint, operation.using_index)
    for column in constraint_columns(constraint):
        change.column(table, column)
    if change.guarded and constraint.name is None and _has_like(table, constraint):
        return
    valid = None if isinstance(operation.not_valid, Unknown) else not operation.not_valid
    created = change.create(hold_constraint(change, table, constraint), ConstraintState(constraint, valid))
    if created and isinstance(constraint, PrimaryKeyDef):
        set_not_null(change, table, constraint.columns)


def drop_constraint(change: Change, operation: DropConstraint) -> None:
    """DROP CONSTRAINT; one that the source names otherwise, or not at all, may be any that was given no name."""
    table = change.table(operation.table, Reach.PARTS)
    if table is None:
        return
    name = operation.name
    if isinstance(name, str):
        key = find(table.constraints, name)
        if key is not None:
            _drop_constraint(change, table, table.constraints[key], operation.cascade)
            return
        if _drop_named(change, table.indexes, name):
            return
    candidates = [
        track
        for key, track in table.constraints.items()
        if (state := there(track)) is not None
        and operation.kind in (None, state.value.definition.__struct_config__.tag)
        and (isinstance(key, Unnamed) or not isinstance(name, str))
    ]
    only_one = operation.kind == "primary key" or (operation.kind is not None and change.is_complete(table))
    if len(candidates) == 1 and only_one and not isinstance(name, Unknown):
        _drop_constraint(change, table, candidates[0], operation.cascade)
    else:
        _doubt(change, candidates)
        if operation.cascade:
            _doubt(change, [track for track, _ in references_to(change.store, current_name(table))])
    if isinstance(name, str):
        unseen = ConstraintState(CheckDef(name, Unknown(_NEVER_MADE)))
        change.remove(table.constraints.setdefault(name, Track()), unseen)


def alter_constraint(change: Change, table: TableStore, operation: AlterTable) -> None:
    """ALTER CONSTRAINT of a foreign key: when it is checked, and whether it is (PostgreSQL 18)."""
    key = find(table.constraints, operation.name) if operation.name is not None else None
    state = table.constraints[key].entries[-1].value if key is not None else None
    if key is None or state is None or not isinstance(state.definition, ForeignKeyDef):
        return
    words = " ".join((operation.value or "").lower().split())
    definition = state.definition
    if "not deferrable" in words:
        definition = replace(definition, deferrable=False, initially_deferred=False)
    elif "deferrable" in words or "initially" in words:
        deferred = "initially deferred" in words
        able = deferred or "deferrable" in words
        definition = replace(definition, deferrable=able, initially_deferred=deferred)
    enforced = False if "not enforced" in words else True if "enforced" in words else definition.enforced
    valid = False if not enforced else True if not definition.enforced else state.valid
    definition = replace(definition, enforced=enforced)
    if definition != state.definition:
        change.alter(table.constraints[key], replace(state, definition=definition, valid=valid))


def validate_constraint(change: Change, operation: ValidateConstraint) -> None:
    """VALIDATE CONSTRAINT."""
    table = change.table(operation.table, Reach.PARTS)
    if table is None:
        return
    name = operation.name
    key = find(table.constraints, name) if isinstance(name, str) else None
    tracks = [table.constraints[key]] if key is not None else []
    if isinstance(name, Unknown):
        tracks = list(table.constraints.values())
    for track in tracks:
        state = there(track)
        if state is None or state.value.valid:
            continue
        if change.conditional or isinstance(name, Unknown):
            change.alter(track, replace(state.value, valid=None))
        elif state.value.not_null is not None:
            set_not_null(change, table, (state.value.not_null,))
        else:
            change.alter(track, replace(state.value, valid=True, validated_in=change.revision))


def rename_constraint(change: Change, operation: RenameConstraint) -> None:
    """RENAME CONSTRAINT."""
    table = change.table(operation.table, Reach.NAMES)
    if table is None:
        return
    if isinstance(operation.name, Unknown):
        change.taint(operation.name.reason, table, Reach.NAMES)
    elif not _rename_named(change, table, operation.name, operation.new_name):
        unseen = ConstraintState(CheckDef(operation.name, Unknown(_NEVER_MADE)))
        change.remove(table.constraints.setdefault(operation.name, Track()), unseen)


def _has_like(table: TableStore, definition: Union[ConstraintDef, IndexDef]) -> bool:
    """Whether a table has what PostgreSQL would give the same name as this, which was given none."""
    name = current_name(table).name
    if isinstance(definition, IndexDef):
        return find(table.indexes, default_index_name(name, definition)) is not None
    return find(table.constraints, default_constraint_name(name, definition, table.columns)) is not None


def _holders(change: Change, name: str, schema: str | None) -> list[TableStore]:
    """The tables of a schema that ever held an index or constraint of a name, the newest first."""
    key = change.store.key
    wanted = key(ObjectName(name, schema)).schema
    tables = [table for table in reversed(change.store.holders.get(name, {})) if there(table.names)]
    found = [(key(current_name(table)).schema, table) for table in tables]
    exact = [table for its_schema, table in found if its_schema == wanted]
    return [*exact, *(table for its_schema, table in found if {its_schema, wanted} == PUBLIC)]


def _lost(change: Change, name: str, schema: str | None) -> Track[None]:
    """The track of an index of which no table is known."""
    return change.store.lost_indexes.setdefault(change.store.key(ObjectName(name, schema)), Track())


def _drop_named(change: Change, tracks: dict[Key, Track[T]], name: str) -> bool:
    key = find(tracks, name)
    if key is None:
        return False
    track = tracks[key]
    change.remove(track, track.entries[-1].value)
    return True


def _drop_constraint(change: Change, table: TableStore, track: Track[ConstraintState], cascade: bool) -> None:
    state = track.entries[-1].value
    change.remove(track, state)
    if cascade and not change.conditional and isinstance(state.definition, (PrimaryKeyDef, UniqueDef)):
        columns = state.definition.columns
        drop_references(change, current_name(table), columns, isinstance(state.definition, PrimaryKeyDef))


def _doubt(change: Change, tracks: Iterable[Track[T]]) -> None:
    """Records that any of these may have been dropped."""
    for track in tracks:
        entry = there(track)
        if entry is not None:
            change.remove(track, entry.value, doubtful=True)


def _rename_named(change: Change, table: TableStore, name: str, new_name: str | Unknown) -> bool:
    """Renames an index or constraint of a table. Returns False where it has none of that name."""
    index = find(table.indexes, name)
    constraint = find(table.constraints, name) if index is None else None
    if index is not None:
        indexes = table.indexes[index]
        _move(change, table.indexes, indexes, new_name, replace(indexes.entries[-1].value, name=new_name))
    elif constraint is not None:
        constraints = table.constraints[constraint]
        state = constraints.entries[-1].value
        given = new_name if isinstance(new_name, str) else None
        renamed = replace(state, definition=replace(state.definition, name=given))
        _move(change, table.constraints, constraints, new_name, renamed)
    else:
        return False
    if isinstance(new_name, Unknown):
        change.taint(new_name.reason, table, Reach.PARTS)
    else:
        change.store.holders.setdefault(new_name, {})[table] = None
    return True


def _move(change: Change, tracks: dict[Key, Track[T]], track: Track[T], new_name: str | Unknown, value: T) -> None:
    entry = track.entries[-1]
    change.remove(track, entry.value)
    if isinstance(new_name, Unknown):
        return
    moved = tracks.setdefault(new_name, Track())
    if not change.conditional:
        change.write(moved, entry.present, value, entry.origin)
    elif moved.last is None or not moved.last.present:
        change.write(moved, None, value, entry.origin)


def _take_over(change: Change, table: TableStore, constraint: ConstraintDef, index_name: str) -> ConstraintDef:
    """The constraint that takes over an index (USING INDEX): it has its columns, and its name unless it has its own."""
    if not isinstance(constraint, (PrimaryKeyDef, UniqueDef)):
        return constraint
    key = find(table.indexes, index_name)
    columns = constraint.columns
    if key is not None:
        index = table.indexes[key].entries[-1].value
        columns = columns or index.columns or ()
        change.remove(table.indexes[key], index)
    return replace(constraint, name=constraint.name or index_name, columns=columns)
