"""What `effect_of` tells of a statement is what servers did: each probe is read, replayed and told, major by major.

The tables of a probe are named by their roles, so that what a fact says of a role is said of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec
import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import Operation
from schemalint.facts.revisions import Server
from schemalint.schema.effects import facts
from schemalint.schema.effects.effects import effect_of, effects_of
from schemalint.schema.effects.records import MODES
from schemalint.schema.timeline import Timeline
from schemalint.schema.view import SchemaView
from schemalint.sql.parse import operations_of
from tests.postgres.effects.forms import PROBES
from tests.postgres.effects.probe import Probe


class Outcome(msgspec.Struct, frozen=True):
    """What a statement does, as a fact and an effect can both tell it."""

    locks: dict[str, str]
    rewrites: frozenset[str]
    scans: frozenset[str]
    builds: frozenset[str]
    deletes: frozenset[str]
    fails: bool
    fails_on_rows: bool
    refused_in_transaction: bool


def measured(probe: Probe, version: int) -> Outcome | None:
    """What the table of facts says, of the tables that the setup makes; None where the major was not measured."""
    fact = facts.fact(probe.form, version)
    if fact is None:
        return None
    there = frozenset(re.findall(r"\w+", probe.setup))
    return Outcome(
        {role: mode for role, mode in fact.locks.items() if role in there},
        there.intersection(fact.rewrites),
        there.intersection(fact.scans),
        there.intersection(fact.builds),
        there.intersection(fact.deletes),
        fact.error is not None,
        fact.error_on_rows is not None,
        fact.error_in_transaction is not None,
    )


def told(probe: Probe, version: int) -> tuple[Outcome, tuple[str, ...]]:
    """What `effect_of` says of the operations of the statement together, and its doubts."""
    timeline = Timeline()
    for operation in operations_of(probe.setup, "postgresql"):
        timeline.apply(operation, "setup")
    effects = effects_of(list(actions(probe.statement, timeline)), Server("postgresql", version))
    locks: dict[str, str] = {}
    for lock in (lock for effect in effects for lock in effect.locks):
        locks[lock.table.name] = max(lock.mode, locks.get(lock.table.name, MODES[0]), key=MODES.index)
    outcome = Outcome(
        locks,
        _names(effect.rewrites for effect in effects),
        _names(effect.scans for effect in effects),
        _names(effect.builds for effect in effects),
        _names(effect.deletes for effect in effects),
        any(effect.fails for effect in effects),
        any(effect.fails_on_rows for effect in effects),
        any(effect.refused_in_transaction for effect in effects),
    )
    return outcome, tuple(doubt for effect in effects for doubt in effect.doubts)


def actions(statement: str, timeline: Timeline) -> Iterator[tuple[Operation, SchemaView]]:
    """What a statement does, each with the schema that it meets."""
    for operation in operations_of(statement, "postgresql"):
        yield operation, timeline.now()
        timeline.apply(operation, "statement")


def _names(groups: Iterable[tuple[ObjectName, ...]]) -> frozenset[str]:
    return frozenset(name.name for group in groups for name in group)


def is_doubtful(probe: Probe) -> bool:
    """Whether something is in doubt of a probe, so that what is certain is less than what was measured.

    A change between `timestamp` and `timestamptz` hangs on the TimeZone of the connection, one of the fields of an
    interval on fields that are not kept; a partition has more than its own statement tells.
    """
    zoned = {"timestamptz" in text for text in (probe.statement, probe.setup) if "timestamp" in text}
    return len(zoned) > 1 or "interval day to second" in probe.statement or probe.form == "drop-table-partition"


def is_within(part: Outcome, whole: Outcome) -> bool:
    """Whether all that one outcome says is true of another."""
    return (
        all(
            role in whole.locks and MODES.index(mode) <= MODES.index(whole.locks[role])
            for role, mode in part.locks.items()
        )
        and part.rewrites <= whole.rewrites
        and part.scans <= whole.scans
        and part.builds <= whole.builds
        and part.deletes <= whole.deletes
    )


NEITHER_STORED_NOR_VIRTUAL = "add-column-generated"
"""Where SQL leaves that out it is refused before 18, but libraries that are not told write STORED."""

SINGLE = [probe for probe in PROBES if not probe.earlier and probe.form != NEITHER_STORED_NOR_VIRTUAL]


@pytest.mark.parametrize("probe", SINGLE, ids=lambda probe: f"{probe.form}: {' '.join(probe.statement.split())}")
def test_the_effect_is_what_servers_did(probe: Probe) -> None:
    for version in range(probe.since, (probe.until or facts.newest()) + 1):
        expected = measured(probe, version)
        if expected is None:
            continue
        outcome, doubts = told(probe, version)
        if is_doubtful(probe):
            assert is_within(outcome, expected), f"on {version}"
        else:
            assert (outcome, doubts) == (expected, ()), f"on {version}"


@pytest.mark.parametrize("probe", SINGLE, ids=lambda probe: f"{probe.form}: {' '.join(probe.statement.split())}")
def test_where_the_version_is_not_known_nothing_is_told_that_some_major_does_not_do(probe: Probe) -> None:
    timeline = Timeline()
    for operation in operations_of(probe.setup, "postgresql"):
        timeline.apply(operation, "setup")
    for operation in operations_of(probe.statement, "postgresql"):
        common = effect_of(operation, timeline.now(), Server("postgresql"))
        for version in range(max(probe.since, facts.OLDEST), (probe.until or facts.newest()) + 1):
            one = effect_of(operation, timeline.now(), Server("postgresql", version))
            if one.fails is None and one.known:
                assert set(common.rewrites) <= set(one.rewrites), f"on {version}"
                assert set(common.scans) <= set(one.scans), f"on {version}"
                assert common.fails is None, f"on {version}"
        timeline.apply(operation, "statement")
