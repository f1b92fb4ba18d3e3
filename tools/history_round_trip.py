"""Compares what downgrades leave in PostgreSQL with what schemalint says they leave.

Each revision is run, taken back and compared, and the next runs on a copy from before that. At the end all are taken
back in one go (where that fails: one after the other, as far as they go) and what is left is compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager

from schemalint.project.attempts import Attempts
from schemalint.project.bodies import BodyReader
from schemalint.project.replay import Reading, reader, take_back
from schemalint.project.subjects import History, Project, Revision
from schemalint.schema.timeline import Timeline
from schemalint.views.schema import schema_as_sql
from tools.history_catalogue import Facts, of_postgresql
from tools.history_databases import Runner, database, keep, loaded
from tools.history_report import compared, report, say, share, told

POSTGRESQL = "postgresql"


def round_trip(
    project: Project, history: History, start: AbstractContextManager[Runner], conninfo: str, counts: tuple[int, int]
) -> tuple[int, int]:
    """Takes the revisions of a history back and compares. Returns the counts of facts with these added."""
    assert project.code is not None
    read = reader(project.code.program, Reading(Attempts()))
    timeline = Timeline()
    equal, all_ = counts
    with database(conninfo, "real") as real, database(conninfo, "kept"), start as run:
        for one, other in _one_by_one(history, read, timeline, run, conninfo, real):
            equal, all_ = equal + one, all_ + other
        failure = run.run("downgrade base")
        back = [*reversed(history.ordered)]
        if failure is not None:
            say(f"`downgrade base` fails: {failure[:300]}")
            back = [*_as_far_as_it_goes(back, run)]
            say(f"one after the other, {len(back)} of {len(history.ordered)} are taken back")
        take_back(read, back, timeline, POSTGRESQL)
        found = of_postgresql(real)
    mine = loaded(conninfo, schema_as_sql(timeline.now(), POSTGRESQL))
    one, other = report(f"left when {len(back)} revisions are taken back: {len(found)} facts", found, mine)
    return equal + one, all_ + other


def _as_far_as_it_goes(revisions: list[Revision], run: Runner) -> Iterator[Revision]:
    for revision in revisions:
        failure = run.run(f"one downgrade {revision.id}")
        if failure is not None:
            say(f"  {revision.id} ({_as_read(revision)}): {failure[:200]}")
            return
        yield revision


def _as_read(revision: Revision) -> str:
    if revision.downgrade is None:
        return "read: no downgrade"
    return f"read: raises {revision.downgrade.raises}" if revision.downgrade.raises else "read as one that runs"


def _one_by_one(
    history: History, read: BodyReader, timeline: Timeline, run: Runner, conninfo: str, real: str
) -> Iterator[tuple[int, int]]:
    """Takes each revision back by itself, and leaves the database and the timeline at the head."""
    verdicts: Counter[str] = Counter()
    seen: set[str] = set()
    for revision in history.ordered:
        before = of_postgresql(real)
        _forward(revision, run, conninfo)
        keep(conninfo, "real", "kept")
        failure = run.run(f"one downgrade {revision.id}")
        for step in revision.steps:
            placed = step.placed
            timeline.apply(placed.operation, revision.id, placed.guarded, placed.conditional)
        if failure is not None:
            verdicts["fail in the database"] += 1
            say(f"  {revision.id} is not taken back ({_as_read(revision)}): {failure[:200]}")
        else:
            after = of_postgresql(real)
            end = timeline.now().step
            take_back(read, [revision], timeline, POSTGRESQL)
            equal, different = compared(after, loaded(conninfo, schema_as_sql(timeline.now(), POSTGRESQL)))
            timeline.rewind(end)
            yield equal.total(), equal.total() + len(different)
            verdicts["equal"] += equal.total()
            verdicts["different"] += len(different)
            for line in told(different):
                if line not in seen:
                    say(f"  first after the downgrade of {revision.id}: {line}")
                seen.add(line)
            verdicts[_verdict(revision, before, after)] += 1
        keep(conninfo, "kept", "real")
    all_ = verdicts["equal"] + verdicts["different"]
    say(f"one by one: {verdicts['equal']} of {all_} facts equal: {share(verdicts['equal'], all_)}")
    for verdict, count in sorted(verdicts.items()):
        if verdict not in ("equal", "different"):
            say(f"  {count} {verdict}")


def _forward(revision: Revision, run: Runner, conninfo: str) -> None:
    """Runs a revision: by itself, or where it cannot (Alembic remembers the enum types it made in a run) all anew."""
    failure = run.run(f"one upgrade {revision.id}")
    if failure is not None:
        say(f"  {revision.id} does not run by itself: {failure[:200]}")
        keep(conninfo, "template1", "real")
        run.must(f"upgrade {revision.id}")


def _verdict(revision: Revision, before: Facts, after: Facts) -> str:
    """Whether the downgrade leads back, in the database and for `downgrade_differences`."""
    lost, left = _ways(before, after)
    said = revision.downgrade_differences
    real, mine = bool(lost or left), bool(said)
    if real != mine:
        where = "only in the database" if real else "only for schemalint"
        seen = f"lost {sorted(lost)[:4]}, left {sorted(left)[:4]}" if real else f"{said[:3]}"
        say(f"  {revision.id} does not lead back {where}: {seen}")
        return f"do not lead back {where}"
    return "do not lead back, as schemalint says" if real else "lead back, as schemalint says"


def _ways(before: Facts, after: Facts) -> tuple[set[str], set[str]]:
    """What is lost and what is left. That a column stands elsewhere in its table is no difference."""
    one, other = ({f"{key}={value}" for key, value in facts.items() if key[0] != "table"} for facts in (before, after))
    return one - other, other - one
