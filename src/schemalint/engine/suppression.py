"""Suppressions and approvals: which findings people have answered in the source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from schemalint.diagnostics import Diagnostic, Span
from schemalint.facts.comments import Directive
from schemalint.project.conduct import DirectiveUse
from schemalint.rules.api import Rule


@dataclass(slots=True)
class Suppressions:
    """The directives of all files, and which of their names have silenced something."""

    by_path: Mapping[str, tuple[Directive, ...]]
    rules: Mapping[str, Rule]
    used: set[tuple[Directive, str]] = field(default_factory=set)

    def silences(self, diagnostic: Diagnostic) -> bool:
        """Whether a comment answers the diagnostic. Remembers which did."""
        answers = [
            (directive, name)
            for directive in self.by_path.get(diagnostic.place.path, ())
            for name, _ in directive.names
            if name in (diagnostic.name, diagnostic.code) and _covers(directive, diagnostic.place.span)
        ]
        self.used.update(answers)
        return bool(answers)

    def uses(self, enabled: Iterable[str]) -> Iterator[DirectiveUse]:
        """Every name in every directive, and what became of it; one nameless entry for a comment in no known form."""
        names = {key: rule for rule in self.rules.values() for key in (rule.name, rule.code)}
        applied = set(enabled)
        for directives in self.by_path.values():
            for directive in directives:
                if directive.problem is not None:
                    yield DirectiveUse(directive, "", directive.place, known=False, enabled=False, used=False)
                    continue
                for name, place in directive.names:
                    rule = names.get(name)
                    close = get_close_matches(name, names, n=1) if rule is None else []
                    yield DirectiveUse(
                        directive,
                        name,
                        place,
                        known=rule is not None,
                        enabled=rule is not None and rule.name in applied and rule.category != "system",
                        used=(directive, name) in self.used,
                        suggestion=close[0] if close else None,
                    )


def _covers(directive: Directive, span: Span) -> bool:
    """Whether a directive speaks of what begins at a span. An approval without a reason does not count."""
    if directive.problem is not None or (directive.kind == "approve" and not directive.reason):
        return False
    if directive.kind == "ignore-file":
        return True
    target = directive.target
    if target is None:
        return False
    start = (span.line, span.column)
    return (target.line, target.column) <= start < (target.end_line, target.end_column) or (
        start == (target.line, target.column)
    )
