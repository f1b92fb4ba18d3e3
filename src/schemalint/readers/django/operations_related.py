"""Columns that refer to one whose type changes: they take on its type, and their foreign keys are made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddConstraint, AlterColumn
from schemalint.readers.alembic.tables import Did
from schemalint.readers.django.operations_tables import Moment, foreign_keys_dropped
from schemalint.readers.django.state import Field, Key, Model
from schemalint.readers.django.state_tables import Part

_FARTHEST = 5


@dataclass(frozen=True, slots=True)
class Following:
    """A column that follows another."""

    moment: Moment
    table: ObjectName
    was: Part
    now: Part

    def before(self) -> Iterator[Did]:
        """What is done before the other column is altered."""
        for did in foreign_keys_dropped(self.moment, self.table, self.table, self.was):
            yield did._replace(derived=True)

    def after(self) -> Iterator[Did]:
        """What is done after it."""
        yield Did(AlterColumn(self.table, self.now.name, type=self.now.column.type), derived=True)
        key = self.moment.after.foreign_key(self.table, self.now)
        if key is not None:
            name = self.moment.after.made_name(self.table, (self.now.name,), "_fk")
            yield Did(AddConstraint(self.table, replace(key, name=name)), derived=True)


def following_columns(moment: Moment, model: Model, field: Field, was: Part, now: Part) -> Iterator[Following]:
    """The columns that refer to a key whose type changes, those of tables between too."""
    keeps = (was.primary_key and now.primary_key) or (was.unique and now.unique)
    if was.column.type != now.column.type and keeps:
        yield from _referring(moment, model, field.name, _FARTHEST)


def _referring(moment: Moment, target: Model, name: str, depth: int) -> Iterator[Following]:
    for model in _all_models(moment):
        for field in moment.after.fields(model):
            to_field = field.text("to_field")
            if field.to != target.key or field.kind not in ("ForeignKey", "OneToOneField"):
                continue
            if to_field != name and not (to_field is None and _is_key(moment, target.key, name)):
                continue
            source = moment.before.state.models.get(model.key, model)
            before, after = moment.before.part(source, field), moment.after.part(model, field)
            if before is None or after is None or not moment.after.is_managed(model):
                continue
            yield Following(moment, moment.after.name(model), before, after)
            if after.primary_key and depth:
                yield from _referring(moment, model, field.name, depth - 1)


def _all_models(moment: Moment) -> Iterator[Model]:
    for model in moment.after.state.models.values():
        yield model
        for field in model.fields.values():
            between = moment.after.through(model, field)
            if between is not None:
                yield between


def _is_key(moment: Moment, key: Key, name: str) -> bool:
    model = moment.after.state.models.get(key)
    found = moment.after.key(model) if model is not None else None
    return found is not None and found.name == name
