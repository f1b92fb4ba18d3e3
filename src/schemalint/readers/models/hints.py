"""Annotations: what Python type an attribute is said to have, whether it may be None, what `Annotated` adds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Union

from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import BoundValue, DefinedClass, External, Resolution
from schemalint.interpret.resolve import name_of, resolve
from schemalint.interpret.scopes import Scope
from schemalint.interpret.values import Class, Frame, Value
from schemalint.ir import (
    Attribute,
    BinOp,
    Call,
    Constant,
    Expression,
    ExpressionStatement,
    Name,
    Opaque,
    Sequence,
    Subscript,
)
from schemalint.readers.models.reading import Reading
from schemalint.source.frontend_ast import lower

_DEPTH = 12
_WRAPPERS = {
    "sqlalchemy.orm.Mapped": "mapped",
    "sqlalchemy.orm.DynamicMapped": "dynamic",
    "sqlalchemy.orm.WriteOnlyMapped": "dynamic",
    "sqlalchemy.orm.attributes.Mapped": "mapped",
    "typing.ClassVar": "class",
    "typing_extensions.ClassVar": "class",
    "dataclasses.InitVar": "class",
    "typing.Final": "",
    "typing.Required": "",
}
_ALIASES = {
    "typing.List": "builtins.list",
    "typing.Dict": "builtins.dict",
    "typing.Set": "builtins.set",
    "typing.Tuple": "builtins.tuple",
    "typing.Text": "builtins.str",
}
_UNIONS = frozenset({"typing.Union", "typing.Optional", "typing_extensions.Optional"})
COLLECTIONS = frozenset(
    {"builtins.list", "builtins.set", "builtins.frozenset", "typing.Sequence", "typing.Collection", "typing.Iterable"}
    | {"collections.abc.Sequence", "collections.abc.Collection", "collections.abc.Iterable", "typing.MutableSequence"}
    | {"builtins.dict", "typing.Mapping", "collections.abc.Mapping", "sqlalchemy.orm.WriteOnlyCollection"}
    | {"sqlalchemy.orm.AppenderQuery", "sqlalchemy.orm.dynamic.AppenderQuery", "sqlalchemy.orm.Query"}
)


@dataclass(frozen=True)
class Hint:
    """What an annotation says.

    `wrapper` is "mapped" or "dynamic" for the forms of `Mapped[...]`, "class" for `ClassVar[...]`, else empty. `name`
    is the full name of the type, None where it does not resolve or is a union of several. `items` are its arguments.
    `owner` is the class where it is one of the project. `aliases` are the names that the annotation led through,
    outermost first; `metadata` is what `Annotated` adds. `text` is the name as it is written, for forward references
    that nothing binds.
    """

    name: str | None = None
    optional: bool = False
    wrapper: str = ""
    items: tuple[Hint, ...] = ()
    owner: Class | None = None
    metadata: tuple[Value, ...] = ()
    aliases: tuple[str, ...] = ()
    literals: tuple[Union[str, int, bool], ...] = ()
    text: str = ""

    @property
    def spelled(self) -> str:
        """The type in one canonical spelling: `builtins.dict[builtins.str, typing.Any]`."""
        inner = ", ".join(item.spelled for item in self.items)
        return f"{self.name}[{inner}]" if inner else str(self.name)


def hint_of(reading: Reading, path: str, expression: Expression, local: Scope | None = None) -> Hint:
    """What an annotation in the module at `path` says. `local` are the names of the class around it."""
    return _hint(reading, path, expression, local, _DEPTH)


def _hint(reading: Reading, path: str, node: Expression, local: Scope | None, depth: int) -> Hint:
    if depth == 0:
        return Hint()
    if isinstance(node, Constant):
        if node.value is None:
            return Hint("builtins.None", optional=True)
        parsed = _parsed(node.value) if isinstance(node.value, str) else None
        return _hint(reading, path, parsed, local, depth - 1) if parsed is not None else Hint()
    if isinstance(node, BinOp) and node.op == "|":
        return _union([_hint(reading, path, side, local, depth - 1) for side in (node.left, node.right)])
    if isinstance(node, Subscript):
        return _subscript(reading, path, node, local, depth)
    if isinstance(node, (Name, Attribute)):
        found = resolve(reading.program_of(path), path, node, _types_only(local, node))
        return _resolved(reading, path, node, found, depth)
    if isinstance(node, Opaque) and node.reason == "ellipsis":
        return Hint("builtins.Ellipsis")
    return Hint()


def _types_only(local: Scope | None, node: Name | Attribute) -> Scope | frozenset[str]:
    """The names of a class body that may stand for types: those that it assigns hide no type in an annotation."""
    root: Expression = node
    while isinstance(root, Attribute):
        root = root.value
    if local is None or not isinstance(root, Name):
        return frozenset()
    binding = local.lookup(root.id)
    return local if binding is not None and hasattr(binding, "node") else frozenset()


def _parsed(text: str) -> Expression | None:
    """The expression in a text; None where it is none."""
    try:
        body = lower(text.strip()).body
    except (SyntaxError, ValueError):
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ExpressionStatement) else None


def _resolved(reading: Reading, path: str, node: Name | Attribute, found: Resolution, depth: int) -> Hint:
    written = node.id if isinstance(node, Name) else node.attr
    if isinstance(found, DefinedClass):
        return Hint(name_of(reading.program_of(path), found), owner=Class(found.path, found.node), text=written)
    if isinstance(found, External):
        name = canonical(found.name)
        return Hint(_ALIASES.get(name, name), text=written, wrapper=_WRAPPERS.get(name, ""))
    if isinstance(found, BoundValue) and found.expression is not None:
        alias = name_of(reading.program_of(path), found)
        inner = _aliased(reading, found, depth)
        return replace(inner, aliases=((alias,) if alias else ()) + inner.aliases)
    return Hint(text=written)


def _aliased(reading: Reading, found: BoundValue, depth: int) -> Hint:
    """What an alias stands for: an expression of types, or `NewType("Name", type)`."""
    node = found.expression
    assert node is not None
    if isinstance(node, Call):
        callee = resolve(reading.program_of(found.path), found.path, node.func)
        name = canonical(callee.name) if isinstance(callee, External) else ""
        if name == "typing.NewType" and len(node.args) == 2:
            return _hint(reading, found.path, node.args[1].value, None, depth - 1)
        if name in ("pydantic.constr", "pydantic.types.constr"):
            metadata = (reading.machine(found.path).value(node, Frame(found.path)),)
            return Hint("builtins.str", metadata=metadata)
        return Hint()
    return _hint(reading, found.path, node, None, depth - 1)


def _subscript(reading: Reading, path: str, node: Subscript, local: Scope | None, depth: int) -> Hint:
    outer = _hint(reading, path, node.value, local, depth - 1)
    indices = node.index.items if isinstance(node.index, Sequence) and node.index.kind == "tuple" else (node.index,)
    if outer.name in ("typing.Annotated", "typing_extensions.Annotated"):
        inner = _hint(reading, path, indices[0], local, depth - 1)
        machine, frame = reading.machine(path), Frame(path)
        added = tuple(machine.value(item, frame) for item in indices[1:])
        return replace(inner, metadata=(*inner.metadata, *added))
    if outer.name in ("typing.Literal", "typing_extensions.Literal"):
        values = tuple(item.value for item in indices if isinstance(item, Constant) and item.value is not None)
        plain = tuple(value for value in values if not isinstance(value, float))
        optional = any(isinstance(item, Constant) and item.value is None for item in indices)
        return Hint("typing.Literal", optional=optional, literals=plain)
    items = [_hint(reading, path, item, local, depth - 1) for item in indices]
    if outer.name in _UNIONS:
        union = _union(items)
        return replace(union, optional=True) if outer.name.endswith("Optional") else union
    if outer.name in _WRAPPERS:
        return replace(items[0], wrapper=_WRAPPERS[outer.name] or items[0].wrapper)
    return replace(outer, items=tuple(items))


def _union(sides: list[Hint]) -> Hint:
    """A union: with None it is the other side, optional; of several types it has no name."""
    optional = any(side.optional for side in sides)
    kept = [side for side in sides if side.name != "builtins.None"]
    if len(kept) == 1:
        return replace(kept[0], optional=optional)
    return Hint(optional=optional, items=tuple(kept))
