"""Attributes that a project registers on requests: Pyramid's `config.add_request_method(function, name)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.interpret.events.function import Flow
from schemalint.interpret.events.values import Instance, Value, with_how
from schemalint.interpret.program import REGISTERS
from schemalint.ir import Attribute, Call, Constant, FunctionDef, Name

if TYPE_CHECKING:
    from schemalint.interpret.events.evidence import Evidence

_REQUESTS = frozenset({"pyramid.request.Request"})


def is_request(instance: Instance) -> bool:
    """Whether the object is a request on which a project can register attributes."""
    return instance.name in _REQUESTS


def of_request(evidence: Evidence, node: Attribute) -> Value | None:
    """What `request.<name>` is where the project registers such an attribute ."""
    owner = node.value
    spelled = owner.id if isinstance(owner, Name) else owner.attr if isinstance(owner, Attribute) else ""
    return evidence.requests().get(node.attr) if spelled in ("request", "_request") else None


def registered_on_requests(evidence: Evidence) -> dict[str, Value]:
    """What `config.add_request_method(function, name)` registers in the functions of the project."""
    found: dict[str, Value] = {}
    for path in evidence.program.registering:
        for node in evidence.program.modules[path].body:
            if isinstance(node, FunctionDef) and REGISTERS in node.body:
                flow = evidence.flow(path, node)
                for site in flow.calls:
                    func = site.node.func
                    if isinstance(func, Attribute) and func.attr == "add_request_method" and site.node.args:
                        _register(evidence, flow, site.node, found)
    return found


def _register(evidence: Evidence, flow: Flow, call: Call, found: dict[str, Value]) -> None:
    positional = [argument.value for argument in call.args if argument.keyword is None]
    function = call.keyword("callable") or (positional[0] if positional else None)
    name = call.keyword("name") or (positional[1] if len(positional) > 1 else None)
    if function is None or not isinstance(name, Constant) or not isinstance(name.value, str):
        return
    value = with_how(evidence.provided(flow.path, function, flow), "request")
    if value is not None:
        found[name.value] = value
