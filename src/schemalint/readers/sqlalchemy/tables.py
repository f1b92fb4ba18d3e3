"""Tables: `Column(...)`, constraints and `Index(...)` as definitions."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from schemalint.diagnostics import Place
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    ColumnDef,
    ConstraintDef,
    ForeignKeyDef,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import (
    HOLE,
    Given,
    Made,
    Unsure,
    Value,
)
from schemalint.readers.sqlalchemy.constraints import CONSTRAINTS, constraint, flag, foreign_key
from schemalint.readers.sqlalchemy.expressions import (
    default_of,
    generated_of,
    identity_of,
)
from schemalint.readers.sqlalchemy.names import plain_text
from schemalint.readers.sqlalchemy.types import is_type, type_of

SERIAL = Identity(style="serial")
COLUMNS = frozenset({"sqlalchemy.Column", "sqlalchemy.orm.mapped_column"})


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column as it was written: what is defined with it, and where its arguments stand.

    `type` is the value of the type, for what creating the column does besides. `constraints` are those written with
    the column, without the primary key. `index` has no name yet: its metadata gives it one. `autoincrement` is that
    argument, "auto" where it is not given.
    """

    definition: ColumnDef
    type: Value
    primary_key: bool = False
    constraints: tuple[ConstraintDef, ...] = ()
    index: IndexDef | None = None
    place: Place | None = None
    arguments: tuple[tuple[str, Place], ...] = ()
    autoincrement: Value = "auto"


@dataclass(slots=True)
class ReadTable:
    """A table as it was written: its definition, and what is created with it."""

    definition: TableDef
    columns: list[ReadColumn] = field(default_factory=list)
    indexes: list[tuple[IndexDef, Place | None]] = field(default_factory=list)
    constraint_places: list[Place | None] = field(default_factory=list)


def column(machine: Machine, made: Made, table: ObjectName | Unknown) -> ReadColumn | Unknown:
    """A `Column(...)` of a table; Unknown where not even its name is known."""
    items = list(made.args)
    positional = [arg for arg in items if arg.keyword is None]
    name = made.given("name")
    if name is None and positional and _may_be_name(machine, positional[0].value):
        name = positional.pop(0)
    if name is None or not isinstance(name.value, str) or HOLE in name.value:
        return Unknown("the name of the column is computed")
    kind = made.given("type_")
    if kind is None and positional and not _is_schema_item(positional[0].value):
        kind = positional.pop(0)
    return _column(machine, made, str(name.value), kind, positional, table)


def _may_be_name(machine: Machine, value: Value) -> bool:
    return isinstance(value, (str, Unsure)) and not is_type(machine, value)


def _is_schema_item(value: Value) -> bool:
    short = value.callee.rpartition(".")[2] if isinstance(value, Made) else ""
    return short in ("ForeignKey", "Computed", "Identity", "Sequence", "DefaultClause", "FetchedValue") or (
        short in CONSTRAINTS
    )


def _column(
    machine: Machine,
    made: Made,
    name: str,
    kind: Given | None,
    rest: list[Given],
    table: ObjectName | Unknown,
) -> ReadColumn:
    primary = made.value("primary_key") is True
    nullable = made.value("nullable", None, not primary)
    server_default = made.value("server_default")
    computed = next((found for found in map(generated_of, (arg.value for arg in rest)) if found), None)
    identity = next((found for found in map(identity_of, (arg.value for arg in rest)) if found), None)
    sequence = any(isinstance(arg.value, Made) and arg.value.callee == "sqlalchemy.Sequence" for arg in rest)
    constraints = tuple(
        found for found in (_inline_constraint(machine, arg.value, name, table) for arg in rest) if found is not None
    )
    unique, indexed = made.value("unique") is True, made.value("index") is True
    if unique and not indexed:
        constraints = (*constraints, UniqueDef(None, (name,)))
    definition = ColumnDef(
        name=name,
        type=_column_type(machine, kind, rest),
        nullable=flag(nullable),
        default=None if generated_of(server_default) or identity_of(server_default) else default_of(server_default),
        identity=identity or identity_of(server_default),
        generated=computed or generated_of(server_default),
        client_default=made.value("default") is not None or made.given("default_factory") is not None or sequence,
        comment=plain_text(made.value("comment")),
    )
    index = IndexDef(None, (IndexElement(column=name),), unique=unique) if indexed else None
    value = kind.value if kind is not None else None
    autoincrement = made.value("autoincrement", None, "auto")
    return ReadColumn(definition, value, primary, constraints, index, made.place, _places(made, kind), autoincrement)


