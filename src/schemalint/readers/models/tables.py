"""Mapped classes as models: columns, constraints and indexes put together from attributes and `__table_args__`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.models import Attribute, ModelDef, NotRead, RelationshipDef, TablePlaces
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ConstraintDef, ForeignKeyDef, IndexDef, TableDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import BoundValue, External, Unresolved
from schemalint.interpret.resolve import name_of
from schemalint.interpret.values import Class, Entries, Function, Given, Items, Made, Missing, Value, describe
from schemalint.readers.models.bodies import Own, value_for
from schemalint.readers.models.classes import (
    Shape,
    attributes_of,
    items_of,
    table_args_of,
    table_name_of,
)
from schemalint.readers.models.columns import client_defaults, column_for, option_places
from schemalint.readers.models.conventions import named_constraint, named_index
from schemalint.readers.models.libraries import brings_no_columns, is_library
from schemalint.readers.models.metadata import Metadata
from schemalint.readers.models.reading import Reading
from schemalint.readers.models.relationships import relationship_of
from schemalint.readers.models.sqlmodel import column_of_field, fields_of, is_relationship, is_required
from schemalint.readers.sqlalchemy.tables import ReadTable, table

_MAKERS = frozenset({"__mapper_cls__", "__table_cls__"})


@dataclass
class _Gathering:
    """What is gathered of a class on the way to its model."""

    columns: list[Made] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    relationships: list[RelationshipDef] = field(default_factory=list)
    relationship_places: list[Place] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    gaps: bool = False

    def gap(self, what: str, reason: str, place: Place) -> None:
        """Notes what was not read and may have been a part of the table."""
        self.not_read.append(NotRead(what, reason, place))
        self.gaps = True


def model_of(reading: Reading, shape: Shape) -> ModelDef:
    """The model that a class is."""
    owner = shape.owner
    place = reading.place(owner.path, owner.node)
    gathering = _Gathering()
    if shape.kind != "abstract":
        _gather(reading, shape, gathering)
        _ask_bases(reading, shape, gathering, place)
    name = table_name_of(reading, owner)
    definition: Union[TableDef, Unknown, None] = name if isinstance(name, Unknown) else None
    places = None
    if isinstance(name, ObjectName):
        definition, places = _table(reading, shape, name, gathering, place)
    elif isinstance(name, Unknown):
        gathering.not_read.append(NotRead("__tablename__", name.reason, place))
    bases = (_name(reading, item) for item in reading.ancestors(owner))
    return ModelDef(
        path=owner.path,
        name=reading.name(owner),
        library=shape.root.library,
        kind=shape.kind,
        table=definition,
        place=place,
        places=places,
        attributes=tuple(gathering.attributes),
        relationships=tuple(gathering.relationships),
        relationship_places=tuple(gathering.relationship_places),
        bases=tuple(base for base in bases if base is not None),
        metadata=shape.root.metadata.name,
        not_read=tuple(gathering.not_read),
    )


def _name(reading: Reading, item: object) -> str | None:
    if isinstance(item, Class):
        return None if is_library(item.path) else reading.name(item)
    return name_of(reading.program, item) if isinstance(item, (External, BoundValue)) else None


# ---------------------------------------------------------------------------------------------------------- attributes


def _gather(reading: Reading, shape: Shape, gathering: _Gathering) -> None:
    if shape.root.library == "sqlmodel":
        for own in fields_of(reading, shape.owner):
            _gather_field(reading, shape, own, gathering)
        return
    for own in attributes_of(reading, shape.owner, shape.parent).values():
        value = value_for(reading, own, shape.owner)
        related = relationship_of(reading, own, value, shape.owner)
        if related is not None:
            gathering.relationships.append(related)
            gathering.relationship_places.append(own.place)
            continue
        if own.name in _MAKERS:
            gathering.gap(own.name, "what it makes of the class may have columns of its own", own.place)
        if own.name.startswith("__") or (isinstance(value, Function) and not own.declared):
            continue
        found = column_for(reading, own, value, shape.root)
        if isinstance(found, str):
            gathering.gap(own.name, found, own.place)
        for made in found if isinstance(found, list) else ():
            _add(reading, shape, own, made, gathering)


def _gather_field(reading: Reading, shape: Shape, own: Own, gathering: _Gathering) -> None:
    if is_relationship(own):
        related = relationship_of(reading, own, own.value, shape.owner)
        if related is not None:
            gathering.relationships.append(related)
            gathering.relationship_places.append(own.place)
        return
    made = column_of_field(reading, own)
    if isinstance(made, str):
        gathering.gap(own.name, made, own.place)
    else:
        _add(reading, shape, own, made, gathering)


def _add(reading: Reading, shape: Shape, own: Own, made: Made, gathering: _Gathering) -> None:
    name = made.value("name")
    if not isinstance(name, str):
        gathering.gap(own.name, "the name of the column is computed", own.place)
        return
    machine = reading.machine(own.holder.path)
    on_insert, on_update = client_defaults(machine, made)
    hint = own.hint
    known = hint is not None and (hint.name is not None or bool(hint.items))
    gathering.attributes.append(
        Attribute(
            name=own.name,
            column=name,
            place=own.place if not is_library(own.place.path) else reading.place(shape.owner.path, shape.owner.node),
            annotation=hint.name if hint is not None else None,
            optional=hint.optional if hint is not None and known else None,
            required=is_required(own) if shape.root.library == "sqlmodel" else None,
            default=on_insert,
            on_update=on_update,
            options=tuple(option_places(made)),
            inherited=None if own.holder is shape.owner else reading.name(own.holder),
        )
    )
    if all(column.value("name") != name for column in gathering.columns):
        gathering.columns.append(made)


def _ask_bases(reading: Reading, shape: Shape, gathering: _Gathering, place: Place) -> None:
    """Notes the bases that may bring columns which are not seen."""
    covered = reading.ancestors(shape.parent) if shape.parent is not None else ()
    for item in reading.ancestors(shape.owner):
        if isinstance(item, Unresolved):
            gathering.gap("base", f"a base does not resolve: {item.reason}", place)
        elif isinstance(item, External) and item not in covered and not brings_no_columns(canonical(item.name)):
            gathering.gap("base", f"{item.name} is not of the project, and may bring columns", place)
    if not shape.root.known:
        gathering.gaps = True


# --------------------------------------------------------------------------------------------------------------- table


def _table(
    reading: Reading, shape: Shape, name: ObjectName, gathering: _Gathering, place: Place
) -> tuple[TableDef, TablePlaces]:
    machine = reading.machine(shape.owner.path)
    if shape.core is not None:
        read = table_of_core(reading, shape.core, name, shape.owner.path)
        gathering.attributes = [
            Attribute(column.definition.name, column.definition.name, column.place or place) for column in read.columns
        ]
        return finished(read, name, shape.root.metadata, place, read.definition.complete)
    args, options, complete = _table_args(reading, shape, gathering, place)
    columns = tuple(Given(None, column, column.place) for column in gathering.columns)
    extra = tuple(items_of(reading, shape.owner, shape.parent))
    comment = options.get("comment") if options is not None else None
    read = table(machine, name, (*columns, *_distinct(args, extra)), comment)
    if not read.definition.complete:
        gathering.not_read.append(NotRead("__table_args__", "some of them are not understood", place))
    return finished(
        read, name, shape.root.metadata, place, complete and read.definition.complete and not gathering.gaps
    )


def _distinct(args: tuple[Given, ...], extra: tuple[Given, ...]) -> tuple[Given, ...]:
    """The arguments, and the indexes of the body that are not among them already."""
    seen = {id(arg.value) for arg in args}
    return (*args, *(item for item in extra if id(item.value) not in seen))


def _table_args(
    reading: Reading, shape: Shape, gathering: _Gathering, place: Place
) -> tuple[tuple[Given, ...], Entries | None, bool]:
    """The arguments of a class's table: constraints and indexes, options, and whether these are all."""
    value = table_args_of(reading, shape.owner)
    if value is None or isinstance(value, Missing):
        return (), None, True
    if isinstance(value, Entries):
        return (), value, True
    if isinstance(value, Items):
        items = list(value.values)
        options = items.pop() if items and isinstance(items[-1], Entries) else None
        if value.open:
            gathering.not_read.append(NotRead("__table_args__", "some of them are computed", place))
        known = options if isinstance(options, Entries) else None
        return tuple(Given(None, item, getattr(item, "place", None)) for item in items), known, not value.open
    gathering.not_read.append(NotRead("__table_args__", f"it is {describe(value)}", place))
    return (), None, False


