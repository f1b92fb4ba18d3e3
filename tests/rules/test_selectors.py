"""Which rules a run applies, and how severe they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemalint.diagnostics import Severity
from schemalint.project.subjects import Module
from schemalint.rules.api import Finding, Registry, rule
from schemalint.rules.selectors import enabled, selectors_of

REGISTRY = Registry()


@rule("MIG901", "first-rule", "E/E/E", registry=REGISTRY)
def first(module: Module) -> Iterator[Finding]:
    """The first."""
    yield from ()


@rule("MIG902", "second-rule", "-/W/E", registry=REGISTRY)
def second(module: Module) -> Iterator[Finding]:
    """The second."""
    yield from ()


@rule("LCK901", "third-rule", "I/W/E", registry=REGISTRY)
def third(module: Module) -> Iterator[Finding]:
    """The third."""
    yield from ()


def applied(
    select: list[str] | None = None, ignore: list[str] | None = None, profile: str = "growth", **overrides: Severity
) -> dict[str, str]:
    chosen = enabled(
        REGISTRY.rules,
        profile=profile,
        select=select or ["ALL"],
        ignore=ignore or [],
        overrides={name.replace("_", "-"): severity for name, severity in overrides.items()},
    )
    return {name: severity.value for name, (_, severity) in chosen.items()}


def test_a_profile_sets_severities_and_switches_rules_off() -> None:
    assert applied(profile="mvp") == {"first-rule": "error", "third-rule": "info"}
    assert applied(profile="growth") == {"first-rule": "error", "second-rule": "warning", "third-rule": "warning"}
    assert applied(profile="enterprise") == {"first-rule": "error", "second-rule": "error", "third-rule": "error"}


@pytest.mark.parametrize("selector", ["MIG", "MIG9", "migrations"])
def test_a_group_selects_what_the_profile_has_of_it(selector: str) -> None:
    assert applied([selector], profile="mvp") == {"first-rule": "error"}


@pytest.mark.parametrize("selector", ["second-rule", "MIG902"])
def test_a_rule_named_exactly_is_on_even_where_the_profile_has_it_off(selector: str) -> None:
    assert applied([selector], profile="mvp") == {"second-rule": "warning"}


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        (["ALL"], ["MIG"], {"third-rule"}),
        (["ALL", "first-rule"], ["MIG"], {"first-rule", "third-rule"}),
        (["MIG"], ["MIG901"], {"second-rule"}),
        (["MIG"], ["ALL"], {"first-rule", "second-rule"}),
        (["MIG"], ["migrations"], set()),
    ],
)
def test_the_more_exact_selector_decides_and_ignore_wins_a_tie(
    select: list[str], ignore: list[str], expected: set[str]
) -> None:
    assert set(applied(select, ignore)) == expected


def test_an_override_replaces_the_severity() -> None:
    assert applied(["third-rule"], third_rule=Severity.ERROR) == {"third-rule": "error"}
    assert applied(["third-rule"], LCK901=Severity.INFO) == {"third-rule": "info"}


def test_known_selectors_are_names_codes_categories_and_prefixes() -> None:
    known = selectors_of(REGISTRY.rules.values())
    assert {"ALL", "first-rule", "MIG901", "MIG", "migrations", "locking"} <= known
    assert "first" not in known


@pytest.mark.parametrize(
    ("code", "name", "severities"),
    [
        ("MIG1", "a-rule", "E/E/E"),
        ("MIG903", "A rule", "E/E/E"),
        ("MIG903", "a-rule", "E/E"),
        ("MIG903", "a-rule", "X/E/E"),
    ],
)
def test_a_wrong_declaration_is_refused(code: str, name: str, severities: str) -> None:
    with pytest.raises(ValueError, match=code):
        rule(code, name, severities, registry=REGISTRY)


def test_a_code_or_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="MIG901 first-rule is registered already"):
        rule("MIG901", "other-rule", "E/E/E", registry=REGISTRY)(first)
