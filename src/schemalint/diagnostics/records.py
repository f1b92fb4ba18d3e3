"""The records of a report: severities, places, edits and the diagnostic itself."""

from __future__ import annotations

from enum import Enum

import msgspec


class Severity(str, Enum):
    """How bad a diagnostic is. `error` blocks by default."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error: a higher rank is more severe."""
        return _RANKS[self]

    def lowered(self) -> Severity:
        """The severity one step lower; `info` stays `info`."""
        return Severity.WARNING if self is Severity.ERROR else Severity.INFO


_RANKS = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Weight(str, Enum):
    """How much of its rule's severity a finding deserves."""

    FULL = "full"
    REDUCED = "reduced"
    """One severity lower than the rule's."""
    NOTE = "note"
    """Always info."""


class Basis(str, Enum):
    """What a finding rests on. An inferred finding is never an error, in any profile."""

    DECLARED = "declared"
    PROVED = "proved"
    INFERRED = "inferred"


class Applicability(str, Enum):
    """Who may apply a fix: `--fix`, `--fix --unsafe-fixes`, or only a person who has read it."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"


class Span(msgspec.Struct, frozen=True, gc=False, order=True):
    """A range of a file. Lines and columns are 1-based, columns count code points, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Place(msgspec.Struct, frozen=True, gc=False, order=True):
    """A span of a file. The path is relative to the tree's root, with forward slashes."""

    path: str
    span: Span


class Related(msgspec.Struct, frozen=True, gc=False):
    """Another place that takes part in a diagnostic, often in another file."""

    place: Place
    message: str


class Edit(msgspec.Struct, frozen=True, gc=False):
    """Replaces the text of a place. An empty span inserts, an empty content deletes."""

    place: Place
    content: str


class Fix(msgspec.Struct, frozen=True, gc=False):
    """Edits that are applied together or not at all. The title is imperative: "Add a server default"."""

    title: str
    applicability: Applicability
    edits: tuple[Edit, ...]


class Diagnostic(msgspec.Struct, frozen=True, gc=False):
    """What is reported. `message` stands alone; `help` is imperative and gives the safe way.

    `anchor` says what the diagnostic is about (`users.email`, `ae103:add_column:users.email`) and `fingerprint` is
    derived from it, so that both survive a change of line numbers. `facts` are the facts it rests on, one sentence
    each.
    """

    code: str
    name: str
    category: str
    severity: Severity
    basis: Basis
    message: str
    place: Place
    anchor: str
    fingerprint: str = ""
    help: str = ""
    facts: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    url: str = ""

    @property
    def order(self) -> tuple[Place, str, str]:
        """The key by which diagnostics are sorted: path, span, code, anchor."""
        return (self.place, self.code, self.anchor)
