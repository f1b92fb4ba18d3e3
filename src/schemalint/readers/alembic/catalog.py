"""What revisions ask the database about itself, answered from the schema that stands at that point.

Handles: `rows` are the rows of a catalogue question whose answer is not wholly known, `row` is one of them, `cell` its
name. Their data is (what is listed, table, schema[, "name" or None[, the rows that there were when it was asked]]).
"""

from __future__ import annotations

from typing import Any

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Reach
from schemalint.facts.tables import ConstraintDef, ForeignKeyDef, PrimaryKeyDef, UniqueDef
from schemalint.interpret.evaluator.conditions import truth
from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Entries,
    Found,
    Given,
    Handle,
    Items,
    Made,
    Missing,
    Unsure,
    Value,
)
from schemalint.schema.definitions import default_constraint_name
from schemalint.schema.view import SchemaView, TableView

_LISTS = {
    "get_table_names": "tables",
    "table_names": "tables",
    "get_view_names": "views",
    "get_schema_names": "schemas",
    "get_columns": "columns",
    "get_indexes": "indexes",
    "get_foreign_keys": "foreign keys",
    "get_unique_constraints": "unique",
    "get_check_constraints": "checks",
    "get_enums": "enums",
}
_WHOLE = frozenset({"tables", "views", "schemas"})
_SIDES = frozenset({"list", "set", "tuple", "sorted", "frozenset", "iter"})


def ask(schema: SchemaView, name: str, args: tuple[Given, ...], dialect: str | None) -> Value | Missing:
    """A call on an inspector."""
    call = Made(name, args)
    if name in ("has_table", "has_index", "has_sequence", "has_schema"):
        return _has(schema, name, call)
    if name == "get_pk_constraint":
        return primary_key(schema, call, dialect)
    listed = _LISTS.get(name)
    if listed is None:
        return Unsure(f"the inspector's {name} is not known", True)
    if listed in _WHOLE:
        return Handle("rows", (listed, None, call.value("schema", 0), "name"), False)
    if listed == "enums":
        return Handle("rows", (listed, None, call.value("schema", 0)), False)
    table, in_schema = call.value("table_name", 0), call.value("schema", 1)
    return Handle("rows", (listed, table, in_schema, None, _answer(schema, listed, table, in_schema, dialect)), False)


def _answer(schema: SchemaView, listed: str, table: Value, in_schema: Value, dialect: str | None) -> Items | None:
    """The rows as they are when they are asked for, where the table is known in full: what is done later may change
    them."""
    wanted = in_schema if isinstance(in_schema, str) and in_schema else None
    view = schema.table(ObjectName(table, wanted)) if isinstance(table, str) else None
    known = _known_rows(view, listed, dialect) if view is not None and _is_known(view, listed) else None
    return Items("list", list(known), False, True) if known is not None else None


def _is_known(view: TableView, listed: str) -> bool:
    """Whether all is known that a table may list: nothing of it is only there under a condition."""
    if listed == "columns":
        return view.is_complete(Reach.ANYTHING) and not view.doubtful_columns
    return view.complete and not view.doubtful_parts


def oslo(schema: SchemaView, name: str, args: tuple[Given, ...]) -> Value | Missing:
    """A call of oslo.db's: the engine of the database that is upgraded, and its questions to the catalogue."""
    short = name.rpartition(".")[2]
    if short in ("get_engine", "get_legacy_facade") and ".enginefacade." in name:
        return Handle("connection")
    call = Made(name, args)
    if short == "index_exists":
        return exists(schema, "indexes", call.value("table_name", 1), None, call.value("index_name", 2))
    if short == "column_exists":
        return exists(schema, "columns", call.value("table_name", 1), None, call.value("column", 2))
    return MISSING


def _has(schema: SchemaView, name: str, call: Made) -> Value:
    if name == "has_table":
        return exists(schema, "tables", None, call.value("schema", 1), call.value("table_name", 0))
    if name == "has_index":
        found = call.value("index_name", 1)
        return exists(schema, "indexes", call.value("table_name", 0), call.value("schema"), found)
    if name == "has_schema":
        return exists(schema, "schemas", None, None, call.value("schema_name", 0))
    return Unsure("whether the sequence exists is not known", True, False)


def exists(schema: SchemaView, listed: str, table: Value, in_schema: Value, name: Value) -> Value:
    """Whether something of that name is in the schema."""
    if not isinstance(name, str) or HOLE in name:
        return Unsure("it asks for a name that is computed", True)
    wanted = in_schema if isinstance(in_schema, str) and in_schema else None
    known: bool | None = None
    if listed == "tables":
        known = schema.has_table(ObjectName(name, wanted))
    elif listed == "views":
        known = schema.has_object("view", ObjectName(name, wanted))
    elif listed == "enums":
        known = schema.has_enum(ObjectName(name, wanted))
    elif listed == "schemas":
        known = schema.has_schema(name)
    elif isinstance(table, str) and HOLE not in table:
        known = _in_table(schema, listed, ObjectName(table, wanted), name)
    return Unsure(f"whether {name} exists is not known", True, False) if known is None else Found(known)


def _in_table(schema: SchemaView, listed: str, table: ObjectName, name: str) -> bool | None:
    if listed == "columns":
        return schema.has_column(table, name)
    constraint = schema.has_constraint(table, name)
    if listed != "indexes" or constraint is True:
        return constraint
    index = schema.has_index(name, table.schema, table)
    return None if index is False and constraint is None else index


