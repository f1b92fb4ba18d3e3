"""Replaying a history: each revision is read on the schema that the ones before it made, and applied to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemalint.diagnostics import Place
from schemalint.facts.operations import OpaqueOperation, Operation
from schemalint.facts.revisions import Body, PlacedOperation, RevisionDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.project.attempts import Attempts
from schemalint.project.bodies import BodyReader, Remembering, keep_bodies, kept_bodies
from schemalint.project.branches import told_apart
from schemalint.project.memory import Consulted, Memory, ground_of
from schemalint.project.objects import operation_kind
from schemalint.project.subjects import History, Revision, Step
from schemalint.readers.alembic.body import Environment, NotUnderstood, read_body
from schemalint.readers.alembic.naming import metadata_of_history
from schemalint.readers.alembic.revisions import body_source
from schemalint.schema.compare import Difference, compare
from schemalint.schema.compare_sides import Origins, ViewSide
from schemalint.schema.timeline import Timeline
from schemalint.schema.touched import touched
from schemalint.schema.view import SchemaView


@dataclass(slots=True)
class Reading:
    """What came of reading: how many operations there are in upgrades, and what was not understood in them.

    Downgrades count for neither: they are not deployed. `attempts` keep what broke.
    """

    attempts: Attempts
    operations: int = 0
    not_understood: list[NotUnderstood] = field(default_factory=list)


def replay(program: Program, history: History, reading: Reading, memory: Memory | None = None) -> None:
    """Reads the upgrades and downgrades of a history of Alembic and fills in the steps of its revisions.

    What `memory` knows is not read again.
    """
    if memory is None:
        replay_with(reader(program, reading), history, reading)
        return
    ground = ground_of(program, _dialects(history), history.env)
    consulted = Consulted(program.modules)
    read = reader(program.over(consulted), reading)
    remembering = Remembering(read, consulted, memory.hashes, kept_bodies(memory, history.root, ground))
    crashes = len(reading.attempts.crashes)
    replay_with(remembering, history, reading)
    if consulted.paths and len(reading.attempts.crashes) == crashes:
        keep_bodies(memory, history.root, ground, remembering.done)


def reader(program: Program, reading: Reading) -> BodyReader:
    """What reads the revisions of Alembic in a program."""

    def read(definition: RevisionDef, name: str, environment: Environment) -> Body | None:
        return _read(program, definition, name, environment, reading)

    return read


def take_back(read: BodyReader, revisions: Iterable[Revision], timeline: Timeline, dialect: str | None) -> None:
    """Applies the downgrades of revisions to a timeline, in the order given.

    Each is read on the schema that those before it left, so that what it asks the database is answered from there. One
    that only raises, or is not there, changes nothing: the caller knows where Alembic would stop.
    """
    for revision in revisions:
        _read_back(read, revision, timeline, dialect)


def _read_back(read: BodyReader, revision: Revision, timeline: Timeline, dialect: str | None) -> Body | None:
    def emit(placed: PlacedOperation) -> None:
        timeline.apply(placed.operation, revision.id, placed.guarded, placed.conditional)

    return read(
        revision.definition,
        "downgrade",
        Environment(dialect, timeline.now, emit, naming=metadata_of_history(revision.history.env, dialect)),
    )


def replay_with(read: BodyReader, history: History, reading: Reading) -> None:
    """Reads the upgrades and downgrades of a history and fills in the steps of its revisions.

    A downgrade is read on the schema that its upgrade leaves, sees what it did itself, is compared with where it should
    lead, and is then taken back.
    """
    dialect = _dialect(history)
    timeline = Timeline(dialect=dialect)
    history.timeline = timeline
    for revision in history.ordered:
        revision.before = timeline.now()
        upgrade(read, revision, timeline, dialect, reading)
        revision.after = timeline.now()
        _downgrade(read, revision, timeline, dialect)


def _dialect(history: History) -> str | None:
    """The first of a target's servers: the one that revisions are read for."""
    return next(iter(_dialects(history)), None)


def _dialects(history: History) -> tuple[str, ...]:
    return tuple(dict.fromkeys(server.dialect for server in history.target.servers))


