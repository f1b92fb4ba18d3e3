"""Tables without a class, classes that a call maps to a table, and indexes that stand outside of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Union

from schemalint.diagnostics import Place
from schemalint.facts.models import Attribute, ModelDef, NotRead, RelationshipDef
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ConstraintDef, IndexDef, TableDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolve import qualified_name
from schemalint.interpret.scopes import function_scope
from schemalint.interpret.values import Class, Entries, Frame, Made, Member, Symbol, Value
from schemalint.ir import (
    AnnAssign,
    Assign,
    Call,
    ClassDef,
    Expression,
    ExpressionStatement,
    FunctionDef,
    Import,
    ImportFrom,
    Name,
    Statement,
    statements_of,
)
from schemalint.ir import Attribute as AttributeNode
from schemalint.readers.models.bodies import Own, body_of
from schemalint.readers.models.classes import shape_of
from schemalint.readers.models.conventions import named_constraint, named_index
from schemalint.readers.models.makers import is_function, makes_table
from schemalint.readers.models.metadata import Metadata, metadata_of
from schemalint.readers.models.reading import Reading, flat
from schemalint.readers.models.relationships import relationship_of
from schemalint.readers.models.roots import root_of
from schemalint.readers.models.tables import finished, table_of_core
from schemalint.readers.sqlalchemy.constraints import constraint
from schemalint.readers.sqlalchemy.names import object_name, table_name

_PARTS = frozenset({"Index", "UniqueConstraint", "CheckConstraint", "ForeignKeyConstraint"})
_MAPPERS = frozenset({"sqlalchemy.orm.mapper", "sqlalchemy.orm.registry.map_imperatively", "map_imperatively"})


# ------------------------------------------------------------------------------------------------------------ tables


def core_tables(reading: Reading, path: str) -> Iterator[ModelDef]:
    """The tables that a module and its classes assign to their names."""
    statements = reading.statements(path)
    module = reading.program.module_name(path)
    for name, call in _tables_in(reading, path, statements):
        value = reading.machine(path).value(call, Frame(path))
        if isinstance(value, Made) and value.callee == "sqlalchemy.Table":
            yield _core_model(reading, path, f"{module}.{name}", call, value, _metadata(reading, path, call, value))
    for owner, tables in _holders(reading, path, statements):
        own = body_of(reading, owner).own
        for name, call in tables:
            made = own[name].value if name in own else None
            if isinstance(made, Made) and made.callee == "sqlalchemy.Table":
                metadata = _metadata_in_class(reading, owner, call, made)
                yield _core_model(reading, path, f"{reading.name(owner)}.{name}", call, made, metadata)


def _tables_in(reading: Reading, path: str, statements: Iterable[Statement]) -> list[tuple[str, Call]]:
    """The names that are assigned a table, and the calls that make it."""
    found = []
    for statement in statements:
        if isinstance(statement, (Assign, AnnAssign)) and isinstance(statement.value, Call):
            target = statement.targets[0] if isinstance(statement, Assign) else statement.target
            if makes_table(reading.program, path, statement.value.func):
                found.append((target.id if isinstance(target, Name) else "table", statement.value))
    return found


def _holders(
    reading: Reading, path: str, statements: Iterable[Statement]
) -> Iterator[tuple[Class, list[tuple[str, Call]]]]:
    """The classes that are not mapped themselves and hold tables."""
    for statement in statements:
        if isinstance(statement, ClassDef):
            tables = _tables_in(reading, path, flat(statement.body))
            owner = Class(path, statement)
            if tables and shape_of(reading, owner) is None:
                yield owner, tables


def _core_model(reading: Reading, path: str, label: str, call: Call, made: Made, metadata: Metadata) -> ModelDef:
    place = reading.place(path, call)
    name = object_name(made.value("name", 0), made.value("schema"))
    if isinstance(name, Unknown):
        reason = NotRead("name", name.reason, place)
        return ModelDef(path, label, "sqlalchemy", "core", name, place, metadata=metadata.name, not_read=(reason,))
    name = ObjectName(name.name, name.schema or metadata.schema)
    read = table_of_core(reading, made, name, path)
    definition, places = finished(read, name, metadata, place, read.definition.complete)
    gaps = () if definition.complete else (NotRead("columns", "some of them are not understood", place),)
    return ModelDef(
        path=path,
        name=label,
        library="sqlalchemy",
        kind="core",
        table=definition,
        place=place,
        places=places,
        attributes=tuple(
            Attribute(column.definition.name, column.definition.name, column.place or place, options=column.arguments)
            for column in read.columns
        ),
        metadata=metadata.name,
        not_read=gaps,
    )


def _metadata(reading: Reading, path: str, call: Call, made: Made) -> Metadata:
    """The metadata that a `Table(...)` is given second."""
    argument = _second(call)
    value = made.value("metadata", 1)
    if not isinstance(argument, (Name, AttributeNode)):
        return Metadata()
    if is_function(reading.program, path, call.func):
        given = reading.machine(path).value(argument, Frame(path))
        if given is not value:  # the function that makes the table gives it a metadata of its own
            return Metadata(known=False)
    holder = argument.value if isinstance(argument, AttributeNode) and argument.attr == "metadata" else None
    label = qualified_name(reading.program, path, holder or argument)
    if isinstance(value, Member) and value.name == "metadata" and isinstance(value.owner, Class):
        root = root_of(reading, value.owner)
        return root.metadata if root is not None else Metadata(label, known=False)
    if holder is not None:
        owner = reading.machine(path).value(holder, Frame(path))
        root = root_of(reading, owner) if isinstance(owner, Class) else None
        if root is not None:
            return root.metadata
        if isinstance(owner, Symbol) and owner.name == "sqlmodel.SQLModel":
            return Metadata("sqlmodel.SQLModel")
    return metadata_of(value, label) or Metadata(label, known=False)


def _second(call: Call) -> Expression | None:
    positional = [arg for arg in call.args if arg.keyword is None and not arg.star]
    return call.keyword("metadata") or (positional[1].value if len(positional) > 1 else None)


def _metadata_in_class(reading: Reading, owner: Class, call: Call, made: Made) -> Metadata:
    """The metadata that a `Table(...)` in the body of a class is given: the class's own, or one of the module."""
    argument, value = _second(call), made.value("metadata", 1)
    own = body_of(reading, owner).own
    if isinstance(argument, Name) and argument.id in own:
        label = f"{reading.name(owner)}.{argument.id}"
        known = metadata_of(value, label) if own[argument.id].value is value else None
        return known or Metadata(known=False)
    return _metadata(reading, owner.path, call, made)


