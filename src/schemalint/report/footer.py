"""What the terminal formats say at the end: the verdict, what it rests on, and what it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from schemalint.diagnostics import Diagnostic, Severity
from schemalint.engine.result import Examined, RunResult
from schemalint.report.context import RenderContext
from schemalint.report.escape import one_line
from schemalint.report.paths import shown
from schemalint.report.statistics import statistics_text
from schemalint.report.terminal import paint

_MANY = 50
_FEW = 3


def footer(result: RunResult, context: RenderContext) -> str:
    """The lines after the diagnostics of a terminal format."""
    errors = (f"{paint('error', 'error', context.color)}: {one_line(error)}" for error in result.errors)
    lines = [paint(verdict(result), "strong", context.color), *remarks(result, context), *errors]
    if len(result.diagnostics) > _MANY:
        table = statistics_text(result.diagnostics, context.color)
        advice = (
            "`--statistics` prints only these counts; `start-after` in the settings leaves out the revisions that are "
            "already released."
        )
        lines = [table, advice, *lines]
    return "\n".join(lines) + "\n"


def verdict(result: RunResult) -> str:
    """One sentence: what was found, or that all is well, or that nothing can be said."""
    if result.diagnostics:
        return f"Found {by_severity(result.diagnostics)}."
    if result.errors:
        return "The run could not be completed."
    if not result.examined.files:
        return "Nothing was examined."
    return "All checks passed!"


def by_severity(diagnostics: Iterable[Diagnostic]) -> str:
    """The counts of each severity in words: `2 errors, 1 warning`."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info"}
    return ", ".join(
        f"{counts[severity]} {word}" if severity is Severity.INFO else plural(counts[severity], word)
        for severity, word in words.items()
        if counts[severity]
    )


def plural(count: int, word: str) -> str:
    """The count and the word, with an s unless the count is one."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def remarks(result: RunResult, context: RenderContext) -> Iterator[str]:
    """What the verdict rests on and what it leaves out, a line each; not the errors."""
    examined = result.examined
    if examined.files:
        yield _examined(examined, result.elapsed)
    yield from _not_understood(examined, context)
    if result.released:
        yield f"{result.released:,} in released revisions; --all shows them."
    if result.suppressed:
        yield f"{result.suppressed:,} suppressed."
    yield from _skipped(examined, context)
    yield from (f"note: {one_line(note)}" for note in result.notes)


def _examined(examined: Examined, elapsed: float) -> str:
    roles = sorted(examined.by_role.items(), key=lambda item: (-item[1], item[0]))
    by_role = ", ".join(f"{count:,} {role}" for role, count in roles if count)
    parts = [
        f"Examined {plural(examined.files, 'file')}" + (f" ({by_role})" if by_role else ""),
        plural(examined.operations, "operation") if examined.operations else "",
        f"{examined.cached:,} from the cache" if examined.cached else "",
    ]
    return ", ".join(filter(None, parts)) + f", in {elapsed:.2f} s."


def _not_understood(examined: Examined, context: RenderContext) -> Iterator[str]:
    unclear = examined.not_understood
    if not unclear:
        return
    subject = "1 place was" if len(unclear) == 1 else f"{len(unclear):,} places were"
    if context.verbose:
        yield f"{subject} not understood:"
        for each in unclear:
            span = each.place.span
            where = f"{shown(each.place.path, context)}:{span.line}:{span.column}"
            yield f"  {where}: {one_line(each.what)}: {one_line(each.reason)}"
        return
    reasons = Counter(each.reason for each in unclear).most_common()
    named = ", ".join(f"{one_line(reason)} ({count:,})" for reason, count in reasons[:_FEW])
    rest = ", ..." if len(reasons) > _FEW else ""
    yield f"{subject} not understood, and no rule judges by them: {named}{rest}; -v lists them."


def _skipped(examined: Examined, context: RenderContext) -> Iterator[str]:
    skipped = examined.skipped
    listed = skipped if context.verbose else skipped[:_FEW]
    for each in listed:
        yield f"Skipped {shown(each.path, context)}: {one_line(each.reason)}."
    if len(skipped) > len(listed):
        reasons = Counter(each.reason for each in skipped[len(listed) :]).most_common()
        named = ", ".join(f"{one_line(reason)} ({count:,})" for reason, count in reasons[:_FEW])
        yield f"Skipped {plural(len(skipped) - len(listed), 'more file')}: {named}; -v lists them."
