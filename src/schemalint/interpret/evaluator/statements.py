"""Statements: assignments, loops, `with`, `try`, definitions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.interpret.evaluator.branches import run_if
from schemalint.interpret.evaluator.calls import invoke
from schemalint.interpret.evaluator.collections import bind, rows_of
from schemalint.interpret.evaluator.conditions import truth
from schemalint.interpret.evaluator.folds import binary, take
from schemalint.interpret.evaluator.machine import ITERATIONS, Flow, Left, Machine, Returned
from schemalint.interpret.evaluator.methods import method
from schemalint.interpret.evaluator.names import attribute_of, global_value
from schemalint.interpret.scopes import scope_of
from schemalint.interpret.values import (
    Class,
    Entries,
    Found,
    Frame,
    Function,
    Given,
    Handle,
    Instance,
    Items,
    Made,
    Missing,
    Unsure,
    Value,
    describe,
)
from schemalint.ir import (
    AnnAssign,
    Assign,
    AugAssign,
    ClassDef,
    Constant,
    Control,
    Delete,
    ExpressionStatement,
    For,
    FunctionDef,
    If,
    Import,
    ImportFrom,
    Match,
    Name,
    Raise,
    Return,
    Statement,
    Subscript,
    Try,
    While,
    With,
    WithItem,
)


def run_block(machine: Machine, statements: tuple[Statement, ...], frame: Frame) -> Flow:
    """Runs statements in order until one leaves the block."""
    for index, statement in enumerate(statements):
        if machine.exhausted():
            return Left("stopped")
        if isinstance(statement, If):
            test = machine.value(statement.test, frame)
            flow = run_if(machine, test, statement.body, statement.orelse, statements[index + 1 :], frame)
        else:
            room = _ROOMS.get(type(statement))
            flow = room(machine, statement, frame) if room is not None else None
        if flow is not None:
            return flow
    return None


def _expression(machine: Machine, node: ExpressionStatement, frame: Frame) -> Flow:
    machine.value(node.value, frame)
    return None


def _assign(machine: Machine, node: Assign, frame: Frame) -> Flow:
    value = machine.value(node.value, frame)
    for target in node.targets:
        bind(machine, target, value, frame)
    return None


def _annotated(machine: Machine, node: AnnAssign, frame: Frame) -> Flow:
    if node.value is not None:
        bind(machine, node.target, machine.value(node.value, frame), frame)
    return None


def _augmented(machine: Machine, node: AugAssign, frame: Frame) -> Flow:
    before, added = machine.value(node.target, frame), machine.value(node.value, frame)
    if isinstance(before, Items) and node.op == "+":
        method(before, "extend", (Given(None, added),))
    elif isinstance(before, Entries) and node.op == "|":
        method(before, "update", (Given(None, added),))
    else:
        bind(machine, node.target, binary(before, node.op, added), frame)
    return None


def _delete(machine: Machine, node: Delete, frame: Frame) -> Flow:
    for target in node.targets:
        if isinstance(target, Name):
            frame.names[target.id] = Unsure(f"{target.id} is deleted")
        elif isinstance(target, Subscript):
            owner, key = machine.value(target.value, frame), machine.value(target.index, frame)
            if isinstance(owner, Entries):
                take(owner, key)
            elif isinstance(owner, Items):
                method(owner, "pop", (Given(None, key),))
    return None


def _return(machine: Machine, node: Return, frame: Frame) -> Flow:
    return Returned(machine.value(node.value, frame) if node.value is not None else None)


def _raise(machine: Machine, node: Raise, frame: Frame) -> Flow:
    return Left("raise")


def _control(machine: Machine, node: Control, frame: Frame) -> Flow:
    return Left(node.keyword) if node.keyword in ("break", "continue") else None


def _import(machine: Machine, node: Import | ImportFrom, frame: Frame) -> Flow:
    scope = scope_of((node,))
    for name in scope.bindings:
        found = global_value(machine, frame.path, Name(name, node.start, node.end), scope)
        frame.names[name] = Unsure(f"the import of {name} is not known") if isinstance(found, Missing) else found
    return None


def _function(machine: Machine, node: FunctionDef, frame: Frame) -> Flow:
    frame.names[node.name] = Function(frame.path, node, frame)
    return None


def _class(machine: Machine, node: ClassDef, frame: Frame) -> Flow:
    frame.names[node.name] = Class(frame.path, node, frame)
    return None


# ------------------------------------------------------------------------------------------------------------- loops


def _for(machine: Machine, node: For, frame: Frame) -> Flow:
    source = machine.value(node.iterable, frame)
    rows = rows_of(machine, source)
    if rows is None or (rows.open and not rows.values):
        doubt = Unsure(f"the loop goes over {describe(source)}")
        with machine.under(doubt):
            bind(machine, node.target, Unsure(doubt.reason, isinstance(source, Unsure) and source.existence), frame)
            return _maybe(machine.run(node.body, frame), frame)
    test: Value = True
    symbolic = not isinstance(source, (Items, Entries, str)) and any(isinstance(row, Handle) for row in rows.values)
    if len(rows.values) > ITERATIONS:
        return machine.stop()
    if rows.open or symbolic:
        test = Unsure("the loop goes over what is not wholly known")
    elif rows.existence:
        test = Found(True)
    before = machine.guarded, machine.conditional
    machine.depend(test)
    for value in list(rows.values):
        bind(machine, node.target, value, frame)
        flow = machine.run(node.body, frame)
        if isinstance(flow, Left) and flow.how == "continue":
            continue
        if flow is not None:
            machine.guarded, machine.conditional = before
            return None if isinstance(flow, Left) and flow.how == "break" else flow
    machine.guarded, machine.conditional = before
    return machine.run(node.orelse, frame)


def _while(machine: Machine, node: While, frame: Frame) -> Flow:
    """A loop that counts is unrolled; of any other the body is taken once, as what may happen."""
    for _ in range(ITERATIONS):
        test = truth(machine.value(node.test, frame))
        if test is False:
            return machine.run(node.orelse, frame)
        if test is None or isinstance(node.test, Constant) or machine.conditional:
            break
        flow = machine.run(node.body, frame)
        if isinstance(flow, Left) and flow.how == "break":
            return None
        if flow is not None and not (isinstance(flow, Left) and flow.how == "continue"):
            return flow
    with machine.under(Unsure("the loop has no bound that is known")):
        return _maybe(machine.run(node.body, frame), frame)


def _maybe(flow: Flow, frame: Frame) -> Flow:
    """How a loop ends whose body may run any number of times: a return in it may happen."""
    if isinstance(flow, Returned):
        frame.returns.append((flow.value, False))
    return flow if isinstance(flow, Left) and flow.how == "stopped" else None


def _match(machine: Machine, node: Match, frame: Frame) -> Flow:
    machine.value(node.subject, frame)
    with machine.under(Unsure("it depends on a match")):
        for case in node.cases:
            _maybe(machine.run(case.body, frame), frame)
    return None


# ------------------------------------------------------------------------------------------------------ with and try


def _with(machine: Machine, node: With, frame: Frame) -> Flow:
    return _enter(machine, node.items, node, frame)


def _enter(machine: Machine, items: tuple[WithItem, ...], node: With, frame: Frame) -> Flow:
    if not items:
        return machine.run(node.body, frame)
    item = items[0]
    context = machine.value(item.context, frame)
    place = machine.place(item.context, frame)

    def body(value: Value) -> Flow:
        if item.target is not None:
            bind(machine, item.target, value, frame)
        return _enter(machine, items[1:], node, frame)

    known = machine.framework.enter(context, body, place)
    if not isinstance(known, Missing):
        return known
    if isinstance(context, Made) and isinstance(context.owner, Function):
        return _around(machine, context, body)
    if isinstance(context, Instance):
        entered = attribute_of(machine, context, "__enter__", lambda: place)
        flow = body(machine.call(entered, (), place) if isinstance(entered, Function) else context)
        left = attribute_of(machine, context, "__exit__", lambda: place)
        if isinstance(left, Function):
            machine.call(left, (Given(None, None),) * 3, place)
        return flow
    return body(context)


def _around(machine: Machine, context: Made, body: Callable[[Value], Flow]) -> Flow:
    """Runs a generator function used as a context manager: the block runs where it yields, once in any case."""
    flows: list[Flow] = []
    around = machine.guarded, machine.conditional

    def run(value: Value) -> None:
        if not flows:
            inside = machine.guarded, machine.conditional
            machine.guarded, machine.conditional = around
            flows.append(body(value))
            machine.guarded, machine.conditional = inside

    assert isinstance(context.owner, Function)
    assert context.place is not None
    invoke(machine, context.owner, context.args, context.place, run)
    return flows[0] if flows else body(Unsure("a context manager that does not yield"))


def _try(machine: Machine, node: Try, frame: Frame) -> Flow:
    """The body is taken; what its handlers would do is not. Where they swallow the error, it may not have happened."""
    swallows = any(not handler.body or not isinstance(handler.body[-1], Raise) for handler in node.handlers)
    with machine.under(Found(True) if swallows else True):
        flow = machine.run(node.body, frame)
        if isinstance(flow, Left) and flow.how == "raise" and swallows:
            flow = machine.run(node.handlers[0].body, frame)
        elif flow is None:
            flow = machine.run(node.orelse, frame)
    last = machine.run(node.final, frame)
    return flow if last is None else last


_ROOMS: dict[type, Callable[[Machine, Any, Frame], Flow]] = {
    ExpressionStatement: _expression,
    Assign: _assign,
    AnnAssign: _annotated,
    AugAssign: _augmented,
    Delete: _delete,
    Return: _return,
    Raise: _raise,
    Control: _control,
    Import: _import,
    ImportFrom: _import,
    FunctionDef: _function,
    ClassDef: _class,
    For: _for,
    While: _while,
    Match: _match,
    With: _with,
    Try: _try,
}
