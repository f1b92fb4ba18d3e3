"""The evaluator: runs functions of a project symbolically, one file's body at a time.

What comes out is what the functions of the framework were told: the evaluator itself changes nothing and knows no
library. It is bounded: in depth, in the length of loops, in the steps of a body.
"""

from __future__ import annotations

from schemalint.diagnostics import Place
from schemalint.interpret.evaluator.calls import call, invoke
from schemalint.interpret.evaluator.expressions import evaluate
from schemalint.interpret.evaluator.machine import Framework, Machine
from schemalint.interpret.evaluator.statements import run_block
from schemalint.interpret.program import Program
from schemalint.interpret.values import Function, Given, Value


def machine(program: Program, path: str, home: Place, framework: Framework) -> Machine:
    """An evaluator for what stands in the file at `path`. `home` is where a place is reported that is in no file."""
    return Machine(program, path, home, framework, evaluate, run_block, call)


def run_function(machine: Machine, function: Function, args: tuple[Given, ...]) -> Value:
    """Runs a function from its top and gives what it returns."""
    return invoke(machine, function, args, machine.home, None)
