"""Output formats of a run, one a module, imported when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext, Renderer

FORMATS = {
    "full": "schemalint.report.full",
    "concise": "schemalint.report.concise",
    "grouped": "schemalint.report.grouped",
    "json": "schemalint.report.json",
    "json-lines": "schemalint.report.json_lines",
    "github": "schemalint.report.github",
    "gitlab": "schemalint.report.gitlab",
    "azure": "schemalint.report.azure",
    "sarif": "schemalint.report.sarif",
    "junit": "schemalint.report.junit",
    "rdjson": "schemalint.report.rdjson",
    "lsp": "schemalint.report.lsp",
    "markdown": "schemalint.report.markdown",
}
"""The module of each format, by the name that `--output-format` takes."""

WITHOUT_ERRORS = frozenset({"json", "json-lines", "gitlab", "rdjson", "lsp"})
"""Formats that have no room for `RunResult.errors`: the caller says those elsewhere."""


def renderer(name: str) -> Renderer:
    """The renderer of a format. Raises KeyError for a name that is not in `FORMATS`."""
    return cast("Renderer", import_module(FORMATS[name]).render)


def render(name: str, result: RunResult, context: RenderContext) -> str:
    """The result in the named format, ending in a line feed unless empty, always encodable as UTF-8.

    A lone surrogate, which a string literal or an undecodable file name can bring, becomes a question mark.
    """
    text = renderer(name)(result, context)
    return text.encode("utf-8", "replace").decode("utf-8")


__all__ = ["FORMATS", "WITHOUT_ERRORS", "RenderContext", "Renderer", "render", "renderer"]
