"""What an operation works on, by name: the readable part of an anchor."""

from __future__ import annotations

from collections.abc import Iterable

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Operation
from schemalint.facts.tables import CheckDef, ConstraintDef, ExcludeDef, IndexDef
from schemalint.facts.unknown import Unknown

_Name = ObjectName | str | Unknown | None


def operation_kind(operation: Operation) -> str:
    """The operation's name, as Alembic spells it: `add_column`."""
    return str(operation.__struct_config__.tag)


def object_name(operation: Operation) -> str:
    """What an operation works on: `users.email`, `ix_users_email`, `users.fk_users_team`; empty where it is not known.

    Objects that move are called by the name they had. What has no name of its own is called by its columns:
    `users(email)`.
    """
    match operation:
        case ops.CreateTable(table=table):
            return str(table.name)
        case ops.AddColumn(table=owner, column=column):
            return _path(owner, column.name)
        case ops.DropColumn(table=owner, column=name) | ops.RenameColumn(table=owner, column=name):
            return _path(owner, name)
        case ops.AlterColumn(table=owner, column=name):
            return _path(owner, name)
        case ops.CreateIndex(table=owner, index=index):
            return index.name if isinstance(index.name, str) else _unnamed_index(owner, index)
        case ops.AddConstraint(table=owner, constraint=constraint):
            return _path(owner, constraint.name) if constraint.name else _unnamed_constraint(owner, constraint)
        case ops.DropConstraint(table=owner, name=name) | ops.ValidateConstraint(table=owner, name=name):
            return _path(owner, name)
        case ops.RenameConstraint(table=owner, name=name):
            return _path(owner, name)
        case ops.CreateEnum(enum=enum):
            return str(enum.name)
        case ops.AddEnumValue(name=name, value=value) | ops.RenameEnumValue(name=name, value=value):
            return _path(name, value)
        case ops.AttachPartition(table=owner, partition=part) | ops.DetachPartition(table=owner, partition=part):
            return _path(owner, str(part))
        case ops.AlterTable(table=owner) | ops.DataChange(table=owner) | ops.ReadTable(table=owner):
            return _path(owner)
        case ops.Maintenance(target=target):
            return _path(target)
        case ops.LockTable(tables=tables) | ops.Truncate(tables=tables):
            return _list(tables)
        case ops.TransactionControl(command=command):
            return command
        case ops.OpaqueOperation(touches=touches):
            return _list(touches or ())
        case _:
            return _path(operation.name)


def _path(*names: _Name) -> str:
    """The names that are known, joined by dots."""
    return ".".join(str(name) for name in names if name is not None and not isinstance(name, Unknown))


def _list(names: Iterable[ObjectName]) -> str:
    return ",".join(str(name) for name in names)


def _unnamed_index(owner: _Name, index: IndexDef) -> str:
    return f"{_path(owner)}({','.join(index.columns)})" if index.columns else _path(owner)


def _unnamed_constraint(owner: _Name, constraint: ConstraintDef) -> str:
    if isinstance(constraint, (CheckDef, ExcludeDef)):
        return _path(owner)
    return f"{_path(owner)}({','.join(constraint.columns)})"
