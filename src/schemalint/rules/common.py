"""Questions that several rules ask of a step."""

from __future__ import annotations

from schemalint.diagnostics import Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateTable, DropTable
from schemalint.project.subjects import Revision, Step, Target


def weight_on(target: Target, dialect: str) -> Weight | None:
    """The weight of a finding that holds on one dialect only: None where the target does not run on it.

    While it is undecided what the target runs on, such a finding is a note (`DESIGN.md`, Targets).
    """
    runs = target.runs_on(dialect)
    if runs is None:
        return Weight.NOTE
    return Weight.FULL if runs else None


def way_for(revision: Revision, *, alembic: str, django: str, sql: str) -> str:
    """The text for what the revision is written in: Alembic, Django, or SQL for one of its tools."""
    return {"alembic": alembic, "django": django}.get(revision.definition.framework, sql)


def approval(revision: Revision, rule: str) -> str:
    """How an author says that a destructive operation is meant."""
    mark = way_for(revision, alembic="#", django="#", sql="--")
    return f"`{mark} schemalint: approve[{rule}] <reason>`"


def statement_of(step: Step) -> str:
    """The cause of what is found of a step: the statement or call that it stands in, and the table that this changes.

    One call in a loop changes several tables, which have nothing to do with each other.
    """
    span = step.place.span
    table = getattr(step.operation, "table", None) or getattr(step.operation, "name", "")
    return f"{step.revision.id}:{step.place.path}:{span.line}:{span.column}:{table}"


def is_new(step: Step, table: ObjectName, column: str | None = None) -> bool:
    """Whether nobody can be using a table, or a column of it, yet when the step runs.

    So it is where the step's own revision makes it, and where a revision does that is not released, as long as it is
    known what is: a branch makes and changes a thing in two revisions that are deployed together. What a try that
    failed has left is nobody's either.
    """
    found = step.schema.table(table)
    if found is None:
        return column is None and _is_left_over(step, table)
    part = found.column(column) if column is not None else None
    makers = {found.created_in, part.created_in if part is not None else None}
    return any(maker is not None and _is_undeployed(step, maker) for maker in makers)


def _is_left_over(step: Step, table: ObjectName) -> bool:
    """Whether a table that no revision made is one that a batch of Alembic makes and drops, or one that is dropped
    where it exists for the revision to make it itself."""
    if table.name.startswith("_alembic_tmp_"):
        return True
    made = (other.operation for other in step.revision.steps if other.number > step.number)
    return (
        isinstance(step.operation, DropTable)
        and (step.operation.if_exists or step.placed.guarded)
        and any(isinstance(operation, CreateTable) and operation.table.name == table for operation in made)
    )


def _is_undeployed(step: Step, maker: str) -> bool:
    """Whether what a revision made reaches the database together with the step.

    A Django migration that is the first of its app, or stands for others, runs in full on a new database only.
    """
    definition = step.revision.definition
    if maker == step.revision.id or definition.initial or definition.replaces:
        return True
    history = step.revision.history
    made_by = history.find(maker)
    return history.released_known and made_by is not None and not made_by.released
