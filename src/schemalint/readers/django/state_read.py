"""What a migration writes of models, fields and their options, as state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import (
    Entries,
    Given,
    Handle,
    Instance,
    Items,
    Made,
    Symbol,
    Unsure,
    Value,
    describe,
    text_of,
)
from schemalint.readers.django.expressions import last_name
from schemalint.readers.django.fields import RELATIONS, field_class
from schemalint.readers.django.state import Field, Key, Model
from schemalint.readers.django.values import methods

USER_MODEL = "django.conf.settings.AUTH_USER_MODEL"
_FIELD = ("verbose_name", "name", "primary_key", "max_length", "unique", "blank", "null", "db_index")
_POSITIONS: dict[str, tuple[str, ...]] = {
    "ForeignKey": ("to", "on_delete", "related_name", "related_query_name"),
    "OneToOneField": ("to", "on_delete", "to_field"),
    "ManyToManyField": ("to", "related_name", "related_query_name"),
    "ArrayField": ("base_field", "size"),
    "DecimalField": ("verbose_name", "name", "max_digits", "decimal_places"),
    "DateField": ("verbose_name", "name", "auto_now", "auto_now_add"),
    "DateTimeField": ("verbose_name", "name", "auto_now", "auto_now_add"),
    "TimeField": ("verbose_name", "name", "auto_now", "auto_now_add"),
    "BooleanField": ("verbose_name", "name"),
}
_PLAIN_OPTIONS = frozenset({"db_table", "proxy", "managed", "swappable", "db_table_comment", "order_with_respect_to"})


@dataclass(frozen=True, slots=True)
class World:
    """What surrounds the migrations of a project.

    `dialect` is the server's; None is taken as PostgreSQL. `user_model` is what AUTH_USER_MODEL names, None where the
    project does not say. `auto_field` is DEFAULT_AUTO_FIELD by its class name, None where it is not known.
    `deterministic` tells whether a collation is.
    """

    dialect: str | None = None
    user_model: Key | None = None
    auto_field: str | None = None
    deterministic: Callable[[str], bool] = lambda name: True

    @property
    def is_postgresql(self) -> bool:
        """Whether what only PostgreSQL has is made."""
        return self.dialect in (None, "postgresql")


@dataclass(frozen=True, slots=True)
class Reader:
    """The app whose migration is read, and what is needed to read it."""

    machine: Machine
    app: str
    world: World

    def field(self, name: str, value: Value, model: str) -> Field:
        """A field as it is written; one of which nothing is known where it is not understood."""
        if not isinstance(value, Made) or (value.owner is not None and field_class(value.callee) is None):
            return Field(name, "", doubt=f"the field is {describe(value)}")
        known = field_class(value.callee)
        if known is None:
            return Field(name, "", doubt=f"{value.callee} is no field that is known")
        kind, defaults = known
        kind, db_type = self._own_type(kind, value)
        options, places = _bound(kind, value.args)
        several = options.get("multiple") not in (None, False)
        if several and "max_length" in defaults:
            options.setdefault("max_length", Unsure("it depends on how many values there are"))
        options = {**defaults, **options}
        if isinstance(value.owner, Instance) and kind == "CharField" and "max_length" not in options:
            options["max_length"] = Unsure("its class may set it")
        item = options.get("base_field")
        output = options.get("output_field")
        return Field(
            name=name,
            kind=kind,
            options=options,
            to=self.key(options.get("to"), model) if "to" in options else None,
            through=self.key(options.get("through"), model) if options.get("through") is not None else None,
            item=self.field(name, item if kind == "ArrayField" else output, model)
            if kind in ("ArrayField", "GeneratedField")
            else None,
            db_type=db_type,
            places=tuple((key, place.place) for key, place in places.items() if place.place is not None),
        )

    def _own_type(self, kind: str, value: Made) -> tuple[str, str | None]:
        """What a class of the project says of its type: the class of Django's own that it poses as, and its SQL."""
        connection = (Given(None, Handle("connection")),)
        typed = methods(self.machine, value, "db_type")
        if typed is not None and kind not in RELATIONS:
            found = self.machine.call(typed, connection, self.machine.home)
            return kind, found if isinstance(found, str) else ""
        internal = methods(self.machine, value, "get_internal_type")
        if internal is not None:
            name = self.machine.call(internal, (), self.machine.home)
            if isinstance(name, str) and field_class(f"django.db.models.{name}") is not None:
                return name, None
            return kind, ""
        return kind, None

    def key(self, value: Value, model: str) -> Key | None:
        """The model that a relation names: `"app.Model"`, `"Model"`, `"self"`, or the user model of the settings."""
        if value == Symbol(USER_MODEL):
            return self.world.user_model
        if not isinstance(value, str):
            return None
        if value == "self":
            return (self.app, model.lower())
        app, _, name = value.rpartition(".")
        return (app or self.app, name.lower())

    def model(self, operation: Made) -> Model | None:
        """The model of a CreateModel; None where it has no name that is known."""
        name = operation.value("name", 0)
        if not isinstance(name, str):
            return None
        written = operation.value("fields", 1)
        listed = written.values if isinstance(written, Items) else []
        pairs = [item.values for item in listed if isinstance(item, Items) and is_pair(item)]
        fields = {str(pair[0]): self.field(str(pair[0]), pair[1], name) for pair in pairs}
        whole = isinstance(written, Items) and not written.open and len(pairs) == len(listed)
        options = operation.value("options", 2)
        bases = operation.value("bases", 3)
        keys = [self.key(base, name) for base in (bases.values if isinstance(bases, Items) else [])]
        model = Model(
            key=(self.app, name.lower()),
            name=name,
            fields=fields,
            bases=tuple(key for key in keys if key is not None),
            doubt=None if whole else "not all of its fields are known",
        )
        return self.with_options(model, options.pairs if isinstance(options, Entries) else [])

    def with_options(self, model: Model, pairs: list[tuple[Value, Value]]) -> Model:
        """The model with the options of its `Meta` that decide what is in the database."""
        for key, value in pairs:
            if key == "indexes":
                model = replace(model, indexes=_by_name(value))
            elif key == "constraints":
                model = replace(model, constraints=_by_name(value))
            elif key == "unique_together":
                model = replace(model, unique_together=together(value))
            elif key == "index_together":
                model = replace(model, index_together=together(value))
            elif key in _PLAIN_OPTIONS:
                model = replace(model, options={**model.options, str(key): value})
        return model


