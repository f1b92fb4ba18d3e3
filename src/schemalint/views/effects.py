"""The card of a change: what each operation does to the server, whom it blocks and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    DataChange,
    DropColumn,
    DropTable,
    OpaqueOperation,
    SetParameter,
    TransactionControl,
    Truncate,
)
from schemalint.facts.revisions import Server
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.sql_histories import STDIN
from schemalint.project.subjects import Revision, Step
from schemalint.project.transactions import runs_alone
from schemalint.schema.effects.records import Effect, TableLock
from schemalint.views.revisions import operation_text, title, way_back

_WAYS_BACK = {
    "none": "there is no way back",
    "empty": "the way back does nothing",
    "raises": "the way back only raises",
    "operations": "there is a way back",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An operation on the card.

    `transaction` numbers the transactions of the card from 1, None outside of any. `new` are the tables that the same
    revision makes: nobody waits for them. `held` are locks on other steps' tables that are still held meanwhile.
    """

    step: Step
    effect: Effect
    transaction: int | None
    new: frozenset[ObjectName]
    held: tuple[TableLock, ...]

    @property
    def locks(self) -> tuple[TableLock, ...]:
        """The locks on tables that may be in use."""
        return tuple(lock for lock in self.effect.locks if lock.table not in self.new)

    @property
    def understood(self) -> bool:
        """Whether it is known what the operation does."""
        return self.effect.known and not isinstance(self.step.operation, OpaqueOperation)

    @property
    def work(self) -> tuple[tuple[str, ObjectName], ...]:
        """What lasts for as long as a table is large: the verb, and the table."""
        effect = self.effect
        verbs = (
            ("writes all rows of", effect.rewrites),
            ("reads all rows of", effect.scans),
            ("builds an index of", effect.builds),
            ("deletes rows of", effect.deletes),
        )
        return tuple((verb, table) for verb, tables in verbs for table in tables if table not in self.new)


@dataclass(frozen=True, slots=True)
class Card:
    """A revision and what its upgrade does to one server."""

    revision: Revision
    server: Server
    lines: tuple[Line, ...]


def card_of(revision: Revision, server: Server) -> Card:
    """The card of a revision, for a server of its target."""
    lines: list[Line] = []
    numbers: dict[int, int] = {}
    tables = revision.after.tables() if revision.after is not None else ()
    made = frozenset(table.name for table in tables if table.created_in == revision.id)
    for step in revision.steps:
        if isinstance(step.operation, (SetParameter, TransactionControl)):
            continue
        effect = step.effect_on(server.dialect) or Effect()
        earlier = step.earlier
        held = _held(earlier, server.dialect, made)
        number = None
        if not runs_alone(step):
            first = earlier[0].number if earlier else step.number
            number = numbers.setdefault(first, len(numbers) + 1)
        lines.append(Line(step, effect, number, made, held))
    return Card(revision, server, tuple(lines))


def _held(earlier: Iterable[Step], dialect: str, made: frozenset[ObjectName]) -> tuple[TableLock, ...]:
    """The strongest lock on each table that writes or reads wait for, of the steps before in one transaction."""
    effects = (effect for step in earlier if (effect := step.effect_on(dialect)) is not None)
    locks = [lock for effect in effects for lock in effect.locks if lock.blocks and lock.table not in made]
    return tuple({lock.table: lock for lock in sorted(locks, key=lambda lock: lock.blocks_reads)}.values())


def not_understood(cards: Iterable[Card]) -> int:
    """How many operations of the cards are not understood."""
    return sum(not line.understood for card in cards for line in card.lines)


# --------------------------------------------------------------------------------------------------------------- text


def effects_text(cards: Iterable[Card]) -> str:
    """The cards for a terminal."""
    return "\n".join("\n".join(_text(card)) + "\n" for card in cards)


def _text(card: Card) -> Iterator[str]:
    yield f"{_heading(card)} ({_path(card)}), on {card.server}"
    yield _way_back(card)
    for line in card.lines:
        yield ""
        yield f"{operation_text(line.step)} (line {line.step.place.span.line})"
        yield from (f"    {remark}" for remark in _remarks(line))


def _heading(card: Card) -> str:
    id_ = card.revision.id
    return " ".join(part for part in ("SQL" if id_ == STDIN else id_, title(card.revision)) if part)


def _path(card: Card) -> str:
    path = card.revision.definition.path
    return "standard input" if path == STDIN else path


def _way_back(card: Card) -> str:
    kind = way_back(card.revision.downgrade)
    lost = kind == "operations" and any(_loses(line) for line in card.lines)
    return f"{_WAYS_BACK[kind]}, but not for the values that are dropped or deleted" if lost else _WAYS_BACK[kind]


