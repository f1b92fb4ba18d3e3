"""Checks of settings that need to know more than their form: which rules exist, which version runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

from schemalint import __version__
from schemalint.settings.layers import Layer
from schemalint.settings.positions import KeyPath
from schemalint.settings.problems import SettingsProblem, did_you_mean

_CLAUSE = re.compile(r"(?P<sign>==|!=|>=|<=|~=|>|<|)\s*(?P<release>\d{1,9}(?:\.\d{1,9})*)(?P<any>\.\*)?")
_PREFIX = re.compile(r"[A-Z]{3}\d{0,3}")


class NamedRule(Protocol):
    """What settings need to know of a rule."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def category(self) -> str: ...


def version_problems(layer: Layer) -> Iterator[SettingsProblem]:
    """A `required-version` that the running version does not fit."""
    required = layer.table.get("required-version")
    if not isinstance(required, str) or not required:
        return
    fits = fits_version(__version__, required)
    if fits is None:
        remedy = "write it like `>=1.2,<2`"
        yield layer.problem(("required-version",), f"`{required}` is not a range of versions", remedy)
    elif not fits:
        message = f"these settings require schemalint {required}, and this is {__version__}"
        yield layer.problem(
            ("required-version",), message, f'install it: `pip install "schemalint{_specifier(required)}"`'
        )


def fits_version(version: str, required: str) -> bool | None:
    """Whether a version fits a range like ">=1.2,<2" or "1.2.3"; None where that is not a range."""
    running = _release(version)
    clauses = [_CLAUSE.fullmatch(clause.strip()) for clause in required.split(",")]
    if any(clause is None for clause in clauses):
        return None
    return all(_fits(running, clause) for clause in clauses if clause)


def _fits(running: tuple[int, ...], clause: re.Match[str]) -> bool:
    wanted = _release(clause["release"])
    sign = clause["sign"] or "=="
    if clause["any"]:
        return (running[: len(wanted)] == wanted) is (sign != "!=")
    if sign == "~=":
        return _padded(running) >= _padded(wanted) and running[: len(wanted) - 1] == wanted[:-1]
    left, right = _padded(running), _padded(wanted)
    return {
        "==": left == right,
        "!=": left != right,
        ">=": left >= right,
        "<=": left <= right,
        ">": left > right,
        "<": left < right,
    }[sign]


def _release(version: str) -> tuple[int, ...]:
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _padded(release: tuple[int, ...]) -> tuple[int, ...]:
    return (release + (0,) * 8)[:8]


def _specifier(required: str) -> str:
    return required if required[0] in "=!<>~" else f"=={required}"


def rule_problems(layer: Layer, rules: Collection[NamedRule]) -> Iterator[SettingsProblem]:
    """Names of rules in a layer's table that no rule bears. The table's form is right already."""
    names = {name for rule in rules for name in (rule.name, rule.code)}
    selectors = names | {"ALL"} | {part for rule in rules for part in (rule.category, rule.code[:3])}
    for path, selector, at_key in _selectors(layer.table):
        is_prefix = _PREFIX.fullmatch(selector) and any(rule.code.startswith(selector) for rule in rules)
        if selector not in selectors and not is_prefix:
            remedy = did_you_mean(selector, selectors) or "`schemalint rule --all` lists what there is"
            yield layer.problem(path, f"unknown rule or category `{selector}`", remedy, at_key=at_key)
    for path, name in _names(layer.table):
        if name not in names:
            if name in selectors:
                message, remedy = f"`{name}` is not a single rule", "name each rule here"
            else:
                message = f"unknown rule `{name}`"
                remedy = did_you_mean(name, names) or "`schemalint rule --all` lists what there is"
            yield layer.problem(path, message, remedy, at_key=True)


def _selectors(table: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str, bool]]:
    for key in ("select", "ignore", "extend-select"):
        yield from _elements((key,), table.get(key, ()))
    for glob, selectors in table.get("per-file-ignores", {}).items():
        yield from _elements(("per-file-ignores", glob), selectors)


def _elements(path: KeyPath, selectors: Iterable[str]) -> Iterator[tuple[KeyPath, str, bool]]:
    for index, selector in enumerate(selectors):
        yield (*path, index), selector, False


def _names(table: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    for key in ("severity", "rules"):
        for name in table.get(key, {}):
            yield (key, name), name
