"""The queries of a function: what it builds, what it runs, on which session, and in which loop."""

from __future__ import annotations

import re

from schemalint.facts.functions import SessionOrigin
from schemalint.facts.queries import ColumnUse, Query
from schemalint.interpret.events.evidence import Evidence
from schemalint.interpret.events.function import CallSite, Flow, Where
from schemalint.interpret.events.records import dependencies, names_in, place_of, text_of
from schemalint.ir import Attribute, Call, Constant, Expression, FunctionDef, Name, marks_of_names
from schemalint.readers.queries.entities import SQLALCHEMY, Entities
from schemalint.readers.queries.methods import CONSUMING, RUNNING_MANAGER, RUNNING_QUERY
from schemalint.readers.queries.shapes import QUERY_STYLES, Statement, has_run, starts, unwound
from schemalint.readers.queries.statements import Statements
from schemalint.readers.queries.text import is_statement
from schemalint.readers.sessions import EXECUTING, receiver_session

_OBJECTS = frozenset({"get", "get_one"})
_BULK = {"bulk_insert_mappings": "insert", "bulk_update_mappings": "update"}
_MENTIONS = re.compile(
    marks_of_names(EXECUTING | _OBJECTS | {"text"}).pattern
    + rb"|query|objects|select|insert|update|delete|_text|get_or_|_manager|bulk_"
)
_MANAGER = SessionOrigin("sync", "django", None, "session", "manager")
_MODEL_QUERY = SessionOrigin("sync", "flask-sqlalchemy", None, "session", "manager")


def may_hold_queries(function: FunctionDef) -> bool:
    """Whether a function may build or run a statement: its body, which is not decoded for this, has a word of one."""
    return _MENTIONS.search(function.body) is not None


