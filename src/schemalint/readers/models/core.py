"""Tables without a class, classes that a call maps to a table, and indexes that stand outside of both."""

from __future__ import annotations

from collections.abc import Iterator
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
from schemalint.readers.models.bodies import Own
from schemalint.readers.models.conventions import named_constraint, named_index
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
    """The tables that a module assigns to its names."""
    for statement in reading.statements(path):
        if not isinstance(statement, (Assign, AnnAssign)) or not isinstance(statement.value, Call):
            continue
        if not _is_table(reading, path, statement.value.func):
            continue
        target = statement.targets[0] if isinstance(statement, Assign) else statement.target
        value = reading.machine(path).value(statement.value, Frame(path))
        if isinstance(value, Made) and value.callee == "sqlalchemy.Table":
            name = target.id if isinstance(target, Name) else "table"
            yield _core_model(reading, path, name, statement.value, value)


def _is_table(reading: Reading, path: str, callee: Expression) -> bool:
    if not isinstance(callee, (Name, AttributeNode)):
        return False
    last = callee.id if isinstance(callee, Name) else callee.attr
    if isinstance(callee, AttributeNode) and last != "Table":
        return False
    return qualified_name(reading.program, path, callee) == "sqlalchemy.Table"


def _core_model(reading: Reading, path: str, variable: str, call: Call, made: Made) -> ModelDef:
    place = reading.place(path, call)
    metadata = _metadata(reading, path, call, made)
    label = f"{reading.program.module_name(path)}.{variable}"
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
    positional = [arg for arg in call.args if arg.keyword is None and not arg.star]
    argument = call.keyword("metadata") or (positional[1].value if len(positional) > 1 else None)
    value = made.value("metadata", 1)
    if not isinstance(argument, (Name, AttributeNode)):
        return Metadata()
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
    """The indexes and constraints that a module makes of columns of tables, outside of classes."""
    for statement in reading.statements(path):
        call = statement.value if isinstance(statement, (ExpressionStatement, Assign, AnnAssign)) else None
        if not isinstance(call, Call) or _last(call.func) not in _PARTS:
            continue
        if qualified_name(reading.program, path, call.func) != f"sqlalchemy.{_last(call.func)}":
            continue
        machine = reading.machine(path)
        value = machine.value(call, Frame(path))
        if not isinstance(value, Made):
            continue
        owner = next((found for arg in value.args if (found := table_in(reading, path, arg.value)) is not None), None)
        part = constraint(machine, value, owner) if owner is not None else None
        if owner is None or part is None or isinstance(part, Unknown):
            continue
        place = reading.place(path, call)
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
