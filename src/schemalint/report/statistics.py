"""`--statistics`: how often each rule speaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from schemalint.diagnostics import Applicability, Diagnostic, Severity
from schemalint.report.escape import printable
from schemalint.report.jsontext import indented
from schemalint.report.terminal import paint


class RuleCount(msgspec.Struct, frozen=True, gc=False):
    """The diagnostics of one rule; `fixable` are those with a safe fix."""

    code: str
    name: str
    category: str
    count: int
    error: int
    warning: int
    info: int
    fixable: int

    @property
    def worst(self) -> Severity:
        """The severest of its diagnostics."""
        return Severity.ERROR if self.error else Severity.WARNING if self.warning else Severity.INFO


def count_by_rule(diagnostics: Iterable[Diagnostic]) -> list[RuleCount]:
    """The counts, the most frequent rule first."""
    by_rule: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in diagnostics:
        by_rule[diagnostic.code].append(diagnostic)
    counts = [_count(code, found) for code, found in by_rule.items()]
    return sorted(counts, key=lambda rule: (-rule.count, rule.code))


def _count(code: str, found: list[Diagnostic]) -> RuleCount:
    severities = [diagnostic.severity for diagnostic in found]
    return RuleCount(
        code=code,
        name=found[0].name,
        category=found[0].category,
        count=len(found),
        error=severities.count(Severity.ERROR),
        warning=severities.count(Severity.WARNING),
        info=severities.count(Severity.INFO),
        fixable=sum(any(fix.applicability is Applicability.SAFE for fix in each.fixes) for each in found),
    )


def statistics_text(diagnostics: Iterable[Diagnostic], color: bool = False) -> str:
    """A row for each rule: count, severest level, code, name."""
    counts = count_by_rule(diagnostics)
    digits = max((len(str(rule.count)) for rule in counts), default=1)
    codes = max((len(rule.code) for rule in counts), default=1)
    return "".join(
        f"{rule.count:>{digits}}  {paint(f'{rule.worst.value:<7}', rule.worst.value, color)}  "
        f"{printable(rule.code):<{codes}}  {printable(rule.name)}\n"
        for rule in counts
    )


def statistics_json(diagnostics: Iterable[Diagnostic]) -> str:
    """An array of the counts as objects."""
    return indented([msgspec.to_builtins(rule) for rule in count_by_rule(diagnostics)])
