"""The keyword arguments of a call, those behind `**` included where it is evident what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import BoundValue, ClassAttribute
from schemalint.interpret.resolve import resolve
from schemalint.interpret.scopes import Assigned
from schemalint.ir import (
    Assign,
    Attribute,
    Call,
    Constant,
    Dict,
    Expression,
    Import,
    ImportFrom,
    Name,
    Statement,
    Subscript,
)
from schemalint.readers.nodes import Block, blocks, nodes

Value = Union[bool, int, float, str, Unknown, None]

_DEPTH = 8
_MIGRATE = "flask_migrate.Migrate"
_DEFAULTS_OF_MIGRATE = ("compare_type", "render_as_batch")


@dataclass(slots=True)
class Keywords:
    """What a call is given by keyword. `open` says why there may be more than `values` lists, else it is None."""

    program: Program
    path: str
    block: Block
    values: dict[str, Union[Expression, Unknown]] = field(default_factory=dict)
    open: str | None = None

    def expression(self, name: str) -> Expression | None:
        """The expression given for a keyword; None where it is not given or not known."""
        value = self.values.get(name)
        return None if isinstance(value, Unknown) else value

    def constant(self, name: str) -> Value:
        """The value given for a keyword: None where it is not given, Unknown where that or the value is not evident."""
        if name not in self.values:
            return Unknown(self.open) if self.open else None
        value = self.values[name]
        return value if isinstance(value, Unknown) else self.value_of(value)

    def value_of(self, expression: Expression) -> Value:
        """What an expression is worth: a constant, or a name that is bound to one and to nothing else."""
        return _value_of(self.program, self.path, self.block, expression, _DEPTH)


def keywords_of(program: Program, path: str, block: Block, call: Call) -> Keywords:
    """The keyword arguments of a call that stands in a block of the module at `path`."""
    found = Keywords(program, path, block)
    for arg in call.args:
        if arg.keyword is not None:
            found.values[arg.keyword] = arg.value
        elif arg.star == 2:
            _merge(found, arg.value, block, _DEPTH)
    return found


def _merge(into: Keywords, expression: Expression, block: Block, depth: int) -> None:
    """Adds the entries of a mapping."""
    if isinstance(expression, Dict):
        for item in expression.items:
            if item.key is None:
                _merge(into, item.value, block, depth - 1)
            elif isinstance(item.key, Constant) and isinstance(item.key.value, str):
                into.values[item.key.value] = item.value
            else:
                into.open = "a key of its arguments is computed"
    elif isinstance(expression, Call) and isinstance(expression.func, Name) and expression.func.id == "dict":
        for arg in expression.args:
            if arg.keyword is not None:
                into.values[arg.keyword] = arg.value
            else:
                _merge(into, arg.value, block, depth - 1)
    elif isinstance(expression, Name) and depth > 0:
        _merge_name(into, expression, block, depth)
    elif isinstance(expression, Attribute) and expression.attr == "configure_args":
        _merge_flask_migrate(into)
    else:
        into.open = "some of its arguments are computed"


def _merge_name(into: Keywords, name: Name, block: Block, depth: int) -> None:
    scope = block.scope if block.scope is not None and name.id in block.scope.bindings else None
    if scope is None:
        found = resolve(into.program, into.path, name)
        if isinstance(found, BoundValue) and found.path != into.path and found.expression and not found.ambiguous:
            _merge_of(into, found.expression, found.path, depth)
            return
        scope = into.program.scope(into.path)
        block = Block(into.program.modules[into.path].body, None)
    alternatives = [binding for binding in scope.alternatives(name.id) if isinstance(binding, Assigned)]
    if not alternatives or any(binding.value is None for binding in alternatives):
        into.open = "some of its arguments are computed"
        return
    _merge_alternatives(into, [binding.value for binding in alternatives if binding.value], block, depth)
    _apply_changes(into, name.id, block)


def _merge_of(into: Keywords, expression: Expression, path: str, depth: int) -> None:
    """Adds the entries of a mapping that stands in another module, as values."""
    block = Block(into.program.modules[path].body, None)
    other = Keywords(into.program, path, block)
    _merge(other, expression, block, depth - 1)
    for name in other.values:
        value = other.constant(name)
        into.values[name] = value if isinstance(value, Unknown) else Constant(value, 0, 0)
    into.open = into.open or other.open


def _merge_alternatives(into: Keywords, expressions: list[Expression], block: Block, depth: int) -> None:
    """Adds what all of the mappings agree in; what only some of them hold is Unknown."""
    branches = []
    for expression in expressions:
        branch = Keywords(into.program, into.path, block)
        _merge(branch, expression, block, depth - 1)
        branches.append(branch)
        into.open = into.open or branch.open
    for name in dict.fromkeys(name for branch in branches for name in branch.values):
        first = branches[0].values.get(name)
        same = all(branch.constant(name) == branches[0].constant(name) for branch in branches)
        into.values[name] = first if first is not None and same else Unknown(f"`{name}` is set under a condition")


def _apply_changes(into: Keywords, name: str, block: Block) -> None:
    """Follows `name["key"] = value` and knows of `name.update(...)` and the like that something may have changed."""
    for statement in block.statements:
        for node in nodes(statement):
            if isinstance(node, Assign):
                for target in node.targets:
                    if isinstance(target, Subscript) and _is(target.value, name):
                        _set(into, target.index, node.value, certain=node is statement)
            elif isinstance(node, Call) and isinstance(node.func, Attribute) and _is(node.func.value, name):
                _change(into, node, node.func.attr)


def _set(into: Keywords, key: Expression, value: Expression, *, certain: bool) -> None:
    if not (isinstance(key, Constant) and isinstance(key.value, str)):
        into.open = "a key of its arguments is computed"
    elif certain:
        into.values[key.value] = value
    else:
        into.values[key.value] = Unknown(f"`{key.value}` is set under a condition")


def _change(into: Keywords, call: Call, method: str) -> None:
    if method in ("setdefault", "pop"):
        if call.args and isinstance(call.args[0].value, Constant):
            name = str(call.args[0].value.value)
            into.values[name] = Unknown(f"`{name}` is changed")
    elif method == "update":
        into.open = "its arguments are updated"
        into.values.update({arg.keyword: Unknown(f"`{arg.keyword}` is updated") for arg in call.args if arg.keyword})


def _is(expression: Expression, name: str) -> bool:
    return isinstance(expression, Name) and expression.id == name


def _merge_flask_migrate(into: Keywords) -> None:
    """Adds what Flask-Migrate was given: `Migrate(app, db, compare_type=True)` or `migrate.init_app(...)`.

    Its defaults for comparing types and for batch mode depend on its version.
    """
    calls = [call for path in into.program.modules for call in _migrate_calls(into.program, path)]
    if not calls:
        into.open = "its arguments come from Flask-Migrate"
        return
    for name in _DEFAULTS_OF_MIGRATE:
        into.values.setdefault(name, Unknown(f"the default of `{name}` depends on the version of Flask-Migrate"))
    for keywords in calls:
        for name in keywords.values:
            value = keywords.constant(name)
            into.values[name] = value if isinstance(value, Unknown) else Constant(value, 0, 0)
        into.open = into.open or keywords.open


def _migrate_calls(program: Program, path: str) -> Iterator[Keywords]:
    if not any(_imports_flask_migrate(statement) for statement in program.modules[path].body):
        return
    migrates = {name for name in program.scope(path).bindings if _is_migrate(program, path, Name(name, 0, 0))}
    for block in blocks(program.modules[path]):
        for node in nodes(block.statements):
            if isinstance(node, Call) and (
                _names_migrate(program, path, node.func)
                or (
                    isinstance(node.func, Attribute)
                    and node.func.attr == "init_app"
                    and isinstance(node.func.value, Name)
                    and node.func.value.id in migrates
                )
            ):
                yield keywords_of(program, path, block, node)


def _imports_flask_migrate(statement: Statement) -> bool:
    if isinstance(statement, ImportFrom):
        return statement.module == "flask_migrate"
    return isinstance(statement, Import) and any(item.name == "flask_migrate" for item in statement.names)


def _names_migrate(program: Program, path: str, expression: Expression) -> bool:
    return getattr(resolve(program, path, expression), "name", None) == _MIGRATE


def _is_migrate(program: Program, path: str, name: Name) -> bool:
    found = resolve(program, path, name)
    return (
        isinstance(found, BoundValue)
        and isinstance(found.expression, Call)
        and _names_migrate(program, found.path, found.expression.func)
    )


def _value_of(program: Program, path: str, block: Block, expression: Expression, depth: int) -> Value:
    if isinstance(expression, Constant):
        return expression.value
    if depth == 0 or not isinstance(expression, (Name, Attribute)):
        return Unknown("it is computed")
    if isinstance(expression, Name) and block.scope is not None and expression.id in block.scope.bindings:
        alternatives = block.scope.alternatives(expression.id)
        only = alternatives[0] if len(alternatives) == 1 else None
        if isinstance(only, Assigned) and only.value is not None and not only.conditional:
            return _value_of(program, path, block, only.value, depth - 1)
        return Unknown(f"`{expression.id}` is computed")
    found = resolve(program, path, expression)
    if isinstance(found, (BoundValue, ClassAttribute)) and found.expression is not None and not found.ambiguous:
        outer = Block(program.modules[found.path].body, None)
        return _value_of(program, found.path, outer, found.expression, depth - 1)
    return Unknown("it is computed")
