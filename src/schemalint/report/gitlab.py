"""`gitlab`: a Code Quality report. Entries of one fingerprint are merged by GitLab, so each has its own."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from schemalint.diagnostics import Diagnostic, Severity
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.jsontext import indented
from schemalint.report.paths import from_checkout

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(result: RunResult, context: RenderContext) -> str:
    """An array of issues, paths relative to the project's checkout."""
    seen: set[str] = set()
    return indented([_issue(diagnostic, _unique(diagnostic, seen), context) for diagnostic in result.diagnostics])


def _unique(diagnostic: Diagnostic, seen: set[str]) -> str:
    """The diagnostic's fingerprint, or one derived from it where an earlier entry has that already."""
    fingerprint = diagnostic.fingerprint
    while not fingerprint or fingerprint in seen:
        identity = "\0".join((fingerprint, diagnostic.code, diagnostic.anchor, diagnostic.place.path))
        fingerprint = blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    seen.add(fingerprint)
    return fingerprint


def _issue(diagnostic: Diagnostic, fingerprint: str, context: RenderContext) -> dict[str, Any]:
    span = diagnostic.place.span
    return {
        "type": "issue",
        "check_name": diagnostic.name,
        "description": f"{diagnostic.code}: {diagnostic.message}",
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": from_checkout(diagnostic.place.path, context),
            "lines": {"begin": span.line, "end": span.end_line},
            "positions": {
                "begin": {"line": span.line, "column": span.column},
                "end": {"line": span.end_line, "column": span.end_column},
            },
        },
    }
