"""Calling the rules: each for every subject of its kind, so that one broken rule costs only its own findings."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from schemalint.diagnostics import Place, Severity, Span
from schemalint.project.conduct import Crash
from schemalint.project.subjects import Revision, Step
from schemalint.rules.api import Finding, Options, Rule


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the rule that made it, the severity of the rule in this run, and the revision it is about."""

    rule: Rule
    severity: Severity
    finding: Finding
    revision: Revision | None


@dataclass(slots=True)
class Checked:
    """What came of calling rules."""

    found: list[Found] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)


Subjects = Callable[[type], Iterable[object]]
"""Gives the subjects of a type. Raises `LookupError` for a type that is no subject."""


def check(rules: Iterable[tuple[Rule, Severity]], options: Mapping[str, Options], subjects: Subjects) -> Checked:
    """Calls rules for their subjects. `options` hold the validated options of the rules that have any."""
    checked = Checked()
    for rule, severity in rules:
        try:
            candidates = subjects(rule.subject)
        except Exception as error:
            checked.crashes.append(_crash(rule, None, error))
            continue
        for subject in candidates:
            if severity is Severity.ERROR and isinstance(subject, Step) and subject.placed.conditional:
                continue
            arguments = (subject, options[rule.name]) if rule.options is not None else (subject,)
            try:
                findings = list(rule.check(*arguments))
            except Exception as error:
                checked.crashes.append(_crash(rule, subject, error))
                continue
            checked.found += [Found(rule, severity, finding, _revision_of(subject)) for finding in findings]
    return checked


def _revision_of(subject: object) -> Revision | None:
    if isinstance(subject, Step):
        return subject.revision
    return subject if isinstance(subject, Revision) else None


def _crash(rule: Rule, subject: object, error: Exception) -> Crash:
    """The record of a rule's failure. Anything may have raised, so the place is read with care."""
    revision = _revision_of(subject)
    place = getattr(subject, "place", None)
    if not isinstance(place, Place):
        path = revision.definition.path if revision is not None else str(getattr(subject, "path", "."))
        place = Place(path, Span(1, 1, 1, 1))
    text = f"{type(error).__name__}: {error}".partition("\n")[0]
    return Crash(f"applying {rule.name}", text, place, "".join(traceback.format_exception(error)))


class OptionsError(Exception):
    """Options in the settings that a rule does not accept. The text names the rule, the option and the remedy."""


def validated_options(rules: Iterable[Rule], given: Mapping[str, Mapping[str, object]]) -> dict[str, Options]:
    """The options of every rule that has any, from the settings' `[rules.<name>]`. Raises `OptionsError`."""
    options: dict[str, Options] = {}
    by_selector = {key: rule for rule in rules for key in (rule.name, rule.code)}
    for name in given:
        if name in by_selector and by_selector[name].options is None:
            raise OptionsError(f"rules.{name}: this rule has no options; remove the table")
    for rule in by_selector.values():
        if rule.options is None:
            continue
        raw = {**given.get(rule.code, {}), **given.get(rule.name, {})}
        try:
            options[rule.name] = msgspec.convert(raw, rule.options)
        except msgspec.ValidationError as error:
            raise OptionsError(
                f"rules.{rule.name}: {error}; `schemalint rule {rule.name}` lists its options"
            ) from error
    return options


def by_type(subjects: Iterable[object]) -> Subjects:
    """Subjects that are there already, by their type."""
    groups: dict[type, list[object]] = {}
    for subject in subjects:
        groups.setdefault(type(subject), []).append(subject)
    return lambda kind: groups.get(kind, ())
