"""Operations on objects that are not there, and creations of objects that are."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Place, Related
from schemalint.facts.operations import CreateEnum, DropConstraint, OpaqueOperation, Reach
from schemalint.project.subjects import Revision, Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.migrations.objects import Named, ended_by, made_by, needed_by
from schemalint.schema.view import SchemaView


@rule("MIG027", "unknown-object-operation", "E/E/E", judges_change=True)
def unknown_object_operation(step: Step) -> Iterator[Finding]:
    """The operation works on something that does not exist at that point: the upgrade stops."""
    if _is_checked(step):
        return
    for needed in needed_by(step.operation):
        if needed.exists(step.schema) is not False or needed.exists(_of_ancestors(step)) is not False:
            continue
        end = _last(step, needed, ends=True)
        yield Finding(
            place=step.place,
            message=f"{needed} does not exist when this runs: the upgrade stops with an error",
            help="Correct the name, or take the operation out.",
            anchor=step.anchor,
            facts=(f"the revisions before `{step.revision.id}` were replayed, and none of them leaves {needed}",),
            related=(Related(end, f"{needed} ends here"),) if end is not None else (),
        )
        return


@rule("MIG028", "duplicate-object-operation", "E/E/E", judges_change=True)
def duplicate_object_operation(step: Step) -> Iterator[Finding]:
    """The operation creates something that exists already: the upgrade stops."""
    made = made_by(step.operation)
    if made is None or _is_checked(step) or not made.exists(_of_ancestors(step)):
        return
    enum = isinstance(step.operation, CreateEnum) and step.placed.derived
    if (enum and _is_remembered(step, made)) or _may_have_gone(step, made):
        return
    first = _last(step, made, ends=False)
    yield Finding(
        place=step.place,
        message=f"{made} exists already when this runs: the upgrade stops with an error",
        help=_ENUM_HELP.format(made.part) if enum else "Take the operation out, or give the new one another name.",
        anchor=step.anchor,
        facts=(_ENUM_FACT,) if enum else (f"the revisions before `{step.revision.id}` were replayed",),
        related=(Related(first, f"{made} is created here"),) if first is not None else (),
    )


_ENUM_HELP = 'Use the type that is there: `postgresql.ENUM(name="{}", create_type=False)`.'
_ENUM_FACT = (
    "op.create_table creates the enum types of its columns, but for those that it has created in the same run of "
    "`alembic upgrade`: an empty database is upgraded, one that is in use is not (measured with Alembic 1.20)"
)


def _is_checked(step: Step) -> bool:
    """Whether the operation runs only where it can.

    Django asks the database for the names of the constraints that it drops.
    """
    operation = step.operation
    if isinstance(operation, DropConstraint) and step.revision.definition.framework == "django":
        return True
    checks = getattr(operation, "if_exists", False) or getattr(operation, "if_not_exists", False)
    return step.placed.guarded or bool(checks)


def _of_ancestors(step: Step) -> SchemaView:
    """The schema before the step as the revision and its ancestors made it: other branches may run later."""
    history, own = step.revision.history, step.revision.id
    return step.schema.where(lambda revision: revision == own or history.is_ancestor(revision, own))


def _is_remembered(step: Step, enum: Named) -> bool:
    """Whether a table of the same revision created the type, so that Alembic leaves it alone."""
    return any(
        other.number < step.number and other.placed.derived and made_by(other.operation) == enum
        for other in step.revision.steps
    )


def _may_have_gone(step: Step, named: Named) -> bool:
    """Whether something that was not understood came after the object was made: it may have dropped or renamed it."""
    gone = False
    for revision in _lineage(step):
        for other in revision.steps:
            if other.number >= step.number:
                break
            operation = other.operation
            made = made_by(operation)
            if made is not None and (made[:3] == named[:3] or made[:3] == ("table", named.table, "")):
                gone = False
            elif isinstance(operation, OpaqueOperation) and operation.reach is Reach.ANYTHING:
                gone = gone or operation.touches is None or named.table in operation.touches
    return gone


def _lineage(step: Step) -> Iterator[Revision]:
    """The revision of a step after all that come before it, in order."""
    history, own = step.revision.history, step.revision
    return (each for each in history.ordered if each is own or history.is_ancestor(each.id, own.id))


def _last(step: Step, named: Named, ends: bool) -> Place | None:
    """Where an object was last made, or last dropped or renamed, before the step."""
    found: Place | None = None
    for revision in _lineage(step):
        found = next(_places(revision, step, named, ends), found)
    return found


def _places(revision: Revision, step: Step, named: Named, ends: bool) -> Iterator[Place]:
    for other in reversed(revision.steps):
        found = (ended_by if ends else made_by)(other.operation) if other.number < step.number else None
        if found is not None and found[:3] == named[:3]:
            yield other.place
