"""What the arguments of a registration say: paths, methods, types, and the records made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Union

from schemalint.facts.routes import Handler, Text, joined
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import DefinedClass, DefinedFunction, External, Resolution
from schemalint.interpret.resolve import name_of
from schemalint.ir import (
    Attribute,
    BinOp,
    ClassDef,
    Constant,
    Expression,
    Formatted,
    FString,
    FunctionDef,
    Name,
    Sequence,
    Subscript,
)
from schemalint.readers.routes.common import Context, Made, Site, Survey, argument
from schemalint.readers.routes.objects import Target, Value, meaning

_COMPUTED = Unknown("it is computed")
_DEPTH = 8
_MOST_PREFIXES = 64
UNREGISTERED = Unknown("no registration is seen")
"""The path of a handler that is evident from its class or a decorator alone."""

Key = tuple[str, Union[int, str]]


def text(survey: Survey, context: Context, expression: Expression | None, depth: int = _DEPTH) -> Text:
    """The text that an expression is worth; Unknown where it is computed from what is no constant."""
    if isinstance(expression, Constant) and isinstance(expression.value, str):
        return expression.value
    if depth == 0 or expression is None:
        return _COMPUTED
    if isinstance(expression, BinOp) and expression.op == "+":
        return _concatenated(survey, context, (expression.left, expression.right), depth)
    if isinstance(expression, FString):
        return _concatenated(survey, context, expression.parts, depth)
    if isinstance(expression, Formatted) and not expression.spec and expression.conversion in ("", "s"):
        return text(survey, context, expression.value, depth - 1)
    if isinstance(expression, Attribute) and expression.attr == "value":
        inner = meaning(survey, context, expression.value)
        if isinstance(inner, External):
            return inner.name.rpartition(".")[2] if inner.name.startswith("http.HTTPMethod.") else _COMPUTED
        if isinstance(inner, Value) and inner.expression is not None:
            return text(survey, inner.context, inner.expression, depth - 1)
    found = meaning(survey, context, expression) if isinstance(expression, (Name, Attribute)) else None
    if isinstance(found, Value) and found.expression is not None:
        return text(survey, found.context, found.expression, depth - 1)
    return _COMPUTED


def _concatenated(survey: Survey, context: Context, parts: Iterable[Expression], depth: int) -> Text:
    found = ""
    for part in parts:
        piece = text(survey, context, part, depth - 1)
        if isinstance(piece, Unknown):
            return piece
        found += piece
    return found


def texts(survey: Survey, context: Context, expression: Expression | None) -> Union[tuple[str, ...], Unknown, None]:
    """The texts in a list, a tuple, a set, or one alone; None where nothing is given."""
    if expression is None or (isinstance(expression, Constant) and expression.value is None):
        return None
    if isinstance(expression, (Name, Attribute)):
        found = meaning(survey, context, expression)
        if isinstance(found, Value) and isinstance(found.expression, Sequence):
            context, expression = found.context, found.expression
    items = expression.items if isinstance(expression, Sequence) else (expression,)
    values = [text(survey, context, item) for item in items]
    known = tuple(value for value in values if not isinstance(value, Unknown))
    return known if len(known) == len(values) else _COMPUTED


def methods(
    survey: Survey, context: Context, expression: Expression | None, default: tuple[str, ...]
) -> Union[tuple[str, ...], Unknown]:
    """The methods that an expression lists, in upper case and sorted; the default where nothing is given."""
    found = texts(survey, context, expression)
    if found is None:
        return default
    return found if isinstance(found, Unknown) else tuple(sorted({name.upper() for name in found}))


def flag(expression: Expression | None, default: bool) -> Union[bool, Unknown]:
    """A boolean argument."""
    if expression is None:
        return default
    return expression.value if isinstance(expression, Constant) and isinstance(expression.value, bool) else _COMPUTED


def type_text(survey: Survey, context: Context, expression: Expression | None) -> Union[str, Unknown, None]:
    """A type as text with full names: `list[app.schemas.User]`; None for no type or `None`."""
    if expression is None or (isinstance(expression, Constant) and expression.value is None):
        return None
    written = _type(survey, context, expression)
    return _COMPUTED if written is None else written


def _type(survey: Survey, context: Context, expression: Expression) -> str | None:
    if isinstance(expression, Constant):
        if isinstance(expression.value, str) and expression.value.isidentifier():
            return _type(survey, context, Name(expression.value, expression.start, expression.end))
        return "None" if expression.value is None else None
    if isinstance(expression, (Name, Attribute)):
        found = meaning(survey, context, expression)
        name = None if isinstance(found, Value) else type_name(survey, found)
        return name.removeprefix("builtins.") if name else None
    if isinstance(expression, Subscript):
        value, index = _type(survey, context, expression.value), _type(survey, context, expression.index)
        return f"{value}[{index}]" if value and index else None
    if isinstance(expression, Sequence):
        parts = [_type(survey, context, item) for item in expression.items]
        return ", ".join(part for part in parts if part) if all(parts) else None
    if isinstance(expression, BinOp) and expression.op == "|":
        left, right = _type(survey, context, expression.left), _type(survey, context, expression.right)
        return f"{left} | {right}" if left and right else None
    return None


def type_name(survey: Survey, found: Resolution) -> str | None:
    """The full name of a resolution."""
    return name_of(survey.program, found)


def handler(survey: Survey, found: Target | None) -> Union[Handler, Unknown]:
    """The record of a handler."""
    if found is None:
        return Unknown("the handler is no function of the project")
    name = f"{found.qualifier}.{found.node.name}" if found.qualifier else found.node.name
    if isinstance(found, DefinedClass):
        owner: str | None = name
    else:
        owner = found.qualifier if found.qualifier and not found.qualifier.endswith("<locals>") else None
    return Handler(found.path, name, owner, survey.name_place(found.path, found.node))


def defined(site: Site[FunctionDef] | Site[ClassDef]) -> Target:
    """What is defined at a site."""
    if isinstance(site.node, ClassDef):
        return DefinedClass(site.context.path, site.node, site.context.qualifier)
    return DefinedFunction(site.context.path, site.node, site.context.qualifier)


class Mounts:
    """Which object is mounted below which, and under which prefix.

    An object is known by a key. What it is mounted at includes its own prefix, where that is added.
    """

    def __init__(self) -> None:
        self._above: dict[Key, list[tuple[Key | None, Text]]] = {}
        self._own: dict[Key, Text] = {}

    def declare(self, key: Key, own: Text) -> None:
        """Tells the prefix that an object has where it is mounted nowhere."""
        self._own[key] = own

    def mount(self, key: Key, parent: Key | None, prefix: Text) -> None:
        """`key` is mounted at `prefix` below `parent`, which is None where that is not known."""
        edges = self._above.setdefault(key, [])
        if (parent, prefix) not in edges:
            edges.append((parent, prefix))

    def prefixes(self, key: Key) -> tuple[Text, ...]:
        """The prefixes of an object, one for each way that leads to it."""
        return tuple(dict.fromkeys(islice(self._prefixes(key, frozenset()), _MOST_PREFIXES)))

    def _prefixes(self, key: Key | None, seen: frozenset[Key]) -> Iterator[Text]:
        if key is None:
            yield ""
            return
        edges = self._above.get(key, ()) if key not in seen else ()
        if not edges:
            yield self._own.get(key, "")
        for parent, prefix in edges:
            for above in islice(self._prefixes(parent, seen | {key}), _MOST_PREFIXES):
                yield below(above, prefix)


def below(prefix: Text, path: Text) -> Text:
    """A path below a prefix; Unknown where one of them is."""
    if isinstance(prefix, Unknown):
        return prefix
    return path if isinstance(path, Unknown) else joined(prefix, path)


def constructor(found: Made, keyword: str, position: int | None = None) -> Expression | None:
    """What the call that made an object gives for a keyword, or at a position."""
    return argument(found.call, keyword, position) if found.call is not None else None
