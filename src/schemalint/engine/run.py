"""One run: a tree and settings in, diagnostics out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from schemalint.diagnostics import Diagnostic, Severity
from schemalint.engine.cache import Cache
from schemalint.engine.checking import Found, by_type, check, validated_options
from schemalint.engine.lowering import lower_files
from schemalint.engine.result import Examined, NotUnderstood, RunResult
from schemalint.engine.sql_table import remembered_sql
from schemalint.engine.suppression import Suppressions
from schemalint.engine.weighing import one_per_cause, to_diagnostics
from schemalint.project.conduct import Crash, DirectiveUse
from schemalint.project.link import Source, link
from schemalint.project.subjects import Project
from schemalint.project.views import subjects_of
from schemalint.rules.api import Rule
from schemalint.rules.registry import load_rules
from schemalint.rules.selectors import enabled, specificity
from schemalint.settings.globs import ignored_in
from schemalint.settings.records import Settings
from schemalint.source.tree import SourceTree, is_within
from schemalint.source.walk import Skipped, Walked, walk

_FEW = 5

Applied = Mapping[str, tuple[Rule, Severity]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked for.

    `given` are the files and folders to report on, relative to the tree's root; empty for everything. The whole project
    is read in any case. `show_released` shows what is otherwise counted: findings in released revisions. `progress` is
    called with the number of files lowered and to lower.
    """

    tree: SourceTree
    settings: Settings
    cache: Cache
    given: tuple[str, ...] = ()
    show_released: bool = False
    progress: Callable[[int, int], None] = lambda done, total: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run and what it was made of: every file with its role, the linked project, what broke."""

    result: RunResult
    roles: tuple[tuple[str, str | None], ...]
    project: Project
    crashes: tuple[Crash, ...] = ()


def run(request: Request) -> Outcome:
    """Checks a project.

    Raises `TreeError` for a tree that cannot be had, `PluginError` and `OptionsError` for settings that name a plugin
    or an option in vain. Whatever is wrong with a file, or breaks in a rule, is a diagnostic.
    """
    with remembered_sql(request.cache):
        return _outcome(request)


def _outcome(request: Request) -> Outcome:
    started = time.perf_counter()
    settings = request.settings
    rules = load_rules(settings.plugins)
    applied = enabled(
        rules,
        profile=settings.profile,
        select=settings.selected,
        ignore=settings.ignore,
        overrides=settings.severity,
    )
    options = validated_options(rules.values(), settings.rules)
    walked, missing = _walk(request)
    lowered = lower_files(
        request.tree,
        walked.files,
        request.cache,
        max_file_size=settings.max_file_size,
        progress=request.progress,
    )
    sources: dict[str, Source] = {path: lowered.modules.get(path, lowered.problems.get(path)) for path in walked.files}
    project = link(sources, settings, request.tree)
    checked = check(_about_code(applied), options, partial(subjects_of, project))
    suppressions = Suppressions({module.path: module.directives for module in project.modules}, rules)
    answers = Answers()
    _answer(one_per_cause(checked.found), suppressions, request, answers)
    crashes = (*project.crashes, *(project.code.attempts.crashes if project.code else ()), *checked.crashes)
    conduct = by_type([*crashes, *suppressions.uses(applied)])
    about_the_run = check(_about_conduct(applied), options, conduct)
    _answer(about_the_run.found, suppressions, request, answers)
    roles = tuple((module.path, module.role) for module in project.modules)
    result = RunResult(
        diagnostics=tuple(sorted(answers.shown, key=lambda diagnostic: diagnostic.order)),
        examined=Examined(
            files=len(walked.files),
            cached=lowered.cached,
            by_role=dict(Counter(role for _, role in roles if role is not None)),
            operations=project.operations,
            not_understood=tuple(NotUnderstood(*entry) for entry in project.not_understood),
            skipped=walked.skipped,
        ),
        released=answers.released,
        suppressed=answers.suppressed,
        notes=project.notes,
        errors=(*_errors(request, walked, missing), *_crash_errors(crashes)),
        elapsed=time.perf_counter() - started,
    )
    return Outcome(result, roles, project, crashes)


_CONDUCT = (Crash, DirectiveUse)
"""Subjects that come of the run itself, after all others."""


def _about_code(applied: Applied) -> Iterable[tuple[Rule, Severity]]:
    return (entry for entry in applied.values() if entry[0].subject not in _CONDUCT)


def _about_conduct(applied: Applied) -> Iterable[tuple[Rule, Severity]]:
    return (entry for entry in applied.values() if entry[0].subject in _CONDUCT)


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


def _errors(request: Request, walked: Walked, missing: Iterable[Skipped]) -> list[str]:
    """What could not be done, as sentences."""
    errors = [f"{entry.path} {entry.reason}" for entry in missing]
    if not walked.files and not errors and not request.given:
        errors.append(
            f"nothing could be examined: {request.tree.root} holds no Python and no SQL file that is not excluded"
        )
    return errors


def _crash_errors(crashes: Sequence[Crash]) -> list[str]:
    """What broke, the first few of many: every one of them is a diagnostic."""
    errors = [f"schemalint failed while {crash.doing}: {crash.error}" for crash in crashes[:_FEW]]
    if len(crashes) > _FEW:
        errors.append(f"schemalint failed {len(crashes) - _FEW:,} times more: `--select internal-error` lists them")
    return errors


@dataclass(slots=True)
class Answers:
    """What becomes of diagnostics: shown, or counted."""

    shown: list[Diagnostic] = field(default_factory=list)
    suppressed: int = 0
    released: int = 0


def _answer(found: Iterable[Found], suppressions: Suppressions, request: Request, answers: Answers) -> None:
    """Sorts findings into what is shown and what is only counted."""
    settings = request.settings
    for diagnostic, item in to_diagnostics(found, lambda name: ""):
        path = diagnostic.place.path
        if any(specificity(selector, item.rule) for selector in ignored_in(path, settings.per_file_ignores)):
            continue
        if suppressions.silences(diagnostic):
            answers.suppressed += 1
        elif not _is_given(diagnostic, request.given):
            continue
        elif (
            item.rule.judges_change
            and item.revision is not None
            and item.revision.released
            and not request.show_released
        ):
            answers.released += 1
        else:
            answers.shown.append(diagnostic)


def _is_given(diagnostic: Diagnostic, given: tuple[str, ...]) -> bool:
    """Whether a diagnostic has its primary or a related place in what was given."""
    places = (diagnostic.place, *(related.place for related in diagnostic.related))
    return not given or any(place.path == name or is_within(place.path, name) for place in places for name in given)
