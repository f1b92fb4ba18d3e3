from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from schemalint.diagnostics import Applicability, Fix, Severity
from schemalint.report.statistics import statistics_json, statistics_text


def test_rules_by_how_often_they_speak(diagnose: Callable[..., Any]) -> None:
    fix = Fix("Add it", Applicability.SAFE, ())
    found = [
        diagnose(code="LCK001", name="non-concurrent-index", category="locking", severity=Severity.WARNING),
        *[diagnose(severity=severity, fixes=(fix,)) for severity in (Severity.INFO, Severity.ERROR)],
    ]
    assert statistics_text(found) == (
        "2  error    MIG001  unapproved-column-drop\n1  warning  LCK001  non-concurrent-index\n"
    )
    assert json.loads(statistics_json(found))[0] == {
        "code": "MIG001",
        "name": "unapproved-column-drop",
        "category": "migrations",
        "count": 2,
        "error": 1,
        "warning": 0,
        "info": 1,
        "fixable": 2,
    }


def test_nothing_found(diagnose: Callable[..., Any]) -> None:
    assert statistics_text([]) == ""
    assert statistics_json([]) == "[]\n"
