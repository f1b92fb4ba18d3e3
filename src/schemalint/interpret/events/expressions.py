"""How expressions are walked: what they call, read and await, and what becomes of their values."""

from __future__ import annotations

from schemalint.interpret.events.function import CallSite, Definition, Moment
from schemalint.interpret.events.walk import Visit, Walk, literal_length, parts, portion
from schemalint.ir import (
    Attribute,
    Await,
    BinOp,
    BoolOp,
    Call,
    Compare,
    Comprehension,
    Dict,
    Formatted,
    FString,
    IfExp,
    Lambda,
    Name,
    NamedExpr,
    Sequence,
    Slice,
    Starred,
    Subscript,
    UnaryOp,
    Yield,
)


def _call(walk: Walk, node: Call, region: int, use: str, outer: Call | None) -> None:
    walk.call(CallSite(node, region, use, outer))
    for argument in reversed(node.args):
        walk.expression(argument.value, region, "argument", node)
    func = node.func
    if isinstance(func, Attribute):
        walk.expression(func.value, region, "attribute", outer)
    else:
        walk.expression(func, region)


def _attribute(walk: Walk, node: Attribute, region: int, use: str, outer: Call | None) -> None:
    walk.moment(Moment(node, region, "read"))
    walk.expression(node.value, region, "attribute", outer)


def _await(walk: Walk, node: Await, region: int, use: str, outer: Call | None) -> None:
    walk.moment(Moment(node, region, "await"))
    walk.expression(node.value, region, "awaited", outer)


def _yield(walk: Walk, node: Yield, region: int, use: str, outer: Call | None) -> None:
    walk.moment(Moment(node, region, "yield"))
    if node.value is not None:
        walk.flow.yields.append((node.value, region))
    walk.expression(node.value, region, "yielded")


def _sequence(walk: Walk, node: Sequence, region: int, use: str, outer: Call | None) -> None:
    for item in reversed(node.items):
        walk.expression(item, region, use, outer)


def _starred(walk: Walk, node: Starred, region: int, use: str, outer: Call | None) -> None:
    walk.expression(node.value, region, use, outer)


def _dict(walk: Walk, node: Dict, region: int, use: str, outer: Call | None) -> None:
    for item in reversed(node.items):
        walk.expression(item.value, region, use, outer)
        walk.expression(item.key, region)


def _bin_op(walk: Walk, node: BinOp, region: int, use: str, outer: Call | None) -> None:
    walk.expression(node.right, region)
    walk.expression(node.left, region)


def _bool_op(walk: Walk, node: BoolOp, region: int, use: str, outer: Call | None) -> None:
    for value in reversed(node.values):
        walk.expression(value, region, use, outer)


def _compare(walk: Walk, node: Compare, region: int, use: str, outer: Call | None) -> None:
    for value in reversed(node.values):
        walk.expression(value, region)
    walk.expression(node.left, region)


def _unary(walk: Walk, node: UnaryOp, region: int, use: str, outer: Call | None) -> None:
    walk.expression(node.value, region)


def _subscript(walk: Walk, node: Subscript, region: int, use: str, outer: Call | None) -> None:
    walk.expression(node.index, region)
    walk.expression(node.value, region, "attribute", outer)


def _slice(walk: Walk, node: Slice, region: int, use: str, outer: Call | None) -> None:
    for part in (node.step, node.upper, node.lower):
        walk.expression(part, region)


def _if_exp(walk: Walk, node: IfExp, region: int, use: str, outer: Call | None) -> None:
    walk.expression(node.orelse, region, use, outer)
    walk.expression(node.body, region, use, outer)
    walk.expression(node.test, region)


def _f_string(walk: Walk, node: FString, region: int, use: str, outer: Call | None) -> None:
    for part in reversed(node.parts):
        walk.expression(part, region)


def _formatted(walk: Walk, node: Formatted, region: int, use: str, outer: Call | None) -> None:
    for part in reversed(node.spec):
        walk.expression(part, region)
    walk.expression(node.value, region)


def _named(walk: Walk, node: NamedExpr, region: int, use: str, outer: Call | None) -> None:
    walk.targets(node.target, Definition("assigned", region, node.end, node.value))
    walk.expression(node.value, region, "assigned")


def _lambda(walk: Walk, node: Lambda, region: int, use: str, outer: Call | None) -> None:
    number = walk.open(region, "lambda", start=node.start, end=node.end)
    walk.flow.scoped[number] = {
        item.name: Definition("parameter", number, node.start, item.default) for item in node.parameters
    }
    walk.close(number, region)
    walk.expression(node.body, number, "returned")
    walk.begin(number, region)
    for item in node.parameters:
        walk.expression(item.default, region)


def _comprehension(walk: Walk, node: Comprehension, region: int, use: str, outer: Call | None) -> None:
    number = len(walk.flow.regions)
    names: dict[str, Definition] = {}
    for clause in node.clauses:
        for target, index in parts(clause.target):
            if isinstance(target, Name):
                names[target.id] = portion(Definition("loop", number, node.start, clause.iterable), index)
    first = node.clauses[0]
    walk.open(
        region,
        "comprehension",
        start=node.start,
        end=node.end,
        variables=tuple(names),
        length=literal_length(first.iterable) if len(node.clauses) == 1 else None,
        is_async=any(clause.is_async for clause in node.clauses),
    )
    walk.flow.scoped[number] = names
    walk.close(number, region)
    walk.expression(node.value, number, use, outer)
    walk.expression(node.element, number, use, outer)
    for clause in reversed(node.clauses):
        for condition in reversed(clause.conditions):
            walk.expression(condition, number)
        if clause is not first:
            walk.expression(clause.iterable, number, "iterated")
    walk.begin(number, region)
    walk.expression(first.iterable, region, "iterated")


EXPRESSIONS: dict[type, Visit] = {
    Call: _call,
    Attribute: _attribute,
    Await: _await,
    Yield: _yield,
    Sequence: _sequence,
    Starred: _starred,
    Dict: _dict,
    BinOp: _bin_op,
    BoolOp: _bool_op,
    Compare: _compare,
    UnaryOp: _unary,
    Subscript: _subscript,
    Slice: _slice,
    IfExp: _if_exp,
    FString: _f_string,
    Formatted: _formatted,
    NamedExpr: _named,
    Lambda: _lambda,
    Comprehension: _comprehension,
}
