"""Which rules a run applies, and how severe they are: profiles, selectors and overrides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from schemalint.diagnostics import Severity
from schemalint.rules.api import Rule

EVERYTHING = "ALL"


def specificity(selector: str, rule: Rule) -> int:
    """How exactly a selector names a rule.

    0: not at all; 1: as one of all; 2: by category or prefix; 3: by code or name.
    """
    if selector in (rule.name, rule.code):
        return 3
    if selector == rule.category or (selector.isupper() and rule.code.startswith(selector)):
        return 2
    return 1 if selector == EVERYTHING else 0


def selectors_of(rules: Iterable[Rule]) -> frozenset[str]:
    """Every selector that means something: names, codes, categories, prefixes of three letters, ALL."""
    known = {EVERYTHING}
    for rule in rules:
        known |= {rule.name, rule.code, rule.category, rule.code[:3]}
    return frozenset(known)


def enabled(
    rules: Mapping[str, Rule],
    *,
    profile: str,
    select: Iterable[str],
    ignore: Iterable[str],
    overrides: Mapping[str, Severity],
) -> dict[str, tuple[Rule, Severity]]:
    """The rules that a run applies, by name, each with its severity.

    The most exact selector decides; between equally exact ones `ignore` wins. A rule that the profile switches off is
    on only when it is named by name or code, with the severity of the first profile that has it. `overrides` map names
    or codes to severities.
    """
    chosen = {}
    select, ignore = tuple(select), tuple(ignore)
    for rule in rules.values():
        wanted = max((specificity(selector, rule) for selector in select), default=0)
        unwanted = max((specificity(selector, rule) for selector in ignore), default=0)
        severity = rule.severity(profile)
        if severity is None and wanted == 3:
            severity = next((other for other in rule.severities if other is not None), None)
        if wanted > unwanted and severity is not None:
            override = overrides.get(rule.name) or overrides.get(rule.code)
            chosen[rule.name] = (rule, override or severity)
    return chosen
