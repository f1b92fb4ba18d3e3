"""The forms of what is done to schemas: DROP SCHEMA CASCADE is the end of all that is in one."""

from __future__ import annotations

from schemalint.facts import operations as ops
from schemalint.schema.effects.postgresql.cases import Case, Cases
from schemalint.schema.effects.postgresql.objects import drop_enum, drop_object
from schemalint.schema.effects.postgresql.tables import drop_table
from schemalint.schema.view import SchemaView


def create_schema(operation: ops.CreateSchema, schema: SchemaView, version: int | None) -> Cases:
    """CREATE SCHEMA."""
    return (Case("create-schema"),)


def drop_schema(operation: ops.DropSchema, schema: SchemaView, version: int | None) -> Cases:
    """DROP SCHEMA: refused while anything is in it, and with CASCADE the end of that."""
    name = operation.name
    tables = [table.name for table in schema.tables() if schema.schema_of(table.name) == name]
    enums = [enum.definition.name for enum in schema.enums() if schema.schema_of(enum.definition.name) == name]
    others = [found.definition for found in schema.objects() if found.definition.name.schema == name]
    if not operation.cascade:
        refused = Case("drop-schema-nonempty", words={"made": name})
        return (refused,) if tables or enums or others else (Case("drop-schema"),)
    gone = [case for table in tables for case in drop_table(ops.DropTable(table, cascade=True), schema, version)]
    gone += [case for enum in enums for case in drop_enum(ops.DropEnum(enum, cascade=True), schema, version)]
    gone += [
        case
        for other in others
        for case in drop_object(ops.DropObject(other.kind, other.name, cascade=True), schema, version)
    ]
    doubts = () if schema.knows_all_of(name) else (f"Tables of the schema {name} that are not known would go too.",)
    form = "drop-schema-nonempty-cascade" if tables else "drop-schema"
    return (Case(form, tables[0] if tables else None, doubts=doubts), *gone)
