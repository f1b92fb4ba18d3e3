"""Relationships of mapped classes, as far as they are evident."""

from __future__ import annotations

from typing import Union

from schemalint.facts.models import RelationshipDef
from schemalint.facts.names import ObjectName
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.resolutions import DefinedClass
from schemalint.interpret.resolve import resolve_dotted
from schemalint.interpret.values import HOLE, Class, Entries, Function, Given, Made, Missing, Value, unknown
from schemalint.ir import Lambda
from schemalint.readers.models.bodies import Own
from schemalint.readers.models.classes import table_name_of
from schemalint.readers.models.hints import COLLECTIONS, Hint
from schemalint.readers.models.reading import Reading
from schemalint.readers.sqlalchemy.expressions import column_name
from schemalint.readers.sqlalchemy.names import table_name

_MAKERS = frozenset(
    {"sqlalchemy.orm.relationship", "sqlalchemy.orm.relation", "sqlalchemy.orm.dynamic_loader", "sqlmodel.Relationship"}
    | {"sqlalchemy.orm.backref"}
)


def relationship_of(reading: Reading, own: Own, value: Value | Missing, owner: Class) -> RelationshipDef | None:
    """The relationship that an attribute is; None where it is none."""
    if not isinstance(value, Made) or value.callee not in _MAKERS:
        return None
    machine = reading.machine(own.holder.path)
    made = _with_extras(value)
    argument = made.value("argument", 0)
    named, many, optional = _of_hint(reading, own.hint)
    target = _target(reading, machine, argument, owner) if argument is not None else named
    uselist = made.value("uselist")
    if isinstance(uselist, bool):
        many = uselist
    return RelationshipDef(
        attribute=own.name,
        target=target,
        many=many,
        optional=optional,
        back_populates=_text(made, "back_populates"),
        backref=_backref(made),
        secondary=_secondary(reading, machine, made),
        cascade=_text(made, "cascade"),
        lazy=_text_or_flag(made, "lazy"),
        passive_deletes=_text_or_flag(made, "passive_deletes"),
        viewonly=made.value("viewonly") is True,
        columns=_columns(made),
        options=tuple(
            dict.fromkeys(arg.keyword for arg in made.args if arg.keyword and arg.keyword not in ("*", "**"))
        ),
    )


def _with_extras(made: Made) -> Made:
    """SQLModel's `Relationship(...)` with what it hands to SQLAlchemy, by the names of that."""
    if made.callee != "sqlmodel.Relationship":
        return made
    args = [arg for arg in made.args if arg.keyword not in ("link_model", "sa_relationship", "cascade_delete")]
    inner = made.value("sa_relationship")
    if isinstance(inner, Made):
        args.extend(inner.args)
    extras = made.value("sa_relationship_kwargs")
    if isinstance(extras, Entries):
        args.extend(Given(key, value) for key, value in extras.pairs if isinstance(key, str))
    link = made.given("link_model")
    if link is not None and link.value is not None:
        args.append(Given("secondary", link.value, link.place))
    if made.value("cascade_delete") is True and not any(arg.keyword == "cascade" for arg in args):
        args.append(Given("cascade", "all, delete-orphan"))
    return Made("sqlalchemy.orm.relationship", tuple(args), None, made.place)


def _of_hint(reading: Reading, hint: Hint | None) -> tuple[str | None, bool | None, bool | None]:
    """The class, whether there are many, and whether there may be none, as the annotation says."""
    if hint is None:
        return None, None, None
    many = hint.name in COLLECTIONS or hint.wrapper == "dynamic"
    inner = hint.items[-1] if hint.items and hint.name in COLLECTIONS else hint
    target = reading.name(inner.owner) if inner.owner is not None else inner.name or inner.text or None
    return target, many if hint.name or hint.text else None, hint.optional and not many


def _target(reading: Reading, machine: Machine, value: Value, owner: Class) -> Union[str, Unknown]:
    if isinstance(value, Function) and isinstance(value.node, Lambda):
        value = machine.call(value, (), machine.home)
    if isinstance(value, Class):
        return reading.name(value)
    if isinstance(value, str) and HOLE not in value:
        found = resolve_dotted(reading.program_of(owner.path), owner.path, value) if value.isidentifier() else None
        return reading.name(Class(found.path, found.node)) if isinstance(found, DefinedClass) else value
    if isinstance(value, Made) and value.callee.endswith("aliased") and value.positional:
        return _target(reading, machine, value.positional[0], owner)
    return unknown(value)


def _text(made: Made, name: str) -> Union[str, Unknown, None]:
    value = made.value(name)
    if value is None or (isinstance(value, str) and HOLE not in value):
        return value
    return unknown(value)


def _text_or_flag(made: Made, name: str) -> Union[str, bool, Unknown, None]:
    value = made.value(name)
    return value if isinstance(value, bool) else _text(made, name)


def _backref(made: Made) -> Union[str, Unknown, None]:
    value = made.value("backref")
    if isinstance(value, Made) and value.callee == "sqlalchemy.orm.backref":
        name = value.value("name", 0)
        return name if isinstance(name, str) and HOLE not in name else unknown(name)
    return _text(made, "backref")


def _secondary(reading: Reading, machine: Machine, made: Made) -> Union[ObjectName, Unknown, None]:
    value = made.value("secondary", 1)
    if isinstance(value, Function) and isinstance(value.node, Lambda):
        value = machine.call(value, (), machine.home)
    if value is None:
        return None
    if isinstance(value, str) and HOLE not in value:
        schema, _, name = value.rpartition(".")
        return ObjectName(name, schema or None)
    if isinstance(value, Class):
        return table_name_of(reading, value) or Unknown(f"{value.node.name} is no mapped class")
    return table_name(machine, value)


def _columns(made: Made) -> tuple[str, ...]:
    """The columns of `foreign_keys`, where they are columns of this class itself."""
    value = made.value("foreign_keys")
    values = getattr(value, "values", None)
    names = [column_name(item) for item in (values if isinstance(values, list) else [value])]
    return tuple(name for name in names if name is not None and "." not in name and "[" not in name)
