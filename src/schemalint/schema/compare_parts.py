"""Comparing the constraints and indexes of two tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Union

from schemalint.facts.tables import (
    CheckDef,
    ExcludeDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.schema.compare_sides import Contents, Part
from schemalint.schema.keys import repeats_key
from schemalint.schema.spelling import plain_sql, same_sql

Found = tuple[str, str, str, Any, Any]
Pair = tuple[Part, Part]

_NO_ACTION = frozenset({None, "", "NO ACTION", "RESTRICT"})


def part_differences(left: Contents, right: Contents, dialect: str | None) -> Iterator[Found]:
    """The differences as (kind, object, aspect, left, right)."""
    table = str(left.definition.name)
    ours: list[Part] = [*left.definition.constraints, *left.definition.indexes]
    theirs: list[Part] = [*right.definition.constraints, *right.definition.indexes]
    for one, two in _pairs(ours, theirs):
        for aspect, a, b in _changes(one, two):
            yield kind_of(one), part_name(table, one), aspect, a, b
    for one in ours:
        if repeats_key(one, right.definition.constraints):
            continue
        if _known(one) and not any(_may_be(one, other) for other in theirs) and right.lacks_part(one):
            yield kind_of(one), part_name(table, one), "missing", one, None
    for two in theirs:
        if repeats_key(two, left.definition.constraints):
            continue
        if _known(two) and not any(_may_be(two, other) for other in ours) and left.lacks_part(two):
            yield kind_of(two), part_name(table, two), "extra", None, two


def kind_of(part: Part) -> str:
    """The kind of a constraint or index: "index", "unique", "foreign key", ..."""
    return "index" if isinstance(part, IndexDef) else str(part.__struct_config__.tag)


def part_name(table: str, part: Part) -> str:
    """A constraint or index for people: by its name, else by its columns."""
    if isinstance(part.name, str):
        return f"{table}.{part.name}"
    if isinstance(part, (CheckDef, ExcludeDef)):
        return f"{table}({part.sql})" if isinstance(part.sql, str) else table
    columns = part.columns
    return f"{table}({', '.join(columns)})" if columns else table


def _pairs(ours: list[Part], theirs: list[Part]) -> list[Pair]:
    """What is the same on both sides, each taken out of its list: by name first, then by what it is over."""
    pairs: list[Pair] = []
    for same in (_same_name, _same_subject, _serves_alike):
        for one in list(ours):
            twin = next((other for other in theirs if same(one, other)), None)
            if twin is not None:
                ours.remove(one)
                theirs.remove(twin)
                pairs.append((one, twin))
    return pairs


def _same_name(one: Part, two: Part) -> bool:
    if isinstance(one, PrimaryKeyDef):
        return isinstance(two, PrimaryKeyDef)
    return isinstance(one.name, str) and one.name == two.name and type(one) is type(two)


def _same_subject(one: Part, two: Part) -> bool:
    if isinstance(one, IndexDef) and isinstance(two, IndexDef):
        return _keys(one) is not None and _keys(one) == _keys(two) and _predicates_agree(one, two)
    if isinstance(one, (CheckDef, ExcludeDef)) and isinstance(two, (CheckDef, ExcludeDef)):
        if type(one) is not type(two) or not isinstance(one.sql, str) or not isinstance(two.sql, str):
            return False
        return same_sql(one.sql, two.sql)
    if isinstance(one, UniqueDef) and isinstance(two, UniqueDef):
        return sorted(one.columns) == sorted(two.columns)
    if isinstance(one, ForeignKeyDef) and isinstance(two, ForeignKeyDef):
        return one.columns == two.columns and _same_target(one, two)
    return False


def _serves_alike(one: Part, two: Part) -> bool:
    """A unique constraint and a unique index over the same columns keep out the same rows."""
    if isinstance(one, UniqueDef) and isinstance(two, IndexDef):
        return _is_unique_over(two, one.columns)
    return isinstance(one, IndexDef) and isinstance(two, UniqueDef) and _is_unique_over(one, two.columns)


def _is_unique_over(index: IndexDef, columns: tuple[str, ...]) -> bool:
    return index.unique is True and index.predicate is None and sorted(index.columns or ()) == sorted(columns)


def _predicates_agree(one: IndexDef, two: IndexDef) -> bool:
    if isinstance(one.predicate, str) and isinstance(two.predicate, str):
        return same_sql(one.predicate, two.predicate)
    return isinstance(one.predicate, Unknown) or isinstance(two.predicate, Unknown) or one.predicate == two.predicate


def _keys(index: IndexDef) -> tuple[object, ...] | None:
    return None if isinstance(index.elements, Unknown) else tuple(_key(element) for element in index.elements)


def _key(element: IndexElement) -> object:
    """An element of an index; a name that was written as an expression is a column."""
    text = element.column if element.column is not None else plain_sql(element.expression or "")
    return text, element.descending, element.operator_class


def _known(part: Part) -> bool:
    """Whether enough is known of a part to say that another table lacks it."""
    if isinstance(part, IndexDef):
        return not isinstance(part.elements, Unknown) and not isinstance(part.predicate, Unknown)
    if isinstance(part, (CheckDef, ExcludeDef)):
        return isinstance(part.sql, str)
    return not (isinstance(part, ForeignKeyDef) and isinstance(part.target, Unknown))


def _may_be(part: Part, other: Part) -> bool:
    """Whether another part of which not all is known may be this one."""
    if type(part) is not type(other) or _known(other):
        return False
    if isinstance(part, ForeignKeyDef) and isinstance(other, ForeignKeyDef):
        return part.columns == other.columns
    return True


# ------------------------------------------------------------------------------------------------------------ changes

Changes = Iterator[tuple[str, Any, Any]]


def _changes(one: Part, two: Part) -> Changes:
    for kind, changes in _CHANGES.items():
        if isinstance(one, kind) and isinstance(two, kind):
            yield from changes(one, two)
    if isinstance(one.name, str) and isinstance(two.name, str) and one.name != two.name:
        yield "name", one.name, two.name


def _key_changes(one: PrimaryKeyDef, two: PrimaryKeyDef) -> Changes:
    if one.columns != two.columns:
        yield "columns", one.columns, two.columns


def _unique_changes(one: UniqueDef, two: UniqueDef) -> Changes:
    if sorted(one.columns) != sorted(two.columns):
        yield "columns", one.columns, two.columns
    if one.nulls_distinct != two.nulls_distinct:
        yield "nulls_distinct", one.nulls_distinct, two.nulls_distinct
    yield from _deferral_changes(one, two)


def _deferral_changes(one: Union[UniqueDef, ForeignKeyDef], two: Union[UniqueDef, ForeignKeyDef]) -> Changes:
    """What differs in when a constraint is checked; one that cannot be deferred is not deferred from the start."""
    if one.deferrable != two.deferrable:
        yield "deferrable", one.deferrable, two.deferrable
    elif one.initially_deferred != two.initially_deferred:
        yield "initially_deferred", one.initially_deferred, two.initially_deferred


def _condition_changes(one: Union[CheckDef, ExcludeDef], two: Union[CheckDef, ExcludeDef]) -> Changes:
    if isinstance(one.sql, str) and isinstance(two.sql, str) and not same_sql(one.sql, two.sql):
        yield "condition", one.sql, two.sql


def _reference_changes(one: ForeignKeyDef, two: ForeignKeyDef) -> Changes:
    if one.columns != two.columns:
        yield "columns", one.columns, two.columns
    if not _same_target(one, two):
        yield "target", one.target, two.target
    elif one.target_columns and two.target_columns and one.target_columns != two.target_columns:
        yield "target_columns", one.target_columns, two.target_columns
    for aspect in ("on_delete", "on_update"):
        a, b = _action(getattr(one, aspect)), _action(getattr(two, aspect))
        if a != b and not (a in _NO_ACTION and b in _NO_ACTION and None in (a, b)):
            yield aspect, a, b
    yield from _deferral_changes(one, two)


def _action(action: str | None) -> str | None:
    text = " ".join(action.upper().replace("_", " ").split()) if action else None
    return None if text == "NO ACTION" else text


def _same_target(one: ForeignKeyDef, two: ForeignKeyDef) -> bool:
    """Whether two foreign keys refer to one table; so they may where either target is not known, or lacks a schema."""
    if isinstance(one.target, Unknown) or isinstance(two.target, Unknown):
        return True
    if one.target.schema is None or two.target.schema is None:
        return one.target.name == two.target.name
    return one.target == two.target


def _index_changes(one: IndexDef, two: IndexDef) -> Changes:
    if _keys(one) is not None and _keys(two) is not None and _keys(one) != _keys(two):
        yield "columns", one.elements, two.elements
    if isinstance(one.unique, bool) and isinstance(two.unique, bool) and one.unique != two.unique:
        yield "unique", one.unique, two.unique
    if not _predicates_agree(one, two):
        yield "predicate", one.predicate, two.predicate
    if (one.method or "btree").lower() != (two.method or "btree").lower():
        yield "method", one.method, two.method
    if one.include != two.include:
        yield "include", one.include, two.include


_CHANGES: dict[type[Any], Callable[[Any, Any], Changes]] = {
    PrimaryKeyDef: _key_changes,
    UniqueDef: _unique_changes,
    CheckDef: _condition_changes,
    ExcludeDef: _condition_changes,
    ForeignKeyDef: _reference_changes,
    IndexDef: _index_changes,
}
