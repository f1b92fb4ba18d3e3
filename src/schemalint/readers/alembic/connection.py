"""What the engine and the connection of an `env.py` are told: timeouts and the isolation level.

It may stand in the module itself, in functions of the project that it names (listeners of events, helpers) and in what
a name stands for that it imports (an engine). Timeouts are set by SET, `set_config`, the option `-c` of `connect_args`
or of a URL, or among `server_settings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Union
from urllib.parse import unquote_plus

from schemalint.facts.unknown import Unknown
from schemalint.interpret.imports import EAGER, import_edges
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import BoundValue, DefinedFunction
from schemalint.interpret.resolve import resolve
from schemalint.interpret.values import HOLE
from schemalint.ir import (
    Attribute,
    Call,
    Constant,
    Expression,
    ExpressionStatement,
    FString,
    FunctionDef,
    Name,
    statements_of,
)
from schemalint.readers.keywords import Keywords, keywords_of
from schemalint.readers.nodes import Block, nodes

_SET = r"(?:\bSET\s+(?:LOCAL\s+|SESSION\s+)?{name}\s*(?:=|\s+TO\s)|-c\s*{name}\s*=|\bset_config\(\s*'{name}'\s*,)"
_VALUE = r"\s*(?P<quote>['\"]?)(?P<value>[^'\";,\s)]*)"
_ENFORCES = re.compile(r"\bPRAGMA\s+foreign_keys\s*=\s*['\"]?(?:ON|1|TRUE|YES)\b", re.IGNORECASE)
_LIFTS = re.compile(r"\bPRAGMA\s+foreign_keys\s*=\s*['\"]?(?:OFF|0|FALSE|NO)\b", re.IGNORECASE)
_FARTHEST = 2


class Told(NamedTuple):
    """A block of code that has a say on the connection, and the module it stands in."""

    path: str
    block: Block


def reached(program: Program, path: str, found: Iterable[Block]) -> Iterator[Told]:
    """The blocks of a module, then those of the project that its names lead to."""
    pending = [(Told(path, block), 0) for block in found]
    seen: set[tuple[str, int]] = set()
    while pending:
        told, depth = pending.pop(0)
        yield told
        if depth < _FARTHEST:
            pending.extend((led, depth + 1) for led in _led_to(program, told, path, seen))


def _led_to(program: Program, told: Told, home: str, seen: set[tuple[str, int]]) -> Iterator[Told]:
    """The functions and values of other modules that the names in a block stand for."""
    local = told.block.scope if told.block.scope is not None else frozenset[str]()
    for node in nodes(told.block.statements):
        if not isinstance(node, (Name, Attribute)):
            continue
        target = resolve(program, told.path, node, local)
        if isinstance(target, DefinedFunction) and target.path != home:
            start, block = target.node.start, Block(statements_of(target.node), target.node)
        elif isinstance(target, BoundValue) and target.path != home and isinstance(target.expression, Call):
            value = target.expression
            start, block = value.start, Block((ExpressionStatement(value, value.start, value.end),), None)
        else:
            continue
        if (target.path, start) not in seen:
            seen.add((target.path, start))
            yield Told(target.path, block)


def isolation_level(program: Program, told: Iterable[Told]) -> str | None:
    """The isolation level that an engine or connection is given."""
    for path, block in told:
        for _, call in calls_in([block]):
            if call.keyword("isolation_level") is not None:
                value = keywords_of(program, path, block, call).constant("isolation_level")
                if isinstance(value, str):
                    return value
    return None


def timeout(name: str, program: Program, told: Iterable[Told], url: str | None) -> Union[str, Unknown, None]:
    """The value of a timeout that the connection is told; `url` is that of the ini file."""
    pattern = re.compile(_SET.format(name=name) + _VALUE, re.IGNORECASE)
    for path, block in told:
        for text in strings_in([block]):
            match = pattern.search(text) or pattern.search(unquote_plus(text))
            if match is not None:
                return _value(name, match["value"])
        for node in nodes(block.statements):
            given = _entry(node, name)
            if given is not None:
                value = Keywords(program, path, block, {}, None).value_of(given)
                return str(value) if isinstance(value, (str, int)) else Unknown(f"`{name}` is computed")
    match = pattern.search(unquote_plus(url)) if url else None
    return _value(name, match["value"]) if match is not None else None


def enforces_foreign_keys(program: Program, path: str, told: Iterable[Told]) -> bool:
    """Whether connections to SQLite are told to enforce foreign keys.

    So they are by what `env.py` reaches, and by listeners of every engine in the modules that it imports. Where what it
    reaches lifts that as well, migrations are taken to run without: it is what Alembic's documentation advises.
    """
    texts = [text for _, block in told for text in strings_in([block])]
    if any(map(_LIFTS.search, texts)):
        return False
    return any(map(_ENFORCES.search, texts)) or any(
        _ENFORCES.search(text)
        for module in _imported(program, path)
        for function in program.modules[module].body
        if isinstance(function, FunctionDef) and any(map(_hears_every_engine, function.decorators))
        for text in strings_in([Block(statements_of(function), function)])
    )


def _imported(program: Program, path: str) -> list[str]:
    """The modules of the project that run when a module is imported."""
    found = [path]
    for module in found:
        edges = import_edges(program, module)
        found += {edge.path for edge in edges if edge.path is not None and edge.when == EAGER} - set(found)
    return found[1:]


def _hears_every_engine(decorator: Expression) -> bool:
    """`@event.listens_for(Engine, "connect")`: a listener of the class, not of one engine."""
    if not isinstance(decorator, Call) or not decorator.args:
        return False
    heard = decorator.args[0].value
    return getattr(heard, "attr", getattr(heard, "id", "")) == "Engine"


def _value(name: str, text: str) -> Union[str, Unknown]:
    return text if re.fullmatch(r"\w+", text) else Unknown(f"`{name}` is set to a computed value")


def calls_in(found: Iterable[Block]) -> Iterator[tuple[Block, Call]]:
    """The calls in blocks, each with its block."""
    for block in found:
        for node in nodes(block.statements):
            if isinstance(node, Call):
                yield block, node


def strings_in(found: Iterable[Block]) -> list[str]:
    """The texts in blocks, in order, those with unknown parts too."""
    texts = []
    for block in found:
        inside: set[int] = set()
        for node in nodes(block.statements):
            if isinstance(node, FString):
                texts.append("".join(_part(part) for part in node.parts))
                inside.update(id(part) for part in node.parts)
            elif isinstance(node, Constant) and isinstance(node.value, str) and id(node) not in inside:
                texts.append(node.value)
    return texts


def _part(part: Expression) -> str:
    return part.value if isinstance(part, Constant) and isinstance(part.value, str) else HOLE


def _entry(node: object, name: str) -> Expression | None:
    """The value that a dict display or a call's keyword gives for a name."""
    for item in getattr(node, "items", ()):
        key = getattr(item, "key", None)
        if isinstance(key, Constant) and key.value == name:
            return item.value  # type: ignore[no-any-return]
    return node.keyword(name) if isinstance(node, Call) else None
