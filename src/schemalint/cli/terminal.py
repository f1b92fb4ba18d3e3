"""What the terminal is like: colour and width."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

import click

COLORS = click.Choice(["auto", "always", "never"])
WIDTH_ELSEWHERE = 100
"""The width of text that does not go to a terminal."""
_NO = ("", "0", "false", "never")


def wants_color(choice: str, stream: TextIO | None = None, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour what goes to a stream (standard output).

    `choice` is "always", "never" or "auto". Auto heeds, in this order, NO_COLOR (no-color.org), FORCE_COLOR and
    CLICOLOR_FORCE, CLICOLOR=0 (bixense.com/clicolors), TERM=dumb, and whether the stream is a terminal.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if any(environment.get(name, "") not in _NO for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if environment.get("CLICOLOR") == "0" or environment.get("TERM") == "dumb":
        return False
    return (stream or sys.stdout).isatty()


def width() -> int:
    """The columns of the terminal, or what COLUMNS says."""
    return max(shutil.get_terminal_size((WIDTH_ELSEWHERE, 24)).columns, 40)
