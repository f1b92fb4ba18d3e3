"""Statements and definitions. `nodes` says what holds for all of them."""

from __future__ import annotations

from typing import Union

from schemalint.ir.expressions import Argument, Expression, Parameter
from schemalint.ir.nodes import Node


class ImportedName(Node, frozen=True):
    """`name as alias`; `*` is a name. `alias` is None where none is given."""

    name: str
    alias: str | None
    start: int
    end: int


class Import(Node, frozen=True, tag=40):
    names: tuple[ImportedName, ...]
    start: int
    end: int


class ImportFrom(Node, frozen=True, tag=41):
    """`from ..module import names`: `level` counts the dots, `module` is '' for `from . import x`."""

    module: str
    level: int
    names: tuple[ImportedName, ...]
    start: int
    end: int


class Assign(Node, frozen=True, tag=42):
    """`a = b = value` has two targets."""

    targets: tuple[Expression, ...]
    value: Expression
    start: int
    end: int


class AnnAssign(Node, frozen=True, tag=43):
    target: Expression
    annotation: Expression
    value: Expression | None
    start: int
    end: int


class AugAssign(Node, frozen=True, tag=44):
    """`target += value`; `op` is without the equals sign."""

    target: Expression
    op: str
    value: Expression
    start: int
    end: int


class TypeAlias(Node, frozen=True, tag=45):
    """`type X = value`. Type parameters are not kept, neither here nor on functions and classes."""

    name: str
    value: Expression
    start: int
    end: int


class ExpressionStatement(Node, frozen=True, tag=46):
    """An expression that stands alone.

    Docstrings are no statements: they are fields of what they document, not dedented. (One with a lone surrogate cannot
    be a field; it stays a statement, and opaque.)
    """

    value: Expression
    start: int
    end: int


class Return(Node, frozen=True, tag=47):
    value: Expression | None
    start: int
    end: int


class Raise(Node, frozen=True, tag=48):
    exception: Expression | None
    cause: Expression | None
    start: int
    end: int


class Assert(Node, frozen=True, tag=49):
    test: Expression
    message: Expression | None
    start: int
    end: int


class Delete(Node, frozen=True, tag=50):
    targets: tuple[Expression, ...]
    start: int
    end: int


class Control(Node, frozen=True, tag=51):
    """`keyword` is "pass", "break", "continue", "global" or "nonlocal"; the names of the last two are in `names`."""

    keyword: str
    names: tuple[str, ...]
    start: int
    end: int


class If(Node, frozen=True, tag=52):
    """`elif` is an `If` alone in `orelse`."""

    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    start: int
    end: int


class For(Node, frozen=True, tag=53):
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    is_async: bool
    start: int
    end: int


class While(Node, frozen=True, tag=54):
    test: Expression
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    start: int
    end: int


class WithItem(Node, frozen=True):
    context: Expression
    target: Expression | None


class With(Node, frozen=True, tag=55):
    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    is_async: bool
    start: int
    end: int


class Handler(Node, frozen=True):
    """`except type as name:`. A bare `except:` has no type."""

    type: Expression | None
    name: str | None
    body: tuple[Statement, ...]
    start: int
    end: int


class Try(Node, frozen=True, tag=56):
    """`star` is set for `except*`."""

    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]
    star: bool
    start: int
    end: int


class Case(Node, frozen=True):
    """`case <pattern> if guard:`. Patterns are not kept: nothing in the data layer is decided by them."""

    guard: Expression | None
    body: tuple[Statement, ...]


class Match(Node, frozen=True, tag=57):
    subject: Expression
    cases: tuple[Case, ...]
    start: int
    end: int


class FunctionDef(Node, frozen=True, tag=58):
    """A function. Its body stays encoded until `codec.statements_of` is asked for it: most are never read.

    `name_start` is where the name stands, for what is reported on the name alone.
    """

    name: str
    parameters: tuple[Parameter, ...]
    decorators: tuple[Expression, ...]
    returns: Expression | None
    docstring: str | None
    body: bytes
    is_async: bool
    name_start: int
    start: int
    end: int


class ClassDef(Node, frozen=True, tag=59):
    """A class. `bases` holds `metaclass=...` and the like too, as arguments with a keyword."""

    name: str
    bases: tuple[Argument, ...]
    decorators: tuple[Expression, ...]
    docstring: str | None
    body: tuple[Statement, ...]
    name_start: int
    start: int
    end: int


Statement = Union[
    Import,
    ImportFrom,
    Assign,
    AnnAssign,
    AugAssign,
    TypeAlias,
    ExpressionStatement,
    Return,
    Raise,
    Assert,
    Delete,
    Control,
    If,
    For,
    While,
    With,
    Try,
    Match,
    FunctionDef,
    ClassDef,
]

Scope = Union[FunctionDef, ClassDef]
