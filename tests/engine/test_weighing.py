"""Severity by weight and basis, one diagnostic a cause, and what becomes of a rule that breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemalint.diagnostics import Basis, Place, Severity, Span, Weight
from schemalint.engine.checking import Found, by_type, check
from schemalint.engine.weighing import one_per_cause, severity_of, to_diagnostics
from schemalint.project.subjects import Module
from schemalint.rules.api import Finding, Registry, rule

REGISTRY = Registry()
PLACE = Place("a.py", Span(1, 1, 1, 5))


@rule("MIG901", "loud-rule", "E/E/E", supersedes=("quiet-rule",), registry=REGISTRY)
def loud(module: Module) -> Iterator[Finding]:
    """Speaks."""
    yield Finding(PLACE, "loud", "users.email", facts=("first",))


@rule("MIG902", "quiet-rule", "E/E/E", registry=REGISTRY)
def quiet(module: Module) -> Iterator[Finding]:
    """Speaks of the same."""
    yield Finding(PLACE, "quiet", "other anchor", cause="users.email")


@rule("MIG903", "broken-rule", "E/E/E", registry=REGISTRY)
def broken(module: Module) -> Iterator[Finding]:
    """Breaks after its first finding."""
    yield Finding(PLACE, "lost", "x")
    raise KeyError("no such table")


def found(*names: str) -> list[Found]:
    rules = [(REGISTRY.rules[name], Severity.ERROR) for name in names]
    return check(rules, {}, by_type([Module("a.py", None, None)])).found


@pytest.mark.parametrize(
    ("weight", "basis", "expected"),
    [
        (Weight.FULL, Basis.PROVED, "error"),
        (Weight.FULL, Basis.DECLARED, "error"),
        (Weight.FULL, Basis.INFERRED, "warning"),
        (Weight.REDUCED, Basis.PROVED, "warning"),
        (Weight.REDUCED, Basis.INFERRED, "warning"),
        (Weight.NOTE, Basis.PROVED, "info"),
    ],
)
def test_weight_and_basis_lower_the_severity(weight: Weight, basis: Basis, expected: str) -> None:
    finding = Finding(PLACE, "m", "a", weight=weight, basis=basis)
    assert severity_of(Found(REGISTRY.rules["loud-rule"], Severity.ERROR, finding, None)).value == expected


def test_of_one_cause_the_superseding_rule_speaks_and_keeps_the_other_as_a_fact() -> None:
    (item,) = one_per_cause(found("loud-rule", "quiet-rule"))
    assert item.finding.message == "loud"
    assert item.finding.facts == ("first", "quiet")


def test_what_several_findings_say_alike_is_told_once() -> None:
    (item,) = one_per_cause(found("loud-rule", "quiet-rule", "quiet-rule"))
    assert item.finding.facts == ("first", "quiet")


def test_a_rule_that_is_not_applied_supersedes_nothing() -> None:
    (item,) = one_per_cause(found("quiet-rule"))
    assert item.finding.message == "quiet"


def test_what_several_targets_say_is_said_once() -> None:
    (item,) = one_per_cause(found("loud-rule") + found("loud-rule"))
    assert item.finding.message == "loud"


def test_an_anchor_in_two_files_has_two_fingerprints() -> None:
    other = Finding(Place("b.py", Span(1, 1, 1, 5)), "loud", "users.email")
    pair = [*found("loud-rule"), Found(REGISTRY.rules["loud-rule"], Severity.ERROR, other, None)]
    prints = {diagnostic.fingerprint for diagnostic, _ in to_diagnostics(pair, lambda name: "")}
    assert len(prints) == 2


def test_a_rule_that_breaks_costs_only_its_own_findings() -> None:
    rules = [(REGISTRY.rules[name], Severity.ERROR) for name in ("broken-rule", "quiet-rule")]
    checked = check(rules, {}, by_type([Module("a.py", None, None)]))
    assert [item.finding.message for item in checked.found] == ["quiet"]
    (crash,) = checked.crashes
    assert crash.doing == "applying broken-rule"
    assert crash.error == "KeyError: 'no such table'"
    assert crash.place.path == "a.py"
