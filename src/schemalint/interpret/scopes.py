"""What a block of statements binds to which names: a module, a class body, a function.

A scope knows one file. Where an import leads and what an alias stands for is `resolve`'s matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Union

import msgspec

from schemalint.ir import (
    AnnAssign,
    Assign,
    Attribute,
    AugAssign,
    BinOp,
    ClassDef,
    Constant,
    Control,
    Delete,
    Expression,
    For,
    FunctionDef,
    If,
    Import,
    ImportFrom,
    Match,
    Name,
    Sequence,
    Starred,
    Statement,
    Try,
    TypeAlias,
    UnaryOp,
    While,
    With,
    statements_of,
)


class Binding(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The base of bindings.

    `conditional` is set where the binding may not happen: a branch of `if` and `match`, a loop's body, an exception
    handler. The body of a `try` counts as done. `type_checking` is set under `if TYPE_CHECKING:`.
    """

    conditional: bool = False
    type_checking: bool = False


class Imported(Binding, frozen=True, gc=False):
    """`from module import name`, or the module itself where `name` is None. `level` counts the dots."""

    module: str
    level: int
    name: str | None


class Assigned(Binding, frozen=True, gc=False):
    """An assignment. `value` is None where the statement does not give one; `reason` then says why."""

    value: Expression | None
    annotation: Expression | None = None
    reason: str = ""


class Defined(Binding, frozen=True, gc=False):
    node: Union[FunctionDef, ClassDef]


class Star(Binding, frozen=True, gc=False):
    """`from module import *`."""

    module: str
    level: int


class Scope:
    """The bindings of one block, by name, each name's in source order; and its star imports."""

    __slots__ = ("bindings", "stars")

    def __init__(self, bindings: dict[str, list[Binding]], stars: tuple[Star, ...]) -> None:
        self.bindings = bindings
        self.stars = stars

    def lookup(self, name: str) -> Binding | None:
        """The binding that holds when the block has run: the last unconditional one, else the first that happens at
        run time, else the first. None where the block does not bind the name."""
        found = self.bindings.get(name)
        if not found:
            return None
        for binding in reversed(found):
            if not binding.conditional and not binding.type_checking:
                return binding
        return next((binding for binding in found if not binding.type_checking), found[0])

    def alternatives(self, name: str) -> tuple[Binding, ...]:
        """Everything the name may stand for when the block has run, the binding of `lookup` among it.

        What an unconditional binding overwrites is left out. More than one means that the name is ambiguous.
        """
        found = [binding for binding in self.bindings.get(name, ()) if not binding.type_checking]
        for index in range(len(found) - 1, -1, -1):
            if not found[index].conditional:
                return tuple(found[index:])
        return tuple(found or self.bindings.get(name, ()))

    def exports(self) -> tuple[str, ...] | None:
        """`__all__` where it is made of literal strings, else None."""
        binding = self.lookup("__all__")
        return _strings(binding.value) if isinstance(binding, Assigned) else None


def scope_of(statements: Iterable[Statement]) -> Scope:
    """The scope of a module's or a class's statements."""
    builder = _Builder()
    builder.block(statements, False, False)
    return Scope(builder.bindings, tuple(builder.stars))


def function_scope(function: FunctionDef) -> Scope:
    """The scope of a function: its parameters and what its body binds, without the names it declares global."""
    builder = _Builder()
    for parameter in function.parameters:
        builder.add(parameter.name, Assigned(value=None, annotation=parameter.annotation, reason="a parameter"))
    body = statements_of(function)
    builder.block(body, False, False)
    for name in _declared(body, "global", "nonlocal"):
        builder.bindings.pop(name, None)
    return Scope(builder.bindings, tuple(builder.stars))


