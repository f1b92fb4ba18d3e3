"""The walk through a function: a stack of its own, for source may nest deeper than Python's stack allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from schemalint.facts.functions import Region
from schemalint.interpret.events.function import CallSite, Definition, Flow, Moment
from schemalint.ir import (
    Attribute,
    Call,
    Constant,
    Dict,
    Expression,
    Name,
    Raise,
    Return,
    Sequence,
    Starred,
    Statement,
    Subscript,
)

Visit = Callable[["Walk", Any, int, str, "Call | None"], None]


class Walk:
    """Fills a flow. `expressions` and `statements` say how a kind of node is visited.

    A visit is given the node, its region, what becomes of its value and the call that it is an argument of. It pushes
    what stands inside in reverse, so that what runs first is pushed last.
    """

    def __init__(self, flow: Flow, expressions: dict[type, Visit], statements: dict[type, Visit]) -> None:
        self.flow = flow
        self.stack: list[tuple[Visit, Any, int, str, Call | None]] = []
        self.group = 0
        self._expressions = expressions
        self._statements = statements

    def run(self) -> None:
        """Visits what was pushed until nothing is left."""
        stack = self.stack
        while stack:
            visit, node, region, use, outer = stack.pop()
            visit(self, node, region, use, outer)

    def expression(self, node: Expression | None, region: int, use: str = "other", outer: Call | None = None) -> None:
        """Pushes an expression."""
        if node is not None:
            visit = self._expressions.get(type(node))
            if visit is not None:
                self.stack.append((visit, node, region, use, outer))

    def block(self, statements: tuple[Statement, ...], region: int) -> None:
        """Pushes statements."""
        for statement in reversed(statements):
            visit = self._statements.get(type(statement))
            if visit is not None:
                self.stack.append((visit, statement, region, "", None))

    def enter(self, statements: tuple[Statement, ...], region: int, kind: str, **details: Any) -> int:
        """Pushes statements that are a region of their own."""
        if statements:
            details.setdefault("start", statements[0].start)
            details["end"] = statements[-1].end
            details["leaves"] = isinstance(statements[-1], (Return, Raise))
        number = self.open(region, kind, **details)
        self.close(number, region)
        self.block(statements, number)
        self.begin(number, region)
        return number

    def open(self, parent: int, kind: str, **details: Any) -> int:
        """A new region."""
        self.flow.regions.append(Region(kind, parent, **details))
        return len(self.flow.regions) - 1

    def begin(self, number: int, region: int) -> None:
        """Pushes the moment in which a region is entered."""
        self.moment(Moment(number, region, "enter"))

    def close(self, number: int, region: int) -> None:
        """Pushes the moment in which a region is left."""
        self.moment(Moment(number, region, "leave"))

    def moment(self, moment: Moment) -> None:
        """Pushes what happens after the things pushed later."""
        self.stack.append((_happened, moment, moment.region, "", None))

    def call(self, site: CallSite) -> None:
        """Pushes a call that happens after the things pushed later."""
        self.stack.append((_called, site, site.region, site.use, site.outer))

    def next_group(self) -> int:
        """A number for the branches of a decision."""
        self.group += 1
        return self.group

    def bind(self, name: str, definition: Definition) -> None:
        """Records a binding of a name of the function."""
        self.flow.definitions.setdefault(name, []).append(definition)

    def targets(self, target: Expression, definition: Definition) -> None:
        """Binds every name of a target; attributes and items are written."""
        for node, index in parts(target):
            if isinstance(node, Name):
                self.bind(node.id, portion(definition, index))
            elif isinstance(node, (Attribute, Subscript)):
                self.flow.happened.append(Moment(node, definition.region, "write"))
                if isinstance(node, Attribute):
                    self.flow.stored.append((node, portion(definition, index)))
                self.expression(node.value, definition.region, "attribute")
                if isinstance(node, Subscript):
                    self.expression(node.index, definition.region)


def _happened(walk: Walk, moment: Moment, region: int, use: str, outer: Call | None) -> None:
    walk.flow.happened.append(moment)


def _called(walk: Walk, site: CallSite, region: int, use: str, outer: Call | None) -> None:
    walk.flow.happened.append(site)
    walk.flow.calls.append(site)


def parts(target: Expression) -> Iterator[tuple[Expression, tuple[int, ...]]]:
    """The names, attributes and items that a target binds, each with its place in what is unpacked."""
    waiting: list[tuple[Expression, tuple[int, ...]]] = [(target, ())]
    while waiting:
        node, index = waiting.pop()
        if isinstance(node, Sequence):
            waiting.extend((item, (*index, number)) for number, item in reversed(tuple(enumerate(node.items))))
        elif isinstance(node, Starred):
            waiting.append((node.value, (*index, -1)))
        else:
            yield node, index


def portion(definition: Definition, index: tuple[int, ...]) -> Definition:
    """The definition of a name that is bound to a part of what is unpacked."""
    if not index:
        return definition
    value = definition.value
    if definition.how == "assigned":  # a, b = x, y
        while index and isinstance(value, Sequence) and 0 <= index[0] < len(value.items):
            if any(isinstance(item, Starred) for item in value.items):
                break
            value, index = value.items[index[0]], index[1:]
    return Definition(definition.how, definition.region, definition.at, value, None, index)


def literal_length(iterable: Expression) -> int | None:
    """How many rounds a loop over the expression takes, where that is plain to see."""
    if isinstance(iterable, Sequence) and not any(isinstance(item, Starred) for item in iterable.items):
        return len(iterable.items)
    if isinstance(iterable, Dict) and all(item.key is not None for item in iterable.items):
        return len(iterable.items)
    if isinstance(iterable, Call) and isinstance(iterable.func, Name) and len(iterable.args) == 1:
        value = iterable.args[0].value
        if iterable.func.id == "range":
            return value.value if isinstance(value, Constant) and type(value.value) is int else None
        if iterable.func.id in ("enumerate", "reversed", "sorted", "list", "tuple", "set"):
            return literal_length(value)
    return None
