"""Operations as Alembic code: `op.add_column("users", sa.Column(...))`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

from schemalint.emit.alembic_types import (
    alembic_column,
    alembic_constraint,
    alembic_default,
    alembic_type,
    deferral,
    schema_option,
    unique_options,
)
from schemalint.emit.python import call, comment, literal, texts, unwritten
from schemalint.emit.sql import statements
from schemalint.emit.sql_parts import element_clause
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    Default,
    ExcludeDef,
    ForeignKeyDef,
    Identity,
    IndexDef,
    PrimaryKeyDef,
    TableDef,
)
from schemalint.facts.unknown import Unknown

Code = Union[str, Unknown]


def alembic_code(operation: ops.Operation) -> str:
    """The call that does an operation; `op.execute` where Alembic has no function for it.

    What is not known is a comment with the reason. The code asks for `from alembic import op`, for
    `import sqlalchemy as sa`
    and, for types of PostgreSQL, for `from sqlalchemy.dialects import postgresql`.
    """
    emit = _EMIT.get(type(operation))
    kind = str(operation.__struct_config__.tag).replace("_", " ")
    names = (getattr(operation, field, None) for field in ("table", "name", "new_name", "column"))
    doubt: Code | None = next((name for name in names if isinstance(name, Unknown)), None)
    if doubt is None:
        doubt = emit(operation) if emit is not None else _execute(operation)
    return comment(f"not written: {kind}: {doubt.reason}") if isinstance(doubt, Unknown) else doubt


def _execute(operation: ops.Operation) -> Code:
    written = statements(operation)
    calls = [call("op.execute", literal(text.removesuffix(";"))) for text in written if not text.startswith("--")]
    return "\n".join(calls) if calls else unwritten(written)


def _create_table(operation: ops.CreateTable) -> Code:
    table = operation.table
    items = [*(alembic_column(column) for column in table.columns)]
    items += [alembic_constraint(constraint) for constraint in table.constraints]
    doubt = next((item for item in items if isinstance(item, Unknown)), None)
    if doubt is not None or not table.complete:
        return doubt or Unknown("not all of the table was understood")
    code = call(
        "op.create_table",
        literal(table.name.name),
        *(item for item in items if isinstance(item, str)),
        schema=schema_option(table.name),
        comment=literal(table.comment) if table.comment else None,
        if_not_exists=True if operation.if_not_exists else None,
    )
    return _with_indexes(code, table)


def _with_indexes(code: str, table: TableDef) -> Code:
    lines = [code]
    for index in table.indexes:
        written = _create_index(ops.CreateIndex(table.name, index))
        if isinstance(written, Unknown):
            return written
        lines.append(written)
    return "\n".join(lines)


def _drop_table(operation: ops.DropTable) -> Code:
    name = operation.name
    assert isinstance(name, ObjectName)
    guard = True if operation.if_exists else None
    return call("op.drop_table", literal(name.name), schema=schema_option(name), if_exists=guard)


def _rename_table(operation: ops.RenameTable) -> Code:
    name, new_name = operation.name, operation.new_name
    assert isinstance(name, ObjectName)
    assert isinstance(new_name, ObjectName)
    return call("op.rename_table", literal(name.name), literal(new_name.name), schema=schema_option(name))


def _add_column(operation: ops.AddColumn) -> Code:
    assert isinstance(operation.table, ObjectName)
    column = alembic_column(operation.column)
    if isinstance(column, Unknown):
        return column
    return call("op.add_column", literal(operation.table.name), column, schema=schema_option(operation.table))


def _drop_column(operation: ops.DropColumn) -> Code:
    assert isinstance(operation.table, ObjectName)
    assert isinstance(operation.column, str)
    schema = schema_option(operation.table)
    return call("op.drop_column", literal(operation.table.name), literal(operation.column), schema=schema)


def _rename_column(operation: ops.RenameColumn) -> Code:
    assert isinstance(operation.table, ObjectName)
    assert isinstance(operation.column, str)
    assert isinstance(operation.new_name, str)
    return call(
        "op.alter_column",
        literal(operation.table.name),
        literal(operation.column),
        new_column_name=literal(operation.new_name),
        schema=schema_option(operation.table),
    )


def _alter_column(operation: ops.AlterColumn) -> Code:
    assert isinstance(operation.table, ObjectName)
    assert isinstance(operation.column, str)
    if operation.constraint is not None:
        return _execute(operation)
    options: dict[str, Code | bool | None] = {}
    if operation.existing_type is not None:
        options["existing_type"] = alembic_type(operation.existing_type)
    if operation.type != "keep":
        options["type_"] = alembic_type(operation.type)
    if operation.nullable != "keep":
        options["nullable"] = operation.nullable
    if operation.default is None:
        options["server_default"] = "None"
    elif operation.default != "keep":
        default = operation.default
        options["server_default"] = alembic_default(default) if isinstance(default, Default) else default
    if isinstance(operation.identity, Identity):
        options["server_default"] = call("sa.Identity", always=True if operation.identity.always else None)
    if operation.generated != "keep":
        return _execute(operation)
    if operation.comment is not None:
        options["comment"] = literal(operation.comment) if isinstance(operation.comment, str) else operation.comment
    if operation.using is not None:
        options["postgresql_using"] = literal(operation.using)
    doubt = next((value for value in options.values() if isinstance(value, Unknown)), None)
    if doubt is not None:
        return doubt
    options["schema"] = schema_option(operation.table)
    return call("op.alter_column", literal(operation.table.name), literal(operation.column), **options)


def _create_index(operation: ops.CreateIndex) -> Code:
    assert isinstance(operation.table, ObjectName)
    if operation.only:
        return _execute(operation)
    index = operation.index
    for doubt in (index.name, index.elements, index.unique, index.predicate):
        if isinstance(doubt, Unknown):
            return doubt
    name = literal(index.name) if isinstance(index.name, str) else "None"
    concurrently = operation.concurrently is True
    return call(
        "op.create_index",
        name,
        literal(operation.table.name),
        _keys(index),
        unique=True if index.unique is True else None,
        schema=schema_option(operation.table),
        if_not_exists=True if operation.if_not_exists else None,
        postgresql_using=literal(index.method) if index.method else None,
        postgresql_include=texts(index.include) if index.include else None,
        postgresql_where=call("sa.text", literal(index.predicate)) if isinstance(index.predicate, str) else None,
        postgresql_nulls_not_distinct=None if index.nulls_distinct else True,
        postgresql_concurrently=True if concurrently else None,
    )


def _keys(index: IndexDef) -> str:
    assert not isinstance(index.elements, Unknown)
    if index.columns is not None and all(element_clause(e).strip('"') == e.column for e in index.elements):
        return texts(index.columns)
    return f"[{', '.join(call('sa.text', literal(element_clause(element))) for element in index.elements)}]"


def _drop_index(operation: ops.DropIndex) -> Code:
    assert isinstance(operation.name, str)
    table = operation.table if isinstance(operation.table, ObjectName) else None
    schema = operation.schema or (table.schema if table is not None else None)
    return call(
        "op.drop_index",
        literal(operation.name),
        table_name=literal(table.name) if table is not None else None,
        schema=literal(schema) if schema is not None else None,
        if_exists=True if operation.if_exists else None,
        postgresql_concurrently=True if operation.concurrently is True else None,
    )


def _add_constraint(operation: ops.AddConstraint) -> Code:
    assert isinstance(operation.table, ObjectName)
    constraint, table = operation.constraint, literal(operation.table.name)
    if operation.using_index is not None or isinstance(constraint, ExcludeDef):
        return _execute(operation)
    not_valid = True if operation.not_valid is True else None
    name = literal(constraint.name) if constraint.name is not None else "None"
    schema = schema_option(operation.table)
    if isinstance(constraint, ForeignKeyDef):
        return _create_foreign_key(constraint, operation.table, not_valid)
    if isinstance(constraint, CheckDef):
        if isinstance(constraint.sql, Unknown):
            return constraint.sql
        condition = literal(constraint.sql)
        return call("op.create_check_constraint", name, table, condition, schema=schema, postgresql_not_valid=not_valid)
    columns = texts(constraint.columns)
    if isinstance(constraint, PrimaryKeyDef):
        if constraint.deferrable:
            return _execute(operation)
        return call("op.create_primary_key", name, table, columns, schema=schema)
    return call("op.create_unique_constraint", name, table, columns, schema=schema, **unique_options(constraint))


def _create_foreign_key(key: ForeignKeyDef, table: ObjectName, not_valid: bool | None) -> Code:
    if isinstance(key.target, Unknown):
        return key.target
    if not key.target_columns:
        return Unknown("it is not known which columns it refers to")
    return call(
        "op.create_foreign_key",
        literal(key.name) if key.name is not None else "None",
        literal(table.name),
        literal(key.target.name),
        texts(key.columns),
        texts(key.target_columns),
        ondelete=literal(key.on_delete) if key.on_delete else None,
        onupdate=literal(key.on_update) if key.on_update else None,
        **deferral(key),
        source_schema=schema_option(table),
        referent_schema=schema_option(key.target),
        postgresql_not_valid=not_valid,
    )


_KINDS = {"primary key": "primary", "unique": "unique", "foreign key": "foreignkey", "check": "check"}


def _drop_constraint(operation: ops.DropConstraint) -> Code:
    assert isinstance(operation.table, ObjectName)
    name, kind = operation.name, _KINDS.get(operation.kind or "")
    return call(
        "op.drop_constraint",
        literal(name) if isinstance(name, str) else "None",
        literal(operation.table.name),
        type_=literal(kind) if kind is not None else None,
        schema=schema_option(operation.table),
        if_exists=True if operation.if_exists else None,
    )


_EMIT: dict[type[Any], Callable[[Any], Code]] = {
    ops.CreateTable: _create_table,
    ops.DropTable: _drop_table,
    ops.RenameTable: _rename_table,
    ops.AddColumn: _add_column,
    ops.DropColumn: _drop_column,
    ops.RenameColumn: _rename_column,
    ops.AlterColumn: _alter_column,
    ops.CreateIndex: _create_index,
    ops.DropIndex: _drop_index,
    ops.AddConstraint: _add_constraint,
    ops.DropConstraint: _drop_constraint,
}
