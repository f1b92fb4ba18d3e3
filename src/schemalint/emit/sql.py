"""Operations as SQL.

PostgreSQL is complete but for what is not known; for MySQL and SQLite what is simple there is written. What cannot be
is a comment with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Union

from schemalint.emit import sql_alter, sql_session
from schemalint.emit.names import comment, path, quoted, text
from schemalint.emit.sql_parts import MYSQL, Clause, column_clause, column_doubts, constraint_clause, index_statement
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ConstraintDef, ForeignKeyDef, TableDef
from schemalint.facts.unknown import Unknown

Statements = Iterator[str]


def statements(operation: ops.Operation, dialect: str = "postgresql") -> tuple[str, ...]:
    """The statements of an operation, each with its semicolon, and comments for what is not written."""
    emit = _EMIT.get(type(operation))
    kind = str(operation.__struct_config__.tag).replace("_", " ")
    if emit is None:
        return (comment(f"not written: {kind}"),)
    doubt = next((value for value in _values(operation) if isinstance(value, Unknown)), None)
    if doubt is not None:
        return (comment(f"not written: {kind}: {doubt.reason}"),)
    return tuple(emit(operation, dialect))


def _values(operation: ops.Operation) -> Iterator[object]:
    """What has to be known of an operation: the names of what it works on."""
    return (getattr(operation, name) for name in ("table", "name", "new_name", "column") if hasattr(operation, name))


def table_statements(
    table: TableDef, dialect: str = "postgresql", *, if_not_exists: bool = False, references: bool = True
) -> Statements:
    """CREATE TABLE, its indexes and comments. Foreign keys are left out where `references` is not set."""
    name = path(table.name, dialect)
    lines = [_line(f"column {column.name}", column_clause(column, dialect)) for column in table.columns]
    lines += [
        _line(_title(constraint), constraint_clause(constraint, dialect))
        for constraint in table.constraints
        if references or not isinstance(constraint, ForeignKeyDef)
    ]
    lines += [(comment(doubt), False) for column in table.columns for doubt in column_doubts(column)]
    if not table.complete:
        lines.append((comment("there may be more in this table that was not understood"), False))
    yield f"CREATE TABLE {'IF NOT EXISTS ' if if_not_exists else ''}{name} (\n{_block(lines)}\n);"
    for index in table.indexes:
        yield statement(index_statement(index, table.name, dialect), f"index {index.name or ''} of {table.name}")
    if dialect == "postgresql":
        yield from sql_alter.comments(table)


def _line(title: str, clause: Clause) -> tuple[str, bool]:
    """A line of CREATE TABLE, and whether it is part of the statement."""
    if isinstance(clause, Unknown):
        return comment(f"{title}: {clause.reason}"), False
    return clause, True


def _title(constraint: ConstraintDef) -> str:
    return f"{constraint.__struct_config__.tag} {constraint.name or ''}".strip()


def _block(lines: list[tuple[str, bool]]) -> str:
    """The lines with commas between those that are part of the statement."""
    last = max((index for index, (_, counts) in enumerate(lines) if counts), default=-1)
    return "\n".join(
        f"    {line}{',' if counts and index != last else ''}" for index, (line, counts) in enumerate(lines)
    )


def statement(clause: Clause, title: str) -> str:
    """A statement with its semicolon, or a comment that says why there is none."""
    return comment(f"{title}: {clause.reason}") if isinstance(clause, Unknown) else f"{clause};"


def _create_table(operation: ops.CreateTable, dialect: str) -> Statements:
    return table_statements(operation.table, dialect, if_not_exists=operation.if_not_exists)


def _drop(kind: str, name: ObjectName, if_exists: bool, cascade: bool, dialect: str) -> str:
    behaviour = " CASCADE" if cascade and dialect == "postgresql" else ""
    return f"DROP {kind} {'IF EXISTS ' if if_exists else ''}{path(name, dialect)}{behaviour};"


def _drop_table(operation: ops.DropTable, dialect: str) -> Statements:
    assert isinstance(operation.name, ObjectName)
    yield _drop("TABLE", operation.name, operation.if_exists, operation.cascade, dialect)


def _rename_table(operation: ops.RenameTable, dialect: str) -> Statements:
    assert isinstance(operation.name, ObjectName)
    assert isinstance(operation.new_name, ObjectName)
    name, new_name = operation.name, operation.new_name
    yield f"ALTER TABLE {path(name, dialect)} RENAME TO {quoted(new_name.name, dialect)};"
    if new_name.schema is not None and new_name.schema != name.schema and dialect == "postgresql":
        moved = path(ObjectName(new_name.name, name.schema), dialect)
        yield f"ALTER TABLE {moved} SET SCHEMA {quoted(new_name.schema)};"


def _create_index(operation: ops.CreateIndex, dialect: str) -> Statements:
    assert isinstance(operation.table, ObjectName)
    clause = index_statement(
        operation.index,
        operation.table,
        dialect,
        concurrently=operation.concurrently is True,
        if_not_exists=operation.if_not_exists,
        only=operation.only,
    )
    yield statement(clause, f"index of {operation.table}")


def _drop_index(operation: ops.DropIndex, dialect: str) -> Statements:
    assert isinstance(operation.name, str)
    guard = "IF EXISTS " if operation.if_exists and dialect not in MYSQL else ""
    if dialect in MYSQL:
        if not isinstance(operation.table, ObjectName):
            yield comment(f"not written: drop index {operation.name}: MySQL asks for its table")
            return
        yield f"DROP INDEX {quoted(operation.name, dialect)} ON {path(operation.table, dialect)};"
        return
    schema = operation.schema or (operation.table.schema if isinstance(operation.table, ObjectName) else None)
    concurrently = "CONCURRENTLY " if operation.concurrently is True and dialect == "postgresql" else ""
    yield f"DROP INDEX {concurrently}{guard}{path(ObjectName(operation.name, schema), dialect)};"


def _rename_index(operation: ops.RenameIndex, dialect: str) -> Statements:
    assert isinstance(operation.name, str)
    assert isinstance(operation.new_name, str)
    if dialect != "postgresql":
        yield comment(f"not written: rename index {operation.name}: it differs by table there")
        return
    yield f"ALTER INDEX {path(ObjectName(operation.name, operation.schema))} RENAME TO {quoted(operation.new_name)};"


def _create_enum(operation: ops.CreateEnum, dialect: str) -> Statements:
    if dialect != "postgresql":
        return
    enum = operation.enum
    if isinstance(enum.values, Unknown):
        yield comment(f"type {enum.name}: {enum.values.reason}")
        return
    yield f"CREATE TYPE {path(enum.name)} AS ENUM ({', '.join(text(value) for value in enum.values)});"


def _drop_enum(operation: ops.DropEnum, dialect: str) -> Statements:
    if dialect == "postgresql":
        yield _drop("TYPE", operation.name, operation.if_exists, operation.cascade, dialect)


def _rename_enum(operation: ops.RenameEnum, dialect: str) -> Statements:
    if dialect == "postgresql":
        yield f"ALTER TYPE {path(operation.name)} RENAME TO {quoted(operation.new_name.name)};"


def _add_enum_value(operation: ops.AddEnumValue, dialect: str) -> Statements:
    if dialect != "postgresql":
        return
    guard = "IF NOT EXISTS " if operation.if_not_exists else ""
    where = f" BEFORE {text(operation.before)}" if operation.before is not None else ""
    where = f" AFTER {text(operation.after)}" if operation.after is not None else where
    yield f"ALTER TYPE {path(operation.name)} ADD VALUE {guard}{text(operation.value)}{where};"


def _rename_enum_value(operation: ops.RenameEnumValue, dialect: str) -> Statements:
    if dialect == "postgresql":
        yield f"ALTER TYPE {path(operation.name)} RENAME VALUE {text(operation.value)} TO {text(operation.new_value)};"


def _create_schema(operation: ops.CreateSchema, dialect: str) -> Statements:
    if dialect != "sqlite":
        yield f"CREATE SCHEMA {'IF NOT EXISTS ' if operation.if_not_exists else ''}{quoted(operation.name, dialect)};"


def _drop_schema(operation: ops.DropSchema, dialect: str) -> Statements:
    if dialect != "sqlite":
        yield _drop("SCHEMA", ObjectName(operation.name), operation.if_exists, operation.cascade, dialect)


def _create_object(operation: ops.CreateObject, dialect: str) -> Statements:
    if operation.sql is None:
        yield comment(f"{operation.kind} {operation.name}: its definition is not known")
    else:
        yield operation.sql.strip().rstrip(";") + ";"


def _drop_object(operation: ops.DropObject, dialect: str) -> Statements:
    if operation.kind in ("trigger", "policy", "rule"):
        if operation.table is None:
            yield comment(f"not written: drop {operation.kind} {operation.name}: its table is not known")
            return
        exists = "IF EXISTS " if operation.if_exists else ""
        on = f"{quoted(operation.name.name, dialect)} ON {path(operation.table, dialect)}"
        yield f"DROP {operation.kind.upper()} {exists}{on}{' CASCADE' if operation.cascade else ''};"
        return
    yield _drop(operation.kind.upper(), operation.name, operation.if_exists, operation.cascade, dialect)


def _on_postgresql(write: Callable[[Any], Statements]) -> Callable[[Any, str], Statements]:
    """The same for every dialect: a comment where it is not PostgreSQL's."""

    def emit(operation: ops.Operation, dialect: str) -> Statements:
        if dialect == "postgresql":
            yield from write(operation)
        else:
            yield comment(f"not written: {str(operation.__struct_config__.tag).replace('_', ' ')}")

    return emit


