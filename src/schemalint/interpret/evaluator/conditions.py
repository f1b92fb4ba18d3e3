"""Truth: what a value says as a condition, and the algebra of answers that may not be known."""

from __future__ import annotations

from typing import Union

from schemalint.interpret.values import (
    HOLE,
    Class,
    Entries,
    Found,
    Function,
    Handle,
    Instance,
    Items,
    Module,
    Symbol,
    Unsure,
    Value,
    describe,
    is_scalar,
)

Test = Union[bool, Found, Unsure]
"""A value as a condition."""


def as_test(value: Value) -> Test:
    """What a value says as a condition."""
    if isinstance(value, (Found, Unsure)):
        return value
    if is_scalar(value):
        return bool(value)
    if isinstance(value, str):
        return True if value.replace(HOLE, "") else Unsure("it asks for a text that is computed")
    if isinstance(value, (Items, Entries)):
        filled = bool(value.values if isinstance(value, Items) else value.pairs)
        existence = isinstance(value, Items) and value.existence
        if not filled and value.open:
            return Unsure("it asks for what is not wholly known", existence)
        return Found(filled) if existence else filled
    if isinstance(value, Handle):
        return True if value.sure else Unsure("it asks what exists", True, False)
    if isinstance(value, (Function, Class, Instance, Module)):
        return True
    return Unsure(f"it asks for {describe(value)}")


def truth(value: Value) -> bool | None:
    """Whether a value is true; None where that is not known."""
    test = as_test(value)
    if isinstance(test, Found):
        return test.answer
    return None if isinstance(test, Unsure) else test


def negated(value: Value) -> Test:
    """`not value`."""
    test = as_test(value)
    if isinstance(test, Found):
        return Found(not test.answer)
    if isinstance(test, Unsure):
        return Unsure(test.reason, test.existence, None if test.fresh is None else not test.fresh)
    return not test


def both(left: Value, right: Value) -> Value:
    """`left and right`, both already evaluated and left not known to be false."""
    return _combined(left, right, False)


def either(left: Value, right: Value) -> Value:
    """`left or right`, both already evaluated and left not known to be true."""
    return _combined(left, right, True)


def _combined(left: Value, right: Value, absorbing: bool) -> Value:
    """`absorbing` is the truth that decides alone: True for `or`, False for `and`."""
    first, second = as_test(left), as_test(right)
    if truth(first) is not None:
        if isinstance(first, Found) and not isinstance(second, Unsure):
            return Found(bool(truth(second)))
        return right
    if truth(second) is absorbing:
        return absorbing if isinstance(second, Found) or isinstance(right, bool) else first
    assert isinstance(first, Unsure)
    if not isinstance(second, Unsure):
        return first
    if first.existence and not second.existence:
        return second
    return Unsure(first.reason, first.existence, _fresh(first, second, absorbing))


def _fresh(first: Unsure, second: Unsure, absorbing: bool) -> bool | None:
    answers = (first.fresh, second.fresh)
    if absorbing in answers:
        return absorbing
    return None if None in answers else not absorbing


def same(left: Value, right: Value) -> Test:
    """`left == right`."""
    if isinstance(left, Unsure) or isinstance(right, Unsure):
        doubts = [value for value in (left, right) if isinstance(value, Unsure)]
        return Unsure(doubts[0].reason, all(doubt.existence for doubt in doubts))
    if isinstance(left, Found) or isinstance(right, Found):
        return _answers_agree(left, right)
    if is_scalar(left) and is_scalar(right):
        return left == right
    if isinstance(left, str) and isinstance(right, str):
        return Unsure("it compares a text that is computed")
    if isinstance(left, Items) and isinstance(right, Items):
        return _same_items(left, right)
    if isinstance(left, Module) and isinstance(right, Module):
        return left == right
    if isinstance(left, Symbol) and isinstance(right, Symbol) and left == right:
        return True
    if isinstance(left, Class) and isinstance(right, Class):
        return (left.path, left.node.start) == (right.path, right.node.start)
    if isinstance(left, Instance) and isinstance(right, Instance) and "name" in left.fields and "name" in right.fields:
        return same(left.fields["name"], right.fields["name"])
    known = (Items, Entries, Handle, Function, Class, Instance, Module)
    if (left is None and isinstance(right, known)) or (right is None and isinstance(left, known)):
        sure = not any(isinstance(value, Handle) and not value.sure for value in (left, right))
        return False if sure else Unsure("it asks what exists", True)
    return left is right or Unsure(f"it compares {describe(left)} with {describe(right)}")


def _answers_agree(left: Value, right: Value) -> Test:
    known = truth(left), truth(right)
    if None in known:
        return Unsure("it compares answers that are not known")
    return Found(known[0] == known[1])


def _same_items(left: Items, right: Items) -> Test:
    if left.open or right.open:
        return Unsure("it compares what is not wholly known", left.existence and right.existence)
    if len(left.values) != len(right.values) or (left.kind == "set") != (right.kind == "set"):
        return False
    if left.kind == "set":
        if all(is_scalar(value) for value in (*left.values, *right.values)):
            return all(value in right.values for value in left.values)
        return Unsure("it compares what is not wholly known")
    result: Test = True
    for first, second in zip(left.values, right.values, strict=True):
        one = same(first, second)
        if truth(one) is False:
            return False
        if isinstance(one, Unsure):
            result = one
    return result
