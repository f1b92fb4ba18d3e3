"""The forms of what is done to constraints.

The constraints of a new column (`AddConstraint(inline=True)`) belong to the ALTER TABLE that adds it. They have forms
of their own, `add-column-check` and the like: what PostgreSQL does for the column and the constraint together. Nothing
is read for a foreign key of a column that is NULL in all rows, but a CHECK is verified even there.
"""

from __future__ import annotations

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ExcludeDef,
    ForeignKeyDef,
    PrimaryKeyDef,
    UniqueDef,
)
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.postgresql.cases import Case, Cases, Names, certainly_referencing, unknown_targets
from schemalint.schema.effects.postgresql.defaults import fills_rows
from schemalint.schema.effects.postgresql.proofs import is_declared_not_null, is_proved_not_null
from schemalint.schema.effects.postgresql.tables import view_of
from schemalint.schema.parts import ConstraintView
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView


def add_constraint(operation: ops.AddConstraint, schema: SchemaView, version: int | None) -> Cases:
    """ADD CONSTRAINT, or the constraint of a new column."""
    table = view_of(schema, operation.table)
    if operation.inline:
        return (_inline(operation, table),)
    constraint = operation.constraint
    if isinstance(constraint, ForeignKeyDef):
        return (_foreign_key(operation, constraint, table),)
    if isinstance(constraint, CheckDef):
        form = "add-check" if constraint.enforced else "add-check-not-enforced"
        return (_validated(form, operation),)
    if isinstance(constraint, PrimaryKeyDef):
        return (_primary_key(operation, constraint, schema, table),)
    if isinstance(constraint, ExcludeDef):
        partitioned = "-partitioned" if table is not None and table.is_partitioned else ""
        return (Case(f"add-exclude{partitioned}", operation.table),)
    if operation.using_index is not None:
        return (Case("add-unique-using-index", operation.table),)
    return (Case("add-unique" if constraint.nulls_distinct else "add-unique-nulls-not-distinct", operation.table),)


def _inline(operation: ops.AddConstraint, table: TableView | None) -> Case:
    constraint = operation.constraint
    column = _new_column(constraint, table)
    filled = fills_rows(column) if column is not None else False
    default = "-default" if filled else ""
    if isinstance(constraint, ForeignKeyDef):
        roles, doubts = _referenced(constraint, operation.table), unknown_targets([constraint])
        return Case(f"add-column-references{default}", operation.table, roles, doubts)
    if isinstance(constraint, CheckDef):
        suffix = "-not-valid" if operation.not_valid is True else default
        return Case(f"add-column-check{suffix}", operation.table)
    if isinstance(constraint, PrimaryKeyDef) and column is not None and column.identity is not None:
        return Case("add-column-primary-key", operation.table)
    words = {}
    if column is not None and isinstance(operation.table, ObjectName):
        words = {"subject_added_key": f"{operation.table.name}_{column.name}_key"}
    return Case(f"add-column-unique{default}", operation.table, words=words)


def _new_column(constraint: object, table: TableView | None) -> ColumnDef | None:
    """The column that a constraint came with: its own, and for a CHECK the one that was added last."""
    columns = table.columns() if table is not None else ()
    if isinstance(constraint, (ForeignKeyDef, UniqueDef, PrimaryKeyDef)):
        columns = tuple(column for column in columns if column.name in constraint.columns)
    return columns[-1].definition if columns else None


def _validated(form: str, operation: ops.AddConstraint, roles: dict[str, Names] | None = None) -> Case:
    """A constraint that the rows are checked for, unless it is NOT VALID."""
    if operation.not_valid is False or form.endswith("-enforced"):
        return Case(form, operation.table, roles or {})
    doubts: tuple[str, ...] = ()
    if isinstance(operation.not_valid, Unknown):
        doubts = (f"Whether it is NOT VALID is not known: {operation.not_valid.reason}.",)
    return Case(f"{form}-not-valid", operation.table, roles or {}, doubts)


def _foreign_key(operation: ops.AddConstraint, key: ForeignKeyDef, table: TableView | None) -> Case:
    if not key.enforced:
        return Case("add-foreign-key-not-enforced", operation.table, _referenced(key, operation.table))
    if table is not None and operation.not_valid is True and table.is_partitioned:
        return Case("add-foreign-key-not-valid-partitioned", operation.table, _referenced(key, operation.table))
    if key.target == operation.table and operation.not_valid is False:
        return Case("add-foreign-key-self", operation.table)
    case = _validated("add-foreign-key", operation, _referenced(key, operation.table))
    return case._replace(doubts=(*case.doubts, *unknown_targets([key])))


def _referenced(key: ForeignKeyDef, own: ObjectName | Unknown) -> dict[str, Names]:
    return {"referenced": (key.target,) if isinstance(key.target, ObjectName) and key.target != own else ()}


