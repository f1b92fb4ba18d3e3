"""What can be wrong with a file. In a module of its own, for a warm run needs no more of the project than this."""

from __future__ import annotations

from dataclasses import dataclass

from schemalint.diagnostics import Span


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Why a file could not be read or understood. `kind` is "syntax" or "unreadable"."""

    kind: str
    message: str
    span: Span
