"""What an expression is worth: constants, collections, symbolic terms over names of libraries, functions and classes.

Scalars (None, booleans, numbers, strings) are themselves. Everything else is one of the records below. A value that
is there but not known is `Unsure`; a string with unknown parts keeps them as `HOLE`.

Whether something exists in the database is asked by many revisions, and what depends on such a question is read
differently from what depends on a setting. So the answer to one is `Found`, and `Unsure` knows whether its doubt is
only about existence.
"""

from __future__ import annotations

from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.unknown import Unknown
from schemalint.ir import ClassDef, FunctionDef, Lambda

HOLE = "\ufffc"
"""Stands for the unknown part of a string that is known otherwise."""


class Unsure(msgspec.Struct, frozen=True):
    """A value that is not known. `existence` is set where all that is unknown is whether something exists.

    `fresh` is then what the answer would be where nothing exists that is not known to: as a rule, that it does not.
    """

    reason: str
    existence: bool = False
    fresh: bool | None = None


class Found(msgspec.Struct, frozen=True):
    """A truth that answers whether something exists in the database."""

    answer: bool


class Symbol(msgspec.Struct, frozen=True):
    """Something of a library, by its qualified name: `sqlalchemy.String`."""

    name: str


class Given(msgspec.Struct, frozen=True):
    """An argument as it was given. `place` is None where it does not stand in the file that is being read."""

    keyword: str | None
    value: Value
    place: Place | None = None


class Made(msgspec.Struct, frozen=True, eq=False):
    """What a call of something unknown to the evaluator gives: `sqlalchemy.Column("id", ...)`, `<owner>.desc()`.

    `callee` is the qualified name, or the method's name alone where `owner` is the object that was called on.
    """

    callee: str
    args: tuple[Given, ...] = ()
    owner: Value = None
    place: Place | None = None

    @property
    def positional(self) -> tuple[Value, ...]:
        """The values of the arguments that were given by position."""
        return tuple(arg.value for arg in self.args if arg.keyword is None)

    def given(self, keyword: str, position: int | None = None) -> Given | None:
        """The argument of that keyword, or at that position."""
        for arg in self.args:
            if arg.keyword == keyword:
                return arg
        if position is not None:
            placed = [arg for arg in self.args if arg.keyword is None]
            if position < len(placed):
                return placed[position]
        return None

    def value(self, keyword: str, position: int | None = None, default: Value = None) -> Value:
        """The value of the argument of that keyword or at that position, else the default."""
        found = self.given(keyword, position)
        return default if found is None else found.value


class Member(msgspec.Struct, frozen=True, eq=False):
    """An attribute of a value that the evaluator does not know more of: `users.c`, `users.c.id`, a bound method."""

    owner: Value
    name: str


class Items(msgspec.Struct, eq=False):
    """A list, tuple or set (`kind`). `open` tells that it may hold more than what is listed.

    `existence` tells that what it holds depends on what exists in the database.
    """

    kind: str
    values: list[Value] = msgspec.field(default_factory=list)
    open: bool = False
    existence: bool = False


class Entries(msgspec.Struct, eq=False):
    """A dict, as pairs in order. `open` tells that it may hold more."""

    pairs: list[tuple[Value, Value]] = msgspec.field(default_factory=list)
    open: bool = False

    def get(self, key: Value) -> Value | None:
        """The value of a scalar key; None where the dict lists none."""
        for known, value in reversed(self.pairs):
            if isinstance(known, (str, int, float)) and known == key:
                return value
        return None


class Frame(msgspec.Struct, eq=False):
    """The names of a running function, and of the functions around it.

    `origins` tells where the values of parameters were given in the file that is read. `returns` are values that were
    returned under a condition that is not resolved, each with whether that condition only asks what exists.
    """

    path: str
    names: dict[str, Value] = msgspec.field(default_factory=dict)
    parent: Frame | None = None
    origins: dict[str, Place] = msgspec.field(default_factory=dict)
    returns: list[tuple[Value, bool]] = msgspec.field(default_factory=list)

    def lookup(self, name: str) -> Value | Missing:
        """The value of a local name, of this function or one around it."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.parent
        return MISSING


class Missing(msgspec.Struct, frozen=True):
    """No value at all, where None would be one."""


MISSING = Missing()


class Function(msgspec.Struct, frozen=True, eq=False):
    """A function of the project, a local one or a lambda. `bound` is the object that it is a method of."""

    path: str
    node: Union[FunctionDef, Lambda]
    closure: Frame | None = None
    bound: Value | Missing = MISSING

    @property
    def name(self) -> str:
        """The function's name, as it is shown."""
        return self.node.name if isinstance(self.node, FunctionDef) else "lambda"


class Class(msgspec.Struct, frozen=True, eq=False):
    """A class of the project."""

    path: str
    node: ClassDef
    closure: Frame | None = None


class Instance(msgspec.Struct, frozen=True, eq=False):
    """An object of a class of the project. `args` are those it was made with."""

    of: Class
    fields: dict[str, Value]
    args: tuple[Given, ...] = ()


class Module(msgspec.Struct, frozen=True):
    """A module of the project."""

    path: str


class Builtin(msgspec.Struct, frozen=True):
    """A builtin function or class by its name."""

    name: str


class Handle(msgspec.Struct, frozen=True):
    """An object that only a framework knows: a connection, a table's rows in the catalogue.

    `sure` is not set where it may turn out to be nothing: rows of which nobody knows whether there are any.
    """

    kind: str
    data: tuple[Value, ...] = ()
    sure: bool = True


Scalar = Union[None, bool, int, float, str]
Value = Union[
    None,
    bool,
    int,
    float,
    str,
    Unsure,
    Found,
    Symbol,
    Made,
    Member,
    Items,
    Entries,
    Function,
    Class,
    Instance,
    Module,
    Builtin,
    Handle,
]


def is_scalar(value: object) -> bool:
    """Whether the value is None, a boolean, a number or a string without holes."""
    return value is None or isinstance(value, (bool, int, float)) or (isinstance(value, str) and HOLE not in value)


def text_of(value: Value) -> str | Unknown:
    """The value as a string of facts: Unknown where it is none or has unknown parts."""
    if isinstance(value, str):
        return Unknown("part of it is computed") if HOLE in value else str(value)
    return unknown(value)


def unknown(value: Value) -> Unknown:
    """Why a value is not what was wanted, for facts."""
    if isinstance(value, Unsure):
        return Unknown(value.reason)
    return Unknown(f"it is {describe(value)}")


def describe(value: Value) -> str:
    """A value in a few words, for reasons."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return repr(value)
    if isinstance(value, Unsure):
        return value.reason
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, Made):
        return f"the result of {value.callee}()"
    if isinstance(value, Member):
        return f"the attribute {value.name}"
    if isinstance(value, Function):
        return f"the function {value.name}"
    if isinstance(value, (Class, Instance)):
        node = value.node if isinstance(value, Class) else value.of.node
        return f"the class {node.name}" if isinstance(value, Class) else f"an object of {node.name}"
    if isinstance(value, Items):
        return f"a {value.kind}"
    return {Entries: "a dict", Found: "a truth", Module: "a module"}.get(type(value), "an object")


def members(value: Value) -> list[Value] | None:
    """The values of a collection of which all is known, else None."""
    return value.values if isinstance(value, Items) and not value.open else None