def _primary_key(operation: ops.AddConstraint, key: PrimaryKeyDef, schema: SchemaView, table: TableView | None) -> Case:
    columns: tuple[str, ...] | None = key.columns
    form = "add-primary-key"
    if operation.using_index is not None:
        form = "add-primary-key-using-index"
        index = table.index(operation.using_index) if table is not None else None
        columns = columns or (index.definition.columns if index is not None else None)
    proof, doubts = _proof(table, columns, operation)
    if form == "add-primary-key":
        suffix = {"declared": "-not-null", "proved": "-proved"}.get(proof, "")
    else:
        suffix = {"proved": "-proved", "none": "-nullable"}.get(proof, "")
    return Case(form + suffix, operation.table, doubts=doubts)


def _proof(
    table: TableView | None, columns: tuple[str, ...] | None, operation: ops.AddConstraint
) -> tuple[str, tuple[str, ...]]:
    """How it is known that the columns of a key hold no NULL: declared, proved or none; or what is not known."""
    if table is None or columns is None:
        return "declared", (f"Unless its columns are NOT NULL, all rows of {operation.table} are read for NULLs.",)
    if all(is_declared_not_null(table, column) for column in columns):
        return "declared", ()
    proofs = {column: is_proved_not_null(table, column) for column in columns}
    nullable = [column for column, proved in proofs.items() if proved is False]
    unknown = [column for column, proved in proofs.items() if proved is None]
    if nullable:
        return "none", ()
    if not unknown:
        return "proved", ()
    return "declared", (f"Unless {table.name}.{unknown[0]} is NOT NULL, all rows are read for NULLs.",)


# --------------------------------------------------------------------------------------------------- what stands


def drop_constraint(operation: ops.DropConstraint, schema: SchemaView, version: int | None) -> Cases:
    """DROP CONSTRAINT: of a foreign key, the table that it refers to is locked too."""
    table = view_of(schema, operation.table)
    found = _found(operation, table)
    kind = operation.kind if found is None else str(found.definition.__struct_config__.tag)
    if found is not None and isinstance(found.definition, ForeignKeyDef):
        return (Case("drop-constraint-foreign-key", operation.table, _referenced(found.definition, operation.table)),)
    if kind == "foreign key":
        doubt = "The table that the foreign key refers to is locked too, and not known."
        return (Case("drop-constraint-foreign-key", operation.table, {"referenced": ()}, (doubt,)),)
    if found is not None and isinstance(found.definition, (PrimaryKeyDef, UniqueDef)):
        others = _bound_to(found, schema)
        certain = set(certainly_referencing(schema, table)) if table is not None else set()
        if others and (operation.cascade or certain & set(others)):
            form = "drop-constraint-referenced" if operation.cascade else "drop-constraint-depended-on"
            words = {"subject_pkey": operation.name} if isinstance(operation.name, str) else {}
            return (Case(form, operation.table, {"referencing": others}, words=words),)
    doubts: tuple[str, ...] = ()
    if kind is None:
        doubts = ("The constraint is not known; of a foreign key, the table that it refers to would be locked too.",)
    return (Case("drop-constraint", operation.table, doubts=doubts),)


def _found(operation: ops.DropConstraint, table: TableView | None) -> ConstraintView | None:
    if table is None:
        return None
    if isinstance(operation.name, str):
        return table.constraint(operation.name)
    same = [
        constraint
        for constraint in table.constraints()
        if constraint.definition.__struct_config__.tag == operation.kind
    ]
    return same[0] if len(same) == 1 and operation.name is None else None


def _bound_to(key: ConstraintView, schema: SchemaView) -> Names:
    """The tables whose foreign keys need a primary key or a unique constraint, other than its own."""
    definition = key.definition
    if not isinstance(definition, (PrimaryKeyDef, UniqueDef)):
        return ()
    found = []
    for reference in schema.references_to(key.table):
        foreign = reference.definition
        columns = foreign.target_columns if isinstance(foreign, ForeignKeyDef) else ()
        primary = isinstance(definition, PrimaryKeyDef) and not columns
        if (primary or set(columns) == set(definition.columns)) and reference.table != key.table:
            found.append(reference.table)
    return tuple(dict.fromkeys(found))


def validate_constraint(operation: ops.ValidateConstraint, schema: SchemaView, version: int | None) -> Cases:
    """VALIDATE CONSTRAINT."""
    table = view_of(schema, operation.table)
    found = table.constraint(operation.name) if table is not None and isinstance(operation.name, str) else None
    if found is None:
        doubt = "The constraint is not known; of a foreign key, the table that it refers to would be locked too."
        return (Case("validate-check", operation.table, doubts=(doubt,)),)
    if isinstance(found.definition, ForeignKeyDef):
        return (Case("validate-foreign-key", operation.table, _referenced(found.definition, operation.table)),)
    if found.not_null is not None:
        return (Case("validate-not-null", operation.table),)
    return (Case("validate-check-already" if found.valid else "validate-check", operation.table),)


def rename_constraint(operation: ops.RenameConstraint, schema: SchemaView, version: int | None) -> Cases:
    """RENAME CONSTRAINT."""
    return (Case("rename-constraint", operation.table),)
