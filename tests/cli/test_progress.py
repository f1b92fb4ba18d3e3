"""The progress bar: seen by who waits at a terminal, and by nobody else."""

from __future__ import annotations

import io
import sys
import time

import pytest

from schemalint.cli.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *, seconds: float, enabled: bool = True) -> str:
    """What a run prints that reads four files in so many seconds."""
    now = 100.0
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with progress_bar(enabled=enabled) as update:
        for done in range(1, 5):
            now += seconds / 4
            update(done, 4)
    return stream.getvalue()


def test_a_long_run_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(Terminal(), monkeypatch, seconds=4)
    assert "Reading files" in text
    assert "4/4" in text


def test_a_short_run_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(Terminal(), monkeypatch, seconds=0.9) == ""


def test_nothing_is_shown_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(io.StringIO(), monkeypatch, seconds=4) == ""
    assert shown(Terminal(), monkeypatch, seconds=4, enabled=False) == ""
