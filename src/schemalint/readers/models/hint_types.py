"""Types of Python as types of SQLAlchemy, as its default map (sql/sqltypes.py, 2.0, 2.1) and SQLModel choose them."""

from __future__ import annotations

from schemalint.interpret.evaluator.names import is_enum
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import External
from schemalint.interpret.values import Given, Made, Symbol, Unsure, Value
from schemalint.readers.models.hints import Hint
from schemalint.readers.models.reading import Reading
from schemalint.readers.models.roots import Root, keys_of

_DEFAULT = {
    "builtins.int": "sqlalchemy.Integer",
    "builtins.float": "sqlalchemy.Float",
    "builtins.bool": "sqlalchemy.Boolean",
    "builtins.str": "sqlalchemy.String",
    "builtins.bytes": "sqlalchemy.LargeBinary",
    "uuid.UUID": "sqlalchemy.Uuid",
    "decimal.Decimal": "sqlalchemy.Numeric",
    "datetime.date": "sqlalchemy.Date",
    "datetime.datetime": "sqlalchemy.DateTime",
    "datetime.time": "sqlalchemy.Time",
    "datetime.timedelta": "sqlalchemy.Interval",
}
_AS_TEXT = frozenset(
    {"builtins.str", "pathlib.Path", "pydantic.EmailStr", "pydantic.networks.EmailStr", "pydantic.NameEmail"}
    | {f"ipaddress.IPv{version}{what}" for version in (4, 6) for what in ("Address", "Network")}
)
_MAX_LENGTHS = frozenset(
    {"sqlmodel.Field", "pydantic.Field", "pydantic.StringConstraints", "pydantic.constr"}
) | frozenset(
    {"pydantic.types.StringConstraints", "pydantic.types.constr", "annotated_types.MaxLen", "pydantic.fields.Field"}
)


def mapped_type(reading: Reading, hint: Hint, root: Root) -> Value:
    """The type that `Mapped[...]` gives a column, as a value; Unsure where there is none that is known."""
    types = dict(root.types)
    for key in keys_of(hint):
        if key in types:
            return types[key]
    if hint.name == "typing.Literal":
        return _literal(hint, types.get("typing.Literal"))
    owner = hint.owner
    if owner is not None and is_enum(reading.machine(owner.path), owner):
        return _enum(hint, types.get("enum.Enum"))
    if hint.name in _DEFAULT:
        return Symbol(_DEFAULT[hint.name])
    return Unsure(f"nothing says which column type stands for {hint.spelled if hint.name else hint.text or 'it'}")


def _literal(hint: Hint, generic: Value) -> Value:
    """A `Literal` of texts is an enum that is kept as text."""
    if not all(isinstance(value, str) for value in hint.literals):
        return Unsure("a Literal that is not all texts")
    names = tuple(Given(None, value) for value in hint.literals)
    options = tuple(arg for arg in generic.args if arg.keyword is not None) if isinstance(generic, Made) else ()
    return Made("sqlalchemy.Enum", (*names, *options, Given("native_enum", False)))


def _enum(hint: Hint, generic: Value) -> Value:
    options = tuple(arg for arg in generic.args if arg.keyword is not None) if isinstance(generic, Made) else ()
    return Made("sqlalchemy.Enum", (Given(None, hint.owner), *options))


def sqlmodel_type(reading: Reading, hint: Hint, field: Made | None) -> Value:
    """The type that SQLModel gives a field, as a value; Unsure where it has none, or one that its version decides."""
    owner = hint.owner
    if owner is not None and is_enum(reading.machine(owner.path), owner):
        return Made("sqlalchemy.Enum", (Given(None, owner),))
    name = _builtin_base(reading, hint)
    if name in _AS_TEXT or name == "typing.Literal":
        length = _option(hint, field, "max_length")
        return Made("sqlmodel.AutoString", (Given("length", length),) if length else ())
    if name == "builtins.float":
        return Symbol("sqlalchemy.Float")
    if name == "datetime.datetime":
        return _datetime(reading)
    if name in ("pydantic.AwareDatetime", "pydantic.types.AwareDatetime"):
        return _datetime(reading)
    if name in ("pydantic.NaiveDatetime", "pydantic.types.NaiveDatetime"):
        return Symbol("sqlalchemy.DateTime")
    if name == "decimal.Decimal":
        digits = (
            Given("precision", _option(hint, field, "max_digits")),
            Given("scale", _option(hint, field, "decimal_places")),
        )
        return Made("sqlalchemy.Numeric", digits)
    if name in _DEFAULT:
        return Symbol(_DEFAULT[name])
    if name in ("pydantic.UUID4", "pydantic.types.UUID4"):
        return Symbol("sqlalchemy.Uuid")
    return Unsure(f"SQLModel has no column type for {hint.spelled if hint.name else hint.text or 'it'}")


def _datetime(reading: Reading) -> Value:
    """SQLModel keeps the time zone of a `datetime` since 0.0.45."""
    aware = reading.at_least("sqlmodel", 0, 0, 45)
    if aware is None:
        return Unsure("whether the time zone is kept depends on the version of SQLModel, which is not known")
    return Made("sqlalchemy.DateTime", (Given("timezone", aware),))


def _builtin_base(reading: Reading, hint: Hint) -> str | None:
    """The type itself, or the one of Python that a class of the project derives from."""
    if hint.owner is None:
        return hint.name
    for base in reading.ancestors(hint.owner):
        if isinstance(base, External) and canonical(base.name) in (*_DEFAULT, *_AS_TEXT):
            return canonical(base.name)
    return hint.name


def _option(hint: Hint, field: Made | None, name: str) -> Value:
    if field is not None and field.given(name) is not None:
        return field.value(name)
    for item in hint.metadata:
        if isinstance(item, Made) and item.callee in _MAX_LENGTHS:
            value = item.value(name, 0 if item.callee.endswith("MaxLen") else None)
            if value is not None:
                return value
    return None
