"""Calls: functions of the project are followed, builtins and methods folded, the rest becomes a symbolic term."""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from textwrap import dedent

from schemalint.diagnostics import Place
from schemalint.interpret.evaluator.branches import returned
from schemalint.interpret.evaluator.builtins import builtin
from schemalint.interpret.evaluator.collections import rows_of
from schemalint.interpret.evaluator.conditions import as_test, both, either, truth
from schemalint.interpret.evaluator.machine import DEPTH, Call, Machine
from schemalint.interpret.evaluator.methods import method
from schemalint.interpret.evaluator.names import attribute_of, class_attribute, enum_members, is_enum
from schemalint.interpret.values import (
    Builtin,
    Class,
    Entries,
    Found,
    Frame,
    Function,
    Given,
    Instance,
    Items,
    Made,
    Member,
    Missing,
    Module,
    Symbol,
    Unsure,
    Value,
    describe,
    is_scalar,
)
from schemalint.ir import AnnAssign, Attribute, FunctionDef, Name, statements_of
from schemalint.ir import Call as CallNode

_CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
_TEXT_FUNCTIONS: dict[str, Callable[[str], str]] = {"textwrap.dedent": dedent, "inspect.cleandoc": cleandoc}
_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float,),
    "bool": (bool,),
    "list": (Items,),
    "tuple": (Items,),
    "set": (Items,),
    "dict": (Entries,),
}


def call(machine: Machine, callee: Value, args: tuple[Given, ...], place: Place) -> Value:
    """Calls a value. Functions of the project run; what anything else does is the framework's matter."""
    if machine.exhausted():
        return Unsure("the body takes too many steps")
    if isinstance(callee, Function):
        if isinstance(callee.node, FunctionDef) and _decorated(callee.node, _CONTEXT_MANAGERS):
            return Made("contextmanager", args, callee, place)
        return machine.framework.follow(callee, args, lambda: invoke(machine, callee, args, place, None), place)
    if isinstance(callee, Made) and callee.callee == "functools.partial" and callee.args:
        function, *given = callee.args
        named = {arg.keyword for arg in args if arg.keyword is not None}
        kept = (arg for arg in given if arg.keyword not in named)
        return machine.call(function.value, (*kept, *args), place)
    known = machine.framework.call(callee, args, place)
    if not isinstance(known, Missing):
        return known
    if isinstance(callee, Builtin):
        return _builtin(machine, callee.name, args, place)
    if isinstance(callee, Class):
        return _instantiate(machine, callee, args, place)
    if isinstance(callee, Symbol) and callee.name == "importlib.import_module" and len(args) == 1:
        return _module(machine, args[0].value)
    if isinstance(callee, Symbol) and callee.name in _TEXT_FUNCTIONS and args and isinstance(args[0].value, str):
        return _TEXT_FUNCTIONS[callee.name](args[0].value)
    if isinstance(callee, Symbol) and callee.name == "builtins.dict.fromkeys" and args:
        keys = rows_of(machine, args[0].value)
        value = args[1].value if len(args) > 1 else None
        return Entries([(key, value) for key in keys.values] if keys else [], keys is None or keys.open)
    if isinstance(callee, Symbol):
        return Made(callee.name, args, None, place)
    if isinstance(callee, Member):
        folded = method(callee.owner, callee.name, args)
        if isinstance(folded, Missing):
            return Made(callee.name, args, callee.owner, place)
        if isinstance(callee.owner, Items) and callee.name in ("append", "add", "extend", "insert", "update"):
            callee.owner.existence = callee.owner.existence or machine.guarded
        return folded
    if isinstance(callee, Unsure):
        return Unsure(callee.reason, callee.existence)
    return Made("()", args, callee, place)


def _decorated(node: FunctionDef, names: frozenset[str]) -> bool:
    for decorator in node.decorators:
        target = decorator.func if isinstance(decorator, CallNode) else decorator
        if (target.attr if isinstance(target, Attribute) else getattr(target, "id", "")) in names:
            return True
    return False


def invoke(
    machine: Machine,
    function: Function,
    args: tuple[Given, ...],
    place: Place,
    on_yield: Callable[[Value], None] | None,
) -> Value:
    """Runs a function of the project and gives what it returns; a generator gives what it yields."""
    key = (function.path, function.node.start)
    if any(call.key == key for call in machine.calls) and (machine.conditional or not _settled(args)):
        machine.framework.lost(function, args, "recursion", place)
        return Unsure("recursion")
    if len(machine.calls) >= DEPTH:
        machine.framework.lost(function, args, "functions are nested too deep", place)
        return Unsure("functions are nested too deep")
    frame = frame_of(machine, function, args)
    yielded: list[Value] = []
    before, asked = (machine.guarded, machine.conditional), machine.questions
    machine.calls.append(Call(key, function.name, place, any(_is_text(arg.value) for arg in args)))
    machine.yields.append(yielded.append if on_yield is None else on_yield)
    try:
        if isinstance(function.node, FunctionDef):
            result = returned(frame, machine.run(statements_of(function.node), frame))
        else:
            result = machine.value(function.node.body, frame)
    finally:
        machine.yields.pop()
        machine.calls.pop()
        machine.guarded, machine.conditional = before
    if isinstance(result, bool) and machine.questions > asked:
        return Found(result)
    return Items("list", yielded) if yielded else result


def _settled(args: tuple[Given, ...]) -> bool:
    """Whether all arguments are known, so that a function that calls itself comes to an end by what it is given."""
    pending = [arg.value for arg in args]
    while pending:
        value = pending.pop()
        if isinstance(value, Items) and not value.open:
            pending.extend(value.values)
        elif not is_scalar(value):
            return False
    return True


