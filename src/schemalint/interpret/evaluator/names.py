"""Names and attributes: what the resolver finds, made into values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemalint.diagnostics import Place
from schemalint.interpret.evaluator.builtins import builtin_of
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.homes import canonical, instance_attribute
from schemalint.interpret.resolutions import (
    BoundValue,
    ClassAttribute,
    DefinedClass,
    DefinedFunction,
    External,
    ModuleRef,
    Resolution,
)
from schemalint.interpret.resolve import ancestry, resolve
from schemalint.interpret.scopes import Assigned, Binding, Defined, Scope
from schemalint.interpret.values import (
    MISSING,
    Class,
    Frame,
    Function,
    Instance,
    Items,
    Made,
    Member,
    Missing,
    Module,
    Symbol,
    Unsure,
    Value,
)
from schemalint.ir import Attribute, ClassDef, Expression, FunctionDef, Lambda, Name

_ENUMS = frozenset({"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"})
_SETTINGS = frozenset({"pydantic.BaseSettings", "pydantic_settings.BaseSettings"})
_PROPERTIES = frozenset({"property", "cached_property", "hybrid_property"})


def global_value(machine: Machine, path: str, node: Name | Attribute, local: Scope | None = None) -> Value | Missing:
    """What a name or a chain of attributes is worth in a module; MISSING where the resolver does not know it, and for
    the attribute of a class: that is asked of the class, of which a framework may know more."""
    if path not in machine.program.modules:
        return MISSING
    found = resolve(machine.program, path, node, local if local is not None else frozenset())
    of_class = isinstance(found, ClassAttribute) or (isinstance(found, DefinedFunction) and _is_of_class(found.node))
    if of_class and isinstance(node, Attribute):
        return MISSING
    return value_of(machine, found)


def is_object(machine: Machine, path: str, node: Name) -> bool:
    """Whether a name of a module holds an object: its attributes are asked of the object, not of the resolver."""
    return path in machine.program.modules and isinstance(resolve(machine.program, path, node), BoundValue)


def value_of(machine: Machine, found: Resolution) -> Value | Missing:
    """The value of what a name resolves to."""
    if isinstance(found, External):
        name = canonical(found.name)
        plain = name.removeprefix("builtins.")
        return (builtin_of(plain) if plain != name else None) or Symbol(name)
    if isinstance(found, ModuleRef):
        return Module(found.path)
    if isinstance(found, DefinedFunction):
        return Function(found.path, found.node)
    if isinstance(found, DefinedClass):
        return Class(found.path, found.node)
    if isinstance(found, BoundValue):
        if found.ambiguous:
            return Unsure(f"{found.name} may have been given another value")
        return constant(machine, found.path, found.expression, f"the value of {found.name} is not written down")
    if isinstance(found, ClassAttribute):
        return class_attribute(machine, Class(found.path, found.node), found.name)
    return MISSING


def constant(machine: Machine, path: str, expression: Expression | None, reason: str) -> Value:
    """What an expression at module level is worth."""
    if expression is None:
        return Unsure(reason)
    key = (path, expression.start)
    if key not in machine.constants:
        machine.constants[key] = Unsure("it is defined by itself")
        machine.constants[key] = machine.value(expression, Frame(path))
    return machine.constants[key]


def attribute_of(machine: Machine, owner: Value, name: str, place: Callable[[], Place]) -> Value:
    """`owner.name`. `place` tells where it is asked for: a property runs there."""
    known = machine.framework.attribute(owner, name)
    if not isinstance(known, Missing):
        return known
    if isinstance(owner, Symbol):
        return Symbol(canonical(f"{owner.name}.{name}"))
    if isinstance(owner, Module):
        found = global_value(machine, owner.path, Name(name, 0, 0))
        return Unsure(f"{owner.path} does not say what {name} is") if isinstance(found, Missing) else found
    if isinstance(owner, Class):
        found = class_attribute(machine, owner, name)
        if isinstance(found, Function) and _is_of_class(found.node):
            return Function(found.path, found.node, found.closure, owner)
        return Member(owner, name) if isinstance(found, Missing) else found
    if isinstance(owner, Instance):
        return _instance_attribute(machine, owner, name, place)
    if isinstance(owner, Unsure):
        return Unsure(owner.reason, owner.existence)
    home = instance_attribute(owner.callee, name) if isinstance(owner, Made) and owner.owner is None else None
    return Symbol(home) if home is not None else Member(owner, name)


def class_attribute(machine: Machine, owner: Class, name: str) -> Value | Missing:
    """An attribute of a class of the project, inherited ones included; MISSING where it has none that is known."""
    if name == "__name__":
        return owner.node.name
    if name == "__members__" and is_enum(machine, owner):
        return Items("list", [str(member.fields["name"]) for member in enum_members(machine, owner)])
    for holder in lineage(machine, owner):
        binding = machine.program.class_scope(holder.path, holder.node).lookup(name)
        if isinstance(binding, Defined):
            if isinstance(binding.node, ClassDef):
                return Class(holder.path, binding.node, holder.closure)
            return Function(holder.path, binding.node, holder.closure)
        if isinstance(binding, Assigned) and binding.value is not None:
            if is_enum(machine, owner):
                return next((m for m in enum_members(machine, owner) if m.fields["name"] == name), MISSING)
            return _in_class(machine, holder, binding.value)
    return MISSING


def _in_class(machine: Machine, holder: Class, expression: Expression) -> Value:
    key = (holder.path, expression.start)
    if key not in machine.constants:
        machine.constants[key] = Unsure("it is defined by itself")
        names = machine.program.class_scope(holder.path, holder.node)
        frame = Frame(holder.path, {}, holder.closure)
        if isinstance(expression, Name) and _is_earlier(names.lookup(expression.id), expression):
            found = class_attribute(machine, holder, expression.id)
            machine.constants[key] = Unsure("a name of the class") if isinstance(found, Missing) else found
        else:
            machine.constants[key] = machine.value(expression, frame)
    return machine.constants[key]


def _is_earlier(binding: Binding | None, expression: Expression) -> bool:
    """Whether a name of the class is bound before an expression of it: `Kind = Kind` takes the one of the module."""
    if isinstance(binding, Assigned):
        return binding.value is None or binding.value.start < expression.start
    return binding is not None


def lineage(machine: Machine, owner: Class) -> Iterator[Class]:
    """The class and those of the project that it inherits from."""
    yield owner
    for base in ancestry(machine.program, owner.path, owner.node):
        if isinstance(base, DefinedClass):
            yield Class(base.path, base.node)


def inherits(machine: Machine, owner: Class, names: frozenset[str]) -> bool:
    """Whether a class inherits from one of these classes of libraries."""
    bases = ancestry(machine.program, owner.path, owner.node)
    return any(isinstance(base, External) and canonical(base.name) in names for base in bases)


def is_enum(machine: Machine, owner: Class) -> bool:
    """Whether a class is an enum of Python."""
    return inherits(machine, owner, _ENUMS)


def enum_members(machine: Machine, owner: Class) -> list[Instance]:
    """The members of an enum of Python: objects with `name` and `value`."""
    found: list[Instance] = []
    lower = inherits(machine, owner, frozenset({"enum.StrEnum"}))
    for name, bindings in machine.program.class_scope(owner.path, owner.node).bindings.items():
        binding = bindings[-1]
        if name.startswith("_") or not isinstance(binding, Assigned) or binding.value is None:
            continue
        value = machine.value(binding.value, Frame(owner.path, {}, owner.closure))
        if getattr(value, "callee", None) == "enum.auto":
            value = name.lower() if lower else len(found) + 1
        found.append(Instance(owner, {"name": name, "value": value}))
    return found


def _instance_attribute(machine: Machine, owner: Instance, name: str, place: Callable[[], Place]) -> Value:
    if name in owner.fields:
        return owner.fields[name]
    if inherits(machine, owner.of, _SETTINGS) and not isinstance(
        class_attribute(machine, owner.of, name), (Function, Missing)
    ):
        return Unsure(f"{name} is a setting")
    if name == "__class__":
        return owner.of
    found = class_attribute(machine, owner.of, name)
    if isinstance(found, Missing):
        bases = ancestry(machine.program, owner.of.path, owner.of.node)
        homes = [instance_attribute(canonical(base.name), name) for base in bases if isinstance(base, External)]
        return next((Symbol(home) for home in homes if home is not None), Member(owner, name))
    if isinstance(found, Function) and isinstance(found.node, FunctionDef):
        bound = owner.of if _is_of_class(found.node) else owner
        method = Function(found.path, found.node, found.closure, bound)
        decorators = {_last(decorator) for decorator in found.node.decorators}
        if decorators & _PROPERTIES:
            return machine.call(method, (), place())
        return found if "staticmethod" in decorators else method
    return found


def _is_of_class(node: FunctionDef | Lambda) -> bool:
    """Whether a method is given the class that it is asked of."""
    return isinstance(node, FunctionDef) and any(_last(each) == "classmethod" for each in node.decorators)


def _last(node: Expression) -> str:
    return node.attr if isinstance(node, Attribute) else node.id if isinstance(node, Name) else ""
