"""A diagnostic in several lines of plain text, for formats that have one field for all of it."""

from __future__ import annotations

from schemalint.diagnostics import Diagnostic


def told(diagnostic: Diagnostic, message: str) -> str:
    """The message, then the facts and the help, each on its own line."""
    facts = (f"fact: {fact}" for fact in diagnostic.facts)
    helps = (f"help: {diagnostic.help}",) if diagnostic.help else ()
    return "\n".join([message, *facts, *helps])
