"""A run as the command line asks for it, and what its report needs to know of the surroundings."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from schemalint import __version__
from schemalint.cli.paths import Given
from schemalint.cli.progress import progress_bar
from schemalint.cli.terminal import width
from schemalint.engine.cache import Cache
from schemalint.engine.result import RuleInfo, RunResult
from schemalint.engine.run import Outcome, Request, run
from schemalint.report import RenderContext
from schemalint.settings.records import Settings
from schemalint.source.text import decode
from schemalint.source.tree import SourceTree


def examine(
    tree: SourceTree, settings: Settings, cache: Cache, given: Given, *, show_released: bool, quiet: bool
) -> Outcome:
    """Checks a project. What is wrong with the given paths is among the result's errors; the others are reported on."""
    if given.is_all_wrong:
        return Outcome(RunResult(errors=given.errors), ())
    with progress_bar(enabled=not quiet) as progress:
        outcome = run(Request(tree, settings, cache, given.paths, show_released, progress))
    result = replace(outcome.result, errors=(*given.errors, *outcome.result.errors))
    return Outcome(result, outcome.roles, outcome.crashes)


def report_context(tree: SourceTree, settings: Settings, *, verbose: bool, color: bool) -> RenderContext:
    """The surroundings of a report on a tree."""

    def read_text(path: str) -> str | None:
        try:
            text = decode(tree.read(path), path)
        except OSError:
            return None
        return text if isinstance(text, str) else None

    def rules() -> dict[str, RuleInfo]:
        from schemalint.engine.catalogue import rule_infos  # all rules, which few formats ask for

        return rule_infos(settings)

    return RenderContext(
        root=tree.root,
        working_directory=Path.cwd(),
        read_text=read_text,
        rules=rules,
        tool_version=__version__,
        color=color,
        width=width(),
        verbose=verbose,
        environment=os.environ,
    )
