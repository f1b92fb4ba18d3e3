"""A fault of schemalint's own in one file is told, and costs nothing else."""

from __future__ import annotations

from schemalint.project.attempts import Attempts


def test_what_breaks_is_recorded_and_has_a_default() -> None:
    attempts = Attempts()

    results = [
        attempts.run("dividing by", f"{number}.py", -1, lambda number=number: 4 // number) for number in (2, 0, 1)
    ]

    assert results == [2, -1, 4]
    (crash,) = attempts.crashes
    assert crash.doing == "dividing by 0.py"
    assert crash.error.startswith("ZeroDivisionError")
    assert crash.place.path == "0.py"
    assert "4 // number" in crash.traceback
