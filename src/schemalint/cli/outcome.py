"""The exit code of a run."""

from __future__ import annotations

from schemalint.diagnostics import Severity
from schemalint.engine.result import RunResult

CLEAN = 0
FINDINGS = 1
NOT_DONE = 2


def exit_code(result: RunResult, fail_on: Severity, *, exit_zero: bool) -> int:
    """0 clean, 1 findings at or above `fail_on`, 2 where the job could not be done: that is never waved through."""
    if result.errors:
        return NOT_DONE
    fails = any(diagnostic.severity.rank >= fail_on.rank for diagnostic in result.diagnostics)
    return FINDINGS if fails and not exit_zero else CLEAN