def _column_type(machine: Machine, kind: Given | None, rest: list[Given]) -> ColumnType:
    if kind is not None and kind.value is not None:
        return type_of(machine, kind.value)
    if any(isinstance(arg.value, Made) and arg.value.callee == "sqlalchemy.ForeignKey" for arg in rest):
        return Unknown("the type is that of the referenced column")
    return Unknown("the column is given no type")


def _places(made: Made, kind: Given | None) -> tuple[tuple[str, Place], ...]:
    found = [(arg.keyword, arg.place) for arg in made.args if arg.keyword is not None and arg.place is not None]
    if kind is not None and kind.place is not None and kind.keyword is None:
        found.append(("type_", kind.place))
    for arg in made.args:
        if arg.keyword is None and isinstance(arg.value, Made) and arg.place is not None:
            short = arg.value.callee.rpartition(".")[2]
            if short in ("ForeignKey", "Computed", "Identity"):
                found.append((short, arg.place))
    return tuple(found)


# ------------------------------------------------------------------------------------------------------- constraints


def _inline_constraint(
    machine: Machine, value: Value, column: str, table: ObjectName | Unknown
) -> ConstraintDef | None:
    if not isinstance(value, Made):
        return None
    if value.callee == "sqlalchemy.ForeignKey":
        return foreign_key(machine, value, column)
    found = constraint(machine, value, table)
    return None if found is None or isinstance(found, (IndexDef, Unknown)) else found


# ------------------------------------------------------------------------------------------------------------ tables


def table(machine: Machine, name: ObjectName, args: tuple[Given, ...], comment: Value) -> ReadTable:
    """A table from the arguments that follow its name."""
    read = ReadTable(TableDef(name))
    constraints: list[ConstraintDef] = []
    complete = True
    for arg in args:
        value = arg.value
        if arg.keyword in ("*", "**"):
            complete = False
        if arg.keyword is not None or value is None:
            continue
        if not isinstance(value, Made):
            complete = False
            continue
        place = value.place or arg.place
        if value.callee in COLUMNS:
            found = column(machine, value, name)
            complete = complete and not isinstance(found, Unknown)
            if not isinstance(found, Unknown):
                read.columns.append(found)
                constraints.extend(found.constraints)
                read.constraint_places.extend([place] * len(found.constraints))
            continue
        item = constraint(machine, value, name)
        if isinstance(item, IndexDef):
            read.indexes.append((item, place))
        elif item is None or isinstance(item, Unknown):
            complete = complete and value.callee.endswith(("Comment", "Sequence"))
        else:
            constraints.append(item)
            read.constraint_places.append(place)
    _keyed(read, constraints, comment, complete)
    return read


def _keyed(read: ReadTable, constraints: list[ConstraintDef], comment: Value, complete: bool) -> None:
    """Completes the definition: one primary key from what columns and constraints say; its columns are not null."""
    flagged = tuple(column.definition.name for column in read.columns if column.primary_key)
    keys = [item for item in constraints if isinstance(item, PrimaryKeyDef)]
    if flagged and not keys:
        constraints.append(PrimaryKeyDef(None, flagged))
        read.constraint_places.append(next(column.place for column in read.columns if column.primary_key))
    key = keys[0].columns if keys else flagged
    numbered = counted(read.columns, key, constraints)
    definitions = tuple(
        replace(
            column.definition, nullable=False, identity=SERIAL if column is numbered else column.definition.identity
        )
        if column.definition.name in key
        else column.definition
        for column in read.columns
    )
    read.definition = TableDef(
        read.definition.name, definitions, tuple(constraints), comment=plain_text(comment), complete=complete
    )


def counted(columns: list[ReadColumn], key: tuple[str, ...], constraints: list[ConstraintDef]) -> ReadColumn | None:
    """The column that numbers itself: SQLAlchemy makes it SERIAL or AUTO_INCREMENT without being told.

    It is an integer that is the whole primary key, has no default and refers to nothing, or says `autoincrement=True`
    (`PrimaryKeyConstraint._autoincrement_column`, sqlalchemy/sql/schema.py).
    """
    members = [column for column in columns if column.definition.name in key]
    told = next((column for column in members if column.autoincrement is True), None)
    if told is not None or len(key) != 1 or len(members) != 1:
        return told if told is not None and told.definition.identity is None else None
    column = members[0]
    definition = column.definition
    referring = {name for item in constraints if isinstance(item, ForeignKeyDef) for name in item.columns}
    counts = (
        isinstance(definition.type, SqlType)
        and definition.type.family in ("smallint", "integer", "bigint")
        and definition.identity is None
        and definition.default is None
        and not definition.client_default
        and (definition.name not in referring or column.autoincrement == "ignore_fk")
        and column.autoincrement in ("auto", "ignore_fk")
    )
    return column if counts else None
