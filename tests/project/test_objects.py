"""Anchors: what a step is about, in words that survive a change of line numbers."""

from __future__ import annotations

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Operation
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    EnumDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.objects import object_name, operation_kind

USERS = ObjectName("users")
STATUS = ObjectName("status", "app")
EMAIL = ColumnDef("email", SqlType("text"))
ON_EMAIL = (IndexElement(column="email"),)
COMPUTED = Unknown("computed")


@pytest.mark.parametrize(
    ("operation", "kind", "name"),
    [
        (ops.CreateTable(TableDef(USERS, (EMAIL,))), "create_table", "users"),
        (ops.DropTable(ObjectName("users", "app")), "drop_table", "app.users"),
        (ops.DropTable(COMPUTED), "drop_table", ""),
        (ops.RenameTable(USERS, ObjectName("people")), "rename_table", "users"),
        (ops.AddColumn(USERS, EMAIL), "add_column", "users.email"),
        (ops.AddColumn(COMPUTED, EMAIL), "add_column", "email"),
        (ops.DropColumn(USERS, "email"), "drop_column", "users.email"),
        (ops.DropColumn(USERS, COMPUTED), "drop_column", "users"),
        (ops.RenameColumn(USERS, "email", "mail"), "rename_column", "users.email"),
        (ops.AlterColumn(USERS, "email", nullable=False), "alter_column", "users.email"),
        (ops.CreateIndex(USERS, IndexDef("ix_users_email", ON_EMAIL)), "create_index", "ix_users_email"),
        (ops.CreateIndex(USERS, IndexDef(None, ON_EMAIL)), "create_index", "users(email)"),
        (ops.CreateIndex(USERS, IndexDef(None, COMPUTED)), "create_index", "users"),
        (ops.DropIndex("ix_users_email", USERS), "drop_index", "ix_users_email"),
        (ops.DropIndex(COMPUTED, USERS), "drop_index", ""),
        (ops.RenameIndex("ix_a", "ix_b"), "rename_index", "ix_a"),
        (ops.AddConstraint(USERS, UniqueDef("uq_users_email", ("email",))), "add_constraint", "users.uq_users_email"),
        (ops.AddConstraint(USERS, PrimaryKeyDef(None, ("id", "org"))), "add_constraint", "users(id,org)"),
        (ops.AddConstraint(USERS, CheckDef(None, "x > 0")), "add_constraint", "users"),
        (ops.AddConstraint(USERS, ForeignKeyDef(None, ("team",), COMPUTED)), "add_constraint", "users(team)"),
        (ops.DropConstraint(USERS, "uq_users_email"), "drop_constraint", "users.uq_users_email"),
        (ops.DropConstraint(USERS, None), "drop_constraint", "users"),
        (ops.ValidateConstraint(USERS, "fk_users_team"), "validate_constraint", "users.fk_users_team"),
        (ops.RenameConstraint(USERS, "a", "b"), "rename_constraint", "users.a"),
        (ops.CreateEnum(EnumDef(STATUS, ("on", "off"))), "create_enum", "app.status"),
        (ops.DropEnum(STATUS), "drop_enum", "app.status"),
        (ops.RenameEnum(STATUS, USERS), "rename_enum", "app.status"),
        (ops.AddEnumValue(STATUS, "idle"), "add_enum_value", "app.status.idle"),
        (ops.RenameEnumValue(STATUS, "on", "ON"), "rename_enum_value", "app.status.on"),
        (ops.CreateSchema("app"), "create_schema", "app"),
        (ops.DropSchema("app"), "drop_schema", "app"),
        (ops.CreateObject("view", ObjectName("active")), "create_object", "active"),
        (ops.AlterObject("view", ObjectName("active"), "owner"), "alter_object", "active"),
        (ops.DropObject("view", ObjectName("active")), "drop_object", "active"),
        (ops.AttachPartition(USERS, ObjectName("users_1"), "DEFAULT"), "attach_partition", "users.users_1"),
        (ops.DetachPartition(USERS, ObjectName("users_1")), "detach_partition", "users.users_1"),
        (ops.AlterTable(USERS, "owner"), "alter_table", "users"),
        (ops.Maintenance("vacuum", USERS), "maintenance", "users"),
        (ops.Maintenance("analyze"), "maintenance", ""),
        (ops.LockTable((USERS, STATUS), "SHARE"), "lock_table", "users,app.status"),
        (ops.Truncate((USERS,)), "truncate", "users"),
        (ops.TransactionControl("commit"), "transaction", "commit"),
        (ops.SetParameter("lock_timeout", "5s"), "set_parameter", "lock_timeout"),
        (ops.DataChange("update", USERS), "data_change", "users"),
        (ops.OpaqueOperation("dynamic", (USERS,)), "opaque", "users"),
        (ops.OpaqueOperation("dynamic"), "opaque", ""),
    ],
)
def test_an_operation_is_called_by_what_it_works_on(operation: Operation, kind: str, name: str) -> None:
    assert (operation_kind(operation), object_name(operation)) == (kind, name)
