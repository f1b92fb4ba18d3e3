"""`json`: the promised array of diagnostics."""

from __future__ import annotations

from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.jsontext import indented
from schemalint.report.promise import promised


def render(result: RunResult, context: RenderContext) -> str:
    """An array of `JsonDiagnostic`s."""
    return indented([promised(diagnostic) for diagnostic in result.diagnostics])
