"""From findings to diagnostics: severity by weight and basis, one diagnostic a cause, fingerprints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from schemalint.diagnostics import Basis, Diagnostic, Severity, Weight, fingerprint
from schemalint.engine.checking import Found


def severity_of(found: Found) -> Severity:
    """The severity of a finding: the rule's, lowered by the weight; what is only inferred is never an error."""
    finding = found.finding
    if finding.weight is Weight.NOTE:
        return Severity.INFO
    severity = found.severity.lowered() if finding.weight is Weight.REDUCED else found.severity
    return Severity.WARNING if severity is Severity.ERROR and finding.basis is Basis.INFERRED else severity


def one_per_cause(found: Iterable[Found]) -> list[Found]:
    """Findings without those that another one speaks for.

    The same finding of several targets counts once. Of several with one cause, a rule that supersedes another speaks,
    and the other's message becomes one of its facts. Only rules of this run are here, so that a deselected rule
    supersedes nothing; suppression comes later, so that a suppressed one does.
    """
    distinct = list({(item.rule.code, item.finding.place, item.finding.anchor): item for item in found}.values())
    by_cause: dict[str, list[Found]] = {}
    for item in distinct:
        by_cause.setdefault(_cause(item), []).append(item)
    return [item for group in by_cause.values() for item in _without_superseded(group)]


def _cause(found: Found) -> str:
    return found.finding.cause or found.finding.anchor


def _without_superseded(group: list[Found]) -> list[Found]:
    superseded = {name for item in group for name in item.rule.supersedes}
    silent = [item.finding.message for item in group if item.rule.name in superseded]
    return [
        _with_facts(item, silent) if item.rule.supersedes else item
        for item in group
        if item.rule.name not in superseded
    ]


def _with_facts(found: Found, facts: list[str]) -> Found:
    finding = replace(found.finding, facts=tuple(dict.fromkeys((*found.finding.facts, *facts))))
    return Found(found.rule, found.severity, finding, found.revision)


def to_diagnostics(found: Iterable[Found], url_of: Callable[[str], str]) -> list[tuple[Diagnostic, Found]]:
    """Diagnostics in the order of their places, each with its finding.

    Fingerprints are numbered among equal anchors of a rule; where an anchor occurs in several files, the path is part
    of it.
    """
    ordered = sorted(found, key=lambda item: (item.finding.place, item.rule.code, item.finding.anchor))
    paths: dict[tuple[str, str], set[str]] = {}
    for item in ordered:
        paths.setdefault((item.rule.code, item.finding.anchor), set()).add(item.finding.place.path)
    seen: Counter[tuple[str, str, str]] = Counter()
    diagnostics = []
    for item in ordered:
        code, finding = item.rule.code, item.finding
        path = finding.place.path if len(paths[code, finding.anchor]) > 1 else ""
        identity = (code, finding.anchor, path)
        diagnostic = Diagnostic(
            code=code,
            name=item.rule.name,
            category=item.rule.category,
            severity=severity_of(item),
            basis=finding.basis,
            message=finding.message,
            place=finding.place,
            anchor=finding.anchor,
            fingerprint=fingerprint(code, finding.anchor, seen[identity], path),
            help=finding.help,
            facts=finding.facts,
            related=finding.related,
            fixes=finding.fixes,
            url=url_of(item.rule.name),
        )
        seen[identity] += 1
        diagnostics.append((diagnostic, item))
    return diagnostics
