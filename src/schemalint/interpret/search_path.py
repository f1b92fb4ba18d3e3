"""Folders that packages put on the search path themselves: what lies in them is imported by its bare name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from posixpath import basename, dirname

from schemalint.interpret.scopes import Assigned, Imported, Scope
from schemalint.ir import Attribute, Call, Expression, ExpressionStatement, ModuleIR, Name

_SAME = frozenset({"Path", "abspath", "absolute", "normpath", "realpath", "resolve", "str"})
_FARTHEST = 5


def searched_folders(modules: Mapping[str, ModuleIR], scope: Callable[[str], Scope]) -> frozenset[str]:
    """The folders that the `__init__.py` of packages add: `sys.path.append(os.path.dirname(__file__))`."""
    found = set()
    for path, module in modules.items():
        if basename(path) == "__init__.py":
            for added in _added(module, scope(path)):
                levels = _levels(added, scope(path), _FARTHEST)
                folder = path
                for _ in range(levels or 0):
                    folder = dirname(folder)
                found.update({folder} - {path})
    return frozenset(found)


def _added(module: ModuleIR, scope: Scope) -> Iterator[Expression]:
    """What a module appends to `sys.path` or inserts there."""
    if not isinstance(scope.lookup("sys"), Imported):
        return
    for statement in module.body:
        call = statement.value if isinstance(statement, ExpressionStatement) else None
        if isinstance(call, Call) and call.args and _spelled(call.func) in ("sys.path.append", "sys.path.insert"):
            yield call.args[-1].value


def _levels(expression: Expression, scope: Scope, farthest: int) -> int | None:
    """How many folders up from its file an expression leads; None where it does not start from there."""
    if farthest == 0:
        return None
    if isinstance(expression, Name):
        binding = scope.lookup(expression.id)
        if isinstance(binding, Assigned) and binding.value is not None:
            return _levels(binding.value, scope, farthest - 1)
        return 0 if expression.id == "__file__" else None
    if isinstance(expression, Attribute):
        above = _levels(expression.value, scope, farthest - 1) if expression.attr == "parent" else None
        return above + 1 if above is not None else None
    if not isinstance(expression, Call):
        return None
    called = _spelled(expression.func).rpartition(".")[2]
    inner = expression.args[0].value if expression.args else getattr(expression.func, "value", None)
    above = _levels(inner, scope, farthest - 1) if inner is not None else None
    if above is None or called not in (*_SAME, "dirname"):
        return None
    return above + 1 if called == "dirname" else above


def _spelled(expression: Expression) -> str:
    if isinstance(expression, Attribute):
        return f"{_spelled(expression.value)}.{expression.attr}"
    return expression.id if isinstance(expression, Name) else ""
