"""What a rule is made of: the decorator that registers it and the finding that it yields."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

import msgspec

from schemalint.diagnostics import Basis, Fix, Place, Related, Severity, Weight
from schemalint.rules.categories import CATEGORIES


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The base of a rule's options. Field names are written with dashes in the settings.

    A msgspec struct like every record here: it is validated, has defaults and a JSON schema, and defining one does not
    import pydantic, whose import alone costs a warm run some 70 ms.
    """


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What a rule yields.

    `message` stands alone and names `table.column`; `help` is imperative and gives the safe way. `anchor` says what it
    is about, `cause` which operation or object is to blame (the anchor where it is not given): of several findings with
    one cause the rule that supersedes the others speaks. `facts` are what the finding rests on, one sentence each, so
    that a reviewer can refute it.
    """

    place: Place
    message: str
    anchor: str
    help: str = ""
    weight: Weight = Weight.FULL
    basis: Basis = Basis.PROVED
    cause: str = ""
    facts: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()


Check = Callable[..., Iterator[Finding]]
_CheckT = TypeVar("_CheckT", bound=Check)

PROFILES = ("mvp", "growth", "enterprise")
_LETTERS = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO, "-": None}
CODE = re.compile(r"[A-Z]{3}\d{3}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule.

    `severities` has one entry a profile, None where the profile switches the rule off. `subject` is the type of the
    check's first parameter, `options` that of its second, where it has one. `judges_change` marks a rule about the act
    of deploying (locks, destruction, failure while it runs) or about what nobody can change once it is deployed: its
    findings in released revisions are counted, not shown.
    """

    code: str
    name: str
    category: str
    severities: tuple[Severity | None, ...]
    subject: type
    check: Check
    options: type[Options] | None = None
    supersedes: tuple[str, ...] = ()
    judges_change: bool = False

    def severity(self, profile: str) -> Severity | None:
        """The severity in a profile; None where the rule is off there."""
        return self.severities[PROFILES.index(profile)]

    @property
    def summary(self) -> str:
        """The first line of the check's docstring."""
        return (inspect.getdoc(self.check) or "").partition("\n")[0]


@dataclass
class Registry:
    """Rules by name."""

    rules: dict[str, Rule] = field(default_factory=dict)

    def add(self, rule: Rule) -> None:
        """Registers a rule. Raises `ValueError` where its code or name is taken."""
        for other in self.rules.values():
            if rule.name == other.name or rule.code == other.code:
                raise ValueError(f"rule {rule.code} {rule.name}: {other.code} {other.name} is registered already")
        self.rules[rule.name] = rule


BUILT_IN = Registry()


def rule(
    code: str,
    name: str,
    severities: str,
    *,
    supersedes: tuple[str, ...] = (),
    judges_change: bool = False,
    registry: Registry = BUILT_IN,
) -> Callable[[_CheckT], _CheckT]:
    """Registers a function as a rule.

    `severities` are the letters for the profiles mvp, growth and enterprise, as the catalogue writes them: "I/W/E", a
    dash for off. The prefix of the code decides the category; a plugin's own prefix is its own category.

    Raises `ValueError` for a declaration that is wrong: that is the author's mistake, not a user's.
    """
    letters = severities.split("/")
    if not CODE.fullmatch(code) or not NAME.fullmatch(name):
        raise ValueError(f"rule {code} {name}: a code is three letters and three digits, a name lower-case words")
    if len(letters) != len(PROFILES) or any(letter not in _LETTERS for letter in letters):
        raise ValueError(f"rule {code} {name}: severities {severities!r} are not three of E, W, I and -")

    def register(check: _CheckT) -> _CheckT:
        subject, options = _signature(check)
        registry.add(
            Rule(
                code=code,
                name=name,
                category=CATEGORIES.get(code[:3], code[:3].lower()),
                severities=tuple(_LETTERS[letter] for letter in letters),
                subject=subject,
                check=check,
                options=options,
                supersedes=supersedes,
                judges_change=judges_change,
            )
        )
        return check

    return register


def _signature(check: Callable[..., Any]) -> tuple[type, type[Options] | None]:
    """The types of a check's subject and options, read from its annotations."""
    hints = get_type_hints(check)
    parameters = [hints[name] for name in inspect.signature(check).parameters]
    return parameters[0], parameters[1] if len(parameters) > 1 else None
