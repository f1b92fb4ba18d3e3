"""`concise`: one line a diagnostic, `path:line:column: severity CODE name message`.

A problem matcher reads it with `^(.+?):(\\d+):(\\d+): (error|warning|info) (\\S+) (\\S+) (.+)$`.
"""

from __future__ import annotations

from schemalint.diagnostics import Diagnostic
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.escape import one_line, printable
from schemalint.report.footer import footer
from schemalint.report.paths import shown
from schemalint.report.terminal import paint


def render(result: RunResult, context: RenderContext) -> str:
    """The diagnostics, then the footer."""
    lines = [line(diagnostic, context) + "\n" for diagnostic in result.diagnostics]
    return "".join([*lines, footer(result, context)])


def line(diagnostic: Diagnostic, context: RenderContext) -> str:
    """The diagnostic on one line."""
    span = diagnostic.place.span
    severity = paint(diagnostic.severity.value, diagnostic.severity.value, context.color)
    return (
        f"{shown(diagnostic.place.path, context)}:{span.line}:{span.column}: {severity} "
        f"{printable(diagnostic.code)} {printable(diagnostic.name)} {one_line(diagnostic.message)}"
    )
