"""Models of Django as tables, on PostgreSQL.

Names that Django computes for indexes and constraints of fields are not given. `on_delete` is Django's own doing and
no part of the foreign key: it stands with the relationship, as `cascade`. The indexes with operator classes that
Django adds for LIKE on texts are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Union

from schemalint.diagnostics import Place
from schemalint.facts.models import Attribute, ClientDefault, ModelDef, NotRead, RelationshipDef, TablePlaces
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    ForeignKeyDef,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import External, Unresolved
from schemalint.interpret.resolve import name_of
from schemalint.interpret.values import HOLE, Class, Made, Symbol, Value
from schemalint.readers.models.bodies import Own
from schemalint.readers.models.columns import client_default, option_places
from schemalint.readers.models.django_classes import DjangoModel, Registry, Target, column_name
from schemalint.readers.models.django_fields import FieldKind, check_of_field, column_of_field
from schemalint.readers.models.django_meta import constraints_of, indexes_of, together
from schemalint.readers.models.libraries import brings_no_columns, is_library
from schemalint.readers.models.reading import Reading


@dataclass
class _Building:
    """A table on the way."""

    columns: dict[str, ColumnDef] = field(default_factory=dict)
    column_places: dict[str, Place] = field(default_factory=dict)
    constraints: list[tuple[ConstraintDef, Place]] = field(default_factory=list)
    indexes: list[tuple[IndexDef, Place]] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)
    relationships: list[tuple[RelationshipDef, Place]] = field(default_factory=list)
    implicit: list[ModelDef] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)

    def add(self, column: ColumnDef, place: Place) -> None:
        """Adds a column."""
        self.columns[column.name] = column
        self.column_places[column.name] = place


def django_models(reading: Reading, owners: Iterable[Class]) -> list[ModelDef]:
    """The models that classes are, and the tables that their many-to-many fields make, in this order."""
    registry = Registry(reading)
    models = [registry.of(owner) for owner in owners]
    registry.labels.update({model.label: model for model in reversed(models) if model.kind != "abstract"})
    found: list[ModelDef] = []
    for model in models:
        found.extend(_models_of(registry, model))
    return found


def _models_of(registry: Registry, model: DjangoModel) -> list[ModelDef]:
    reading, owner = registry.reading, model.owner
    place = reading.place(owner.path, owner.node)
    building = _Building()
    if model.kind != "abstract":
        _ask_bases(reading, model, building, place)
        for name, (own, made, kind) in model.fields.items():
            _field(registry, model, name, own, made, kind, building)
        if model.kind != "proxy":
            _key(registry, model, building, place)
            _options(model, building, place)
    definition, places = _table(model, building, place)
    bases = (_name(reading, item) for item in reading.ancestors(owner))
    found = ModelDef(
        path=owner.path,
        name=reading.name(owner),
        library="django",
        kind=model.kind,
        table=definition,
        place=place,
        places=places,
        attributes=tuple(building.attributes),
        relationships=tuple(item for item, _ in building.relationships),
        relationship_places=tuple(where for _, where in building.relationships),
        bases=tuple(base for base in bases if base is not None),
        metadata="django",
        managed=model.meta.get("managed") is not False,
        not_read=tuple(building.not_read),
    )
    return [found, *building.implicit]


def _name(reading: Reading, item: object) -> str | None:
    if isinstance(item, Class):
        return None if is_library(item.path) else reading.name(item)
    return name_of(reading.program, item) if isinstance(item, External) else None


def _ask_bases(reading: Reading, model: DjangoModel, building: _Building, place: Place) -> None:
    for item in reading.ancestors(model.owner):
        if isinstance(item, Unresolved):
            building.not_read.append(NotRead("base", f"a base does not resolve: {item.reason}", place))
        elif isinstance(item, External) and not brings_no_columns(canonical(item.name)):
            building.not_read.append(
                NotRead("base", f"{item.name} is not of the project, and may bring columns", place)
            )


# -------------------------------------------------------------------------------------------------------------- fields


def _field(
    registry: Registry, model: DjangoModel, name: str, own: Own, made: Made, kind: FieldKind, building: _Building
) -> None:
    place = own.place if not is_library(own.place.path) else registry.reading.place(model.owner.path, model.owner.node)
    if kind.kind == "none":
        return
    if kind.kind == "unknown":
        building.not_read.append(NotRead(name, f"{made.callee} is a field that is not known", place))
        return
    if any(arg.keyword in ("*", "**") for arg in made.args):
        building.not_read.append(NotRead(name, "some of its arguments are computed", place))
        return
    if kind.kind == "many":
        _many(registry, model, name, made, building, place)
        return
    column = column_name(name, made, kind)
    if kind.kind == "one":
        _one(registry, model, name, column, made, kind, building, place)
    definition = column_of_field(made, column, registry.type_of(model, made, kind))
    building.add(definition, place)
    _parts(column, made, kind, building, place)
    building.attributes.append(_attribute(registry.reading, model, name, own, made, column, place))


def _parts(column: str, made: Made, kind: FieldKind, building: _Building, place: Place) -> None:
    """The constraints and the index that come with a field."""
    check = check_of_field(made, column)
    if check is not None:
        building.constraints.append((CheckDef(None, check), place))
    unique = made.value("unique") is True or kind.name in ("OneToOneField", "TreeOneToOneField")
    if made.value("primary_key") is True:
        building.constraints.append((PrimaryKeyDef(None, (column,)), place))
    elif unique:
        building.constraints.append((UniqueDef(None, (column,)), place))
    indexed = made.value("db_index", None, kind.kind == "one" or kind.name == "SlugField")
    if indexed is True and not unique and made.value("primary_key") is not True:
        building.indexes.append((IndexDef(None, (IndexElement(column=column),)), place))


def _attribute(
    reading: Reading, model: DjangoModel, name: str, own: Own, made: Made, column: str, place: Place
) -> Attribute:
    machine = reading.machine(own.holder.path)
    stamped = ClientDefault("function", "django.utils.timezone.now", place=place)
    default = client_default(machine, made.given("default"))
    on_update = stamped if made.value("auto_now") is True else None
    return Attribute(
        name=name,
        column=column,
        place=place,
        optional=made.value("null") is True,
        default=default or (stamped if on_update or made.value("auto_now_add") is True else None),
        on_update=on_update,
        options=tuple(option_places(made)),
        inherited=None if own.holder is model.owner else reading.name(own.holder),
    )


def _one(
    registry: Registry,
    model: DjangoModel,
    name: str,
    column: str,
    made: Made,
    kind: FieldKind,
    building: _Building,
    place: Place,
) -> None:
    target = registry.target(model, made)
    if made.value("db_constraint") is not False:
        building.constraints.append((_reference(column, target), place))
    on_delete = made.value("on_delete", 1)
    building.relationships.append(
        (
            RelationshipDef(
                attribute=name,
                target=_target_name(registry, model, made),
                many=False,
                optional=made.value("null") is True,
                back_populates=_text(made.value("related_name")),
                cascade=on_delete.name.rpartition(".")[2] if isinstance(on_delete, Symbol) else None,
                columns=(column,),
                options=(kind.name,),
            ),
            place,
        )
    )


def _reference(column: str, target: Target | Unknown) -> ForeignKeyDef:
    """The foreign key of a reference. Django makes them all deferred."""
    if isinstance(target, Unknown):
        return ForeignKeyDef(None, (column,), target, deferrable=True, initially_deferred=True)
    return ForeignKeyDef(None, (column,), target.table, (target.column,), deferrable=True, initially_deferred=True)


def _target_name(registry: Registry, model: DjangoModel, made: Made) -> Union[str, Unknown]:
    to = made.value("to", 0)
    wanted = registry.model_named(model, to)
    if not isinstance(wanted, Unknown):
        return registry.reading.name(wanted.owner)
    return registry.label_named(model, to) or wanted


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and HOLE not in value else None


# -------------------------------------------------------------------------------------------------------- many to many


def _many(registry: Registry, model: DjangoModel, name: str, made: Made, building: _Building, place: Place) -> None:
    through = made.value("through")
    wanted = registry.model_named(model, made.value("to", 0))
    given = made.value("db_table")
    table: Union[ObjectName, Unknown, None] = None
    if through is None and isinstance(model.table, ObjectName) and model.kind != "proxy":
        chosen = given if isinstance(given, str) and HOLE not in given else f"{model.table.name}_{name}"
        table = ObjectName(chosen, model.table.schema)
        building.implicit.append(_through(registry, model, name, made, table, place))
    elif through is not None:
        linked = registry.model_named(model, through)
        table = linked if isinstance(linked, Unknown) else linked.table
    building.relationships.append(
        (
            RelationshipDef(
                attribute=name,
                target=registry.reading.name(wanted.owner) if not isinstance(wanted, Unknown) else wanted,
                many=True,
                back_populates=_text(made.value("related_name")),
                secondary=table,
                options=("ManyToManyField",),
            ),
            place,
        )
    )


def _through(
    registry: Registry, model: DjangoModel, name: str, made: Made, table: ObjectName, place: Place
) -> ModelDef:
    """The table that a many-to-many field makes (`create_many_to_many_intermediary_model`)."""
    to = made.value("to", 0)
    wanted = registry.model_named(model, to)
    source = model.owner.node.name.lower()
    label = registry.label_named(model, to) if isinstance(wanted, Unknown) else wanted.label
    other = label.rpartition(".")[2] if label is not None else None
    itself = not isinstance(wanted, Unknown) and wanted is model
    left, right = (f"from_{source}", f"to_{source}") if itself else (source, other)
    column, kind = registry.key(model)
    assert isinstance(model.table, ObjectName)
    far = registry.target(model, made)
    columns = [
        ColumnDef("id", registry.auto_type(model), nullable=False, identity=Identity()),
        ColumnDef(f"{left}_id", kind, nullable=False),
    ]
    constraints: list[ConstraintDef] = [
        PrimaryKeyDef(None, ("id",)),
        ForeignKeyDef(None, (f"{left}_id",), model.table, (column,), deferrable=True, initially_deferred=True),
    ]
    indexes = [IndexDef(None, (IndexElement(column=f"{left}_id"),))]
    if right is not None:
        columns.append(ColumnDef(f"{right}_id", far if isinstance(far, Unknown) else far.type, nullable=False))
        constraints.append(_reference(f"{right}_id", far))
        constraints.append(UniqueDef(None, (f"{left}_id", f"{right}_id")))
        indexes.append(IndexDef(None, (IndexElement(column=f"{right}_id"),)))
    definition = TableDef(table, tuple(columns), tuple(constraints), tuple(indexes), complete=right is not None)
    return ModelDef(
        path=model.owner.path,
        name=f"{registry.reading.name(model.owner)}.{name}.through",
        library="django",
        kind="implicit",
        table=definition,
        place=place,
        places=TablePlaces(place),
        metadata="django",
        managed=model.meta.get("managed") is not False,
    )


# --------------------------------------------------------------------------------------------------------------- table


def _key(registry: Registry, model: DjangoModel, building: _Building, place: Place) -> None:
    """The key that Django adds where no field is one."""
    if any(isinstance(item, PrimaryKeyDef) for item, _ in building.constraints):
        return
    column, kind = registry.key(model)
    numbered = Identity() if model.kind != "joined" else None
    building.columns = {column: ColumnDef(column, kind, nullable=False, identity=numbered), **building.columns}
    building.column_places.setdefault(column, place)
    building.constraints.append((PrimaryKeyDef(None, (column,)), place))
    if model.kind == "joined" and model.parent is not None:
        parent = registry.of(model.parent)
        if isinstance(parent.table, ObjectName):
            above, _ = registry.key(parent)
            building.constraints.append(
                (
                    ForeignKeyDef(None, (column,), parent.table, (above,), deferrable=True, initially_deferred=True),
                    place,
                )
            )


def _options(model: DjangoModel, building: _Building, place: Place) -> None:
    """What the class's options add: indexes, constraints, unique sets."""
    table = model.table.name if isinstance(model.table, ObjectName) else ""
    names = {"app_label": model.app.label.lower(), "class": model.owner.node.name.lower(), "table": table}
    for key in ("indexes", "constraints", "unique_together", "index_together"):
        value = model.meta.get(key)
        read, complete = {"indexes": indexes_of, "constraints": constraints_of}.get(key, together)(
            value, model.column, names, key
        )
        for part, where in read:
            if isinstance(part, IndexDef):
                building.indexes.append((part, where or place))
            else:
                building.constraints.append((part, where or place))
        if not complete:
            building.not_read.append(NotRead(f"Meta.{key}", "some of it is not understood", place))


def _table(
    model: DjangoModel, building: _Building, place: Place
) -> tuple[Union[TableDef, Unknown, None], TablePlaces | None]:
    if not isinstance(model.table, ObjectName):
        return model.table, None
    comment = model.meta.get("db_table_comment")
    definition = TableDef(
        name=model.table,
        columns=tuple(building.columns.values()),
        constraints=tuple(item for item, _ in building.constraints),
        indexes=tuple(item for item, _ in building.indexes),
        comment=_text(comment),
        complete=not building.not_read,
    )
    return definition, TablePlaces(
        table=place,
        columns=tuple(building.column_places.items()),
        constraints=tuple(where for _, where in building.constraints),
        indexes=tuple(where for _, where in building.indexes),
    )
