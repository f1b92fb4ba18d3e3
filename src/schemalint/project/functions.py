"""The functions of a program, as rules see them: events, queries and session calls, found out when asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property

from schemalint.diagnostics import Place
from schemalint.facts.functions import AnyEvent, CallEvent, Event, Region, SessionCall, Signature
from schemalint.facts.queries import Query
from schemalint.interpret.events.evidence import Evidence
from schemalint.interpret.events.function import Flow, Where
from schemalint.interpret.events.records import (
    call_event,
    dependencies,
    events_of,
    name_of_value,
    signature_of,
)
from schemalint.interpret.events.values import FunctionValue
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import DefinedClass
from schemalint.ir import ClassDef, Expression, FunctionDef, marks_of_nodes, span_of
from schemalint.project.facts import NO_FACTS, FactReader, Facts
from schemalint.project.memory import Memory
from schemalint.readers.queries.read import Queries, may_hold_queries
from schemalint.readers.sessions import may_call_sessions, session_calls

_DEFINES = marks_of_nodes(FunctionDef)


class Function:
    """A function or method.

    Everything is found out when it is first asked for, most of all its flow: most functions have nothing to do with a
    database, and a look at their encoded bodies tells. What a nested function does is not among the events and queries
    of the function around it: ask `nested`, or `with_nested` for all at once.
    """

    def __init__(
        self,
        functions: Functions,
        path: str,
        node: FunctionDef,
        qualifier: str,
        enclosing: Flow | None = None,
        local: ClassDef | None = None,
    ) -> None:
        """`qualifier` names what stands around it; `enclosing` is the flow of the function around it, and `local` the
        class in between."""
        self.path = path
        self.node = node
        self._functions = functions
        self._evidence = functions.evidence
        self._qualifier = qualifier
        self._around = (enclosing, local)

    def __repr__(self) -> str:
        return f"Function({self.path}:{self.qualified_name})"

    @cached_property
    def _flow(self) -> Flow:
        return self._evidence.flow(self.path, self.node, *self._around)

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.node.name

    @property
    def qualified_name(self) -> str:
        """The name inside the module: "Users.get"."""
        return f"{self._qualifier}.{self.name}" if self._qualifier else self.name

    @property
    def role(self) -> str | None:
        """The role of its file."""
        return self._functions.roles.get(self.path)

    @property
    def is_handler(self) -> bool:
        """Whether it serves a route."""
        return (self.path, self.qualified_name) in self._functions.served()

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine function."""
        return self.node.is_async

    @property
    def is_private(self) -> bool:
        """Whether its name says that it is not for other modules."""
        return self.name.startswith("_") and not self.name.endswith("__")

    @property
    def owner(self) -> DefinedClass | None:
        """The class whose method it is."""
        return self._flow.owner

    @cached_property
    def signature(self) -> Signature:
        """What it is: parameters and decorators resolved."""
        return signature_of(self._evidence, self._flow)

    @property
    def place(self) -> Place:
        """Where its name stands."""
        start = self.node.name_start
        return self._place(start, start + len(self.name))

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions that events name by number."""
        return tuple(self._flow.regions)

    @cached_property
    def events(self) -> tuple[AnyEvent, ...]:
        """Everything that happens in it, in order."""
        return events_of(self._evidence, self._flow)

    @cached_property
    def calls(self) -> tuple[CallEvent, ...]:
        """The calls in it, in order, with their callees resolved."""
        return tuple(call_event(self._evidence, self._flow, site) for site in self._flow.calls)

    @cached_property
    def _facts(self) -> Facts:
        return self._functions.facts.of(self.path, self.node.start)

    @property
    def queries(self) -> tuple[Query, ...]:
        """The statements that it builds or runs."""
        return self._facts.queries

    @property
    def session_calls(self) -> tuple[SessionCall, ...]:
        """What it calls on sessions, connections and cursors."""
        return self._facts.session_calls

    def read(self, queries: Queries) -> Facts:
        """What it does with a database, read anew."""
        found, by_use = queries.of(self._flow) if may_hold_queries(self.node) else ((), {})
        calls = session_calls(self._evidence, self._flow, by_use) if may_call_sessions(self.node) else ()
        return Facts(found, calls)

    @cached_property
    def nested(self) -> tuple[Function, ...]:
        """The functions defined inside, without those inside them."""
        return tuple(self._functions.inside(self._flow)) if _DEFINES.search(self.node.body) is not None else ()

    def with_nested(self) -> Iterator[Function]:
        """The function, and all that are defined inside it at any depth."""
        yield self
        for function in self.nested:
            yield from function.with_nested()

    def callees(self) -> frozenset[str]:
        """The full names of what it calls, as far as they are known."""
        found = set()
        for site in self._flow.calls:
            where = Where(self.path, self._flow, site.region)
            name = name_of_value(self._evidence, self._evidence.value(where, site.node.func))
            if name is not None:
                found.add(name)
        return frozenset(found)

    def around(self, region: int) -> tuple[Region, ...]:
        """A region and those around it, inside out."""
        return tuple(self._flow.regions[number] for number in self._flow.around(region))

    def loops(self, region: int) -> tuple[Region, ...]:
        """The loops and comprehensions around a region, inside out."""
        return tuple(record for record in self.around(region) if record.repeats)

    def dependencies(self, event: CallEvent) -> tuple[str, ...]:
        """Which variables of the loops around a call its arguments depend on."""
        names = {name for argument in event.arguments for name in argument.names}
        return dependencies(self._flow, event.region, names)

    def place_of(self, event: Event) -> Place:
        """Where an event stands."""
        return self._place(event.start, event.end)

    def _place(self, start: int, end: int) -> Place:
        lines = self._functions.program.modules[self.path].lines
        return Place(self.path, span_of(lines, start, end))

    def of_same_module(self) -> Iterator[Function]:
        """The functions of its module that it calls, or hands to what it calls, each once."""
        seen: set[int] = {self.node.start}
        for site in self._flow.calls:
            where = Where(self.path, self._flow, site.region)
            for expression in (site.node.func, *(argument.value for argument in site.node.args)):
                found = self._function(where, expression)
                if found is not None and found.node.start not in seen:
                    seen.add(found.node.start)
                    yield found

    def _function(self, where: Where, expression: Expression) -> Function | None:
        value = self._evidence.value(where, expression)
        if not isinstance(value, FunctionValue) or value.function.path != self.path:
            return None
        return self._functions.find(self.path, value.function.node)


class Functions:
    """The functions of a program. One serves a whole run: what was found out is remembered.

    `memory` keeps what was read of them. `roles` are those of the files; `served` gives the path and the qualified name
    of the functions that serve routes.
    """

    def __init__(
        self,
        program: Program,
        memory: Memory | None = None,
        roles: Mapping[str, str | None] | None = None,
        served: Callable[[], Collection[tuple[str, str]]] = frozenset,
    ) -> None:
        self.program = program
        self.roles = roles or {}
        self.served = served
        self.evidence = Evidence(program)
        self.facts = FactReader(program, memory, _facts_in)
        self._of: dict[str, tuple[Function, ...]] = {}
        self._known: dict[tuple[str, int], Function] = {}

    def of(self, path: str) -> tuple[Function, ...]:
        """The functions and methods of a module in order, nested ones after the function around them."""
        if path not in self._of:
            outer = (Function(self, path, *definition) for definition in self.evidence.definitions(path))
            found = self._of[path] = tuple(inner for function in outer for inner in function.with_nested())
            self._known.update({(path, function.node.start): function for function in found})
        return self._of[path]

    def all(self) -> Iterator[Function]:
        """The functions of all modules."""
        for path in self.program.modules:
            yield from self.of(path)

    def find(self, path: str, node: FunctionDef) -> Function | None:
        """The function of a definition; None where the module has none there."""
        key = (path, node.start)
        if key not in self._known:
            self.of(path)
        return self._known.get(key)

    def private_helpers(self, function: Function) -> tuple[Function, ...]:
        """The private functions of the same module that a function calls, directly or through each other."""
        found: dict[int, Function] = {}
        waiting = [function]
        while waiting:
            for called in waiting.pop().of_same_module():
                if called.is_private and called.node.start not in found and called is not function:
                    found[called.node.start] = called
                    waiting.append(called)
        return tuple(found.values())

    def inside(self, flow: Flow) -> Iterator[Function]:
        """The functions defined directly inside the function of a flow."""
        for node, local in flow.nested:
            inner = self.evidence.flow(flow.path, node, flow, local)
            yield Function(self, flow.path, node, inner.qualifier, flow, local)


def _facts_in(program: Program, path: str) -> dict[int, Facts | Exception]:
    """What the functions of a module do, those that do anything, by where they start; or what reading one raised."""
    functions = Functions(program)
    queries = Queries(functions.evidence)
    found: dict[int, Facts | Exception] = {}
    for function in functions.of(path):
        try:
            facts = function.read(queries)
        except Exception as error:
            found[function.node.start] = error
        else:
            if facts != NO_FACTS:
                found[function.node.start] = facts
    return found
