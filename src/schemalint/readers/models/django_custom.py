"""Fields of Django that the project derives from others: what is made of them is a field of Django's own.

Their `__init__` is followed to the arguments that it hands on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemalint.diagnostics import Place
from schemalint.interpret.evaluator.names import class_attribute
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import External
from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Class,
    Function,
    Given,
    Instance,
    Made,
    Member,
    Missing,
    Symbol,
    Unsure,
    Value,
)

if TYPE_CHECKING:
    from schemalint.readers.models.reading import Reading

_BASES = ("django.db.models.", "django.contrib.postgres.fields.", "django.contrib.gis.db.models.", "mptt.fields.")
_REFERENCES = ("ForeignKey", "OneToOneField", "ManyToManyField")


@dataclass(eq=False)
class HandedOn:
    """What was handed on by the `__init__`s that are being followed, innermost last."""

    waiting: list[list[tuple[Given, ...]]] = field(default_factory=list)

    def take(self, callee: Value, args: tuple[Given, ...]) -> bool:
        """Takes the arguments of `super().__init__(...)`, where some `__init__` is being followed."""
        if not self.waiting or not isinstance(callee, Member) or callee.name != "__init__":
            return False
        if not isinstance(callee.owner, Made) or callee.owner.callee != "builtins.super":
            return False
        self.waiting[-1].append(args)
        return True


def field_base(reading: Reading, owner: Class) -> str | None:
    """The field that a class of the project derives from; None where it derives from none.

    Django's own where there is one; else one of a library, of which nothing is known but that it is a field.
    """
    names = [canonical(item.name) for item in reading.ancestors(owner) if isinstance(item, External)]
    fields = [name for name in names if name.rpartition(".")[2].endswith(("Field", *_REFERENCES))]
    return next((name for name in fields if name.startswith(_BASES)), fields[0] if fields else None)


def made_field(reading: Reading, owner: Class, base: str, args: tuple[Given, ...], place: Place, on: HandedOn) -> Value:
    """The field of Django that an object of a project's field amounts to.

    Where the class says itself what its column is, that is an argument `db_type` more.
    """
    given = args
    for method in ("db_type", "get_internal_type"):
        said = _said(reading, owner, method, place)
        if isinstance(said, str) and method == "db_type":
            given = (*args, Given("db_type", said))
        elif isinstance(said, str) and base.endswith(".Field"):
            base = f"django.db.models.{said}"
        elif not isinstance(said, Missing):
            return Made(base, (*args, Given("db_type", Unsure(f"{owner.node.name} computes its type"))), None, place)
    chain = [owner, *(item for item in reading.ancestors(owner) if isinstance(item, Class))]
    for holder in chain:
        binding = reading.program_of(holder.path).class_scope(holder.path, holder.node).lookup("__init__")
        node = getattr(binding, "node", None)
        if node is None:
            continue
        on.waiting.append([])
        function = Function(holder.path, node, holder.closure, Instance(owner, {}, given))
        reading.machine(holder.path).call(function, given, place)
        handed = on.waiting.pop()
        if not handed:
            return Made(base, (*given, Given("**", Symbol("computed"))), None, place)
        given = handed[-1]
    return Made(base, given, None, place)


def _said(reading: Reading, owner: Class, method: str, place: Place) -> Value | Missing:
    """What a method of a field answers: a text, Unsure where that is computed, MISSING where there is none."""
    machine = reading.machine(owner.path)
    found = class_attribute(machine, owner, method)
    if not isinstance(found, Function):
        return MISSING
    bound = Function(found.path, found.node, found.closure, Instance(owner, {}))
    args = (Given(None, Unsure("the connection")),) if method == "db_type" else ()
    answer = reading.machine(found.path).call(bound, args, place)
    return answer if isinstance(answer, str) and HOLE not in answer else Unsure("it is computed")
