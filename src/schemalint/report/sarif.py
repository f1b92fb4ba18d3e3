"""`sarif`: SARIF 2.1.0, within the limits of GitHub's code scanning.

Locations are relative to the checkout and columns count code points. The limits and the fields that GitHub reads are
those of its documentation of SARIF support: 25,000 results a run, 1,024 characters for descriptions, 20 tags a rule,
and of the fingerprints only `primaryLocationLineHash`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from schemalint.diagnostics import Diagnostic, Fix, Place, Severity
from schemalint.engine.result import RuleInfo, RunResult
from schemalint.report.context import RenderContext
from schemalint.report.escape import clip
from schemalint.report.jsontext import indented
from schemalint.report.paths import from_checkout, uri_path
from schemalint.report.wording import told

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_ROOT = "%SRCROOT%"
_MAX_RESULTS = 25_000
_MAX_TEXT = 1024
_MAX_NAME = 255
_MAX_TAGS = 20
_MAX_LOCATIONS = 1000
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+")


def render(result: RunResult, context: RenderContext) -> str:
    """A log of one run, with the rules that spoke."""
    shown = _within_limit(result.diagnostics)
    known = context.rules() if shown else {}
    first = {each.code: each for each in reversed(shown)}
    codes = {code: index for index, code in enumerate(sorted(first))}
    driver: dict[str, Any] = {"name": "schemalint", "version": context.tool_version}
    if _SEMANTIC_VERSION.fullmatch(context.tool_version):
        driver["semanticVersion"] = context.tool_version
    driver["rules"] = [_rule(first[code], known) for code in codes]
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"schemalint/{uri_path(context.root.name)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the checkout."}}},
        "invocations": [_invocation(result, len(result.diagnostics) - len(shown), context)],
        "results": [_result(each, codes[each.code], context) for each in shown],
    }
    return indented({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _within_limit(diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """As many as GitHub takes, the severest first where that leaves some out."""
    if len(diagnostics) <= _MAX_RESULTS:
        return diagnostics
    return sorted(diagnostics, key=lambda each: -each.severity.rank)[:_MAX_RESULTS]


def _rule(example: Diagnostic, known: Mapping[str, RuleInfo]) -> dict[str, Any]:
    """The description of the rule; of one that nothing is known of, what its diagnostic says."""
    rule = known.get(example.code) or RuleInfo(
        code=example.code,
        name=example.name,
        category=example.category,
        summary=example.name,
        description=example.name,
        help_markdown=example.name,
        severity=example.severity,
        url=example.url,
    )
    tags = list(dict.fromkeys((rule.category, *rule.tags)))
    return {
        "id": rule.code,
        "name": clip(rule.name, _MAX_NAME),
        "shortDescription": {"text": clip(rule.summary, _MAX_TEXT)},
        "fullDescription": {"text": clip(rule.description, _MAX_TEXT)},
        "help": {"text": rule.help_markdown, "markdown": rule.help_markdown},
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": tags[:_MAX_TAGS],
            "problem": {"severity": _PROBLEM_SEVERITIES[rule.severity]},
        },
    }


def _invocation(result: RunResult, left_out: int, context: RenderContext) -> dict[str, Any]:
    skipped = (
        {
            **_notification("warning", f"Not examined: {each.reason}"),
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(each.path, context)}}],
        }
        for each in result.examined.skipped
    )
    notes = list(result.notes)
    if left_out:
        notes.append(f"{left_out:,} results of lower severity are left out: a run holds at most {_MAX_RESULTS:,}.")
    return {
        "executionSuccessful": not result.errors,
        "toolExecutionNotifications": [
            *(_notification("error", error) for error in result.errors),
            *skipped,
            *(_notification("note", note) for note in notes),
        ],
    }


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _unlinked(text)}}


def _result(diagnostic: Diagnostic, rule_index: int, context: RenderContext) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _unlinked(told(diagnostic, diagnostic.message))},
        "locations": [{"physicalLocation": _physical(diagnostic.place, context)}],
        "properties": {"anchor": diagnostic.anchor, "basis": diagnostic.basis.value, "facts": list(diagnostic.facts)},
    }
    if diagnostic.fingerprint:
        fingerprint = diagnostic.fingerprint
        entry["partialFingerprints"] = {"primaryLocationLineHash": fingerprint, "schemalint/v1": fingerprint}
    if diagnostic.related:
        entry["relatedLocations"] = [
            {
                "id": number,
                "physicalLocation": _physical(related.place, context),
                "message": {"text": _unlinked(related.message)},
            }
            for number, related in enumerate(diagnostic.related[:_MAX_LOCATIONS], start=1)
        ]
    if diagnostic.fixes:
        entry["fixes"] = [_fix(fix, context) for fix in diagnostic.fixes]
    return entry


def _fix(fix: Fix, context: RenderContext) -> dict[str, Any]:
    edits = sorted(fix.edits, key=lambda edit: edit.place)
    changes = [
        {
            "artifactLocation": _artifact(path, context),
            "replacements": [
                {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.content}} for edit in group
            ],
        }
        for path, group in groupby(edits, key=lambda edit: edit.place.path)
    ]
    return {
        "description": {"text": _unlinked(fix.title)},
        "artifactChanges": changes,
        "properties": {"applicability": fix.applicability.value},
    }


def _physical(place: Place, context: RenderContext) -> dict[str, Any]:
    return {"artifactLocation": _artifact(place.path, context), "region": _region(place)}


def _artifact(path: str, context: RenderContext) -> dict[str, Any]:
    return {"uri": uri_path(from_checkout(path, context)), "uriBaseId": _ROOT}


def _region(place: Place) -> dict[str, Any]:
    span = place.span
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _unlinked(text: str) -> str:
    """The text with brackets escaped that would make a link (SARIF 2.1.0, 3.11.6): only a report's author may link."""
    return _LINK.sub(r"\\[", text)
