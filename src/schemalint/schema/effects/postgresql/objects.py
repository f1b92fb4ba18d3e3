"""The forms of what is done to what is no table: types, views, triggers, policies, sequences; and of maintenance."""

from __future__ import annotations

import re

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.schema.effects.postgresql.cases import Case, Cases
from schemalint.schema.effects.postgresql.indexes import reindex
from schemalint.schema.effects.postgresql.named_types import is_of_enum, users_of
from schemalint.schema.view import SchemaView

_VIEWS = frozenset({"view", "materialized view"})
_ON_TABLES = frozenset({"trigger", "policy", "rule", "statistics"})
_CALLS_FUNCTION = re.compile(r"\bEXECUTE\s+FUNCTION\b", re.IGNORECASE)
_CREATED = {
    "domain": "create-domain",
    "function": "create-function",
    "procedure": "create-function",
    "extension": "create-extension",
}


def create_object(operation: ops.CreateObject, schema: SchemaView, version: int | None) -> Cases:
    """CREATE of a view, a trigger, a policy, a sequence, ..."""
    kind, name = operation.kind, operation.name
    if kind == "materialized view":
        return (Case("create-materialized-view", None, {"subject": operation.mentions}),)
    if kind == "view":
        form = "replace-view" if schema.object(kind, name) is not None else "create-view"
        return (Case(form, None, {"view": (name,)}),)
    if kind == "sequence":
        owner = operation.mentions[0] if operation.mentions else None
        form = "create-sequence" if owner is None else "create-sequence-owned"
        return (Case(form, owner, {"sequence": ()}),)
    if kind in _ON_TABLES:
        table = operation.table or (operation.mentions[0] if operation.mentions else None)
        constraint = kind == "trigger" and "CONSTRAINT" in (operation.sql or "").upper().split()[:5]
        form = "create-constraint-trigger" if constraint else f"create-{kind}"
        case = Case(form, table, {"referenced": operation.mentions[1:]} if constraint else {})
        if kind == "trigger" and _CALLS_FUNCTION.search(operation.sql or ""):
            return (case, Case("create-trigger-execute-function", table))
        return (case,)
    return (Case(_CREATED[kind]),) if kind in _CREATED else ()


def alter_object(operation: ops.AlterObject, schema: SchemaView, version: int | None) -> Cases:
    """ALTER of a domain, an index, a sequence, a view, a trigger or a policy."""
    kind, change = operation.kind, operation.change.upper().split()
    if kind == "domain":
        return _domain(operation, change, schema)
    if kind == "index":
        return _index(operation, change, schema)
    if kind == "sequence":
        if operation.mentions:
            return (Case("alter-sequence-owned-by", operation.mentions[0], {"sequence": (operation.name,)}),)
        return (Case("alter-sequence", None, {"sequence": (operation.name,)}),)
    if kind in _VIEWS and change[:1] == ["RENAME"]:
        form = "rename-view" if change[1:2] == ["TO"] else "rename-view-column"
        return (Case(form, None, {"view": (operation.name,)}),)
    if kind == "trigger" and "RENAME" in change:
        return (Case("rename-trigger", operation.table),)
    if kind == "policy":
        return (Case("alter-policy", operation.table),)
    return ()


def _domain(operation: ops.AlterObject, change: list[str], schema: SchemaView) -> Cases:
    users = {"domain_user": users_of(operation.name, schema)}
    form = ""
    if operation.constraint is not None:
        demands = operation.constraint.sql == "VALUE IS NOT NULL" and change[:1] == ["SET"]
        form = "set-not-null" if demands else "add-check-not-valid" if operation.not_valid else "add-check"
    elif change[:1] == ["VALIDATE"]:
        form = "validate"
    elif change[:2] == ["DROP", "CONSTRAINT"]:
        form = "drop-check"
    elif change[:3] == ["DROP", "NOT", "NULL"]:
        form = "drop-not-null"
    elif change[:2] in (["SET", "DEFAULT"], ["DROP", "DEFAULT"]):
        form = "set-default"
    doubts: tuple[str, ...] = ()
    if form in ("set-not-null", "add-check", "validate") and schema.unknown_since is not None:
        doubts = (f"Tables with columns of {operation.name} that are not known would be read and locked too.",)
    return (Case(f"alter-domain-{form}", None, users, doubts),) if form else ()


def _index(operation: ops.AlterObject, change: list[str], schema: SchemaView) -> Cases:
    table = schema.holder_of(operation.name.name, operation.name.schema)
    subject = table.name if table is not None else None
    if change[:2] == ["ATTACH", "PARTITION"]:
        _, _, part = operation.change.rpartition(" ")
        of = schema.holder_of(part.strip('";'))
        return (Case("attach-index", subject, {"partition": (of.name,) if of is not None else ()}),)
    if change[:1] in (["SET"], ["RESET"]) and "TABLESPACE" not in change:
        return (Case("set-index-parameters", subject),)
    return ()


