"""Functions of a project that bear the name of an operation."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.evaluator.names import global_value
from schemalint.interpret.values import MISSING, Function, Given, Missing, Symbol, Value
from schemalint.ir import FunctionDef, Name, statements_of
from schemalint.readers.alembic.handles import is_database
from schemalint.readers.alembic.signatures import OPERATIONS, fits
from schemalint.readers.nodes import nodes

_FARTHEST = 3


def stands_for(callee: Function, name: str) -> bool:
    """Whether a function can stand for the operation that bears its name."""
    kinds = {parameter.kind for parameter in callee.node.parameters}
    parameters = tuple(parameter.name for parameter in callee.node.parameters if parameter.name not in ("op", "self"))
    return name in OPERATIONS and fits(name, parameters, {"var-positional", "var-keyword"} <= kinds)


def named(callee: Function, args: tuple[Given, ...]) -> tuple[Given, ...]:
    """The arguments under the names that the function's own parameters give them."""
    parameters = [p for p in callee.node.parameters if p.kind in ("positional", "positional-only")]
    found: list[Given] = []
    for arg in args:
        if arg.keyword is None and parameters:
            parameter = parameters.pop(0)
            if parameter.name != "op":
                found.append(Given(parameter.name, arg.value, arg.place))
        else:
            found.append(arg)
    return tuple(found)


def reaches_database(machine: Machine, function: Function, depth: int = _FARTHEST) -> bool:
    """Whether a function names what leads to the database: `op`, a connection, or a function that does."""
    for value in _named_in(machine, function):
        if is_database(value) or (isinstance(value, Symbol) and value.name.startswith("alembic.")):
            return True
        inner = value if isinstance(value, Function) and value.node is not function.node else None
        if inner is not None and depth > 0 and reaches_database(machine, inner, depth - 1):
            return True
    return False


def _named_in(machine: Machine, function: Function) -> Iterator[Value]:
    """The values of the names in the body of a function, as far as they come from around it."""
    node = function.node
    body = statements_of(node) if isinstance(node, FunctionDef) else (node.body,)
    seen: set[str] = set()
    for part in body:
        for name in nodes(part):
            if not isinstance(name, Name) or name.id in seen:
                continue
            seen.add(name.id)
            found = function.closure.lookup(name.id) if function.closure is not None else MISSING
            found = global_value(machine, function.path, name) if isinstance(found, Missing) else found
            if not isinstance(found, Missing):
                yield found
