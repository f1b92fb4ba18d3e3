"""The shape of a statement while it is read, and the chains of calls that it is written as."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from schemalint.facts.queries import ColumnUse, Interpolation, PythonOperator
from schemalint.ir import Attribute, Await, Call, Expression, NamedExpr, Subscript
from schemalint.readers.queries.criteria import Criteria
from schemalint.readers.queries.methods import RUNNING_MANAGER, RUNNING_QUERY

_Item = TypeVar("_Item")

QUERY_STYLES = frozenset({"query", "model-query", "manager"})
"""The styles whose statements run themselves: by a method at the end, or when they are iterated."""


@dataclass(slots=True)
class Statement:
    """What is known of a statement while it is read.

    `chains` are its expressions.

    `borrowed` tells that another function built it. `methods` are those that were called on it.
    """

    verb: str
    style: str
    start: Expression
    entities: list[str] = field(default_factory=list)
    open: bool = False
    criteria: Criteria = field(default_factory=Criteria)
    orders: list[ColumnUse] = field(default_factory=list)
    joins: list[ColumnUse] = field(default_factory=list)
    narrowed: bool = False
    limited: bool = False
    sql: str | None = None
    beginning: str = ""
    formatted: bool = False
    interpolations: list[Interpolation] = field(default_factory=list)
    trivial: bool = False
    borrowed: bool = False
    methods: list[str] = field(default_factory=list)
    chains: list[Expression] = field(default_factory=list)

    @property
    def operators(self) -> list[PythonOperator]:
        """Python operators in its criteria."""
        return self.criteria.operators

    def add(self, name: str | None) -> None:
        """Adds an entity, or records that one is not known."""
        if name is None:
            self.open = True
        elif name not in self.entities:
            self.entities.append(name)


def has_run(statement: Statement) -> bool:
    """Whether one of the methods called on a query or a manager runs it: what they give is no statement."""
    if statement.style not in QUERY_STYLES:
        return False
    running = RUNNING_MANAGER if statement.style == "manager" else RUNNING_QUERY
    return any(name in running for name in statement.methods)


def unwound(node: Expression) -> tuple[Expression, list[tuple[str, Call | None, Expression]]]:
    """A chain as its root and the attributes after it, in order, each with its call where it is called."""
    links: list[tuple[str, Call | None, Expression]] = []
    while True:
        if isinstance(node, Call) and isinstance(node.func, Attribute):
            links.append((node.func.attr, node, node))
            node = node.func.value
        elif isinstance(node, Attribute):
            links.append((node.attr, None, node))
            node = node.value
        elif isinstance(node, (Await, NamedExpr)):
            node = node.value
        elif isinstance(node, Subscript):
            links.append(("[]", None, node))
            node = node.value
        else:
            links.reverse()
            return node, links


def copied(statement: Statement) -> Statement:
    """A statement that can be read on without a trace in the original."""
    lists = ("entities", "orders", "joins", "interpolations", "methods", "chains")
    copies: dict[str, Any] = {name: list(getattr(statement, name)) for name in lists}
    own = Criteria(list(statement.criteria.columns), list(statement.criteria.operators))
    return replace(statement, criteria=own, **copies)


def joined(left: Statement, right: Statement) -> Statement:
    """What is known of a variable that may hold either of two statements: the first, changed. Nothing is kept twice."""
    for name in right.entities:
        left.add(name)
    left.verb = left.verb if left.verb == right.verb else "unknown"
    left.open = left.open or right.open
    left.criteria.columns = _union(left.criteria.columns, right.criteria.columns)
    left.criteria.operators = _union(left.criteria.operators, right.criteria.operators)
    left.orders = _union(left.orders, right.orders)
    left.joins = _union(left.joins, right.joins)
    left.narrowed = left.narrowed or right.narrowed
    left.limited = left.limited or right.limited
    left.sql = left.sql if left.sql == right.sql else None
    left.formatted = left.formatted or right.formatted
    left.interpolations = _union(left.interpolations, right.interpolations)
    left.trivial = left.trivial and right.trivial
    left.borrowed = left.borrowed and right.borrowed
    left.methods = _union(left.methods, right.methods)
    chains = {(chain.start, chain.end): chain for chain in (*left.chains, *right.chains)}
    left.chains = list(chains.values())
    return left


def _union(left: list[_Item], right: list[_Item]) -> list[_Item]:
    return list(dict.fromkeys((*left, *right)))


def starts(statement: Statement) -> Iterator[int]:
    """Where the parts of a statement begin."""
    for chain in statement.chains:
        root, _ = unwound(chain)
        yield root.start
