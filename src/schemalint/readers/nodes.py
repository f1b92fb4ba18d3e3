"""Walks over IR: every node below a statement or an expression, and the functions of a module with their scopes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Union

from schemalint.interpret.scopes import Scope, blocks_of, function_scope
from schemalint.ir import ClassDef, Expression, FunctionDef, ModuleIR, Statement, statements_of
from schemalint.ir.nodes import Node


class Block:
    """The statements of a module (`scope` is None) or of one function, without those of definitions inside."""

    __slots__ = ("function", "scope", "statements")

    def __init__(self, statements: tuple[Statement, ...], function: FunctionDef | None) -> None:
        self.statements = statements
        self.function = function
        self.scope: Scope | None = function_scope(function) if function else None


def blocks(module: ModuleIR) -> Iterator[Block]:
    """The module's own block, then those of its functions and methods, nested ones included."""
    yield Block(module.body, None)
    for function in functions(module.body):
        yield Block(statements_of(function), function)


def functions(statements: Iterable[Statement]) -> Iterator[FunctionDef]:
    """The functions and methods defined anywhere below, outer before inner."""
    for statement in statements:
        if isinstance(statement, FunctionDef):
            yield statement
            yield from functions(statements_of(statement))
        elif isinstance(statement, ClassDef):
            yield from functions(statement.body)
        else:
            for block in blocks_of(statement):
                yield from functions(block)


def nodes(root: Union[Statement, Expression, tuple[Statement, ...]]) -> Iterator[Node]:
    """Every node below, in source order, the node itself first. The bodies of functions are not entered."""
    pending: list[object] = [root]
    while pending:
        item = pending.pop()
        if isinstance(item, tuple):
            pending.extend(reversed(item))
        elif isinstance(item, Node):
            yield item
            pending.extend(getattr(item, name) for name in reversed(item.__struct_fields__))
