"""The front end by stdlib `ast`: expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from schemalint.ir import (
    Argument,
    Attribute,
    Await,
    BinOp,
    BoolOp,
    Call,
    Compare,
    Comprehension,
    ComprehensionClause,
    Dict,
    DictItem,
    Expression,
    Formatted,
    IfExp,
    Lambda,
    Name,
    NamedExpr,
    Opaque,
    Parameter,
    Slice,
    Starred,
    Subscript,
    UnaryOp,
    Yield,
)
from schemalint.ir import Sequence as SequenceIR
from schemalint.source.literals import constant, fstring, joined
from schemalint.source.nesting import MAX_DEPTH

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


class ExpressionLowering:
    """Lowers the expressions of one file."""

    def __init__(self, text: str, lines: tuple[int, ...]) -> None:
        self.starts = (0, *lines)  # `ast` counts lines from one
        self.wide = {} if text.isascii() else _wide_lines(text, lines)
        self.depth = 0
        self.inside: tuple[int, int] | None = None  # the range of the f-string that is being lowered
        self.handlers: dict[type[ast.AST], Callable[[Any], Expression]] = {
            ast.Constant: lambda node: constant(node.value, *self.at(node)),
            ast.Name: lambda node: Name(node.id, *self.at(node)),
            ast.Attribute: lambda node: Attribute(self.expression(node.value), node.attr, *self.at(node)),
            ast.Call: self.call,
            ast.JoinedStr: self.joined_string,
            ast.Tuple: lambda node: SequenceIR("tuple", self.expressions(node.elts), *self.at(node)),
            ast.List: lambda node: SequenceIR("list", self.expressions(node.elts), *self.at(node)),
            ast.Set: lambda node: SequenceIR("set", self.expressions(node.elts), *self.at(node)),
            ast.Starred: lambda node: Starred(self.expression(node.value), *self.at(node)),
            ast.Dict: self.dictionary,
            ast.BinOp: self.bin_op,
            ast.BoolOp: lambda node: BoolOp(OPERATORS[type(node.op)], self.expressions(node.values), *self.at(node)),
            ast.Compare: self.compare,
            ast.UnaryOp: lambda node: UnaryOp(OPERATORS[type(node.op)], self.expression(node.operand), *self.at(node)),
            ast.Subscript: self.subscript,
            ast.Slice: self.slice_,
            ast.Lambda: lambda node: Lambda(self.parameters(node.args), self.expression(node.body), *self.at(node)),
            ast.IfExp: self.if_exp,
            ast.ListComp: lambda node: self.comprehension("list", node),
            ast.SetComp: lambda node: self.comprehension("set", node),
            ast.GeneratorExp: lambda node: self.comprehension("generator", node),
            ast.DictComp: self.dict_comprehension,
            ast.Await: lambda node: Await(self.expression(node.value), *self.at(node)),
            ast.Yield: lambda node: Yield(self.optional(node.value), False, *self.at(node)),
            ast.YieldFrom: lambda node: Yield(self.expression(node.value), True, *self.at(node)),
            ast.NamedExpr: self.named,
        }
        if hasattr(ast, "TemplateStr"):  # Python 3.14
            self.handlers[ast.TemplateStr] = self.joined_string

    def at(self, node: Any) -> tuple[int, int]:
        """A node's range in code points. `ast` counts columns in bytes of UTF-8."""
        if self.inside is not None:
            return self.inside
        first, last = node.lineno, node.end_lineno
        if self.wide:
            return self.offset(first, node.col_offset), self.offset(last, node.end_col_offset)
        starts = self.starts
        return starts[first] + node.col_offset, starts[last] + node.end_col_offset

    def offset(self, line: int, column: int) -> int:
        encoded = self.wide.get(line)
        return self.starts[line] + (column if encoded is None else len(encoded[:column].decode()))

    def expression(self, node: ast.AST) -> Expression:
        if self.depth == MAX_DEPTH:
            return Opaque("depth", *self.at(node))
        self.depth += 1
        lowered = self.handlers[type(node)](node)
        self.depth -= 1
        return lowered

    def optional(self, node: ast.AST | None) -> Expression | None:
        return None if node is None else self.expression(node)

    def expressions(self, nodes: Sequence[ast.AST]) -> tuple[Expression, ...]:
        return tuple([self.expression(node) for node in nodes])

    def call(self, node: ast.Call) -> Expression:
        return Call(self.expression(node.func), self.arguments(node.args, node.keywords), *self.at(node))

    def arguments(self, values: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> tuple[Argument, ...]:
        """Arguments in the order of the source: `ast` keeps those with a keyword apart."""
        places: list[ast.expr | ast.keyword] = [*values, *keywords]
        if (
            values
            and keywords
            and (values[-1].lineno, values[-1].col_offset)
            > (
                keywords[0].lineno,
                keywords[0].col_offset,
            )
        ):
            places.sort(key=lambda node: (node.lineno, node.col_offset))
        return tuple([self.argument(node) for node in places])

    def argument(self, node: ast.expr | ast.keyword) -> Argument:
        if isinstance(node, ast.keyword):
            return Argument(self.expression(node.value), node.arg, 0 if node.arg else 2, *self.at(node))
        if isinstance(node, ast.Starred):
            return Argument(self.expression(node.value), None, 1, *self.at(node))
        value = self.expression(node)
        return Argument(value, None, 0, value.start, value.end)

    def joined_string(self, node: Any) -> Expression:
        whole = self.at(node)
        outer, self.inside = self.inside, whole
        parts = [self.part(part) for part in node.values]
        self.inside = outer
        return fstring(parts, not isinstance(node, ast.JoinedStr), *whole)

    def part(self, node: Any) -> str | Formatted:
        if isinstance(node, ast.Constant):
            return str(node.value)
        spec = () if node.format_spec is None else joined(map(self.part, node.format_spec.values), *self.at(node))
        conversion = chr(node.conversion) if node.conversion > 0 else ""
        return Formatted(self.expression(node.value), conversion, spec, *self.at(node))

    def dictionary(self, node: ast.Dict) -> Expression:
        pairs = zip(node.keys, node.values, strict=True)
        items = tuple([DictItem(self.optional(key), self.expression(value)) for key, value in pairs])
        return Dict(items, *self.at(node))

    def bin_op(self, node: ast.BinOp) -> Expression:
        left, right = self.expression(node.left), self.expression(node.right)
        return BinOp(left, OPERATORS[type(node.op)], right, *self.at(node))

    def compare(self, node: ast.Compare) -> Expression:
        ops = tuple([OPERATORS[type(op)] for op in node.ops])
        return Compare(self.expression(node.left), ops, self.expressions(node.comparators), *self.at(node))

    def subscript(self, node: ast.Subscript) -> Expression:
        return Subscript(self.expression(node.value), self.expression(node.slice), *self.at(node))

    def slice_(self, node: ast.Slice) -> Expression:
        return Slice(self.optional(node.lower), self.optional(node.upper), self.optional(node.step), *self.at(node))

    def if_exp(self, node: ast.IfExp) -> Expression:
        test, body, orelse = self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        return IfExp(test, body, orelse, *self.at(node))

    def named(self, node: ast.NamedExpr) -> Expression:
        return NamedExpr(self.expression(node.target), self.expression(node.value), *self.at(node))

    def comprehension(self, kind: str, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Expression:
        return Comprehension(kind, self.expression(node.elt), None, self.clauses(node.generators), *self.at(node))

    def dict_comprehension(self, node: ast.DictComp) -> Expression:
        key, value = self.expression(node.key), self.optional(node.value)
        return Comprehension("dict", key, value, self.clauses(node.generators), *self.at(node))

    def clauses(self, nodes: Sequence[ast.comprehension]) -> tuple[ComprehensionClause, ...]:
        return tuple([self.clause(node) for node in nodes])

    def clause(self, node: ast.comprehension) -> ComprehensionClause:
        target, iterable = self.expression(node.target), self.expression(node.iter)
        return ComprehensionClause(target, iterable, self.expressions(node.ifs), bool(node.is_async))

    def parameters(self, node: ast.arguments) -> tuple[Parameter, ...]:
        positional = [*node.posonlyargs, *node.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(node.defaults))
        defaults += node.defaults
        found = []
        for index, (arg, default) in enumerate(zip(positional, defaults, strict=True)):
            kind = "positional-only" if index < len(node.posonlyargs) else "positional"
            found.append(self.parameter(arg, kind, default))
        if node.vararg:
            found.append(self.parameter(node.vararg, "var-positional", None))
        for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            found.append(self.parameter(arg, "keyword-only", default))
        if node.kwarg:
            found.append(self.parameter(node.kwarg, "var-keyword", None))
        return tuple(found)

    def parameter(self, node: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
        return Parameter(node.arg, kind, self.optional(node.annotation), self.optional(default), *self.at(node))


def _wide_lines(text: str, lines: tuple[int, ...]) -> dict[int, bytes]:
    """The lines, counted from one, on which columns in bytes and in code points differ, as UTF-8."""
    ends = (*lines[1:], len(text))
    found = {}
    for number, (start, end) in enumerate(zip(lines, ends, strict=True), start=1):
        line = text[start:end]
        if not line.isascii():
            found[number] = line.encode()
    return found
