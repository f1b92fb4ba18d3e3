"""What a run of the evaluator knows: the state that the rooms share, and what a framework adds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.interpret.program import Program
from schemalint.interpret.values import MISSING, Found, Frame, Given, Items, Missing, Unsure, Value
from schemalint.ir import Expression, Statement, span_of

DEPTH = 12
"""How deep functions of the project are followed."""
ITERATIONS = 1000
"""How often a loop is unrolled."""
STEPS = 50_000
"""How many statements and calls a body may take, loops and followed functions included."""


class Returned(msgspec.Struct, frozen=True, eq=False):
    """The block returned."""

    value: Value


class Left(msgspec.Struct, frozen=True, eq=False):
    """The block ended by `how`: raise, break or continue."""

    how: str


Flow = Union[Returned, Left, None]
"""How a block ended; None where it ran to its end."""


class Framework:
    """What a reader knows of its framework; this one knows of none. MISSING is the answer where it does not know."""

    def attribute(self, owner: Value, name: str) -> Value | Missing:
        """The attribute of a value."""
        return MISSING

    def item(self, owner: Value, key: Value) -> Value | Missing:
        """`owner[key]`."""
        return MISSING

    def call(self, callee: Value, args: tuple[Given, ...], place: Place) -> Value | Missing:
        """The call of something that is no function of the project. What the call does is done here."""
        return MISSING

    def follow(self, callee: Value, args: tuple[Given, ...], run: Callable[[], Value], place: Place) -> Value:
        """The call of a function of the project, which `run` evaluates."""
        return run()

    def lost(self, callee: Value, args: tuple[Given, ...], reason: str, place: Place) -> None:
        """A function of the project was called that cannot be followed."""

    def contains(self, container: Value, item: Value) -> Value | Missing:
        """`item in container`."""
        return MISSING

    def equal(self, left: Value, right: Value) -> Value | Missing:
        """`left == right`."""
        return MISSING

    def rows(self, value: Value) -> Items | None:
        """What iterating over the value gives."""
        return None

    def stands_for_all(self, row: Value) -> bool:
        """Whether a row that is iterated over stands for all there are."""
        return False

    def collect(self, row: Value, element: Value) -> Value | Missing:
        """What a comprehension gives that makes `element` of each `row`, where the row stands for all there are."""
        return MISSING

    def assigned(self, owner: Value, name: str, value: Value, place: Place) -> None:
        """`owner.name = value`."""

    def enter(self, context: Value, body: Callable[[Value], Flow], place: Place) -> Flow | Missing:
        """`with context as x: ...`, where `body` takes the value of x and runs the block."""
        return MISSING


class Call(msgspec.Struct, frozen=True):
    """A function that is being followed: its key, its name, and the place in the file that is read which led there.

    `is_told` tells that the call gives it a text to work with, such as the name of a table.
    """

    key: tuple[str, int]
    name: str
    place: Place
    is_told: bool = False


@dataclass(slots=True, eq=False)
class Machine:
    """A run of the evaluator over one body of the file at `path`, which stands at `home`.

    `guarded` and `conditional` tell how what runs now depends on questions of existence and on open conditions;
    `questions` counts what the framework was asked about existence. `calls` are the functions of the project that are
    being followed, outermost first. `expression`, `block` and `apply` are the rooms.
    """

    program: Program
    path: str
    home: Place
    framework: Framework
    expression: Callable[[Machine, Expression, Frame], Value]
    block: Callable[[Machine, tuple[Statement, ...], Frame], Flow]
    apply: Callable[[Machine, Value, tuple[Given, ...], Place], Value]
    guarded: bool = False
    conditional: bool = False
    steps: int = 0
    questions: int = 0
    calls: list[Call] = field(default_factory=list)
    constants: dict[tuple[str, int], Value] = field(default_factory=dict)
    yields: list[Callable[[Value], None]] = field(default_factory=list)

    def value(self, node: Expression, frame: Frame) -> Value:
        """What an expression is worth."""
        return self.expression(self, node, frame)

    def run(self, statements: tuple[Statement, ...], frame: Frame) -> Flow:
        """Runs statements and tells how they ended."""
        return self.block(self, statements, frame)

    def call(self, callee: Value, args: tuple[Given, ...], place: Place) -> Value:
        """Calls a value."""
        return self.apply(self, callee, args, place)

    def exhausted(self) -> bool:
        """Whether the body has taken all its steps. Counts one."""
        self.steps += 1
        return self.steps > STEPS

    def stop(self) -> Left:
        """Gives the body up: it takes too many steps."""
        self.steps = STEPS + 1
        return Left("stopped")

    @property
    def telling(self) -> Place | None:
        """Where a function that is being followed was told what to work on, if one was; the outermost such call."""
        return next((call.place for call in self.calls if call.is_told), None)

    def place(self, node: Expression | Statement, frame: Frame) -> Place:
        """Where people look for what a node does: in the file that is read.

        That is where the node stands; for a node of another file, the call that led there. A function that is told what
        to work on (`create_safely("ix_a", "a")`) is not what causes it: its call is.
        """
        if self.telling is not None:
            return self.telling
        own = self.place_inside(node, frame)
        if own is not None:
            return own
        return self.calls[-1].place if self.calls else self.home

    def place_inside(self, node: Expression | Statement, frame: Frame) -> Place | None:
        """Where a node stands, or None where that is in another file."""
        if frame.path != self.path:
            return None
        return Place(self.path, span_of(self.program.modules[self.path].lines, node.start, node.end))

    @contextmanager
    def under(self, test: Value) -> Iterator[None]:
        """What runs inside depends on the test, until it ends."""
        before = (self.guarded, self.conditional)
        self.depend(test)
        try:
            yield
        finally:
            self.guarded, self.conditional = before

    def depend(self, test: Value) -> None:
        """What runs from here on depends on the test."""
        if isinstance(test, Found) or (isinstance(test, Unsure) and test.existence):
            self.guarded = True
        elif isinstance(test, Unsure):
            self.conditional = True
