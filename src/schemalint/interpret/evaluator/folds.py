"""Folding: operators, and the methods and builtins of Python that decide names, columns and statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter

from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Entries,
    Found,
    Given,
    Instance,
    Items,
    Made,
    Member,
    Missing,
    Scalar,
    Unsure,
    Value,
    is_scalar,
    members,
)

_LONGEST = 1_000_000


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


_PRINTF = re.compile(r"%(?:\((?P<name>[^)]*)\))?[-+ #0]*\d*(?:\.\d+)?(?P<kind>[sdrifxXuf%])")


def shown(value: Value) -> str:
    """The value as `str()` gives it; a hole where that is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, Found):
        return str(value.answer)
    if isinstance(value, Instance) and is_scalar(value.fields.get("value", MISSING)) and "name" in value.fields:
        return str(value.fields["value"])
    return str(value) if is_scalar(value) else HOLE


def binary(left: Value, op: str, right: Value) -> Value:
    """`left op right`."""
    if op == "+":
        return _sum(left, right)
    if op == "%" and isinstance(left, str):
        return printf(left, right)
    if op == "|" and isinstance(left, Entries) and isinstance(right, Entries):
        joined = Entries(list(left.pairs), left.open)
        merge(joined, right, None)
        return joined
    if op == "/" and isinstance(left, (Made, Member)):
        return Made("joinpath", (Given(None, right),), left)
    if isinstance(left, Items) and isinstance(right, Items):
        return set_algebra(left, op, right)
    if op == "*" and isinstance(left, (str, Items)) and isinstance(right, int):
        return _repeat(left, right)
    if is_number(left) and is_number(right):
        return _arithmetic(left, op, right)
    return Unsure(f"the operator {op} is not followed here", about_existence(left, right))


def is_number(value: Value) -> bool:
    """Whether the value is a number (booleans count)."""
    return isinstance(value, (int, float))


def about_existence(*values: Value) -> bool:
    """Whether all that is unknown of the values is what exists."""
    doubts = [value for value in values if isinstance(value, Unsure)]
    return bool(doubts) and all(doubt.existence for doubt in doubts)


def _sum(left: Value, right: Value) -> Value:
    if isinstance(left, str) or isinstance(right, str):
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        other = right if isinstance(left, str) else left
        if isinstance(other, (int, float, Items, Entries)) or other is None:
            return Unsure("text is added to something else")
        return left + HOLE if isinstance(left, str) else HOLE + str(right)
    if isinstance(left, Items) and isinstance(right, Items):
        return Items(
            left.kind, [*left.values, *right.values], left.open or right.open, left.existence or right.existence
        )
    if isinstance(left, Items):
        return Items(left.kind, list(left.values), True, left.existence)
    if is_number(left) and is_number(right):
        return _arithmetic(left, "+", right)
    return Unsure("a sum of values that are not known", about_existence(left, right))


def _repeat(left: Value, times: int) -> Value:
    if isinstance(left, str) and len(left) * times <= _LONGEST:
        return left * times
    if isinstance(left, Items) and len(left.values) * times <= _LONGEST:
        return Items(left.kind, left.values * times, left.open, left.existence)
    return Unsure("a repetition too long to follow")


def _arithmetic(left: Value, op: str, right: Value) -> Value:
    assert isinstance(left, (int, float))
    assert isinstance(right, (int, float))
    try:
        if op == "+":
            return left + right
        if op == "-":
            return left - right
        if op == "*":
            return left * right
        if op == "/":
            return left / right
        if op == "//":
            return left // right
        if op == "%":
            return left % right
    except (ArithmeticError, ValueError):
        pass
    return Unsure(f"the operator {op} is not followed here")


def set_algebra(left: Items, op: str, right: Items) -> Value:
    """`left op right` of two collections."""
    existence = left.existence or right.existence
    if op == "|":
        return Items("set", distinct([*left.values, *right.values]), left.open or right.open, existence)
    if left.open or right.open or not all(is_scalar(value) for value in (*left.values, *right.values)):
        return Unsure("sets that are not wholly known", existence)
    if op == "&":
        return Items("set", [value for value in left.values if value in right.values], False, existence)
    if op == "-":
        return Items("set", [value for value in left.values if value not in right.values], False, existence)
    return Unsure(f"the operator {op} is not followed here")


