"""Subjects that come of the run itself: how people answered the linter, and what broke in it."""

from __future__ import annotations

from dataclasses import dataclass

from schemalint.diagnostics import Place
from schemalint.facts.comments import Directive


@dataclass(frozen=True, slots=True, eq=False)
class DirectiveUse:
    """One name in a suppression or approval, and what became of it.

    `known` tells whether a rule of that name exists; `enabled` whether this run applies it; `used` whether it silenced
    anything. For a comment with a problem `name` is empty.
    """

    directive: Directive
    name: str
    place: Place
    known: bool
    enabled: bool
    used: bool
    suggestion: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Crash:
    """An error of schemalint's own while it did something (`doing`); `place` is what it looked at."""

    doing: str
    error: str
    place: Place
    traceback: str = ""
