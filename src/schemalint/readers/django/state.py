"""The state of models that Django carries along a history: which models there are and what their fields are.

A state is never changed: each operation makes a new one, so that what an operation does can be told from the states
before and after it, in either direction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Union

from schemalint.diagnostics import Place
from schemalint.interpret.values import Made, Value

Key = tuple[str, str]
"""A model: the label of its app and its name in lower case."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field as a migration writes it.

    `kind` is the class of Django's own that it is of, "" where that is not known (`doubt` says why). `options` are its
    arguments by name. `to` and `through` are the models of a relation; None where they are not known or not given.
    `db_type` is the type that the project's own class says it has, `item` is the field of an array's elements.
    """

    name: str
    kind: str
    options: Mapping[str, Value] = field(default_factory=dict)
    to: Key | None = None
    through: Key | None = None
    item: Field | None = None
    db_type: str | None = None
    doubt: str | None = None
    places: tuple[tuple[str, Place], ...] = ()

    def flag(self, name: str, default: bool = False) -> bool | None:
        """An option that is true or false; None where it is computed."""
        value = self.options.get(name, default)
        return value if isinstance(value, bool) else None

    def text(self, name: str) -> str | None:
        """An option that is a text; None where it is not given or computed."""
        value = self.options.get(name)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Model:
    """A model. `doubt` says why not all of it is known."""

    key: Key
    name: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    options: Mapping[str, Value] = field(default_factory=dict)
    bases: tuple[Key, ...] = ()
    indexes: Mapping[str, Made] = field(default_factory=dict)
    constraints: Mapping[str, Made] = field(default_factory=dict)
    unique_together: tuple[tuple[str, ...], ...] = ()
    index_together: tuple[tuple[str, ...], ...] = ()
    doubt: str | None = None

    def with_field(self, added: Field) -> Model:
        """The model with a field more, or another of that name."""
        return replace(self, fields={**self.fields, added.name: added})

    def without_field(self, name: str) -> Model:
        """The model without a field."""
        return replace(self, fields={key: value for key, value in self.fields.items() if key != name})


@dataclass(frozen=True, slots=True)
class State:
    """All models at one moment."""

    models: Mapping[Key, Model] = field(default_factory=dict)

    def model(self, app: str, name: Value) -> Model | None:
        """The model of an app by its name."""
        return self.models.get((app, name.lower())) if isinstance(name, str) else None

    def with_model(self, model: Model) -> State:
        """The state with a model more, or another in its place."""
        return State({**self.models, model.key: model})

    def without_model(self, key: Key) -> State:
        """The state without a model."""
        return State({other: model for other, model in self.models.items() if other != key})

    def changed(self, app: str, name: Value, change: Callable[[Model], Model]) -> State:
        """The state with one model changed; the same where it is not known."""
        model = self.model(app, name)
        return self if model is None else self.with_model(change(model))


def renamed_model(state: State, app: str, old: str, new: str) -> State:
    """The state after a rename of a model: relations to it follow."""
    before = state.model(app, old)
    if before is None:
        return state
    key = (app, new.lower())

    def moved(other: Union[Key, None]) -> Union[Key, None]:
        return key if other == before.key else other

    models: dict[Key, Model] = {}
    for model in state.models.values():
        fields = {
            name: replace(item, to=moved(item.to), through=moved(item.through))
            if before.key in (item.to, item.through)
            else item
            for name, item in model.fields.items()
        }
        bases = tuple(moved(base) or base for base in model.bases)
        if model is before:
            model = replace(model, key=key, name=new)
        models[model.key] = replace(model, fields=fields, bases=bases)
    return State(models)


def renamed_field(state: State, app: str, model_name: str, old: str, new: str) -> State:
    """The state after a rename of a field: what names it follows."""
    model = state.model(app, model_name)
    if model is None or old not in model.fields:
        return state

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in names)

    fields = {
        new if name == old else name: replace(item, name=new) if name == old else item
        for name, item in model.fields.items()
    }
    after = state.with_model(
        replace(
            model,
            fields=fields,
            unique_together=tuple(map(renamed, model.unique_together)),
            index_together=tuple(map(renamed, model.index_together)),
        )
    )
    for other in tuple(after.models.values()):
        for item in other.fields.values():
            if item.to == model.key and item.options.get("to_field") == old:
                other = other.with_field(replace(item, options={**item.options, "to_field": new}))
        after = after.with_model(other) if other is not after.models[other.key] else after
    return after
