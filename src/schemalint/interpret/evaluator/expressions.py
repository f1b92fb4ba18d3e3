"""Expressions: names, attributes, texts, collections, comparisons and comprehensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.interpret.evaluator.builtins import builtin_of
from schemalint.interpret.evaluator.collections import bind, comprehension, rows_of
from schemalint.interpret.evaluator.conditions import both, either, negated, same, truth
from schemalint.interpret.evaluator.folds import binary, distinct, formatted, is_number, merge, put
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.evaluator.names import attribute_of, global_value, is_object
from schemalint.interpret.values import (
    HOLE,
    Entries,
    Found,
    Frame,
    Function,
    Given,
    Items,
    Missing,
    Unsure,
    Value,
    describe,
    is_scalar,
    members,
)
from schemalint.ir import (
    Attribute,
    Await,
    BinOp,
    BoolOp,
    Call,
    Compare,
    Comprehension,
    Constant,
    Dict,
    Expression,
    Formatted,
    FString,
    IfExp,
    Lambda,
    Name,
    NamedExpr,
    Sequence,
    Slice,
    Starred,
    Subscript,
    UnaryOp,
    Yield,
)


def evaluate(machine: Machine, node: Expression, frame: Frame) -> Value:
    """What an expression is worth. Calls in it are made; what they do is the framework's matter."""
    room = _ROOMS.get(type(node))
    return room(machine, node, frame) if room is not None else Unsure("an expression that is not followed")


def _constant(machine: Machine, node: Constant, frame: Frame) -> Value:
    return node.value


def _name(machine: Machine, node: Name, frame: Frame) -> Value:
    local = frame.lookup(node.id)
    if not isinstance(local, Missing):
        return local
    found = global_value(machine, frame.path, node)
    if not isinstance(found, Missing):
        return found
    return builtin_of(node.id) or Unsure(f"the name {node.id} is not known")


def _attribute(machine: Machine, node: Attribute, frame: Frame) -> Value:
    root: Expression = node
    while isinstance(root, Attribute):
        root = root.value
    if (
        isinstance(root, Name)
        and isinstance(frame.lookup(root.id), Missing)
        and not is_object(machine, frame.path, root)
    ):
        found = global_value(machine, frame.path, node)
        if not isinstance(found, Missing):
            return found
    return attribute_of(machine, machine.value(node.value, frame), node.attr, lambda: machine.place(node, frame))


def _call(machine: Machine, node: Call, frame: Frame) -> Value:
    callee = machine.value(node.func, frame)
    return machine.call(callee, arguments(machine, node, frame), machine.place(node, frame))


def arguments(machine: Machine, node: Call, frame: Frame) -> tuple[Given, ...]:
    """What a call is given; what `*` and `**` stand for is taken apart where it is known."""
    args: list[Given] = []
    for arg in node.args:
        value = machine.value(arg.value, frame)
        place = machine.place_inside(arg.value, frame)
        if place is None and isinstance(arg.value, Name):
            place = frame.origins.get(arg.value.id)
        if arg.star == 1:
            rows = rows_of(machine, value)
            args.extend(Given(None, item, place) for item in (rows.values if rows is not None else ()))
            if rows is None or rows.open:
                args.append(Given("*", Unsure("arguments that are not known"), place))
        elif arg.star == 2:
            pairs = value.pairs if isinstance(value, Entries) else []
            args.extend(Given(key, item, place) for key, item in pairs if isinstance(key, str))
            if not isinstance(value, Entries) or value.open:
                args.append(Given("**", Unsure("arguments that are not known"), place))
        else:
            args.append(Given(arg.keyword, value, place))
    return tuple(args)


def _fstring(machine: Machine, node: FString, frame: Frame) -> Value:
    parts = [machine.value(part, frame) for part in node.parts]
    return "".join(part if isinstance(part, str) else HOLE for part in parts)


