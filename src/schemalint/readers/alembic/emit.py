"""Where operations go as they are read: their region, their flags, and what was not understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from schemalint.diagnostics import Place
from schemalint.facts.operations import OpaqueOperation, TransactionControl
from schemalint.facts.revisions import PlacedOperation
from schemalint.interpret.evaluator.machine import Machine
from schemalint.readers.alembic.tables import Did
from schemalint.readers.models.metadata import Metadata
from schemalint.schema.view import SchemaView

Arguments = tuple[tuple[str, Place], ...]

_DEFAULT_NAMES = Metadata()


class NotUnderstood(NamedTuple):
    """Something in a body that was not understood: where, what and why."""

    place: Place
    what: str
    reason: str


@dataclass(slots=True)
class Environment:
    """What surrounds a body that is read.

    `dialect` is the target's server, None while undecided; `others` are those of its other servers. `naming` is the
    metadata whose convention names what the operations leave without a name. `schema` gives the schema as it stands
    now; `emit` takes an operation and applies it before the next one is read. `not_understood` is filled on the way,
    and `tests_dialect` where the body asks for the name of the dialect.
    """

    dialect: str | None
    schema: Callable[[], SchemaView]
    emit: Callable[[PlacedOperation], None]
    not_understood: list[NotUnderstood] = field(default_factory=list)
    naming: Metadata = _DEFAULT_NAMES
    others: tuple[str, ...] = ()
    tests_dialect: bool = False


@dataclass(slots=True)
class Emitter:
    """Places operations and hands them on. While `held` is a list, they wait there.

    `elsewhere` tells that what runs is sent over another connection than the revision's.
    """

    environment: Environment
    operations: list[PlacedOperation] = field(default_factory=list)
    held: list[PlacedOperation] | None = None
    doubts: list[NotUnderstood] = field(default_factory=list)
    region: int = 0
    autocommit: bool = False
    batches: int = 0
    elsewhere: bool = False

    def take(self, machine: Machine, did: Iterable[Did], what: str, place: Place, arguments: Arguments) -> None:
        """Places what a call did. What ends a transaction of another connection is no matter of the revision's."""
        for item in did:
            if self.elsewhere and isinstance(item.operation, TransactionControl):
                continue
            own = arguments if item.arguments is None else item.arguments
            self._place(machine, item, item.place or place, own)
            if isinstance(item.operation, OpaqueOperation):
                self.doubt(place, what, item.operation.reason)

    def _place(self, machine: Machine, item: Did, place: Place, arguments: Arguments) -> None:
        operation = item.operation
        placed = PlacedOperation(
            operation=operation,
            place=place,
            arguments=arguments if machine.telling is None else _inside(arguments, place),
            region=self.region,
            autocommit=self.autocommit,
            batch=self.batches > 0,
            guarded=machine.guarded,
            conditional=machine.conditional,
            derived=item.derived,
            via=tuple(call.name for call in machine.calls[1:]),
            continues=item.continues,
        )
        if isinstance(operation, TransactionControl) and operation.command in ("commit", "rollback"):
            self.region += 1
        self._hand_on(placed)

    def _hand_on(self, placed: PlacedOperation) -> None:
        if self.held is not None:
            self.held.append(placed)
            return
        self.operations.append(placed)
        self.environment.emit(placed)

    def doubt(self, place: Place, what: str, reason: str) -> None:
        """Records something that was not understood."""
        self.doubts.append(NotUnderstood(place, what, reason))

    @contextmanager
    def holding(self) -> Iterator[tuple[list[PlacedOperation], list[NotUnderstood]]]:
        """Keeps what is placed inside back, for the caller to judge; `release` hands it on."""
        before, doubts = self.held, self.doubts
        self.held, self.doubts = [], []
        try:
            yield self.held, self.doubts
        finally:
            self.held, self.doubts = before, doubts

    def release(self, held: list[PlacedOperation], doubts: list[NotUnderstood]) -> None:
        """Hands on what was kept back."""
        self.doubts.extend(doubts)
        for placed in held:
            self._hand_on(placed)

    @contextmanager
    def outside_transaction(self) -> Iterator[None]:
        """What is placed inside runs in no transaction; it ends the region before it."""
        before = self.autocommit
        self.region += 1
        self.autocommit = True
        try:
            yield
        finally:
            self.autocommit = before
            self.region += 1

    @contextmanager
    def apart(self, elsewhere: bool) -> Iterator[None]:
        """What is placed inside is sent over another connection, or over the revision's own."""
        self.elsewhere = elsewhere
        try:
            yield
        finally:
            self.elsewhere = False

    @contextmanager
    def in_batch(self) -> Iterator[None]:
        """What is placed inside stands in a batch."""
        self.batches += 1
        try:
            yield
        finally:
            self.batches -= 1


def _inside(arguments: tuple[tuple[str, Place], ...], call: Place) -> tuple[tuple[str, Place], ...]:
    """The arguments that stand in a call; what the function behind it makes up itself is looked for at the call."""
    return tuple(
        (name, place) for name, place in arguments if call <= place and place.span.end_line <= call.span.end_line
    )
