"""Expressions, statements and definitions.

Every node carries `start` and `end`: offsets in code points into the decoded text of the file (without a byte order
mark), the end exclusive. `module.span_of` turns them into lines and columns; nothing else needs those before a
diagnostic is made, and two small integers a node keep the cache small.

Parentheses, line continuations, `del` targets' contexts and the like leave no trace: two spellings of one meaning
lower to the same nodes. A node's range is that of stdlib `ast`: it excludes redundant parentheses (a tuple's own
parentheses count), and a definition starts at `def`, `async` or `class`, not at its decorators.

What has no record (bytes, `...`, a number of more than 64 bits, a string with a lone surrogate, a complex literal)
becomes `Opaque` with a reason: it must never become something else.
"""

from __future__ import annotations

from typing import Union

import msgspec


class Node(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The base of all records here. Tags are numbers, for they are most of what the cache holds."""


# ---------------------------------------------------------------------------------------------------- expressions


class Constant(Node, frozen=True, tag=1):
    """None, a boolean, a number or a string. Adjacent string literals are one constant, like Python's."""

    value: Union[bool, int, float, str, None]
    start: int
    end: int


class Name(Node, frozen=True, tag=2):
    id: str
    start: int
    end: int


class Attribute(Node, frozen=True, tag=3):
    value: Expression
    attr: str
    start: int
    end: int


class Argument(Node, frozen=True):
    """One argument of a call or base of a class: `x` (no keyword), `k=x`, `*x` (star 1) or `**x` (star 2).

    The range covers keyword and stars; without these it is the value's.
    """

    value: Expression
    keyword: str | None
    star: int
    start: int
    end: int


class Call(Node, frozen=True, tag=4):
    func: Expression
    args: tuple[Argument, ...]
    start: int
    end: int

    def keyword(self, name: str) -> Expression | None:
        """The value given for a keyword, or None where the call does not give it by keyword."""
        for arg in self.args:
            if arg.keyword == name:
                return arg.value
        return None


class Formatted(Node, frozen=True, tag=5):
    """`{value!r:spec}` of an f-string. `conversion` is '' or one of r, s, a; the spec's own parts are in `spec`."""

    value: Expression
    conversion: str
    spec: tuple[Expression, ...]
    start: int
    end: int


class FString(Node, frozen=True, tag=6):
    """An f-string, or a t-string where `template` is set. Neighbouring text parts are one `Constant`.

    The range of everything inside, at any depth, is that of the whole string: finer ones differ between Pythons, and
    nothing is ever reported on them. A string without placeholders has its text as its only part, or no part.
    """

    parts: tuple[Expression, ...]
    template: bool
    start: int
    end: int


class Sequence(Node, frozen=True, tag=7):
    """`kind` is "tuple", "list" or "set"."""

    kind: str
    items: tuple[Expression, ...]
    start: int
    end: int


class Starred(Node, frozen=True, tag=8):
    value: Expression
    start: int
    end: int


class DictItem(Node, frozen=True):
    """`key: value`, or `**value` where the key is None."""

    key: Expression | None
    value: Expression


class Dict(Node, frozen=True, tag=9):
    items: tuple[DictItem, ...]
    start: int
    end: int


class BinOp(Node, frozen=True, tag=10):
    """`op` as written: + - * / // % ** @ << >> & | ^."""

    left: Expression
    op: str
    right: Expression
    start: int
    end: int


class BoolOp(Node, frozen=True, tag=11):
    """`op` is "and" or "or"; `a and b and c` is one node with three values."""

    op: str
    values: tuple[Expression, ...]
    start: int
    end: int


class Compare(Node, frozen=True, tag=12):
    """`left ops[0] values[0] ops[1] values[1] ...`, with ops as written ("==", "not in", "is", ...)."""

    left: Expression
    ops: tuple[str, ...]
    values: tuple[Expression, ...]
    start: int
    end: int


class UnaryOp(Node, frozen=True, tag=13):
    """`op` is "not", "-", "+" or "~". `-1` is a UnaryOp over a Constant."""

    op: str
    value: Expression
    start: int
    end: int


class Subscript(Node, frozen=True, tag=14):
    """`value[index]`; several indices are a "tuple" Sequence, as in stdlib `ast`."""

    value: Expression
    index: Expression
    start: int
    end: int


class Slice(Node, frozen=True, tag=15):
    lower: Expression | None
    upper: Expression | None
    step: Expression | None
    start: int
    end: int


class Lambda(Node, frozen=True, tag=16):
    parameters: tuple[Parameter, ...]
    body: Expression
    start: int
    end: int


class IfExp(Node, frozen=True, tag=17):
    test: Expression
    body: Expression
    orelse: Expression
    start: int
    end: int


class ComprehensionClause(Node, frozen=True):
    """`[async] for target in iterable [if condition ...]`."""

    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]
    is_async: bool


class Comprehension(Node, frozen=True, tag=18):
    """`kind` is "list", "set", "dict" or "generator". For "dict", `element` is the key and `value` the value.

    `{**element for ...}` (PEP 798) is a "dict" without a value.
    """

    kind: str
    element: Expression
    value: Expression | None
    clauses: tuple[ComprehensionClause, ...]
    start: int
    end: int


class Await(Node, frozen=True, tag=19):
    value: Expression
    start: int
    end: int


class Yield(Node, frozen=True, tag=20):
    """`yield value`, or `yield from value` where `delegates` is set."""

    value: Expression | None
    delegates: bool
    start: int
    end: int


class NamedExpr(Node, frozen=True, tag=21):
    target: Expression
    value: Expression
    start: int
    end: int


class Opaque(Node, frozen=True, tag=22):
    """An expression without a record. Reasons: "ellipsis", "bytes", "complex", "large-integer", "surrogate", "depth".

    "depth" stands for an expression more than 100 levels deep, and, as the only statement of a block, for the
    statements of a block more than 100 levels deep (in practice a long chain of `elif`).
    """

    reason: str
    start: int
    end: int


Expression = Union[
    Constant,
    Name,
    Attribute,
    Call,
    Formatted,
    FString,
    Sequence,
    Starred,
    Dict,
    BinOp,
    BoolOp,
    Compare,
    UnaryOp,
    Subscript,
    Slice,
    Lambda,
    IfExp,
    Comprehension,
    Await,
    Yield,
    NamedExpr,
    Opaque,
]


class Parameter(Node, frozen=True):
    """`kind` is "positional-only", "positional", "var-positional", "keyword-only" or "var-keyword".

    The range is that of name and annotation, without stars and default.
    """

    name: str
    kind: str
    annotation: Expression | None
    default: Expression | None
    start: int
    end: int


# ------------------------------------------------------------------------------------------------------ statements


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