# ------------------------------------------------------------------------------------------------ imperative mapping


def imperative_models(reading: Reading, path: str) -> Iterator[ModelDef]:
    """The classes that a module maps by calls, at its top or in its functions (`start_mappers`)."""
    statements = reading.statements(path)
    if _imports_mapper(statements):
        yield from _mapped_in(reading, path, statements, Frame(path))


def _imports_mapper(statements: tuple[Statement, ...]) -> bool:
    return any(
        isinstance(statement, (Import, ImportFrom))
        and any(
            item.name in ("mapper", "registry", "orm", "sqlalchemy", "sqlalchemy.orm", "mapper_registry", "*")
            or "registry" in item.name
            or "mapper" in item.name
            for item in statement.names
        )
        for statement in statements
    )


def _mapped_in(reading: Reading, path: str, statements: tuple[Statement, ...], frame: Frame) -> Iterator[ModelDef]:
    machine = reading.machine(path)
    for statement in statements:
        if isinstance(statement, FunctionDef):
            if b"mapper" in statement.body or b"map_imperatively" in statement.body:
                inner = Frame(path, {}, frame)
                for parameter in function_scope(statement).bindings:
                    inner.names.pop(parameter, None)
                yield from _mapped_in(reading, path, tuple(flat(statements_of(statement))), inner)
            continue
        call = statement.value if isinstance(statement, (ExpressionStatement, Assign)) else None
        if isinstance(call, Call) and _last(call.func) in ("mapper", "map_imperatively", "mapping", "map_class"):
            value = machine.value(call, frame)
            if isinstance(value, Made) and value.callee in _MAPPERS:
                yield from _imperative(reading, path, call, value)
                if isinstance(statement, Assign) and isinstance(statement.targets[0], Name):
                    frame.names[statement.targets[0].id] = value


