"""Objects, functions and classes: what their attributes are and what calling them gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from schemalint.interpret.events import annotations as events_annotations
from schemalint.interpret.events.function import Definition, Flow, Where
from schemalint.interpret.events.library import (
    ASYNC_SCOPED,
    ASYNC_SESSIONMAKER,
    AWAITED_ITSELF,
    CLASSES_IN_LOWER_CASE,
    SCOPED,
    SESSIONMAKER,
    default_argument,
    given_by_attribute,
    given_by_call,
    like,
)
from schemalint.interpret.events.values import (
    ClassValue,
    Foreign,
    FunctionValue,
    Instance,
    Later,
    Value,
    is_none,
    merged,
    with_how,
)
from schemalint.interpret.homes import canonical, instance_attribute
from schemalint.interpret.resolutions import DefinedClass, DefinedFunction, External
from schemalint.interpret.resolve import ancestry, name_of, qualified_name
from schemalint.interpret.scopes import Assigned, Defined
from schemalint.ir import Call, Expression, FunctionDef, Name

if TYPE_CHECKING:
    from schemalint.interpret.events.evidence import Evidence

_PROPERTIES = frozenset(
    {
        "builtins.property",
        "functools.cached_property",
        "werkzeug.utils.cached_property",
        "django.utils.functional.cached_property",
        "pyramid.decorator.reify",
    }
)
_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_SESSION_FACTORIES = frozenset({SESSIONMAKER, ASYNC_SESSIONMAKER})
_SCOPED = frozenset({SCOPED, ASYNC_SCOPED})
_BARE = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})


def called(evidence: Evidence, where: Where, function: Value, call: Call) -> Value | None:
    """What calling the value gives."""
    if isinstance(function, Foreign):
        return _called_foreign(evidence, where, function, call)
    if isinstance(function, ClassValue):
        if function.defined is None and function.name in _SESSION_FACTORIES | _SCOPED and not function.args:
            return _called_foreign(evidence, where, Foreign(function.name), call)
        return Instance(function.name, function.defined, function.args)
    if isinstance(function, FunctionValue):
        return returned(evidence, function)
    if isinstance(function, Later):
        return function.value if function.kind == "call" else None
    if isinstance(function, Instance):
        method = attribute_of(evidence, function, "__call__")
        return None if method is None else called(evidence, where, method, call)
    return None


def _called_foreign(evidence: Evidence, where: Where, function: Foreign, call: Call) -> Value | None:
    name = function.name
    positional = [item.value for item in call.args if item.keyword is None and item.star == 0]
    first = positional[0] if positional else None
    if name in _SESSION_FACTORIES:
        made = call.keyword("class_") or (positional[1] if len(positional) > 1 else None)
        value = None if made is None else evidence.value(where, made)
        known = _instance_of(value) or (Instance(default_argument(name) or "") if made is None else None)
        return None if known is None else Instance(name, None, (known,))
    if name in _SCOPED:
        factory = None if first is None else evidence.value(where, first)
        value = None if factory is None else called(evidence, where, factory, call)
        return Instance(name, None, (value,) if value is not None else (Instance(default_argument(name) or ""),))
    if first is not None:
        if name == "functools.partial":
            return evidence.value(where, first)
        if name == "typing.cast":
            return events_annotations.annotated(evidence, where.path, first)
        if name in ("contextlib.closing", "contextlib.aclosing", "contextlib.nullcontext"):
            value = evidence.value(where, first)
            return None if value is None else Later("context", value)
        if name in ("builtins.next", "builtins.anext"):
            value = evidence.value(where, first)
            return value.value if isinstance(value, Later) and value.kind == "iterate" else None
    given = given_by_call(name)
    if given is not None:
        return _given(given, function.owner)
    short = name.rpartition(".")[2]
    if function.owner is None and (short[:1].isupper() or name in CLASSES_IN_LOWER_CASE):
        return Instance(name)
    return None


def _instance_of(value: Value | None) -> Instance | None:
    if isinstance(value, ClassValue):
        return Instance(value.name, value.defined, value.args)
    return Instance(value.name) if isinstance(value, Foreign) and value.owner is None else None


def _given(spec: str, owner: Instance | None) -> Value | None:
    """The value that an entry of the library tables means."""
    kind, _, name = spec.rpartition(" ")
    if kind == "class":
        return Foreign(name)
    value: Value | None
    if name == "self":
        value = owner
    elif name == "@0":
        argument = None if owner is None else default_argument(owner.name)
        value = owner.args[0] if owner is not None and owner.args else Instance(argument) if argument else None
    else:
        value = Instance(name)
    return Later(kind, value) if kind and value is not None else value


def returned(evidence: Evidence, function: FunctionValue) -> Value | None:
    """What a function of the project returns, by its annotation or, without one, by what its body evidently returns."""
    path, node = function.function.path, function.function.node
    key = (path, node.start)
    if key not in evidence.returned:
        evidence.returned[key] = None
        evidence.returned[key] = _returned(evidence, function)
    found = evidence.returned[key]
    if found is None and node.returns is not None and isinstance(function.owner, Instance):
        own = qualified_name(evidence.program, path, node.returns) in ("typing.Self", "typing_extensions.Self")
        return function.owner if own else None
    return found


def _returned(evidence: Evidence, function: FunctionValue) -> Value | None:
    path, node = function.function.path, function.function.node
    context = any(
        qualified_name(evidence.program, path, decorator) in _CONTEXT_MANAGERS for decorator in node.decorators
    )
    value, generator = None, context
    if node.returns is not None:
        value = events_annotations.annotated(evidence, path, node.returns)
    if value is None or isinstance(value, Later):
        flow = flow_of_value(evidence, function)
        generator = generator or bool(flow.yields)
    if value is None:
        from_body = flow.yields if generator else flow.returns
        value = _all(evidence, flow, from_body)
        value = Later("iterate", value) if generator and value is not None else value
    elif generator and not isinstance(value, Later):
        value = Later("iterate", value)  # annotated with what it yields
    if value is None:
        return None
    if context:
        return Later("context", value.value) if isinstance(value, Later) and value.kind == "iterate" else value
    return Later("await", value) if node.is_async and not generator else value


def _all(evidence: Evidence, flow: Flow, expressions: list[tuple[Expression, int]]) -> Value | None:
    found = []
    for expression, region in expressions:
        if is_none(expression):
            continue
        value = evidence.value(Where(flow.path, flow, region), expression)
        if value is None:
            return None
        found.append(value)
    return merged(found)


def flow_of_value(evidence: Evidence, function: FunctionValue) -> Flow:
    """The flow of a function of the project."""
    return evidence.flow(function.function.path, function.function.node, function.enclosing)


def provided(evidence: Evidence, where: Where, expression: Expression) -> Value | None:
    """What a framework gets from a provider: the value itself, whether it is returned, awaited or yielded."""
    function = evidence.value(where, expression)
    if function is None:
        return None
    value = called(evidence, where, function, Call(expression, (), expression.start, expression.end))
    while isinstance(value, Later) and value.kind != "call":
        value = value.value
    return value


def parameter(evidence: Evidence, flow: Flow, definition: Definition) -> Value | None:
    """What a parameter of a function is given."""
    node = flow.node
    if flow.owner is not None and node.parameters and _is_first(definition, flow):
        names = {qualified_name(evidence.program, flow.path, decorator) for decorator in node.decorators}
        if "builtins.staticmethod" not in names:
            name = name_of(evidence.program, flow.owner) or flow.owner.node.name
            if "builtins.classmethod" in names or node.name in ("__new__", "__init_subclass__", "__class_getitem__"):
                return ClassValue(name, flow.owner)
            return Instance(name, flow.owner, (), "attribute")
    found = None
    if definition.annotation is not None:
        found = events_annotations.annotated(evidence, flow.path, definition.annotation)
    depends, function = events_annotations.provider(evidence, flow.path, definition.value)
    if depends:
        if found is None and function is not None:
            found = provided(evidence, Where(flow.path, flow), function)
        return with_how(found, "dependency")
    if found is None and definition.annotation is None and definition.value is not None:
        default = evidence.value(Where(flow.path, flow.enclosing), definition.value)
        return with_how(default, "parameter") if isinstance(default, Instance) else None
    return found


def _is_first(definition: Definition, flow: Flow) -> bool:
    first = flow.node.parameters[0]
    known = flow.definitions.get(first.name)
    return first.kind.startswith("positional") and bool(known) and known is not None and known[0] is definition


def attribute_of(evidence: Evidence, instance: Instance, name: str) -> Value | None:
    """What an attribute of an object is."""
    if instance.defined is None:
        full = f"{instance.name}.{name}"
        given = given_by_attribute(full)
        if given is not None:
            return Instance(given, how="attribute")
        facade = instance_attribute(like(instance.name), name)
        if facade is not None and facade != f"{like(instance.name)}.{name}":
            return Foreign(facade)
        return Foreign(full, instance)
    key = (instance.defined.path, instance.defined.node.start, name)
    if key not in evidence.attributes:
        evidence.attributes[key] = None
        evidence.attributes[key] = _attribute_of(evidence, instance, instance.defined, name)
    found = evidence.attributes[key]
    if isinstance(found, (FunctionValue, Foreign)) and found.owner is not None:
        return msgspec.structs.replace(found, owner=instance)
    return found


def _attribute_of(evidence: Evidence, instance: Instance, defined: DefinedClass, name: str) -> Value | None:
    foreign: Foreign | None = None
    for holder in (defined, *ancestry(evidence.program, defined.path, defined.node)):
        if isinstance(holder, DefinedClass):
            found, known = _in_class(evidence, instance, holder, name)
            if known:
                return found
        elif isinstance(holder, External):
            if canonical(holder.name) in _BARE:
                continue
            full = f"{canonical(holder.name)}.{name}"
            given = given_by_attribute(full)
            if given is not None:
                return Instance(given, how="attribute")
            foreign = foreign or Foreign(full, instance)
        else:
            return None
    return foreign


def _in_class(evidence: Evidence, instance: Instance, holder: DefinedClass, name: str) -> tuple[Value | None, bool]:
    """What a class itself says of an attribute of its objects, and whether it says anything."""
    binding = evidence.program.class_scope(holder.path, holder.node).lookup(name)
    if isinstance(binding, Defined) and isinstance(binding.node, FunctionDef):
        method = FunctionValue(DefinedFunction(holder.path, binding.node, _inside(holder)), instance)
        names = {qualified_name(evidence.program, holder.path, item) for item in binding.node.decorators}
        if names & _PROPERTIES:
            return with_how(returned(evidence, method), "attribute"), True
        return method, True
    value = None
    if isinstance(binding, Assigned):
        if binding.annotation is not None:
            value = events_annotations.annotated(evidence, holder.path, binding.annotation)
        if value is None and binding.value is not None and not is_none(binding.value):
            value = evidence.value(Where(holder.path), binding.value)
        if value is not None:
            return with_how(value, "attribute"), True
    stored = list(_stored(evidence, holder, name))
    if not stored:
        return None, binding is not None
    return with_how(merged_known([evidence.definition(flow, item) for flow, item in stored]), "attribute"), True


def merged_known(values: list[Value | None]) -> Value | None:
    """The one value that all of them are; None where any is not known."""
    known = [value for value in values if value is not None]
    return merged(known) if len(known) == len(values) else None


def _stored(evidence: Evidence, holder: DefinedClass, name: str) -> Iterator[tuple[Flow, Definition]]:
    """What the methods of a class assign to an attribute of `self`; None is left out."""
    sought = name.encode()
    for node in holder.node.body:
        if isinstance(node, FunctionDef) and node.parameters and sought in node.body:
            flow = evidence.flow(holder.path, node)
            for target, definition in flow.stored:
                own = isinstance(target.value, Name) and target.value.id == node.parameters[0].name
                if own and target.attr == name and not is_none(definition.value):
                    yield flow, definition


def _inside(holder: DefinedClass) -> str:
    return f"{holder.qualifier}.{holder.node.name}" if holder.qualifier else holder.node.name


def entered(evidence: Evidence, instance: Instance) -> Value | None:
    """What `with` binds where the object is its context manager: what its class says, else the object."""
    if instance.defined is None:
        return instance
    for method in ("__enter__", "__aenter__"):
        found = attribute_of(evidence, instance, method)
        if isinstance(found, FunctionValue):
            value = returned(evidence, found)
            return value.value if isinstance(value, Later) and value.kind == "await" else value
    return instance


def is_awaited_itself(instance: Instance) -> bool:
    """Whether `await` gives the object itself."""
    return like(instance.name) in AWAITED_ITSELF
