"""Whether code creates the tables of its models itself, beside the migrations."""

from __future__ import annotations

from collections.abc import Iterable

from schemalint.interpret.program import Program
from schemalint.ir import Attribute, Call, ModuleIR
from schemalint.readers.nodes import blocks, nodes


def creates_tables(program: Program, paths: Iterable[str]) -> bool:
    """Whether one of these modules calls `create_all` or hands it on, or calls `__table__.create`."""
    return any(_creates(program.modules[path]) for path in paths)


def _creates(module: ModuleIR) -> bool:
    found = (node for block in blocks(module) for node in nodes(block.statements))
    return any(
        (isinstance(node, Attribute) and node.attr == "create_all")
        or (isinstance(node, Call) and isinstance(node.func, Attribute) and _is_creation(node.func))
        for node in found
    )


def _is_creation(called: Attribute) -> bool:
    return called.attr == "create" and isinstance(called.value, Attribute) and called.value.attr == "__table__"
