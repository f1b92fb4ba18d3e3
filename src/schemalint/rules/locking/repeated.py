"""Statements that each go through all rows of a table, where one could do the work of all."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Related
from schemalint.facts.operations import AddColumn, AddConstraint, AlterColumn, DataChange, OpaqueOperation, Operation
from schemalint.facts.tables import CheckDef
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.locking.common import Impact, impact, is_small, statement_of


@rule("LCK022", "repeated-alter", "-/I/I", judges_change=True)
def repeated_alter(step: Step) -> Iterator[Finding]:
    """Two ALTER TABLE of one revision each go through all rows of a table; one with both changes does so once."""
    found = _pass_over(step)
    if found is None or is_small(step, found.table):
        return
    before = [other for other in map(_pass_over, step.earlier) if other is not None and other.table == found.table]
    first = next((other for other in before if statement_of(other.step) != statement_of(step)), None)
    if first is None or len({statement_of(other.step) for other in before}) > 1:
        return  # the second of them is flagged, not the third
    if any(_parts(other.operation) for other in step.earlier if other.number > first.step.number):
        return
    yield Finding(
        place=step.place,
        message=f"this goes through all rows of `{found.table}` again, after an ALTER TABLE of the same transaction "
        "that has just done so: one ALTER TABLE with both changes does it once",
        help=_together(first.step.operation, step.operation),
        anchor=step.anchor,
        cause=f"{step.revision.id}:{found.table}:repeated-alter",
        weight=found.weight,
        facts=tuple(dict.fromkeys((first.measured, found.measured))),
        related=(Related(first.step.place, "the rows are gone through here first"),),
    )


def _parts(operation: Operation) -> bool:
    """Whether what is done between two changes may need the first and be needed by the second."""
    return isinstance(operation, (DataChange, OpaqueOperation))


def _pass_over(step: Step) -> Impact | None:
    """A step that PostgreSQL can do in the same pass over the rows as another: a rewrite, a CHECK or NOT NULL.

    Foreign keys and indexes are a pass each, whatever the statement.
    """
    operation = step.operation
    if isinstance(operation, AddConstraint):
        if not isinstance(operation.constraint, CheckDef):
            return None
    elif not isinstance(operation, (AddColumn, AlterColumn)):
        return None
    found = impact(step)
    if found is None or not (found.table in found.effect.rewrites or found.table in found.effect.scans):
        return None
    return found


def _together(first: Operation, second: Operation) -> str:
    """One ALTER TABLE with the actions of both."""
    from schemalint.emit.sql import statements

    written = [text.removesuffix(";") for text in (*statements(first), *statements(second))]
    actions = [text.split(" ", 3) for text in written if text.startswith("ALTER TABLE ")]
    if len(actions) != len(written) or len({words[2] for words in actions}) != 1:
        return "Write one ALTER TABLE with both changes; Alembic and Django have no function for that, SQL has."
    changes = ",\n    ".join(words[3] for words in actions)
    return f"Write one statement (Alembic and Django: as SQL):\n  ALTER TABLE {actions[0][2]}\n    {changes};"
