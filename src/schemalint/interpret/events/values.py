"""What the value of an expression evidently is: an object of a class, a class, a function, or something to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

import msgspec

from schemalint.interpret.events.library import like
from schemalint.interpret.resolutions import DefinedClass, DefinedFunction, Resolution
from schemalint.ir import Constant, Expression

if TYPE_CHECKING:
    from schemalint.interpret.events.function import Flow


class Instance(msgspec.Struct, frozen=True, gc=False, eq=False):
    """An object of a class.

    `name` is the full name of the class, `defined` the class where it is the project's. `args` are type arguments as
    far as they matter (`sessionmaker[AsyncSession]`). `how` tells how the object got where it is: see
    `facts.functions.SessionOrigin`.
    """

    name: str
    defined: DefinedClass | None = None
    args: tuple[Value, ...] = ()
    how: str = "call"


class ClassValue(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A class of the project, or any class with type arguments."""

    name: str
    defined: DefinedClass | None = None
    args: tuple[Value, ...] = ()


class Foreign(msgspec.Struct, frozen=True, gc=False, eq=False):
    """Something from outside by its canonical name: a module, a class or a function; with `owner`, a method of it."""

    name: str
    owner: Instance | None = None


class FunctionValue(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A function of the project; with `owner`, a method bound to it. `enclosing` is the flow around a local one."""

    function: DefinedFunction
    owner: Union[Instance, ClassValue, None] = None
    enclosing: Union[Flow, None] = None


class Module(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A module of the project."""

    resolution: Resolution


class Later(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What gives a value when it is awaited ("await"), entered by `with` ("context"), iterated ("iterate") or called
    ("call")."""

    kind: str
    value: Value


Value = Union[Instance, ClassValue, Foreign, FunctionValue, Module, Later]


def merged(values: list[Value]) -> Value | None:
    """The one value that all of them are, or None. Of classes that behave alike the first counts."""
    if not values:
        return None
    first = values[0]
    return first if all(_same(first, other) for other in values[1:]) else None


def _same(left: Value, right: Value) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, Later) and isinstance(right, Later):
        return left.kind == right.kind and _same(left.value, right.value)
    if isinstance(left, (Instance, ClassValue, Foreign)) and isinstance(right, (Instance, ClassValue, Foreign)):
        return left.name == right.name or like(left.name) == like(right.name)
    if isinstance(left, FunctionValue) and isinstance(right, FunctionValue):
        return left.function.path == right.function.path and left.function.node.start == right.function.node.start
    return left is right


def with_how(value: Value | None, how: str) -> Value | None:
    """The value as one that came this way."""
    return msgspec.structs.replace(value, how=how) if isinstance(value, Instance) else value


def is_none(node: Expression | None) -> bool:
    """Whether the expression is the literal `None`."""
    return isinstance(node, Constant) and node.value is None