def drop_object(operation: ops.DropObject, schema: SchemaView, version: int | None) -> Cases:
    """DROP of a view, a trigger, a policy, a sequence, ..."""
    kind = operation.kind
    if kind in _VIEWS:
        return (Case("drop-view", None, {"view": (operation.name,)}),)
    if kind == "sequence":
        return (Case("drop-sequence", None, {"sequence": (operation.name,)}),)
    if kind == "domain":
        return _domain_dropped(operation, schema)
    if kind not in _ON_TABLES:
        return ()
    table = operation.table
    if table is None:
        made = schema.object(kind, operation.name)
        table = made.definition.table or next(iter(made.definition.mentions), None) if made is not None else None
    doubts = () if table is not None else (f"The table of the {kind} {operation.name} is not known.",)
    return (Case(f"drop-{kind}", table, doubts=doubts),)


def _domain_dropped(operation: ops.DropObject, schema: SchemaView) -> Cases:
    users = users_of(operation.name, schema)
    if not users:
        return (Case("drop-domain"),)
    if operation.cascade:
        return (Case("drop-domain-used-cascade", None, {"domain_user": users}),)
    return (Case("drop-domain-used", None, {"domain_user": users}, words={"amount": str(operation.name)}),)


# ------------------------------------------------------------------------------------------------------------ enums


def create_enum(operation: ops.CreateEnum, schema: SchemaView, version: int | None) -> Cases:
    """CREATE TYPE AS ENUM."""
    return (Case("create-enum"),)


def drop_enum(operation: ops.DropEnum, schema: SchemaView, version: int | None) -> Cases:
    """DROP TYPE, of an enum or another: refused while a column is of the type, and with CASCADE the end of that."""
    of_enum = (
        table.name
        for table in schema.tables()
        for column in table.columns()
        if is_of_enum(column.definition.type, operation.name, schema)
    )
    users = tuple(dict.fromkeys((*of_enum, *users_of(operation.name, schema))))
    if not users:
        return (Case("drop-enum"),)
    if operation.cascade:
        return tuple(Case("drop-enum-used-cascade", table) for table in users)
    return (Case("drop-enum-used", users[0], words={"mood": str(operation.name)}),)


def rename_enum(operation: ops.RenameEnum, schema: SchemaView, version: int | None) -> Cases:
    """ALTER TYPE RENAME TO."""
    return (Case("rename-type"),)


def add_enum_value(operation: ops.AddEnumValue, schema: SchemaView, version: int | None) -> Cases:
    """ALTER TYPE ADD VALUE."""
    return (Case("add-enum-value"),)


def rename_enum_value(operation: ops.RenameEnumValue, schema: SchemaView, version: int | None) -> Cases:
    """ALTER TYPE RENAME VALUE."""
    return (Case("rename-enum-value"),)


# ------------------------------------------------------------------------------------------------------ maintenance


def maintain(operation: ops.Maintenance, schema: SchemaView, version: int | None) -> Cases:
    """VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH."""
    target = operation.target
    if operation.command == "reindex":
        return reindex(operation, schema)
    if operation.command == "refresh":
        return (_refreshed(operation, target, schema),)
    if operation.command not in ("vacuum", "vacuum full", "analyze", "cluster"):
        return ()
    doubts = () if target is not None else ("It works on all tables of the database.",)
    return (Case(operation.command.replace(" ", "-"), target, doubts=doubts),)


def _refreshed(operation: ops.Maintenance, target: ObjectName | None, schema: SchemaView) -> Case:
    made = schema.object("materialized view", target) if target is not None else None
    views = {
        "view": (target,) if target is not None else (),
        "subject": made.definition.mentions if made is not None else (),
    }
    if not operation.concurrently:
        return Case("refresh", None, views)
    table = schema.table(target) if target is not None else None
    unique = table is not None and any(index.definition.unique for index in table.indexes())
    if made is not None and not unique and (table is None or not table.indexes()):
        return Case("refresh-concurrently-no-unique-index", None, views)
    return Case("refresh-concurrently", None, views)


def control(operation: ops.TransactionControl, schema: SchemaView, version: int | None) -> Cases:
    """BEGIN, COMMIT, ROLLBACK, SAVEPOINT."""
    return (Case("transaction"),)


def set_parameter(operation: ops.SetParameter, schema: SchemaView, version: int | None) -> Cases:
    """SET."""
    return (Case("set-transaction-timeout" if operation.name == "transaction_timeout" else "set-parameter"),)
