"""Columns that are added or made NOT NULL, so that all rows are read or written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateObject,
    ValidateConstraint,
)
from schemalint.facts.tables import CheckDef, ColumnDef, Default, Generated
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import Impact, impact
from schemalint.rules.locking.lasting import flagged, impact_of_change, version_of, works
from schemalint.rules.locking.safe import Stage, safe_way
from schemalint.rules.locking.ways import filled_later, not_null
from schemalint.schema.effects.postgresql.named_types import base_type, domain_of
from schemalint.schema.effects.postgresql.proofs import demands_not_null

_BY_NOT_NULL = ("statement-under-lock", "reindexing-type-change", "validating-foreign-key")
_SUPERSEDED = ("statement-under-lock", "scanning-inline-constraint")
_EVALUATED_ONCE = 11
"""The first major that keeps a default which is not volatile beside the table, and writes no rows."""
_VIRTUAL = 18
"""The first major with columns that are generated when they are read."""
_WITH_DEFAULT = frozenset({"add-column-volatile-default", "add-column-stable-default", "add-column-constant-default"})
_STORED = frozenset({"add-column-stored"})
_COUNTED = frozenset({"add-column-serial", "add-column-identity", "add-column-identity-partitioned"})
_DOMAINS = frozenset({"add-column-constrained-domain"})


@rule(
    "LCK010",
    "scanning-not-null",
    "W/E/E",
    supersedes=("statement-under-lock", "reindexing-type-change", "validating-foreign-key", "parent-lock"),
    judges_change=True,
)
def scanning_not_null(step: Step) -> Iterator[Finding]:
    """SET NOT NULL reads all rows while nobody can use the table, for nothing proves that there are no NULLs."""
    operation = step.operation
    found = impact_of_change(step, "nullable")
    if found is None or not works(found) or not isinstance(operation, AlterColumn):
        return
    column = str(operation.column)
    waiting = _unvalidated(step, found.table, column)
    facts = f"no valid CHECK of `{found.table}` demands `{column} IS NOT NULL`" + (
        f": `{waiting}` is not validated" if waiting is not None else ""
    )
    yield flagged(
        found,
        f"setting `{found.table}.{column}` NOT NULL reads all rows of `{found.table}`",
        _way_to_require(step, found.table, column, waiting),
        facts,
    )


def _way_to_require(step: Step, table: ObjectName, column: str, waiting: str | None) -> str:
    version = version_of(step)
    required = Stage((AlterColumn(table, column, nullable=False),), own=True)
    if waiting is not None:
        why = f"Validate `{waiting}` first, in a transaction of its own: then PostgreSQL reads no rows for it:"
        return safe_way(step.revision, why, Stage((ValidateConstraint(table, waiting),), apart=True), required)
    if version is not None and version < 12:
        why = (
            "Before version 12 SET NOT NULL always reads all rows. Have a CHECK instead, added NOT VALID and validated:"
        )
    elif version is not None and version >= 18:
        why = "Since version 18 NOT NULL can be NOT VALID: add it so, and validate it when that transaction has ended:"
    else:
        why = "Prove it with a CHECK that is added NOT VALID and validated; then SET NOT NULL reads no rows:"
    return safe_way(step.revision, why, *not_null(table, [column], step, version))


def _unvalidated(step: Step, table: ObjectName, column: str) -> str | None:
    """The constraint of the table that would prove it, were it validated."""
    known = step.schema.table(table)
    for constraint in known.constraints() if known is not None else ():
        check = constraint.definition
        if constraint.valid is not False or check.name is None:
            continue
        demanded = isinstance(check, CheckDef) and isinstance(check.sql, str) and demands_not_null(check.sql, column)
        if demanded or constraint.not_null == column:
            return check.name
    return None


@rule("LCK013", "rewriting-default", "W/E/E", supersedes=_SUPERSEDED, judges_change=True)
def rewriting_default(step: Step) -> Iterator[Finding]:
    """A new column has a default that each row gets anew, so all rows are written while nobody can use the table."""
    found, column = _rewriting(step, _WITH_DEFAULT), _column(step)
    if found is None or column is None or not isinstance(column.default, Default):
        return
    old = found.effect.form != "add-column-volatile-default"
    why = (
        f"before version {_EVALUATED_ONCE}, every default writes all rows"
        if old
        else f"the default `{column.default.sql}` is volatile: it is evaluated for each row"
    )
    yield flagged(
        found,
        f"adding `{found.table}.{column.name}` with the default `{column.default.sql}` writes all rows of "
        f"`{found.table}` anew",
        safe_way(
            step.revision,
            "Add the column without the default, then set that, which is for new rows only, and fill the others in "
            "batches:",
            *filled_later(found.table, column, step, version_of(step)),
        ),
        why,
    )


@rule("LCK014", "rewriting-generated-column", "W/E/E", supersedes=_SUPERSEDED, judges_change=True)
def rewriting_generated_column(step: Step) -> Iterator[Finding]:
    """A stored generated column is computed for all rows while nobody can use the table."""
    operation = step.operation
    found = impact_of_change(step, "generated") or _rewriting(step, _STORED)
    if found is None or not found.effect.rewrites or not isinstance(operation, (AddColumn, AlterColumn)):
        return
    name = operation.column.name if isinstance(operation, AddColumn) else str(operation.column)
    verb = "adding the stored generated column" if isinstance(operation, AddColumn) else "changing the expression of"
    yield flagged(
        found,
        f"{verb} `{found.table}.{name}` writes all rows of `{found.table}` anew",
        _way_to_generate(step, found.table, operation),
    )


def _way_to_generate(step: Step, table: ObjectName, operation: AddColumn | AlterColumn) -> str:
    version = version_of(step)
    if isinstance(operation, AlterColumn):
        return (
            "Add a plain column that a trigger sets to the new expression, fill it in batches, let the queries read "
            "that, and drop the old one."
        )
    column = operation.column
    assert column.generated is not None
    if version is not None and version >= _VIRTUAL:
        virtual = replace(column, generated=Generated(column.generated.sql, stored=False))
        why = "Have it VIRTUAL, which is computed when it is read and takes an instant to add; it cannot be indexed:"
        return safe_way(step.revision, why, Stage((AddColumn(table, virtual),)))
    plain = replace(column, generated=None, nullable=True)
    return safe_way(
        step.revision,
        "Add a plain column that a trigger keeps, and fill the rows that are there in batches:",
        Stage((AddColumn(table, plain),), own=True),
        Stage((), note=f"create a trigger BEFORE INSERT OR UPDATE that sets `{column.name}` to {column.generated.sql}"),
        Stage((), note=f"fill `{column.name}` where it is NULL, in batches that are each committed"),
    )


@rule("LCK015", "rewriting-identity-column", "W/E/E", supersedes=_SUPERSEDED, judges_change=True)
def rewriting_identity_column(step: Step) -> Iterator[Finding]:
    """A new serial or identity column numbers all rows while nobody can use the table."""
    found, column = _rewriting(step, _COUNTED), _column(step)
    if found is None or column is None or column.identity is None:
        return
    kind = "serial" if column.identity.style == "serial" else "identity"
    yield flagged(
        found,
        f"adding the {kind} column `{found.table}.{column.name}` numbers all rows of `{found.table}` and writes them "
        "anew",
        safe_way(
            step.revision,
            "Add a plain column, let a sequence number new rows, and number the others in batches:",
            *_counted_later(step, found.table, column),
        ),
    )


def _counted_later(step: Step, table: ObjectName, column: ColumnDef) -> tuple[Stage, ...]:
    sequence = ObjectName(f"{table.name}_{column.name}_seq", table.schema)
    plain = replace(column, identity=None, default=Default(f"nextval('{sequence}')", literal=False), nullable=False)
    first, *rest = filled_later(table, plain, step, version_of(step))
    added, *default = first.operations
    owned = CreateObject("sequence", sequence, sql=f"CREATE SEQUENCE {sequence} OWNED BY {table}.{column.name}")
    return Stage((added, owned, *default), own=True), *rest


@rule("LCK016", "rewriting-domain-column", "W/E/E", supersedes=_SUPERSEDED, judges_change=True)
def rewriting_domain_column(step: Step) -> Iterator[Finding]:
    """A new column of a domain with constraints writes all rows, even without a default."""
    found, column = _rewriting(step, _DOMAINS), _column(step)
    domain = domain_of(column.type, step.schema) if column is not None else None
    if found is None or column is None or domain is None:
        return
    plain = replace(column, type=base_type(column.type, step.schema))
    checks = tuple(
        CheckDef(f"{found.table.name}_{column.name}_check{number or ''}", _on_column(check.sql, column.name))
        for number, check in enumerate(domain.definition.constraints)
        if isinstance(check.sql, str) and check.sql.upper() != "VALUE IS NOT NULL"
    )
    added = tuple(AddConstraint(found.table, check, not_valid=True) for check in checks)
    validated = tuple(ValidateConstraint(found.table, str(check.name)) for check in checks)
    yield flagged(
        found,
        f"adding `{found.table}.{column.name}` of the domain `{domain.definition.name}` checks each row and writes all "
        f"of `{found.table}` anew",
        safe_way(
            step.revision,
            "Give the column the type below the domain, and the table what the domain demands:",
            Stage((AddColumn(found.table, plain), *added), own=True),
            *((Stage(validated, apart=True),) if validated else ()),
        ),
        f"the domain `{domain.definition.name}` has constraints",
    )


def _on_column(check: str, column: str) -> str:
    """What a domain demands, of a column."""
    return re.sub(r"\bVALUE\b", column, check, flags=re.IGNORECASE)


def _rewriting(step: Step, forms: frozenset[str]) -> Impact | None:
    """What adding a column does, where it is of one of these forms and writes all rows."""
    found = impact(step) if isinstance(step.operation, AddColumn) else None
    if found is None or found.effect.form not in forms or not found.effect.rewrites or not works(found):
        return None
    return found


def _column(step: Step) -> ColumnDef | None:
    return step.operation.column if isinstance(step.operation, AddColumn) else None
