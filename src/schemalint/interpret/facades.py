"""Objects of libraries outside of the project that stand for all of SQLAlchemy, as `db` of Flask-SQLAlchemy does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from schemalint.interpret.scopes import Imported, Scope, blocks_of
from schemalint.ir import Assign, Attribute, Call, ClassDef, Expression, ModuleIR, Name, Statement


def facades_of(modules: Mapping[str, ModuleIR], scope: Callable[[str], Scope]) -> frozenset[str]:
    """The full names of what modules import and use as Flask-SQLAlchemy's `db` is used.

    `from shop_db import db` is one where some class inherits from `db.Model`, names its table and has a `db.Column()`:
    no other library offers both from one object, but for those that took them over from it.
    """
    return frozenset(
        name
        for path, module in modules.items()
        for node in _classes(module.body)
        for base in node.bases
        if isinstance(base.value, Attribute) and base.value.attr == "Model" and isinstance(base.value.value, Name)
        if _maps(node.body, base.value.value.id)
        if (name := _imported(scope(path), base.value.value.id)) is not None
    )


def _classes(statements: Iterable[Statement]) -> Iterator[ClassDef]:
    for statement in statements:
        if isinstance(statement, ClassDef):
            yield statement
        for block in blocks_of(statement):
            yield from _classes(block)


def _maps(body: Iterable[Statement], holder: str) -> bool:
    """Whether the body of a class names a table and makes a column of what the holder offers."""
    assigned = [statement for statement in body if isinstance(statement, Assign)]
    names_table = any(
        isinstance(target, Name) and target.id == "__tablename__"
        for statement in assigned
        for target in statement.targets
    )
    return names_table and any(_is_column(statement.value, holder) for statement in assigned)


def _is_column(value: Expression, holder: str) -> bool:
    made = value.func if isinstance(value, Call) else None
    return isinstance(made, Attribute) and made.attr == "Column" and getattr(made.value, "id", None) == holder


def _imported(scope: Scope, name: str) -> str | None:
    binding = scope.lookup(name)
    if isinstance(binding, Imported) and binding.name is not None and binding.level == 0:
        return f"{binding.module}.{binding.name}"
    return None
