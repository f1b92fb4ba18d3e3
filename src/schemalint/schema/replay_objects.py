"""Replaying operations on enums, schemas and other objects, and what was not understood."""

from __future__ import annotations

import re
from typing import Union

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddEnumValue,
    AlterObject,
    CreateEnum,
    CreateObject,
    CreateSchema,
    DropColumn,
    DropEnum,
    DropObject,
    DropSchema,
    DropTable,
    OpaqueOperation,
    Reach,
    RenameEnum,
    RenameEnumValue,
    RenameTable,
)
from schemalint.facts.tables import Default, EnumDef
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown
from schemalint.schema.change import UNDER_CONDITION, Change
from schemalint.schema.definitions import with_enum
from schemalint.schema.references import current_name, drop_with_view, move_references, there
from schemalint.schema.replay_tables import drop_column, drop_table, rename_table
from schemalint.schema.store import Entry, Track
from schemalint.schema.type_names import types_of, underlying

Values = Union[tuple[str, ...], Unknown]

_NEVER_MADE = Unknown("the history never made the enum")
_DEFAULT_SCHEMA = "public"
_TYPES = ("domain", "type")
"""The kinds of objects that a column can be of."""
_IN_A_SCHEMA = frozenset(
    {"view", "materialized view", "foreign table", "sequence", "domain", "type", "statistics", "collation"}
    | {"function", "procedure", "routine", "aggregate"}
)
"""The kinds of objects that stand in a schema by themselves: a trigger is where its table is."""


def create_enum(change: Change, operation: CreateEnum) -> None:
    """CREATE TYPE AS ENUM."""
    track = change.store.enums.setdefault(change.store.key(operation.enum.name), Track())
    change.create(track, operation.enum)


def drop_enum(change: Change, operation: DropEnum) -> None:
    """DROP TYPE, of an enum or of any other type; CASCADE takes the columns of the type."""
    store = change.store
    key = store.key(_spelled(change, operation.name))
    change.remove(store.enums.setdefault(key, Track()), EnumDef(operation.name, _NEVER_MADE))
    for kind in _TYPES:
        for track in store.objects.get((kind, store.key(operation.name)), ()):
            if (entry := there(track)) is not None:
                change.remove(track, entry.value)
    if operation.cascade:
        _drop_uses_of_type(change, operation.name)


def _drop_uses_of_type(change: Change, name: ObjectName) -> None:
    """Drops the columns of a type, and the domains that are made of it with theirs."""
    store = change.store
    for table in [entry.value for track in store.tables.values() if (entry := there(track)) is not None]:
        columns = [column.value for held in table.columns.values() if (column := there(held)) is not None]
        for definition in columns if there(table.names) else ():
            if _is_of(change, definition.type, name):
                drop_column(change, DropColumn(current_name(table), definition.name, cascade=True))
    for made in [there(object_) for object_ in store.all_objects()]:
        if made is not None and made.value.kind == "domain" and _is_of(change, underlying(made.value), name):
            drop_object(change, DropObject("domain", made.value.name, cascade=True))


def _is_of(change: Change, kind: ColumnType, name: ObjectName) -> bool:
    """Whether a type is the one of a name, or an array of it."""
    schema_of = change.store.schema_of
    return any(other.name == name.name and schema_of(other) == schema_of(name) for other in types_of(kind))


def rename_enum(change: Change, operation: RenameEnum) -> None:
    """ALTER TYPE RENAME TO, in the same schema where the new name gives none; columns of the type follow."""
    entry = _enum(change, operation.name)
    if entry is None:
        return
    store, old = change.store, entry.value.name
    new = ObjectName(operation.new_name.name, operation.new_name.schema or old.schema)
    change.remove(store.enums[store.key(old)], entry.value)
    track = store.enums.setdefault(store.key(new), Track())
    if not change.conditional:
        change.write(track, True, replace(entry.value, name=new), entry.origin)
        _update_columns(change, old, new, entry.value.values)
    elif track.last is None or not track.last.present:
        change.write(track, None, replace(entry.value, name=new), entry.origin)


def add_enum_value(change: Change, operation: AddEnumValue) -> None:
    """ALTER TYPE ADD VALUE, before or after another where that is given, else at the end."""
    entry = _enum(change, operation.name)
    if entry is None or isinstance(entry.value.values, Unknown) or operation.value in entry.value.values:
        return
    values = list(entry.value.values)
    position = len(values)
    if operation.before in values:
        position = values.index(operation.before)
    elif operation.after in values:
        position = values.index(operation.after) + 1
    values.insert(position, operation.value)
    _set_values(change, entry, tuple(values))


