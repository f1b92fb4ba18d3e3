"""`junit`: XML as test reports have it. A file is a suite, a diagnostic a failed case, a clean run one that passed."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from schemalint.diagnostics import Diagnostic
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.paths import from_checkout
from schemalint.report.wording import told

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: RunResult, context: RenderContext) -> str:
    """The document, for UTF-8."""
    found, errors = result.diagnostics, result.errors
    clean = not found and not errors
    counts = _counts(len(found) + len(errors) + clean, len(found), len(errors))
    root = Element("testsuites", {"name": "schemalint", "time": f"{result.elapsed:.3f}", **counts})
    for path, group in groupby(found, key=lambda diagnostic: diagnostic.place.path):
        _suite(root, from_checkout(path, context), list(group))
    if clean or errors:
        suite = SubElement(root, "testsuite", {"name": "schemalint", **_counts(len(errors) + clean, 0, len(errors))})
        if clean:
            SubElement(suite, "testcase", name="No problems found", classname="schemalint")
        for error in errors:
            case = SubElement(suite, "testcase", name="The run could be completed", classname="schemalint")
            SubElement(case, "error", message=_xml(error))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _counts(tests: int, failures: int, errors: int) -> dict[str, str]:
    return {"tests": str(tests), "failures": str(failures), "errors": str(errors), "skipped": "0"}


def _suite(root: Element, path: str, found: list[Diagnostic]) -> None:
    suite = SubElement(root, "testsuite", {"name": _xml(path), **_counts(len(found), len(found), 0)})
    for diagnostic in found:
        span = diagnostic.place.span
        case = SubElement(
            suite,
            "testcase",
            name=_xml(f"{diagnostic.code} {diagnostic.name} at {span.line}:{span.column}"),
            classname=_xml(path),
            file=_xml(path),
            line=str(span.line),
        )
        failure = SubElement(case, "failure", type=diagnostic.severity.value, message=_xml(diagnostic.message))
        failure.text = _xml(_text(diagnostic, path))


def _text(diagnostic: Diagnostic, path: str) -> str:
    span = diagnostic.place.span
    return told(diagnostic, f"{path}:{span.line}:{span.column}: {diagnostic.message}")


def _xml(text: str) -> str:
    """The text with each character that XML 1.0 cannot hold replaced."""
    return _NOT_XML.sub("\ufffd", text)
