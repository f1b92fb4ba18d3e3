"""Roots: what makes a class a mapped one, and what the classes of one root share."""

from __future__ import annotations

from dataclasses import dataclass

from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import BoundValue, External, Unresolved
from schemalint.interpret.resolve import name_of, qualified_name, resolve
from schemalint.interpret.values import Class, Entries, Frame, Given, Instance, Made, Member, Missing, Symbol, Value
from schemalint.ir import Assign, Attribute, Call, Dict, Expression, Name
from schemalint.readers.models.bodies import body_of
from schemalint.readers.models.hints import Hint, hint_of
from schemalint.readers.models.metadata import Metadata, metadata_of
from schemalint.readers.models.reading import Reading, key_of

_DIRECT = frozenset({"sqlalchemy.orm.DeclarativeBase", "sqlalchemy.orm.DeclarativeBaseNoMeta"})
_MAKERS = frozenset({"sqlalchemy.orm.declarative_base", "sqlalchemy.ext.automap.automap_base", "generate_base"})
_DECORATORS = frozenset({"sqlalchemy.orm.as_declarative", "sqlalchemy.orm.registry.as_declarative_base"})
_MAPPERS = frozenset(
    {
        "sqlalchemy.orm.registry.mapped",
        "sqlalchemy.orm.registry.mapped_as_dataclass",
        "sqlalchemy.orm.mapped_as_dataclass",
    }
)
_METACLASSES = frozenset({"sqlalchemy.orm.DeclarativeMeta", "sqlalchemy.orm.decl_api.DeclarativeMeta"})
_FLASK = "flask_sqlalchemy.model.Model"


@dataclass(frozen=True)
class Root:
    """What makes classes mapped ones, and what they share.

    `library` is sqlalchemy or sqlmodel. `types` is the `type_annotation_map`, by the spelling of the type. `implicit`
    tells that Flask-SQLAlchemy names the tables. `known` is not set where only the look of a class says that it is
    mapped, for its base does not resolve.
    """

    library: str
    metadata: Metadata
    types: tuple[tuple[str, Value], ...] = ()
    implicit: bool = False
    known: bool = True


def is_root(reading: Reading, owner: Class) -> bool:
    """Whether a class is itself the base that others are mapped by."""
    key = key_of(owner)
    if key not in reading.roots:
        reading.roots[key] = _is_root(reading, owner)
    return reading.roots[key]


def _is_root(reading: Reading, owner: Class) -> bool:
    program = reading.program_of(owner.path)
    for base in owner.node.bases:
        name = qualified_name(program, owner.path, base.value)
        if name in _DIRECT or (base.keyword == "metaclass" and name in _METACLASSES):
            return True
    return any(
        qualified_name(program, owner.path, decorator.func if isinstance(decorator, Call) else decorator) in _DECORATORS
        for decorator in owner.node.decorators
    )


def root_of(reading: Reading, owner: Class) -> Root | None:
    """The root that a class is mapped by; None where it is no mapped class."""
    mapped = _mapping_decorator(reading, owner)
    if mapped is not None:
        return mapped
    chain = (owner, *reading.ancestors(owner))
    for position, item in enumerate(chain):
        if isinstance(item, Class):
            if is_root(reading, item):
                return _of_class(reading, item, chain[position:])
        elif isinstance(item, BoundValue) and isinstance(item.expression, Call):
            made = reading.machine(item.path).value(item.expression, Frame(item.path))
            if isinstance(made, Made) and made.callee in _MAKERS:
                return _of_value(reading, item, made, chain)
        elif isinstance(item, External):
            name = canonical(item.name)
            if name == "sqlmodel.SQLModel":
                return Root("sqlmodel", _assigned(reading) or Metadata("sqlmodel.SQLModel"))
            if name == _FLASK:
                return _of_flask(reading, owner, chain)
            if name == "flask_appbuilder.Model":
                return Root("sqlalchemy", Metadata(name))
    if any(isinstance(item, (Unresolved, External, BoundValue)) for item in chain) and _looks_mapped(reading, owner):
        return Root("sqlalchemy", Metadata(None, known=False), known=False)
    return None


