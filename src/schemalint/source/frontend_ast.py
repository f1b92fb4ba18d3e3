"""The front end by stdlib `ast`: statements. Faster than libcst, but knows only the running interpreter's syntax."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from schemalint.ir import (
    AnnAssign,
    Argument,
    Assert,
    Assign,
    AugAssign,
    Case,
    ClassDef,
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
from schemalint.source.comments import python_comments, speak
from schemalint.source.frontend_ast_expressions import OPERATORS, ExpressionLowering
from schemalint.source.headers import statement_ranges
from schemalint.source.literals import split_docstring
from schemalint.source.nesting import MAX_DEPTH
from schemalint.source.text import line_starts

_BEFORE_NAME = re.compile(r"(?:async[\s\\]+)?(?:def|class)[\s\\]+")


def lower(text: str) -> ModuleIR:
    """The IR of a Python text.

    Raises SyntaxError or ValueError where the interpreter cannot read it, RecursionError or MemoryError where it nests
    too deeply.
    """
    lines = line_starts(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the analysed code: unknown escapes, `is` with a literal
        tree = ast.parse(text)
        comments = python_comments(text, lines)
    docstring, body = split_docstring(_Lowering(text, lines).block(tree.body))
    return ModuleIR(docstring, body, comments, statement_ranges(text, body) if speak(comments) else (), lines)


class _Lowering(ExpressionLowering):
    """Lowers the statements of one file."""

    def __init__(self, text: str, lines: tuple[int, ...]) -> None:
        super().__init__(text, lines)
        self.text = text
        self.statement_depth = 0
        self.statements: dict[type[ast.AST], Callable[[Any], Statement]] = {
            ast.Expr: self.expression_statement,
            ast.Assign: self.assign,
            ast.AnnAssign: self.ann_assign,
            ast.AugAssign: self.aug_assign,
            ast.Return: self.return_,
            ast.Raise: self.raise_,
            ast.Assert: self.assert_,
            ast.Delete: self.delete,
            ast.Pass: lambda node: Control("pass", (), *self.at(node)),
            ast.Break: lambda node: Control("break", (), *self.at(node)),
            ast.Continue: lambda node: Control("continue", (), *self.at(node)),
            ast.Global: lambda node: Control("global", tuple(node.names), *self.at(node)),
            ast.Nonlocal: lambda node: Control("nonlocal", tuple(node.names), *self.at(node)),
            ast.Import: self.import_,
            ast.ImportFrom: self.import_from,
            ast.If: self.if_,
            ast.For: self.for_,
            ast.AsyncFor: self.for_,
            ast.While: self.while_,
            ast.With: self.with_,
            ast.AsyncWith: self.with_,
            ast.Try: self.try_,
            ast.Match: self.match,
            ast.FunctionDef: self.function,
            ast.AsyncFunctionDef: self.function,
            ast.ClassDef: self.class_,
        }
        for name, method in (("TryStar", self.try_), ("TypeAlias", self.type_alias)):  # Python 3.11, 3.12
            if hasattr(ast, name):
                self.statements[getattr(ast, name)] = method

    def block(self, nodes: Sequence[ast.stmt]) -> list[Statement]:
        """The statements of a block; one opaque expression for all of them where they nest too deeply."""
        if not nodes:
            return []
        if self.statement_depth == MAX_DEPTH:
            start, end = self.at(nodes[0])[0], self.at(nodes[-1])[1]
            return [ExpressionStatement(Opaque("depth", start, end), start, end)]
        self.statement_depth += 1
        statements = self.statements
        lowered = [statements[type(node)](node) for node in nodes]
        self.statement_depth -= 1
        return lowered

    def expression_statement(self, node: ast.Expr) -> Statement:
        return ExpressionStatement(self.expression(node.value), *self.at(node))

    def assign(self, node: ast.Assign) -> Statement:
        return Assign(self.expressions(node.targets), self.expression(node.value), *self.at(node))

    def ann_assign(self, node: ast.AnnAssign) -> Statement:
        target, annotation = self.expression(node.target), self.expression(node.annotation)
        return AnnAssign(target, annotation, self.optional(node.value), *self.at(node))

    def aug_assign(self, node: ast.AugAssign) -> Statement:
        target, value = self.expression(node.target), self.expression(node.value)
        return AugAssign(target, OPERATORS[type(node.op)], value, *self.at(node))

    def type_alias(self, node: Any) -> Statement:
        return TypeAlias(node.name.id, self.expression(node.value), *self.at(node))

    def return_(self, node: ast.Return) -> Statement:
        return Return(self.optional(node.value), *self.at(node))

    def raise_(self, node: ast.Raise) -> Statement:
        return Raise(self.optional(node.exc), self.optional(node.cause), *self.at(node))

    def assert_(self, node: ast.Assert) -> Statement:
        return Assert(self.expression(node.test), self.optional(node.msg), *self.at(node))

    def delete(self, node: ast.Delete) -> Statement:
        return Delete(self.expressions(node.targets), *self.at(node))

    def import_(self, node: ast.Import) -> Statement:
        return Import(self.imported_names(node.names), *self.at(node))

    def import_from(self, node: ast.ImportFrom) -> Statement:
        return ImportFrom(node.module or "", node.level, self.imported_names(node.names), *self.at(node))

    def imported_names(self, nodes: Sequence[ast.alias]) -> tuple[ImportedName, ...]:
        return tuple([ImportedName(node.name, node.asname, *self.at(node)) for node in nodes])

    def if_(self, node: ast.If) -> Statement:
        test = self.expression(node.test)
        return If(test, tuple(self.block(node.body)), tuple(self.block(node.orelse)), *self.at(node))

    def for_(self, node: ast.For | ast.AsyncFor) -> Statement:
        return For(
            self.expression(node.target),
            self.expression(node.iter),
            tuple(self.block(node.body)),
            tuple(self.block(node.orelse)),
            isinstance(node, ast.AsyncFor),
            *self.at(node),
        )

    def while_(self, node: ast.While) -> Statement:
        test = self.expression(node.test)
        return While(test, tuple(self.block(node.body)), tuple(self.block(node.orelse)), *self.at(node))

    def with_(self, node: ast.With | ast.AsyncWith) -> Statement:
        items = tuple(
            [WithItem(self.expression(item.context_expr), self.optional(item.optional_vars)) for item in node.items]
        )
        return With(items, tuple(self.block(node.body)), isinstance(node, ast.AsyncWith), *self.at(node))

    def try_(self, node: Any) -> Statement:
        return Try(
            tuple(self.block(node.body)),
            tuple([self.handler(handler) for handler in node.handlers]),
            tuple(self.block(node.orelse)),
            tuple(self.block(node.finalbody)),
            not isinstance(node, ast.Try),
            *self.at(node),
        )

    def handler(self, node: ast.ExceptHandler) -> Handler:
        return Handler(self.optional(node.type), node.name, tuple(self.block(node.body)), *self.at(node))

    def match(self, node: ast.Match) -> Statement:
        cases = tuple([Case(self.optional(case.guard), tuple(self.block(case.body))) for case in node.cases])
        return Match(self.expression(node.subject), cases, *self.at(node))

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Statement:
        start, end = self.at(node)
        docstring, body = split_docstring(self.block(node.body))
        return FunctionDef(
            node.name,
            self.parameters(node.args),
            self.expressions(node.decorator_list),
            self.optional(node.returns),
            docstring,
            encode_body(body),
            isinstance(node, ast.AsyncFunctionDef),
            self.name_start(start),
            start,
            end,
        )

    def class_(self, node: ast.ClassDef) -> Statement:
        start, end = self.at(node)
        docstring, body = split_docstring(self.block(node.body))
        bases: tuple[Argument, ...] = self.arguments(node.bases, node.keywords)
        decorators = self.expressions(node.decorator_list)
        return ClassDef(node.name, bases, decorators, docstring, body, self.name_start(start), start, end)

    def name_start(self, start: int) -> int:
        """Where the name of a definition that starts at an offset stands; the tree does not say."""
        keyword = _BEFORE_NAME.match(self.text, start)
        assert keyword is not None
        return keyword.end()