def _last(node: Expression) -> str:
    return node.attr if isinstance(node, AttributeNode) else node.id if isinstance(node, Name) else ""


def _imperative(reading: Reading, path: str, call: Call, made: Made) -> Iterator[ModelDef]:
    owner, local = made.value("class_", 0), made.value("local_table", 1)
    if not isinstance(owner, Class):
        return
    place = reading.place(path, call)
    named = table_name(reading.machine(path), local)
    properties = made.value("properties")
    relationships: list[RelationshipDef] = []
    places: list[Place] = []
    attributes: list[Attribute] = []
    for key, value in properties.pairs if isinstance(properties, Entries) else ():
        if not isinstance(key, str):
            continue
        where = getattr(value, "place", None) or place
        related = relationship_of(reading, Own(key, value, None, where, owner), value, owner)
        if related is not None:
            relationships.append(related)
            places.append(where)
        elif isinstance(value, Member):
            attributes.append(Attribute(key, value.name, where))
    yield ModelDef(
        path=path,
        name=reading.name(owner),
        library="sqlalchemy",
        kind="imperative",
        table=TableDef(named, complete=False) if isinstance(named, ObjectName) else named,
        place=place,
        attributes=tuple(attributes),
        relationships=tuple(relationships),
        relationship_places=tuple(places),
    )


# ----------------------------------------------------------------------------------------------------- parts outside


def outside_parts(reading: Reading, path: str) -> Iterator[tuple[ObjectName, Union[IndexDef, ConstraintDef], Place]]:
    """The indexes and constraints that a module makes of columns of tables, outside of mapped classes."""
    for holder, _ in _holders(reading, path, reading.statements(path)):
        for item in body_of(reading, holder).items:
            yield from _part(reading, path, item.value, item.place or reading.place(path, holder.node))
    for statement in reading.statements(path):
        call = statement.value if isinstance(statement, (ExpressionStatement, Assign, AnnAssign)) else None
        if not isinstance(call, Call) or _last(call.func) not in _PARTS:
            continue
        if qualified_name(reading.program, path, call.func) != f"sqlalchemy.{_last(call.func)}":
            continue
        yield from _part(reading, path, reading.machine(path).value(call, Frame(path)), reading.place(path, call))


def _part(
    reading: Reading, path: str, value: Value, place: Place
) -> Iterator[tuple[ObjectName, Union[IndexDef, ConstraintDef], Place]]:
    if not isinstance(value, Made):
        return
    owner = next((found for arg in value.args if (found := table_in(reading, path, arg.value)) is not None), None)
    part = constraint(reading.machine(path), value, owner) if owner is not None else None
    if owner is None or part is None or isinstance(part, Unknown):
        return
    if isinstance(part, IndexDef):
        yield owner, named_index(part, owner, Metadata(known=False)), place
    else:
        yield owner, named_constraint(part, owner, Metadata(convention=())), place


def table_in(reading: Reading, path: str, value: Value) -> ObjectName | None:
    """The table whose column stands in an expression."""
    if isinstance(value, Member) and isinstance(value.owner, Member) and value.owner.name in ("c", "columns"):
        name = table_name(reading.machine(path), value.owner.owner)
        return name if isinstance(name, ObjectName) else None
    if isinstance(value, Member):
        return table_in(reading, path, value.owner)
    if isinstance(value, Made):
        parts = (value.owner, *(arg.value for arg in value.args))
        return next((found for part in parts if (found := table_in(reading, path, part)) is not None), None)
    return None
