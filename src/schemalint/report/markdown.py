"""`markdown`: a page for `$GITHUB_STEP_SUMMARY`, which takes one MiB from a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemalint.diagnostics import Diagnostic, Place
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.escape import clip, markdown_text
from schemalint.report.footer import remarks, verdict
from schemalint.report.paths import from_checkout, uri_path
from schemalint.report.statistics import RuleCount, count_by_rule

_MAX_ROWS = 50
_MAX_REMARKS = 20
_MAX_TEXT = 1000


def render(result: RunResult, context: RenderContext) -> str:
    """The verdict, a table by rule, the severest findings with links to their lines, and what the run rests on."""
    sections = [f"## schemalint: {markdown_text(verdict(result))}"]
    if result.diagnostics:
        counts = count_by_rule(result.diagnostics)
        sections += ["\n".join(_by_rule(counts)), *_findings(result.diagnostics, context)]
    said = [*(f"error: {error}" for error in result.errors), *remarks(result, context)]
    sections.append("\n".join(f"- {_text(line)}" for line in said[:_MAX_REMARKS]))
    if len(said) > _MAX_REMARKS:
        sections.append(f"{len(said) - _MAX_REMARKS:,} more remarks are left out.")
    return "\n\n".join(filter(None, sections)) + "\n"


def _by_rule(counts: Sequence[RuleCount]) -> Iterator[str]:
    yield "| rule | | errors | warnings | infos |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for rule in counts[:_MAX_ROWS]:
        yield _row(_text(rule.code), _text(rule.name), rule.error, rule.warning, rule.info)
    if len(counts) > _MAX_ROWS:
        rest = counts[_MAX_ROWS:]
        errors, warnings = sum(rule.error for rule in rest), sum(rule.warning for rule in rest)
        yield _row("", f"{len(rest):,} more rules", errors, warnings, sum(rule.info for rule in rest))


def _row(*values: str | int) -> str:
    return "| " + " | ".join(str(value or "") for value in values) + " |"


def _findings(diagnostics: Sequence[Diagnostic], context: RenderContext) -> Iterator[str]:
    severest = sorted(diagnostics, key=lambda diagnostic: -diagnostic.severity.rank)
    rows = ["| | place | rule | message |", "| --- | --- | --- | --- |"]
    for diagnostic in severest[:_MAX_ROWS]:
        name = _text(diagnostic.name)
        rule = f"[{name}]({_url(diagnostic.url)})" if diagnostic.url else name
        place = _linked(diagnostic.place, context)
        rows.append(f"| {diagnostic.severity.value} | {place} | {rule} | {_text(diagnostic.message)} |")
    yield "\n".join(rows)
    if len(diagnostics) > _MAX_ROWS:
        yield f"{len(diagnostics) - _MAX_ROWS:,} more are left out here."


def _linked(place: Place, context: RenderContext) -> str:
    """The place, linked to the commit's file where the build server names repository and commit."""
    path = from_checkout(place.path, context)
    span = place.span
    label = f"{_text(path)}:{span.line}"
    environment = context.environment
    repository, commit = environment.get("GITHUB_REPOSITORY"), environment.get("GITHUB_SHA")
    if not repository or not commit:
        return label
    server = environment.get("GITHUB_SERVER_URL", "https://github.com")
    lines = f"L{span.line}" if span.line == span.end_line else f"L{span.line}-L{span.end_line}"
    return f"[{label}]({_url(f'{server}/{repository}/blob/{commit}')}/{uri_path(path)}#{lines})"


def _text(text: str) -> str:
    return markdown_text(clip(text, _MAX_TEXT))


def _url(url: str) -> str:
    """The address with what would end a link or a table cell percent-encoded."""
    return "".join(f"%{ord(character):02X}" if character in '()<>| \\"\n' else character for character in url)
