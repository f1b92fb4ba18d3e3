"""The result of a run: everything that a report may say, and nothing of how it was found."""

from __future__ import annotations

import msgspec

from schemalint.diagnostics import Diagnostic, Place, Severity
from schemalint.source.walk import Skipped as Skipped


class NotUnderstood(msgspec.Struct, frozen=True, gc=False):
    """An operation or expression (`what`) that could not be resolved, and the reason as one phrase."""

    place: Place
    what: str
    reason: str


class Examined(msgspec.Struct, frozen=True):
    """What a run looked at. `cached` of the `files` were not lowered anew; a file may have several roles or none."""

    files: int = 0
    cached: int = 0
    by_role: dict[str, int] = {}
    operations: int = 0
    not_understood: tuple[NotUnderstood, ...] = ()
    skipped: tuple[Skipped, ...] = ()


class RuleInfo(msgspec.Struct, frozen=True):
    """What reports say about a rule: one sentence, a description of at most 1,000 characters, and its whole page."""

    code: str
    name: str
    category: str
    summary: str
    description: str
    help_markdown: str
    severity: Severity
    url: str = ""
    tags: tuple[str, ...] = ()


class RunResult(msgspec.Struct, frozen=True):
    """The outcome of a run.

    `diagnostics` are in the order in which they are shown. `released` counts the findings in released revisions, which
    are not shown. `notes` say what the user should know of the run (why a database is undecided); `errors` say what
    could not be done, and make the exit code 2. `elapsed` is in seconds.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    examined: Examined = Examined()
    released: int = 0
    suppressed: int = 0
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    elapsed: float = 0.0
