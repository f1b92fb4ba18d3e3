"""Methods of texts, lists, sets and dicts."""

from __future__ import annotations

from schemalint.interpret.evaluator.folds import merge, ordered, put, set_algebra, shown, str_format, take, tried, words
from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Entries,
    Given,
    Items,
    Missing,
    Unsure,
    Value,
    is_scalar,
    members,
)

_TEXT_METHODS = frozenset(
    words("capitalize casefold lower lstrip removeprefix removesuffix replace rstrip strip swapcase title upper zfill")
)


_TEXT_QUESTIONS = frozenset({"startswith", "endswith", "isdigit", "isupper", "islower", "isidentifier"})


def method(owner: Value, name: str, args: tuple[Given, ...]) -> Value | Missing:
    """A method of a string, list, set or dict; MISSING for what is none of these."""
    positional = [arg.value for arg in args if arg.keyword is None]
    if isinstance(owner, str):
        return _text_method(owner, name, positional, args)
    if isinstance(owner, Items):
        return _items_method(owner, name, positional)
    if isinstance(owner, Entries):
        return _entries_method(owner, name, positional, args)
    return MISSING


def _text_method(owner: str, name: str, positional: list[Value], args: tuple[Given, ...]) -> Value:
    if name == "format":
        return str_format(owner, args)
    if name == "join":
        return _join(owner, positional[0] if positional else None)
    if not all(is_scalar(value) for value in positional) or any(arg.keyword for arg in args):
        tuples = [members(value) for value in positional]
        if name in ("startswith", "endswith") and tuples and tuples[0] and HOLE not in owner:
            return any(bool(getattr(owner, name)(item)) for item in tuples[0] if isinstance(item, str))
        return Unsure(f"the text method {name} of values that are not known")
    if name in _TEXT_METHODS and (HOLE not in owner or name in ("strip", "lower", "upper", "replace")):
        return tried(lambda: getattr(owner, name)(*positional))
    if name in _TEXT_QUESTIONS and HOLE not in owner:
        return tried(lambda: getattr(owner, name)(*positional))
    if name in ("split", "rsplit", "splitlines", "partition", "rpartition") and HOLE not in owner:
        found = tried(lambda: Items("list", list(getattr(owner, name)(*positional))))
        return Items("tuple", found.values) if isinstance(found, Items) and name.endswith("partition") else found
    if name in ("encode", "decode"):
        return owner
    return Unsure(f"the text method {name}")


def _join(separator: str, parts: Value) -> Value:
    if not isinstance(parts, Items):
        return HOLE
    if parts.open and not parts.values:
        return HOLE
    return separator.join([shown(value) for value in parts.values] + ([HOLE] if parts.open else []))


def _items_method(owner: Items, name: str, positional: list[Value]) -> Value:
    if name in ("append", "add") and positional:
        owner.values.append(positional[0])
        return None
    if name in ("extend", "update", "__iadd__") and positional:
        other = positional[0]
        owner.values.extend(other.values if isinstance(other, Items) else [])
        owner.open = owner.open or not isinstance(other, Items) or other.open
        return None
    if name == "insert" and len(positional) == 2 and isinstance(positional[0], int):
        owner.values.insert(positional[0], positional[1])
        return None
    if name == "copy":
        return Items(owner.kind, list(owner.values), owner.open, owner.existence)
    if name in ("union", "intersection", "difference") and len(positional) == 1:
        other = positional[0]
        if isinstance(other, Items):
            return set_algebra(owner, {"union": "|", "intersection": "&", "difference": "-"}[name], other)
    if name in ("remove", "discard", "pop", "clear", "sort", "reverse"):
        return _shrink(owner, name, positional)
    if name in ("index", "count") and positional and is_scalar(positional[0]) and not owner.open:
        found = [index for index, value in enumerate(owner.values) if is_scalar(value) and value == positional[0]]
        return len(found) if name == "count" else (found[0] if found else Unsure("not in the list"))
    return Unsure(f"the method {name} of a {owner.kind}")


def _shrink(owner: Items, name: str, positional: list[Value]) -> Value:
    if name == "clear":
        owner.values.clear()
        return None
    if name == "reverse":
        owner.values.reverse()
        return None
    if name == "pop" and not owner.open and owner.values:
        index = positional[0] if positional else -1
        return tried(lambda: owner.values.pop(index)) if isinstance(index, int) else Unsure("an unknown position")
    if name == "sort":
        owner.values[:] = ordered(owner).values
        return None
    if positional and is_scalar(positional[0]):
        owner.values[:] = [value for value in owner.values if not (is_scalar(value) and value == positional[0])]
        return None
    owner.open = True
    return Unsure(f"the method {name} of a {owner.kind}")


def _entries_method(owner: Entries, name: str, positional: list[Value], args: tuple[Given, ...]) -> Value:
    if name in ("get", "pop", "setdefault") and positional:
        return _entry(owner, name, positional[0], positional[1] if len(positional) > 1 else None)
    if name == "popitem" and owner.pairs and not owner.open:
        return Items("tuple", list(owner.pairs.pop()))
    if name == "clear":
        owner.pairs.clear()
        owner.open = False
        return None
    if name == "items":
        return Items("list", [Items("tuple", [key, value]) for key, value in owner.pairs], owner.open)
    if name == "keys":
        return Items("list", [key for key, _ in owner.pairs], owner.open)
    if name == "values":
        return Items("list", [value for _, value in owner.pairs], owner.open)
    if name == "copy":
        return Entries(list(owner.pairs), owner.open)
    if name == "update":
        for value in positional:
            merge(owner, value, members(value))
        for arg in args:
            if arg.keyword is not None:
                put(owner, arg.keyword, arg.value)
        return None
    return Unsure(f"the method {name} of a dict")


def _entry(owner: Entries, name: str, key: Value, default: Value) -> Value:
    """`get`, `pop` and `setdefault` of a dict."""
    if name == "pop":
        found = take(owner, key)
        return default if isinstance(found, Missing) else found
    copy = Entries(list(owner.pairs), owner.open)
    found = take(copy, key)
    if not isinstance(found, Missing):
        if name == "setdefault" and owner.open:
            put(owner, key, found)
        return found
    if name == "setdefault":
        put(owner, key, default)
    return default