class _Builder:
    def __init__(self) -> None:
        self.bindings: dict[str, list[Binding]] = {}
        self.stars: list[Star] = []

    def add(self, name: str, binding: Binding) -> None:
        self.bindings.setdefault(name, []).append(binding)

    def block(self, statements: Iterable[Statement], conditional: bool, type_checking: bool) -> None:
        for statement in statements:
            self.statement(statement, conditional, type_checking)

    def statement(self, node: Statement, conditional: bool, checking: bool) -> None:
        if isinstance(node, (FunctionDef, ClassDef)):
            self.add(node.name, Defined(node=node, conditional=conditional, type_checking=checking))
            self._globals(node)
        elif isinstance(node, (Import, ImportFrom)):
            self._import(node, conditional, checking)
        elif isinstance(node, Assign):
            for target in node.targets:
                self._assign(target, node.value, None, conditional, checking)
        elif isinstance(node, AnnAssign):
            self._assign(node.target, node.value, node.annotation, conditional, checking)
        elif isinstance(node, AugAssign):
            self._augment(node, conditional, checking)
        elif isinstance(node, TypeAlias):
            self.add(node.name, Assigned(value=node.value, conditional=conditional, type_checking=checking))
        elif isinstance(node, Delete) and not conditional:
            for target in node.targets:
                if isinstance(target, Name):
                    self.bindings.pop(target.id, None)
        else:
            self._compound(node, conditional, checking)

    def _compound(self, node: Statement, conditional: bool, checking: bool) -> None:
        if isinstance(node, If):
            only_checking = checks_types(node.test)
            if only_checking is None:
                self.block(node.body, True, checking)
                self.block(node.orelse, True, checking)
            else:
                self.block(node.body, conditional, checking or only_checking)
                self.block(node.orelse, conditional, checking or not only_checking)
        elif isinstance(node, Try):
            self.block(node.body, conditional, checking)
            for handler in node.handlers:
                self.block(handler.body, True, checking)
            self.block((*node.orelse, *node.final), conditional, checking)
        elif isinstance(node, With):
            for item in node.items:
                if item.target is not None:
                    self._unknown(item.target, "bound by with", conditional, checking)
            self.block(node.body, conditional, checking)
        elif isinstance(node, For):
            self._unknown(node.target, "a loop variable", conditional, checking)
            self.block((*node.body, *node.orelse), True, checking)
        elif isinstance(node, While):
            self.block((*node.body, *node.orelse), True, checking)
        elif isinstance(node, Match):
            for case in node.cases:
                self.block(case.body, True, checking)

    def _import(self, node: Import | ImportFrom, conditional: bool, checking: bool) -> None:
        if isinstance(node, Import):
            for item in node.names:
                module = item.name if item.alias else item.name.partition(".")[0]
                self.add(
                    item.alias or module,
                    Imported(module=module, level=0, name=None, conditional=conditional, type_checking=checking),
                )
            return
        for item in node.names:
            if item.name == "*":
                self.stars.append(
                    Star(module=node.module, level=node.level, conditional=conditional, type_checking=checking)
                )
                continue
            self.add(
                item.alias or item.name,
                Imported(
                    module=node.module,
                    level=node.level,
                    name=item.name,
                    conditional=conditional,
                    type_checking=checking,
                ),
            )

    def _assign(
        self,
        target: Expression,
        value: Expression | None,
        annotation: Expression | None,
        conditional: bool,
        checking: bool,
    ) -> None:
        if isinstance(target, Name):
            if value is None and target.id in self.bindings:
                return  # a bare annotation binds nothing
            reason = "" if value is not None else "annotated, not assigned"
            self.add(
                target.id,
                Assigned(
                    value=value, annotation=annotation, reason=reason, conditional=conditional, type_checking=checking
                ),
            )
        elif isinstance(target, Sequence):
            pairs = isinstance(value, Sequence) and len(value.items) == len(target.items)
            plain = pairs and not any(isinstance(item, Starred) for item in (*target.items, *value.items))  # type: ignore[union-attr]
            if plain:
                for part, item in zip(target.items, value.items, strict=True):  # type: ignore[union-attr]
                    self._assign(part, item, None, conditional, checking)
            else:
                self._unknown(target, "unpacked from a value", conditional, checking)

    def _augment(self, node: AugAssign, conditional: bool, checking: bool) -> None:
        if not isinstance(node.target, Name):
            return
        before = self.bindings.get(node.target.id, [None])[-1]
        if isinstance(before, Assigned) and before.value is not None and not before.conditional:
            value = BinOp(before.value, node.op, node.value, node.start, node.end)
            self._assign(node.target, value, before.annotation, conditional, checking)
        else:
            self._unknown(node.target, "assigned in steps", conditional, checking)

    def _unknown(self, target: Expression, reason: str, conditional: bool, checking: bool) -> None:
        for name in _names(target):
            self.add(name, Assigned(value=None, reason=reason, conditional=conditional, type_checking=checking))

    def _globals(self, node: FunctionDef | ClassDef) -> None:
        """Names that functions assign through `global`: what they hold depends on who was called."""
        if isinstance(node, ClassDef):
            for inner in _definitions(node.body):
                self._globals(inner)
            return
        for name in _assigned_globally(node):
            self.add(name, Assigned(value=None, reason="assigned in a function", conditional=True))


