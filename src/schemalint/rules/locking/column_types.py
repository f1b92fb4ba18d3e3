"""Types of columns that change, so that all rows are written or read, or indexes are built anew."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    KEEP,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DropConstraint,
    DropIndex,
    SetParameter,
    ValidateConstraint,
)
from schemalint.facts.revisions import Server
from schemalint.facts.tables import CheckDef
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import POSTGRESQL, Impact
from schemalint.rules.locking.lasting import flagged, impact_of_change, version_of, works
from schemalint.rules.locking.safe import Stage, safe_way
from schemalint.rules.locking.ways import checked_later, named, new_column
from schemalint.schema.definitions import involves
from schemalint.schema.effects.effects import effect_of
from schemalint.schema.effects.postgresql.types import hangs_on_time_zone
from schemalint.schema.parts import IndexView

_TEXTS = frozenset({"text", "varchar"})


@rule(
    "LCK011",
    "rewriting-type-change",
    "W/E/E",
    supersedes=(
        "statement-under-lock",
        "blocking-primary-key",
        "blocking-unique-constraint",
        "scanning-not-null",
        "validating-foreign-key",
        "validating-check-constraint",
        "parent-lock",
    ),
    judges_change=True,
)
def rewriting_type_change(step: Step) -> Iterator[Finding]:
    """A column changes to a type for which all rows are written anew while nobody can use the table."""
    operation = step.operation
    found = impact_of_change(step, "type", "using")
    if found is None or not found.effect.rewrites or not isinstance(operation, AlterColumn) or not works(found):
        return
    old, new = _old_type(step, operation, found.table), operation.type
    using = f" USING {operation.using}" if operation.using else ""
    checked = [f"`{table}`" for table in found.effect.scans if table not in found.effect.rewrites]
    facts = [f"the foreign keys of {', '.join(checked)} to it are checked again"] if checked else []
    yield flagged(
        found,
        f"changing `{found.table}.{operation.column}` from {_written(old)} to {_written(new)}{using} writes all rows "
        f"and indexes of `{found.table}` anew",
        _way_to_rewrite(step, found, operation, old),
        *facts,
    )


def _way_to_rewrite(step: Step, found: Impact, operation: AlterColumn, old: ColumnType | None) -> str:
    new = operation.type
    assert new != KEEP
    plain = replace(operation, using=None)
    if operation.using is not None and _is_free(step, plain):
        why = "Change the type without USING, which writes no rows, and the values by themselves:"
        fill = f"set `{operation.column}` to {operation.using}, in batches that are each committed"
        return safe_way(step.revision, why, Stage((plain,)), Stage((), note=fill))
    if _is_of_utc(operation) and hangs_on_time_zone(old or new, new, version_of(step)):
        why = "Say that the connection is at UTC and leave out USING: then PostgreSQL takes the values as they lie:"
        return safe_way(step.revision, why, Stage((SetParameter("timezone", "UTC", local=True), plain)))
    if operation.using is None and _shortens(old, new) and isinstance(new, SqlType):
        check = named(CheckDef(None, f"length({operation.column}) <= {new.length}"), found.table, step)
        why = "Keep the type and demand the length with a CHECK, added NOT VALID and validated:"
        return safe_way(step.revision, why, *checked_later(found.table, [check], step))
    why = "Add a column of the new type, have both written, fill it in batches, and drop the old one when it is unused:"
    return safe_way(step.revision, why, *new_column(found.table, str(operation.column), new, step))


def _is_of_utc(operation: AlterColumn) -> bool:
    """Whether USING takes the times as those of UTC."""
    words = (operation.using or "").replace('"', "").upper().split(maxsplit=1)
    return len(words) > 1 and words[0] == str(operation.column).upper() and words[1] == "AT TIME ZONE 'UTC'"


def _shortens(old: ColumnType | None, new: ColumnType) -> bool:
    """Whether a text gets a limit, or a lower one."""
    texts = isinstance(old, SqlType) and isinstance(new, SqlType) and old.family in _TEXTS and new.family == "varchar"
    return texts and isinstance(new, SqlType) and new.length is not None


def _is_free(step: Step, operation: AlterColumn) -> bool:
    """Whether the change certainly goes through no rows."""
    server = step.target.server(POSTGRESQL) or Server(POSTGRESQL)
    effect = effect_of(operation, step.schema, server)
    work = (*effect.rewrites, *effect.scans, *effect.builds, *effect.doubts)
    return effect.known and effect.fails is None and not work


@rule("LCK012", "reindexing-type-change", "W/E/E", supersedes=("statement-under-lock",), judges_change=True)
def reindexing_type_change(step: Step) -> Iterator[Finding]:
    """A type or collation changes, and indexes are built anew or a CHECK read again while nobody can use the table."""
    operation = step.operation
    found = impact_of_change(step, "type", "using")
    if found is None or found.effect.rewrites or not isinstance(operation, AlterColumn) or not works(found):
        return
    work = ["builds its indexes anew"] if found.effect.builds else []
    work += ["reads all rows for the CHECK on it"] if found.effect.scans else []
    yield flagged(
        found,
        f"changing the type of `{found.table}.{operation.column}` to {_written(operation.type)} {' and '.join(work)}",
        _way_to_reindex(step, found, operation),
        *(found.effect.doubts or ("the rows themselves stay as they are",)),
    )


def _way_to_reindex(step: Step, found: Impact, operation: AlterColumn) -> str:
    table, column = found.table, str(operation.column)
    indexes = _indexes(step, table, column) if found.effect.builds else ()
    if found.effect.builds and not indexes:
        why = "Its index belongs to a key or constraint, which goes with it. Add a column of the new type instead:"
        assert operation.type != KEEP
        return safe_way(step.revision, why, *new_column(table, column, operation.type, step))
    checks = _checks(step, table, column) if found.effect.scans else ()
    dropped = tuple(DropIndex(index.definition.name, table, table.schema, concurrently=True) for index in indexes)  # type: ignore[arg-type]
    built = tuple(CreateIndex(table, index.definition, concurrently=True) for index in indexes)
    without = tuple(DropConstraint(table, check.name, "check") for check in checks)
    again = tuple(AddConstraint(table, check, not_valid=True) for check in checks)
    validated = tuple(ValidateConstraint(table, str(check.name)) for check in checks)
    stages = (
        Stage(dropped, alone=True),
        Stage((*without, operation, *again), own=True),
        Stage(built, alone=True),
        Stage(validated, apart=True),
    )
    parts = [*(["its indexes"] if indexes else []), *(["its CHECK"] if checks else [])]
    why = f"Do without {' and '.join(parts)} for the moment of the change, and bring them back afterwards:"
    return safe_way(step.revision, why, *(stage for stage in stages if stage.operations))


def _indexes(step: Step, table: ObjectName, column: str) -> tuple[IndexView, ...]:
    """The indexes on the column that can be dropped by themselves, and built again."""
    known = step.schema.table(table)
    return tuple(
        index
        for index in (known.indexes() if known is not None else ())
        if involves(index.definition, column) is not False and isinstance(index.definition.name, str)
    )


def _checks(step: Step, table: ObjectName, column: str) -> tuple[CheckDef, ...]:
    known = step.schema.table(table)
    found = (constraint.definition for constraint in (known.constraints() if known is not None else ()))
    return tuple(
        check for check in found if isinstance(check, CheckDef) and check.name and involves(check, column) is None
    )


def _old_type(step: Step, operation: AlterColumn, table: ObjectName) -> ColumnType | None:
    known = step.schema.table(table)
    column = known.column(str(operation.column)) if known is not None else None
    if column is not None and not isinstance(column.definition.type, Unknown):
        return column.definition.type
    return operation.existing_type


def _written(kind: object) -> str:
    """A type as the server names it."""
    from schemalint.emit.sql_types import sql_type

    written = sql_type(kind) if isinstance(kind, SqlType) else None
    return written.lower() if isinstance(written, str) else "another type"
