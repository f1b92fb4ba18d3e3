"""Revision files: their variables and their two functions."""

from __future__ import annotations

from typing import NamedTuple

from schemalint.diagnostics import Place
from schemalint.facts.revisions import RevisionDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Framework, Machine
from schemalint.interpret.evaluator.run import machine as new_machine
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import DefinedFunction
from schemalint.interpret.resolve import resolve
from schemalint.interpret.scopes import Assigned, Defined, Imported
from schemalint.interpret.values import Entries, Frame, Items, Unsure, Value, is_scalar, unknown
from schemalint.ir import AnnAssign, Assign, Expression, FunctionDef, Import, ImportFrom, Name, span_of

__all__ = ["BodySource", "body_source", "read_revision"]


class BodySource(NamedTuple):
    """Where the function behind `upgrade` or `downgrade` stands."""

    path: str
    function: FunctionDef


def read_revision(program: Program, path: str) -> RevisionDef | None:
    """The revision that a file declares; None where it declares none.

    A file is a revision where its module assigns `revision` and `down_revision`, or `revision` beside an `upgrade`
    and an import of Alembic.
    """
    module = program.modules[path]
    scope = program.scope(path)
    identifier = scope.lookup("revision")
    parents = scope.lookup("down_revision")
    if not isinstance(identifier, Assigned) or identifier.value is None:
        return None
    if parents is None and not (scope.lookup("upgrade") is not None and _uses_alembic(program, path)):
        return None
    origin = Place(path, span_of(module.lines, 0, 0))
    machine = new_machine(program, path, origin, Framework())
    known = _text(_value(machine, path, "revision"))
    if known is None:
        return None
    docstring = module.docstring
    message = docstring.strip().splitlines()[0].strip() if docstring and docstring.strip() else None
    return RevisionDef(
        path=path,
        id=known,
        parents=_parents(_value(machine, path, "down_revision")),
        place=_place(program, path, identifier.value),
        parents_place=_value_place(program, path, "down_revision") or _place(program, path, identifier.value),
        labels=_names(_value(machine, path, "branch_labels")),
        depends_on=_names(_value(machine, path, "depends_on")),
        depends_on_place=_value_place(program, path, "depends_on"),
        message=message,
        docstring=docstring,
        upgrade=_function_place(program, path, "upgrade"),
        downgrade=_function_place(program, path, "downgrade"),
    )


def body_source(program: Program, path: str, name: str) -> BodySource | None:
    """The function that `upgrade` or `downgrade` of a revision file is, also where it is imported or assigned."""
    if program.scope(path).lookup(name) is None:
        return None
    found = resolve(program, path, Name(name, 0, 0))
    return BodySource(found.path, found.node) if isinstance(found, DefinedFunction) else None


def _uses_alembic(program: Program, path: str) -> bool:
    for node in program.modules[path].body:
        if isinstance(node, Import) and any(item.name.partition(".")[0] == "alembic" for item in node.names):
            return True
        if isinstance(node, ImportFrom) and node.level == 0 and node.module.partition(".")[0] == "alembic":
            return True
    return False


def _value(machine: Machine, path: str, name: str) -> Value:
    """What a module-level name is worth; None where it is not assigned."""
    binding = machine.program.scope(path).lookup(name)
    if binding is None:
        return None
    if isinstance(binding, Assigned) and binding.value is not None:
        return machine.value(binding.value, Frame(path))
    return machine.value(Name(name, 0, 0), Frame(path))


def _text(value: Value) -> str | None:
    return str(value) if is_scalar(value) and not isinstance(value, bool) and value not in (None, "") else None


def _parents(value: Value) -> tuple[str, ...] | Unknown:
    if value is None or value == "":
        return ()
    one = _text(value)
    if one is not None:
        return (one,)
    if isinstance(value, Items) and not value.open:
        texts = [_text(item) for item in value.values]
        if all(text is not None for text in texts):
            return tuple(text for text in texts if text is not None)
    return unknown(value) if isinstance(value, Unsure) else Unknown("the parents are computed")


def _names(value: Value) -> tuple[str, ...]:
    """Labels and dependencies that are written down."""
    if isinstance(value, Entries):
        value = Items("list", [key for key, _ in value.pairs])
    found = _parents(value)
    return () if isinstance(found, Unknown) else found


def _place(program: Program, path: str, node: Expression | FunctionDef) -> Place:
    lines = program.modules[path].lines
    if isinstance(node, FunctionDef):
        return Place(path, span_of(lines, node.name_start, node.name_start + len(node.name)))
    return Place(path, span_of(lines, node.start, node.end))


def _value_place(program: Program, path: str, name: str) -> Place | None:
    binding = program.scope(path).lookup(name)
    return _place(program, path, binding.value) if isinstance(binding, Assigned) and binding.value else None


def _function_place(program: Program, path: str, name: str) -> Place | None:
    """Where the file binds the name: the name of the function, or the statement that imports or assigns it."""
    binding = program.scope(path).lookup(name)
    if isinstance(binding, Defined):
        return _place(program, path, binding.node) if isinstance(binding.node, FunctionDef) else None
    if not isinstance(binding, (Assigned, Imported)):
        return None
    lines = program.modules[path].lines
    for node in program.modules[path].body:
        targets = node.targets if isinstance(node, Assign) else (node.target,) if isinstance(node, AnnAssign) else ()
        imported = isinstance(node, ImportFrom) and any((item.alias or item.name) == name for item in node.names)
        if imported or any(isinstance(target, Name) and target.id == name for target in targets):
            return Place(path, span_of(lines, node.start, node.end))
    return None
