"""The forms of what is done to columns."""

from __future__ import annotations

import re
from typing import Union

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import COMPUTED_ONCE, ColumnDef, Default, ForeignKeyDef, Generated
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.postgresql.cases import Case, Cases, Names
from schemalint.schema.effects.postgresql.column_types import change_type, refers_to
from schemalint.schema.effects.postgresql.defaults import is_null, volatility_of_default
from schemalint.schema.effects.postgresql.named_types import domain_of, is_constrained
from schemalint.schema.effects.postgresql.proofs import is_declared_not_null, is_proved_not_null
from schemalint.schema.effects.postgresql.tables import Table, view_of
from schemalint.schema.effects.postgresql.views import viewing_column
from schemalint.schema.table import TableView
from schemalint.schema.type_names import object_named
from schemalint.schema.view import SchemaView

_COUNTER = re.compile(r"\bnextval\s*\(\s*'([^']+)'", re.IGNORECASE)
_BY_VOLATILITY = {
    "constant": "add-column-constant-default",
    "immutable": "add-column-constant-default",
    "stable": "add-column-stable-default",
    "volatile": "add-column-volatile-default",
}


def add_column(operation: ops.AddColumn, schema: SchemaView, version: int | None) -> Cases:
    """ADD COLUMN without the constraints that come with it."""
    column = operation.column
    case = _added(operation, view_of(schema, operation.table), schema, version)
    if column.nullable is False and is_null(column.default) and column.identity is None and column.generated is None:
        return (case, Case("add-column-not-null-no-default", operation.table, words={"added": column.name}))
    return (case,)


def _added(operation: ops.AddColumn, known: TableView | None, schema: SchemaView, version: int | None) -> Case:
    column, table = operation.column, operation.table
    if column.identity is not None:
        if column.identity.style == "serial":
            return Case("add-column-serial", table)
        partitioned = "-partitioned" if known is not None and known.is_partitioned else ""
        return Case(f"add-column-identity{partitioned}", table)
    if column.generated is not None:
        return _generated_column(column.generated, table, version)
    domain = domain_of(column.type, schema)
    if domain is not None and is_constrained(domain, schema):
        return Case("add-column-constrained-domain", table)
    if column.default is None or is_null(column.default):
        return Case("add-column" if domain is None else "add-column-domain", table)
    if column.default == COMPUTED_ONCE:
        return Case(_BY_VOLATILITY["constant"], table)
    if isinstance(column.default, Unknown):
        return Case("add-column", table, doubts=(_rewritten(column, column.default.reason),))
    return _with_default(column, column.default, table, schema, version)


def _with_default(column: ColumnDef, default: Default, table: Table, schema: SchemaView, version: int | None) -> Case:
    volatility = volatility_of_default(default, version, schema)
    if volatility is not None:
        counter = _COUNTER.search(default.sql) if volatility == "volatile" else None
        return Case(_BY_VOLATILITY[volatility], table, {"sequence": (object_named(counter[1]),)} if counter else {})
    doubt = _rewritten(column, f"{default.sql} calls a function that is not known")
    return Case("add-column-stable-default", table, doubts=(doubt,))


def _rewritten(column: ColumnDef, why: str) -> str:
    return f"Were the default of {column.name} volatile, all rows would be written anew: {why}."


def _generated_column(generated: Generated, table: Table, version: int | None) -> Case:
    """A generated column: before 18 it had to be STORED, which libraries add where nothing is said."""
    if generated.stored is None and version is not None and version < 18:
        return Case("add-column-stored", table)
    if generated.stored is not None:
        return Case("add-column-stored" if generated.stored else "add-column-virtual", table)
    return Case("add-column-virtual", table, doubts=("Were it STORED, all rows would be written anew.",))


def drop_column(operation: ops.DropColumn, schema: SchemaView, version: int | None) -> Cases:
    """DROP COLUMN: the tables that its foreign keys refer to, and those that refer to it, are locked too."""
    table = view_of(schema, operation.table)
    column = operation.column
    if table is None or isinstance(column, Unknown):
        return (Case("drop-column", operation.table, doubts=_more_keys(column)),)
    viewed = viewing_column(schema, table.name, column)
    if viewed and not operation.cascade:
        return (Case("drop-column-viewed", operation.table, {"view": viewed}, words={"label": column}),)
    found: list[Case] = []
    others = _referring(table, column, schema)
    if others and operation.cascade:
        found.append(Case("drop-column-referenced", operation.table, {"referencing": others}))
    targets = _targets(table, column)
    if targets:
        found.append(Case("drop-column-referencing", operation.table, {"referenced": targets}))
    doubts = () if table.complete or targets else _more_keys(column)
    return (*found, Case("drop-column", operation.table, doubts=doubts))


