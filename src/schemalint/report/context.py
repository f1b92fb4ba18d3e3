"""What a renderer is given besides the result of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec

from schemalint.engine.result import RuleInfo, RunResult


class RenderContext(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of a report.

    `root` is the absolute folder that the paths of diagnostics are relative to, `working_directory` the absolute folder
    in which the user stands. `read_text` gives the decoded text of such a path, or None where it cannot be read.
    `rules` gives what is known of the rules, by code; it is called only by formats that describe rules. `environment`
    tells continuous integration apart. `verbose` lists what is otherwise counted.
    """

    root: Path
    working_directory: Path
    read_text: Callable[[str], str | None]
    rules: Callable[[], Mapping[str, RuleInfo]]
    tool_version: str
    color: bool = False
    width: int = 100
    verbose: bool = False
    environment: Mapping[str, str] = {}


class Renderer(Protocol):
    """Writes the result of a run in one format. Pure: it reads nothing but its arguments and prints nothing."""

    def __call__(self, result: RunResult, context: RenderContext) -> str: ...
