"""`json-lines`: one promised diagnostic a line."""

from __future__ import annotations

from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.jsontext import one_line
from schemalint.report.promise import promised


def render(result: RunResult, context: RenderContext) -> str:
    """A `JsonDiagnostic` on each line."""
    return "".join(one_line(promised(diagnostic)) + "\n" for diagnostic in result.diagnostics)