def rows(schema: SchemaView, handle: Handle, dialect: str | None) -> Items:
    """The rows of a catalogue question: all of them where they are known, else one that stands for any."""
    listed, table, in_schema, *rest = handle.data
    names, answer = (*rest, None, None)[:2]
    if not isinstance(answer, Items):
        answer = None if names else _answer(schema, str(listed), table, in_schema, dialect)
    return answer or Items("list", [Handle("cell" if names else "row", (listed, table, in_schema))], False, True)


def _known_rows(view: TableView, listed: str, dialect: str | None) -> list[Entries] | None:
    if listed == "columns":
        return [
            _row(name=column.name, nullable=_known(column.definition.nullable), type=_OPEN, default=_OPEN)
            for column in view.columns()
        ]
    if listed == "indexes":
        return [
            _row(
                name=_known(index.definition.name),
                column_names=_listing(index.definition.columns),
                unique=_known(index.definition.unique),
            )
            for index in view.indexes()
        ]
    kinds: dict[str, type[Any]] = {"foreign keys": ForeignKeyDef, "unique": UniqueDef}
    if listed not in kinds:
        return None
    found = [c.definition for c in view.constraints() if isinstance(c.definition, kinds[listed])]
    return [_constraint_row(view, definition, dialect) for definition in found]


def _constraint_row(view: TableView, definition: ConstraintDef, dialect: str | None) -> Entries:
    name = _constraint_name(view, definition, dialect)
    if isinstance(definition, ForeignKeyDef):
        target = definition.target
        return _row(
            name=name,
            constrained_columns=_listing(definition.columns),
            referred_table=target.name if isinstance(target, ObjectName) else _OPEN,
            referred_columns=_listing(definition.target_columns or None),
            options=Entries([("ondelete", definition.on_delete)] if definition.on_delete else []),
        )
    columns = definition.columns if isinstance(definition, (UniqueDef, PrimaryKeyDef)) else None
    return _row(name=name, column_names=_listing(columns))


def _constraint_name(view: TableView, definition: ConstraintDef, dialect: str | None) -> Value:
    """A constraint without a name: PostgreSQL gives it one, SQLite does not, the others number it."""
    if definition.name is not None or dialect == "sqlite":
        return definition.name
    if dialect == "postgresql":
        return default_constraint_name(view.name.name, definition, [column.name for column in view.columns()])
    return _OPEN


_OPEN = Unsure("the catalogue's answer is not known", True)


def _row(**fields: Value) -> Entries:
    return Entries(list(fields.items()), open=True)


def _known(value: object) -> Value:
    return value if isinstance(value, (str, bool)) else _OPEN


def _listing(names: tuple[str, ...] | None) -> Value:
    return _OPEN if names is None else Items("list", list(names))


def primary_key(schema: SchemaView, call: Made, dialect: str | None) -> Value:
    """The answer of `get_pk_constraint`."""
    table, wanted = call.value("table_name", 0), call.value("schema", 1)
    if isinstance(table, str):
        view = schema.table(ObjectName(table, wanted if isinstance(wanted, str) and wanted else None))
        keys = [c.definition for c in view.constraints() if isinstance(c.definition, PrimaryKeyDef)] if view else []
        if keys and view is not None:
            return _row(name=_constraint_name(view, keys[0], dialect), constrained_columns=_listing(keys[0].columns))
    return _row(name=_OPEN, constrained_columns=_OPEN)


# ---------------------------------------------------------------------------------------- what is done with the rows


def item(owner: Handle, key: Value) -> Value:
    """A field of a row; a row by its name."""
    if owner.kind == "row" and key == "name":
        return Handle("cell", owner.data[:3])
    if owner.kind == "rows" and isinstance(key, str):
        return Handle("row", owner.data[:3])
    return _OPEN


def contains(schema: SchemaView, container: Handle, name: Value) -> Value:
    """Whether a name is among the names that were listed."""
    listed, table, in_schema, *_ = container.data
    return exists(schema, str(listed), table, in_schema, name)


def equal(schema: SchemaView, cell: Handle, name: Value) -> Value:
    """Whether some row bears the name."""
    return contains(schema, cell, name)


def collect(row: Handle, element: Value) -> Value:
    """What a comprehension makes of the rows: their names, the rows themselves, or one answer for all."""
    if isinstance(element, Handle) and element.kind == "cell":
        return Handle("rows", (*row.data[:3], "name"), False)
    if isinstance(element, Handle):
        return Handle("rows", row.data[:3], False)
    if isinstance(element, Found) or (isinstance(element, Unsure) and element.existence):
        return Items("list", [element], False, True)
    return Unsure("what the catalogue lists is not known", True)


def side(name: str, args: tuple[Given, ...]) -> Value | Missing:
    """`set(rows)` and the like are the rows; how many there are is not known."""
    if args and isinstance(args[0].value, Handle) and args[0].value.kind == "rows":
        if name in _SIDES:
            return args[0].value
        if name in ("len", "bool"):
            return Unsure("how many there are is not known", True)
    return MISSING


def method(owner: Handle, name: str, args: tuple[Given, ...]) -> Value:
    """A method of a row, a cell or of rows."""
    if name == "get" and args:
        return item(owner, args[0].value)
    if name in ("keys", "copy"):
        return owner
    return _OPEN


def is_asking(sql: str) -> bool:
    """Whether a statement asks the catalogue."""
    text = sql.lower()
    return any(name in text for name in _CATALOGUES) and truth(sql) is not False


_CATALOGUES = (
    "information_schema",
    "pg_catalog",
    "pg_class",
    "pg_indexes",
    "pg_index",
    "pg_constraint",
    "pg_type",
    "pg_enum",
    "pg_tables",
    "pg_attribute",
    "pg_extension",
    "sqlite_master",
    "to_regclass",
    "pragma table_info",
    "show index",
    "show columns",
    "show tables",
)
