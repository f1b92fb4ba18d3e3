"""What is read of a statement, as the same plain items as what PostgreSQL's parser makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import CheckDef, ColumnDef, ConstraintDef, Default, ForeignKeyDef, IndexElement, UniqueDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from tools.sql_oracle_parsed import Item, plain_type, rendered_sql


def _text(name: ObjectName | Unknown | str | None) -> str | None:
    return None if name is None or isinstance(name, Unknown) else str(name)


def _rendered(sql: str | Unknown | None) -> str | None:
    return rendered_sql(sql) if isinstance(sql, str) else None


def _default(default: Any) -> Item | None:
    if not isinstance(default, Default):
        return None
    return ("literal", default.sql.lower()) if default.literal else ("computed", rendered_sql(default.sql))


def _column(column: ColumnDef) -> Item:
    identity, generated = column.identity, column.generated
    kept = None if generated is None else "v" if generated.stored is False or generated.stored is None else "s"
    serial = identity is not None and identity.style == "serial"
    how = None if identity is None else "serial" if serial else "a" if identity.always else "d"
    kind = None if serial else plain_type(column.type)
    return (
        column.name,
        column.nullable,
        kind,
        _default(column.default),
        how,
        (rendered_sql(generated.sql), kept) if generated else None,
    )


def _constraint(definition: ConstraintDef) -> Item:
    columns = () if isinstance(definition, CheckDef) else getattr(definition, "columns", ())
    own: Item = ()
    if isinstance(definition, ForeignKeyDef):
        rules = (definition.on_delete or "NO ACTION", definition.on_update or "NO ACTION")
        own = (_text(definition.target), definition.target_columns, *rules)
    elif isinstance(definition, CheckDef):
        own = (_rendered(definition.sql),)
    elif isinstance(definition, UniqueDef):
        own = (definition.nulls_distinct,)
    enforced = getattr(definition, "enforced", True)
    kind = str(definition.__struct_config__.tag)
    return (kind, definition.name, columns, getattr(definition, "deferrable", False), enforced, *own)


def _key(key: IndexElement) -> Item:
    return (
        key.column if key.column is not None else _rendered(key.expression),
        key.descending,
        key.nulls,
        key.operator_class,
        key.collation,
    )


def _altered(operation: ops.AlterColumn) -> Iterator[Item]:
    start = ("alter column", _text(operation.table), _text(operation.column))
    if isinstance(operation.comment, str):
        yield ("comment", f"{_text(operation.table)}.{_text(operation.column)}", operation.comment)
    elif not isinstance(operation.type, str):
        collation = operation.type.collation if isinstance(operation.type, SqlType) else None
        yield (*start, "type", plain_type(operation.type), collation, _rendered(operation.using))
    elif operation.nullable != ops.KEEP:
        yield (*start, "nullable", operation.nullable, operation.constraint, operation.not_valid)
    elif operation.default != ops.KEEP:
        yield (*start, "default", _default(operation.default))
    elif operation.identity != ops.KEEP:
        yield (*start, "identity", operation.identity is not None)
    else:
        generated = operation.generated
        yield (
            *start,
            "generated",
            None if generated is None or isinstance(generated, str) else _rendered(generated.sql),
        )


def _checks(constraints: tuple[CheckDef, ...]) -> tuple[Item, ...]:
    return tuple(("not null",) if check.sql == "VALUE IS NOT NULL" else _constraint(check) for check in constraints)


_NAMED = frozenset({"constraint options", "column statistics", "column storage", "column compression"}
                   | {"column parameters", "column identity", "trigger", "rule"})  # fmt: skip


def _tables(operation: ops.Operation) -> Iterator[Item]:
    match operation:
        case ops.CreateTable(table=table):
            yield ("create table", str(table.name), operation.if_not_exists)
            yield tuple(_column(column) for column in table.columns)
            yield tuple(sorted((_constraint(constraint) for constraint in table.constraints), key=str))
            parent = (str(operation.partition_of),) if operation.partition_of else ()
            yield (parent, tuple(map(str, operation.inherits)), table.partition_by is not None)
        case ops.AddColumn(table=table):
            yield ("add column", _text(table), _column(operation.column), operation.if_not_exists)
        case ops.AddConstraint(table=table, constraint=constraint):
            extra = (operation.not_valid, operation.using_index, operation.inline)
            yield ("add constraint", _text(table), _constraint(constraint), *extra)
        case ops.DropColumn(table=table, column=name):
            yield ("drop column", _text(table), _text(name), operation.if_exists, operation.cascade)
        case ops.DropConstraint(table=table, name=name):
            yield ("drop constraint", _text(table), _text(name), operation.if_exists, operation.cascade)
        case ops.ValidateConstraint(table=table, name=name):
            yield ("validate constraint", _text(table), _text(name))
        case ops.AlterColumn():
            yield from _altered(operation)
        case ops.AttachPartition():
            yield ("attach partition", str(operation.table), str(operation.partition))
        case ops.DetachPartition():
            names = (str(operation.table), str(operation.partition))
            yield ("detach partition", *names, operation.concurrently, operation.finalize)
        case ops.AlterTable(table=table, change="schema"):
            return
        case ops.AlterTable(table=table):
            yield (
                "alter table",
                _text(table),
                operation.change,
                operation.name if operation.change in _NAMED else None,
            )
        case ops.CreateIndex(table=table, index=index):
            yield (
                "create index", _text(index.name), _text(table), index.unique, operation.concurrently,
                operation.if_not_exists, operation.only, index.method or "btree", index.nulls_distinct,
            )  # fmt: skip
            yield () if isinstance(index.elements, Unknown) else tuple(map(_key, index.elements))
            yield (index.include, _rendered(index.predicate))


def _objects(operation: ops.Operation) -> Iterator[Item]:
    match operation:
        case ops.DropTable(name=name):
            yield ("drop", "table", _text(name), None, operation.if_exists, operation.cascade, False)
        case ops.DropIndex(name=name):
            full = f"{operation.schema}.{name}" if operation.schema else _text(name)
            yield ("drop", "index", full, None, operation.if_exists, False, operation.concurrently)
        case ops.DropEnum(name=name):
            yield ("drop", "type", str(name), None, operation.if_exists, operation.cascade, False)
        case ops.DropSchema(name=name):
            yield ("drop", "schema", name, None, operation.if_exists, operation.cascade, False)
        case ops.DropObject(kind=kind, name=name):
            owner = str(operation.table) if operation.table else None
            yield ("drop", kind, str(name), owner, operation.if_exists, operation.cascade, False)
        case ops.RenameTable(name=name, new_name=new):
            yield ("rename table", _text(name), new.name if isinstance(new, ObjectName) else None)
        case ops.RenameColumn(table=table):
            yield ("rename column", _text(table), _text(operation.column), _text(operation.new_name))
        case ops.RenameConstraint(table=table):
            yield ("rename constraint", _text(table), _text(operation.name), _text(operation.new_name))
        case ops.RenameIndex(name=name):
            full = f"{operation.schema}.{name}" if operation.schema else _text(name)
            yield ("rename index", full, _text(operation.new_name))
        case ops.RenameEnum(name=name) if operation.new_name.schema == name.schema:
            yield ("rename type", str(name), operation.new_name.name)
        case ops.RenameEnumValue():
            yield ("rename value", str(operation.name), operation.value, operation.new_value)
        case ops.AddEnumValue():
            side = "before" if operation.before is not None else "after" if operation.after is not None else None
            neighbour = operation.before if operation.before is not None else operation.after
            yield ("add value", str(operation.name), operation.value, operation.if_not_exists, side, neighbour)
        case ops.CreateEnum(enum=enum):
            yield ("create enum", str(enum.name), enum.values)
        case ops.CreateSchema(name=name):
            yield ("create schema", name, operation.if_not_exists)
        case ops.CreateObject(kind=kind, name=name):
            if kind in _COMPARED:
                owner = str(operation.table) if operation.table else None
                yield ("create", kind, str(name), owner, _checks(operation.constraints))
        case ops.AlterObject(kind="domain", name=name):
            demanded = (operation.constraint,) if operation.constraint else ()
            yield ("alter", "domain", str(name), _checks(demanded), operation.not_valid)
        case ops.AlterObject(kind="role" | "user", setting=setting) if setting is not None:
            yield ("setting", setting[0])


_COMPARED = frozenset(
    {"view", "materialized view", "function", "procedure", "trigger", "policy", "rule", "extension", "sequence"}
    | {"domain"}
)


def _others(operation: ops.Operation) -> Iterator[Item]:
    match operation:
        case ops.SetParameter(name=name):
            yield ("set", name, operation.local)
        case ops.Maintenance():
            how = (operation.concurrently, operation.kind)
            yield ("maintenance", operation.command, _text(operation.target), *how)
        case ops.Truncate(tables=tables):
            yield ("truncate", tuple(map(str, tables)), operation.cascade)
        case ops.LockTable(tables=tables):
            yield ("lock", tuple(map(str, tables)), operation.mode, operation.nowait)
        case ops.DataChange(command="update" | "delete" as command, table=table):
            yield (command, _text(table), operation.bounded)
            if command == "update":
                yield operation.columns_set
        case ops.DataChange(command="insert", table=table):
            yield ("insert", _text(table))
            yield operation.columns_set


def read_items(operation: ops.Operation) -> Iterator[Item]:
    """The items of an operation."""
    for room in (_tables, _objects, _others):
        yield from room(operation)
