"""From the outcomes of probes to the table of facts, and from the table back to where it differs from a server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import psycopg

from schemalint.schema.effects.records import Fact
from tests.postgres.effects.measure import can_run, measure
from tests.postgres.effects.outcome import Outcome, merged
from tests.postgres.effects.probe import Probe


def runnable(conninfo: str, probes: Iterable[Probe]) -> list[Probe]:
    """The probes that a server can run."""
    with psycopg.connect(conninfo) as connection:
        return [probe for probe in probes if can_run(connection, probe)]


def measured(conninfo: str, probes: Iterable[Probe]) -> dict[str, Outcome]:
    """The outcome of each form on a server that `prepare` made ready. Raises `DisagreementError`."""
    found: dict[str, list[Outcome]] = defaultdict(list)
    for probe in probes:
        found[probe.form].append(measure(conninfo, probe))
    return {form: merged(form, outcomes) for form, outcomes in found.items()}


def rows(by_major: dict[int, dict[str, Outcome]]) -> list[Fact]:
    """The table of facts: one row for a form and a range of majors on which it did the same."""
    forms = sorted({form for outcomes in by_major.values() for form in outcomes})
    return [fact for form in forms for fact in _ranges(form, by_major)]


def _ranges(form: str, by_major: dict[int, dict[str, Outcome]]) -> Iterator[Fact]:
    last: Fact | None = None
    for major in sorted(major for major, outcomes in by_major.items() if form in outcomes):
        fact = by_major[major][form].fact(form, major, major)
        if last is not None and said(last) == said(fact):
            fact = by_major[major][form].fact(form, last.since, major)
        elif last is not None:
            yield last
        last = fact
    if last is not None:
        yield last


def differences(major: int, outcomes: dict[str, Outcome], facts: Iterable[Fact], probes: Iterable[Probe]) -> list[str]:
    """Where the table and a server of a major differ, in sentences."""
    table = {fact.form: fact for fact in facts if fact.since <= major <= fact.until}
    tried = {probe.form for probe in probes if probe.is_for(major)}
    found = [f"{form}: the table has a row that no probe proves" for form in sorted(set(table) - tried)]
    for form, outcome in outcomes.items():
        server = said(outcome.fact(form, major, major))
        row = said(table[form]) if form in table else None
        if row is None:
            found.append(f"{form}: the table has no row for what the server did: {server}")
        elif row != server:
            found.append(f"{form}: the table says {row}, the server did {server}")
    return found


def said(fact: Fact) -> dict[str, object]:
    """What a fact tells, apart from where it holds."""
    names = ("locks", "rewrites", "scans", "builds", "deletes", "error", "error_on_rows", "error_in_transaction")
    return {name: value for name in names if (value := getattr(fact, name))}
