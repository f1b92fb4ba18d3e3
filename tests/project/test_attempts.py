"""A fault of schemalint's own in one file is told, and costs nothing else."""

from __future__ import annotations

from schemalint.project.attempts import Attempts


def test_what_breaks_is_recorded_and_has_a_default() -> None:
    attempts = Attempts()

    def divide(number: int) -> int:
        return attempts.run("dividing by", f"{number}.py", -1, lambda: 4 // number)

    results = [divide(2), divide(0), divide(1)]

    assert results == [2, -1, 4]
    (crash,) = attempts.crashes
    assert crash.doing == "dividing by 0.py"
    assert crash.error.startswith("ZeroDivisionError")
    assert crash.place.path == "0.py"
    assert "4 // number" in crash.traceback
