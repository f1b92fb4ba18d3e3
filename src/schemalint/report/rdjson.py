"""`rdjson`: reviewdog's diagnostic format (`proto/rdf/reviewdog.proto`). Columns count bytes of UTF-8.

reviewdog offers every suggestion by itself, so a fix becomes one only where it is a single edit of the same file.
"""

from __future__ import annotations

from typing import Any

from schemalint.diagnostics import Diagnostic, Place
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.jsontext import indented
from schemalint.report.paths import from_working_directory
from schemalint.report.positions import Sources, utf8_column
from schemalint.report.wording import told


def render(result: RunResult, context: RenderContext) -> str:
    """A `DiagnosticResult`, paths relative to the working directory, as reviewdog expects."""
    sources = Sources(context.read_text)
    diagnostics = [_diagnostic(diagnostic, sources, context) for diagnostic in result.diagnostics]
    return indented({"source": {"name": "schemalint"}, "diagnostics": diagnostics})


def _diagnostic(diagnostic: Diagnostic, sources: Sources, context: RenderContext) -> dict[str, Any]:
    code = {"value": diagnostic.code, **({"url": diagnostic.url} if diagnostic.url else {})}
    entry: dict[str, Any] = {
        "message": told(diagnostic, f"{diagnostic.name}: {diagnostic.message}"),
        "location": _location(diagnostic.place, sources, context),
        "severity": diagnostic.severity.name,
        "code": code,
    }
    edits = [fix.edits[0] for fix in diagnostic.fixes if len(fix.edits) == 1]
    suggestions = [
        {"range": _range(edit.place, sources), "text": edit.content}
        for edit in edits
        if edit.place.path == diagnostic.place.path
    ]
    if suggestions:
        entry["suggestions"] = suggestions
    if diagnostic.related:
        entry["related_locations"] = [
            {"message": related.message, "location": _location(related.place, sources, context)}
            for related in diagnostic.related
        ]
    return entry


def _location(place: Place, sources: Sources, context: RenderContext) -> dict[str, Any]:
    return {"path": from_working_directory(place.path, context), "range": _range(place, sources)}


def _range(place: Place, sources: Sources) -> dict[str, Any]:
    span = place.span
    return {
        "start": _position(place.path, span.line, span.column, sources),
        "end": _position(place.path, span.end_line, span.end_column, sources),
    }


def _position(path: str, line: int, column: int, sources: Sources) -> dict[str, int]:
    return {"line": line, "column": utf8_column(sources.line(path, line), column)}