def _mapping_decorator(reading: Reading, owner: Class) -> Root | None:
    program = reading.program_of(owner.path)
    for decorator in owner.node.decorators:
        callee = decorator.func if isinstance(decorator, Call) else decorator
        name = qualified_name(program, owner.path, callee)
        if name not in _MAPPERS:
            continue
        holder: Expression | None = callee.value if isinstance(callee, Attribute) else None
        if name == "sqlalchemy.orm.mapped_as_dataclass" and isinstance(decorator, Call) and decorator.args:
            holder = decorator.args[0].value
        if holder is None:
            return Root("sqlalchemy", Metadata(known=False))
        value = reading.machine(owner.path).value(holder, Frame(owner.path))
        label = qualified_name(program, owner.path, holder)
        return Root("sqlalchemy", metadata_of(value, label) or Metadata(label, known=False), _types_given(value))
    return None


def _looks_mapped(reading: Reading, owner: Class) -> bool:
    """Whether a class names a table and has columns, so that it can be nothing but a mapped class."""
    if "__tablename__" not in reading.program_of(owner.path).class_scope(owner.path, owner.node).bindings:
        return False
    return any(
        (isinstance(own.value, Made) and own.value.callee == "sqlalchemy.Column")
        or (own.hint is not None and own.hint.wrapper == "mapped")
        for own in body_of(reading, owner).own.values()
    )


def _of_class(reading: Reading, base: Class, chain: tuple[object, ...]) -> Root:
    """The root of a base that is a class. What it inherits from mixins of its own counts too."""
    metadata, types = None, None
    name = reading.name(base)
    implicit = any(isinstance(item, External) and canonical(item.name) == _FLASK for item in chain)
    for item in chain:
        if not isinstance(item, Class):
            continue
        own = body_of(reading, item).own
        registry = own["registry"].value if "registry" in own else None
        if metadata is None and "metadata" in own and not isinstance(own["metadata"].value, Missing):
            label = _label(reading, item, "metadata") or name
            metadata = _metadata(reading, own["metadata"].value, label) or Metadata(label, known=False)
        elif metadata is None and isinstance(registry, Made):
            metadata = metadata_of(registry, _label(reading, item, "registry") or name)
        if types is None and "type_annotation_map" in own:
            types = _type_map(reading, item)
        elif types is None and isinstance(registry, Made):
            types = _types_given(registry)
    return Root("sqlalchemy", metadata or Metadata(name), types or (), implicit)


def _label(reading: Reading, holder: Class, attribute: str) -> str | None:
    """The name of the variable that a class attribute was assigned from."""
    program = reading.program_of(holder.path)
    value = getattr(program.class_scope(holder.path, holder.node).lookup(attribute), "value", None)
    return qualified_name(program, holder.path, value) if isinstance(value, (Name, Attribute)) else None


def _of_value(reading: Reading, item: BoundValue, made: Made, chain: tuple[object, ...]) -> Root:
    """The root of a base that a call made."""
    program = reading.program_of(item.path)
    label = name_of(program, item)
    call = item.expression
    if isinstance(call, Call) and isinstance(call.func, Attribute) and made.owner is not None:
        label = qualified_name(program, item.path, call.func.value) or label
    given = made.value("metadata")
    if given is not None:
        argument = call.keyword("metadata") if isinstance(call, Call) else None
        named = qualified_name(program, item.path, argument) if isinstance(argument, (Name, Attribute)) else None
        metadata = _metadata(reading, given, named or label) or Metadata(named or label, known=False)
    elif made.callee == "generate_base":
        metadata = metadata_of(made, label) or Metadata(label, known=False)
    else:
        metadata = next(
            (
                found
                for holder in chain
                if isinstance(holder, Class) and "metadata" in body_of(reading, holder).own
                if (found := metadata_of(_plain(body_of(reading, holder).own["metadata"].value), label)) is not None
            ),
            Metadata(label),
        )
    known = not made.callee.endswith("automap_base")
    return Root("sqlalchemy", metadata, _types_given(made) or _types_given(made.owner), known=known)


def _plain(value: Value | Missing) -> Value:
    return None if isinstance(value, Missing) else value