def rename_enum_value(change: Change, operation: RenameEnumValue) -> None:
    """ALTER TYPE RENAME VALUE."""
    entry = _enum(change, operation.name)
    if entry is None or isinstance(entry.value.values, Unknown):
        return
    values = entry.value.values
    _set_values(change, entry, tuple(operation.new_value if v == operation.value else v for v in values))
    if not change.conditional:
        _rename_defaults(change, operation)


def _rename_defaults(change: Change, operation: RenameEnumValue) -> None:
    """Lets the defaults of the columns of an enum follow: the server keeps them as the value, not as its text."""
    store = change.store
    for table, name in list(store.enum_users.get(store.key(operation.name), {})):
        entry = there(table.columns[name])
        default = entry.value.default if entry is not None else None
        if entry is not None and isinstance(default, Default) and default.literal and default.sql == operation.value:
            change.alter(table.columns[name], replace(entry.value, default=Default(operation.new_value, True)))


def create_schema(change: Change, operation: CreateSchema) -> None:
    """CREATE SCHEMA."""
    change.create(change.store.schemas.setdefault(operation.name, Track()), operation.name)


def drop_schema(change: Change, operation: DropSchema) -> None:
    """DROP SCHEMA: with CASCADE all that is in it goes with it."""
    store, schema = change.store, operation.name
    change.remove(store.schemas.setdefault(schema, Track()), schema)
    if not operation.cascade:
        return
    for name, track in list(store.tables.items()):
        if store.schema_of(name) == schema and there(track):
            drop_table(change, DropTable(name, cascade=True))
    for name, enums in list(store.enums.items()):
        if store.schema_of(name) == schema and there(enums):
            drop_enum(change, DropEnum(name, cascade=True))
    for (kind, name), tracks in list(store.objects.items()):
        if kind in _IN_A_SCHEMA and store.schema_of(name) == schema and any(map(there, tracks)):
            drop_object(change, DropObject(kind, name, cascade=True))


_RENAME = re.compile(r'\bRENAME\s+TO\s+"?(\w+)"?\s*$', re.IGNORECASE)
_ROUTINES = frozenset({"function", "procedure"})
_RENAMED = _ROUTINES | {"trigger", "view", "materialized view", "sequence", "statistics", "policy", "rule"}
_CALL = r"(?i:EXECUTE\s+(?:FUNCTION|PROCEDURE)\s+)(?:\w+\.)?"


def create_object(change: Change, operation: CreateObject) -> None:
    """CREATE [OR REPLACE] VIEW, FUNCTION, TRIGGER, ...: one of the name is replaced."""
    track = change.store.object_track(operation.kind, operation.name, operation.table)
    change.create(track, operation)
    _note_mentions(change, track, operation.mentions)


def _note_mentions(change: Change, track: Track[CreateObject], mentions: tuple[ObjectName, ...]) -> None:
    for table in mentions:
        change.store.mentioners.setdefault(change.store.key(table), {})[track] = None


def alter_object(change: Change, operation: AlterObject) -> None:
    """ALTER of an object, which it proves to be there."""
    track = change.store.object_track(operation.kind, operation.name, operation.table)
    if there(track) is None:
        create_object(change, CreateObject(operation.kind, operation.name, operation.mentions, table=operation.table))
    elif change.conditional:
        return
    elif operation.kind == "domain":
        _alter_domain(change, track, operation)
    elif operation.kind == "sequence" and operation.change.upper().startswith("OWNED BY"):
        change.alter(track, replace(track.entries[-1].value, mentions=operation.mentions))
        _note_mentions(change, track, operation.mentions)
    elif operation.kind in _RENAMED:
        new_name = _RENAME.search(operation.change)
        if new_name is not None:
            _rename_object(change, track, ObjectName(new_name[1], operation.name.schema))


def _rename_object(change: Change, track: Track[CreateObject], name: ObjectName) -> None:
    """A new name of an object. Triggers call a function by what it is, so they follow; indexes of a view stay with
    it."""
    store = change.store
    old = track.entries[-1].value
    change.remove(track, old)
    create_object(change, replace(old, name=name, sql=_renamed(old.sql, "", old.name.name, name.name)))
    if old.kind.endswith("view"):
        if store.key(old.name) in store.tables:
            rename_table(change, RenameTable(old.name, name))
        else:
            move_references(change, old.name, name)
    for trigger, entry in _callers(change, old.name.name) if old.kind in _ROUTINES else ():
        sql = _renamed(entry.value.sql, _CALL, old.name.name, name.name)
        change.alter(trigger, replace(entry.value, sql=sql))


