"""Replaying operations on tables and columns."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AlterColumn,
    AlterTable,
    AttachPartition,
    CreateTable,
    DetachPartition,
    DropColumn,
    DropTable,
    RenameColumn,
    RenameTable,
    SetParameter,
)
from schemalint.facts.tables import CheckDef, ColumnDef, PrimaryKeyDef, TableDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.change import UNDER_CONDITION, Change
from schemalint.schema.definitions import (
    involves,
    is_enforced,
    renamed_constraint,
    renamed_index,
    renamed_target,
    unknown_column,
)
from schemalint.schema.keys import merged
from schemalint.schema.references import (
    current_name,
    drop_mentioning,
    drop_references,
    drop_serials,
    end_unvalidated,
    hold_constraint,
    hold_index,
    move_references,
    note_enums,
    references_to,
    there,
)
from schemalint.schema.replay_keys import alter_constraint
from schemalint.schema.store import ConstraintState, Entry, Parentage, TableStore, Track


def create_table(change: Change, operation: CreateTable) -> None:
    """CREATE TABLE with its columns, constraints and indexes."""
    definition = operation.table
    key = change.store.key(definition.name)
    track = change.store.tables.setdefault(key, Track())
    last = track.last
    if last is not None and last.present and (change.guarded or change.conditional):
        return
    gap = None if definition.complete else "its definition was not understood in full"
    if last is not None and last.present is None and change.guarded:
        gap = "it may have been there before in another form"
    if last is not None and last.present is not False:
        change.write(last.value.names, False, definition.name, last.origin)
    table = TableStore(change.origin(), gap, definition.partition_by)
    change.write(track, None if change.conditional else True, table, table.origin)
    change.write(table.names, True, definition.name, table.origin)
    change.store.spellings.setdefault(definition.name.name, {})[key] = None
    _fill(change, table, definition)
    if change.conditional:
        return
    if operation.partition_of is not None:
        _join(change, table, operation.partition_of, "")
    for parent in operation.inherits:
        _join(change, table, parent, None)


def _fill(change: Change, table: TableStore, definition: TableDef) -> None:
    """Puts into a new table what its definition holds."""
    keys = [constraint for constraint in definition.constraints if isinstance(constraint, PrimaryKeyDef)]
    not_null = {name for key in keys for name in key.columns}
    for column in definition.columns:
        stored = replace(column, nullable=False) if column.name in not_null else column
        change.write(table.columns.setdefault(column.name, Track()), True, stored, change.origin())
        note_enums(change.store, table, column)
    on_postgresql = change.store.dialect == "postgresql"
    for constraint in merged(definition.constraints) if on_postgresql else definition.constraints:
        state = ConstraintState(constraint, valid=is_enforced(constraint))
        change.write(hold_constraint(change, table, constraint), True, state, change.origin())
    for index in definition.indexes:
        change.write(hold_index(change.store, table, index), True, index, change.origin())
    if definition.comment is not None:
        change.write(table.comments, True, definition.comment, table.origin)


def drop_table(change: Change, operation: DropTable) -> None:
    """DROP TABLE: its indexes, constraints, triggers, sequences and partitions go with it.

    CASCADE takes foreign keys to it, views and the tables that inherit from it.
    """
    name = operation.name
    if isinstance(name, Unknown):
        change.taint(name.reason)
        return
    track = change.store.tables.setdefault(change.store.key(name), Track())
    if track.last is None and change.guarded:
        change.remove(track, TableStore(change.origin(), "it was dropped"))
        return
    table = change.table(name)
    if table is None:
        return
    change.remove(track, table)
    if not change.conditional:
        change.write(table.names, False, name, table.origin)
        for child in _parts_of(table, operation.cascade):
            drop_table(change, DropTable(current_name(child), cascade=operation.cascade))
        drop_mentioning(change, name, operation.cascade)
        drop_serials(change, table)
        if operation.cascade:
            drop_references(change, name)


def rename_table(change: Change, operation: RenameTable) -> None:
    """RENAME TO: the table keeps its identity, and its schema where the new name gives none."""
    name, new_name = operation.name, operation.new_name
    if isinstance(name, Unknown):
        change.taint(name.reason)
    elif isinstance(new_name, Unknown):
        drop_table(change, DropTable(name))
        change.taint(new_name.reason)
    else:
        _move_table(change, name, ObjectName(new_name.name, new_name.schema or name.schema))


def alter_table(change: Change, operation: AlterTable) -> None:
    """A change that touches no column; a new schema is a new name."""
    name = operation.table
    if isinstance(name, Unknown):
        return
    if operation.change == "schema" and operation.value is not None:
        _move_table(change, name, ObjectName(name.name, operation.value))
        return
    table = change.table(name)
    if table is None or change.conditional:
        return
    if operation.change == "constraint options":
        alter_constraint(change, table, operation)
    elif operation.change == "comment":
        change.write(table.comments, True, operation.value, table.origin)
    elif operation.change in ("inherit", "no inherit") and operation.value:
        schema, _, parent = operation.value.rpartition(".")
        name = ObjectName(parent, schema or None)
        if operation.change == "inherit":
            _join(change, table, name, None)
        else:
            _leave(change, table, name)


def attach_partition(change: Change, operation: AttachPartition) -> None:
    """ATTACH PARTITION; it proves both tables to be there."""
    change.table(operation.table)
    partition = change.table(operation.partition)
    if partition is not None and not change.conditional:
        _join(change, partition, operation.table, operation.bounds)


def detach_partition(change: Change, operation: DetachPartition) -> None:
    """DETACH PARTITION; it proves both tables to be there."""
    change.table(operation.table)
    partition = change.table(operation.partition)
    if partition is not None and not change.conditional:
        _leave(change, partition, operation.table)


def _join(change: Change, table: TableStore, name: ObjectName, bounds: str | None) -> None:
    """Makes a table part of another."""
    parent = change.table(name)
    if parent is not None:
        parent.children[table] = None
        others = tuple(kin for kin in _parents(table) if kin.parent is not parent)
        change.write(table.parents, True, (*others, Parentage(parent, bounds)), table.origin)


def _leave(change: Change, table: TableStore, name: ObjectName) -> None:
    """Makes a table one of its own again."""
    parent = change.table(name)
    rest = tuple(kin for kin in _parents(table) if kin.parent is not parent)
    change.write(table.parents, True, rest, table.origin)


def _parts_of(table: TableStore, inheriting: bool) -> list[TableStore]:
    """The tables that go with a table: its partitions, and with CASCADE those that inherit from it."""
    return [
        child
        for child in table.children
        if there(child.names)
        and any(kin.parent is table and (inheriting or kin.bounds is not None) for kin in _parents(child))
    ]


def _parents(table: TableStore) -> tuple[Parentage, ...]:
    last = table.parents.last
    return last.value if last is not None else ()


def add_column(change: Change, operation: AddColumn) -> None:
    """ADD COLUMN."""
    table = change.table(operation.table)
    if table is not None and change.create(table.columns.setdefault(operation.column.name, Track()), operation.column):
        note_enums(change.store, table, operation.column)


def drop_column(change: Change, operation: DropColumn) -> None:
    """DROP COLUMN: indexes and constraints over it go with it; CASCADE takes foreign keys of other tables to it."""
    table = change.table(operation.table)
    column = operation.column
    if table is None:
        return
    if isinstance(column, Unknown):
        change.taint(column.reason, table)
        return
    if operation.cascade and not change.conditional:
        _drop_references_to_column(change, table, column)
    change.remove(
        table.columns.setdefault(column, Track()), unknown_column(column, "the history never made the column")
    )
    for index in table.indexes.values():
        held = there(index)
        if held is not None and (certain := involves(held.value, column)) is not False:
            change.remove(index, held.value, doubtful=certain is None)
    for constraint in table.constraints.values():
        state = there(constraint)
        if state is not None and (certain := involves(state.value.definition, column)) is not False:
            change.remove(constraint, state.value, doubtful=certain is None)


def rename_column(change: Change, operation: RenameColumn) -> None:
    """RENAME COLUMN: the column keeps its origin; indexes, constraints and foreign keys to it follow."""
    table = change.table(operation.table)
    old, new = operation.column, operation.new_name
    if table is None:
        return
    if isinstance(old, Unknown):
        change.taint(old.reason, table)
        return
    entry = change.column(table, old)
    if entry is None:
        return
    change.remove(table.columns[old], entry.value)
    if isinstance(new, Unknown):
        change.taint(new.reason, table)
        return
    track = table.columns.setdefault(new, Track())
    value = replace(entry.value, name=new)
    if not change.conditional:
        change.write(track, True, value, entry.origin)
        _rename_uses(change, table, old, new)
    elif track.last is None or not track.last.present:
        change.write(track, None, value, entry.origin)
    note_enums(change.store, table, value)


def alter_column(change: Change, operation: AlterColumn) -> None:
    """ALTER COLUMN: type, nullability, default, identity, generation and comment, each where it is given."""
    table = change.table(operation.table)
    if table is None:
        return
    if isinstance(operation.column, Unknown):
        change.taint(operation.column.reason, table)
        return
    entry = change.column(table, operation.column)
    if entry is None:
        return
    if operation.nullable is False and operation.not_valid:
        _hold_for_new_rows(change, table, operation.column, operation.constraint)
        return
    if isinstance(operation.nullable, bool):
        end_unvalidated(change, table, (operation.column,))
    column = replace(entry.value, **_changes(entry, operation, change.conditional))
    change.alter(table.columns[operation.column], column)
    note_enums(change.store, table, column)


def _hold_for_new_rows(change: Change, table: TableStore, column: str, name: str | None) -> None:
    """NOT NULL that is NOT VALID: the column may hold NULLs until it is validated."""
    check = CheckDef(name or f"{current_name(table).name}_{column}_not_null", f'"{column}" IS NOT NULL')
    change.create(hold_constraint(change, table, check), ConstraintState(check, valid=False, not_null=column))


def _changes(entry: Entry[ColumnDef], operation: AlterColumn, conditional: bool) -> dict[str, Any]:
    """The fields of a column that an alteration sets; Unknown where it may not run and would change them."""
    changes: dict[str, Any] = {}
    column = entry.value
    if isinstance(column.type, Unknown) and operation.existing_type is not None:
        changes["type"] = operation.existing_type
    if isinstance(column.nullable, Unknown) and operation.existing_nullable is not None:
        changes["nullable"] = operation.existing_nullable
    given: list[tuple[str, Any]] = [
        (name, value)
        for name in ("type", "nullable", "default", "identity", "generated")
        if (value := getattr(operation, name)) != "keep"
    ]
    if not conditional:
        changes.update(given)
        if isinstance(operation.comment, str):
            changes["comment"] = operation.comment
        return changes
    for name, value in given:
        if name in ("type", "nullable", "default") and value != changes.get(name, getattr(column, name)):
            changes[name] = UNDER_CONDITION
    return changes


def _move_table(change: Change, old: ObjectName, new: ObjectName) -> None:
    table = change.table(old)
    if table is None:
        return
    store = change.store
    change.remove(store.tables[store.key(old)], table)
    track = store.tables.setdefault(store.key(new), Track())
    last = track.last
    store.spellings.setdefault(new.name, {})[store.key(new)] = None
    if change.conditional:
        if last is None or not last.present:
            change.write(track, None, table, table.origin)
        return
    if last is not None and last.present is not False and last.value is not table:
        change.write(last.value.names, False, new, last.origin)
    change.write(track, True, table, table.origin)
    change.write(table.names, True, new, table.origin)
    if store.by_name != change.revision:
        move_references(change, old, new)


def set_parameter(change: Change, operation: SetParameter) -> None:
    """`PRAGMA legacy_alter_table` of SQLite: while it is on, a rename does not reach the references in other tables.

    It holds for a connection, so that it is taken to end with the revision.
    """
    if operation.name == "legacy_alter_table":
        on = str(operation.value).lower() in ("on", "1", "true", "yes")
        change.store.by_name = change.revision if on else None


def _rename_uses(change: Change, table: TableStore, old: str, new: str) -> None:
    """Lets indexes, constraints and the foreign keys of all tables follow the rename of a column."""
    for index in table.indexes.values():
        held = there(index)
        if held is not None and (renamed := renamed_index(held.value, old, new)) != held.value:
            change.alter(index, renamed)
    for constraint in table.constraints.values():
        state = there(constraint)
        if state is not None:
            definition = renamed_constraint(state.value.definition, old, new)
            if definition != state.value.definition:
                change.alter(constraint, replace(state.value, definition=definition))
    for track, reference in references_to(change.store, current_name(table)):
        if old in reference.target_columns:
            change.alter(track, replace(track.entries[-1].value, definition=renamed_target(reference, old, new)))


def _drop_references_to_column(change: Change, table: TableStore, column: str) -> None:
    states = (there(track) for track in table.constraints.values())
    keys = [state.value.definition for state in states if state is not None]
    in_key = any(isinstance(key, PrimaryKeyDef) and column in key.columns for key in keys)
    drop_references(change, current_name(table), (column,), in_key)
