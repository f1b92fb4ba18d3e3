"""Indexes and constraints of `Meta`, as the database has them."""

from __future__ import annotations

from typing import Union

from schemalint.facts.tables import (
    CheckDef,
    ConstraintDef,
    ExcludeDef,
    IndexDef,
    IndexElement,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import Items, Made, Value
from schemalint.readers.django.expressions import condition, deferral, expression, last_name
from schemalint.readers.django.names import index_name, kept
from schemalint.readers.django.state import Model
from schemalint.readers.django.state_tables import Tables

_METHODS = {
    "BloomIndex": "bloom",
    "BrinIndex": "brin",
    "GinIndex": "gin",
    "GistIndex": "gist",
    "HashIndex": "hash",
    "SpGistIndex": "spgist",
}
_COMPUTED = Unknown("it is computed")


def plain_index(name: str, columns: tuple[str, ...]) -> IndexDef:
    """An index on columns."""
    return IndexDef(name, tuple(IndexElement(column=column) for column in columns))


def index_of(tables: Tables, model: Model, made: Made) -> IndexDef:
    """An index as it is written; what is not known of it is Unknown."""
    elements = _elements(tables, model, made)
    name = made.value("name")
    if name is None and not isinstance(elements, Unknown) and all(element.column for element in elements):
        columns = tuple(element.column or "" for element in elements)
        name = index_name(tables.name(model).name, columns, tuple(element.descending for element in elements))
    return IndexDef(
        name=kept(name, tables.world.dialect) if isinstance(name, str) else Unknown("its name is computed"),
        elements=elements,
        method=_METHODS.get(last_name(made)),
        predicate=_predicate(tables, model, made),
        include=_included(tables, model, made),
    )


def constraint_of(tables: Tables, model: Model, made: Made) -> Union[ConstraintDef, IndexDef]:
    """A constraint as it is written; one that the server can only keep as a unique index is that."""
    name = made.value("name")
    text = kept(name, tables.world.dialect) if isinstance(name, str) else None
    kind = last_name(made)
    if kind == "CheckConstraint":
        test = made.value("condition") if made.given("condition") is not None else made.value("check")
        sql = condition(test, lambda field: tables.column(model, field))
        return CheckDef(text, sql if sql is not None else Unknown("its condition is not read"))
    if kind != "UniqueConstraint":
        return ExcludeDef(text, Unknown(f"what a {kind or 'constraint'} demands is not read"))
    elements = _elements(tables, model, made)
    predicate = _predicate(tables, model, made)
    include = _included(tables, model, made)
    columns = tuple(element.column for element in elements if element.column) if isinstance(elements, tuple) else ()
    distinct = made.value("nulls_distinct") is not False
    plain = isinstance(elements, tuple) and len(columns) == len(elements)
    if plain and predicate is None and not include and made.given("opclasses") is None:
        return UniqueDef(text, columns, distinct, *deferral(made))
    return IndexDef(
        name=text if text is not None else Unknown("its name is computed"),
        elements=elements,
        unique=True,
        predicate=predicate,
        include=include,
        nulls_distinct=distinct,
    )


def _elements(tables: Tables, model: Model, made: Made) -> Union[tuple[IndexElement, ...], Unknown]:
    fields = made.value("fields")
    classes = _texts(made.value("opclasses"))
    if fields is None:
        return _expressions(tables, model, made)
    names = _texts(fields)
    if names is None:
        return Unknown("its fields are computed")
    found = []
    for position, name in enumerate(names):
        column = tables.column(model, name.removeprefix("-"))
        if column is None:
            return Unknown(f"the field {name} is not known")
        class_ = classes[position] if classes is not None and position < len(classes) else None
        found.append(IndexElement(column=column, descending=name.startswith("-"), operator_class=class_))
    return tuple(found)


def _expressions(tables: Tables, model: Model, made: Made) -> Union[tuple[IndexElement, ...], Unknown]:
    found = []
    for value in made.positional:
        element = _element(tables, model, value)
        if element is None:
            return Unknown("an expression of it is not read")
        found.append(element)
    return tuple(found) if found else _COMPUTED


def _element(tables: Tables, model: Model, value: Value) -> IndexElement | None:
    """`F("a").desc()`, `OrderBy(F("a"), descending=True)`, `OpClass(Lower("a"), name="...")`, `Lower("a")`."""
    descending, class_, nulls = False, None, None
    while isinstance(value, Made):
        if value.callee in ("asc", "desc") and value.owner is not None:
            descending, value = value.callee == "desc", value.owner
        elif last_name(value) == "OrderBy":
            descending = value.value("descending") is True
            nulls = "first" if value.value("nulls_first") is True else "last" if value.value("nulls_last") else None
            value = value.value("expression", 0)
        elif last_name(value) == "OpClass":
            name = value.value("name", 1)
            class_, value = name if isinstance(name, str) else None, value.value("expression", 0)
        else:
            break
    column = None
    if isinstance(value, str) or last_name(value) == "F":
        name = value if isinstance(value, str) else str(value.value("name", 0)) if isinstance(value, Made) else ""
        descending = descending or name.startswith("-")
        column = tables.column(model, name.removeprefix("-"))
        if column is None:
            return None
    sql = None if column is not None else expression(value, lambda field: tables.column(model, field))
    if column is None and sql is None:
        return None
    return IndexElement(column=column, expression=sql, descending=descending, nulls=nulls, operator_class=class_)


def _predicate(tables: Tables, model: Model, made: Made) -> Union[str, Unknown, None]:
    if made.value("condition") is None:
        return None
    sql = condition(made.value("condition"), lambda field: tables.column(model, field))
    return sql if sql is not None else Unknown("its condition is not read")


def _included(tables: Tables, model: Model, made: Made) -> tuple[str, ...]:
    return tables.columns(model, tuple(_texts(made.value("include")) or ())) or ()


def _texts(value: Value) -> list[str] | None:
    if not isinstance(value, Items) or value.open or not all(isinstance(item, str) for item in value.values):
        return None
    return [str(item) for item in value.values]
