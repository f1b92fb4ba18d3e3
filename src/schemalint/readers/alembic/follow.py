"""Functions of a project that bear the name of an operation."""

from __future__ import annotations

from schemalint.interpret.values import Function, Given
from schemalint.readers.alembic.signatures import OPERATIONS, fits


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
