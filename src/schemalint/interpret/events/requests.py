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
    return evidence.on_request(node.attr) if spelled in ("request", "_request") else None


def registered_on_requests(evidence: Evidence, name: str) -> Value | None:
    """What `config.add_request_method(function, name)` registers under a name in the functions of the project."""
    found = None
    for path in evidence.program.registering:
        for node in evidence.program.modules[path].body:
            if isinstance(node, FunctionDef) and REGISTERS in node.body and name.encode() in node.body:
                flow = evidence.flow(path, node)
                for site in flow.calls:
                    func = site.node.func
                    if isinstance(func, Attribute) and func.attr == "add_request_method" and site.node.args:
                        found = _registered(evidence, flow, site.node, name) or found
    return found


def _registered(evidence: Evidence, flow: Flow, call: Call, name: str) -> Value | None:
    positional = [argument.value for argument in call.args if argument.keyword is None]
    function = call.keyword("callable") or (positional[0] if positional else None)
    given = call.keyword("name") or (positional[1] if len(positional) > 1 else None)
    if function is None or not isinstance(given, Constant) or given.value != name:
        return None
    return with_how(evidence.provided(flow.path, function, flow), "request")