def _formatted(machine: Machine, node: Formatted, frame: Frame) -> Value:
    spec = "".join(str(machine.value(part, frame)) for part in node.spec)
    return formatted(machine.value(node.value, frame), node.conversion, spec)


def _sequence(machine: Machine, node: Sequence, frame: Frame) -> Value:
    items = Items(node.kind)
    for item in node.items:
        if isinstance(item, Starred):
            rows = rows_of(machine, machine.value(item.value, frame))
            items.values.extend(rows.values if rows is not None else ())
            items.open = items.open or rows is None or rows.open
        else:
            items.values.append(machine.value(item, frame))
    if node.kind == "set":
        items.values = distinct(items.values)
    return items


def _dict(machine: Machine, node: Dict, frame: Frame) -> Value:
    entries = Entries()
    for item in node.items:
        value = machine.value(item.value, frame)
        if item.key is not None:
            put(entries, machine.value(item.key, frame), value)
        else:
            merge(entries, value, None)
    return entries


def _binary(machine: Machine, node: BinOp, frame: Frame) -> Value:
    return binary(machine.value(node.left, frame), node.op, machine.value(node.right, frame))


def _boolean(machine: Machine, node: BoolOp, frame: Frame) -> Value:
    result = machine.value(node.values[0], frame)
    for operand in node.values[1:]:
        known = truth(result)
        if known is (node.op == "or"):
            return result
        value = machine.value(operand, frame)
        result = (both if node.op == "and" else either)(result, value)
    return result


def _unary(machine: Machine, node: UnaryOp, frame: Frame) -> Value:
    value = machine.value(node.value, frame)
    if node.op == "not":
        return negated(value)
    if node.op == "-" and is_number(value):
        return -value  # type: ignore[operator]
    return value if node.op == "+" and is_number(value) else Unsure(f"the operator {node.op} is not followed here")


def _compare(machine: Machine, node: Compare, frame: Frame) -> Value:
    left = machine.value(node.left, frame)
    result: Value = True
    for op, operand in zip(node.ops, node.values, strict=True):
        right = machine.value(operand, frame)
        one = compare(machine, left, op, right)
        result = one if result is True else both(result, one)
        left = right
    return result


def compare(machine: Machine, left: Value, op: str, right: Value) -> Value:
    """`left op right`."""
    if op in ("in", "not in"):
        inside = _contains(machine, right, left)
        return inside if op == "in" else negated(inside)
    if op in ("==", "is", "!=", "is not"):
        equal = machine.framework.equal(left, right)
        if isinstance(equal, Missing):
            equal = same(left, right)
        return equal if op in ("==", "is") else negated(equal)
    if is_scalar(left) and is_scalar(right):
        compare_: dict[str, Callable[[Any, Any], bool]] = {
            "<": lambda a, b: bool(a < b),
            "<=": lambda a, b: bool(a <= b),
            ">": lambda a, b: bool(a > b),
            ">=": lambda a, b: bool(a >= b),
        }
        try:
            return compare_[op](left, right)
        except TypeError:
            return Unsure("a comparison that would fail")
    doubts = [value for value in (left, right) if isinstance(value, Unsure)]
    return Unsure(
        f"it compares {describe(left)} with {describe(right)}", bool(doubts) and all(d.existence for d in doubts)
    )


def _contains(machine: Machine, container: Value, item: Value) -> Value:
    known = machine.framework.contains(container, item)
    if not isinstance(known, Missing):
        return known
    if isinstance(container, str) and isinstance(item, str):
        if HOLE not in item and item in container:
            return True
        return Unsure("part of a text is computed") if HOLE in container + item else False
    if isinstance(container, Entries):
        container = Items("list", [key for key, _ in container.pairs], container.open)
    if not isinstance(container, Items):
        return Unsure(f"it looks into {describe(container)}", isinstance(container, Unsure) and container.existence)
    answers = [truth(same(item, value)) for value in container.values]
    if True in answers:
        return Found(True) if container.existence else True
    if container.open or None in answers:
        return Unsure("it looks into what is not wholly known", container.existence)
    return Found(False) if container.existence else False


