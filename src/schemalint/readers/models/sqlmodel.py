"""Fields of SQLModel as columns, as `get_column_from_field` makes them (sqlmodel/main.py, 0.0.50)."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Place
from schemalint.interpret.values import (
    Class,
    Entries,
    Function,
    Given,
    Items,
    Made,
    Missing,
    Symbol,
    Unsure,
    Value,
)
from schemalint.readers.models.bodies import Own, body_of, with_name
from schemalint.readers.models.hint_types import sqlmodel_type
from schemalint.readers.models.hints import Hint
from schemalint.readers.models.reading import Reading

_FIELDS = frozenset({"sqlmodel.Field", "pydantic.Field", "pydantic.fields.Field"})
_RELATIONSHIP = "sqlmodel.Relationship"


def fields_of(reading: Reading, owner: Class) -> Iterator[Own]:
    """The annotated attributes of a class and its bases that are fields: those of the farthest base first."""
    found: dict[str, Own] = {}
    chain = [item for item in (owner, *reading.ancestors(owner)) if isinstance(item, Class)]
    for holder in reversed(chain):
        for name, own in body_of(reading, holder).own.items():
            if own.hint is not None and not own.hint.wrapper and not name.startswith("_") and name != "model_config":
                found[name] = own
            elif name in found and not isinstance(own.value, Missing):
                found.pop(name)
    return iter(found.values())


def is_relationship(own: Own) -> bool:
    """Whether a field is a relationship and no column."""
    return isinstance(own.value, Made) and own.value.callee == _RELATIONSHIP


def field_of(own: Own) -> Made | None:
    """The `Field(...)` of an attribute: what it is assigned, else what its `Annotated` holds."""
    if isinstance(own.value, Made) and own.value.callee in _FIELDS:
        return own.value
    metadata = own.hint.metadata if own.hint is not None else ()
    return next((item for item in metadata if isinstance(item, Made) and item.callee in _FIELDS), None)


def column_of_field(reading: Reading, own: Own) -> Made | str:
    """The column of a field as a `Column(...)`; a reason where it cannot be read."""
    field, hint = field_of(own), own.hint
    assert hint is not None
    if field is not None and any(arg.keyword in ("*", "**") for arg in field.args):
        return "some of its arguments are computed"
    if field is not None and field.given("sa_column") is not None:
        return _given_column(own, field.value("sa_column"))
    args = [Given("name", own.name), Given("type_", _type(reading, hint, field), _place(field, "sa_type"))]
    args.extend(_reference(field))
    primary = _option(field, "primary_key") is True
    nullable = _option(field, "nullable")
    if nullable is None:
        nullable = not primary and hint.optional
    args.append(Given("nullable", nullable, _place(field, "nullable")))
    for name in ("primary_key", "index", "unique"):
        value = _option(field, name)
        if value is not None:
            args.append(Given(name, value, _place(field, name)))
    args.extend(_defaults(own, field))
    return Made("sqlalchemy.Column", tuple(_with_extras(args, field)), None, own.place)


def _given_column(own: Own, value: Value) -> Made | str:
    column = with_name(value, own.name)
    if isinstance(column, Made) and column.callee == "sqlalchemy.Column":
        return Made(column.callee, column.args, None, own.place)
    return column.reason if isinstance(column, Unsure) else "its sa_column is computed"


def _type(reading: Reading, hint: Hint, field: Made | None) -> Value:
    given = _option(field, "sa_type")
    return given if given is not None else sqlmodel_type(reading, hint, field)


def _option(field: Made | None, name: str) -> Value:
    value = field.value(name) if field is not None else None
    return None if isinstance(value, Symbol) and value.name.endswith("Undefined") else value


def _place(field: Made | None, name: str) -> Place | None:
    given = field.given(name) if field is not None else None
    return given.place if given is not None else None


def _reference(field: Made | None) -> Iterator[Given]:
    target = _option(field, "foreign_key")
    if target is not None:
        args = (Given("column", target), Given("ondelete", _option(field, "ondelete")))
        yield Given(None, Made("sqlalchemy.ForeignKey", args), _place(field, "foreign_key"))


def _defaults(own: Own, field: Made | None) -> Iterator[Given]:
    if field is not None and field is own.value:
        for name, position in (("default_factory", None), ("default", 0)):
            given = field.given(name, position)
            if given is not None and not _is_required(given.value):
                yield Given(name, given.value, given.place)
                return
    elif not isinstance(own.value, (Missing, Function)) and own.value is not None:
        yield Given("default", own.value, own.place)


def _is_required(value: Value) -> bool:
    """`Field(...)` and `Field(default=Undefined)`."""
    return isinstance(value, Unsure) or (isinstance(value, Symbol) and value.name.endswith("Undefined"))


def _with_extras(args: list[Given], field: Made | None) -> list[Given]:
    """The arguments with those of `sa_column_args` and `sa_column_kwargs`."""
    more, named = _option(field, "sa_column_args"), _option(field, "sa_column_kwargs")
    if isinstance(more, Items):
        args.extend(Given(None, value, _place(field, "sa_column_args")) for value in more.values)
    if isinstance(named, Entries):
        place = _place(field, "sa_column_kwargs")
        for key, value in named.pairs:
            if isinstance(key, str):
                args = [arg for arg in args if arg.keyword != key]
                args.append(Given(key, value, place))
    return args


def is_required(own: Own) -> bool | None:
    """Whether the constructor asks for the value; None where that is not evident."""
    if isinstance(own.value, Missing):
        return True
    field = field_of(own)
    if field is None or field is not own.value:
        return False
    given = field.given("default_factory") or field.given("default", 0)
    return given is None or _is_required(given.value)
