"""The forms of a change of a column's type."""

from __future__ import annotations

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import CheckDef, ConstraintDef, ForeignKeyDef, PrimaryKeyDef
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown
from schemalint.schema.definitions import involves
from schemalint.schema.effects.postgresql.cases import Case, Cases, Names
from schemalint.schema.effects.postgresql.named_types import base_type, domain_of, is_constrained
from schemalint.schema.effects.postgresql.types import Change, base_of, change_of, hangs_on_time_zone, needs_using
from schemalint.schema.effects.postgresql.views import viewing_column
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView
from schemalint.sql.dialect import dialect_of
from schemalint.sql.tokens import scan, unquoted
from schemalint.sql.types import type_of_sql


def change_type(
    operation: ops.AlterColumn, new: ColumnType, table: TableView | None, schema: SchemaView, version: int | None
) -> Cases:
    """ALTER COLUMN TYPE: what is made anew, and the tables that are bound to the column by foreign keys."""
    column = operation.column
    if isinstance(column, Unknown) or table is None:
        return _bound(operation, table, schema, *_cost(operation, operation.existing_type, new, schema, version))
    viewed = viewing_column(schema, table.name, column)
    if viewed:
        return (Case("alter-type-viewed", operation.table, {"view": viewed}),)
    old = _old_type(operation, table)
    if old is not None and operation.using is None and needs_using(old, new):
        words = {"value": column, "integer": _written(new)}
        return (Case("alter-type-refused", operation.table, words=words),)
    change, doubts = _cost(operation, old, new, schema, version)
    found = list(_bound(operation, table, schema, change, doubts))
    if change != "rewrite" and _is_checked(table, column):
        found.append(Case("alter-type-checked", operation.table))
    return tuple(found)


def _written(kind: ColumnType) -> str:
    """The name of a type, for a message."""
    if isinstance(kind, Unknown):
        return "another type"
    return str(kind.enum) if kind.enum is not None else base_of(kind)


def _old_type(operation: ops.AlterColumn, table: TableView) -> ColumnType | None:
    """The type of the column before, from the schema or else from what the operation says of it."""
    of: TableView | None = table
    while of is not None:
        view = of.column(str(operation.column))
        if view is not None and not isinstance(view.definition.type, Unknown):
            return view.definition.type
        of = of.partition_of()
    return operation.existing_type


def _cost(
    operation: ops.AlterColumn, old: ColumnType | None, new: ColumnType, schema: SchemaView, version: int | None
) -> tuple[Change | None, tuple[str, ...]]:
    """What is made anew for sure, None for nothing that is sure; and what is not known."""
    domain = domain_of(new, schema)
    if domain is not None and is_constrained(domain, schema):
        return "rewrite", ()
    if isinstance(old, Unknown) or old is None:
        return None, (f"The type of {operation.column} before is not known; all rows may be written anew.",)
    one, two = base_type(old, schema), base_type(new, schema)
    change = change_of(one, two, version)
    if change == "rewrite":
        return "rewrite", ()
    expression = _converts(operation.using, str(operation.column), two)
    if expression is True:
        return "rewrite", ()
    if expression is None:
        return None, (f"Unless it only names the column, USING {operation.using} writes all rows anew.",)
    if change is None and hangs_on_time_zone(one, two, version):
        return "indexes", ("Unless the TimeZone of the connection is UTC, all rows are written anew.",)
    if change is None:
        return None, (
            "It is not known whether the new type takes the values as they lie; all rows may be written anew.",
        )
    return change, ()