def upgrade(read: BodyReader, revision: Revision, timeline: Timeline, dialect: str | None, reading: Reading) -> None:
    """Reads the upgrade of a revision on the schema that a timeline ends with, and applies it to that."""
    steps: list[Step] = []

    def emit(placed: PlacedOperation) -> None:
        before = timeline.now()
        number = timeline.apply(placed.operation, revision.id, placed.guarded, placed.conditional)
        steps.append(Step(placed, revision, number, before))
        unnamed = _unnamed(placed.operation)
        if unnamed is not None:
            environment.not_understood.append(
                NotUnderstood(placed.place, operation_kind(placed.operation), unnamed.reason)
            )

    environment = Environment(
        dialect,
        timeline.now,
        emit,
        naming=metadata_of_history(revision.history.env, dialect),
        others=tuple(other for other in _dialects(revision.history) if other != dialect),
    )
    revision.upgrade = read(revision.definition, "upgrade", environment)
    if revision.upgrade is not None:
        for step, placed in zip(steps, revision.upgrade.operations, strict=False):
            step.placed = placed
    revision.steps = tuple(steps)
    reading.operations += len(steps)
    reading.not_understood.extend(environment.not_understood)


def _unnamed(operation: Operation) -> Unknown | None:
    """Why it is not known what an operation works on, where it is not."""
    owners = (getattr(operation, name, None) for name in ("table", "name"))
    return next((owner for owner in owners if isinstance(owner, Unknown)), None)


def _downgrade(read: BodyReader, revision: Revision, timeline: Timeline, dialect: str | None) -> None:
    end = timeline.now().step
    revision.downgrade = _read_back(read, revision, timeline, dialect)
    if revision.downgrade is not None and revision.downgrade.raises is None:
        revision.downgrade_differences = _differences(revision, revision.downgrade, timeline.now(), dialect)
    timeline.rewind(end)


def _differences(revision: Revision, downgrade: Body, end: SchemaView, dialect: str | None) -> tuple[Difference, ...]:
    """What differs between the schema before a revision and that after its downgrade, in what either works on."""
    before, after = revision.before, revision.after
    assert before is not None
    assert after is not None
    operations = [*(step.operation for step in revision.steps), *(item.operation for item in downgrade.operations)]
    names = touched(operations, before, after)
    if not names:
        return ()
    unsure = {step.number for step in revision.steps if step.placed.guarded or step.placed.conditional}
    checked = {step.number for step in revision.steps if getattr(step.operation, "if_not_exists", False)}
    return compare(
        Origins(before, after, unsure, checked), ViewSide(end, since=before.step), only=names, dialect=dialect
    )


def _read(
    program: Program, definition: RevisionDef, name: str, environment: Environment, reading: Reading
) -> Body | None:
    """The body of `upgrade` or `downgrade`; None where the file binds no such name.

    Where the name is bound to what cannot be followed, or reading breaks, what the body does ends in an operation of
    which nothing is known.
    """
    place = definition.upgrade if name == "upgrade" else definition.downgrade
    if place is None:
        return None
    read: list[PlacedOperation] = []
    emit, before = environment.emit, environment.schema()

    def emit_and_keep(placed: PlacedOperation) -> None:
        read.append(placed)
        emit(placed)

    environment.emit = emit_and_keep
    failed: tuple[Body | None, str] = (None, "schemalint failed to read it")

    def attempt(on: Environment) -> tuple[Body | None, str]:
        return reading.attempts.run(
            f"reading `{name}` of", definition.path, failed, lambda: _body(program, definition, name, on, place)
        )

    def on_another(dialect: str) -> Body | None:
        return attempt(Environment(dialect, lambda: before, lambda placed: None, naming=environment.naming))[0]

    body, reason = attempt(environment)
    if body is not None and environment.dialect and environment.others and environment.tests_dialect:
        body, alone = told_apart(body, (environment.dialect, *environment.others), on_another)
        environment.not_understood.extend(alone)
    if body is not None:
        return body
    environment.emit(PlacedOperation(OpaqueOperation(reason), place))
    environment.not_understood.append(NotUnderstood(place, name, reason))
    return Body(place, tuple(read))


def _body(
    program: Program, definition: RevisionDef, name: str, environment: Environment, place: Place
) -> tuple[Body | None, str]:
    """The body, or why there is none."""
    source = body_source(program, definition.path, name)
    if source is None:
        return None, f"the function behind `{name}` is not found"
    return read_body(program, source.path, source.function, environment, place), ""
