"""`grouped`: the diagnostics of each file under its path, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from schemalint.diagnostics import Diagnostic
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.escape import one_line, printable
from schemalint.report.footer import footer
from schemalint.report.paths import shown
from schemalint.report.terminal import paint


def render(result: RunResult, context: RenderContext) -> str:
    """The files with a blank line between, then the footer."""
    by_path = groupby(result.diagnostics, key=lambda diagnostic: diagnostic.place.path)
    blocks = ["\n".join(_block(path, list(found), context)) + "\n" for path, found in by_path]
    return "\n".join([*blocks, footer(result, context)])


def _block(path: str, found: Sequence[Diagnostic], context: RenderContext) -> Iterator[str]:
    yield paint(f"{shown(path, context)}:", "strong", context.color)
    positions = [f"{each.place.span.line}:{each.place.span.column}" for each in found]
    width = max(map(len, positions))
    codes = max(len(each.code) for each in found)
    names = max(len(each.name) for each in found)
    for position, each in zip(positions, found, strict=True):
        severity = paint(f"{each.severity.value:<7}", each.severity.value, context.color)
        columns = f"{printable(each.code):<{codes}}  {printable(each.name):<{names}}"
        yield f"  {position:>{width}}  {severity}  {columns}  {one_line(each.message)}"
