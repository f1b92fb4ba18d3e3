"""Bodies of classes: what a class itself assigns, annotates and defines, with values as they are at import."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.interpret.evaluator.conditions import truth
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.evaluator.run import run_function
from schemalint.interpret.homes import canonical
from schemalint.interpret.resolutions import External
from schemalint.interpret.resolve import resolve
from schemalint.interpret.scopes import Scope, checks_types
from schemalint.interpret.values import (
    MISSING,
    Class,
    Entries,
    Frame,
    Function,
    Given,
    Items,
    Made,
    Missing,
    Unsure,
    Value,
)
from schemalint.ir import (
    AnnAssign,
    Assign,
    Call,
    ClassDef,
    Expression,
    ExpressionStatement,
    FunctionDef,
    If,
    Name,
    Statement,
)
from schemalint.readers.models.hints import Hint, hint_of
from schemalint.readers.models.reading import Reading, key_of
from schemalint.readers.sqlalchemy.tables import COLUMNS

_DECLARED = ("sqlalchemy.orm.declared_attr", "sqlalchemy.ext.declarative.declared_attr")
WRAPPERS = frozenset({"sqlalchemy.orm.deferred", "sqlalchemy.orm.column_property"})
_ITEMS = frozenset({"sqlalchemy.Index", "sqlalchemy.UniqueConstraint", "sqlalchemy.CheckConstraint"}) | frozenset(
    {"sqlalchemy.ForeignKeyConstraint", "sqlalchemy.PrimaryKeyConstraint"}
)


@dataclass(frozen=True)
class Own:
    """What a class itself says of one of its names.

    `value` is MISSING for a bare annotation; for what `declared_attr` decorates it is the function, and `declared` is
    set. `hint` is what the annotation says.
    """

    name: str
    value: Union[Value, Missing]
    hint: Hint | None
    place: Place
    holder: Class
    declared: bool = False


@dataclass
class Body:
    """What the body of a class says. `items` are constraints and indexes on column objects that stand alone in it."""

    own: dict[str, Own] = field(default_factory=dict)
    items: list[Given] = field(default_factory=list)


def body_of(reading: Reading, owner: Class) -> Body:
    """What a class itself says, without what it inherits. Columns without a name are given that of their attribute."""
    key = key_of(owner)
    found = reading.bodies.get(key)
    if found is None:
        found = reading.bodies[key] = Body()
        runner = _Runner(reading, owner, found)
        runner.block(owner.node.body)
    return found


def _joins_table(value: Value) -> bool:
    """Whether a value is a constraint or index that finds its table by a column object that it is given.

    One that only names its columns belongs to no table, and SQLAlchemy makes nothing of it.
    """
    if not isinstance(value, Made) or value.callee not in _ITEMS:
        return False
    return not all(_is_text(arg.value) for arg in value.args if arg.keyword != "name")


def _is_text(value: Value) -> bool:
    if isinstance(value, Items):
        return all(_is_text(item) for item in value.values)
    return isinstance(value, str) or (isinstance(value, Made) and value.callee == "sqlalchemy.text")


@dataclass
class _Runner:
    reading: Reading
    owner: Class
    body: Body
    machine: Machine = field(init=False)
    frame: Frame = field(init=False)
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.machine = self.reading.machine(self.owner.path)
        self.frame = Frame(self.owner.path, {}, self.owner.closure)
        self.scope = self.reading.program_of(self.owner.path).class_scope(self.owner.path, self.owner.node)

    def block(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            if isinstance(statement, If):
                self._if(statement)
            elif isinstance(statement, FunctionDef):
                self._function(statement)
            elif isinstance(statement, ExpressionStatement):
                self._expression(statement)
            elif not isinstance(statement, ClassDef):
                self._statement(statement)
            else:
                self.frame.names[statement.name] = Class(self.owner.path, statement, self.owner.closure)

    def _if(self, node: If) -> None:
        checking = checks_types(node.test)
        known = truth(self.machine.value(node.test, self.frame)) if checking is None else not checking
        if known is not None:
            self.block(node.body if known else node.orelse)
            return
        before = dict(self.frame.names)
        self._statement(node)
        for name, value in self.frame.names.items():
            if before.get(name, MISSING) is not value:
                doubt = Unsure("it depends on a condition")
                self.body.own[name] = Own(name, doubt, None, self._place(node), self.owner)

    def _statement(self, node: Statement) -> None:
        before = dict(self.frame.names)
        self.machine.run((node,), self.frame)
        hint = None
        if isinstance(node, AnnAssign) and isinstance(node.target, Name):
            hint = hint_of(self.reading, self.owner.path, node.annotation, self.scope)
            if node.value is None:
                self.body.own[node.target.id] = Own(node.target.id, MISSING, hint, self._place(node), self.owner)
        for name, value in tuple(self.frame.names.items()):
            if before.get(name, MISSING) is value:
                continue
            named = with_name(value, name)
            self.frame.names[name] = named
            place = self._place(node)
            self.body.own[name] = Own(name, named, hint, place, self.owner)
            if _joins_table(named):
                self.body.items.append(Given(None, named, place))

    def _expression(self, node: ExpressionStatement) -> None:
        value = self.machine.value(node.value, self.frame)
        if _joins_table(value):
            self.body.items.append(Given(None, value, self._place(node)))

    def _function(self, node: FunctionDef) -> None:
        function = Function(self.owner.path, node, self.owner.closure)
        self.frame.names[node.name] = function
        declared = any(self._is_declared(decorator) for decorator in node.decorators)
        hint = None
        if declared and node.returns is not None:
            hint = hint_of(self.reading, self.owner.path, node.returns, self.scope)
        place = self._place(node)
        self.body.own[node.name] = Own(node.name, function, hint, place, self.owner, declared)

    def _is_declared(self, decorator: Expression) -> bool:
        callee = decorator.func if isinstance(decorator, Call) else decorator
        found = resolve(self.reading.program_of(self.owner.path), self.owner.path, callee)
        return isinstance(found, External) and canonical(found.name).startswith(_DECLARED)

    def _place(self, node: Statement) -> Place:
        if isinstance(node, (Assign, AnnAssign)):
            return self.reading.place(self.owner.path, node)
        if isinstance(node, FunctionDef):
            end = node.name_start + len(node.name)
            return self.reading.place(self.owner.path, Name(node.name, node.name_start, end))
        return self.reading.place(self.owner.path, node)


def with_name(value: Value, attribute: str) -> Value:
    """A column as it is known by its name: the attribute's where it was given none. Other values are left alone."""
    if not isinstance(value, Made):
        return value
    if value.callee in WRAPPERS and value.args and isinstance(value.args[0].value, Made):
        inner = with_name(value.args[0].value, attribute)
        return msgspec.structs.replace(
            value, args=(msgspec.structs.replace(value.args[0], value=inner), *value.args[1:])
        )
    if value.callee not in COLUMNS:
        return value
    args = list(value.args)
    if value.given("name") is None or value.value("name") is None:
        args = [arg for arg in args if arg.keyword != "name"]
        first = next((arg for arg in args if arg.keyword is None), None)
        if first is not None and isinstance(first.value, str):
            args[args.index(first)] = Given("name", first.value, first.place)
        else:
            args.insert(0, Given("name", attribute))
    return Made("sqlalchemy.Column", tuple(args), None, value.place)


def value_for(reading: Reading, own: Own, owner: Class) -> Union[Value, Missing]:
    """The value of an attribute for the class that has it: what `declared_attr` decorates is called with the class."""
    if not own.declared or not isinstance(own.value, Function):
        return own.value
    function = own.value
    machine = reading.machine(function.path)
    result = run_function(machine, function, (Given(None, owner),))
    return with_name(result, own.name)


def options_of(args: Value) -> Entries | None:
    """The dict among the arguments of a table, else None."""
    if isinstance(args, Entries):
        return args
    values = getattr(args, "values", None)
    last = values[-1] if values else None
    return last if isinstance(last, Entries) else None