class Queries:
    """Reads the queries of functions."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.entities = Entities(evidence)
        self.statements = Statements(self.entities)

    def of(self, flow: Flow) -> tuple[tuple[Query, ...], dict[str, SessionOrigin]]:
        """The queries of a function in order, and the receivers, as written, that they show to be sessions.

        There are none in a function that `may_hold_queries` is not true of.
        """
        reading = _Reading(self, flow)
        reading.read()
        ordered = sorted(reading.found, key=lambda item: item[0])
        return tuple(query for _, query in ordered), reading.by_use


class _Reading:
    def __init__(self, queries: Queries, flow: Flow) -> None:
        self.evidence = queries.evidence
        self.entities = queries.entities
        self.statements = queries.statements
        self.flow = flow
        self.found: list[tuple[int, Query]] = []
        self.by_use: dict[str, SessionOrigin] = {}
        self.read_ranges: list[tuple[int, int]] = []
        self.mentioned: set[str] = set()

    def read(self) -> None:
        waiting = [site for site in self.flow.calls if not self._runs(site)]
        for iterable, region in self._iterated():
            self._iterates(iterable, region)
        for site in reversed(waiting):  # the last step of what is built in steps tells most
            self._builds(site)

    # ------------------------------------------------------------------------------------------------ what is run

    def _runs(self, site: CallSite) -> bool:
        func = site.node.func
        if isinstance(func, Name):
            return self._consumes(site, func)
        if not isinstance(func, Attribute):
            return False
        where = Where(self.flow.path, self.flow, site.region)
        if func.attr in EXECUTING and self._executes(site, func, where):
            return True
        if func.attr in _OBJECTS and self._loads(site, func, where):
            return True
        if func.attr in _BULK and self._bulk(site, func, where):
            return True
        return func.attr in RUNNING_MANAGER | RUNNING_QUERY and self._terminates(site, where)

    def _executes(self, site: CallSite, func: Attribute, where: Where) -> bool:
        """`session.execute(statement)` and the like."""
        session = receiver_session(self.evidence, self.flow, site)
        if not site.node.args or site.node.args[0].keyword not in (None, "statement", "query", "sql", "clause"):
            return False
        given = site.node.args[0].value
        statement = self.statements.at(where, given)
        if statement is None and session is not None:
            statement = self.statements.raw(where, given)
            if statement is None:
                statement = Statement("unknown", "unknown", given, open=True, chains=[given])
        if statement is None or (session is None and statement.style == "manager"):
            return False
        if session is None:
            session = self._shown(func, site)
        self._add(statement, site.node, site, session, func.value)
        return True

    def _shown(self, func: Attribute, site: CallSite) -> SessionOrigin:
        """The session that nothing but its use tells."""
        kind = "async" if site.use == "awaited" else "unknown"
        session = SessionOrigin(kind, "sqlalchemy", None, "session", "use")
        self.by_use.setdefault(text_of(func.value), session)
        return session

    def _loads(self, site: CallSite, func: Attribute, where: Where) -> bool:
        """`session.get(User, id)`; dictionaries have such a method too."""
        if not site.node.args or isinstance(site.node.args[0].value, Constant):
            return False
        found = self.entities.entity(where, site.node.args[0].value)
        session = receiver_session(self.evidence, self.flow, site)
        if session is None or session.level != "session":
            if found is None or found[2] != SQLALCHEMY or len(site.node.args) < 2:
                return False
            session = self._shown(func, site)
        statement = Statement("select", "get", site.node, chains=[site.node], narrowed=True, limited=True)
        statement.add(None if found is None else found[0])
        self._add(statement, site.node, site, session, func.value)
        return True

    def _bulk(self, site: CallSite, func: Attribute, where: Where) -> bool:
        session = receiver_session(self.evidence, self.flow, site)
        if session is None or not site.node.args:
            return False
        found = self.entities.entity(where, site.node.args[0].value)
        statement = Statement(_BULK[func.attr], "bulk", site.node, chains=[site.node])
        statement.add(None if found is None else found[0])
        self._add(statement, site.node, site, session, func.value)
        return True

    def _terminates(self, site: CallSite, where: Where) -> bool:
        """A chain that starts at a query and ends in what runs it: `User.query.filter(...).all()`."""
        root, links = unwound(site.node)
        if not isinstance(root, (Name, Call)) or not links:
            return False
        named = any(name in ("query", "objects") or "manager" in name for name, _, _ in links[:-1])
        if not named and not (isinstance(root, Name) and self._may_hold(root)):
            return False
        statement = self.statements.at(where, site.node)
        if statement is None:
            return False
        if not has_run(statement) or (statement.style == "manager" and _has_fallback(site.node)):
            return False
        self._add(statement, site.node, site, self._session_of(statement, where), None)
        return True

    def _may_hold(self, root: Name) -> bool:
        """Whether the variable is bound to the outcome of a chain at all."""
        known = self.flow.definitions.get(root.id)
        if known is None:
            return False
        return any(isinstance(item.value, (Call, Attribute)) for item in known if item.how == "assigned")

    def _consumes(self, site: CallSite, func: Name) -> bool:
        """`list(query)`, `len(query)`."""
        if func.id not in CONSUMING or len(site.node.args) != 1:
            return False
        return self._iterates(site.node.args[0].value, site.region)

    def _iterated(self) -> list[tuple[Expression, int]]:
        """What the loops of the function run over, with the region the iterable is evaluated in."""
        flow = self.flow
        definitions = [item for known in flow.definitions.values() for item in known]
        definitions += [item for names in flow.scoped.values() for item in names.values()]
        return [
            (item.value, flow.regions[item.region].parent)
            for item in definitions
            if item.how == "loop" and item.value is not None
        ]

    def _iterates(self, node: Expression, region: int) -> bool:
        if not isinstance(node, (Name, Call, Attribute)):
            return False
        if isinstance(node, Name) and not self._may_hold(node):
            return False
        where = Where(self.flow.path, self.flow, region)
        statement = self.statements.at(where, node)
        if statement is None or statement.style not in QUERY_STYLES or has_run(statement):
            return False
        site = CallSite(Call(node, (), node.start, node.end), region, "iterated", None)
        self._add(statement, node, site, self._session_of(statement, where), None)
        return True

    def _session_of(self, statement: Statement, where: Where) -> SessionOrigin | None:
        if statement.style == "manager":
            return _MANAGER
        if statement.style == "model-query":
            return _MODEL_QUERY
        for chain in statement.chains:
            _, links = unwound(chain)
            for name, call, _ in links:
                if name == "query" and call is not None and isinstance(call.func, Attribute):
                    site = CallSite(call, where.region, "attribute", None)
                    session = receiver_session(self.evidence, self.flow, site)
                    return session if session is not None else self._shown(call.func, site)
        return None

    # ---------------------------------------------------------------------------------------------- what is built

    def _builds(self, site: CallSite) -> None:
        """A statement that this function does not run."""
        node = site.node
        if site.use == "attribute" or any(low <= node.start and node.end <= high for low, high in self.read_ranges):
            return
        where = Where(self.flow.path, self.flow, site.region)
        statement = self.statements.at(where, node)
        if statement is None or (statement.verb == "raw" and not is_statement(statement.beginning)):
            return
        if statement.borrowed or statement.style == "criterion" or has_run(statement) or self._is_part(node):
            return
        if all(self._was_read(start) for start in starts(statement)):
            return
        self._add(statement, None, site, self._session_of(statement, where), None)

    def _is_part(self, node: Expression) -> bool:
        """Whether the statement is put into a variable that another query mentions: a subquery."""
        return any(
            item.how == "assigned"
            and item.value is not None
            and item.value.start <= node.start
            and node.end <= item.value.end
            for name in self.mentioned & self.flow.definitions.keys()
            for item in self.flow.definitions[name]
        )

    def _was_read(self, start: int) -> bool:
        return any(low <= start <= high for low, high in self.read_ranges)

    # --------------------------------------------------------------------------------------------------- the record

    def _add(
        self,
        statement: Statement,
        executed: Expression | None,
        site: CallSite,
        session: SessionOrigin | None,
        receiver: Expression | None,
    ) -> None:
        node = executed if executed is not None else site.node
        self.read_ranges += [(chain.start, chain.end) for chain in statement.chains]
        if executed is not None:
            self.read_ranges.append((executed.start, executed.end))
        mentioned = {name for chain in (*statement.chains, node) for name in names_in(chain)}
        self.mentioned |= mentioned
        if receiver is not None:
            mentioned -= set(names_in(receiver))
        depends = dependencies(self.flow, site.region, mentioned)
        program, path = self.evidence.program, self.flow.path
        local = statement.start if path == self.flow.path and self._is_here(statement.start) else node
        query = Query(
            verb=statement.verb,
            style=statement.style,
            text=text_of(node.func if isinstance(node, Call) else node),
            place=place_of(program, path, local),
            region=site.region,
            entities=tuple(statement.entities),
            open=statement.open,
            filters=tuple(dict.fromkeys(statement.criteria.columns)),
            orders=tuple(dict.fromkeys(statement.orders)),
            joins=tuple(dict.fromkeys(statement.joins)),
            unfiltered=_is_unfiltered(statement),
            limited=statement.limited,
            sql=statement.sql,
            formatted=statement.formatted,
            interpolations=tuple(statement.interpolations),
            python_operators=tuple(dict.fromkeys(statement.operators)),
            trivial=statement.trivial,
            executed=None if executed is None else place_of(program, path, executed),
            session=session,
            dependencies=depends,
            batched=bool(depends) and _is_batched(statement.criteria.columns),
            iterated=executed is not None and not isinstance(node, Call),
        )
        self.found.append((node.start, query))

    def _is_here(self, node: Expression) -> bool:
        return self.flow.node.start <= node.start and node.end <= self.flow.node.end


def _is_unfiltered(statement: Statement) -> bool:
    certain = bool(statement.entities) and not statement.open
    return certain and not statement.narrowed and statement.verb in ("select", "update", "delete")


def _is_batched(columns: list[ColumnUse]) -> bool:
    return any(column.operator in ("in_", "in") for column in columns)


def _has_fallback(call: Call) -> bool:
    """`found.get(key, None)` asks a dictionary: what managers take without a keyword are conditions."""
    gets = isinstance(call.func, Attribute) and call.func.attr == "get" and bool(call.args)
    return gets and call.args[-1].keyword is None and isinstance(call.args[-1].value, Constant)
