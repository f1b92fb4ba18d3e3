"""The front end by libcst: expressions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Items
from typing import Any

import libcst as cst

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
    Constant,
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
    Sequence,
    Slice,
    Starred,
    Subscript,
    UnaryOp,
    Yield,
)
from schemalint.source.frontend_cst_positions import Positions
from schemalint.source.literals import fstring, integer, joined, string, string_value, unescaped
from schemalint.source.nesting import MAX_DEPTH

_KEYWORD_CONSTANTS = {"None": None, "True": True, "False": False}

OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.MatrixMultiply: "@",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.BitAnd: "&",
    cst.BitOr: "|",
    cst.BitXor: "^",
    cst.And: "and",
    cst.Or: "or",
    cst.Not: "not",
    cst.Minus: "-",
    cst.Plus: "+",
    cst.BitInvert: "~",
    cst.Equal: "==",
    cst.NotEqual: "!=",
    cst.LessThan: "<",
    cst.LessThanEqual: "<=",
    cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=",
    cst.Is: "is",
    cst.IsNot: "is not",
    cst.In: "in",
    cst.NotIn: "not in",
}


def identifier(node: cst.CSTNode) -> str:
    """The name of a `Name`, or the dotted name of an import, normalised as Python does (PEP 3131)."""
    if isinstance(node, cst.Attribute):
        return f"{identifier(node.value)}.{identifier(node.attr)}"
    assert isinstance(node, cst.Name)
    return node.value if node.value.isascii() else unicodedata.normalize("NFKC", node.value)


class ExpressionLowering:
    """Lowers the expressions of one file."""

    def __init__(self, positions: Positions) -> None:
        self.positions = positions
        self.depth = 0
        self.inside: tuple[int, int] | None = None  # the range of the f-string that is being lowered
        self.handlers: dict[type[cst.CSTNode], Callable[[Any], Expression]] = {
            cst.Name: self.name,
            cst.Integer: lambda node: integer(node.value, *self.at(node)),
            cst.Float: lambda node: Constant(float(node.value), *self.at(node)),
            cst.Imaginary: lambda node: Opaque("complex", *self.at(node)),
            cst.Ellipsis: lambda node: Opaque("ellipsis", *self.at(node)),
            cst.SimpleString: self.simple_string,
            cst.FormattedString: self.strings,
            cst.TemplatedString: self.strings,
            cst.ConcatenatedString: self.strings,
            cst.Attribute: lambda node: Attribute(self.expression(node.value), identifier(node.attr), *self.at(node)),
            cst.Call: lambda node: Call(self.expression(node.func), self.arguments(node.args), *self.at(node)),
            cst.Tuple: self.tuple_,
            cst.List: lambda node: Sequence("list", self.elements(node.elements), *self.at(node)),
            cst.Set: lambda node: Sequence("set", self.elements(node.elements), *self.at(node)),
            cst.StarredElement: lambda node: Starred(self.expression(node.value), *self.at(node)),
            cst.Dict: self.dictionary,
            cst.BinaryOperation: self.bin_op,
            cst.BooleanOperation: self.bool_op,
            cst.Comparison: self.compare,
            cst.UnaryOperation: self.unary_op,
            cst.Subscript: self.subscript,
            cst.Lambda: lambda node: Lambda(self.parameters(node.params), self.expression(node.body), *self.at(node)),
            cst.IfExp: self.if_exp,
            cst.ListComp: lambda node: self.comprehension("list", node.elt, None, node),
            cst.SetComp: lambda node: self.comprehension("set", node.elt, None, node),
            cst.GeneratorExp: lambda node: self.comprehension("generator", node.elt, None, node),
            cst.DictComp: lambda node: self.comprehension("dict", node.key, node.value, node),
            cst.Await: lambda node: Await(self.expression(node.expression), *self.at(node)),
            cst.Yield: self.yield_,
            cst.NamedExpr: self.named,
        }
        if hasattr(cst, "StarredDictComp"):  # Python 3.15, libcst 1.9
            self.handlers[cst.StarredDictComp] = lambda node: self.comprehension("dict", node.value, None, node)

    def at(self, node: cst.CSTNode) -> tuple[int, int]:
        """A node's range in code points."""
        if self.inside is not None:
            return self.inside
        start, end = self.positions.ranges[id(node)]
        offsets = self.positions.offsets
        return offsets[start], offsets[end]

    def within(self, found: tuple[int, int]) -> tuple[int, int]:
        """A range that was found in some other way than by `at`: inside an f-string all are the whole string's."""
        return found if self.inside is None else self.inside

    def range_of(self, node: cst.CSTNode) -> tuple[int, int]:
        """The range of any expression: tuples and generators count their own parentheses, which libcst does not."""
        if isinstance(node, cst.GeneratorExp) or (isinstance(node, cst.Tuple) and node.lpar):
            return self.within(self.positions.between("(", node, ")"))
        if isinstance(node, cst.Tuple):
            return self.within(self.comma_separated(self.positions.ranges[id(node)], node.elements[-1]))
        return self.at(node)

    def comma_separated(self, span: tuple[int, int], last: Any) -> tuple[int, int]:
        """The range of a tuple without parentheses, from its tokens: up to its last comma where it ends in one."""
        start, end = span
        if isinstance(last.comma, cst.Comma):
            end = self.positions.before(",", end) + 1
        return self.positions.offsets[start], self.positions.offsets[end]

    def expression(self, node: cst.CSTNode) -> Expression:
        if self.depth == MAX_DEPTH:
            return Opaque("depth", *self.range_of(node))
        self.depth += 1
        lowered = self.handlers[type(node)](node)
        self.depth -= 1
        return lowered

    def optional(self, node: cst.CSTNode | None) -> Expression | None:
        return None if node is None else self.expression(node)

    def elements(self, nodes: Items[cst.BaseElement]) -> tuple[Expression, ...]:
        return tuple([self.expression(node.value if type(node) is cst.Element else node) for node in nodes])

    def name(self, node: cst.Name) -> Expression:
        value = node.value
        if value in _KEYWORD_CONSTANTS:
            return Constant(_KEYWORD_CONSTANTS[value], *self.at(node))
        return Name(identifier(node), *self.at(node))

    def arguments(self, nodes: Items[cst.Arg]) -> tuple[Argument, ...]:
        return tuple([self.argument(node) for node in nodes])

    def argument(self, node: cst.Arg) -> Argument:
        value = self.expression(node.value)
        if node.keyword is not None:
            return Argument(value, identifier(node.keyword), 0, *self.at(node))
        if node.star:
            return Argument(value, None, len(node.star), *self.at(node))
        return Argument(value, None, 0, value.start, value.end)

    def tuple_(self, node: cst.Tuple) -> Expression:
        return Sequence("tuple", self.elements(node.elements), *self.range_of(node))

    def dictionary(self, node: cst.Dict) -> Expression:
        items = [
            DictItem(
                self.expression(item.key) if isinstance(item, cst.DictElement) else None, self.expression(item.value)
            )
            for item in node.elements
        ]
        return Dict(tuple(items), *self.at(node))

    def bin_op(self, node: cst.BinaryOperation) -> Expression:
        left, right = self.expression(node.left), self.expression(node.right)
        return BinOp(left, OPERATORS[type(node.operator)], right, *self.at(node))

    def bool_op(self, node: cst.BooleanOperation) -> Expression:
        """libcst nests `a and b and c` to the left; here it is one node."""
        operator = type(node.operator)
        values: list[cst.BaseExpression] = []
        left: cst.BaseExpression = node
        while (
            isinstance(left, cst.BooleanOperation)
            and type(left.operator) is operator
            and (left is node or not left.lpar)
        ):
            values.append(left.right)
            left = left.left
        values.append(left)
        lowered = tuple([self.expression(value) for value in reversed(values)])
        return BoolOp(OPERATORS[operator], lowered, *self.at(node))

    def compare(self, node: cst.Comparison) -> Expression:
        ops = tuple([OPERATORS[type(target.operator)] for target in node.comparisons])
        values = tuple([self.expression(target.comparator) for target in node.comparisons])
        return Compare(self.expression(node.left), ops, values, *self.at(node))

    def unary_op(self, node: cst.UnaryOperation) -> Expression:
        return UnaryOp(OPERATORS[type(node.operator)], self.expression(node.expression), *self.at(node))

    def subscript(self, node: cst.Subscript) -> Expression:
        return Subscript(self.expression(node.value), self.index(node.slice), *self.at(node))

    def index(self, elements: Items[cst.SubscriptElement]) -> Expression:
        """What stands between the brackets: several elements, a comma or a star make a tuple."""
        first, last = elements[0], elements[-1]
        starred = isinstance(first.slice, cst.Index) and first.slice.star is not None
        if len(elements) == 1 and not isinstance(last.comma, cst.Comma) and not starred:
            return self.index_element(first)
        positions = self.positions
        start, end = positions.trimmed(first)[0], positions.trimmed(last)[1]
        if isinstance(last.comma, cst.Comma):
            end = positions.offsets[positions.after(",", positions.ranges[id(last)][1])]
        whole = self.within((start, end))
        if self.depth == MAX_DEPTH:
            return Opaque("depth", *whole)
        self.depth += 1
        items = tuple([self.index_element(element) for element in elements])
        self.depth -= 1
        return Sequence("tuple", items, *whole)

    def index_element(self, element: cst.SubscriptElement) -> Expression:
        node: Any = element.slice
        if isinstance(node, cst.Index) and node.star is None:
            return self.expression(node.value)
        whole = self.within(self.positions.trimmed(element))
        if self.depth == MAX_DEPTH:
            return Opaque("depth", *whole)
        self.depth += 1
        lowered: Expression
        if isinstance(node, cst.Slice):
            lower, upper, step = self.optional(node.lower), self.optional(node.upper), self.optional(node.step)
            lowered = Slice(lower, upper, step, *whole)
        else:
            lowered = Starred(self.expression(node.value), *whole)
        self.depth -= 1
        return lowered

    def if_exp(self, node: cst.IfExp) -> Expression:
        test, body, orelse = self.expression(node.test), self.expression(node.body), self.expression(node.orelse)
        return IfExp(test, body, orelse, *self.at(node))

    def named(self, node: cst.NamedExpr) -> Expression:
        return NamedExpr(self.expression(node.target), self.expression(node.value), *self.at(node))

    def yield_(self, node: cst.Yield) -> Expression:
        if isinstance(node.value, cst.From):
            return Yield(self.expression(node.value.item), True, *self.at(node))
        return Yield(self.optional(node.value), False, *self.at(node))

    def comprehension(self, kind: str, element: cst.CSTNode, value: cst.CSTNode | None, node: Any) -> Expression:
        clauses: list[ComprehensionClause] = []
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            clauses.append(
                ComprehensionClause(
                    self.expression(clause.target),
                    self.expression(clause.iter),
                    tuple([self.expression(condition.test) for condition in clause.ifs]),
                    clause.asynchronous is not None,
                )
            )
            clause = clause.inner_for_in
        lowered, other = self.expression(element), self.optional(value)
        return Comprehension(kind, lowered, other, tuple(clauses), *self.range_of(node))

    def simple_string(self, node: cst.SimpleString) -> Expression:
        value = string_value(node.value)
        return Opaque("bytes", *self.at(node)) if value is None else string(value, *self.at(node))

    def strings(self, node: Any) -> Expression:
        """An f-string, a t-string, or adjacent literals of any kind."""
        whole = self.at(node)
        literals = list(_adjacent(node))
        templates = [literal for literal in literals if not isinstance(literal, cst.SimpleString)]
        if not templates:
            texts = [string_value(literal.value) for literal in literals]
            if texts[0] is None:
                return Opaque("bytes", *whole)
            return string("".join(text for text in texts if text is not None), *whole)
        outer, self.inside = self.inside, whole
        parts: list[str | Formatted] = []
        for literal in literals:
            if isinstance(literal, cst.SimpleString):
                parts.append(string_value(literal.value) or "")
            else:
                parts += self.parts(literal.parts, raw="r" in literal.prefix)
        self.inside = outer
        return fstring(parts, isinstance(templates[0], cst.TemplatedString), *whole)

    def parts(self, nodes: Items[Any], *, raw: bool) -> list[str | Formatted]:
        found: list[str | Formatted] = []
        for node in nodes:
            if isinstance(node, (cst.FormattedStringText, cst.TemplatedStringText)):
                found.append(unescaped(node.value.replace("{{", "{").replace("}}", "}"), raw=raw))
                continue
            conversion = node.conversion or ""
            if node.equal is not None:
                found.append(self.debug_text(node.expression))
                conversion = conversion or ("r" if node.format_spec is None else "")
            assert self.inside is not None
            spec = joined(self.parts(node.format_spec or (), raw=raw), *self.inside)
            found.append(Formatted(self.expression(node.expression), conversion, spec, *self.inside))
        return found

    def debug_text(self, node: cst.CSTNode) -> str:
        """The text that `{node = }` stands for: all before conversion, format and brace, but no comments."""
        tokens = self.positions.tokens
        start, end = self.positions.ranges[id(node)]
        start = self.positions.before("{", start) + 1
        end = self.positions.after("=", end)
        while tokens[end] not in ("!", ":", "}"):
            end += 1
        return unescaped("".join([token for token in tokens[start:end] if not token.startswith("#")]), raw=True)

    def parameters(self, node: cst.Parameters) -> tuple[Parameter, ...]:
        found = [self.parameter(param, "positional-only") for param in node.posonly_params]
        found += [self.parameter(param, "positional") for param in node.params]
        if isinstance(node.star_arg, cst.Param):
            found.append(self.parameter(node.star_arg, "var-positional"))
        found += [self.parameter(param, "keyword-only") for param in node.kwonly_params]
        if node.star_kwarg is not None:
            found.append(self.parameter(node.star_kwarg, "var-keyword"))
        return tuple(found)

    def parameter(self, node: cst.Param, kind: str) -> Parameter:
        start, end = self.at(node.name)
        annotation = None
        if node.annotation is not None:
            annotation = self.expression(node.annotation.annotation)
            end = self.at(node.annotation)[1]
        return Parameter(identifier(node.name), kind, annotation, self.optional(node.default), start, end)


def _adjacent(node: Any) -> Iterator[Any]:
    """The literals of a string; libcst nests adjacent ones to the right."""
    while isinstance(node, cst.ConcatenatedString):
        yield node.left
        node = node.right
    yield node
