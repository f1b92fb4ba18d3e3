"""The progress bar: only on a terminal, and only when a run takes long enough for somebody to wonder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_PATIENCE = 1.0


@contextmanager
def progress_bar(*, enabled: bool) -> Iterator[Callable[[int, int], None]]:
    """Gives what a run tells how many files it has read, of how many. The bar appears when a second has passed."""
    if not enabled or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    started = time.monotonic()
    bar: ProgressBar[int] | None = None
    with ExitStack() as stack:

        def update(done: int, total: int) -> None:
            nonlocal bar
            if bar is None and done < total and time.monotonic() - started > _PATIENCE:
                bar = stack.enter_context(
                    click.progressbar(length=total, label="Reading files", file=sys.stderr, show_pos=True)
                )
            if bar is not None:
                bar.update(done - bar.pos)

        yield update