_EMIT: dict[type[Any], Callable[[Any, str], Union[Statements, tuple[str, ...]]]] = {
    ops.CreateTable: _create_table,
    ops.DropTable: _drop_table,
    ops.RenameTable: _rename_table,
    ops.AddColumn: sql_alter.add_column,
    ops.DropColumn: sql_alter.drop_column,
    ops.RenameColumn: sql_alter.rename_column,
    ops.AlterColumn: sql_alter.alter_column,
    ops.AddConstraint: sql_alter.add_constraint,
    ops.DropConstraint: sql_alter.drop_constraint,
    ops.ValidateConstraint: sql_alter.validate_constraint,
    ops.RenameConstraint: sql_alter.rename_constraint,
    ops.CreateIndex: _create_index,
    ops.DropIndex: _drop_index,
    ops.RenameIndex: _rename_index,
    ops.CreateEnum: _create_enum,
    ops.DropEnum: _drop_enum,
    ops.RenameEnum: _rename_enum,
    ops.AddEnumValue: _add_enum_value,
    ops.RenameEnumValue: _rename_enum_value,
    ops.CreateSchema: _create_schema,
    ops.DropSchema: _drop_schema,
    ops.CreateObject: _create_object,
    ops.DropObject: _drop_object,
    **{kind: _on_postgresql(write) for kind, write in sql_session.EMIT.items()},
}
