"""What a name may turn out to stand for."""

from __future__ import annotations

from typing import Union

import msgspec

from schemalint.ir import ClassDef, Expression, FunctionDef


class External(msgspec.Struct, frozen=True, gc=False):
    """Something outside of the project, by its full dotted name: `sqlalchemy.Column`, `builtins.list`."""

    name: str


class ModuleRef(msgspec.Struct, frozen=True, gc=False):
    """A module of the project. The path is that of its file, or of its folder where a package has no `__init__.py`.

    `guess` is the dotted name it was imported by where the match rests on a guess, else empty.
    """

    path: str
    guess: str = ""


class DefinedFunction(msgspec.Struct, frozen=True, gc=False):
    """A function of the project. `qualifier` names the classes around it ("Users", "Outer.Inner"), else is empty."""

    path: str
    node: FunctionDef
    qualifier: str = ""


class DefinedClass(msgspec.Struct, frozen=True, gc=False):
    """A class of the project. `qualifier` names the classes around it, else is empty."""

    path: str
    node: ClassDef
    qualifier: str = ""


class BoundValue(msgspec.Struct, frozen=True, gc=False):
    """A module-level name of the project that holds a value; `expression` is what was assigned, not evaluated.

    `expression` is None where the statement gives none (a loop variable, an unpacked value, a bare annotation).
    `ambiguous` is set where another assignment may have replaced the value. A base of a class that is written as an
    expression (`class Base(declarative_base())`) is a value without a name.
    """

    path: str
    expression: Expression | None
    annotation: Expression | None
    name: str
    ambiguous: bool = False


class ClassAttribute(msgspec.Struct, frozen=True, gc=False):
    """An attribute of a class of the project.

    `node` is the class whose body assigns it, which may be a base of the one named in the source. Where no class of
    the project does, `node` is the class named, `expression` is None and `inherited` holds the bases that may bring it.
    """

    path: str
    node: ClassDef
    expression: Expression | None
    annotation: Expression | None
    name: str
    ambiguous: bool = False
    inherited: tuple[Resolution, ...] = ()


class Unresolved(msgspec.Struct, frozen=True, gc=False):
    """Nothing is known of the name; `reason` says why, for people."""

    reason: str


Resolution = Union[External, ModuleRef, DefinedFunction, DefinedClass, BoundValue, ClassAttribute, Unresolved]
