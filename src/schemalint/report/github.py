"""`github`: workflow commands, which GitHub shows as annotations on the lines of a pull request.

GitHub takes ten annotations of each level from a step and drops the others silently, so the tenth counts the rest
(actions/toolkit, `docs/problem-matchers.md`). Columns are legal only where a range stays on one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemalint.diagnostics import Diagnostic, Severity
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.escape import github_data, github_property, printable
from schemalint.report.footer import plural, remarks, verdict
from schemalint.report.paths import from_checkout
from schemalint.report.positions import split_lines
from schemalint.report.wording import told

_LIMIT = 10
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(result: RunResult, context: RenderContext) -> str:
    """The commands, errors first, then what the run rests on as plain lines of the log."""
    lines: list[str] = []
    for severity, level in _LEVELS.items():
        found = [diagnostic for diagnostic in result.diagnostics if diagnostic.severity is severity]
        lines += _annotations(level, found, context)
    lines += [_command("error", {"title": "schemalint"}, _safe(error)) for error in result.errors]
    lines += [f"schemalint: {line}" for line in (verdict(result), *remarks(result, context))]
    return "\n".join(lines) + "\n"


def _annotations(level: str, found: Sequence[Diagnostic], context: RenderContext) -> Iterator[str]:
    shown = found if len(found) <= _LIMIT else found[: _LIMIT - 1]
    for diagnostic in shown:
        yield _command(level, _properties(diagnostic, context), _message(diagnostic, context))
    if len(shown) < len(found):
        rest = plural(len(found) - len(shown), f"more {level}")
        message = f"{rest}: GitHub shows at most {_LIMIT} of a level. Another format lists them all."
        yield _command(level, {"title": "schemalint"}, message)


def _properties(diagnostic: Diagnostic, context: RenderContext) -> dict[str, str]:
    span = diagnostic.place.span
    properties = {
        "title": f"{diagnostic.code} {diagnostic.name}",
        "file": from_checkout(diagnostic.place.path, context),
        "line": str(span.line),
        "endLine": str(span.end_line),
    }
    if span.line == span.end_line:
        properties |= {"col": str(span.column), "endColumn": str(span.end_column)}
    return properties


def _message(diagnostic: Diagnostic, context: RenderContext) -> str:
    span = diagnostic.place.span
    where = f"{from_checkout(diagnostic.place.path, context)}:{span.line}:{span.column}"
    return _safe(told(diagnostic, f"{where}: {diagnostic.message}"))


def _safe(text: str) -> str:
    return "\n".join(map(printable, split_lines(text)))


def _command(level: str, properties: dict[str, str], message: str) -> str:
    settings = ",".join(f"{name}={github_property(value)}" for name, value in properties.items())
    return f"::{level} {settings}::{github_data(message)}"
