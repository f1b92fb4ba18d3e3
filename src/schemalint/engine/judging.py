"""Judging a project: linking the files, calling the rules, and sorting what they find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import msgspec

from schemalint.diagnostics import Diagnostic, Severity
from schemalint.engine.checking import Found, by_type, check, validated_options
from schemalint.engine.lowering import lower_files
from schemalint.engine.memory_table import MemoryTable
from schemalint.engine.reading import Contents
from schemalint.engine.request import Outcome, Request
from schemalint.engine.result import Examined, NotUnderstood, RunResult
from schemalint.engine.sql_table import remembered_sql
from schemalint.engine.suppression import Suppressions
from schemalint.engine.verdicts import Verdict, Witness, keep
from schemalint.engine.weighing import one_per_cause, to_diagnostics
from schemalint.project.conduct import Crash, DirectiveUse
from schemalint.project.link import Source, link
from schemalint.project.subjects import Project
from schemalint.project.views import subjects_of
from schemalint.rules.api import Rule
from schemalint.rules.registry import load_rules
from schemalint.rules.selectors import enabled, specificity
from schemalint.settings.globs import ignored_in
from schemalint.source.git import released as released_in
from schemalint.source.tree import is_within
from schemalint.source.walk import Skipped, Walked

_FEW = 5

Applied = Mapping[str, tuple[Rule, Severity]]


def judge(request: Request, walked: Walked, missing: tuple[Skipped, ...], contents: Contents, key: bytes) -> Outcome:
    """What comes of the files that were read; kept under the key where nothing went wrong and no plugin took part.

    Raises what `run` raises.
    """
    with remembered_sql(request.cache):
        return _kept(request, walked, missing, contents, key)


def _kept(request: Request, walked: Walked, missing: tuple[Skipped, ...], contents: Contents, key: bytes) -> Outcome:
    settings = request.settings
    witness = Witness(request.tree)
    outcome, project = _judged(replace(request, tree=witness), walked, missing, contents)
    if not settings.plugins and not outcome.crashes and not outcome.result.errors:
        asked = released_in(request.tree.root, settings.default_branch) if project.histories else None
        verdict = Verdict(_as_cached(outcome.result), outcome.roles, witness.seen, witness.existing, asked)
        keep(request.cache, key, verdict)
    return outcome


def _as_cached(result: RunResult) -> RunResult:
    """The result as it is told when it comes from the cache: no file was lowered anew."""
    examined = result.examined
    return msgspec.structs.replace(result, examined=msgspec.structs.replace(examined, cached=examined.files))


def _judged(
    request: Request, walked: Walked, missing: tuple[Skipped, ...], contents: Contents
) -> tuple[Outcome, Project]:
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
    lowered = lower_files(contents, request.cache, progress=request.progress)
    sources: dict[str, Source] = {path: lowered.modules.get(path, lowered.problems.get(path)) for path in walked.files}
    project = link(sources, settings, request.tree, memory=MemoryTable(request.cache, contents.keys))
    checked = check(_about_code(applied), options, partial(subjects_of, project))
    if project.code is not None:
        project.code.functions.facts.keep()
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
    )
    return Outcome(result, roles, crashes), project


_CONDUCT = (Crash, DirectiveUse)
"""Subjects that come of the run itself, after all others."""


def _about_code(applied: Applied) -> Iterable[tuple[Rule, Severity]]:
    return (entry for entry in applied.values() if entry[0].subject not in _CONDUCT)


def _about_conduct(applied: Applied) -> Iterable[tuple[Rule, Severity]]:
    return (entry for entry in applied.values() if entry[0].subject in _CONDUCT)


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
