"""What expressions evidently are, across the functions and modules of a program.

Nothing is run and nothing is guessed: where two ways give different classes, or one of them is not known, the value is
None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, cast

import msgspec

from schemalint.interpret.events import annotations as events_annotations
from schemalint.interpret.events import objects as events_objects
from schemalint.interpret.events import requests as events_requests
from schemalint.interpret.events.function import Definition, Flow, Where, flow_of
from schemalint.interpret.events.library import given_by_attribute, given_by_item
from schemalint.interpret.events.values import (
    ClassValue,
    Foreign,
    FunctionValue,
    Instance,
    Later,
    Module,
    Value,
    is_none,
    merged,
    with_how,
)
from schemalint.interpret.homes import canonical
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import (
    BoundValue,
    ClassAttribute,
    DefinedClass,
    DefinedFunction,
    External,
    ModuleRef,
    Resolution,
)
from schemalint.interpret.resolve import member, name_of, resolve, resolve_dotted
from schemalint.interpret.scopes import Assigned, Binding, blocks_of
from schemalint.ir import (
    Attribute,
    Await,
    BoolOp,
    Call,
    ClassDef,
    Expression,
    FunctionDef,
    IfExp,
    Name,
    NamedExpr,
    Statement,
    Subscript,
)

_Found = TypeVar("_Found")
_DEEPEST = 40
_EVERYWHERE = 1 << 60


class Evidence:
    """What is known of the values of a program. One is shared by all readers: it remembers what it found."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.returned: dict[tuple[str, int], Value | None] = {}
        self.attributes: dict[tuple[str, int, str], Value | None] = {}
        self._flows: dict[tuple[str, int], Flow] = {}
        self._around: dict[str, dict[int, tuple[FunctionDef, str, DefinedClass | None]]] = {}
        self._globals: dict[tuple[str, str], Value | None] = {}
        self._global_writers: dict[str, tuple[Flow, ...]] = {}
        self._on_request: dict[str, Value | None] = {}
        self._asks_requests = False
        self._remembered: dict[tuple[str, int], object] = {}
        self._followed: set[int] = set()
        self._depth = 0

    def flow(self, path: str, node: FunctionDef, enclosing: Flow | None = None, local: ClassDef | None = None) -> Flow:
        """The flow of a function of the module at `path`, made once.

        For a function inside a function, `enclosing` is the flow of that and `local` the class in between.
        """
        key = (path, node.start)
        found = self._flows.get(key)
        if found is None:
            if enclosing is None:
                _, qualifier, owner = self._definitions(path).get(node.start, (node, "", None))
            else:
                qualifier = f"{enclosing.qualifier}.{enclosing.node.name}.<locals>".lstrip(".")
                owner = None if local is None else DefinedClass(path, local, qualifier)
                qualifier = qualifier if local is None else f"{qualifier}.{local.name}"
            found = self._flows[key] = flow_of(path, node, qualifier, owner, enclosing)
        return found

    def definitions(self, path: str) -> tuple[tuple[FunctionDef, str], ...]:
        """The functions and methods of a module in order, without those inside functions, and what stands around each:
        "Users" for a method of that class."""
        return tuple((node, qualifier) for node, qualifier, _ in self._definitions(path).values())

    def _definitions(self, path: str) -> dict[int, tuple[FunctionDef, str, DefinedClass | None]]:
        """The functions of a module with what stands around them, by where they start."""
        found = self._around.get(path)
        if found is None:
            below = _definitions(self.program.modules[path].body, path, "", None)
            found = self._around[path] = {item[0].start: item for item in below}
        return found

    def once(self, what: str, definition: Definition, found: Callable[[], _Found | None]) -> _Found | None:
        """What a reader finds out about a definition, found out once; None while it is being followed."""
        key = (what, id(definition))
        if key not in self._remembered:
            self._remembered[key] = None
            self._remembered[key] = found()
        return cast("_Found | None", self._remembered[key])

    def value(self, where: Where, node: Expression) -> Value | None:
        """What the expression evidently is at a place."""
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        try:
            return self._value(where, node)
        finally:
            self._depth -= 1

    def _value(self, where: Where, node: Expression) -> Value | None:
        if isinstance(node, Name):
            return self._name(where, node)
        if isinstance(node, Attribute):
            owner = self.value(where, node.value)
            if owner is None or (isinstance(owner, Instance) and events_requests.is_request(owner)):
                return events_requests.of_request(self, node)
            return self.attribute(where.path, owner, node.attr)
        if isinstance(node, Call):
            function = self.value(where, node.func)
            if function is None:
                return self._setting(where, node)
            return events_objects.called(self, where, function, node)
        if isinstance(node, Await):
            return awaited(self.value(where, node.value))
        if isinstance(node, NamedExpr):
            return self.value(where, node.value)
        if isinstance(node, IfExp):
            return self._any(where, (node.body, node.orelse))
        if isinstance(node, BoolOp):
            return self._any(where, node.values) if node.op == "or" else self.value(where, node.values[-1])
        if isinstance(node, Subscript):
            return self._item(where, node)
        return None

    def _setting(self, where: Where, node: Call) -> Value | None:
        """What `settings.get(name, default)` gives: its default, where that is a function or a class of the project."""
        if isinstance(node.func, Attribute) and node.func.attr == "get" and len(node.args) == 2:
            default = self.value(where, node.args[1].value)
            return default if isinstance(default, (FunctionValue, ClassValue)) else None
        return None

    def _any(self, where: Where, nodes: tuple[Expression, ...]) -> Value | None:
        found = []
        for node in nodes:
            if is_none(node):
                continue
            value = self.value(where, node)
            if value is None:
                return None
            found.append(value)
        return merged(found)

    def _item(self, where: Where, node: Subscript) -> Value | None:
        owner = self.value(where, node.value)
        if isinstance(owner, Foreign) and owner.owner is None:
            item = given_by_item(owner.name)
            if item is not None:
                return Instance(item, how="global")
        if isinstance(owner, (Foreign, ClassValue)):
            made = events_annotations.annotated(self, where.path, node)
            if isinstance(made, Instance):
                return ClassValue(made.name, made.defined, made.args)
        return None

    def _name(self, where: Where, node: Name) -> Value | None:
        flow, region, at = where.flow, where.region, node.start
        while flow is not None:
            found = flow.reaching(node.id, region, at)
            if found is not None:
                return self._defined(flow, found)
            flow, region, at = flow.enclosing, 0, _EVERYWHERE
        return self.of(resolve_dotted(self.program, where.path, node.id))

    def _defined(self, flow: Flow, definitions: list[Definition]) -> Value | None:
        found = []
        for definition in definitions:
            if definition.annotation is None and is_none(definition.value):
                continue
            if id(definition) in self._followed:
                continue  # a loop's assignment to what it reads
            value = self.definition(flow, definition)
            if value is None:
                return None
            found.append(value)
        return merged(found)

    def definition(self, flow: Flow, definition: Definition) -> Value | None:
        """What a definition of a flow binds its name to."""
        key = id(definition)
        if key not in flow.values:
            self._followed.add(key)
            flow.values[key] = self._bound(flow, definition)
            self._followed.discard(key)
        return flow.values[key]

    def _bound(self, flow: Flow, definition: Definition) -> Value | None:
        if definition.how == "parameter":
            return events_objects.parameter(self, flow, definition)
        if definition.node is not None:
            return self._local(flow, definition.node)
        if definition.how == "imported":
            bound = (*flow.definitions.items(), *flow.outside.items())
            name = next(name for name, known in bound if definition in known)
            return self.of(resolve(self.program, flow.path, Name(name, 0, 0), flow.scope))
        if definition.annotation is not None:
            found = events_annotations.annotated(self, flow.path, definition.annotation)
            if found is not None:
                return found
        if definition.value is None or definition.index:
            return None
        value = self.value(Where(flow.path, flow, definition.region), definition.value)
        if definition.how == "with":
            return entered(self, value)
        if definition.how == "loop":
            return iterated(value)
        return value if definition.how == "assigned" else None

    def _local(self, flow: Flow, node: FunctionDef | ClassDef) -> Value:
        qualifier = f"{flow.qualifier}.{flow.node.name}.<locals>".lstrip(".")
        if isinstance(node, FunctionDef):
            return FunctionValue(DefinedFunction(flow.path, node, qualifier), None, flow)
        defined = DefinedClass(flow.path, node, qualifier)
        return ClassValue(name_of(self.program, defined) or node.name, defined)

    def of(self, found: Resolution) -> Value | None:
        """What a resolved name evidently is."""
        if isinstance(found, External):
            name = canonical(found.name)
            given = given_by_attribute(name)
            return Foreign(name) if given is None else Instance(given, how="global")
        if isinstance(found, ModuleRef):
            return Module(found)
        if isinstance(found, DefinedClass):
            return ClassValue(name_of(self.program, found) or found.node.name, found)
        if isinstance(found, DefinedFunction):
            return FunctionValue(found)
        if isinstance(found, BoundValue) and found.name:
            return self._global(found.path, found.name)
        if isinstance(found, ClassAttribute) and not found.ambiguous:
            value = None
            if found.annotation is not None:
                value = events_annotations.annotated(self, found.path, found.annotation)
            if value is None and found.expression is not None:
                value = self.value(Where(found.path), found.expression)
            return with_how(value, "global")
        return None

    def _global(self, path: str, name: str) -> Value | None:
        key = (path, name)
        if key not in self._globals:
            self._globals[key] = None
            values: list[Value] = []
            for binding in self.program.scope(path).alternatives(name):
                if isinstance(binding, Assigned) and binding.annotation is None and is_none(binding.value):
                    continue
                value = self._alternative(path, name, binding)
                if value is None:
                    values.clear()
                    break
                values.append(value)
            self._globals[key] = with_how(merged(values), "global")
        return self._globals[key]

    def _alternative(self, path: str, name: str, binding: Binding) -> Value | None:
        if not isinstance(binding, Assigned):
            return self.of(resolve_dotted(self.program, path, name))
        if binding.annotation is not None:
            found = events_annotations.annotated(self, path, binding.annotation)
            if found is not None:
                return found
        if binding.value is not None:
            return self.value(Where(path), binding.value)
        stored = [
            (flow, definition)
            for flow in self._writers(path)
            for definition in flow.outside.get(name, ())
            if not is_none(definition.value)
        ]
        values = [self.definition(flow, definition) for flow, definition in stored]
        known = [value for value in values if value is not None]
        return merged(known) if len(known) == len(values) else None

    def _writers(self, path: str) -> tuple[Flow, ...]:
        """The functions of a module that declare names global."""
        if path not in self._global_writers:
            self._global_writers[path] = tuple(
                self.flow(path, node)
                for node in self.program.modules[path].body
                if isinstance(node, FunctionDef) and b"global" in node.body
            )
        return self._global_writers[path]

    def attribute(self, path: str, owner: Value, name: str) -> Value | None:
        """What an attribute of a value evidently is, asked for in the module at `path`."""
        if isinstance(owner, Module):
            return self.of(member(self.program, path, owner.resolution, name))
        if isinstance(owner, Foreign) and owner.owner is None:
            return self.of(member(self.program, path, External(owner.name), name))
        if isinstance(owner, ClassValue) and owner.defined is not None:
            found = self.of(member(self.program, path, owner.defined, name))
            return msgspec.structs.replace(found, owner=owner) if isinstance(found, FunctionValue) else found
        if isinstance(owner, Instance):
            return events_objects.attribute_of(self, owner, name)
        return None

    def provided(self, path: str, expression: Expression, flow: Flow | None = None) -> Value | None:
        """What a framework gets from a provider: the value itself, whether it is returned, awaited or yielded."""
        return events_objects.provided(self, Where(path, flow), expression)

    def on_request(self, name: str) -> Value | None:
        """What the project registers on requests under a name; None while that is being found out for any name."""
        if self._asks_requests:
            return None
        if name not in self._on_request:
            self._asks_requests = True
            try:
                self._on_request[name] = events_requests.registered_on_requests(self, name)
            finally:
                self._asks_requests = False
        return self._on_request[name]


def _definitions(
    statements: Iterable[Statement], path: str, qualifier: str, owner: DefinedClass | None
) -> Iterator[tuple[FunctionDef, str, DefinedClass | None]]:
    for node in statements:
        if isinstance(node, FunctionDef):
            yield node, qualifier, owner
        elif isinstance(node, ClassDef):
            inside = f"{qualifier}.{node.name}" if qualifier else node.name
            yield from _definitions(node.body, path, inside, DefinedClass(path, node, qualifier))
        else:
            for block in blocks_of(node):
                yield from _definitions(block, path, qualifier, owner)


def awaited(value: Value | None) -> Value | None:
    """What comes out of `await`."""
    if isinstance(value, Later) and value.kind == "await":
        return value.value
    return value if isinstance(value, Instance) and events_objects.is_awaited_itself(value) else None


def iterated(value: Value | None) -> Value | None:
    """What a loop over the value gives."""
    return value.value if isinstance(value, Later) and value.kind == "iterate" else None


def entered(evidence: Evidence, value: Value | None) -> Value | None:
    """What `with` binds."""
    if isinstance(value, Later):
        return with_how(value.value, "with") if value.kind == "context" else None
    return None if not isinstance(value, Instance) else with_how(events_objects.entered(evidence, value), "with")
