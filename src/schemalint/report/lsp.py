"""`lsp`: a JSON array of `PublishDiagnosticsParams`, one for each file with diagnostics.

Positions are 0-based and count UTF-16 code units, the encoding that every client of the language server protocol has.
`data` of a diagnostic carries the anchor, the fingerprint and the fixes as text edits.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from schemalint.diagnostics import Diagnostic, Fix, Place, Severity
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.jsontext import indented
from schemalint.report.positions import Sources, utf16_column
from schemalint.report.wording import told

_SEVERITIES = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3}


def render(result: RunResult, context: RenderContext) -> str:
    """The parameters of `textDocument/publishDiagnostics` for each file, in the order of the diagnostics."""
    sources = Sources(context.read_text)
    by_path: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in result.diagnostics:
        by_path[diagnostic.place.path].append(diagnostic)
    return indented(
        [
            {"uri": _uri(path, context), "diagnostics": [lsp_diagnostic(each, sources, context) for each in found]}
            for path, found in by_path.items()
        ]
    )


def lsp_diagnostic(diagnostic: Diagnostic, sources: Sources, context: RenderContext) -> dict[str, Any]:
    """A diagnostic as the `Diagnostic` of the protocol."""
    converted: dict[str, Any] = {
        "range": lsp_range(diagnostic.place, sources),
        "severity": _SEVERITIES[diagnostic.severity],
        "code": diagnostic.code,
        "source": "schemalint",
        "message": told(diagnostic, f"{diagnostic.name}: {diagnostic.message}"),
    }
    if diagnostic.url:
        converted["codeDescription"] = {"href": diagnostic.url}
    if diagnostic.related:
        converted["relatedInformation"] = [
            {
                "location": {"uri": _uri(related.place.path, context), "range": lsp_range(related.place, sources)},
                "message": related.message,
            }
            for related in diagnostic.related
        ]
    converted["data"] = {
        "name": diagnostic.name,
        "anchor": diagnostic.anchor,
        "fingerprint": diagnostic.fingerprint,
        "fixes": [_fix(fix, sources, context) for fix in diagnostic.fixes],
    }
    return converted


def lsp_range(place: Place, sources: Sources) -> dict[str, Any]:
    """A place as the `Range` of the protocol."""
    span = place.span
    return {
        "start": _position(place.path, span.line, span.column, sources),
        "end": _position(place.path, span.end_line, span.end_column, sources),
    }


def _fix(fix: Fix, sources: Sources, context: RenderContext) -> dict[str, Any]:
    edits = [
        {"uri": _uri(edit.place.path, context), "range": lsp_range(edit.place, sources), "newText": edit.content}
        for edit in fix.edits
    ]
    return {"title": fix.title, "applicability": fix.applicability.value, "edits": edits}


def _position(path: str, line: int, column: int, sources: Sources) -> dict[str, int]:
    return {"line": line - 1, "character": utf16_column(sources.line(path, line), column) - 1}


def _uri(path: str, context: RenderContext) -> str:
    return (context.root / path).as_uri()
