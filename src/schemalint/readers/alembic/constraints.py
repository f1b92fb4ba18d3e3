"""Operations on constraints and indexes."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddConstraint, CreateIndex, DropConstraint, DropIndex, OpaqueOperation, Reach
from schemalint.facts.tables import CheckDef, ExcludeDef, ForeignKeyDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE, Items, Made, Value, members, text_of
from schemalint.readers.alembic.signatures import Arguments, table_of
from schemalint.readers.alembic.tables import Call, Did
from schemalint.readers.sqlalchemy.constraints import deferral, index_of
from schemalint.readers.sqlalchemy.expressions import sql_of
from schemalint.readers.sqlalchemy.names import columns_of, object_name, plain_name

# `type_` of `drop_constraint`, by the tag that the facts have for it.
_KINDS = {"foreignkey": "foreign key", "primary": "primary key", "unique": "unique", "check": "check"}


def create_foreign_key(call: Call) -> Iterator[Did]:
    """A foreign key from one table to another."""
    arguments = call.arguments
    table = object_name(*table_of(arguments, call.batch, "source_table"))
    columns, target_columns = _columns(arguments, "local_cols"), _columns(arguments, "remote_cols")
    if isinstance(columns, Unknown) or isinstance(target_columns, Unknown):
        yield _opaque(call, table, "the columns are computed")
        return
    deferrable, deferred = deferral(arguments.options())
    constraint = ForeignKeyDef(
        name=plain_name(arguments.value("constraint_name")),
        columns=columns,
        target=object_name(arguments.value("referent_table"), arguments.value("referent_schema")),
        target_columns=target_columns,
        on_delete=_text(arguments.value("ondelete")),
        on_update=_text(arguments.value("onupdate")),
        deferrable=deferrable,
        initially_deferred=deferred,
    )
    yield Did(AddConstraint(table, constraint, arguments.flag("postgresql_not_valid")))


def create_unique_constraint(call: Call) -> Iterator[Did]:
    """A unique constraint."""
    arguments = call.arguments
    table = object_name(*table_of(arguments, call.batch))
    columns = _columns(arguments, "columns")
    if isinstance(columns, Unknown):
        yield _opaque(call, table, columns.reason)
        return
    constraint = UniqueDef(
        plain_name(arguments.value("constraint_name")),
        columns,
        not arguments.sure("postgresql_nulls_not_distinct"),
        *deferral(arguments.options()),
    )
    yield Did(AddConstraint(table, constraint))


def create_primary_key(call: Call) -> Iterator[Did]:
    """A primary key."""
    table = object_name(*table_of(call.arguments, call.batch))
    columns = _columns(call.arguments, "columns")
    if isinstance(columns, Unknown):
        yield _opaque(call, table, columns.reason, Reach.ANYTHING)
        return
    yield Did(AddConstraint(table, PrimaryKeyDef(plain_name(call.arguments.value("constraint_name")), columns)))


def create_check_constraint(call: Call) -> Iterator[Did]:
    """A check. A condition that is not text is Unknown where it cannot be read."""
    arguments = call.arguments
    table = object_name(*table_of(arguments, call.batch))
    check = CheckDef(plain_name(arguments.value("constraint_name")), sql_of(arguments.value("condition")))
    yield Did(AddConstraint(table, check, arguments.flag("postgresql_not_valid")))


def create_exclude_constraint(call: Call) -> Iterator[Did]:
    """An exclusion constraint."""
    table = object_name(*table_of(call.arguments, call.batch))
    name = plain_name(call.arguments.value("constraint_name"))
    deferrable, deferred = deferral(call.arguments.options())
    yield Did(AddConstraint(table, ExcludeDef(name, Unknown("the elements are not read"), deferrable, deferred)))


def drop_constraint(call: Call) -> Iterator[Did]:
    """A constraint goes; its name and its kind are as given."""
    arguments = call.arguments
    table = object_name(*table_of(arguments, call.batch))
    name = _named(arguments.value("constraint_name"))
    kind = arguments.value("type_")
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    yield Did(DropConstraint(table, name, known, arguments.sure("if_exists")))


def create_index(call: Call) -> Iterator[Did]:
    """An index."""
    arguments = call.arguments
    table = object_name(*table_of(arguments, call.batch))
    given = arguments.value("columns")
    keys: list[Value] | None = [given] if isinstance(given, (str, Made)) else members(given)
    definition = index_of(arguments.value("index_name"), keys, arguments.options(), call.dialect)
    concurrently = arguments.flag("postgresql_concurrently")
    yield Did(CreateIndex(table, definition, concurrently, arguments.sure("if_not_exists")))


def drop_index(call: Call) -> Iterator[Did]:
    """An index goes. Its table may be left out."""
    arguments = call.arguments
    name, schema = table_of(arguments, call.batch)
    given = call.batch is not None or arguments.value("table_name") is not None
    index = _named(arguments.value("index_name"))
    yield Did(
        DropIndex(
            Unknown("the index has no name") if index is None else index,
            object_name(name, schema) if given else None,
            _text(schema) or None,
            arguments.flag("postgresql_concurrently"),
            arguments.sure("if_exists"),
        )
    )


def _named(value: Value) -> str | Unknown | None:
    plain = plain_name(value)
    return plain if plain is not None or value is None else text_of(value)


def _columns(arguments: Arguments, name: str) -> tuple[str, ...] | Unknown:
    value = arguments.value(name)
    if isinstance(value, str) and HOLE not in value:
        return (value,)
    known = members(value)
    return columns_of(known) if isinstance(value, Items) and known is not None else Unknown("the columns are computed")


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and HOLE not in value else None


def _opaque(call: Call, table: ObjectName | Unknown, reason: str, reach: Reach = Reach.PARTS) -> Did:
    touches = (table,) if isinstance(table, ObjectName) else None
    return Did(OpaqueOperation(f"{call.name}: {reason}", touches, reach=reach))
