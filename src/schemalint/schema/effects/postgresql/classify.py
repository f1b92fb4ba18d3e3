"""The forms of every operation, and so its effect. `effect` is the door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from schemalint.facts import operations as ops
from schemalint.facts.revisions import Server
from schemalint.schema.effects.postgresql import columns, constraints, indexes, objects, partitions, schemas, tables
from schemalint.schema.effects.postgresql.cases import Cases, effect_of_cases
from schemalint.schema.effects.records import Effect
from schemalint.schema.view import SchemaView


def effect(operation: ops.Operation, schema: SchemaView, server: Server) -> Effect:
    """What an operation does to PostgreSQL on the schema that it meets; `Effect()` for what there is no row of."""
    classify = _FORMS.get(type(operation))
    if classify is None:
        return Effect()
    found = effect_of_cases(classify(operation, schema, server.version), schema, server.version)
    if isinstance(operation, ops.DataChange):
        return replace(found, deletes=(*found.deletes, *tables.deleted_by_rows(operation, schema)))
    return found


_FORMS: dict[type, Callable[[Any, SchemaView, int | None], Cases]] = {
    ops.CreateTable: tables.create_table,
    ops.DropTable: tables.drop_table,
    ops.RenameTable: tables.rename_table,
    ops.AlterTable: tables.alter_table,
    ops.Truncate: tables.truncate,
    ops.LockTable: tables.lock_table,
    ops.DataChange: tables.change_data,
    ops.ReadTable: tables.read_table,
    ops.AttachPartition: partitions.attach,
    ops.DetachPartition: partitions.detach,
    ops.AddColumn: columns.add_column,
    ops.DropColumn: columns.drop_column,
    ops.RenameColumn: columns.rename_column,
    ops.AlterColumn: columns.alter_column,
    ops.AddConstraint: constraints.add_constraint,
    ops.DropConstraint: constraints.drop_constraint,
    ops.ValidateConstraint: constraints.validate_constraint,
    ops.RenameConstraint: constraints.rename_constraint,
    ops.CreateIndex: indexes.create_index,
    ops.DropIndex: indexes.drop_index,
    ops.RenameIndex: indexes.rename_index,
    ops.CreateObject: objects.create_object,
    ops.AlterObject: objects.alter_object,
    ops.DropObject: objects.drop_object,
    ops.CreateEnum: objects.create_enum,
    ops.DropEnum: objects.drop_enum,
    ops.RenameEnum: objects.rename_enum,
    ops.AddEnumValue: objects.add_enum_value,
    ops.RenameEnumValue: objects.rename_enum_value,
    ops.CreateSchema: schemas.create_schema,
    ops.DropSchema: schemas.drop_schema,
    ops.Maintenance: objects.maintain,
    ops.TransactionControl: objects.control,
    ops.SetParameter: objects.set_parameter,
}
"""What is not listed (what was not understood) has no form."""