def table_of_core(reading: Reading, made: Made, name: ObjectName, path: str) -> ReadTable:
    """A `Table(...)` as it was read, its columns and constraints."""
    rest = [arg for arg in made.args if arg.keyword is None][1:]
    if rest and not _is_part(rest[0].value):
        rest = rest[1:]
    options = tuple(arg for arg in made.args if arg.keyword in ("*", "**"))
    read = table(reading.machine(path), name, (*rest, *options), made.value("comment"))
    reflected = any(made.given(option) is not None for option in ("autoload", "autoload_with", "keep_existing"))
    if reflected:
        read.definition = msgspec.structs.replace(read.definition, complete=False)
    return read


def _is_part(value: Value) -> bool:
    """Whether a value is a column, constraint or index, not a metadata."""
    return isinstance(value, Made) and value.callee.rpartition(".")[2] in (
        *("Column", "Index", "PrimaryKeyConstraint", "UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint"),
    )


def finished(
    read: ReadTable, name: ObjectName, metadata: Metadata, place: Place, complete: bool
) -> tuple[TableDef, TablePlaces]:
    """The definition as the metadata leaves it: named by its convention, references in its schema; and the places."""
    definition = read.definition
    constraints = tuple(named_constraint(_in_schema(item, metadata), name, metadata) for item in definition.constraints)
    indexes: list[IndexDef] = []
    index_places: list[Place] = []
    for column in read.columns:
        if column.index is not None:
            indexes.append(named_index(column.index, name, metadata))
            index_places.append(column.place or place)
    for index, where in read.indexes:
        indexes.append(named_index(index, name, metadata))
        index_places.append(where or place)
    return (
        TableDef(name, definition.columns, constraints, tuple(indexes), definition.comment, complete),
        TablePlaces(
            table=place,
            columns=tuple((column.definition.name, _own(column.place, place)) for column in read.columns),
            constraints=tuple(_own(where, place) for where in read.constraint_places),
            indexes=tuple(_own(where, place) for where in index_places),
        ),
    )


def _own(where: Place | None, fallback: Place) -> Place:
    return fallback if where is None or is_library(where.path) else where


def _in_schema(constraint: ConstraintDef, metadata: Metadata) -> ConstraintDef:
    """A foreign key to a table without a schema means the metadata's."""
    if not isinstance(constraint, ForeignKeyDef) or metadata.schema is None:
        return constraint
    target = constraint.target
    if isinstance(target, Unknown) or target.schema is not None:
        return constraint
    return msgspec.structs.replace(constraint, target=ObjectName(target.name, metadata.schema))
