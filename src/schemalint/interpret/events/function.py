"""The flow of one function: its calls, the regions they stand in, and what its names are bound to, in order.

A flow is made on demand from a function's IR and knows nothing but that function. What names stand for is added by
`events_values`; the records for rules are made by `events_records`.
"""

from __future__ import annotations

from typing import NamedTuple, Union

import msgspec

from schemalint.facts.functions import Region
from schemalint.interpret.events.values import Value
from schemalint.interpret.resolutions import DefinedClass
from schemalint.interpret.scopes import Scope, function_scope
from schemalint.ir import Attribute, Call, ClassDef, Expression, FunctionDef, Raise, Return

UNCONDITIONAL = frozenset({"function", "with", "try", "finally"})
"""Kinds of regions whose code runs whenever the code before them did."""


class Definition(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One binding of a local name.

    `how` is "parameter", "assigned", "annotated" (without a value), "augmented", "loop", "with", "caught", "function",
    "class" or "imported". `value` is what is assigned, iterated or entered, or the parameter's default. `index` leads
    to the part of the value where it is unpacked: (0, 1) is the second of the first. `at` is the offset from which it
    holds.
    """

    how: str
    region: int
    at: int
    value: Expression | None = None
    annotation: Expression | None = None
    index: tuple[int, ...] = ()
    node: Union[FunctionDef, ClassDef, None] = None


class CallSite(NamedTuple):
    """A call: its region, what becomes of the result, and the call that it is an argument of."""

    node: Call
    region: int
    use: str
    outer: Call | None


class Moment(NamedTuple):
    """Any other event. `what` is a node, or the number of a region that is entered (`leaving` False) or left."""

    what: Union[Return, Raise, Expression, int]
    region: int
    kind: str


class Flow:
    """What a function does.

    `owner` is the class whose method it is; `enclosing` the flow of the function around. `definitions` are those of the
    function's own names; those of comprehensions and lambdas stand in `scoped`, by region. `happened` holds call sites
    and other moments in order. `globals` are the names it declares global or nonlocal, `outside` what it binds them to,
    `stored` what it assigns to attributes. `nested` are the functions defined inside, with the local class where they
    are methods of one. `values` is for what is found out later, by definition.
    """

    __slots__ = (
        "_scope",
        "calls",
        "definitions",
        "enclosing",
        "globals",
        "happened",
        "nested",
        "node",
        "outside",
        "owner",
        "path",
        "qualifier",
        "regions",
        "returns",
        "scoped",
        "stored",
        "values",
        "yields",
    )

    def __init__(
        self, path: str, node: FunctionDef, qualifier: str, owner: DefinedClass | None, enclosing: Flow | None
    ) -> None:
        self.path = path
        self.node = node
        self.qualifier = qualifier
        self.owner = owner
        self.enclosing = enclosing
        self.regions: list[Region] = []
        self.definitions: dict[str, list[Definition]] = {}
        self.scoped: dict[int, dict[str, Definition]] = {}
        self.happened: list[Union[CallSite, Moment]] = []
        self.calls: list[CallSite] = []
        self.returns: list[tuple[Expression, int]] = []
        self.yields: list[tuple[Expression, int]] = []
        self.globals: set[str] = set()
        self.outside: dict[str, list[Definition]] = {}
        self.stored: list[tuple[Attribute, Definition]] = []
        self.nested: list[tuple[FunctionDef, ClassDef | None]] = []
        self.values: dict[int, Value | None] = {}
        self._scope: Scope | None = None

    @property
    def scope(self) -> Scope:
        """The bindings of the function for the resolver."""
        if self._scope is None:
            self._scope = function_scope(self.node)
        return self._scope

    def around(self, region: int) -> list[int]:
        """The region and those around it, inside out."""
        found = []
        while region >= 0:
            found.append(region)
            region = self.regions[region].parent
        return found

    def reaching(self, name: str, region: int, at: int) -> list[Definition] | None:
        """The definitions that a name may have at an offset of a region, in order.

        None where the function does not bind the name. Branches that exclude each other are told apart, and what is
        overwritten in any case is left out; a loop's later assignments reach its earlier statements.
        """
        around = self.around(region)
        if self.scoped:
            for number in around:
                scoped = self.scoped.get(number)
                if scoped is not None and name in scoped:
                    return [scoped[name]]
        known = self.definitions.get(name)
        if known is None:
            return None
        if len(known) == 1 and known[0].region == 0:  # as most are: it holds from where it stands
            return list(known) if known[0].at <= at else []
        inside = set(around)
        groups = {self.regions[number].group: number for number in around if self.regions[number].group >= 0}
        loops = {number for number in around if self.regions[number].repeats}
        found = []
        for definition in reversed(known):
            if definition.at <= at:
                outside, conditional = self._way(definition.region, inside, groups)
                if not outside:
                    found.append(definition)
                    if not conditional and definition.how != "annotated":
                        loops.difference_update(self.around(definition.region))
                        break
        found.reverse()
        if loops:
            found += [
                definition
                for definition in known
                if definition.at > at
                and loops.intersection(self.around(definition.region))
                and not self._way(definition.region, inside, groups)[0]
            ]
        return found

    def _way(self, region: int, inside: set[int], groups: dict[int, int]) -> tuple[bool, bool]:
        """Whether what stands in a region cannot reach a place inside others, and whether it may be passed by."""
        conditional = False
        while region >= 0 and region not in inside:
            record = self.regions[region]
            if record.leaves or (record.group >= 0 and groups.get(record.group, region) != region):
                return True, True
            conditional = conditional or record.kind not in UNCONDITIONAL
            region = record.parent
        return False, conditional


class Where(NamedTuple):
    """The place of an expression: a region of a function, or a module where `flow` is None."""

    path: str
    flow: Flow | None = None
    region: int = 0


def flow_of(
    path: str,
    node: FunctionDef,
    qualifier: str = "",
    owner: DefinedClass | None = None,
    enclosing: Flow | None = None,
) -> Flow:
    """The flow of a function of the module at `path`.

    `qualifier` names what stands around it, `owner` is the class whose method it is, `enclosing` the flow of the
    function around it. Decodes the body; resolves nothing.
    """
    from schemalint.interpret.events.statements import fill

    flow = Flow(path, node, qualifier, owner, enclosing)
    fill(flow)
    return flow
