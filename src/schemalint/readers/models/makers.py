"""What makes a table: `Table(...)`, and functions of the project that return one."""

from __future__ import annotations

from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import DefinedFunction
from schemalint.interpret.resolve import name_of, qualified_name, resolve
from schemalint.ir import Attribute, Call, Expression, Name, Return, statements_of

_TABLES = frozenset({"sqlalchemy.Table", "sqlmodel.Table"})


def makes_table(program: Program, path: str, callee: Expression) -> bool:
    """Whether what a module calls by this expression makes a table."""
    if not isinstance(callee, (Name, Attribute)) or (isinstance(callee, Attribute) and callee.attr != "Table"):
        return False
    found = resolve(program, path, callee)
    return _returns_table(program, found) if isinstance(found, DefinedFunction) else name_of(program, found) in _TABLES


def is_function(program: Program, path: str, callee: Expression) -> bool:
    """Whether what a module calls by this expression is a function of the project."""
    return isinstance(resolve(program, path, callee), DefinedFunction)


def _returns_table(program: Program, found: DefinedFunction) -> bool:
    return b"Table" in found.node.body and any(
        isinstance(statement, Return)
        and isinstance(statement.value, Call)
        and qualified_name(program, found.path, statement.value.func) in _TABLES
        for statement in statements_of(found.node)
    )
