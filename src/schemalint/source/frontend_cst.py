"""The front end by libcst: statements. Reads the syntax of every Python that libcst knows, whichever runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence as Items
from typing import Any

import libcst as cst

from schemalint.ir import (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    Case,
    ClassDef,
    Comment,
    Control,
    Delete,
    ExpressionStatement,
    For,
    FunctionDef,
    Handler,
    If,
    Import,
    ImportedName,
    ImportFrom,
    Match,
    ModuleIR,
    Opaque,
    Raise,
    Return,
    Statement,
    Try,
    TypeAlias,
    While,
    With,
    WithItem,
    encode_body,
)
from schemalint.source.comments import comment_at, matters, speak
from schemalint.source.frontend_cst_expressions import ExpressionLowering, identifier
from schemalint.source.frontend_cst_positions import Positions, PositionsAndComments
from schemalint.source.headers import statement_ranges
from schemalint.source.literals import split_docstring
from schemalint.source.nesting import MAX_DEPTH
from schemalint.source.text import line_starts

_AUGMENTED_OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "+",
    cst.SubtractAssign: "-",
    cst.MultiplyAssign: "*",
    cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//",
    cst.ModuloAssign: "%",
    cst.PowerAssign: "**",
    cst.MatrixMultiplyAssign: "@",
    cst.LeftShiftAssign: "<<",
    cst.RightShiftAssign: ">>",
    cst.BitAndAssign: "&",
    cst.BitOrAssign: "|",
    cst.BitXorAssign: "^",
}


_LONE_CR = re.compile(r"\r(?!\n)")  # a line end to Python, but not to libcst


class LossyTreeError(Exception):
    """libcst does not write a tree back as it was read, so that positions in it would be wrong."""


def lower(text: str) -> ModuleIR:
    """The IR of a Python text, which must be shallow (see `nesting`).

    Raises `libcst.ParserSyntaxError` where libcst cannot read it (for some mistakes, and some valid text that trips it,
    `CSTValidationError` or `CSTLogicError`), `LossyTreeError` where it cannot say where nodes stand, RecursionError
    where nodes nest too deeply.
    """
    readable = _LONE_CR.sub("\n", text) if "\r" in text else text
    module = cst.parse_module(readable)
    positions = PositionsAndComments(module) if matters(text) else Positions(module)
    if "".join(positions.tokens) != readable:
        raise LossyTreeError
    docstring, body = split_docstring(_Lowering(positions).lines(module.body)[0])
    comments: tuple[Comment, ...] = ()
    if isinstance(positions, PositionsAndComments):
        offsets = positions.offsets
        comments = tuple([comment_at(text, offsets[index], offsets[index + 1]) for index in positions.comments])
    return ModuleIR(
        docstring, body, comments, statement_ranges(text, body) if speak(comments) else (), line_starts(text)
    )


class _Lowering(ExpressionLowering):
    """Lowers the statements of one file."""

    def __init__(self, positions: Positions) -> None:
        super().__init__(positions)
        self.statement_depth = 0
        self.small: dict[type[cst.CSTNode], Callable[[Any], Statement]] = {
            cst.Expr: lambda node: ExpressionStatement(self.expression(node.value), *self.at(node)),
            cst.Assign: self.assign,
            cst.AnnAssign: self.ann_assign,
            cst.AugAssign: self.aug_assign,
            cst.TypeAlias: self.type_alias,
            cst.Return: lambda node: Return(self.optional(node.value), *self.at(node)),
            cst.Raise: self.raise_,
            cst.Assert: lambda node: Assert(self.expression(node.test), self.optional(node.msg), *self.at(node)),
            cst.Del: self.delete,
            cst.Pass: lambda node: Control("pass", (), *self.at(node)),
            cst.Break: lambda node: Control("break", (), *self.at(node)),
            cst.Continue: lambda node: Control("continue", (), *self.at(node)),
            cst.Global: lambda node: self.declared("global", node),
            cst.Nonlocal: lambda node: self.declared("nonlocal", node),
            cst.Import: lambda node: Import(self.imported_names(node.names), *self.at(node)),
            cst.ImportFrom: self.import_from,
        }
        self.compound: dict[type[cst.CSTNode], Callable[[Any], Statement]] = {
            cst.If: self.if_,
            cst.For: self.for_,
            cst.While: self.while_,
            cst.With: self.with_,
            cst.Try: self.try_,
            cst.TryStar: self.try_,
            cst.Match: self.match,
            cst.FunctionDef: self.function,
            cst.ClassDef: self.class_,
        }

    # Blocks return where they end beside their statements: as for `ast`, a last semicolon is part of the block.

    def suite(self, node: cst.BaseSuite) -> tuple[list[Statement], int]:
        return self.lines(node.body if isinstance(node, cst.IndentedBlock) else (node,))

    def lines(self, nodes: Items[Any]) -> tuple[list[Statement], int]:
        self.statement_depth += 1
        lowered: list[Statement] = []
        end = 0
        for node in nodes:
            method = self.compound.get(type(node))
            if method is not None:
                lowered.append(method(node))
                end = lowered[-1].end
            else:
                lowered += [self.small[type(small)](small) for small in node.body]
                end = self.end_of_line(node.body[-1], lowered[-1])
        self.statement_depth -= 1
        if self.statement_depth == MAX_DEPTH:
            start, last = lowered[0].start, lowered[-1].end
            return [ExpressionStatement(Opaque("depth", start, last), start, last)], end
        return lowered, end

    def end_of_line(self, last: Any, lowered: Statement) -> int:
        if not isinstance(last.semicolon, cst.Semicolon):
            return lowered.end
        positions = self.positions
        end = positions.ranges[id(last)][1]
        index = positions.before(";", end) + 1 if isinstance(last, cst.TypeAlias) else positions.after(";", end)
        return positions.offsets[index]

    def orelse(self, node: cst.If | cst.Else | None, end: int) -> tuple[tuple[Statement, ...], int]:
        if node is None:
            return (), end
        body, end = self.lines((node,)) if isinstance(node, cst.If) else self.suite(node.body)
        return tuple(body), end

    def assign(self, node: cst.Assign) -> Statement:
        targets = tuple([self.expression(target.target) for target in node.targets])
        return Assign(targets, self.expression(node.value), *self.at(node))

    def ann_assign(self, node: cst.AnnAssign) -> Statement:
        target, annotation = self.expression(node.target), self.expression(node.annotation.annotation)
        return AnnAssign(target, annotation, self.optional(node.value), *self.at(node))

    def aug_assign(self, node: cst.AugAssign) -> Statement:
        target, value = self.expression(node.target), self.expression(node.value)
        return AugAssign(target, _AUGMENTED_OPERATORS[type(node.operator)], value, *self.at(node))

    def type_alias(self, node: cst.TypeAlias) -> Statement:
        """libcst counts the semicolon as part of this statement only; so its end is that of its value."""
        index = self.positions.ranges[id(node.value)][1]
        for _ in node.value.rpar:
            index = self.positions.after(")", index)
        value = self.expression(node.value)
        return TypeAlias(identifier(node.name), value, self.at(node)[0], self.positions.offsets[index])

    def raise_(self, node: cst.Raise) -> Statement:
        cause = None if node.cause is None else self.expression(node.cause.item)
        return Raise(self.optional(node.exc), cause, *self.at(node))

    def delete(self, node: cst.Del) -> Statement:
        if isinstance(node.target, cst.Tuple) and not node.target.lpar:
            return Delete(self.elements(node.target.elements), *self.at(node))
        return Delete((self.expression(node.target),), *self.at(node))

    def declared(self, keyword: str, node: cst.Global | cst.Nonlocal) -> Statement:
        return Control(keyword, tuple([identifier(item.name) for item in node.names]), *self.at(node))

    def import_from(self, node: cst.ImportFrom) -> Statement:
        start, end = self.at(node)
        if isinstance(node.names, cst.ImportStar):
            names: tuple[ImportedName, ...] = (ImportedName("*", None, end - 1, end),)
        else:
            names = self.imported_names(node.names)
        module = "" if node.module is None else identifier(node.module)
        return ImportFrom(module, len(node.relative), names, start, end)

    def imported_names(self, nodes: Items[cst.ImportAlias]) -> tuple[ImportedName, ...]:
        return tuple(
            [
                ImportedName(
                    identifier(node.name),
                    None if node.asname is None else identifier(node.asname.name),
                    *self.at(node),
                )
                for node in nodes
            ]
        )

    def if_(self, node: cst.If) -> Statement:
        test = self.expression(node.test)
        body, end = self.suite(node.body)
        orelse, end = self.orelse(node.orelse, end)
        return If(test, tuple(body), orelse, self.at(node)[0], end)

    def for_(self, node: cst.For) -> Statement:
        target, iterable = self.expression(node.target), self.expression(node.iter)
        body, end = self.suite(node.body)
        orelse, end = self.orelse(node.orelse, end)
        is_async = node.asynchronous is not None
        return For(target, iterable, tuple(body), orelse, is_async, self.at(node)[0], end)

    def while_(self, node: cst.While) -> Statement:
        test = self.expression(node.test)
        body, end = self.suite(node.body)
        orelse, end = self.orelse(node.orelse, end)
        return While(test, tuple(body), orelse, self.at(node)[0], end)

    def with_(self, node: cst.With) -> Statement:
        items = tuple(
            [
                WithItem(
                    self.expression(item.item),
                    None if item.asname is None else self.expression(item.asname.name),
                )
                for item in node.items
            ]
        )
        body, end = self.suite(node.body)
        return With(items, tuple(body), node.asynchronous is not None, self.at(node)[0], end)

    def try_(self, node: cst.Try | cst.TryStar) -> Statement:
        body, end = self.suite(node.body)
        handlers = tuple([self.handler(handler) for handler in node.handlers])
        if handlers:
            end = handlers[-1].end
        orelse, end = self.orelse(node.orelse, end)
        final: list[Statement] = []
        if node.finalbody is not None:
            final, end = self.suite(node.finalbody.body)
        star = isinstance(node, cst.TryStar)
        return Try(tuple(body), handlers, orelse, tuple(final), star, self.at(node)[0], end)

    def handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> Handler:
        name = None if node.name is None else identifier(node.name.name)
        body, end = self.suite(node.body)
        return Handler(self.optional(node.type), name, tuple(body), self.at(node)[0], end)

    def match(self, node: cst.Match) -> Statement:
        subject = self.expression(node.subject)
        cases = []
        end = 0
        for case in node.cases:
            body, end = self.suite(case.body)
            cases.append(Case(self.optional(case.guard), tuple(body)))
        return Match(subject, tuple(cases), self.at(node)[0], end)

    def function(self, node: cst.FunctionDef) -> Statement:
        statements, end = self.suite(node.body)
        docstring, body = split_docstring(statements)
        return FunctionDef(
            identifier(node.name),
            self.parameters(node.params),
            tuple([self.expression(decorator.decorator) for decorator in node.decorators]),
            None if node.returns is None else self.expression(node.returns.annotation),
            docstring,
            encode_body(body),
            node.asynchronous is not None,
            self.at(node.name)[0],
            self.at(node)[0],
            end,
        )

    def class_(self, node: cst.ClassDef) -> Statement:
        statements, end = self.suite(node.body)
        docstring, body = split_docstring(statements)
        bases = self.arguments((*node.bases, *node.keywords))
        decorators = tuple([self.expression(decorator.decorator) for decorator in node.decorators])
        name_start = self.at(node.name)[0]
        return ClassDef(identifier(node.name), bases, decorators, docstring, body, name_start, self.at(node)[0], end)
