"""Options of Django's models that add to a table: `indexes`, `constraints`, `unique_together`, `index_together`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import md5
from typing import Union

from schemalint.diagnostics import Place
from schemalint.facts.tables import CheckDef, ConstraintDef, ExcludeDef, IndexDef, IndexElement, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE, Items, Made, Value, members
from schemalint.readers.django.expressions import deferral
from schemalint.readers.models.django_sql import condition_sql, index_key

Part = Union[IndexDef, ConstraintDef]
Read = tuple[list[tuple[Part, Union[Place, None]]], bool]
Columns = Callable[[str], str]

_METHODS = {
    "GinIndex": "gin",
    "GistIndex": "gist",
    "SpGistIndex": "spgist",
    "BrinIndex": "brin",
    "HashIndex": "hash",
    "BloomIndex": "bloom",
    "BTreeIndex": None,
}


def indexes_of(value: Value, column: Columns, names: Mapping[str, str], key: str) -> Read:
    """The indexes of `Meta.indexes`, and whether all were understood. `names` holds what their names are made of."""
    found: list[tuple[Part, Place | None]] = []
    items, complete = _items(value)
    for item in items:
        if isinstance(item, Made) and item.callee.startswith("django.") and item.callee.endswith("Index"):
            found.append((_index(item, column, names), item.place))
        else:
            complete = False
    return found, complete


def _items(value: Value) -> tuple[list[Value], bool]:
    if value is None:
        return [], True
    if isinstance(value, Items):
        return value.values, not value.open
    return [], False


def _index(made: Made, column: Columns, names: Mapping[str, str]) -> IndexDef:
    short = made.callee.rpartition(".")[2]
    method = _METHODS.get(short)
    condition = made.value("condition")
    elements = _elements(made, column)
    suffix = short.removesuffix("Index").lower() or "idx"
    return IndexDef(
        name=_name(made, names) if made.value("name") is not None else _computed_name(elements, names["table"], suffix),
        elements=elements,
        method=method,
        predicate=condition_sql(condition, column) if condition is not None else None,
        include=_columns(made.value("include"), column) or (),
    )


def _elements(made: Made, column: Columns) -> tuple[IndexElement, ...] | Unknown:
    fields = made.value("fields")
    keys = members(fields) if fields is not None else list(made.positional)
    if keys is None or any(arg.keyword in ("*", "**") for arg in made.args):
        return Unknown("the fields are computed")
    read = [index_key(key, column) for key in keys]
    doubt = next((item for item in read if isinstance(item, Unknown)), None)
    classes = members(made.value("opclasses")) or []
    plain = [item for item in read if isinstance(item, IndexElement)]
    named = [_with_class(item, classes[at] if at < len(classes) else None) for at, item in enumerate(plain)]
    return doubt if doubt is not None else tuple(named)


def _with_class(element: IndexElement, given: Value) -> IndexElement:
    if not isinstance(given, str) or HOLE in given:
        return element
    return IndexElement(element.column, element.expression, element.descending, operator_class=given)


def _name(made: Made, names: Mapping[str, str]) -> str | Unknown | None:
    value = made.value("name")
    if value is None:
        return None
    if not isinstance(value, str) or HOLE in value:
        return Unknown("the name is computed")
    for token, text in names.items():
        value = value.replace(f"%({token})s", text)
    return value


def _computed_name(elements: tuple[IndexElement, ...] | Unknown, table: str, suffix: str) -> str | Unknown | None:
    """The name that Django gives an index (`Index.set_name_with_model`, django/db/models/indexes.py)."""
    if isinstance(elements, Unknown) or not elements:
        return Unknown("the name is made of fields that are computed")
    columns = [element.column for element in elements if element.column is not None]
    if len(columns) != len(elements):
        return None
    ordered = [f"-{each.column}" if each.descending else str(each.column) for each in elements]
    digest = md5("".join((table, *ordered, suffix)).encode(), usedforsecurity=False).hexdigest()[:6]
    name = f"{table[:11]}_{columns[0][:7]}_{digest}_{suffix}"
    return f"D{name[1:]}" if name[0] == "_" or name[0].isdigit() else name


def _plain(made: Made, names: Mapping[str, str]) -> str | None:
    name = _name(made, names)
    return None if isinstance(name, Unknown) else name


def _columns(value: Value, column: Columns) -> tuple[str, ...] | None:
    items = members(value) if value is not None else None
    if items is None or not all(isinstance(item, str) and HOLE not in item for item in items):
        return None
    return tuple(column(item) for item in items if isinstance(item, str))


def constraints_of(value: Value, column: Columns, names: Mapping[str, str], key: str) -> Read:
    """The constraints of `Meta.constraints`. A unique one with a condition or with expressions is a unique index."""
    found: list[tuple[Part, Place | None]] = []
    items, complete = _items(value)
    for item in items:
        short = item.callee.rpartition(".")[2] if isinstance(item, Made) else ""
        if not isinstance(item, Made):
            complete = False
        elif short == "UniqueConstraint":
            found.append((_unique(item, column, names), item.place))
        elif short == "CheckConstraint":
            condition = item.value("condition", None, item.value("check"))
            found.append((CheckDef(_plain(item, names), condition_sql(condition, column)), item.place))
        elif short == "ExclusionConstraint":
            found.append((ExcludeDef(_plain(item, names), Unknown("the elements are not read")), item.place))
        else:
            complete = False
    return found, complete


def _unique(made: Made, column: Columns, names: Mapping[str, str]) -> Part:
    columns = _columns(made.value("fields"), column)
    condition = made.value("condition")
    nulls_distinct = made.value("nulls_distinct") is not False
    if columns is not None and condition is None and made.given("include") is None and made.given("opclasses") is None:
        return UniqueDef(_plain(made, names), columns, nulls_distinct, *deferral(made))
    return IndexDef(
        name=_name(made, names),
        elements=_elements(made, column),
        unique=True,
        predicate=condition_sql(condition, column) if condition is not None else None,
        include=_columns(made.value("include"), column) or (),
        nulls_distinct=nulls_distinct,
    )


def together(value: Value, column: Columns, names: Mapping[str, str], key: str) -> Read:
    """The sets of `unique_together` or `index_together` (`key`): one set, or several."""
    items, complete = _items(value)
    if items and all(isinstance(item, str) for item in items):
        items = [Items("tuple", list(items))]
    found: list[tuple[Part, Place | None]] = []
    for item in items:
        columns = _columns(item, column)
        if columns is None:
            complete = False
        elif key == "unique_together":
            found.append((UniqueDef(None, columns), None))
        else:
            found.append((IndexDef(None, tuple(IndexElement(column=each) for each in columns)), None))
    return found, complete
