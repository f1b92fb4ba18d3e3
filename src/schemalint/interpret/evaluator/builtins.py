"""Builtin functions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from schemalint.interpret.evaluator.folds import (
    about_existence,
    binary,
    distinct,
    merge,
    ordered,
    put,
    shown,
    tried,
    words,
)
from schemalint.interpret.evaluator.machine import ITERATIONS
from schemalint.interpret.values import (
    HOLE,
    Builtin,
    Entries,
    Given,
    Items,
    Made,
    Unsure,
    Value,
    is_scalar,
)


def builtin(name: str, args: tuple[Given, ...], rows: Callable[[Value], Items | None]) -> Value:
    """A call of a builtin. `rows` tells what iterating over a value gives."""
    values = [arg.value for arg in args if arg.keyword is None]
    named = {arg.keyword: arg.value for arg in args if arg.keyword is not None}
    if name in ("str", "repr"):
        return _text(name, values)
    if name in ("int", "float", "abs", "round", "min", "max", "ord", "chr"):
        return _numeric(name, values)
    if name == "dict":
        return _dict(values, named, rows)
    if name == "range":
        return _range(values)
    if name == "object":
        return Made("object")
    if name in ("list", "tuple", "set", "frozenset", "sorted", "reversed", "iter") and not values:
        return Items("set" if name == "frozenset" else name)
    collections = [rows(value) for value in values[:1]] if name != "zip" else [rows(value) for value in values]
    if not collections or any(collection is None for collection in collections):
        return Unsure(f"{name}() of a value that is not known", about_existence(*values))
    known = [collection for collection in collections if collection is not None]
    return _collection(name, known, values, named)


def _text(name: str, values: list[Value]) -> Value:
    if not values:
        return ""
    if name == "repr":
        return repr(values[0]) if is_scalar(values[0]) else HOLE
    return shown(values[0])


def _numeric(name: str, values: list[Value]) -> Value:
    functions: dict[str, Callable[..., Value]] = {
        "int": int, "float": float, "abs": abs, "round": round, "min": min, "max": max, "ord": ord, "chr": chr,
    }  # fmt: skip
    if values and all(is_scalar(value) and value is not None for value in values):
        return tried(lambda: functions[name](*values))
    return Unsure(f"{name}() of a value that is not known")


def _dict(values: list[Value], named: dict[str, Value], rows: Callable[[Value], Items | None]) -> Value:
    result = Entries()
    for value in values:
        pairs = None if isinstance(value, Entries) else rows(value)
        merge(result, value, pairs.values if pairs is not None else None)
        result.open = result.open or (pairs is not None and pairs.open)
    for name, value in named.items():
        put(result, name, value)
    return result


def _range(values: list[Value]) -> Value:
    numbers = [value for value in values if isinstance(value, int)]
    if len(numbers) != len(values) or not numbers:
        return Unsure("a range whose bounds are not known")
    return tried(lambda: Items("list", list(range(*numbers)[: ITERATIONS + 1])))


def _collection(name: str, known: list[Items], values: list[Value], named: dict[str, Value]) -> Value:
    first = known[0]
    partial = any(collection.open for collection in known)
    if name == "len":
        return Unsure("the length of what is not wholly known", first.existence) if first.open else len(first.values)
    if name in ("list", "tuple", "iter"):
        return Items("list" if name == "iter" else name, list(first.values), first.open, first.existence)
    if name in ("set", "frozenset"):
        return Items("set", distinct(first.values), first.open, first.existence)
    if name == "sorted":
        return ordered(first) if not named else Items("list", list(first.values), first.open, first.existence)
    if name == "reversed":
        return Items("list", first.values[::-1], first.open, first.existence)
    if name == "enumerate":
        start = values[1] if len(values) > 1 else named.get("start", 0)
        offset = start if isinstance(start, int) else 0
        pairs: list[Value] = [Items("tuple", [index + offset, value]) for index, value in enumerate(first.values)]
        return Items("list", pairs, first.open, first.existence)
    if name == "zip":
        shortest = min(len(collection.values) for collection in known)
        rows: list[Value] = [Items("tuple", list(row)) for row in zip_longest(*(c.values[:shortest] for c in known))]
        return Items("list", rows, partial)
    if name == "sum":
        total: Value = 0
        for value in first.values:
            total = binary(total, "+", value)
        return Unsure("a sum of what is not wholly known") if first.open else total
    return Unsure(f"{name}() is not followed")


_BUILTINS = (
    "abs all any bool chr dict enumerate exec filter float frozenset getattr hasattr id int isinstance issubclass iter "
    "len list map max min next object open ord print range repr reversed round set setattr sorted str sum super tuple "
    "type vars zip"
)


BUILTINS = frozenset(words(_BUILTINS))


def builtin_of(name: str) -> Builtin | None:
    """The builtin of that name."""
    return Builtin(name) if name in BUILTINS else None