def _loses(line: Line) -> bool:
    """Whether an operation drops or deletes what a table held that the revision does not make itself."""
    match line.step.operation:
        case DropTable(name=table) | DropColumn(table=table) | DataChange(command="delete", table=table):
            return table not in line.new
        case Truncate(tables=tables):
            return not line.new.issuperset(tables)
        case _:
            return False


def _remarks(line: Line) -> Iterator[str]:
    effect = line.effect
    if not line.understood:
        yield "what it does to the server is not known"
    if effect.fails:
        yield f"fails: {effect.fails}"
    if effect.fails_on_rows:
        yield f"fails where the table has rows: {effect.fails_on_rows}"
    for lock in line.locks:
        yield f"locks {lock.table} in {lock.mode}: {_waiting(lock)}"
    if line.understood and effect.locks and not line.locks:
        yield "locks only tables that the revision makes"
    elif line.understood and not effect.locks and not effect.fails:
        yield "locks no table"
    for verb, table in line.work:
        yield f"{verb} {table}: takes as long as that is large"
    yield from _meanwhile(line.held)
    if line.transaction is None:
        yield "runs outside of a transaction"
    elif effect.refused_in_transaction:
        yield f"in transaction {line.transaction}, where the server refuses it"
    else:
        yield f"in transaction {line.transaction}"
    yield from (f"not known: {doubt}" for doubt in effect.doubts)
    if effect.source:
        yield f"source: {effect.source}"


def _meanwhile(held: Iterable[TableLock]) -> Iterator[str]:
    """The locks of earlier steps, one line a mode."""
    modes: dict[str, list[TableLock]] = {}
    for lock in held:
        modes.setdefault(lock.mode, []).append(lock)
    for mode, locks in modes.items():
        yield f"meanwhile {mode} on {', '.join(str(lock.table) for lock in locks)} is held: {_waiting(locks[0])}"


def _waiting(lock: TableLock) -> str:
    return f"{lock.blocks} wait" if lock.blocks else "reads and writes go on"


# ----------------------------------------------------------------------------------------------------------- markdown


def effects_markdown(cards: Iterable[Card]) -> str:
    """The cards as tables, for a comment on a pull request."""
    return "\n".join("\n".join(_markdown(card)) + "\n" for card in cards)


def _markdown(card: Card) -> Iterator[str]:
    yield f"### {_cell(_heading(card))}"
    yield ""
    yield f"`{_path(card)}`, on {card.server}. {_way_back(card).capitalize()}."
    yield ""
    yield "| line | operation | locks | what waits | takes as long as the table is large | transaction |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for line in card.lines:
        locks = "<br>".join(f"{lock.mode} on `{lock.table}`" for lock in line.locks)
        blocked = "<br>".join(f"{lock.blocks} of `{lock.table}`" for lock in line.locks if lock.blocks)
        work = "<br>".join(f"{verb} `{table}`" for verb, table in line.work)
        cells = (
            str(line.step.place.span.line),
            _cell(operation_text(line.step)),
            (locks or "none") if line.understood else "not known",
            (blocked or "nothing") if line.understood else "not known",
            work or ("no" if line.understood else "not known"),
            str(line.transaction or "none"),
        )
        yield f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


# --------------------------------------------------------------------------------------------------------------- JSON


def effects_json(cards: Iterable[Card]) -> str:
    """The same as JSON: an object with the list `revisions` and the number of operations `not_understood`."""
    cards = tuple(cards)
    record = {"revisions": [_record(card) for card in cards], "not_understood": not_understood(cards)}
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def _record(card: Card) -> dict[str, Any]:
    revision = card.revision
    return {
        "id": revision.id,
        "message": title(revision),
        "path": revision.definition.path,
        "server": str(card.server),
        "downgrade": way_back(revision.downgrade),
        "operations": [_operation(line) for line in card.lines],
    }


def _operation(line: Line) -> dict[str, Any]:
    effect = line.effect
    return {
        "operation": operation_kind(line.step.operation),
        "object": object_name(line.step.operation),
        "path": line.step.place.path,
        "line": line.step.place.span.line,
        "understood": line.understood,
        "transaction": line.transaction,
        "form": effect.form,
        "locks": [_lock(lock) for lock in line.locks],
        "held": [_lock(lock) for lock in line.held],
        "rewrites": _names(line, effect.rewrites),
        "scans": _names(line, effect.scans),
        "builds": _names(line, effect.builds),
        "deletes": _names(line, effect.deletes),
        "refused_in_transaction": effect.refused_in_transaction,
        "fails": effect.fails,
        "fails_on_rows": effect.fails_on_rows,
        "doubts": list(effect.doubts),
        "source": effect.source,
    }


def _lock(lock: TableLock) -> dict[str, Any]:
    return {"table": str(lock.table), "mode": lock.mode, "role": lock.role, "blocks": lock.blocks}


def _names(line: Line, tables: Iterable[ObjectName]) -> list[str]:
    return [str(table) for table in tables if table not in line.new]
