"""One run: a tree and settings in, diagnostics out."""

from __future__ import annotations

import time
from dataclasses import replace

import msgspec

from schemalint.engine.reading import read_files
from schemalint.engine.request import Outcome as Outcome
from schemalint.engine.request import Request as Request
from schemalint.engine.verdicts import key_of, known
from schemalint.source.walk import Skipped, Walked, walk


def run(request: Request) -> Outcome:
    """Checks a project.

    Raises `TreeError` for a tree that cannot be had, `PluginError` and `OptionsError` for settings that name a plugin
    or an option in vain. Whatever is wrong with a file, or breaks in a rule, is a diagnostic.
    """
    started = time.perf_counter()
    settings = request.settings
    walked, missing = _walk(request)
    contents = read_files(request.tree, walked.files, max_file_size=settings.max_file_size)
    key = key_of(settings, walked, contents.keys, request.given, request.show_released)
    found = known(request.cache, key, request.tree, settings) if not settings.plugins else None
    if found is not None:
        outcome = Outcome(found.result, found.roles)
        request.cache.leave()
    else:
        # All that judges is imported only here: where nothing has changed, the import alone would take half the time.
        from schemalint.engine.judging import judge

        outcome = judge(request, walked, missing, contents, key)
    result = msgspec.structs.replace(outcome.result, elapsed=time.perf_counter() - started)
    return replace(outcome, result=result)


def _walk(request: Request) -> tuple[Walked, tuple[Skipped, ...]]:
    """The files of the whole project with those given by name, and what was given in vain."""
    settings = request.settings

    def walked(given: tuple[str, ...]) -> Walked:
        return walk(
            request.tree,
            given,
            exclude=settings.excluded,
            force_exclude=settings.force_exclude,
            respect_gitignore=settings.respect_gitignore,
        )

    everything = walked(())
    if not request.given:
        return everything, tuple(entry for entry in everything.skipped if entry.error)
    named = walked(request.given)
    files = tuple(sorted({*everything.files, *named.files}))
    skipped = tuple(sorted({*everything.skipped, *named.skipped}))
    return Walked(files, skipped), tuple(entry for entry in skipped if entry.error)
