"""What the expressions of a registration stand for: the object that it is made on, and the handler that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Union

from schemalint.interpret.resolutions import (
    BoundValue,
    ClassAttribute,
    DefinedClass,
    DefinedFunction,
    External,
    Resolution,
    Unresolved,
)
from schemalint.interpret.resolve import ancestry, member, name_of, resolve
from schemalint.interpret.scopes import Assigned, Defined, blocks_of
from schemalint.ir import (
    Assign,
    Attribute,
    Call,
    ClassDef,
    Constant,
    Expression,
    FunctionDef,
    IfExp,
    Name,
    Return,
    Statement,
    Subscript,
    statements_of,
)
from schemalint.readers.routes.common import Context, Made, Site, Survey, argument, callers, last_name

_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Value:
    """A value of which the expression is known, or only the annotation, and where that stands."""

    context: Context
    expression: Expression | None
    annotation: Expression | None = None
    parameter: str | None = None


def meaning(survey: Survey, context: Context, expression: Expression, depth: int = _DEPTH) -> Union[Resolution, Value]:
    """What a name stands for where it is used, values of functions around it included. Any other expression is a
    value of itself."""
    if not isinstance(expression, (Name, Attribute)):
        return Value(context, expression)
    if depth == 0:
        return Unresolved("the name leads through too many others")
    head: Expression = expression
    while isinstance(head, Attribute):
        head = head.value
    bound = context.lookup(head.id) if isinstance(head, Name) else None
    if isinstance(head, Name) and head.id == context.first and isinstance(expression, Attribute):
        return _of_self(survey, context, expression, depth)
    if bound is None:
        return _settled(survey, resolve(survey.program, context.path, expression), depth)
    binding, layer = bound
    if isinstance(binding, Assigned):
        if isinstance(expression, Attribute):
            return _attribute(survey, context, expression, depth)
        if binding.value is None:
            is_parameter = context.function is not None and binding.reason == "a parameter"
            return Value(context, None, binding.annotation, expression.id if is_parameter else None)
        return _value(survey, context, binding.value, binding.annotation, depth)
    found = resolve(survey.program, context.path, expression, layer.scope)
    if isinstance(binding, Defined) and isinstance(expression, Name):
        qualifier = layer.qualifier
        if isinstance(found, DefinedFunction):
            return DefinedFunction(context.path, found.node, qualifier)
        if isinstance(found, DefinedClass):
            return DefinedClass(context.path, found.node, qualifier)
    return _settled(survey, found, depth)


def _value(
    survey: Survey, context: Context, expression: Expression, annotation: Expression | None, depth: int
) -> Union[Resolution, Value]:
    if isinstance(expression, (Name, Attribute)):
        return meaning(survey, context, expression, depth - 1)
    return Value(context, expression, annotation)


def _settled(survey: Survey, found: Resolution, depth: int) -> Union[Resolution, Value]:
    """A resolution, values of modules and classes as values."""
    if isinstance(found, BoundValue):
        if found.expression is None:
            return Value(Context(found.path), None, found.annotation)
        return _value(survey, Context(found.path), found.expression, found.annotation, depth)
    if isinstance(found, ClassAttribute) and (found.expression is not None or found.annotation is not None):
        return Value(Context(found.path).in_class(found.node), found.expression, found.annotation)
    return found


def _attribute(survey: Survey, context: Context, expression: Attribute, depth: int) -> Union[Resolution, Value]:
    """An attribute of a local value: of a module or class that it names."""
    owner = meaning(survey, context, expression.value, depth - 1)
    if isinstance(owner, Value):
        return Unresolved("an attribute of a value")
    return _settled(survey, member(survey.program, context.path, owner, expression.attr), depth)


def _of_self(survey: Survey, context: Context, expression: Attribute, depth: int) -> Union[Resolution, Value]:
    """`self.x`: a method, an attribute of the class, or what a method of the class assigns to it."""
    if not isinstance(expression.value, Name) or context.owner is None:
        return Unresolved("an attribute of a value")
    program = survey.program
    owner = DefinedClass(context.path, context.owner, context.owner_qualifier)
    found = member(program, context.path, owner, expression.attr)
    if isinstance(found, DefinedFunction):
        return found
    for holder in (owner, *ancestry(program, owner.path, owner.node)):
        if isinstance(holder, DefinedClass):
            value = _assigned_to_self(holder, expression.attr)
            if value is not None:
                return _value(survey, value[0], value[1], None, depth)
    return _settled(survey, found, depth)


def _assigned_to_self(holder: DefinedClass, name: str) -> tuple[Context, Expression] | None:
    inside = Context(holder.path, qualifier=holder.qualifier).in_class(holder.node)
    for method in holder.node.body:
        if isinstance(method, FunctionDef) and method.parameters and name.encode() in method.body:
            for node in flat(statements_of(method)):
                if isinstance(node, Assign) and any(
                    isinstance(target, Attribute)
                    and target.attr == name
                    and isinstance(target.value, Name)
                    and target.value.id == method.parameters[0].name
                    for target in node.targets
                ):
                    return inside.in_function(method), node.value
    return None


def flat(statements: Iterable[Statement]) -> Iterator[Statement]:
    """The statements, those of compound ones too, without those of definitions."""
    for node in statements:
        yield node
        for block in blocks_of(node):
            yield from flat(block)


def made(survey: Survey, context: Context, expression: Expression, depth: int = _DEPTH) -> Made | None:
    """The object that an expression stands for, where it is evident which class it has."""
    if depth == 0:
        return None
    if isinstance(expression, (Name, Attribute)):
        found = meaning(survey, context, expression)
        return _of_value(survey, found, depth) if isinstance(found, Value) else None
    if isinstance(expression, IfExp):
        return made(survey, context, expression.body, depth - 1) or made(survey, context, expression.orelse, depth - 1)
    if isinstance(expression, Call):
        return _of_call(survey, context, expression, depth)
    return None


def _of_value(survey: Survey, value: Value, depth: int) -> Made | None:
    found = None
    if value.expression is not None:
        found = made(survey, value.context, value.expression, depth - 1)
    elif value.parameter is not None:
        found = _of_argument(survey, value.context, value.parameter, depth)
    if found is None and value.annotation is not None:
        kinds = _annotated(survey, value.context, value.annotation)
        if kinds:
            return Made(kinds, (value.context.path, value.annotation.start), value.context)
    return found


def _annotated(survey: Survey, context: Context, annotation: Expression) -> frozenset[str]:
    if isinstance(annotation, Constant) and isinstance(annotation.value, str) and annotation.value.isidentifier():
        annotation = Name(annotation.value, annotation.start, annotation.end)
    while isinstance(annotation, Subscript):
        inside = last_name(annotation.value)
        annotation = annotation.index if inside == "Optional" else annotation.value
    found = meaning(survey, context, annotation)
    return frozenset() if isinstance(found, Value) else kinds_of(survey, found)


def kinds_of(survey: Survey, found: Resolution) -> frozenset[str]:
    """The names of a class and of all that it inherits from; none where it is no class."""
    if isinstance(found, External):
        return frozenset({found.name})
    if isinstance(found, DefinedClass):
        above = (found, *ancestry(survey.program, found.path, found.node))
        return frozenset(name for kind in above if (name := name_of(survey.program, kind)) is not None)
    return frozenset()


def _of_call(survey: Survey, context: Context, call: Call, depth: int) -> Made | None:
    found = meaning(survey, context, call.func)
    if isinstance(found, DefinedFunction):
        return _returned(survey, found, depth)
    if isinstance(found, Value):
        return None
    kinds = kinds_of(survey, found)
    return Made(kinds, (context.path, call.start), context, call) if kinds else None


def _returned(survey: Survey, found: DefinedFunction, depth: int) -> Made | None:
    """What a function of the project returns: the object that it makes, else what its annotation says."""
    inside = Context(found.path, qualifier=found.qualifier).in_function(found.node)
    for node in flat(statements_of(found.node)):
        if isinstance(node, Return) and node.value is not None:
            result = made(survey, inside, node.value, depth - 1)
            if result is not None:
                return result
    returns = found.node.returns
    kinds = _annotated(survey, Context(found.path), returns) if returns is not None else frozenset()
    return Made(kinds, (found.path, found.node.start), inside) if kinds else None


def _of_argument(survey: Survey, context: Context, parameter: str, depth: int) -> Made | None:
    """What the calls of a function in the project pass for a parameter: the first that is evident."""
    function = context.function
    if function is None or depth <= 2 or all(item.name != parameter for item in function.parameters):
        return None
    key = (context.path, function.start, parameter)
    if key not in survey.arguments:
        survey.arguments[key] = None  # a function that calls itself tells nothing
        passed = _passed(survey, context, function, parameter)
        found = (made(survey, site, given, depth - 2) for site, given in passed)
        survey.arguments[key] = next((result for result in found if result is not None), None)
    return survey.arguments[key]


def _passed(
    survey: Survey, context: Context, function: FunctionDef, parameter: str
) -> Iterator[tuple[Context, Expression]]:
    """What the calls of a function, or of the class that it initialises, give for a parameter."""
    names = [item.name for item in function.parameters]
    is_method = context.owner is not None and context.first == names[0]
    position = names.index(parameter) - (1 if is_method else 0)
    initialises = context.owner if function.name == "__init__" else None
    sought = initialises if initialises is not None else function
    for site in callers(survey, sought.name):
        called = meaning(survey, site.context, site.node.func)
        if not (isinstance(called, (DefinedFunction, DefinedClass)) and called.path == context.path):
            continue
        given = argument(site.node, parameter, position if position >= 0 else None)
        if called.node.start == sought.start and given is not None:
            yield site.context, given


Target = Union[DefinedFunction, DefinedClass]


def target(survey: Survey, context: Context, expression: Expression, depth: int = _DEPTH) -> Target | None:
    """The function or class of the project that an expression names as a handler.

    `Users.as_view(...)` names the class; a call that wraps a handler (`login_required(index)`, `partial(index, 1)`)
    names what it wraps.
    """
    if depth == 0:
        return None
    if isinstance(expression, (Name, Attribute)):
        found = meaning(survey, context, expression)
        if isinstance(found, (DefinedFunction, DefinedClass)):
            return found
        if isinstance(found, Value) and found.expression is not None:
            return target(survey, found.context, found.expression, depth - 1)
        return None
    if not isinstance(expression, Call):
        return None
    if isinstance(expression.func, Attribute) and expression.func.attr == "as_view":
        return target(survey, context, expression.func.value, depth - 1)
    for arg in expression.args:
        found_inside = target(survey, context, arg.value, depth - 1)
        if found_inside is not None:
            return found_inside
    return target(survey, context, expression.func.func, depth) if isinstance(expression.func, Call) else None


def method(survey: Survey, owner: DefinedClass, name: str) -> DefinedFunction | None:
    """The method of a class, which one of its bases in the project may define."""
    for holder in (owner, *ancestry(survey.program, owner.path, owner.node)):
        if isinstance(holder, DefinedClass):
            binding = survey.program.class_scope(holder.path, holder.node).lookup(name)
            if isinstance(binding, Defined) and isinstance(binding.node, FunctionDef):
                inside = f"{holder.qualifier}.{holder.node.name}" if holder.qualifier else holder.node.name
                return DefinedFunction(holder.path, binding.node, inside)
    return None


def class_attribute(survey: Survey, owner: DefinedClass, name: str) -> Value | None:
    """The value of an attribute that a class or a base of it in the project assigns in its body."""
    for holder in (owner, *ancestry(survey.program, owner.path, owner.node)):
        if isinstance(holder, DefinedClass):
            binding = survey.program.class_scope(holder.path, holder.node).lookup(name)
            if isinstance(binding, Assigned):
                return Value(Context(holder.path, qualifier=holder.qualifier).in_class(holder.node), binding.value)
    return None


def own_class(site: Site[ClassDef]) -> DefinedClass:
    """The class at a site."""
    return DefinedClass(site.context.path, site.node, site.context.qualifier)
