"""Operations as Django code: `migrations.AddField(model_name="user", ...)`.

Django's operations name models and fields, not tables and columns; `Models` tells which model a table is of. What
Django has no operation for is `migrations.RunSQL`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Union

from schemalint.emit.django_fields import django_field
from schemalint.emit.python import call, comment, literal, texts, unwritten
from schemalint.emit.sql import statements
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import CheckDef, IndexDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown

Code = Union[str, Unknown]
Models = Callable[[ObjectName], "str | None"]
"""The name of the model of a table; None where there is none."""


def model_by_name(table: ObjectName) -> str | None:
    """The model of a table that Django named: `shop_order` is of `order` in the app `shop`."""
    _, underscore, model = table.name.partition("_")
    return model if underscore else table.name


def django_code(operation: ops.Operation, models: Models = model_by_name) -> str:
    """The operation for the list of a migration; a comment with the reason where something is not known."""
    emit = _EMIT.get(type(operation))
    kind = str(operation.__struct_config__.tag).replace("_", " ")
    names = (getattr(operation, field, None) for field in ("table", "name", "new_name", "column"))
    doubt: Code | None = next((name for name in names if isinstance(name, Unknown)), None)
    if doubt is None:
        doubt = emit(operation, models) if emit is not None else None
    if doubt is None:
        doubt = _run_sql(operation)
    return comment(f"not written: {kind}: {doubt.reason}") if isinstance(doubt, Unknown) else doubt


def _run_sql(operation: ops.Operation) -> Code:
    found = statements(operation)
    written = [text for text in found if not text.startswith("--")]
    return call("migrations.RunSQL", literal(" ".join(written))) if written else unwritten(found)


def _create_table(operation: ops.CreateTable, models: Models) -> Code | None:
    table = operation.table
    model = models(table.name)
    if model is None or not table.complete:
        return None
    keys = {name for item in table.constraints if isinstance(item, PrimaryKeyDef) for name in item.columns}
    if len(keys) != 1:
        return None
    fields = []
    for column in table.columns:
        field = django_field(column, table, models)
        if isinstance(field, Unknown):
            return field
        fields.append(f"({literal(field[0])}, {field[1]})")
    return call(
        "migrations.CreateModel",
        name=literal("".join(part.title() for part in model.split("_"))),
        fields="[\n    " + ",\n    ".join(fields) + ",\n]",
        options="{" + f'"db_table": {literal(table.name.name)}' + "}",
    )


def _drop_table(operation: ops.DropTable, models: Models) -> Code | None:
    assert isinstance(operation.name, ObjectName)
    model = models(operation.name)
    return call("migrations.DeleteModel", name=literal(model)) if model is not None else None


def _rename_table(operation: ops.RenameTable, models: Models) -> Code | None:
    assert isinstance(operation.name, ObjectName)
    assert isinstance(operation.new_name, ObjectName)
    model = models(operation.name)
    if model is None:
        return None
    return call("migrations.AlterModelTable", name=literal(model), table=literal(operation.new_name.name))


def _add_column(operation: ops.AddColumn, models: Models) -> Code | None:
    assert isinstance(operation.table, ObjectName)
    model = models(operation.table)
    if model is None:
        return None
    field = django_field(operation.column, None, models)
    if isinstance(field, Unknown):
        return field
    return call("migrations.AddField", model_name=literal(model), name=literal(field[0]), field=field[1])


def _drop_column(operation: ops.DropColumn, models: Models) -> Code | None:
    assert isinstance(operation.table, ObjectName)
    assert isinstance(operation.column, str)
    model = models(operation.table)
    if model is None:
        return None
    return call("migrations.RemoveField", model_name=literal(model), name=literal(operation.column))


def _rename_column(operation: ops.RenameColumn, models: Models) -> Code | None:
    assert isinstance(operation.table, ObjectName)
    assert isinstance(operation.column, str)
    assert isinstance(operation.new_name, str)
    model = models(operation.table)
    if model is None:
        return None
    return call(
        "migrations.RenameField",
        model_name=literal(model),
        old_name=literal(operation.column),
        new_name=literal(operation.new_name),
    )


def _create_index(operation: ops.CreateIndex, models: Models) -> Code | None:
    assert isinstance(operation.table, ObjectName)
    model, index = models(operation.table), operation.index
    if model is None or operation.only or not _is_plain(index):
        return None
    assert index.columns is not None
    assert isinstance(index.name, str)
    assert not isinstance(index.elements, Unknown)
    fields = [f"-{item.column}" if item.descending else str(item.column) for item in index.elements]
    where = "AddIndexConcurrently" if operation.concurrently is True else "migrations.AddIndex"
    written = call("models.Index", fields=texts(fields), name=literal(index.name))
    return call(where, model_name=literal(model), index=written)


def _is_plain(index: IndexDef) -> bool:
    """Whether `models.Index` can say it by field names alone; its name is at most 30 characters long."""
    return (
        isinstance(index.name, str)
        and len(index.name) <= 30
        and index.columns is not None
        and index.unique is False
        and index.predicate is None
        and index.method in (None, "btree")
        and not index.include
    )


def _drop_index(operation: ops.DropIndex, models: Models) -> Code | None:
    model = models(operation.table) if isinstance(operation.table, ObjectName) else None
    if model is None:
        return None
    assert isinstance(operation.name, str)
    where = "RemoveIndexConcurrently" if operation.concurrently is True else "migrations.RemoveIndex"
    return call(where, model_name=literal(model), name=literal(operation.name))


def _add_constraint(operation: ops.AddConstraint, models: Models) -> Code | None:
    assert isinstance(operation.table, ObjectName)
    model, constraint = models(operation.table), operation.constraint
    if model is None or operation.using_index is not None or constraint.name is None:
        return None
    if isinstance(constraint, UniqueDef):
        name = literal(constraint.name)
        written = call("models.UniqueConstraint", fields=texts(constraint.columns), name=name)
    elif isinstance(constraint, CheckDef):
        if isinstance(constraint.sql, Unknown):
            return constraint.sql
        return None
    else:
        return None
    return call("migrations.AddConstraint", model_name=literal(model), constraint=written)


def _drop_constraint(operation: ops.DropConstraint, models: Models) -> Code | None:
    assert isinstance(operation.table, ObjectName)
    model = models(operation.table)
    if model is None or not isinstance(operation.name, str) or operation.kind not in ("unique", "check"):
        return None
    return call("migrations.RemoveConstraint", model_name=literal(model), name=literal(operation.name))


def _validate_constraint(operation: ops.ValidateConstraint, models: Models) -> Code | None:
    """An operation of django.contrib.postgres."""
    assert isinstance(operation.table, ObjectName)
    assert isinstance(operation.name, str)
    model = models(operation.table)
    if model is None:
        return None
    return call("ValidateConstraint", model_name=literal(model), name=literal(operation.name))


_EMIT: dict[type[Any], Callable[[Any, Models], Union[Code, None]]] = {
    ops.CreateTable: _create_table,
    ops.DropTable: _drop_table,
    ops.RenameTable: _rename_table,
    ops.AddColumn: _add_column,
    ops.DropColumn: _drop_column,
    ops.RenameColumn: _rename_column,
    ops.CreateIndex: _create_index,
    ops.DropIndex: _drop_index,
    ops.AddConstraint: _add_constraint,
    ops.DropConstraint: _drop_constraint,
    ops.ValidateConstraint: _validate_constraint,
}
