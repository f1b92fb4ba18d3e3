"""Comprehensions, and the unpacking of values into targets."""

from __future__ import annotations

from schemalint.diagnostics import Place
from schemalint.interpret.evaluator.conditions import truth
from schemalint.interpret.evaluator.folds import distinct, put
from schemalint.interpret.evaluator.machine import ITERATIONS, Machine
from schemalint.interpret.evaluator.names import enum_members, is_enum
from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Class,
    Entries,
    Found,
    Frame,
    Instance,
    Items,
    Missing,
    Unsure,
    Value,
    describe,
)
from schemalint.ir import (
    Attribute,
    Comprehension,
    ComprehensionClause,
    Expression,
    Name,
    Sequence,
    Starred,
    Subscript,
)


def comprehension(machine: Machine, node: Comprehension, frame: Frame) -> Value:
    """What a comprehension gives: a collection, or what the framework knows the whole as."""
    inner = Frame(frame.path, {}, frame, frame.origins)
    pairs: list[tuple[Value, Value]] = []
    state = _Gathered()
    special = _gather(machine, node, node.clauses, inner, pairs, state)
    if not isinstance(special, Missing):
        return special
    if node.kind == "dict":
        return Entries(pairs, state.open)
    kind = "set" if node.kind == "set" else "list"
    values = [element for element, _ in pairs]
    return Items(kind, distinct(values) if kind == "set" else values, state.open, state.existence)


class _Gathered:
    """What a comprehension learns as it goes: whether there may be more, and whether it asked what exists."""

    open = False
    existence = False


def _gather(
    machine: Machine,
    node: Comprehension,
    clauses: tuple[ComprehensionClause, ...],
    frame: Frame,
    pairs: list[tuple[Value, Value]],
    state: _Gathered,
) -> Value | Missing:
    """Adds the elements that the clauses give. Returns a value where the framework knows the whole as one."""
    if not clauses:
        second = machine.value(node.value, frame) if node.value is not None else None
        pairs.append((machine.value(node.element, frame), second))
        return MISSING
    clause = clauses[0]
    source = machine.value(clause.iterable, frame)
    rows = rows_of(machine, source)
    if rows is None or rows.open:
        state.open = True
    if rows is None:
        return Unsure(f"it goes over {describe(source)}", isinstance(source, Unsure) and source.existence)
    state.existence = state.existence or rows.existence
    for value in rows.values[:ITERATIONS]:
        bind(machine, clause.target, value, frame)
        tests = [machine.value(condition, frame) for condition in clause.conditions]
        answers = [truth(test) for test in tests]
        state.existence = state.existence or any(_asks_existence(test) for test in tests)
        if False in answers:
            continue
        whole = len(node.clauses) == 1 and len(rows.values) == 1 and machine.framework.stands_for_all(value)
        symbolic = machine.framework.collect(value, machine.value(node.element, frame)) if whole else MISSING
        if not isinstance(symbolic, Missing):
            if not tests:
                return symbolic
            if None in answers:
                return Unsure("it depends on what exists", True)
        if any(truth(test) is None and not _asks_existence(test) for test in tests):
            state.open = True
        nested = _gather(machine, node, clauses[1:], frame, pairs, state)
        if not isinstance(nested, Missing):
            return nested
    return MISSING


def _asks_existence(test: Value) -> bool:
    return isinstance(test, Found) or (isinstance(test, Unsure) and test.existence)


def rows_of(machine: Machine, value: Value) -> Items | None:
    """What iterating over a value gives; None where that is not known."""
    if isinstance(value, Items):
        return value
    if isinstance(value, Entries):
        return Items("list", [key for key, _ in value.pairs], value.open)
    if isinstance(value, str) and HOLE not in value:
        return Items("list", list(value))
    if isinstance(value, Class) and is_enum(machine, value):
        return Items("list", list(enum_members(machine, value)))
    return machine.framework.rows(value)


def bind(machine: Machine, target: Expression, value: Value, frame: Frame) -> None:
    """Binds the names of a target."""
    if isinstance(target, Name):
        frame.names[target.id] = value
    elif isinstance(target, Sequence):
        _unpack(machine, target, value, frame)
    elif isinstance(target, Starred):
        bind(machine, target.value, value, frame)
    elif isinstance(target, Attribute):
        owner = machine.value(target.value, frame)
        _set_attribute(machine, owner, target.attr, value, machine.place(target, frame))
    elif isinstance(target, Subscript):
        owner = machine.value(target.value, frame)
        key = machine.value(target.index, frame)
        if isinstance(owner, Entries):
            put(owner, key, value)
        elif isinstance(owner, Items) and isinstance(key, int) and -len(owner.values) <= key < len(owner.values):
            owner.values[key] = value


def _set_attribute(machine: Machine, owner: Value, name: str, value: Value, place: Place) -> None:
    if isinstance(owner, Instance):
        owner.fields[name] = value
    machine.framework.assigned(owner, name, value, place)


def _unpack(machine: Machine, target: Sequence, value: Value, frame: Frame) -> None:
    rows = rows_of(machine, value)
    stars = [index for index, item in enumerate(target.items) if isinstance(item, Starred)]
    if rows is None or rows.open or len(stars) > 1 or len(rows.values) < len(target.items) - len(stars):
        doubt = Unsure(f"a part of {describe(value)}", isinstance(value, Unsure) and value.existence)
        for item in target.items:
            bind(machine, item, doubt, frame)
        return
    values = list(rows.values)
    if stars:
        after = len(target.items) - stars[0] - 1
        middle = values[stars[0] : len(values) - after]
        values = [*values[: stars[0]], Items("list", middle), *values[len(values) - after :]]
    for item, part in zip(target.items, values, strict=False):
        bind(machine, item, part, frame)
