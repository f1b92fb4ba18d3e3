"""Operations on columns: add, alter, drop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DropColumn,
    DropConstraint,
    OpaqueOperation,
    RenameColumn,
)
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import Made, Value, text_of, unknown
from schemalint.readers.alembic.signatures import OBJECT_NAMES, Arguments, table_of
from schemalint.readers.alembic.tables import Call, Did, inline_constraints
from schemalint.readers.sqlalchemy.constraints import checks_of_type
from schemalint.readers.sqlalchemy.expressions import default_of, generated_of, identity_of
from schemalint.readers.sqlalchemy.names import object_name
from schemalint.readers.sqlalchemy.tables import COLUMNS, SERIAL, column, counted
from schemalint.readers.sqlalchemy.types import type_of


def add_column(call: Call) -> Iterator[Did]:
    """The column, then its constraints and its index. It does not create an enum type.

    Measured with Alembic 1.20: `primary_key=True` makes no primary key unless `inline_primary_key` says so, and
    `inline_references` leaves the name of the foreign key to the server.
    """
    table = object_name(*table_of(call.arguments, call.batch))
    value = call.arguments.value("column")
    read = column(call.machine, value, table) if isinstance(value, Made) and value.callee in COLUMNS else unknown(value)
    if isinstance(read, Unknown):
        touches = (table,) if isinstance(table, ObjectName) else None
        yield Did(OpaqueOperation(f"add_column: {read.reason}", touches))
        return
    places = (*call.arguments.places(), *read.arguments)
    definition = read.definition
    if read.primary_key and counted([read], (definition.name,), list(read.constraints)):
        definition = replace(definition, identity=SERIAL)
    yield Did(AddColumn(table, definition, call.arguments.sure("if_not_exists")), arguments=places)
    key = read.primary_key and call.arguments.sure("inline_primary_key")
    for operation in inline_constraints(read, table, key, call.arguments.sure("inline_references")):
        yield Did(operation, True, None, places)
    check = checks_of_type(read.type, read.definition.type, read.definition.name, call.dialect)
    if check is not None:
        yield Did(AddConstraint(table, check, inline=True), True, None, places)
    if read.index is not None:
        yield Did(CreateIndex(table, read.index), True, None, places)


def drop_column(call: Call) -> Iterator[Did]:
    """The column goes."""
    table = object_name(*table_of(call.arguments, call.batch))
    name = text_of(call.arguments.value("column_name"))
    yield Did(DropColumn(table, name, call.arguments.sure("if_exists")))


def alter_column(call: Call) -> Iterator[Did]:
    """What changes of a column; a new name comes last."""
    arguments = call.arguments
    table = object_name(*table_of(arguments, call.batch))
    name = text_of(arguments.value("column_name"))
    changes = _changes(call, arguments)
    checks = _checks(call, table, name) if "type" in changes else ()
    yield from (check for check in checks if isinstance(check.operation, DropConstraint))
    if changes or arguments.open:
        yield Did(AlterColumn(table, name, **{**changes, **_existing(call, arguments)}))
    yield from (check for check in checks if isinstance(check.operation, AddConstraint))
    new_name = _changed(arguments, "new_column_name")
    if new_name is not None and new_name != name:
        yield Did(RenameColumn(table, name, text_of(new_name)))


def _checks(call: Call, table: ObjectName | Unknown, column: str | Unknown) -> tuple[Did, ...]:
    """The CHECKs that go with the old type of a column and come with the new one, where the server has no such type."""
    found: list[Did] = []
    for given, drops in ((call.arguments.value("existing_type"), True), (_changed(call.arguments, "type_"), False)):
        kind = type_of(call.machine, given) if given is not None else Unknown("it is not given")
        check = checks_of_type(given, kind, column, call.dialect) if isinstance(column, str) else None
        if check is None or (drops and (check.name is None or call.dialect == "mysql")):
            continue
        operation = DropConstraint(table, check.name, "check") if drops else AddConstraint(table, check, inline=True)
        found.append(Did(operation, True))
    return tuple(found)


def _changed(arguments: Arguments, name: str, default: Value = None) -> Value:
    return arguments.value(name, arguments.value(OBJECT_NAMES[name], default))


def _changes(call: Call, arguments: Arguments) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    nullable = _changed(arguments, "nullable")
    if nullable is not None:
        changes["nullable"] = nullable if isinstance(nullable, bool) else unknown(nullable)
    kind = _changed(arguments, "type_")
    if kind is not None:
        changes["type"] = type_of(call.machine, kind)
    using = arguments.value("postgresql_using")
    if isinstance(using, str):
        changes["using"] = using
    default = _changed(arguments, "server_default", False)
    if default is not False:
        changes.update(_default(default))
    comment = _changed(arguments, "comment", False)
    if arguments.value("autoincrement") is True and call.dialect in ("mysql", "mariadb"):
        changes["identity"] = SERIAL
    if comment is not False:
        changes["comment"] = "" if comment is None else text_of(comment)
    return changes


def _default(value: Value) -> dict[str, Any]:
    identity, generated = identity_of(value), generated_of(value)
    if identity is not None:
        return {"identity": identity}
    return {"generated": generated} if generated is not None else {"default": default_of(value)}


def _existing(call: Call, arguments: Arguments) -> dict[str, Any]:
    known: dict[str, Any] = {}
    kind, nullable = arguments.value("existing_type"), arguments.value("existing_nullable")
    if kind is not None:
        known["existing_type"] = type_of(call.machine, kind)
    if isinstance(nullable, bool):
        known["existing_nullable"] = nullable
    return known
