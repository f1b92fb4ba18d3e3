"""Operations on columns: add, alter, drop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DropColumn,
    OpaqueOperation,
    RenameColumn,
)
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import Made, Value, text_of, unknown
from schemalint.readers.alembic.signatures import Arguments, table_of
from schemalint.readers.alembic.tables import Call, Did, inline_constraints
from schemalint.readers.sqlalchemy.constraints import checks_of_type
from schemalint.readers.sqlalchemy.expressions import default_of, generated_of, identity_of
from schemalint.readers.sqlalchemy.names import object_name
from schemalint.readers.sqlalchemy.tables import COLUMNS, column
from schemalint.readers.sqlalchemy.types import type_of

# Names that `AlterColumnOp` has for the parameters of `alter_column`.
_OBJECT_NAMES = {
    "nullable": "modify_nullable",
    "type_": "modify_type",
    "server_default": "modify_server_default",
    "new_column_name": "modify_name",
    "comment": "modify_comment",
}


def add_column(call: Call) -> Iterator[Did]:
    """The column, then its constraints and its index. It does not create an enum type."""
    table = object_name(*table_of(call.arguments, call.batch))
    value = call.arguments.value("column")
    read = column(call.machine, value, table) if isinstance(value, Made) and value.callee in COLUMNS else unknown(value)
    if isinstance(read, Unknown):
        touches = (table,) if isinstance(table, ObjectName) else None
        yield Did(OpaqueOperation(f"add_column: {read.reason}", touches))
        return
    places = (*call.arguments.places(), *read.arguments)
    yield Did(AddColumn(table, read.definition, call.arguments.sure("if_not_exists")), arguments=places)
    for operation in inline_constraints(read, table):
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
    if changes or arguments.open:
        yield Did(AlterColumn(table, name, **{**changes, **_existing(call, arguments)}))
    new_name = _changed(arguments, "new_column_name")
    if new_name is not None and new_name != name:
        yield Did(RenameColumn(table, name, text_of(new_name)))


def _changed(arguments: Arguments, name: str, default: Value = None) -> Value:
    return arguments.value(name, arguments.value(_OBJECT_NAMES[name], default))


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