def _subscript(machine: Machine, node: Subscript, frame: Frame) -> Value:
    owner = machine.value(node.value, frame)
    if isinstance(node.index, Slice):
        return _slice(machine, owner, node.index, frame)
    key = machine.value(node.index, frame)
    known = machine.framework.item(owner, key)
    if not isinstance(known, Missing):
        return known
    if isinstance(owner, Entries) and is_scalar(key):
        found = owner.get(key)
        return Unsure(f"no key {key!r} is known") if found is None and not _has(owner, key) else found
    if isinstance(owner, (Items, str)) and isinstance(key, int):
        values = owner.values if isinstance(owner, Items) else owner
        closed = not owner.open if isinstance(owner, Items) else HOLE not in owner
        if -len(values) <= key < len(values) and (closed or (isinstance(owner, Items) and key >= 0)):
            return values[key]
    return Unsure(f"an item of {describe(owner)}", isinstance(owner, Unsure) and owner.existence)


def _has(entries: Entries, key: Value) -> bool:
    return any(is_scalar(known) and known == key for known, _ in entries.pairs)


def _slice(machine: Machine, owner: Value, node: Slice, frame: Frame) -> Value:
    parts = (node.lower, node.upper, node.step)
    bounds = [machine.value(part, frame) if part is not None else None for part in parts]
    known_bounds = [bound for bound in bounds if bound is None or isinstance(bound, int)]
    if len(known_bounds) != len(bounds):
        return Unsure("a slice whose bounds are not known")
    span = slice(*known_bounds)
    if isinstance(owner, str) and HOLE not in owner:
        return owner[span]
    known = members(owner)
    if known is not None and isinstance(owner, Items) and bounds[2] != 0:
        return Items(owner.kind, known[span], False, owner.existence)
    return Unsure(f"a slice of {describe(owner)}")


def _lambda(machine: Machine, node: Lambda, frame: Frame) -> Value:
    return Function(frame.path, node, frame)


def _conditional(machine: Machine, node: IfExp, frame: Frame) -> Value:
    test = machine.value(node.test, frame)
    known = truth(test)
    if known is not None:
        return machine.value(node.body if known else node.orelse, frame)
    with machine.under(test):
        first, second = machine.value(node.body, frame), machine.value(node.orelse, frame)
    if truth(same(first, second)):
        return first
    return Unsure("it depends on a condition", isinstance(test, Unsure) and test.existence)


def _await(machine: Machine, node: Await, frame: Frame) -> Value:
    return machine.value(node.value, frame)


def _named(machine: Machine, node: NamedExpr, frame: Frame) -> Value:
    value = machine.value(node.value, frame)
    bind(machine, node.target, value, frame)
    return value


def _yield(machine: Machine, node: Yield, frame: Frame) -> Value:
    value = machine.value(node.value, frame) if node.value is not None else None
    if machine.yields and not node.delegates:
        handler = machine.yields.pop()  # what it runs belongs to the function around, with a handler of its own
        handler(value)
        machine.yields.append(handler)
        return None
    return Unsure("a generator")


_ROOMS: dict[type, Callable[[Machine, Any, Frame], Value]] = {
    Constant: _constant,
    Name: _name,
    Attribute: _attribute,
    Call: _call,
    FString: _fstring,
    Formatted: _formatted,
    Sequence: _sequence,
    Dict: _dict,
    BinOp: _binary,
    BoolOp: _boolean,
    UnaryOp: _unary,
    Compare: _compare,
    Subscript: _subscript,
    Lambda: _lambda,
    IfExp: _conditional,
    Comprehension: comprehension,
    Await: _await,
    NamedExpr: _named,
    Yield: _yield,
}