def _of_flask(reading: Reading, owner: Class, chain: tuple[object, ...]) -> Root:
    """The root of `db.Model`: the metadata that `db` was given."""
    for item in chain:
        if not isinstance(item, Class):
            continue
        for base in item.node.bases:
            if not isinstance(base.value, Attribute) or base.value.attr != "Model":
                continue
            holder = base.value.value
            value = reading.machine(item.path).value(holder, Frame(item.path))
            label = qualified_name(reading.program_of(item.path), item.path, holder)
            if isinstance(value, (Made, Instance)):
                return Root("sqlalchemy", metadata_of(value, label) or Metadata(label), implicit=True)
            if isinstance(value, Symbol):  # another library's, and what it was made with is not known
                return Root("sqlalchemy", Metadata(label, known=False), implicit=True, known=False)
    return Root("sqlalchemy", Metadata(_FLASK), implicit=True)


def metadata_given(reading: Reading, made: Made) -> Metadata | None:
    """The metadata that a `Table(...)` is given; None where that is not known."""
    return _metadata(reading, made.value("metadata", 1), None)


def _metadata(reading: Reading, value: Value, label: str | None) -> Metadata | None:
    """The metadata that a value is or holds; that of a mapped class is its root's."""
    if isinstance(value, Member) and value.name == "metadata" and isinstance(value.owner, Class):
        root = root_of(reading, value.owner)
        return root.metadata if root is not None else None
    return metadata_of(value, label)


# ------------------------------------------------------------------------------------------------- annotation maps


def _types_given(value: Value) -> tuple[tuple[str, Value], ...]:
    """The `type_annotation_map` that a call was given, as far as its keys are types of Python itself."""
    mapping = value.value("type_annotation_map") if isinstance(value, Made) else None
    if not isinstance(mapping, Entries):
        return ()
    return tuple((name, item) for key, item in mapping.pairs if (name := _spelled(key)) is not None)


def _spelled(key: Value) -> str | None:
    name = getattr(key, "name", None)
    if name is None:
        return None
    return name if "." in name else f"builtins.{name}"


def _type_map(reading: Reading, holder: Class) -> tuple[tuple[str, Value], ...]:
    """The `type_annotation_map` of a class, with keys of any form."""
    binding = reading.program_of(holder.path).class_scope(holder.path, holder.node).lookup("type_annotation_map")
    node = getattr(binding, "value", None)
    if isinstance(node, Name):
        found = resolve(reading.program_of(holder.path), holder.path, node)
        node = found.expression if isinstance(found, BoundValue) else None
    if not isinstance(node, Dict):
        return ()
    machine, frame = reading.machine(holder.path), Frame(holder.path, {}, holder.closure)
    pairs: list[tuple[str, Value]] = []
    for item in node.items:
        if item.key is not None:
            hint = hint_of(reading, holder.path, item.key)
            pairs.extend((name, machine.value(item.value, frame)) for name in keys_of(hint)[:1])
    return tuple(pairs)


def keys_of(hint: Hint) -> tuple[str, ...]:
    """The spellings by which a type may stand in a `type_annotation_map`, the most specific first."""
    return (*hint.aliases, *((hint.spelled, hint.name) if hint.name else ()))


# ----------------------------------------------------------------------------------------- metadata assigned elsewhere


def _assigned(reading: Reading) -> Metadata | None:
    """The metadata that the project gives to `SQLModel` itself, as a whole or a naming convention for it."""
    if not reading.sqlmodel_metadata:
        reading.sqlmodel_metadata.append(_find_assigned(reading))
    return reading.sqlmodel_metadata[0]


def _find_assigned(reading: Reading) -> Metadata | None:
    for path, module in reading.program.modules.items():
        for statement in module.body:
            if not isinstance(statement, Assign) or not isinstance(statement.targets[0], Attribute):
                continue
            name = qualified_name(reading.program, path, statement.targets[0])
            if name == "sqlmodel.SQLModel.metadata":
                value = reading.machine(path).value(statement.value, Frame(path))
                return metadata_of(value, "sqlmodel.SQLModel") or Metadata("sqlmodel.SQLModel", known=False)
            if name == "sqlmodel.SQLModel.metadata.naming_convention":
                value = reading.machine(path).value(statement.value, Frame(path))
                return metadata_of(
                    Made("sqlalchemy.MetaData", (Given("naming_convention", value),)), "sqlmodel.SQLModel"
                )
    return None
