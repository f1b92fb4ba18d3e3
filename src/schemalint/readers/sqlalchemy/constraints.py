"""Constraints and indexes as definitions."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ConstraintDef,
    ExcludeDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import (
    Entries,
    Made,
    Value,
    members,
    unknown,
)
from schemalint.readers.sqlalchemy.expressions import (
    index_element,
    sql_of,
)
from schemalint.readers.sqlalchemy.names import columns_of, plain_name, plain_text, reference

CONSTRAINTS = {
    "PrimaryKeyConstraint": "primary key",
    "UniqueConstraint": "unique",
    "CheckConstraint": "check",
    "ForeignKeyConstraint": "foreign key",
    "ExcludeConstraint": "exclude",
}


def flag(value: Value) -> bool | Unknown:
    """A boolean option; on where it is not given."""
    if isinstance(value, bool):
        return value
    return True if value is None else unknown(value)


def deferral(made: Made) -> tuple[bool, bool]:
    """Whether a constraint is deferrable, and whether it is deferred from the start, which implies the first."""
    initially = plain_text(made.value("initially"))
    deferred = initially is not None and initially.upper() == "DEFERRED"
    return made.value("deferrable") is True or deferred, deferred


def foreign_key(machine: Machine, made: Made, column: str) -> ForeignKeyDef:
    """A `ForeignKey(...)` of a column."""
    target, referenced = reference(machine, made.value("column", 0))
    deferrable, deferred = deferral(made)
    return ForeignKeyDef(
        name=plain_name(made.value("name")),
        columns=(column,),
        target=target,
        target_columns=(referenced or column,),
        on_delete=plain_text(made.value("ondelete")),
        on_update=plain_text(made.value("onupdate")),
        deferrable=deferrable,
        initially_deferred=deferred,
    )


def constraint(machine: Machine, made: Made, table: ObjectName | Unknown) -> ConstraintDef | IndexDef | Unknown | None:
    """A constraint or index among the arguments of a table; None for what is neither."""
    short = made.callee.rpartition(".")[2]
    if made.callee == "sqlalchemy.Index":
        return index(made)
    kind = CONSTRAINTS.get(short)
    if kind is None:
        return None
    name = plain_name(made.value("name"))
    if kind == "check":
        return CheckDef(plain_name(made.value("name", 1)), sql_of(made.value("sqltext", 0)))
    if kind == "exclude":
        return ExcludeDef(name, Unknown("the elements are not read"), *deferral(made))
    if kind == "foreign key":
        return _foreign_key_constraint(machine, made)
    columns = columns_of(list(made.positional))
    if isinstance(columns, Unknown) or any(arg.keyword == "*" for arg in made.args):
        return Unknown("the columns are computed")
    if kind == "primary key":
        return PrimaryKeyDef(name, columns, *deferral(made))
    return UniqueDef(name, columns, made.value("postgresql_nulls_not_distinct") is not True, *deferral(made))


def _foreign_key_constraint(machine: Machine, made: Made) -> ConstraintDef | Unknown:
    local, remote = members(made.value("columns", 0)), members(made.value("refcolumns", 1))
    columns = columns_of(local) if local is not None else Unknown("the columns are computed")
    if isinstance(columns, Unknown):
        return columns
    targets = [reference(machine, value) for value in remote or ()]
    target = targets[0][0] if targets else Unknown("the referenced columns are computed")
    deferrable, deferred = deferral(made)
    return ForeignKeyDef(
        name=plain_name(made.value("name", 2)),
        columns=columns,
        target=target,
        target_columns=tuple(name for _, name in targets if name is not None),
        on_delete=plain_text(made.value("ondelete")),
        on_update=plain_text(made.value("onupdate")),
        deferrable=deferrable,
        initially_deferred=deferred,
    )


def index(made: Made, dialect: str | None = None) -> IndexDef:
    """An `Index(...)`."""
    return index_of(made.value("name", 0), list(made.positional[1:]), made, dialect)


def index_of(name: Value, keys: list[Value] | None, made: Made, dialect: str | None) -> IndexDef:
    """An index of these keys with the options that `made` was given."""
    elements: tuple[IndexElement, ...] | Unknown = Unknown("the columns are computed")
    if keys is not None:
        read = [index_element(key) for key in keys]
        doubt = next((element for element in read if isinstance(element, Unknown)), None)
        elements = doubt or tuple(element for element in read if not isinstance(element, Unknown))
    predicate = _option(made, "where", dialect)
    method = _option(made, "using", dialect)
    include = members(_option(made, "include", dialect))
    plain = plain_name(name)
    unique = made.value("unique", None, False)
    return IndexDef(
        name=plain if plain is not None or name is None else unknown(name),
        elements=_with_classes(elements, _option(made, "ops", dialect)),
        unique=flag(unique) if unique is not None else False,
        method=plain_text(method),
        predicate=None if predicate is None else sql_of(predicate),
        include=tuple(item for item in include or () if isinstance(item, str)),
        nulls_distinct=made.value("postgresql_nulls_not_distinct") is not True,
    )


def _option(made: Made, name: str, dialect: str | None) -> Value:
    """A dialect's option: that of the server where it is known, else PostgreSQL's, else SQLite's."""
    for prefix in (dialect, "postgresql", "sqlite", "mysql"):
        given = made.given(f"{prefix}_{name}") if prefix is not None else None
        if given is not None:
            return given.value
        if dialect is not None and prefix == dialect:
            return None
    return None


def _with_classes(elements: tuple[IndexElement, ...] | Unknown, classes: Value) -> tuple[IndexElement, ...] | Unknown:
    if isinstance(elements, Unknown) or not isinstance(classes, Entries):
        return elements
    return tuple(
        IndexElement(
            column=element.column,
            expression=element.expression,
            descending=element.descending,
            nulls=element.nulls,
            operator_class=plain_text(classes.get(element.column)) if element.column is not None else None,
        )
        for element in elements
    )


def checks_of_type(made: Value, kind: ColumnType, column: str, dialect: str | None) -> CheckDef | None:
    """The CHECK that `Enum` and `Boolean` bring with `create_constraint=True` where the server has no such type."""
    if not isinstance(made, Made) or made.value("create_constraint") is not True or isinstance(kind, Unknown):
        return None
    if dialect in (None, "postgresql") and kind.native:
        return None
    if dialect == "mysql" and kind.family == "enum" and kind.native:
        return None
    return CheckDef(plain_name(made.value("name")), _check_sql(kind, column))


def _check_sql(kind: SqlType, column: str) -> str | Unknown:
    if kind.family == "boolean":
        return f"{column} IN (0, 1)"
    if kind.values is None or isinstance(kind.values, Unknown):
        return Unknown("the values of the enum are computed")
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in kind.values)
    return f"{column} IN ({listed})"
