"""`if`: which branches are taken where the test is not known.

- A test that only asks what exists: the branch that acts is taken, guarded. Where both act, it is the branch of a
  database in which nothing exists that is not known to; where that cannot be told, both are taken, conditional.
- Any other test: both branches are taken, one after the other, conditional. What differs after them is not known.
- A branch that leaves the function early: the rest goes on, guarded or conditional like the branch.
"""

from __future__ import annotations

from schemalint.interpret.evaluator.conditions import as_test, same, truth
from schemalint.interpret.evaluator.machine import Flow, Left, Machine, Returned
from schemalint.interpret.values import MISSING, Found, Frame, Missing, Unsure, Value
from schemalint.ir import (
    Assign,
    Attribute,
    Await,
    Call,
    Control,
    ExpressionStatement,
    If,
    Name,
    Raise,
    Return,
    Statement,
)

_TALK = frozenset(
    {"critical", "debug", "echo", "error", "exception", "info", "log", "print", "warn", "warning", "write"}
)


def run_if(
    machine: Machine,
    value: Value,
    body: tuple[Statement, ...],
    orelse: tuple[Statement, ...],
    rest: tuple[Statement, ...],
    frame: Frame,
) -> Flow:
    """Runs the branches that are taken; `rest` is what stands behind the `if`."""
    test = as_test(value)
    if not isinstance(test, Unsure):
        flow = _one(machine, test, body if truth(test) else orelse, frame)
        if flow is None and isinstance(test, Found) and _leaves(orelse if truth(test) else body):
            machine.guarded = True
        return flow
    if test.existence:
        body_acts, else_acts = acts(body), acts(orelse)
        if body_acts and not else_acts and test.fresh is False and _leaves(body) and acts(rest):
            machine.guarded = True
            return None
        if body_acts and not else_acts:
            return _then(machine, test, _one(machine, test, body, frame), frame)
        if else_acts and not body_acts:
            machine.guarded = machine.guarded or _leaves(body)
            return _then(machine, test, _one(machine, test, orelse, frame), frame)
        if body_acts and test.fresh is not None:
            return _then(machine, test, _one(machine, test, body if test.fresh else orelse, frame), frame)
        if body_acts:
            with machine.under(test):
                return _both(machine, Unsure(test.reason), body, orelse, frame)
    return _both(machine, test, body, orelse, frame)


def _one(machine: Machine, test: Value, block: tuple[Statement, ...], frame: Frame) -> Flow:
    with machine.under(test):
        return machine.run(block, frame)


def _then(machine: Machine, test: Unsure, flow: Flow, frame: Frame) -> Flow:
    """How the `if` ends where the branch that acts was taken, although it may not be in truth."""
    if isinstance(flow, Returned):
        frame.returns.append((flow.value, test.existence))
        machine.conditional = True
        return None
    return flow


def _both(
    machine: Machine, test: Unsure, body: tuple[Statement, ...], orelse: tuple[Statement, ...], frame: Frame
) -> Flow:
    before = dict(frame.names)
    first = _one(machine, test, body, frame)
    after_body, frame.names = frame.names, before
    before = dict(before)
    second = _one(machine, test, orelse, frame)
    if isinstance(first, Left) and first.how == "stopped":
        return first
    if first is not None and second is not None:
        return _left_both(first, second, test)
    left, other = (first, frame.names) if first is not None else (second, after_body)
    if left is None:
        frame.names = _joined_names(after_body, frame.names, test)
        return None
    frame.names = other
    if isinstance(left, Returned):
        frame.returns.append((left.value, test.existence))
    if not (isinstance(left, Left) and left.how == "raise"):
        machine.depend(test)
    return None


def _left_both(first: Flow, second: Flow, test: Unsure) -> Flow:
    if isinstance(first, Returned) and isinstance(second, Returned):
        return Returned(joined(first.value, second.value, test.existence))
    return first if isinstance(first, Returned) else second


def _joined_names(first: dict[str, Value], second: dict[str, Value], test: Unsure) -> dict[str, Value]:
    names: dict[str, Value] = {}
    for name in {**first, **second}:
        one, two = first.get(name, MISSING), second.get(name, MISSING)
        if isinstance(one, Missing) or isinstance(two, Missing):
            names[name] = Unsure(f"{name} depends on a condition", test.existence)
        else:
            names[name] = joined(one, two, test.existence)
    return names


def joined(first: Value, second: Value, existence: bool) -> Value:
    """One of two values, depending on a test."""
    if first is second or truth(same(first, second)):
        return first
    return Unsure("it depends on a condition", existence)


def returned(frame: Frame, flow: Flow) -> Value:
    """What a function gives that ended with `flow`, returns under open conditions included."""
    value = flow.value if isinstance(flow, Returned) else None
    for early, existence in reversed(frame.returns):
        value = joined(early, value, existence)
    return value


def _leaves(block: tuple[Statement, ...]) -> bool:
    return bool(block) and (
        isinstance(block[-1], Return) or (isinstance(block[-1], Control) and block[-1].keyword in ("continue", "break"))
    )


def acts(block: tuple[Statement, ...]) -> bool:
    """Whether a block does more than leave, set names to constants and talk."""
    return not all(_idle(statement) for statement in block)


def _idle(node: Statement) -> bool:
    if isinstance(node, (Return, Raise, Control)):
        return True
    if isinstance(node, Assign):
        return not isinstance(node.value, (Call, Await))
    if isinstance(node, ExpressionStatement):
        call = node.value
        if not isinstance(call, Call):
            return True
        func = call.func
        return (func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else "") in _TALK
    return isinstance(node, If) and not acts(node.body) and not acts(node.orelse)