def _callers(change: Change, function: str) -> list[tuple[Track[CreateObject], Entry[CreateObject]]]:
    """The triggers that call a function."""
    call = re.compile(rf'{_CALL}"?\b{re.escape(function)}\b')
    found = ((track, there(track)) for track in change.store.all_objects())
    triggers = [(track, entry) for track, entry in found if entry is not None and entry.value.kind == "trigger"]
    return [(track, entry) for track, entry in triggers if entry.value.sql and call.search(entry.value.sql)]


def _renamed(sql: str | None, before: str, old: str, new: str) -> str | None:
    """The SQL with a new name where the old one first stands after other words."""
    return re.sub(rf'({before})"?\b{re.escape(old)}\b"?', rf"\g<1>{new}", sql, count=1) if sql is not None else None


def _alter_domain(change: Change, track: Track[CreateObject], operation: AlterObject) -> None:
    """What the values of a domain have to be from now on."""
    domain = track.entries[-1].value
    words = operation.change.split()
    verbs = [word.upper() for word in words]
    kept = domain.constraints
    if operation.constraint is not None:
        kept = (*kept, operation.constraint)
    elif verbs[:2] == ["DROP", "CONSTRAINT"]:
        dropped = next((word.strip('"') for word in words[2:] if word.upper() not in ("IF", "EXISTS")), None)
        kept = tuple(check for check in kept if check.name != dropped)
    elif verbs == ["DROP", "NOT", "NULL"]:
        kept = tuple(check for check in kept if check.sql != "VALUE IS NOT NULL")
    if kept != domain.constraints:
        change.alter(track, replace(domain, constraints=kept))


def drop_object(change: Change, operation: DropObject) -> None:
    """DROP of an object. The indexes of a materialized view go with it; CASCADE takes the triggers of a function and
    the columns of a domain."""
    track = change.store.object_track(operation.kind, operation.name, operation.table)
    change.remove(track, CreateObject(operation.kind, operation.name, table=operation.table))
    if operation.kind in _TYPES and operation.cascade:
        _drop_uses_of_type(change, operation.name)
    if change.conditional:
        return
    if operation.kind.endswith("view"):
        drop_with_view(change, operation.name, operation.cascade)
    elif operation.kind in _ROUTINES and operation.cascade:
        for trigger, entry in _callers(change, operation.name.name):
            change.remove(trigger, entry.value)


def taint(change: Change, operation: OpaqueOperation) -> None:
    """What was not understood may have changed the tables that it touches, or anything."""
    if operation.reach is Reach.ROWS:
        return
    if operation.touches is None:
        change.taint(operation.reason, reach=operation.reach)
        return
    for name in operation.touches:
        change.suspect(name, operation.reason, operation.reach)


def _enum(change: Change, name: ObjectName) -> Entry[EnumDef] | None:
    """The enum that an operation works on, which the operation proves to be there; None where it may not run."""
    track = change.store.enums.setdefault(change.store.key(_spelled(change, name)), Track())
    entry = there(track)
    if entry is not None and (entry.present or change.conditional):
        return entry
    if change.guarded or change.conditional:
        return None
    value = entry.value if entry is not None else EnumDef(name, _NEVER_MADE)
    return change.write(track, True, value, entry.origin if entry is not None else change.outside())


def _spelled(change: Change, name: ObjectName) -> ObjectName:
    """The name under which an enum is known: what makes it may leave out the schema that it comes to be in."""
    if name.schema not in (None, _DEFAULT_SCHEMA):
        return name
    other = ObjectName(name.name, _DEFAULT_SCHEMA if name.schema is None else None)
    enums, key = change.store.enums, change.store.key
    known = (each for each in (name, other) if key(each) in enums and there(enums[key(each)]) is not None)
    return next(known, name)


def _set_values(change: Change, entry: Entry[EnumDef], values: Values) -> None:
    if change.conditional:
        values = UNDER_CONDITION
    name = entry.value.name
    change.alter(change.store.enums[change.store.key(name)], replace(entry.value, values=values))
    _update_columns(change, name, name, values)


def _update_columns(change: Change, old: ObjectName, new: ObjectName, values: Values) -> None:
    """Lets the types of the columns that use an enum follow its change."""
    store = change.store
    users = store.enum_users.get(store.key(old), {})
    for table, name in list(users):
        entry = there(table.columns[name])
        if entry is None or not there(table.names) or isinstance(entry.value.type, Unknown):
            continue
        column_type = with_enum(entry.value.type, old, new, values)
        if column_type != entry.value.type:
            change.alter(table.columns[name], replace(entry.value, type=column_type))
            store.enum_users.setdefault(store.key(new), {})[table, name] = None