def checks_types(test: Expression) -> bool | None:
    """True for `TYPE_CHECKING`, False for `not TYPE_CHECKING`, None for any other test."""
    if isinstance(test, UnaryOp) and test.op == "not":
        inner = checks_types(test.value)
        return None if inner is None else not inner
    if isinstance(test, Name) and test.id == "TYPE_CHECKING":
        return True
    return True if isinstance(test, Attribute) and test.attr == "TYPE_CHECKING" else None


def _names(target: Expression) -> Iterator[str]:
    if isinstance(target, Name):
        yield target.id
    elif isinstance(target, Starred):
        yield from _names(target.value)
    elif isinstance(target, Sequence):
        for item in target.items:
            yield from _names(item)


_COMPOUND = frozenset({If, For, While, With, Try, Match})


def blocks_of(node: Statement) -> tuple[tuple[Statement, ...], ...]:
    """The blocks that run as part of a compound statement; none for other statements and for definitions."""
    if type(node) not in _COMPOUND:
        return ()
    if isinstance(node, (If, For, While)):
        return (node.body, node.orelse)
    if isinstance(node, With):
        return (node.body,)
    if isinstance(node, Try):
        return (node.body, *(handler.body for handler in node.handlers), node.orelse, node.final)
    if isinstance(node, Match):
        return tuple(case.body for case in node.cases)
    return ()


def _declared(statements: Iterable[Statement], *keywords: str) -> Iterator[str]:
    for node in statements:
        if isinstance(node, Control) and node.keyword in keywords:
            yield from node.names
        for block in blocks_of(node):
            yield from _declared(block, *keywords)


def _assigned_globally(function: FunctionDef) -> Iterator[str]:
    """The names that a function or one inside it declares global."""
    if b"global" in function.body:
        body = statements_of(function)
        yield from _declared(body, "global")
        for node in _definitions(body):
            if isinstance(node, FunctionDef):
                yield from _assigned_globally(node)


def _definitions(statements: Iterable[Statement]) -> Iterator[FunctionDef | ClassDef]:
    for node in statements:
        if isinstance(node, (FunctionDef, ClassDef)):
            yield node
        for block in blocks_of(node):
            yield from _definitions(block)


def _strings(value: Expression | None) -> tuple[str, ...] | None:
    if isinstance(value, BinOp) and value.op == "+":
        left, right = _strings(value.left), _strings(value.right)
        return None if left is None or right is None else left + right
    if not isinstance(value, Sequence):
        return None
    found = [item.value for item in value.items if isinstance(item, Constant) and isinstance(item.value, str)]
    return tuple(found) if len(found) == len(value.items) else None
