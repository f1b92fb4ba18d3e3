"""`full`: each diagnostic with the source it is about, the facts it rests on and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from schemalint.diagnostics import Applicability, Diagnostic, Place
from schemalint.engine.result import RunResult
from schemalint.report.context import RenderContext
from schemalint.report.escape import one_line, printable, unarmed
from schemalint.report.excerpt import Look, excerpt
from schemalint.report.footer import footer
from schemalint.report.paths import shown
from schemalint.report.positions import Sources, split_lines
from schemalint.report.terminal import Style, paint

_FIX_LABELS = {
    Applicability.SAFE: "fix (safe)",
    Applicability.UNSAFE: "fix (unsafe: it may change behaviour)",
    Applicability.DISPLAY: "fix (to be read before it is applied)",
}


def render(result: RunResult, context: RenderContext) -> str:
    """The diagnostics as blocks with a blank line between, then the footer."""
    sources = Sources(context.read_text)
    blocks = ["\n".join(_block(diagnostic, sources, context)) + "\n" for diagnostic in result.diagnostics]
    return "\n".join([*blocks, footer(result, context)])


def _block(diagnostic: Diagnostic, sources: Sources, context: RenderContext) -> Iterator[str]:
    places = [diagnostic.place, *(related.place for related in diagnostic.related)]
    gutter = len(str(max(place.span.end_line for place in places) + 2))
    style: Style = diagnostic.severity.value
    look = Look(gutter, context.width, "^", style, context.color)
    label = paint(f"{style}[{printable(diagnostic.name)}]", style, context.color)
    yield f"{label} {paint(one_line(diagnostic.message), 'strong', context.color)}"
    yield from _shown(diagnostic.place, sources, look, context)
    for related in diagnostic.related:
        yield f"{paint('note', 'strong', context.color)}: {one_line(related.message)}"
        aside = Look(gutter, context.width, "-", "info", context.color)
        yield from _shown(related.place, sources, aside, context)
    for fact in diagnostic.facts:
        yield from _remark("fact", fact, look)
    if diagnostic.help:
        yield from _remark("help", diagnostic.help, look)
    for fix in diagnostic.fixes:
        yield from _remark(_FIX_LABELS[fix.applicability], fix.title, look)


def _shown(place: Place, sources: Sources, look: Look, context: RenderContext) -> list[str]:
    arrow = paint(" " * look.gutter + "-->", "gutter", look.color)
    heading = f"{arrow} {shown(place.path, context)}:{place.span.line}:{place.span.column}"
    return [heading, *excerpt(sources.lines(place.path), place.span, look)]


def _remark(label: str, text: str, look: Look) -> Iterator[str]:
    """A remark hung on the gutter. Prose is wrapped; indented lines are code and stay as they are."""
    margin = look.gutter + len(f" = {label}: ")
    lines: list[str] = []
    for line in map(printable, split_lines(text.strip().expandtabs(4))):
        verbatim = line.startswith("  ") or not line.strip()
        width = max(look.width - margin, 30)
        lines += [line.rstrip()] if verbatim else wrap(line, width, break_long_words=False, break_on_hyphens=False)
    edge = paint(" " * look.gutter + " =", "gutter", look.color)
    yield f"{edge} {paint(label, 'strong', look.color)}: {lines[0] if lines else ''}".rstrip()
    for line in lines[1:]:
        yield (" " * margin + unarmed(line)).rstrip()
