"""What definitions say of columns: which they involve, what a rename makes of them, and the names servers choose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Union

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    ExcludeDef,
    ForeignKeyDef,
    IndexDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.index_names import named_after

_WORDS = re.compile(r"'(?:[^']|'')*'|\"(?P<quoted>(?:[^\"]|\"\")*)\"|(?P<bare>[^\W\d]\w*)")
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_NAME_LENGTH = 63  # NAMEDATALEN - 1 of PostgreSQL


def unknown_column(name: str, reason: str) -> ColumnDef:
    """A column of which only the name is known."""
    unknown = Unknown(reason)
    return ColumnDef(name, type=unknown, nullable=unknown, default=unknown)


def constraint_columns(definition: ConstraintDef) -> tuple[str, ...]:
    """The columns that a constraint names; those inside SQL are not among them."""
    return () if isinstance(definition, (CheckDef, ExcludeDef)) else definition.columns


def is_enforced(definition: ConstraintDef) -> bool:
    """Whether a constraint is checked at all."""
    return definition.enforced if isinstance(definition, (CheckDef, ForeignKeyDef)) else True


def index_columns(definition: IndexDef) -> tuple[str, ...]:
    """The columns that an index names as keys or includes; those inside SQL are not among them."""
    if isinstance(definition.elements, Unknown):
        return definition.include
    keys = tuple(element.column for element in definition.elements if element.column is not None)
    return (*keys, *definition.include)


def involves(definition: Union[ConstraintDef, IndexDef], column: str) -> bool | None:
    """Whether PostgreSQL drops an index or constraint with a column. None where SQL mentions it or is not known."""
    if isinstance(definition, IndexDef):
        if column in index_columns(definition):
            return True
        return _may_mention(definition, column)
    if isinstance(definition, (CheckDef, ExcludeDef)):
        return None if isinstance(definition.sql, Unknown) or _mentions(definition.sql, column) else False
    return column in definition.columns


def renamed_index(definition: IndexDef, old: str, new: str) -> IndexDef:
    """The index after a rename of a column."""
    elements = definition.elements
    if not isinstance(elements, Unknown):
        elements = tuple(
            replace(
                element,
                column=new if element.column == old else element.column,
                expression=_renamed(element.expression, old, new) if element.expression is not None else None,
            )
            for element in elements
        )
    predicate = definition.predicate
    return replace(
        definition,
        elements=elements,
        include=_names(definition.include, old, new),
        predicate=_renamed(predicate, old, new) if isinstance(predicate, str) else predicate,
    )


def renamed_constraint(definition: ConstraintDef, old: str, new: str) -> ConstraintDef:
    """The constraint after a rename of a column of its own table."""
    if isinstance(definition, (CheckDef, ExcludeDef)):
        if isinstance(definition.sql, Unknown):
            return definition
        return replace(definition, sql=_renamed(definition.sql, old, new))
    return replace(definition, columns=_names(definition.columns, old, new))


def renamed_target(definition: ForeignKeyDef, old: str, new: str) -> ForeignKeyDef:
    """The foreign key after a rename of a column that it refers to."""
    return replace(definition, target_columns=_names(definition.target_columns, old, new))


def enums_of(column_type: ColumnType) -> tuple[ObjectName, ...]:
    """The enum types of the database that a column type uses."""
    if isinstance(column_type, Unknown):
        return ()
    own = (column_type.enum,) if column_type.enum is not None and column_type.native else ()
    return own + (enums_of(column_type.item) if column_type.item is not None else ())


def with_enum(
    column_type: SqlType, old: ObjectName, new: ObjectName, values: Union[tuple[str, ...], Unknown]
) -> SqlType:
    """The type after a change of an enum that it uses."""
    if column_type.enum == old:
        column_type = replace(column_type, enum=new, values=values)
    if column_type.item is not None:
        column_type = replace(column_type, item=with_enum(column_type.item, old, new, values))
    return column_type


def default_index_name(table: str, definition: IndexDef) -> str:
    """The name that PostgreSQL gives an index without one (`ChooseIndexName` and `ChooseIndexColumnNames` in
    indexcmds.c): after all its columns, each of them once, with a number where two are called the same."""
    if isinstance(definition.elements, Unknown):
        return _object_name(table, "", "idx")
    names: list[str] = []
    keys = [element.column or named_after(element.expression or "") or "expr" for element in definition.elements]
    for key in (*keys, *definition.include):
        numbered = (f"{key}{number}" for number in range(1, len(names) + 1))
        names.append(next(name for name in (key, *numbered) if name not in names))
    return _object_name(table, "_".join(names), "idx")


def default_constraint_name(table: str, definition: ConstraintDef, columns: Iterable[str]) -> str:
    """The name that PostgreSQL gives a constraint without one, on a table with these columns.

    As in `ChooseIndexName` (indexcmds.c), `ChooseForeignKeyConstraintNameAddition` and, for a CHECK, which is named
    after its column where it uses only one, `AddRelationNewConstraints` (heap.c).
    """
    if isinstance(definition, PrimaryKeyDef):
        return _object_name(table, "", "pkey")
    if isinstance(definition, UniqueDef):
        return _object_name(table, "_".join(definition.columns), "key")
    if isinstance(definition, ForeignKeyDef):
        return _object_name(table, "_".join(definition.columns), "fkey")
    sql = definition.sql
    used = [column for column in columns if isinstance(sql, str) and _mentions(sql, column)]
    label = "check" if isinstance(definition, CheckDef) else "excl"
    return _object_name(table, used[0] if len(used) == 1 else "", label)


def default_sequence_name(table: str, column: str) -> str:
    """The name that PostgreSQL gives the sequence of a serial or identity column."""
    return _object_name(table, column, "seq")


def _object_name(table: str, columns: str, label: str) -> str:
    """`table_columns_label`, the longer of the first two cut until it fits (`makeObjectName` in indexcmds.c)."""
    room = _NAME_LENGTH - len(label) - (2 if columns else 1)
    while len(table) + len(columns) > room:
        if len(table) > len(columns):
            table = table[:-1]
        else:
            columns = columns[:-1]
    return "_".join(part for part in (table, columns, label) if part)


def _names(columns: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple(new if column == old else column for column in columns)


def _may_mention(definition: IndexDef, column: str) -> bool | None:
    """None where an expression or the predicate of an index may mention a column, else False."""
    if isinstance(definition.elements, Unknown) or isinstance(definition.predicate, Unknown):
        return None
    texts = [element.expression for element in definition.elements] + [definition.predicate]
    return None if any(text is not None and _mentions(text, column) for text in texts) else False


def _mentions(sql: str, column: str) -> bool:
    if '"' not in column and column not in sql and column not in sql.lower():
        return False  # which is nearly always so, and told much faster
    return any(_is_name(word, column) for word in _WORDS.finditer(sql))


def _renamed(sql: str, old: str, new: str) -> str:
    name = new if _PLAIN.fullmatch(new) else '"' + new.replace('"', '""') + '"'
    return _WORDS.sub(lambda word: name if _is_name(word, old) else word[0], sql)


def _is_name(word: re.Match[str], column: str) -> bool:
    """Whether a word of SQL names a column: as quoted, or unquoted as written or folded."""
    if word["quoted"] is not None:
        return word["quoted"].replace('""', '"') == column
    return word["bare"] is not None and column in (word["bare"], word["bare"].lower())
