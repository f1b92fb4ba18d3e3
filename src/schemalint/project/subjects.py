"""Subjects: what a rule looks at. Each is a navigable view over the linked project; a rule never builds one.

A rule names its subject by the type of its first parameter and is called once for each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from schemalint.diagnostics import Place
from schemalint.facts.comments import Directive
from schemalint.facts.operations import Operation
from schemalint.facts.revisions import Body, EnvConfig, PlacedOperation, RevisionDef, Server
from schemalint.ir import ModuleIR
from schemalint.project.conduct import Crash
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.problem import Problem as Problem
from schemalint.project.transactions import earlier_steps
from schemalint.schema.compare import Difference
from schemalint.schema.effects.effects import effects_of
from schemalint.schema.effects.records import Effect
from schemalint.schema.graph import Ordered
from schemalint.schema.timeline import Timeline
from schemalint.schema.view import SchemaView

if TYPE_CHECKING:
    from schemalint.project.code import Code


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A file. `ir` is None where there is a problem, and for SQL files; `role` is None for a file of no interest."""

    path: str
    ir: ModuleIR | None
    role: str | None
    problem: Problem | None = None
    directives: tuple[Directive, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Histories, metadata and servers that belong together.

    `servers` is empty while undecided, and `why` then says what was looked for. `declared` tells that the settings
    name the servers. `table_sizes` are the rows of tables and `lock_timeout_set_by` is what sets a timeout for locks
    outside of the code, as far as the settings say so.
    """

    name: str
    servers: tuple[Server, ...] = ()
    why: str = ""
    declared: bool = False
    table_sizes: Mapping[str, int] = field(default_factory=dict)
    lock_timeout_set_by: str | None = None

    def server(self, dialect: str) -> Server | None:
        """The target's server of a dialect, or None."""
        return next((server for server in self.servers if server.dialect == dialect), None)

    def runs_on(self, dialect: str) -> bool | None:
        """Whether the target has a server of that dialect; None while undecided."""
        return None if not self.servers else self.server(dialect) is not None


@dataclass(slots=True, eq=False)
class History:
    """The revisions of one root. `ordered` is the order in which they are replayed: parents first.

    `missing` are (revision, id) pairs of parents or dependencies that no file declares, `duplicates` groups of
    revisions with one id, `cycles` are loops among them. `heads` and `bases` do not count what stands in a cycle.
    `incomplete` tells that a file of the history could not be read or that an id is computed: revisions may exist that
    are not here. `released_known` tells that it is known which revisions are released.
    """

    root: str
    target: Target
    env: EnvConfig | None = None
    revisions: tuple[Revision, ...] = ()
    ordered: tuple[Revision, ...] = ()
    heads: tuple[Revision, ...] = ()
    bases: tuple[Revision, ...] = ()
    missing: tuple[tuple[Revision, str], ...] = ()
    duplicates: tuple[tuple[Revision, ...], ...] = ()
    cycles: tuple[tuple[Revision, ...], ...] = ()
    incomplete: bool = False
    released_known: bool = False
    graph: Ordered | None = None
    timeline: Timeline | None = None
    _by_id: dict[str, Revision] = field(default_factory=dict, init=False, repr=False)

    def find(self, id_: str) -> Revision | None:
        """The replayed revision of an id; None where there is none."""
        if not self._by_id:
            self._by_id.update((revision.id, revision) for revision in self.ordered)
        return self._by_id.get(id_)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether the revision `older` runs before `newer` in every upgrade that runs `newer`."""
        return self.graph is not None and self.graph.is_ancestor(older, newer)


@dataclass(slots=True, eq=False)
class Revision:
    """A revision in its history. `released` tells that it is part of what was deployed and can no longer be edited.

    `before` and `after` are the schema before and after its upgrade; None where it is not replayed.
    `downgrade_differences` are those between `before` and what its downgrade leaves of `after`: `missing` is what it
    does not bring back, `extra` what it leaves. There are none where the downgrade only raises.
    """

    definition: RevisionDef
    module: Module
    history: History
    upgrade: Body | None = None
    downgrade: Body | None = None
    steps: tuple[Step, ...] = ()
    released: bool = False
    before: SchemaView | None = None
    after: SchemaView | None = None
    downgrade_differences: tuple[Difference, ...] = ()

    @property
    def id(self) -> str:
        """The revision's id."""
        return self.definition.id

    @property
    def operations(self) -> Iterator[PlacedOperation]:
        """The operations of `upgrade`, in order."""
        return iter(self.upgrade.operations if self.upgrade else ())


@dataclass(slots=True, eq=False)
class Step:
    """An operation of an upgrade where it stands in the replay: `schema` is the virtual schema before it."""

    placed: PlacedOperation
    revision: Revision
    number: int
    schema: SchemaView
    _effects: dict[str, Effect | None] = field(default_factory=dict, init=False, repr=False)

    def effect_on(self, dialect: str) -> Effect | None:
        """What it does to the target's server of a dialect, as is known of all versions where none is told.

        None where the target does not run on that dialect. While it is undecided what it runs on, it may.
        """
        if dialect not in self._effects:
            target = self.target
            server = target.server(dialect) if target.servers else Server(dialect)
            if server is None:
                self._effects[dialect] = None
                return None
            steps = self.statement
            effects = effects_of([(step.operation, step.schema) for step in steps], server)
            for step, effect in zip(steps, effects, strict=True):
                step._effects[dialect] = effect
        return self._effects[dialect]

    @property
    def statement(self) -> tuple[Step, ...]:
        """The actions of the ALTER TABLE that it is one of, itself among them; else itself alone."""
        steps = self.revision.steps
        first = last = bisect_left(steps, self.number, key=attrgetter("number"))
        while first and steps[first].placed.continues:
            first -= 1
        while last + 1 < len(steps) and steps[last + 1].placed.continues:
            last += 1
        return steps[first : last + 1]

    @property
    def earlier(self) -> tuple[Step, ...]:
        """The steps before it that run in the same transaction, as far as that is certain."""
        return earlier_steps(self)

    @property
    def operation(self) -> Operation:
        """What is done."""
        return self.placed.operation

    @property
    def place(self) -> Place:
        """Where it is written."""
        return self.placed.place

    @property
    def target(self) -> Target:
        """The target whose history this is, with those of its servers alone that the step runs on."""
        target, dialects = self.revision.history.target, self.placed.dialects
        if not dialects:
            return target
        return replace(target, servers=tuple(server for server in target.servers if server.dialect in dialects))

    @property
    def env(self) -> EnvConfig | None:
        """The environment that runs the history."""
        return self.revision.history.env

    @property
    def anchor(self) -> str:
        """What the step is about, for fingerprints: `<revision>:<operation>:<object>`."""
        parts = (self.revision.id, operation_kind(self.operation), object_name(self.operation))
        return ":".join(part for part in parts if part)


@dataclass(slots=True, eq=False)
class Project:
    """Everything that was read, linked. `notes` are for the footer: why a server is undecided, and the like.

    `operations` counts those of upgrades; `not_understood` tells where something in an upgrade was not, what it was
    and why; `crashes` are faults of schemalint's own, each in one file. `code` is what the code beside the migrations
    says; None for a project without any.
    """

    modules: tuple[Module, ...]
    targets: tuple[Target, ...] = ()
    histories: tuple[History, ...] = ()
    notes: tuple[str, ...] = ()
    operations: int = 0
    not_understood: tuple[tuple[Place, str, str], ...] = ()
    crashes: tuple[Crash, ...] = ()
    code: Code | None = None
