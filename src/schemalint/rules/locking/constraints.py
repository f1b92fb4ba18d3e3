"""Constraints that are added to a table in use."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddConstraint, AlterColumn, DropConstraint
from schemalint.facts.tables import CheckDef, ConstraintDef, ExcludeDef, ForeignKeyDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import Impact, impact
from schemalint.rules.locking.lasting import beside, column_added_with, flagged, version_of, works
from schemalint.rules.locking.safe import Stage, safe_way
from schemalint.rules.locking.ways import check_later, checked_later, is_partitioned, not_null, over_index
from schemalint.schema.effects.facts import fact
from schemalint.schema.effects.postgresql.proofs import is_proved_not_null

_UNDER_LOCK = ("statement-under-lock",)
_BY_FOREIGN_KEY = (*_UNDER_LOCK, "parent-lock")
_BY_UNIQUE = (*_BY_FOREIGN_KEY, "scanning-not-null", "validating-foreign-key")
_BY_KEY = (*_BY_UNIQUE, "blocking-unique-constraint")
_LATER = "Add it NOT VALID, which checks new rows only, and validate it when that transaction has ended:"


@rule("LCK004", "validating-foreign-key", "W/E/E", supersedes=_BY_FOREIGN_KEY, judges_change=True)
def validating_foreign_key(step: Step) -> Iterator[Finding]:
    """A foreign key is added without NOT VALID: all rows are checked while two tables take no writes."""
    found, key = _added(step), _constraint(step)
    if found is None or not isinstance(key, ForeignKeyDef):
        return
    columns = ", ".join(f"`{found.table}.{column}`" for column in key.columns)
    target = "another table" if isinstance(key.target, Unknown) else f"`{key.target}`"
    yield flagged(
        found,
        f"adding the foreign key of {columns} to {target} reads all rows of `{found.table}`",
        _way_to_refer(step, found, key),
        *(("Django drops the key of a field that changes, and adds it again",) if _is_made_again(step, key) else ()),
    )


def _way_to_refer(step: Step, found: Impact, key: ForeignKeyDef) -> str:
    version = version_of(step)
    changes = tuple(other.operation for other in beside(step) if isinstance(other.operation, AlterColumn))
    if changes and _is_made_again(step, key):
        why = "Make the change of the column alone, in SQL: the key stays as it is."
        return safe_way(step.revision, why, Stage(changes, own=True))
    not_valid = fact("add-foreign-key-not-valid-partitioned", version) if version is not None else None
    if is_partitioned(step, found.table) and (not_valid is None or not_valid.error is not None):
        return (
            "Before version 18, PostgreSQL takes no NOT VALID foreign key on a partitioned table: add it NOT VALID to "
            "each partition, validate each in a transaction of its own, then add it to the table, which takes over "
            "what its partitions have."
        )
    return safe_way(step.revision, _apart(step) + _LATER, *checked_later(found.table, [key], step))


def _apart(step: Step) -> str:
    """What to do first where the constraint stands in the column that Alembic adds."""
    comes_along = step.placed.derived and step.revision.definition.framework == "alembic"
    return "Leave it out of `add_column`. " if comes_along else ""


def _is_made_again(step: Step, key: ForeignKeyDef) -> bool:
    """Whether a key is dropped and added as it was, as Django does where something else of its field changes."""
    if step.revision.definition.framework != "django":
        return False
    for other in beside(step):
        operation = other.operation
        if not isinstance(operation, DropConstraint) or not isinstance(operation.name, str):
            continue
        table = operation.table
        old = other.schema.constraint(table, operation.name) if isinstance(table, ObjectName) else None
        if (
            old is not None
            and isinstance(old.definition, ForeignKeyDef)
            and replace(old.definition, name=key.name) == key
        ):
            return True
    return False


@rule("LCK005", "validating-check-constraint", "W/E/E", supersedes=_UNDER_LOCK, judges_change=True)
def validating_check_constraint(step: Step) -> Iterator[Finding]:
    """A CHECK is added without NOT VALID: all rows are checked while nobody can use the table."""
    found, check = _added(step), _constraint(step)
    if found is None or not isinstance(check, CheckDef):
        return
    yield flagged(
        found,
        f"adding {_called('CHECK', check)} reads all rows of `{found.table}`",
        safe_way(step.revision, _LATER, *check_later(found.table, check, step)),
    )


@rule("LCK007", "blocking-unique-constraint", "W/E/E", supersedes=_BY_UNIQUE, judges_change=True)
def blocking_unique_constraint(step: Step) -> Iterator[Finding]:
    """A unique constraint builds its index while nobody can use the table."""
    found, unique = _added(step), _constraint(step)
    if found is None or not isinstance(unique, UniqueDef):
        return
    columns = ", ".join(unique.columns)
    yield flagged(
        found,
        f"adding {_called('unique constraint', unique)} builds the index of `{found.table}` ({columns})",
        _way_to_be_unique(step, found, unique),
    )


def _way_to_be_unique(step: Step, found: Impact, unique: UniqueDef) -> str:
    if is_partitioned(step, found.table):
        return (
            "A partitioned table takes over no index as a constraint. Create a unique index ON ONLY the table, one "
            "CONCURRENTLY on each partition, and attach those to it: it holds for all rows as the constraint would."
        )
    why = "Build the index concurrently, then make the constraint of it, which takes an instant:"
    return safe_way(step.revision, _apart(step) + why, *over_index(found.table, unique, step))


@rule("LCK008", "blocking-primary-key", "W/E/E", supersedes=_BY_KEY, judges_change=True)
def blocking_primary_key(step: Step) -> Iterator[Finding]:
    """A primary key builds its index, or reads all rows for NULLs, while nobody can use the table."""
    found, key = _added(step), _constraint(step)
    if found is None or not isinstance(key, PrimaryKeyDef):
        return
    columns = key.columns or _of_index(step, found.table)
    nullable = _nullable(step, found) if found.effect.scans else ()
    work = [f"builds the index of `{found.table}` ({', '.join(columns)})"] if found.effect.builds else []
    work += ["reads all rows for NULLs"] if found.effect.scans else []
    facts = (f"nothing proves that there are no NULLs in {', '.join(nullable)}",) if nullable else ()
    yield flagged(
        found,
        f"adding the primary key {' and '.join(work)}",
        _way_to_a_key(step, found, key, nullable),
        *facts,
    )


def _way_to_a_key(step: Step, found: Impact, key: PrimaryKeyDef, nullable: tuple[str, ...]) -> str:
    if is_partitioned(step, found.table):
        return (
            "A partitioned table takes over no index as its key. While its partitions are small, add it; else create a "
            "table with the key, move the rows to it in batches, and rename."
        )
    required = not_null(found.table, nullable, step, version_of(step)) if nullable else ()
    if not found.effect.builds:
        why = "Have the columns NOT NULL before the key is made of the index:"
        return safe_way(step.revision, why, *required)
    why = "Build the index concurrently, then make the key of it, which takes an instant where no column can be NULL:"
    return safe_way(step.revision, why, *required, *over_index(found.table, key, step))


def _nullable(step: Step, found: Impact) -> tuple[str, ...]:
    """The columns of the key for which all rows are read."""
    known = step.schema.table(found.table)
    constraint = _constraint(step)
    columns = constraint.columns if isinstance(constraint, PrimaryKeyDef) else ()
    wanted = columns or _of_index(step, found.table)
    return tuple(column for column in wanted if is_proved_not_null(known, column) is False)


def _of_index(step: Step, table: ObjectName) -> tuple[str, ...]:
    """The columns of the index that is taken over."""
    operation, known = step.operation, step.schema.table(table)
    name = operation.using_index if isinstance(operation, AddConstraint) else None
    index = known.index(name) if known is not None and name is not None else None
    return (index.definition.columns or ()) if index is not None else ()


@rule("LCK009", "blocking-exclusion-constraint", "W/E/E", supersedes=_UNDER_LOCK, judges_change=True)
def blocking_exclusion_constraint(step: Step) -> Iterator[Finding]:
    """An exclusion constraint builds its index while nobody can use the table, and there is no other way."""
    found, constraint = _added(step), _constraint(step)
    if found is None or not isinstance(constraint, ExcludeDef):
        return
    yield flagged(
        found,
        f"adding {_called('exclusion constraint', constraint)} builds its index over all rows of `{found.table}`",
        "PostgreSQL has no way to add it to a table in use: it takes over no index and is never NOT VALID. Add it "
        "while nobody uses the table, with a lock_timeout; or create a new table with the constraint, write to both, "
        "copy the rows in batches, and rename.",
        "neither USING INDEX nor NOT VALID is allowed for EXCLUDE on any version",
    )


def _added(step: Step) -> Impact | None:
    """What adding a constraint does that goes through all rows; None for one that comes with a new column."""
    if not isinstance(step.operation, AddConstraint):
        return None
    found = impact(step)
    if found is None or not works(found) or (step.operation.inline and column_added_with(step) is not None):
        return None
    return found


def _constraint(step: Step) -> ConstraintDef | None:
    return step.operation.constraint if isinstance(step.operation, AddConstraint) else None


def _called(kind: str, constraint: ConstraintDef) -> str:
    article = "an" if kind[0] in "aeio" else "a"
    return f"the {kind} `{constraint.name}`" if constraint.name is not None else f"{article} {kind}"
