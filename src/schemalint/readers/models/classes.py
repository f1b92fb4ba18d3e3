"""What a class of the project is to the library that maps it: its kind, its parent, its table and its attributes.

The rules are those of SQLAlchemy's declarative scan (orm/decl_base.py, 2.0), of SQLModel's metaclass (main.py, 0.0.50)
and of Flask-SQLAlchemy's naming (model.py, 3.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

from schemalint.facts.names import ObjectName
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import (
    HOLE,
    Class,
    Entries,
    Function,
    Given,
    Made,
    Missing,
    Unsure,
    Value,
)
from schemalint.ir import Constant
from schemalint.readers.models.bodies import WRAPPERS, Own, body_of, options_of, value_for
from schemalint.readers.models.libraries import is_library
from schemalint.readers.models.reading import Reading, key_of
from schemalint.readers.models.roots import Root, is_root, root_of
from schemalint.readers.sqlalchemy.names import table_name

_SNAKE = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")


@dataclass(frozen=True)
class Shape:
    """What a class is: `kind` as in `ModelDef`; `parent` is the mapped class whose table or rows it continues.

    `named` is its `__tablename__` where it has a table of its own, `core` the `Table(...)` of its `__table__`.
    """

    owner: Class
    kind: str
    root: Root
    parent: Class | None = None
    named: Union[str, Unknown, None] = None
    core: Made | None = None


def shape_of(reading: Reading, owner: Class) -> Shape | None:
    """What a class is; None where it is no mapped class and no base of any."""
    key = key_of(owner)
    if key not in reading.shapes:
        reading.shapes[key] = None
        reading.shapes[key] = _shape(reading, owner)
    return reading.shapes[key]


def is_mapped(reading: Reading, owner: Class) -> bool:
    """Whether a class has or shares a table."""
    shape = shape_of(reading, owner)
    return shape is not None and shape.kind != "abstract"


def _shape(reading: Reading, owner: Class) -> Shape | None:
    root = root_of(reading, owner)
    if root is None:
        return None
    own = body_of(reading, owner).own
    if (
        is_library(owner.path)
        or is_root(reading, owner)
        or ("__abstract__" in own and own["__abstract__"].value is True)
    ):
        return Shape(owner, "abstract", root)
    parent = next(
        (item for item in reading.ancestors(owner) if isinstance(item, Class) and is_mapped(reading, item)), None
    )
    if root.library == "sqlmodel":
        return _sqlmodel_shape(reading, owner, root, parent)
    core = _own_table(reading, owner)
    if core is not None:
        return Shape(owner, "table" if parent is None else "joined", root, parent, core=core)
    named = _tablename(reading, owner, parent, root)
    if named is None:
        return Shape(owner, "abstract" if parent is None else "single", root, parent)
    if parent is not None and not _has_own_table(reading, owner, parent, root, named):
        return Shape(owner, "single", root, parent)
    return Shape(owner, "table" if parent is None or _is_concrete(own) else "joined", root, parent, named)


def _sqlmodel_shape(reading: Reading, owner: Class, root: Root, parent: Class | None) -> Shape | None:
    flag = next((base.value for base in owner.node.bases if base.keyword == "table"), None)
    if not isinstance(flag, Constant) or flag.value is not True:
        return None
    named = _tablename(reading, owner, None, root)
    if parent is not None and (named is None or named == getattr(shape_of(reading, parent), "named", None)):
        return Shape(owner, "single", root, parent)
    return Shape(owner, "table", root, None, named if named is not None else owner.node.name.lower())


def _own_table(reading: Reading, owner: Class) -> Made | None:
    found = body_of(reading, owner).own.get("__table__")
    value = value_for(reading, found, owner) if found is not None else None
    return value if isinstance(value, Made) and value.callee == "sqlalchemy.Table" else None


def _is_concrete(own: dict[str, Own]) -> bool:
    args = own["__mapper_args__"].value if "__mapper_args__" in own else None
    return isinstance(args, Entries) and args.get("concrete") is True


def _tablename(reading: Reading, owner: Class, parent: Class | None, root: Root) -> str | Unknown | None:
    """The `__tablename__` that counts for a class: its own, or one of a base that is not mapped itself."""
    holders = [item for item in (owner, *reading.ancestors(owner)) if isinstance(item, Class)]
    defined = [(item, body_of(reading, item).own["__tablename__"]) for item in holders if _names(reading, item)]
    eligible = [own for item, own in defined if item is owner or not is_mapped(reading, item)]
    if eligible:
        first = defined[0][1]
        value = value_for(reading, first, owner)
        if isinstance(value, Missing) or value is None:
            return None
        if isinstance(value, str) and HOLE not in value:
            return value
        if isinstance(value, Function):
            return Unknown("__tablename__ is a function")
        return Unknown(value.reason if isinstance(value, Unsure) else "__tablename__ is computed")
    if root.implicit:
        return _SNAKE.sub(r"_\1", owner.node.name).lower().lstrip("_")
    return None


def _names(reading: Reading, holder: Class) -> bool:
    own = body_of(reading, holder).own.get("__tablename__")
    return own is not None and not isinstance(own.value, Missing)


def _has_own_table(reading: Reading, owner: Class, parent: Class, root: Root, named: str | Unknown) -> bool:
    """Whether a class with a mapped parent has a table of its own: Flask-SQLAlchemy asks for a primary key."""
    if isinstance(named, Unknown):
        return True
    above = table_name_of(reading, parent)
    if isinstance(above, ObjectName) and above.name == named:
        return False
    if not root.implicit:
        return True
    return any(
        isinstance(value := column_in(value_for(reading, own, owner)), Made) and value.value("primary_key") is True
        for own in attributes_of(reading, owner, parent).values()
    )


# --------------------------------------------------------------------------------------------------------- attributes


def contributors(reading: Reading, owner: Class, parent: Class | None) -> Iterator[Class]:
    """The classes whose attributes become those of a class: itself, and bases that its mapped parent does not have."""
    covered = set()
    if parent is not None:
        covered = {key_of(item) for item in (parent, *reading.ancestors(parent)) if isinstance(item, Class)}
    yield owner
    for item in reading.ancestors(owner):
        if isinstance(item, Class) and key_of(item) not in covered and not is_mapped(reading, item):
            yield item


def attributes_of(reading: Reading, owner: Class, parent: Class | None) -> dict[str, Own]:
    """What a class and its unmapped bases say of their names, the nearest first."""
    found: dict[str, Own] = {}
    for holder in contributors(reading, owner, parent):
        for name, own in body_of(reading, holder).own.items():
            found.setdefault(name, own)
    return found


def items_of(reading: Reading, owner: Class, parent: Class | None) -> list[Given]:
    """The indexes and constraints on column objects that stand alone in the bodies."""
    return [item for holder in contributors(reading, owner, parent) for item in body_of(reading, holder).items]


def table_args_of(reading: Reading, owner: Class) -> Value | Missing:
    """The `__table_args__` that count for a class: those of a mapped parent do not."""
    for item in (owner, *reading.ancestors(owner)):
        if not isinstance(item, Class) or (item is not owner and is_mapped(reading, item)):
            continue
        own = body_of(reading, item).own.get("__table_args__")
        if own is not None and not isinstance(own.value, Missing):
            return value_for(reading, own, owner)
    return None


def column_in(value: Value | Missing) -> Value:
    """The column in `deferred(Column(...))`; else the value itself."""
    if isinstance(value, Missing):
        return None
    if isinstance(value, Made) and value.callee in WRAPPERS and value.args:
        return value.args[0].value
    return value


# ------------------------------------------------------------------------------------------------------------- tables


def table_name_of(reading: Reading, owner: Class) -> ObjectName | Unknown | None:
    """The table that a class is mapped to; None where it is not mapped."""
    shape = shape_of(reading, owner)
    if shape is None or shape.kind == "abstract":
        return None
    if shape.kind == "single" and shape.parent is not None:
        return table_name_of(reading, shape.parent)
    if shape.core is not None:
        name = table_name(reading.machine(owner.path), shape.core)
        return _in_schema(name, shape.root.metadata.schema) if isinstance(name, ObjectName) else name
    if not isinstance(shape.named, str):
        return shape.named
    key = key_of(owner)
    if key in reading.under_way:
        return ObjectName(shape.named, shape.root.metadata.schema)
    reading.under_way.add(key)
    try:
        options = options_of(_plain(table_args_of(reading, owner)))
    finally:
        reading.under_way.discard(key)
    schema = options.get("schema") if options is not None else None
    if schema is None:
        return ObjectName(shape.named, shape.root.metadata.schema)
    if not isinstance(schema, str) or HOLE in schema:
        return Unknown("the schema of the table is computed")
    return ObjectName(shape.named, schema or None)


def _plain(value: Value | Missing) -> Value:
    return None if isinstance(value, Missing) else value


def _in_schema(name: ObjectName, schema: str | None) -> ObjectName:
    return ObjectName(name.name, name.schema or schema)


def column_of_attribute(reading: Reading, owner: Class, name: str) -> tuple[ObjectName, str] | None:
    """The table and column behind an attribute of a mapped class; None for what is no column of a known table."""
    shape = shape_of(reading, owner)
    if shape is None or shape.kind == "abstract":
        return None
    table = table_name_of(reading, owner)
    if not isinstance(table, ObjectName):
        return None
    if shape.core is not None:
        return table, name
    own = attributes_of(reading, owner, shape.parent).get(name)
    if own is None:
        bound = reading.program_of(owner.path).class_scope(owner.path, owner.node).lookup(name)
        if bound is not None and hasattr(bound, "value"):
            return table, name
        return column_of_attribute(reading, shape.parent, name) if shape.parent is not None else None
    column = column_name_of(reading, own, owner, shape.root)
    return (table, column) if column is not None else None


def column_name_of(reading: Reading, own: Own, owner: Class, root: Root) -> str | None:
    """The column behind an attribute; None where it stands for none."""
    value = column_in(value_for(reading, own, owner))
    if isinstance(value, Made) and value.callee == "sqlalchemy.Column":
        given = value.value("name")
        return given if isinstance(given, str) else None
    if isinstance(value, Made) and value.callee == "sqlmodel.Field":
        column = value.value("sa_column")
        given = column.value("name", 0) if isinstance(column, Made) else None
        return given if isinstance(given, str) else own.name
    if own.declared and isinstance(value, Unsure):
        return own.name
    if own.hint is None or isinstance(value, (Made, Function)):
        return None
    is_column = own.hint.wrapper == "mapped" if root.library != "sqlmodel" else own.hint.wrapper == ""
    return own.name if is_column else None
