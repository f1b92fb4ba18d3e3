"""The records that rules read, made of a flow: events with resolved callees, and what a function is."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Place
from schemalint.facts.functions import (
    AnyEvent,
    Argument,
    AwaitEvent,
    CallEvent,
    EnterEvent,
    LeaveEvent,
    ParameterDef,
    RaiseEvent,
    ReadEvent,
    ReturnEvent,
    Signature,
    WriteEvent,
    YieldEvent,
)
from schemalint.interpret.events.annotations import annotated, metadata, provider
from schemalint.interpret.events.evidence import Evidence
from schemalint.interpret.events.function import CallSite, Flow, Moment, Where
from schemalint.interpret.events.values import ClassValue, Foreign, FunctionValue, Instance, Value
from schemalint.interpret.program import Program
from schemalint.interpret.resolve import name_of, qualified_name
from schemalint.ir import (
    Attribute,
    Await,
    Call,
    Comprehension,
    Constant,
    Expression,
    Name,
    Parameter,
    Raise,
    Return,
    Subscript,
    Yield,
    span_of,
)
from schemalint.ir.nodes import Node


def text_of(node: Expression) -> str:
    """An expression as written, as far as it is names, attributes, calls and items: `get_db().users[…]`."""
    parts: list[str] = []
    while True:
        if isinstance(node, Attribute):
            parts.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, Call):
            parts.append("(…)" if node.args else "()")
            node = node.func
        elif isinstance(node, Subscript):
            parts.append("[…]")
            node = node.value
        elif isinstance(node, Await):
            node = node.value
        else:
            parts.append(node.id if isinstance(node, Name) else "…")
            return "".join(reversed(parts))


def place_of(program: Program, path: str, node: Node) -> Place:
    """Where a node stands."""
    return Place(path, span_of(program.modules[path].lines, node.start, node.end))  # type: ignore[attr-defined]


def names_in(root: Expression) -> Iterator[str]:
    """The names that an expression mentions, but for those that a comprehension in it binds for itself."""
    waiting: list[object] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            yield node.id
        elif isinstance(node, Comprehension):
            yield from _free_in(node)
        elif isinstance(node, tuple):
            waiting.extend(node)
        elif isinstance(node, Node) and not isinstance(node, Constant):
            waiting.extend(getattr(node, name) for name in node.__struct_fields__)


def _free_in(node: Comprehension) -> Iterator[str]:
    """The names of a comprehension that are those of the code around it; the first iterable stands there wholly."""
    first, *others = node.clauses
    yield from names_in(first.iterable)
    bound = {name for clause in node.clauses for name in names_in(clause.target)}
    conditions = (condition for clause in node.clauses for condition in clause.conditions)
    for part in (node.element, node.value, *(clause.iterable for clause in others), *conditions):
        if part is not None:
            yield from (name for name in names_in(part) if name not in bound)


def name_of_value(evidence: Evidence, value: Value | None) -> str | None:
    """The full name of a function or class, or of the method that calling an object runs."""
    if isinstance(value, FunctionValue):
        return name_of(evidence.program, value.function)
    if isinstance(value, (Foreign, ClassValue)):
        return value.name
    return f"{value.name}.__call__" if isinstance(value, Instance) else None


def callee_name(evidence: Evidence, where: Where, func: Expression) -> str | None:
    """The full name of what is called."""
    return name_of_value(evidence, evidence.value(where, func))


def events_of(evidence: Evidence, flow: Flow) -> tuple[AnyEvent, ...]:
    """Everything that happens in a function, in order."""
    return tuple(
        call_event(evidence, flow, item) if isinstance(item, CallSite) else _moment(evidence, flow, item)
        for item in flow.happened
    )


def call_event(evidence: Evidence, flow: Flow, site: CallSite) -> CallEvent:
    """A call with its callee resolved."""
    node = site.node
    arguments = tuple(
        Argument(
            item.keyword,
            item.star,
            tuple(dict.fromkeys(names_in(item.value))),
            item.value.value if isinstance(item.value, Constant) else None,
            item.start,
            item.end,
        )
        for item in node.args
    )
    callee = callee_name(evidence, Where(flow.path, flow, site.region), node.func)
    return CallEvent(site.region, node.start, node.end, text_of(node.func), callee, arguments, site.use)


def _moment(evidence: Evidence, flow: Flow, moment: Moment) -> AnyEvent:
    what, region = moment.what, moment.region
    if isinstance(what, int):
        record = flow.regions[what]
        if moment.kind == "enter":
            return EnterEvent(region, record.start, record.start, what)
        return LeaveEvent(region, record.end, record.end, what)
    if moment.kind == "read" and isinstance(what, Attribute):
        return ReadEvent(region, what.start, what.end, text_of(what.value), what.attr)
    if isinstance(what, Await):
        return AwaitEvent(region, what.start, what.end)
    if isinstance(what, Yield):
        return YieldEvent(region, what.start, what.end)
    if isinstance(what, Return):
        names = () if what.value is None else tuple(dict.fromkeys(names_in(what.value)))
        return ReturnEvent(region, what.start, what.end, names)
    if isinstance(what, Raise):
        return RaiseEvent(region, what.start, what.end, _raised(evidence, flow, what, region))
    text = text_of(what.value) if isinstance(what, (Attribute, Subscript)) else text_of(what)
    return WriteEvent(region, what.start, what.end, text, what.attr if isinstance(what, Attribute) else None)


def _raised(evidence: Evidence, flow: Flow, node: Raise, region: int) -> str | None:
    if node.exception is None:
        return None
    raised = node.exception.func if isinstance(node.exception, Call) else node.exception
    return callee_name(evidence, Where(flow.path, flow, region), raised)


def signature_of(evidence: Evidence, flow: Flow) -> Signature:
    """What a function is."""
    node, program = flow.node, evidence.program
    return Signature(
        path=flow.path,
        name=node.name,
        qualifier=flow.qualifier,
        owner=None if flow.owner is None else name_of(program, flow.owner),
        is_async=node.is_async,
        is_generator=bool(flow.yields),
        nested=flow.enclosing is not None,
        decorators=tuple(_decorator(evidence, flow, item) for item in node.decorators),
        parameters=tuple(_parameter(evidence, flow, item) for item in node.parameters),
        place=Place(
            flow.path, span_of(program.modules[flow.path].lines, node.name_start, node.name_start + len(node.name))
        ),
    )


def _decorator(evidence: Evidence, flow: Flow, node: Expression) -> str | None:
    func = node.func if isinstance(node, Call) else node
    return callee_name(evidence, Where(flow.path, flow.enclosing), func)


def _parameter(evidence: Evidence, flow: Flow, node: Parameter) -> ParameterDef:
    value = None if node.annotation is None else annotated(evidence, flow.path, node.annotation)
    depends, function = provider(evidence, flow.path, node.default)
    path = flow.path
    if not depends and node.annotation is not None:
        named = metadata(evidence, flow.path, node.annotation)
        path, function = named if named is not None else (path, None)
    default = node.default.func if isinstance(node.default, Call) else node.default
    return ParameterDef(
        name=node.name,
        kind=node.kind,
        type=value.name if isinstance(value, (Instance, ClassValue)) else None,
        default=None
        if default is None or isinstance(default, Constant)
        else qualified_name(evidence.program, flow.path, default),
        has_default=node.default is not None,
        provider=None if function is None else callee_name(evidence, Where(path), function),
    )


def dependencies(flow: Flow, region: int, names: set[str]) -> tuple[str, ...]:
    """Which variables of the loops around a region the names depend on, directly or through assignments in the loop."""
    loops = [number for number in flow.around(region) if flow.regions[number].variables]
    if not loops:
        return ()
    outermost = loops[-1]
    variables = {name for number in loops for name in flow.regions[number].variables}
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in variables:
            continue
        for definition in flow.definitions.get(name, ()):
            if definition.value is not None and outermost in flow.around(definition.region):
                waiting.extend(names_in(definition.value))
    return tuple(sorted(seen & variables))
