"""Keeping a fault of schemalint's own in one file from costing the others."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from schemalint.diagnostics import Place, Span
from schemalint.project.conduct import Crash

T = TypeVar("T")


@dataclass(slots=True)
class Attempts:
    """Runs what reads one file; what breaks is recorded and has a default for its result."""

    crashes: list[Crash] = field(default_factory=list)

    def run(self, doing: str, path: str, default: T, read: Callable[[], T]) -> T:
        """The result of `read`, or the default where it raises anything. `doing` says what it does, for people."""
        try:
            return read()
        except Exception as error:
            text = f"{type(error).__name__}: {error}".partition("\n")[0]
            start = Place(path, Span(1, 1, 1, 1))
            self.crashes.append(Crash(f"{doing} {path}", text, start, "".join(traceback.format_exception(error))))
            return default
