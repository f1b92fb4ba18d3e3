"""Replaying a history: each revision is read on the schema that the ones before it made, and applied to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemalint.facts.operations import OpaqueOperation
from schemalint.facts.revisions import Body, PlacedOperation, RevisionDef
from schemalint.interpret.program import Program
from schemalint.project.subjects import History, Revision, Step
from schemalint.readers.alembic_body import Environment, NotUnderstood, read_body
from schemalint.readers.alembic_revisions import body_source
from schemalint.schema.timeline import Timeline


@dataclass(slots=True)
class Reading:
    """What came of reading: how many operations there are in upgrades, and what was not understood in them.

    Downgrades count for neither: they are not deployed.
    """

    operations: int = 0
    not_understood: list[NotUnderstood] = field(default_factory=list)


def replay(program: Program, history: History, reading: Reading) -> None:
    """Reads the upgrades and downgrades of a history and fills in the steps of its revisions.

    A downgrade is read on the schema that its upgrade leaves, sees what it did itself, and is then taken back. Where a
    target has several servers, revisions are read for the first one.
    """
    timeline = Timeline()
    history.timeline = timeline
    dialect = history.target.servers[0].dialect if history.target.servers else None
    for revision in history.ordered:
        _upgrade(program, revision, timeline, dialect, reading)
        _downgrade(program, revision, timeline, dialect)


def _upgrade(program: Program, revision: Revision, timeline: Timeline, dialect: str | None, reading: Reading) -> None:
    steps: list[Step] = []

    def emit(placed: PlacedOperation) -> None:
        before = timeline.now()
        number = timeline.apply(placed.operation, revision.id, placed.guarded, placed.conditional)
        steps.append(Step(placed, revision, number, before))

    environment = Environment(dialect, timeline.now, emit)
    revision.upgrade = _read(program, revision.definition, "upgrade", environment)
    revision.steps = tuple(steps)
    reading.operations += len(steps)
    reading.not_understood.extend(environment.not_understood)


def _downgrade(program: Program, revision: Revision, timeline: Timeline, dialect: str | None) -> None:
    def emit(placed: PlacedOperation) -> None:
        timeline.apply(placed.operation, revision.id, placed.guarded, placed.conditional)

    end = timeline.now().step
    revision.downgrade = _read(program, revision.definition, "downgrade", Environment(dialect, timeline.now, emit))
    timeline.rewind(end)


def _read(program: Program, definition: RevisionDef, name: str, environment: Environment) -> Body | None:
    """The body of `upgrade` or `downgrade`; None where the file binds no such name.

    Where the name is bound to what cannot be followed, the body is one operation of which nothing is known.
    """
    place = definition.upgrade if name == "upgrade" else definition.downgrade
    if place is None:
        return None
    source = body_source(program, definition.path, name)
    if source is not None:
        return read_body(program, source.path, source.function, environment, place)
    reason = f"the function behind `{name}` is not found"
    placed = PlacedOperation(OpaqueOperation(reason), place)
    environment.emit(placed)
    environment.not_understood.append(NotUnderstood(place, name, reason))
    return Body(place, (placed,))