def is_pair(value: Value) -> bool:
    """Whether a value is a pair whose first part is a text."""
    return isinstance(value, Items) and len(value.values) == 2 and isinstance(text_of(value.values[0]), str)


def together(value: Value) -> tuple[tuple[str, ...], ...]:
    """The groups of `unique_together`: one group may stand by itself."""
    if not isinstance(value, Items):
        return ()
    if value.values and all(isinstance(item, str) for item in value.values):
        return (tuple(str(item) for item in value.values),)
    groups = [item for item in value.values if isinstance(item, Items)]
    return tuple(sorted(tuple(str(name) for name in group.values) for group in groups))


def _by_name(value: Value) -> dict[str, Made]:
    made = [item for item in (value.values if isinstance(value, Items) else []) if isinstance(item, Made)]
    return {name_of(item): item for item in made}


def name_of(made: Made) -> str:
    """The name of an index or constraint; where it has none, what it is stands for it."""
    name = made.value("name")
    return name if isinstance(name, str) else f"{last_name(made)} without a name"


def _bound(kind: str, args: tuple[Given, ...]) -> tuple[dict[str, Value], Mapping[str, Given]]:
    """The arguments by name, those given by position too, and where they stand."""
    names = iter(_POSITIONS.get(kind, _FIELD))
    found: dict[str, Given] = {}
    for arg in args:
        name = arg.keyword if arg.keyword is not None else next(names, None)
        if name is not None:
            found[name] = arg
    return {name: given.value for name, given in found.items()}, found
