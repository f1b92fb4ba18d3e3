"""`azure`: logging commands of Azure Pipelines, which it lists as issues of the build.

Azure knows errors and warnings only; an info is a plain line of the log.
"""

from __future__ import annotations

import msgspec

from schemalint.diagnostics import Diagnostic, Severity
from schemalint.engine.result import RunResult
from schemalint.report import concise
from schemalint.report.context import RenderContext
from schemalint.report.escape import azure_data, azure_property, one_line
from schemalint.report.footer import remarks, verdict
from schemalint.report.paths import from_checkout


def render(result: RunResult, context: RenderContext) -> str:
    """A line for each diagnostic, then what the run rests on as plain lines of the log."""
    context = msgspec.structs.replace(context, color=False)
    lines = [_line(diagnostic, context) for diagnostic in result.diagnostics]
    lines += [f"##vso[task.logissue type=error;]{azure_data(one_line(error))}" for error in result.errors]
    lines += [f"schemalint: {line}" for line in (verdict(result), *remarks(result, context))]
    return "\n".join(lines) + "\n"


def _line(diagnostic: Diagnostic, context: RenderContext) -> str:
    if diagnostic.severity is Severity.INFO:
        return concise.line(diagnostic, context)
    span = diagnostic.place.span
    properties = {
        "type": diagnostic.severity.value,
        "sourcepath": from_checkout(diagnostic.place.path, context),
        "linenumber": str(span.line),
        "columnnumber": str(span.column),
        "code": diagnostic.code,
    }
    settings = "".join(f"{name}={azure_property(value)};" for name, value in properties.items())
    message = f"{diagnostic.name}: {one_line(diagnostic.message)}"
    return f"##vso[task.logissue {settings}]{azure_data(message)}"