def _more_keys(column: Union[str, Unknown]) -> tuple[str, ...]:
    name = "The column" if isinstance(column, Unknown) else column
    return (f"{name} may have a foreign key that is not known; the table that it refers to would be locked too.",)


def _targets(table: TableView, column: str) -> Names:
    """The tables that the foreign keys over a column refer to."""
    keys = (constraint.definition for constraint in table.constraints())
    targets = (key.target for key in keys if isinstance(key, ForeignKeyDef) and column in key.columns)
    return tuple(dict.fromkeys(name for name in targets if isinstance(name, ObjectName) and name != table.name))


def _referring(table: TableView, column: str, schema: SchemaView) -> Names:
    """The tables whose foreign keys refer to a column."""
    return tuple(
        dict.fromkeys(
            key.table
            for key in schema.references_to(table.name)
            if refers_to(key.definition, table, column) and key.table != table.name
        )
    )


def rename_column(operation: ops.RenameColumn, schema: SchemaView, version: int | None) -> Cases:
    """RENAME COLUMN."""
    return (Case("rename-column", operation.table),)


# ---------------------------------------------------------------------------------------------------------- altered


def alter_column(operation: ops.AlterColumn, schema: SchemaView, version: int | None) -> Cases:
    """ALTER COLUMN: each thing that it changes is a form of its own."""
    table = view_of(schema, operation.table)
    found: list[Case] = []
    if operation.type != "keep":
        found.extend(change_type(operation, operation.type, table, schema, version))
    if operation.nullable != "keep":
        found.extend(_nullable(operation, table))
    if operation.default != "keep":
        found.append(Case("drop-default" if operation.default is None else "set-default", operation.table))
    if operation.identity != "keep":
        found.append(Case(_of_identity(operation, table), operation.table))
    if operation.generated != "keep":
        found.append(_generated(operation, table))
    if operation.comment is not None:
        found.append(Case("comment", operation.table))
    return tuple(found)


def _column(operation: ops.AlterColumn, table: TableView | None) -> ColumnDef | None:
    view = table.column(operation.column) if table is not None and isinstance(operation.column, str) else None
    return view.definition if view is not None else None


def _nullable(operation: ops.AlterColumn, table: TableView | None) -> Cases:
    if operation.nullable is True:
        return (Case("drop-not-null", operation.table),)
    if isinstance(operation.nullable, Unknown):
        doubt = f"It may become NOT NULL, for which all rows are read: {operation.nullable.reason}."
        return (Case("drop-not-null", operation.table, doubts=(doubt,)),)
    if operation.not_valid:
        return (Case("add-not-null-not-valid", operation.table),)
    proof, doubts = _proof(operation, table)
    found = Case(proof, operation.table, doubts=doubts)
    if operation.constraint is None:
        return (found,)
    if proof == "set-not-null":
        return (Case("add-not-null", operation.table),)
    return (found, Case("add-not-null", operation.table, without=frozenset({"scans"})))


def _proof(operation: ops.AlterColumn, table: TableView | None) -> tuple[str, tuple[str, ...]]:
    """The form of SET NOT NULL by what proves that there are no NULLs, and what is not known."""
    column = operation.column
    unknown = (f"Unless a CHECK proves that it holds no NULL, all rows of {operation.table} are read.",)
    if table is None or isinstance(column, Unknown):
        return "set-not-null-proved", unknown
    declared = is_declared_not_null(table, column)
    if declared is None and operation.existing_nullable is not None:
        declared = not operation.existing_nullable
    if declared:
        return "set-not-null-already", ()
    if any(constraint.not_null == column for constraint in table.constraints()):
        return "set-not-null-unvalidated", ()
    proved = is_proved_not_null(table, column)
    if proved is None and declared is False and table.complete and not table.doubtful_parts:
        proved = False
    if proved is None:
        return "set-not-null-proved", unknown
    return ("set-not-null-proved" if proved else "set-not-null"), ()


def _of_identity(operation: ops.AlterColumn, table: TableView | None) -> str:
    if operation.identity is None:
        return "drop-identity"
    column = _column(operation, table)
    return "set-identity" if column is not None and column.identity is not None else "add-identity"


def _generated(operation: ops.AlterColumn, table: TableView | None) -> Case:
    form = "drop-expression" if operation.generated is None else "set-expression"
    column = _column(operation, table)
    virtual = column is not None and column.generated is not None and not column.generated.stored
    return Case(f"{form}-virtual" if virtual else form, operation.table)