def _is_text(value: Value) -> bool:
    """Whether a value is a text, or holds nothing but texts."""
    if isinstance(value, Items):
        return bool(value.values) and all(isinstance(item, str) for item in value.values)
    return isinstance(value, str)


def frame_of(machine: Machine, function: Function, args: tuple[Given, ...]) -> Frame:
    """The frame of a call: parameters bound to arguments, defaults filled in."""
    frame = Frame(function.path, {}, function.closure)
    positional = [arg for arg in args if arg.keyword is None]
    named = {arg.keyword: arg for arg in args if arg.keyword not in (None, "*", "**")}
    open_ = any(arg.keyword in ("*", "**") for arg in args)
    if not isinstance(function.bound, Missing):
        positional.insert(0, Given(None, function.bound))
    for parameter in function.node.parameters:
        name = parameter.name
        if parameter.kind == "var-positional":
            frame.names[name] = Items("tuple", [arg.value for arg in positional], open_)
            positional = []
            continue
        if parameter.kind == "var-keyword":
            frame.names[name] = Entries([(key, arg.value) for key, arg in named.items()], open_)
            continue
        given = named.pop(name, None)
        if given is None and positional and parameter.kind != "keyword-only":
            given = positional.pop(0)
        if given is not None:
            frame.names[name] = given.value
            if given.place is not None:
                frame.origins[name] = given.place
        elif open_ or parameter.default is None:
            frame.names[name] = Unsure(f"the parameter {name} is not known")
        else:
            frame.names[name] = machine.value(parameter.default, Frame(function.path, {}, function.closure))
    return frame


def _module(machine: Machine, name: Value) -> Value:
    """The module of the project that is imported by a name that is known."""
    path = machine.program.path_of(name, machine.path) if isinstance(name, str) else None
    return Module(path) if path is not None else Unsure(f"the module {describe(name)} is not part of the project")


def _instantiate(machine: Machine, owner: Class, args: tuple[Given, ...], place: Place) -> Value:
    if is_enum(machine, owner):
        wanted = args[0].value if args else None
        found = [
            member for member in enum_members(machine, owner) if is_scalar(wanted) and member.fields["value"] == wanted
        ]
        return found[0] if found else Unsure(f"a member of {owner.node.name}")
    instance = Instance(owner, {}, args)
    init = class_attribute(machine, owner, "__init__")
    if isinstance(init, Function):
        machine.call(Function(init.path, init.node, init.closure, instance), args, place)
        return instance
    fields = [s.target.id for s in owner.node.body if isinstance(s, AnnAssign) and isinstance(s.target, Name)]
    for field, arg in zip(fields, [arg for arg in args if arg.keyword is None], strict=False):
        instance.fields[field] = arg.value
    instance.fields.update({arg.keyword: arg.value for arg in args if arg.keyword not in (None, "*", "**")})
    return instance


def _builtin(machine: Machine, name: str, args: tuple[Given, ...], place: Place) -> Value:
    values = [arg.value for arg in args if arg.keyword is None]
    if name in ("any", "all"):
        return _quantified(machine, name, values)
    if name == "bool":
        return as_test(values[0]) if values else False
    if name == "isinstance" and len(values) == 2:
        return _is_instance(values[0], values[1])
    if name in ("getattr", "hasattr") and len(values) >= 2 and isinstance(values[1], str):
        if name == "hasattr":
            return Unsure(f"it asks for an attribute of {describe(values[0])}")
        return attribute_of(machine, values[0], values[1], lambda: place)
    if name == "next":
        return _next(machine, values)
    if name in ("map", "filter") and len(values) == 2:
        return _mapped(machine, name, values[0], values[1], place)
    if name in ("print", "setattr"):
        return None
    return builtin(name, args, lambda value: rows_of(machine, value))


def _quantified(machine: Machine, name: str, values: list[Value]) -> Value:
    rows = rows_of(machine, values[0]) if values else None
    if rows is None:
        doubt = values[0] if values else None
        return Unsure("it asks for what is not known", isinstance(doubt, Unsure) and doubt.existence)
    combine = either if name == "any" else both
    result: Value = Found(name == "all") if rows.existence else name == "all"
    for value in rows.values:
        if truth(result) is (name == "any"):
            return result
        result = combine(result, value)
    return Unsure("it asks for what is not wholly known", rows.existence) if rows.open else as_test(result)


def _is_instance(value: Value, kinds: Value) -> Value:
    wanted = kinds.values if isinstance(kinds, Items) else [kinds]
    names = [kind.name for kind in wanted if isinstance(kind, Builtin)]
    if isinstance(value, (Unsure, Made, Member, Symbol)) or len(names) != len(wanted):
        return Unsure("it asks for a class", isinstance(value, Unsure) and value.existence)
    for name in names:
        if isinstance(value, _KINDS.get(name, ())) and (not isinstance(value, Items) or value.kind == name):
            return True
    return False


def _next(machine: Machine, values: list[Value]) -> Value:
    rows = rows_of(machine, values[0]) if values else None
    if rows is not None and rows.values:
        return rows.values[0]
    if rows is not None and not rows.open and len(values) > 1:
        return values[1]
    doubt = values[0] if values else None
    existence = (isinstance(doubt, Unsure) and doubt.existence) or (rows is not None and rows.existence)
    return Unsure("the next of what is not known", existence)


def _mapped(machine: Machine, name: str, function: Value, source: Value, place: Place) -> Value:
    rows = rows_of(machine, source)
    if rows is None:
        return Unsure(f"{name}() of a value that is not known")
    results = [machine.call(function, (Given(None, value),), place) for value in rows.values]
    if name == "map":
        return Items("list", results, rows.open, rows.existence)
    kept = [value for value, result in zip(rows.values, results, strict=True) if truth(result) is not False]
    return Items("list", kept, rows.open, rows.existence)
