"""What an annotation says of a value: the class behind aliases, `Annotated`, `Optional`, strings and the like."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from schemalint.interpret.events.library import default_argument, like
from schemalint.interpret.events.values import ClassValue, Instance, Later, Value, merged, with_how
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import BoundValue, ClassAttribute, DefinedClass, External
from schemalint.interpret.resolve import name_of, qualified_name, resolve
from schemalint.ir import (
    Attribute,
    BinOp,
    Call,
    Constant,
    Expression,
    ExpressionStatement,
    Name,
    Sequence,
    Subscript,
)

if TYPE_CHECKING:
    from schemalint.interpret.events.evidence import Evidence

_DEEPEST = 12
_TYPING = ("typing.", "typing_extensions.", "collections.abc.", "contextlib.", "builtins.", "types.")
_ITSELF = frozenset({"Optional", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly", "InitVar", "TypeGuard"})
_LATER = {
    "Awaitable": "await",
    "Iterator": "iterate",
    "Iterable": "iterate",
    "Generator": "iterate",
    "AsyncIterator": "iterate",
    "AsyncIterable": "iterate",
    "AsyncGenerator": "iterate",
    "ContextManager": "context",
    "AsyncContextManager": "context",
    "AbstractContextManager": "context",
    "AbstractAsyncContextManager": "context",
    "_GeneratorContextManager": "context",
    "_AsyncGeneratorContextManager": "context",
}
_INJECTED = frozenset({"dishka.FromDishka", "dishka.integrations.base.FromDishka", "that_depends.Provide"})
DEPENDS = frozenset(
    {
        "fastapi.Depends",
        "fastapi.Security",
        "fastapi.params.Depends",
        "fastapi.params.Security",
        "fastapi.param_functions.Depends",
        "fast_depends.Depends",
        "faststream.Depends",
        "taskiq.TaskiqDepends",
        "taskiq_dependencies.Depends",
    }
)


def annotated(evidence: Evidence, path: str, node: Expression, depth: int = _DEEPEST) -> Value | None:
    """What a value with this annotation in the module at `path` is; None where the annotation does not tell."""
    if depth == 0:
        return None
    if isinstance(node, Constant):
        parsed = _parsed(node.value) if isinstance(node.value, str) else None
        return None if parsed is None else annotated(evidence, path, parsed, depth - 1)
    if isinstance(node, BinOp) and node.op == "|":
        return _union(evidence, path, (node.left, node.right), depth)
    if isinstance(node, Subscript):
        return _subscript(evidence, path, node, depth)
    if isinstance(node, (Name, Attribute)):
        return _named(evidence, path, node, depth)
    return None


def provider(evidence: Evidence, path: str, node: Expression | None) -> tuple[bool, Expression | None]:
    """Whether the expression is a `Depends(...)`, and the function that it names."""
    if not isinstance(node, Call) or qualified_name(evidence.program, path, node.func) not in DEPENDS:
        return False, None
    if node.args and node.args[0].keyword is None:
        return True, node.args[0].value
    return True, node.keyword("dependency")


def metadata(evidence: Evidence, path: str, node: Expression, depth: int = _DEEPEST) -> tuple[str, Expression] | None:
    """The provider that an annotation names in an `Annotated`, behind aliases too, with the module it is written in."""
    if depth == 0:
        return None
    if isinstance(node, Constant) and isinstance(node.value, str):
        parsed = _parsed(node.value)
        return None if parsed is None else metadata(evidence, path, parsed, depth - 1)
    if isinstance(node, (Name, Attribute)):
        found = resolve(evidence.program, path, node)
        if isinstance(found, (BoundValue, ClassAttribute)) and found.expression is not None and not found.ambiguous:
            return metadata(evidence, found.path, found.expression, depth - 1)
        return None
    if isinstance(node, Subscript) and isinstance(node.index, Sequence):
        for item in node.index.items[1:]:
            depends, function = provider(evidence, path, item)
            if depends:
                return (path, function if function is not None else node.index.items[0])
    return None


def _named(evidence: Evidence, path: str, node: Name | Attribute, depth: int) -> Value | None:
    found = resolve(evidence.program, path, node)
    if isinstance(found, External):
        name = canonical(found.name)
        if name.startswith(_TYPING) and not name.startswith("builtins."):
            return None
        argument = default_argument(name)
        return Instance(like_class(name), None, () if argument is None else (Instance(argument),), "parameter")
    if isinstance(found, DefinedClass):
        return Instance(name_of(evidence.program, found) or found.node.name, found, (), "parameter")
    if isinstance(found, (BoundValue, ClassAttribute)) and found.expression is not None and not found.ambiguous:
        return annotated(evidence, found.path, found.expression, depth - 1)
    return None


def _subscript(evidence: Evidence, path: str, node: Subscript, depth: int) -> Value | None:
    items = node.index.items if isinstance(node.index, Sequence) else (node.index,)
    name = qualified_name(evidence.program, path, node.value)
    if name is None or not items:
        return None
    if name in _INJECTED:
        return with_how(annotated(evidence, path, items[0], depth - 1), "dependency")
    if not name.startswith(_TYPING):
        made = annotated(evidence, path, node.value, depth - 1)
        if isinstance(made, Instance) and default_argument(made.name) is not None:
            argument = annotated(evidence, path, items[0], depth - 1)
            return made if argument is None else msgspec.structs.replace(made, args=(argument,))
        return made
    short = name.rpartition(".")[2]
    if short == "Annotated":
        return _annotated(evidence, path, items, depth)
    if short in _ITSELF:
        return annotated(evidence, path, items[0], depth - 1)
    if short == "Union":
        return _union(evidence, path, items, depth)
    if short in ("Type", "type"):
        made = annotated(evidence, path, items[0], depth - 1)
        return ClassValue(made.name, made.defined, made.args) if isinstance(made, Instance) else None
    if short in ("Callable", "Coroutine"):
        value = annotated(evidence, path, items[-1], depth - 1)
        return None if value is None else Later("call" if short == "Callable" else "await", value)
    if short in _LATER:
        value = annotated(evidence, path, items[0], depth - 1)
        return None if value is None else Later(_LATER[short], value)
    return Instance(name)


def _annotated(evidence: Evidence, path: str, items: tuple[Expression, ...], depth: int) -> Value | None:
    found = annotated(evidence, path, items[0], depth - 1)
    for item in items[1:]:
        depends, function = provider(evidence, path, item)
        if depends:
            if found is None and function is not None:
                found = evidence.provided(path, function)
            return with_how(found, "dependency")
    return found


def _union(evidence: Evidence, path: str, items: tuple[Expression, ...], depth: int) -> Value | None:
    found = []
    for item in items:
        if isinstance(item, Constant) and item.value is None:
            continue
        value = annotated(evidence, path, item, depth - 1)
        if value is None:
            return None
        found.append(value)
    return merged(found)


def like_class(name: str) -> str:
    """The name under which a class is known here, its own where it is not."""
    kin = like(name)
    return name if name.startswith(("sqlmodel.", "flask_")) or default_argument(name) else kin


@lru_cache(maxsize=512)
def _parsed(text: str) -> Expression | None:
    """An annotation that is written as a string."""
    if text.isidentifier():
        return Name(text, 0, 0)
    from schemalint.source.frontend_ast import lower

    try:
        body = lower(f"({text})").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ExpressionStatement) else None
