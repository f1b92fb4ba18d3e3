"""Statements: what a chain of calls that starts at `select(...)`, `session.query(...)`, `Model.objects` or a text is.

A statement may be built in steps: variables are followed inside the function, and constants across modules.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial, reduce

from schemalint.facts.queries import ColumnUse
from schemalint.interpret.events.function import Where
from schemalint.interpret.events.objects import flow_of_value
from schemalint.interpret.events.values import Foreign, FunctionValue
from schemalint.interpret.resolutions import BoundValue
from schemalint.interpret.resolve import resolve
from schemalint.ir import (
    Attribute,
    Call,
    Constant,
    Expression,
    Name,
)
from schemalint.readers.queries.criteria import Criteria, criteria
from schemalint.readers.queries.entities import DJANGO, SQLALCHEMY, Entities
from schemalint.readers.queries.methods import (
    COMPARISONS,
    CRITERIA,
    DJANGO_VERBS,
    JOINS,
    LIMITS,
    LOOKUPS,
    MAKERS,
    ORDERS,
    TABLE_VERBS,
)
from schemalint.readers.queries.shapes import Statement, copied, has_run, joined, unwound
from schemalint.readers.queries.text import reads_no_table, text_at
from schemalint.readers.sessions import session_of

_DEEPEST = 40
_COMPOSED = ("psycopg2.sql.SQL", "psycopg.sql.SQL", "psycopg2.sql.Composed", "psycopg.sql.Composed")
_MANAGERS = frozenset({"objects", "_default_manager", "_base_manager", "all_objects"})
_STARTS = frozenset(
    {"query", *_MANAGERS, *TABLE_VERBS, *(name.rpartition(".")[2] for name in MAKERS), "SQL", "Composed"}
)
_BUILDS = re.compile(rb"select|query|update|delete|insert|text|objects|union|exists")


class Statements:
    """Reads statements of a program."""

    def __init__(self, entities: Entities) -> None:
        self.entities = entities
        self.evidence = entities.evidence
        self._returned: dict[tuple[str, int], Statement | None] = {}

    def at(self, where: Where, node: Expression, depth: int = _DEEPEST) -> Statement | None:
        """The statement that an expression evidently is; None for anything else."""
        if depth == 0:
            return None
        root, links = unwound(node)
        used, statement = self._root(where, root, links, depth)
        if statement is None:
            return None
        for name, call, _ in links[used:]:
            if has_run(statement):
                return None  # what the query gave
            self._link(where, statement, name, call)
        statement.chains.append(node)
        return statement

    def raw(self, where: Where, node: Expression) -> Statement | None:
        """The statement of a text that is handed to a driver."""
        text = text_at(self.evidence, where, node)
        if text is None:
            return None
        statement = Statement("raw", "text", node, chains=[node])
        statement.sql = text.constant
        statement.beginning = text.beginning
        statement.interpolations = text.interpolations
        statement.formatted = bool(statement.interpolations)
        statement.trivial = statement.sql is not None and reads_no_table(statement.sql)
        return statement

    def _root(
        self, where: Where, root: Expression, links: list[tuple[str, Call | None, Expression]], depth: int
    ) -> tuple[int, Statement | None]:
        """The statement that a chain starts with, and how many of its links that takes."""
        if isinstance(root, Call):
            made = self._made(where, root, root, depth)
            if made is not None:
                return 0, made
        for used, (name, call, node) in enumerate(links, 1):
            if name in _STARTS or name.endswith("_objects"):
                found = self._start(where, name, call, node, depth)
                if found is not None:
                    return used, found
        return 0, self._variable(where, root, depth) if isinstance(root, Name) else None

    def _start(self, where: Where, name: str, call: Call | None, node: Expression, depth: int) -> Statement | None:
        """The statement that a link starts: `sa.select(...)`, `session.query(...)`, `User.query`, `User.objects`."""
        if call is not None:
            return self._made(where, call, node, depth)
        return self._managed(where, name, node) if isinstance(node, Attribute) else None

    def _managed(self, where: Where, name: str, node: Attribute) -> Statement | None:
        found = self.entities.entity(where, node.value)
        if found is None:
            return None
        entity, defined, kind = found
        if name == "query" and kind == SQLALCHEMY:
            return Statement("select", "model-query", node, [entity])
        if name != "query" and (kind == DJANGO or (defined is None and name == "objects" and ".models." in entity)):
            return Statement("select", "manager", node, [entity])
        return None

    def _made(self, where: Where, call: Call, node: Expression, depth: int) -> Statement | None:
        if isinstance(call.func, Attribute) and call.func.attr == "query":
            session = session_of(self.evidence, self.evidence.value(where, call.func.value))
            if session is not None or any(self._is_mapped(where, item.value) for item in call.args):
                return self._selecting(where, Statement("select", "query", node), call)
            return None
        called = self.evidence.value(where, call.func)
        if isinstance(called, FunctionValue):
            return self._through(called, call, depth)
        if isinstance(called, Foreign):
            return self._made_by(where, called, call, node, depth)
        if isinstance(call.func, Attribute) and call.func.attr in TABLE_VERBS:
            return self._of_table(where, call, call.func)
        return None

    def _is_mapped(self, where: Where, node: Expression) -> bool:
        """Whether the expression is certainly a mapped class or a column of one."""
        found = self.entities.entity(where, node)
        if found is not None:
            return found[2] == SQLALCHEMY
        column = self.entities.column(where, node)
        return column is not None and column[2] is not None

    def _made_by(self, where: Where, called: Foreign, call: Call, node: Expression, depth: int) -> Statement | None:
        verb = MAKERS.get(called.name) if called.owner is None else None
        if verb == "raw":
            statement = self.raw(where, call.args[0].value) if call.args else None
            if statement is None:
                statement = Statement("raw", "text", node, open=True)
            statement.style, statement.start = "text", node
            return statement
        if verb is not None:
            style = "criterion" if called.name == "sqlalchemy.exists" else "statement"
            return self._selecting(where, Statement(verb, style, node), call)
        if called.owner is None and called.name.startswith(_COMPOSED):
            return Statement("raw", "composed", node, open=True)
        if isinstance(call.func, Attribute) and call.func.attr in TABLE_VERBS:
            return self._of_table(where, call, call.func)
        return None

    def _through(self, called: FunctionValue, call: Call, depth: int) -> Statement | None:
        """The statement that a function of the project returns, as it is known from there."""
        function = called.function
        key = (function.path, function.node.start)
        if key not in self._returned:
            self._returned[key] = None
            if _BUILDS.search(function.node.body) is not None:
                flow = flow_of_value(self.evidence, called)
                found = [self.at(Where(flow.path, flow, at), node, depth - 1) for node, at in flow.returns]
                known = [copied(item) for item in found if item is not None and not has_run(item)]
                if known and len(known) == len(found):
                    self._returned[key] = reduce(joined, known)
        statement = self._returned[key]
        if statement is None:
            return None
        own = Criteria(list(statement.criteria.columns))  # operators are reported where they stand
        return replace(copied(statement), start=call, chains=[], criteria=own, borrowed=True)

    def _of_table(self, where: Where, call: Call, func: Attribute) -> Statement | None:
        """`users.insert()` of a Core table, or of `User.__table__`."""
        found = self.entities.entity(where, func.value)
        if found is None or found[2] != "table":
            return None
        statement = Statement(TABLE_VERBS[func.attr], "statement", call, [found[0]])
        for item in call.args:
            self._narrow(where, statement, item.value)
        return statement

    def _selecting(self, where: Where, statement: Statement, call: Call) -> Statement:
        """Reads the arguments of `select(...)`, `query(...)`, `update(...)` and the like."""
        for item in call.args:
            if item.star:
                statement.open = True
            elif item.keyword is None:
                self._select(where, statement, item.value)
            elif item.keyword == "whereclause":
                self._narrow(where, statement, item.value)
        return statement

    def _select(self, where: Where, statement: Statement, node: Expression) -> None:
        inner = self.at(where, node, 3) if isinstance(node, (Call, Name)) else None
        if inner is not None:
            self._contain(statement, inner)
            return
        found = self.entities.entity(where, node)
        if found is not None:
            statement.add(found[0])
            return
        columns = list(criteria(self.entities, where, node).columns)
        for column in columns:
            statement.add(column.entity)
        if not columns and not isinstance(node, Constant) and not self._counts(where, node):
            statement.open = True

    def _contain(self, statement: Statement, inner: Statement) -> None:
        """Adds what a subquery brings."""
        for name in inner.entities:
            statement.add(name)
        statement.open = statement.open or inner.open
        statement.narrowed = statement.narrowed or inner.narrowed
        statement.criteria.extend(inner.criteria)
        statement.chains += inner.chains

    def _counts(self, where: Where, node: Expression) -> bool:
        """Whether the expression is a function of SQL without columns: `func.count()`, `literal(1)`."""
        if not isinstance(node, Call):
            return False
        called = self.evidence.value(where, node.func)
        return isinstance(called, Foreign) and called.name.startswith(("sqlalchemy.func.", "sqlalchemy.literal"))

    def _variable(self, where: Where, root: Name, depth: int) -> Statement | None:
        flow = where.flow
        known = None if flow is None else flow.reaching(root.id, where.region, root.start)
        if known is None or flow is None:
            found = resolve(self.entities.program, where.path, root)
            if isinstance(found, BoundValue) and found.expression is not None and not found.ambiguous:
                return self.at(Where(found.path), found.expression, depth - 1)
            return None
        merged: Statement | None = None
        for definition in known:
            if definition.value is None or definition.index or definition.how not in ("assigned", "with"):
                continue
            at = Where(where.path, flow, definition.region)
            step = self.evidence.once("statement", definition, partial(self.at, at, definition.value, depth - 1))
            if step is not None and not has_run(step):
                merged = copied(step) if merged is None else joined(merged, step)
        return merged

    def _link(self, where: Where, statement: Statement, name: str, call: Call | None) -> None:
        statement.methods.append(name)
        if name in LIMITS or name == "[]":
            statement.limited = True
        if call is None:
            return
        manager = statement.style == "manager"
        if manager and name in LOOKUPS:
            statement.narrowed = statement.narrowed or bool(call.args)
            self._lookups(statement, call)
        elif name in CRITERIA:
            for item in call.args:
                self._narrow(where, statement, item.value)
        elif name == "filter_by":
            statement.narrowed = statement.narrowed or bool(call.args)
            self._by_keyword(statement, call)
        elif name in ("get", "get_or_404"):
            statement.narrowed = True
        elif name in ORDERS:
            self._order(where, statement, call, manager)
        elif name in JOINS:
            self._join(where, statement, call)
        if manager:
            statement.verb = DJANGO_VERBS.get(name, statement.verb)
            statement.open = statement.open or name in ("raw", "extra")
        elif statement.style in ("query", "model-query") and name in ("delete", "update"):
            statement.verb = name

    def _narrow(self, where: Where, statement: Statement, node: Expression) -> None:
        statement.narrowed = True
        statement.criteria.extend(criteria(self.entities, where, node))

    def _by_keyword(self, statement: Statement, call: Call) -> None:
        entity = statement.entities[-1] if statement.entities and not statement.open else None
        for item in call.args:
            if item.keyword is not None and entity is not None:
                statement.criteria.columns.append(ColumnUse(entity, item.keyword, "=="))

    def _lookups(self, statement: Statement, call: Call) -> None:
        for item in call.args:
            if item.keyword is not None and item.keyword != "defaults" and statement.entities:
                path, _, last = item.keyword.rpartition("__")
                compared = bool(path) and last in COMPARISONS
                column, operator = (path, last) if compared else (item.keyword, "exact")
                statement.criteria.columns.append(ColumnUse(statement.entities[0], column, operator))

    def _order(self, where: Where, statement: Statement, call: Call, manager: bool) -> None:
        for item in call.args:
            if manager and isinstance(item.value, Constant) and isinstance(item.value.value, str):
                statement.orders.append(ColumnUse(statement.entities[0], item.value.value.lstrip("-+")))
            else:
                statement.orders.extend(criteria(self.entities, where, item.value).columns)

    def _join(self, where: Where, statement: Statement, call: Call) -> None:
        for item in call.args:
            found = self.entities.entity(where, item.value)
            inner = self.at(where, item.value, 3) if found is None and isinstance(item.value, (Call, Name)) else None
            if found is not None:
                statement.add(found[0])
            elif inner is not None:
                self._contain(statement, inner)
            else:
                columns = criteria(self.entities, where, item.value).columns
                statement.joins.extend(columns)
                statement.open = statement.open or not columns
