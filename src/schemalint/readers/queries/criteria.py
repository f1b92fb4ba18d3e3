"""Criteria: the columns in a part of a statement, how they are compared, and Python's own operators over them."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemalint.facts.queries import ColumnUse, PythonOperator
from schemalint.interpret.events.function import Where
from schemalint.interpret.events.records import place_of
from schemalint.interpret.events.values import Foreign
from schemalint.ir import (
    Attribute,
    BinOp,
    BoolOp,
    Call,
    Compare,
    Expression,
    IfExp,
    Name,
    Sequence,
    Starred,
    Subscript,
    UnaryOp,
)
from schemalint.readers.queries.entities import Entities
from schemalint.readers.queries.methods import BUILDING, MAKERS

_DEEPEST = 16
_IDENTITY = frozenset({"is", "is not", "in", "not in"})
_CHAINED = frozenset(
    {"desc", "asc", "label", "nullsfirst", "nullslast", "nulls_first", "nulls_last", "collate", "cast"}
)


@dataclass(slots=True)
class Criteria:
    """The columns in a criterion and the operators that Python decides at once. `constants` counts literal operands."""

    columns: list[ColumnUse] = field(default_factory=list)
    operators: list[PythonOperator] = field(default_factory=list)

    def extend(self, other: Criteria) -> None:
        """Adds another criterion."""
        self.columns += other.columns
        self.operators += other.operators


def criteria(entities: Entities, where: Where, node: Expression) -> Criteria:
    """What a criterion, an order or a selected expression mentions."""
    found = Criteria()
    _read(entities, where, node, found, None, _DEEPEST)
    return found


def _read(
    entities: Entities, where: Where, node: Expression, found: Criteria, operator: str | None, depth: int
) -> None:
    if depth == 0:
        return
    column = entities.column(where, node) if isinstance(node, (Attribute, Subscript, Call)) else None
    if column is not None:
        found.columns.append(ColumnUse(column[0], column[1], operator))
    elif isinstance(node, Compare):
        _compare(entities, where, node, found, depth)
    elif isinstance(node, BoolOp):
        _bool_op(entities, where, node, found, depth)
    elif isinstance(node, UnaryOp):
        if node.op == "not":
            _ask(entities, where, "not", (node.value,), node, found)
        _read(entities, where, node.value, found, operator, depth - 1)
    elif isinstance(node, BinOp):
        for side in (node.left, node.right):
            _read(entities, where, side, found, operator, depth - 1)
    elif isinstance(node, Call):
        _call(entities, where, node, found, operator, depth)
    elif isinstance(node, IfExp):
        for arm in (node.body, node.orelse):
            _read(entities, where, arm, found, operator, depth - 1)
    elif isinstance(node, Sequence):
        for item in node.items:
            _read(entities, where, item, found, operator, depth - 1)
    elif isinstance(node, Starred):
        _read(entities, where, node.value, found, operator, depth - 1)
    elif isinstance(node, Name):
        _variable(entities, where, node, found, operator, depth)


def _variable(entities: Entities, where: Where, node: Name, found: Criteria, operator: str | None, depth: int) -> None:
    """Follows a criterion that was put into a variable first."""
    known = None if where.flow is None else where.flow.reaching(node.id, where.region, node.start)
    for definition in known or ():
        if definition.how == "assigned" and definition.value is not None and not definition.index:
            at = Where(where.path, where.flow, definition.region)
            if isinstance(definition.value, (Compare, Call, BinOp, Sequence, Attribute, BoolOp, UnaryOp)):
                _read(entities, at, definition.value, found, operator, depth // 2)


def _compare(entities: Entities, where: Where, node: Compare, found: Criteria, depth: int) -> None:
    sides = (node.left, *node.values)
    for number, side in enumerate(sides):
        operator = node.ops[max(number - 1, 0)]
        _read(entities, where, side, found, operator, depth - 1)
    for operator, left in zip(node.ops, sides, strict=False):
        if operator in _IDENTITY:
            _ask(entities, where, operator, (left,), node, found)


def _bool_op(entities: Entities, where: Where, node: BoolOp, found: Criteria, depth: int) -> None:
    for value in node.values:
        _read(entities, where, value, found, None, depth - 1)
    _ask(entities, where, node.op, node.values[:-1], node, found)  # the last value is given back, not asked


def _ask(
    entities: Entities, where: Where, operator: str, asked: tuple[Expression, ...], node: Expression, found: Criteria
) -> None:
    """Records an operator that asks for the truth or identity of columns."""
    columns = []
    for value in asked:
        inner = _certain(entities, where, value, operator in _IDENTITY)
        if inner is not None:
            columns.append(inner)
    if columns:
        found.operators.append(PythonOperator(operator, tuple(columns), place_of(entities.program, where.path, node)))


def _certain(entities: Entities, where: Where, node: Expression, itself: bool) -> ColumnUse | None:
    """The column where the expression certainly is one, or (unless `itself`) a comparison of one."""
    column = entities.column(where, node)
    if column is not None:
        return ColumnUse(column[0], column[1]) if column[2] == "column" else None
    if itself:
        return None
    if isinstance(node, Compare) and len(node.ops) == 1 and node.ops[0] not in _IDENTITY:
        for side in (node.left, *node.values):
            column = entities.column(where, side)
            if column is not None and column[2] == "column":
                return ColumnUse(column[0], column[1], node.ops[0])
    if isinstance(node, Call) and isinstance(node.func, Attribute):
        column = entities.column(where, node.func.value)
        if column is not None and column[2] == "column":
            return ColumnUse(column[0], column[1], node.func.attr)
    if isinstance(node, BinOp) and node.op in ("&", "|"):
        return _certain(entities, where, node.left, itself) or _certain(entities, where, node.right, itself)
    return None


def _call(entities: Entities, where: Where, node: Call, found: Criteria, operator: str | None, depth: int) -> None:
    if isinstance(node.func, Attribute):
        method = node.func.attr
        compared = None if method in BUILDING else operator if method in _CHAINED else method
        _read(entities, where, node.func.value, found, compared, depth - 1)
    called = entities.evidence.value(where, node.func)
    if isinstance(called, Foreign) and called.name in MAKERS:
        return  # what a subquery selects is not compared
    for item in node.args:
        _read(entities, where, item.value, found, operator, depth - 1)