def distinct(values: list[Value]) -> list[Value]:
    """The values without repetitions of scalars."""
    seen: set[Scalar] = set()
    kept = []
    for value in values:
        if is_scalar(value):
            if value in seen:
                continue
            seen.add(value)  # type: ignore[arg-type]
        kept.append(value)
    return kept


def printf(template: str, right: Value) -> Value:
    """`template % right`."""
    positional = list(right.values) if isinstance(right, Items) and right.kind == "tuple" else [right]

    def replace(match: re.Match[str]) -> str:
        if match["kind"] == "%":
            return "%"
        if match["name"] is not None:
            value = right.get(match["name"]) if isinstance(right, Entries) else None
            return shown(value) if value is not None else HOLE
        if not positional:
            return HOLE
        value = positional.pop(0)
        return repr(value) if match["kind"] == "r" and is_scalar(value) else shown(value)

    return _PRINTF.sub(replace, template)


def formatted(value: Value, conversion: str, spec: str) -> str:
    """One replacement field of an f-string or of `format`."""
    if conversion == "r":
        return repr(value) if is_scalar(value) else HOLE
    if spec and is_scalar(value) and HOLE not in spec:
        try:
            return format(value, spec)
        except (ValueError, TypeError):
            return HOLE
    return shown(value)


def str_format(template: str, args: tuple[Given, ...]) -> Value:
    """`template.format(...)`."""
    positional = [arg.value for arg in args if arg.keyword is None]
    named = {arg.keyword: arg.value for arg in args if arg.keyword is not None}
    parts: list[str] = []
    try:
        for index, (text, field, spec, conversion) in enumerate(Formatter().parse(template)):
            parts.append(text)
            if field is None:
                continue
            key = field or str(index)
            if not field:
                value = positional.pop(0) if positional else Unsure("missing")
            elif key.isdigit():
                value = positional[int(key)] if int(key) < len(positional) else Unsure("missing")
            else:
                value = named.get(key, Unsure("missing"))
            parts.append(formatted(value, conversion or "", spec or ""))
    except ValueError:
        return Unsure("a format that cannot be read")
    return "".join(parts)


def put(entries: Entries, key: Value, value: Value) -> None:
    """`entries[key] = value`. Under a key that is not known it may be anywhere."""
    if not is_scalar(key):
        entries.open = True
    for index, (known, _) in enumerate(entries.pairs):
        if is_scalar(key) and is_scalar(known) and known == key:
            entries.pairs[index] = (known, value)
            return
    entries.pairs.append((key, value))


def merge(entries: Entries, other: Value, pairs: list[Value] | None) -> None:
    """`entries.update(other)`. `pairs` are what iterating over the other gives, where it is no dict."""
    if isinstance(other, Entries):
        for key, value in other.pairs:
            put(entries, key, value)
        entries.open = entries.open or other.open
        return
    for pair in pairs or ():
        two = members(pair)
        if two is None or len(two) != 2:
            entries.open = True
        else:
            put(entries, two[0], two[1])
    entries.open = entries.open or pairs is None


def take(entries: Entries, key: Value) -> Value | Missing:
    """`entries.pop(key)`; MISSING where the dict does not list the key."""
    if not is_scalar(key):
        entries.open = True
        return Unsure("an item under a key that is not known")
    for index, (known, value) in enumerate(entries.pairs):
        if is_scalar(known) and known == key:
            del entries.pairs[index]
            return value
    return Unsure("a dict that is not wholly known") if entries.open else MISSING


def tried(compute: Callable[[], Value]) -> Value:
    """What a computation gives; unsure where it fails."""
    try:
        return compute()
    except (TypeError, ValueError, IndexError):
        return Unsure("a call that would fail")


def ordered(value: Items) -> Items:
    """The list that `sorted` gives."""
    known = value.values
    if all(isinstance(item, str) for item in known) or all(is_number(item) for item in known):
        return Items("list", sorted(known), value.open, value.existence)  # type: ignore[type-var]
    return Items("list", list(known), value.open, value.existence)
