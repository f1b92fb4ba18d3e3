"""How statements are walked: the regions they open and the names they bind."""

from __future__ import annotations

from schemalint.facts.functions import Region
from schemalint.interpret.events.expressions import EXPRESSIONS
from schemalint.interpret.events.function import Definition, Flow, Moment
from schemalint.interpret.events.walk import Visit, Walk, literal_length, parts
from schemalint.ir import (
    AnnAssign,
    Assert,
    Assign,
    AugAssign,
    BinOp,
    Call,
    ClassDef,
    Control,
    Delete,
    ExpressionStatement,
    For,
    FunctionDef,
    If,
    Import,
    ImportFrom,
    Match,
    Name,
    Raise,
    Return,
    Try,
    While,
    With,
    statements_of,
)


def fill(flow: Flow) -> None:
    """Fills a new flow from its function's body."""
    walk = Walk(flow, EXPRESSIONS, STATEMENTS)
    node = flow.node
    flow.regions.append(Region("function", -1, node.start, node.end))
    for parameter in node.parameters:
        definition = Definition("parameter", 0, node.start, parameter.default, parameter.annotation)
        walk.bind(parameter.name, definition)
    walk.block(statements_of(node), 0)
    walk.run()
    for name in flow.globals:
        if name in flow.definitions:
            flow.outside[name] = flow.definitions.pop(name)
    for known in flow.definitions.values():
        if len(known) > 1:
            known.sort(key=lambda definition: definition.at)


def _expression(walk: Walk, node: ExpressionStatement, region: int, use: str, outer: Call | None) -> None:
    walk.expression(node.value, region, "discarded")


def _assign(walk: Walk, node: Assign, region: int, use: str, outer: Call | None) -> None:
    definition = Definition("assigned", region, node.end, node.value)
    for target in node.targets:
        walk.targets(target, definition)
    walk.expression(node.value, region, "assigned")


def _annotated(walk: Walk, node: AnnAssign, region: int, use: str, outer: Call | None) -> None:
    how = "annotated" if node.value is None else "assigned"
    walk.targets(node.target, Definition(how, region, node.end, node.value, node.annotation))
    walk.expression(node.value, region, "assigned")


def _augmented(walk: Walk, node: AugAssign, region: int, use: str, outer: Call | None) -> None:
    if isinstance(node.target, Name):
        value = BinOp(node.target, node.op, node.value, node.start, node.end)
        walk.bind(node.target.id, Definition("augmented", region, node.end, value))
    else:
        walk.targets(node.target, Definition("augmented", region, node.end))
    walk.expression(node.value, region)


def _return(walk: Walk, node: Return, region: int, use: str, outer: Call | None) -> None:
    if node.value is not None:
        walk.flow.returns.append((node.value, region))
    walk.moment(Moment(node, region, "return"))
    walk.expression(node.value, region, "returned")


def _raise(walk: Walk, node: Raise, region: int, use: str, outer: Call | None) -> None:
    walk.moment(Moment(node, region, "raise"))
    walk.expression(node.cause, region)
    walk.expression(node.exception, region)


def _assert(walk: Walk, node: Assert, region: int, use: str, outer: Call | None) -> None:
    walk.expression(node.message, region)
    walk.expression(node.test, region)


def _delete(walk: Walk, node: Delete, region: int, use: str, outer: Call | None) -> None:
    for target in node.targets:
        for item, _ in parts(target):
            if not isinstance(item, Name):
                walk.targets(item, Definition("deleted", region, node.end))


def _control(walk: Walk, node: Control, region: int, use: str, outer: Call | None) -> None:
    walk.flow.globals.update(node.names)


def _if(walk: Walk, node: If, region: int, use: str, outer: Call | None) -> None:
    group = walk.next_group()
    if node.orelse:
        walk.enter(node.orelse, region, "branch", group=group)
    walk.enter(node.body, region, "branch", group=group)
    walk.expression(node.test, region)


def _match(walk: Walk, node: Match, region: int, use: str, outer: Call | None) -> None:
    group = walk.next_group()
    for case in reversed(node.cases):
        number = walk.enter(case.body, region, "branch", group=group)
        walk.expression(case.guard, number)
    walk.expression(node.subject, region)


def _for(walk: Walk, node: For, region: int, use: str, outer: Call | None) -> None:
    walk.block(node.orelse, region)
    variables = tuple(item.id for item, _ in parts(node.target) if isinstance(item, Name))
    number = walk.enter(
        node.body,
        region,
        "loop",
        start=node.start,
        variables=variables,
        length=literal_length(node.iterable),
        is_async=node.is_async,
    )
    walk.targets(node.target, Definition("loop", number, node.iterable.end, node.iterable))
    walk.expression(node.iterable, region, "iterated")


def _while(walk: Walk, node: While, region: int, use: str, outer: Call | None) -> None:
    walk.block(node.orelse, region)
    number = walk.open(region, "while", start=node.start, end=node.body[-1].end)
    walk.close(number, region)
    walk.block(node.body, number)
    walk.expression(node.test, number)
    walk.begin(number, region)


def _with(walk: Walk, node: With, region: int, use: str, outer: Call | None) -> None:
    number = walk.enter(node.body, region, "with", start=node.start, is_async=node.is_async)
    for item in reversed(node.items):
        if item.target is not None:
            walk.targets(item.target, Definition("with", number, item.context.end, item.context))
        walk.expression(item.context, region, "entered")


def _try(walk: Walk, node: Try, region: int, use: str, outer: Call | None) -> None:
    if node.final:
        walk.enter(node.final, region, "finally")
    walk.block(node.orelse, region)
    group = walk.next_group()
    for handler in reversed(node.handlers):
        number = walk.enter(handler.body, region, "handler", group=group, start=handler.start)
        if handler.name is not None:
            walk.bind(handler.name, Definition("caught", number, handler.start, handler.type))
        walk.expression(handler.type, region)
    walk.enter(node.body, region, "try", start=node.start)


def _function(walk: Walk, node: FunctionDef, region: int, use: str, outer: Call | None) -> None:
    walk.bind(node.name, Definition("function", region, node.end, node=node))
    walk.flow.nested.append((node, None))
    for parameter in reversed(node.parameters):
        walk.expression(parameter.default, region)
    for decorator in reversed(node.decorators):
        walk.expression(decorator, region)


def _class(walk: Walk, node: ClassDef, region: int, use: str, outer: Call | None) -> None:
    walk.bind(node.name, Definition("class", region, node.end, node=node))
    for statement in node.body:
        if isinstance(statement, FunctionDef):
            walk.flow.nested.append((statement, node))


def _import(walk: Walk, node: Import | ImportFrom, region: int, use: str, outer: Call | None) -> None:
    for item in node.names:
        name = item.alias or (item.name.partition(".")[0] if isinstance(node, Import) else item.name)
        walk.bind(name, Definition("imported", region, node.end))


STATEMENTS: dict[type, Visit] = {
    ExpressionStatement: _expression,
    Assign: _assign,
    AnnAssign: _annotated,
    AugAssign: _augmented,
    Return: _return,
    Raise: _raise,
    Assert: _assert,
    Delete: _delete,
    Control: _control,
    If: _if,
    Match: _match,
    For: _for,
    While: _while,
    With: _with,
    Try: _try,
    FunctionDef: _function,
    ClassDef: _class,
    Import: _import,
    ImportFrom: _import,
}
