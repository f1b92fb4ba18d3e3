"""The forms of what is done to whole tables: created, dropped, renamed, emptied, locked, set; and to their rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ForeignKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.postgresql.cases import (
    Case,
    Cases,
    Names,
    certainly_referencing,
    referencing,
    targets_of,
    unknown_targets,
)
from schemalint.schema.effects.postgresql.views import viewing
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView

Table = Union[ObjectName, Unknown]

_NEW: Names = ()
"""The subject of a statement that makes it: nobody else can wait for its locks."""

_CHANGES = {
    "owner": "owner",
    "schema": "set-schema",
    "tablespace": "set-tablespace",
    "logged": "set-logged",
    "unlogged": "set-unlogged",
    "access method": "set-access-method",
    "storage parameters": "set-parameters",
    "replica identity": "replica-identity",
    "row security": "enable-row-security",
    "column statistics": "set-statistics",
    "column storage": "set-storage",
    "column compression": "set-compression",
    "column parameters": "set-options",
    "column identity": "set-identity",
    "comment": "comment",
}


def view_of(schema: SchemaView, table: Table) -> TableView | None:
    """The table that an operation names, where it is known to be there."""
    return schema.table(table) if isinstance(table, ObjectName) else None


def create_table(operation: ops.CreateTable, schema: SchemaView, version: int | None) -> Cases:
    """CREATE TABLE: what counts are the tables that it refers to, is a partition of, or inherits from."""
    name = operation.table.name
    found: list[Case] = []
    if operation.partition_of is not None:
        found.append(_partition_of(operation.partition_of, name, schema))
    if operation.inherits:
        found.append(Case("create-table-inherits", name, {"subject": _NEW, "parent": operation.inherits}))
    targets, doubts = _targets(operation, name), unknown_targets(operation.table.constraints)
    if targets or doubts:
        found.append(Case("create-table-referencing", name, {"subject": _NEW, "referenced": targets}, doubts))
    return tuple(found) or (Case("create-table", name, {"subject": _NEW}),)


def _targets(operation: ops.CreateTable, name: ObjectName) -> Names:
    keys = (key for key in operation.table.constraints if isinstance(key, ForeignKeyDef))
    return tuple(dict.fromkeys(key.target for key in keys if isinstance(key.target, ObjectName) and key.target != name))


def _partition_of(parent: ObjectName, name: ObjectName, schema: SchemaView) -> Case:
    of = schema.table(parent)
    default = of.default_partition() if of is not None else None
    beside = (default.name,) if default is not None and default.name != name else ()
    form = "create-table-partition-of-with-default" if beside else "create-table-partition-of"
    targets = targets_of(of) if of is not None else ()
    roles = {"subject": _NEW, "parent": (parent,), "default_partition": beside, "referenced": targets}
    doubts = () if of is not None and of.complete else (f"A default partition of {parent} would be read and locked.",)
    return Case(form, name, roles, doubts)


def drop_table(operation: ops.DropTable, schema: SchemaView, version: int | None) -> Cases:
    """DROP TABLE: the tables that its foreign keys refer to are locked too, and those that refer to it."""
    table = view_of(schema, operation.name)
    if table is None:
        return (Case("drop-table", operation.name, doubts=_more_keys(operation.name)),)
    found: list[Case] = []
    if not operation.cascade:
        viewed = viewing(schema, table.name)
        if viewed:
            return (Case("drop-table-viewed", table.name, {"view": viewed}),)
        if certainly_referencing(schema, table):
            return (Case("drop-table-referenced", table.name),)
    elif referencing(schema, table):
        found.append(Case("drop-table-referenced-cascade", table.name))
    if table.partition_of() is not None:
        found.append(Case("drop-table-partition", table.name))
    if targets_of(table):
        found.append(Case("drop-table-referencing", table.name))
    doubts = unknown_targets(key.definition for key in table.constraints())
    return (*found, Case("drop-table", table.name, doubts=doubts if table.complete else _more_keys(table.name)))


def _more_keys(name: Table) -> tuple[str, ...]:
    if isinstance(name, Unknown):
        return ()
    return (f"{name} may have foreign keys that are not known; the tables that they refer to would be locked too.",)


def rename_table(operation: ops.RenameTable, schema: SchemaView, version: int | None) -> Cases:
    """RENAME TO."""
    return (Case("rename-table", operation.name),)


def alter_table(operation: ops.AlterTable, schema: SchemaView, version: int | None) -> Cases:
    """What touches no definition of a column or constraint."""
    change = operation.change
    if change == "trigger":
        verb = "disable" if (operation.value or "").startswith("disable") else "enable"
        return (Case(f"{verb}-trigger", operation.table),)
    if change == "constraint options":
        return _constraint_options(operation, schema)
    form = _CHANGES.get(change)
    return (Case(form, operation.table),) if form is not None else ()


def _constraint_options(operation: ops.AlterTable, schema: SchemaView) -> Cases:
    words = (operation.value or "").lower()
    form = "alter-constraint"
    if "not enforced" in words:
        form = "alter-constraint-not-enforced"
    elif "enforced" in words:
        form = "alter-constraint-enforced"
    table = view_of(schema, operation.table)
    key = table.constraint(operation.name) if table is not None and operation.name is not None else None
    target = key.definition.target if key is not None and isinstance(key.definition, ForeignKeyDef) else None
    if isinstance(target, ObjectName):
        return (Case(form, operation.table, {"referenced": (target,)}),)
    doubts = () if form == "alter-constraint" else ("The table that the foreign key refers to is locked too.",)
    return (Case(form, operation.table, {"referenced": ()}, doubts),)


def truncate(operation: ops.Truncate, schema: SchemaView, version: int | None) -> Cases:
    """TRUNCATE: it is refused where other tables refer to one of these, unless with CASCADE."""
    return tuple(case for name in operation.tables for case in _truncated(name, operation, schema))


def _truncated(name: ObjectName, operation: ops.Truncate, schema: SchemaView) -> Iterator[Case]:
    table = schema.table(name)
    others = tuple(other for other in _emptied_with(schema, table) if other not in operation.tables) if table else ()
    doubts: tuple[str, ...] = ()
    if operation.cascade and (table is None or not table.complete):
        doubts = (f"Tables that refer to {name} and are not known would be emptied too.",)
    if operation.cascade and others:
        yield Case("truncate-cascade", name, {"referencing": others}, doubts)
    elif table is not None and set(certainly_referencing(schema, table)) & set(others):
        yield Case("truncate-referenced", name)
    else:
        yield Case("truncate", name, doubts=doubts)


def _emptied_with(schema: SchemaView, table: TableView) -> Names:
    """The tables that refer to a table, and those that refer to them."""
    found: dict[ObjectName, None] = {}
    waiting = [table]
    while waiting:
        for name in referencing(schema, waiting.pop()):
            other = schema.table(name)
            if name not in found and name != table.name and other is not None:
                found[name] = None
                waiting.append(other)
    return tuple(found)


def lock_table(operation: ops.LockTable, schema: SchemaView, version: int | None) -> Cases:
    """LOCK TABLE."""
    form = f"lock-table-{operation.mode.lower().replace(' ', '-')}"
    return tuple(Case(form, name) for name in operation.tables)


def change_data(operation: ops.DataChange, schema: SchemaView, version: int | None) -> Cases:
    """INSERT, UPDATE, DELETE; without a condition the latter two are forms of their own."""
    every = not operation.bounded and operation.command in ("update", "delete")
    return (Case(f"{operation.command}-all" if every else operation.command, operation.table),)


def read_table(operation: ops.ReadTable, schema: SchemaView, version: int | None) -> Cases:
    """SELECT of all rows."""
    return (Case("select-all", operation.table),)


def deleted_by_rows(operation: ops.DataChange, schema: SchemaView) -> Names:
    """The tables whose rows go with the rows of a DELETE, by ON DELETE CASCADE."""
    found: dict[ObjectName, None] = {}
    waiting = [operation.table] if operation.command == "delete" and isinstance(operation.table, ObjectName) else []
    while waiting:
        for key in schema.references_to(waiting.pop()):
            definition = key.definition
            cascades = isinstance(definition, ForeignKeyDef) and (definition.on_delete or "").upper() == "CASCADE"
            if cascades and key.table not in found:
                found[key.table] = None
                waiting.append(key.table)
    return tuple(name for name in found if name != operation.table)
