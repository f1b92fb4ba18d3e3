"""Bodies: what an `upgrade` or `downgrade` does, operation by operation."""

from __future__ import annotations

from schemalint.diagnostics import Place
from schemalint.facts.operations import OpaqueOperation
from schemalint.facts.revisions import Body
from schemalint.interpret.evaluator.folds import shown
from schemalint.interpret.evaluator.machine import STEPS, Machine
from schemalint.interpret.evaluator.run import machine as new_machine
from schemalint.interpret.evaluator.run import run_function
from schemalint.interpret.program import Program
from schemalint.interpret.values import HOLE, Frame, Function, Given, Symbol
from schemalint.ir import (
    Attribute,
    Call,
    Constant,
    Control,
    Expression,
    ExpressionStatement,
    FunctionDef,
    Name,
    Opaque,
    Raise,
    Return,
    Statement,
    span_of,
    statements_of,
)
from schemalint.readers.alembic.emit import Emitter, Environment, NotUnderstood
from schemalint.readers.alembic.framework import AlembicFramework
from schemalint.readers.alembic.handles import OP
from schemalint.readers.alembic.tables import Did

_TALK = frozenset({"print", "log", "debug", "info", "warning", "warn", "echo"})

__all__ = ["Environment", "NotUnderstood", "read_body"]


def read_body(
    program: Program, path: str, function: FunctionDef, environment: Environment, home: Place | None = None
) -> Body:
    """The operations of `upgrade` or `downgrade`, a function that stands in the file at `path`.

    Each is handed to `environment.emit` before the next is read. `home` is where the revision's own file binds the
    function, given where that is another file. All places lie in the revision's own file: what a function of another
    file does stands where it is called.
    """
    if home is None:
        lines = program.modules[path].lines
        home = Place(path, span_of(lines, function.name_start, function.name_start + len(function.name)))
    statements = statements_of(function)
    emitter = Emitter(environment)
    framework = AlembicFramework(emitter)
    machine = new_machine(program, home.path, home, framework)
    framework.machine = machine
    if all(_is_nothing(statement) for statement in statements):
        return Body(home, empty=True)
    raised = _only_raises(machine, statements, path)
    if raised is None:
        doubt = _run(machine, Function(path, function), _parameters(function))
        if doubt is not None:
            emitter.take(machine, [Did(OpaqueOperation(doubt))], "the body", home, ())
    environment.not_understood.extend(emitter.doubts)
    return Body(home, tuple(emitter.operations), raises=raised)


def _run(machine: Machine, function: Function, args: tuple[Given, ...]) -> str | None:
    """Runs a body. Returns why not all of it was followed; None where it was."""
    try:
        run_function(machine, function, args)
    except RecursionError:
        return "the body is nested too deep to follow"
    return "the body takes too many steps to follow" if machine.steps > STEPS else None


def _parameters(function: FunctionDef) -> tuple[Given, ...]:
    """`op` where the function takes it; nothing is known of other parameters."""
    return tuple(
        Given(parameter.name, Symbol(OP))
        for parameter in function.parameters
        if parameter.name in ("op", "operations") and parameter.kind not in ("var-positional", "var-keyword")
    )


def _is_nothing(node: Statement) -> bool:
    """A statement that does nothing: pass, a constant, a bare return, a word to the log."""
    if isinstance(node, Control):
        return True
    if isinstance(node, Return):
        return node.value is None or isinstance(node.value, Constant)
    if not isinstance(node, ExpressionStatement):
        return False
    value = node.value
    if isinstance(value, (Constant, Opaque)):
        return True
    func = value.func if isinstance(value, Call) else None
    name = func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else None
    return name in _TALK


def _only_raises(machine: Machine, statements: tuple[Statement, ...], path: str) -> str | None:
    """The text of the exception where raising it is all that the statements do."""
    rest = [statement for statement in statements if not _is_nothing(statement)]
    if len(rest) != 1 or not isinstance(rest[0], Raise):
        return None
    node = rest[0].exception
    return "raise" if node is None else _exception(machine, node, path)


def _exception(machine: Machine, node: Expression, path: str) -> str:
    call = node if isinstance(node, Call) else None
    func = call.func if call is not None else node
    name = func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else "an exception"
    texts = [shown(machine.value(arg.value, Frame(path))) for arg in call.args] if call is not None else []
    text = ", ".join(text.replace(HOLE, "...") for text in texts)
    return f"{name}: {text}" if text else name
