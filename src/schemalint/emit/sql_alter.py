"""ALTER TABLE: columns and constraints of tables that are there."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.emit.names import comment, path, quoted, text
from schemalint.emit.sql_parts import (
    MYSQL,
    column_clause,
    column_doubts,
    constraint_clause,
    default_sql,
    deferral,
    generated_clause,
    identity_clause,
)
from schemalint.emit.sql_types import sql_type
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ColumnDef, Default, Generated, Identity, PrimaryKeyDef, TableDef, UniqueDef
from schemalint.facts.unknown import Unknown

Statements = Iterator[str]

_SQLITE_CANNOT = "SQLite makes the table anew for that"


def _table(name: object, dialect: str) -> str:
    assert isinstance(name, ObjectName)
    return f"ALTER TABLE {path(name, dialect)}"


def _name(name: object, dialect: str) -> str:
    assert isinstance(name, str)
    return quoted(name, dialect)


def add_column(operation: ops.AddColumn, dialect: str) -> Statements:
    """ADD COLUMN, and its comment."""
    column = operation.column
    clause = column_clause(column, dialect)
    if isinstance(clause, Unknown):
        yield comment(f"not written: column {operation.table}.{column.name}: {clause.reason}")
        return
    guard = "IF NOT EXISTS " if operation.if_not_exists and dialect == "postgresql" else ""
    yield f"{_table(operation.table, dialect)} ADD COLUMN {guard}{clause};"
    yield from (comment(f"{operation.table}: {doubt}") for doubt in column_doubts(column))
    if column.comment and dialect == "postgresql":
        assert isinstance(operation.table, ObjectName)
        yield _comment_on(operation.table, column)


def drop_column(operation: ops.DropColumn, dialect: str) -> Statements:
    """DROP COLUMN."""
    guard = "IF EXISTS " if operation.if_exists and dialect == "postgresql" else ""
    behaviour = " CASCADE" if operation.cascade and dialect == "postgresql" else ""
    yield f"{_table(operation.table, dialect)} DROP COLUMN {guard}{_name(operation.column, dialect)}{behaviour};"


def rename_column(operation: ops.RenameColumn, dialect: str) -> Statements:
    """RENAME COLUMN."""
    old, new = _name(operation.column, dialect), _name(operation.new_name, dialect)
    yield f"{_table(operation.table, dialect)} RENAME COLUMN {old} TO {new};"


def alter_column(operation: ops.AlterColumn, dialect: str) -> Statements:
    """ALTER COLUMN, one statement for each thing that changes."""
    if dialect == "sqlite":
        yield comment(f"not written: alter column {operation.table}.{operation.column}: {_SQLITE_CANNOT}")
    elif dialect in MYSQL:
        yield from _modify(operation, dialect)
    else:
        yield from _alter(operation)


def _alter(operation: ops.AlterColumn) -> Statements:
    start = f"{_table(operation.table, 'postgresql')} ALTER COLUMN {_name(operation.column, 'postgresql')}"
    title = f"not written: alter column {operation.table}.{operation.column}"
    kind = operation.existing_type
    if operation.type != "keep":
        kind = operation.type
        written = sql_type(operation.type)
        if isinstance(written, Unknown):
            yield comment(f"{title}: {written.reason}")
        else:
            using = f" USING {operation.using}" if operation.using else ""
            yield f"{start} TYPE {written}{using};"
    if isinstance(operation.nullable, Unknown):
        yield comment(f"{title}: {operation.nullable.reason}")
    elif operation.nullable is False and operation.constraint is not None:
        yield _add_not_null(operation, operation.constraint)
    elif isinstance(operation.nullable, bool):
        yield f"{start} {'DROP' if operation.nullable else 'SET'} NOT NULL;"
    if operation.default is None:
        yield f"{start} DROP DEFAULT;"
    elif isinstance(operation.default, Unknown):
        yield comment(f"{title}: {operation.default.reason}")
    elif isinstance(operation.default, Default):
        yield f"{start} SET DEFAULT {default_sql(operation.default, kind)};"
    if operation.identity is None:
        yield f"{start} DROP IDENTITY IF EXISTS;"
    elif isinstance(operation.identity, Identity) and (clause := identity_clause(operation.identity)) is not None:
        yield f"{start} ADD {clause};"
    if operation.generated is None:
        yield f"{start} DROP EXPRESSION IF EXISTS;"
    elif isinstance(operation.generated, Generated):
        yield comment(f"{title}: PostgreSQL adds {generated_clause(operation.generated)} to new columns only")
    if isinstance(operation.comment, str) and isinstance(operation.table, ObjectName):
        column = f"{path(operation.table)}.{_name(operation.column, 'postgresql')}"
        yield f"COMMENT ON COLUMN {column} IS {text(operation.comment) if operation.comment else 'NULL'};"


def _add_not_null(operation: ops.AlterColumn, name: str) -> str:
    """NOT NULL as a constraint with a name, which PostgreSQL has since 18."""
    column = _name(operation.column, "postgresql")
    not_valid = " NOT VALID" if operation.not_valid else ""
    table = _table(operation.table, "postgresql")
    return f"{table} ADD CONSTRAINT {quoted(name)} NOT NULL {column}{not_valid};"


def _modify(operation: ops.AlterColumn, dialect: str) -> Statements:
    """MySQL asks for the whole column again."""
    kind = operation.existing_type if operation.type == "keep" else operation.type
    nullable = operation.existing_nullable if operation.nullable == "keep" else operation.nullable
    assert isinstance(operation.column, str)
    title = f"not written: alter column {operation.table}.{operation.column}"
    if kind is None or nullable is None:
        yield comment(f"{title}: MySQL asks for the type and nullability that it has")
        return
    default = operation.default if isinstance(operation.default, (Default, Unknown)) else None
    clause = column_clause(ColumnDef(operation.column, kind, nullable, default), dialect)
    if isinstance(clause, Unknown):
        yield comment(f"{title}: {clause.reason}")
    else:
        yield f"{_table(operation.table, dialect)} MODIFY {clause};"


def add_constraint(operation: ops.AddConstraint, dialect: str) -> Statements:
    """ADD CONSTRAINT, NOT VALID where so, or USING INDEX."""
    constraint = operation.constraint
    kind = str(constraint.__struct_config__.tag)
    title = f"not written: {kind} {constraint.name or ''} of {operation.table}"
    if dialect == "sqlite":
        yield comment(f"{title}: {_SQLITE_CANNOT}")
        return
    index = operation.using_index if dialect == "postgresql" else None
    if index is not None and isinstance(constraint, (PrimaryKeyDef, UniqueDef)):
        name = f"CONSTRAINT {quoted(constraint.name)} " if constraint.name else ""
        key = f"{kind.upper()} USING INDEX {quoted(index)}"
        yield f"{_table(operation.table, dialect)} ADD {name}{key}{deferral(constraint, dialect)};"
        return
    clause = constraint_clause(constraint, dialect)
    if isinstance(clause, Unknown):
        yield comment(f"{title}: {clause.reason}")
        return
    not_valid = " NOT VALID" if operation.not_valid is True and dialect == "postgresql" else ""
    yield f"{_table(operation.table, dialect)} ADD {clause}{not_valid};"


def drop_constraint(operation: ops.DropConstraint, dialect: str) -> Statements:
    """DROP CONSTRAINT; MySQL says what kind it is."""
    title = f"not written: drop constraint of {operation.table}"
    if dialect == "sqlite":
        yield comment(f"{title}: {_SQLITE_CANNOT}")
        return
    if dialect in MYSQL and operation.kind == "primary key":
        yield f"{_table(operation.table, dialect)} DROP PRIMARY KEY;"
        return
    if operation.name is None:
        yield comment(f"{title}: it has no name here")
        return
    word = {"foreign key": "FOREIGN KEY", "unique": "INDEX"}.get(operation.kind or "") if dialect in MYSQL else None
    guard = "IF EXISTS " if operation.if_exists and dialect == "postgresql" else ""
    behaviour = " CASCADE" if operation.cascade and dialect == "postgresql" else ""
    name = _name(operation.name, dialect)
    yield f"{_table(operation.table, dialect)} DROP {word or 'CONSTRAINT'} {guard}{name}{behaviour};"


def validate_constraint(operation: ops.ValidateConstraint, dialect: str) -> Statements:
    """VALIDATE CONSTRAINT, which only PostgreSQL has."""
    if dialect == "postgresql":
        yield f"{_table(operation.table, dialect)} VALIDATE CONSTRAINT {_name(operation.name, dialect)};"


def rename_constraint(operation: ops.RenameConstraint, dialect: str) -> Statements:
    """RENAME CONSTRAINT, which only PostgreSQL has."""
    if dialect == "postgresql":
        old, new = _name(operation.name, dialect), _name(operation.new_name, dialect)
        yield f"{_table(operation.table, dialect)} RENAME CONSTRAINT {old} TO {new};"
    else:
        yield comment(f"not written: rename constraint {operation.name}: the server has no such statement")


def comments(table: TableDef) -> Statements:
    """COMMENT ON for a table and its columns."""
    if table.comment:
        yield f"COMMENT ON TABLE {path(table.name)} IS {text(table.comment)};"
    for column in table.columns:
        if column.comment and not isinstance(column_clause(column), Unknown):
            yield _comment_on(table.name, column)


def _comment_on(table: ObjectName, column: ColumnDef) -> str:
    return f"COMMENT ON COLUMN {path(table)}.{quoted(column.name)} IS {text(column.comment or '')};"