def _converts(using: str | None, column: str, new: ColumnType) -> bool | None:
    """Whether USING does more than the change of type would do by itself; None where that is not known."""
    if using is None:
        return False
    if using == "?":
        return None
    dialect = dialect_of("postgresql")
    tokens = list(scan(using, dialect))
    while len(tokens) > 2 and tokens[0].text == "(" and tokens[-1].text == ")":
        tokens = tokens[1:-1]
    if len(tokens) > 5 and [tokens[index].text.upper() for index in (0, 1, 3)] == ["CAST", "(", "AS"]:
        cast = type_of_sql(using[tokens[4].start : tokens[-2].end], "postgresql")
        return False if unquoted(tokens[2], dialect) == column and cast == new else None
    if not tokens or tokens[0].kind not in ("word", "quoted") or unquoted(tokens[0], dialect) != column:
        return True
    if len(tokens) == 1:
        return False
    if tokens[1].text != "::" or any(token.text == "::" for token in tokens[2:]):
        return None if tokens[1].text == "::" else True
    cast = type_of_sql(using[tokens[2].start : tokens[-1].end], "postgresql")
    return False if cast == new else None


# ------------------------------------------------------------------------------------------------------------- bound


def _bound(
    operation: ops.AlterColumn,
    table: TableView | None,
    schema: SchemaView,
    change: Change | None,
    doubts: tuple[str, ...],
) -> Cases:
    """The forms by what is made anew and by the foreign keys of the column, and to it."""
    column = operation.column
    found: list[Case] = []
    suffix = "" if change == "rewrite" else "-free"
    if table is not None and isinstance(column, str):
        keys = [constraint.definition for constraint in table.constraints()]
        referenced = _targets(keys, column)
        referencing = tuple(
            key.table for key in schema.references_to(table.name) if refers_to(key.definition, table, column)
        )
        if referenced:
            found.append(Case(f"alter-type-referencing{suffix}", operation.table, {"referenced": referenced}))
        if referencing:
            others = tuple(dict.fromkeys(name for name in referencing if name != table.name))
            found.append(Case(f"alter-type-referenced{suffix}", operation.table, {"referencing": others}))
        if not table.complete:
            doubts = (*doubts, f"Indexes, CHECKs and foreign keys of {column} that are not known would add to it.")
    return (Case(_form(operation, change, table, schema), operation.table, doubts=doubts), *found)


def _form(operation: ops.AlterColumn, change: Change | None, table: TableView | None, schema: SchemaView) -> str:
    if change == "rewrite":
        domain = domain_of(operation.type, schema) if operation.type != "keep" else None
        return "alter-type-rewrite" if domain is None else "alter-type-constrained-domain"
    if table is None:
        return "alter-type-free"
    on_it, beyond = _indexed(table, str(operation.column))
    return "alter-type-indexes" if beyond or (on_it and change == "indexes") else "alter-type-free"


def _targets(keys: list[ConstraintDef], column: str) -> Names:
    targets = (key.target for key in keys if isinstance(key, ForeignKeyDef) and column in key.columns)
    return tuple(dict.fromkeys(name for name in targets if isinstance(name, ObjectName)))


def refers_to(key: ConstraintDef, table: TableView, column: str) -> bool:
    """Whether a foreign key to a table refers to a column of it; without columns, it refers to the primary key."""
    if not isinstance(key, ForeignKeyDef):
        return False
    if key.target_columns:
        return column in key.target_columns
    own = (constraint.definition for constraint in table.constraints())
    return any(isinstance(primary, PrimaryKeyDef) and column in primary.columns for primary in own)


def _indexed(table: TableView, column: str) -> tuple[bool, bool]:
    """Whether an index is on a column, and whether an expression or a condition of one names it.

    One of the latter is always built anew (`CheckIndexCompatible` in indexcmds.c).
    """
    indexes = [involves(index.definition, column) for index in table.indexes()]
    own = (constraint.definition for constraint in table.constraints())
    keys = [involves(key, column) for key in own if not isinstance(key, (CheckDef, ForeignKeyDef))]
    return any(answer is not False for answer in (*indexes, *keys)), None in indexes


def _is_checked(table: TableView, column: str) -> bool:
    """Whether a valid CHECK names a column: it is verified again."""
    return any(
        isinstance(constraint.definition, CheckDef)
        and isinstance(constraint.definition.sql, str)
        and constraint.valid is True
        and involves(constraint.definition, column) is None
        for constraint in table.constraints()
    )
