"""Expressions, and the parameters of functions. `nodes` says what holds for all of them."""

from __future__ import annotations

from typing import Union

from schemalint.ir.nodes import Node


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
