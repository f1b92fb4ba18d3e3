"""Statements and data: `execute`, `bulk_insert`, and what sessions write."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Place
from schemalint.facts.operations import DataChange, OpaqueOperation, Operation
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import (
    HOLE,
    MISSING,
    Entries,
    Given,
    Handle,
    Instance,
    Made,
    Missing,
    Unsure,
    Value,
    describe,
    members,
)
from schemalint.readers.alembic.catalog import is_asking
from schemalint.readers.alembic.emit import Emitter
from schemalint.readers.alembic.tables import Call, Did
from schemalint.readers.sql.enums import with_enums
from schemalint.readers.sqlalchemy.names import table_name
from schemalint.readers.sqlalchemy.statements import (
    chain,
    change_of,
    model_table,
    queried,
    query_change,
    reads,
    restricted,
    row_of,
    schema_statement,
    table_read,
    text_of_statement,
)
from schemalint.sql.parse import located_operations

_LONGEST = 500
_ADDS = frozenset({"add", "add_all", "merge", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings"})


def bulk_insert(call: Call) -> Iterator[Did]:
    """Rows are inserted; the literal ones are kept."""
    rows = members(call.arguments.value("rows")) or []
    known = [row_of(row) for row in rows if isinstance(row, Entries)]
    columns = tuple(dict.fromkeys(name for row in known for name, _ in row))
    table = table_name(call.machine, call.arguments.value("table"))
    yield Did(DataChange("insert", table, columns, rows=tuple(known[:_LONGEST]), bounded=True))


def execute(machine: Machine, emitter: Emitter, args: tuple[Given, ...], place: Place) -> Value:
    """A statement runs: text, `text(...)`, or an expression of SQLAlchemy's."""
    given = args[0] if args else Given(None, Unsure("no statement is given"))
    arguments = (("sqltext", given.place),) if given.place is not None else ()
    text = text_of_statement(given.value)
    if text is not None:
        _run_text(machine, emitter, text, place, arguments)
        return Unsure("what the statement gives is not known", is_asking(text))
    emitter.take(
        machine, [Did(operation) for operation in _expression(machine, given.value)], "execute", place, arguments
    )
    return Unsure("what the statement gives is not known")


def _run_text(
    machine: Machine, emitter: Emitter, text: str, place: Place, arguments: tuple[tuple[str, Place], ...]
) -> None:
    """What the SQL of a text does; a statement that asks what exists is guarded."""
    if not text.replace(HOLE, "").strip():
        emitter.take(machine, [Did(_computed("the statement is computed"))], "execute", place, arguments)
        return
    asked = Unsure("the statement asks what exists", existence=True)
    for located in located_operations(text, emitter.environment.dialect):
        with machine.under(asked if located.guarded else True):
            operation = with_enums(located.operation, emitter.environment.schema())
            emitter.take(machine, [Did(operation, continues=located.continues)], "execute", place, arguments)


def _expression(machine: Machine, value: Value) -> Iterator[Operation]:
    if reads(value):
        read = table_read(machine, value)
        yield from () if read is None else (read,)
        return
    change = change_of(machine, value)
    if change is not None:
        yield change
        return
    found = tuple(schema_statement(value))
    yield from found
    if not found:
        yield _computed(value.reason if isinstance(value, Unsure) else f"the statement is {describe(value)}")


def _computed(reason: str) -> OpaqueOperation:
    return OpaqueOperation(reason)


def session_call(
    machine: Machine, emitter: Emitter, name: str, owner: Value, args: tuple[Given, ...], place: Place
) -> Value | Missing:
    """What a session, a query or an object read through one does. MISSING for what builds a query further."""
    if name == "query":
        return Made("query", args, owner, place)
    if name == "set":
        _assigned(machine, emitter, owner, args[0], place)
        return None
    if name in _ADDS:
        _added(machine, emitter, name, args, place)
        return None
    if name == "delete" and isinstance(owner, Handle) and owner.kind == "session":
        target = args[0].value if args else None
        table = model_table(machine, target.data[0] if isinstance(target, Handle) and target.data else target)
        emitter.take(machine, [Did(DataChange("delete", table, bounded=True))], name, place, ())
        return None
    change = query_change(machine, owner, name, args[0].value if args else None)
    if change is not None:
        emitter.take(machine, [Did(change)], name, place, ())
        return Unsure("how many rows there are is not known")
    read = table_read(machine, owner) if name == "all" else None
    if read is not None:
        emitter.take(machine, [Did(read)], name, place, ())
    if isinstance(owner, Handle):
        return Unsure(f"{name} of a {owner.kind} is not followed")
    return MISSING


def _added(machine: Machine, emitter: Emitter, name: str, args: tuple[Given, ...], place: Place) -> None:
    first = args[0].value if args else None
    command = "update" if "update" in name else "insert"
    objects = members(first) if name in ("add_all", "bulk_save_objects") else [first]
    tables = dict.fromkeys(
        model_table(machine, item) for item in objects or [Unsure("the objects are computed")] if not _is_record(item)
    )
    for table in tables:
        columns: tuple[str, ...] = ()
        if isinstance(first, Instance) and not isinstance(table, Unknown):
            columns = tuple(first.fields)
        change = DataChange(command, table, columns, bounded=True)
        emitter.take(machine, [Did(change)], name, place, ())


def _is_record(value: Value) -> bool:
    return isinstance(value, Handle) and value.kind == "record"


def _assigned(machine: Machine, emitter: Emitter, owner: Value, given: Given, place: Place) -> None:
    source = owner.data[1] if isinstance(owner, Handle) and owner.kind == "record" else owner
    model = queried(source)
    if model is None or given.keyword is None:
        return
    change = DataChange("update", model_table(machine, model), (given.keyword,), bounded=restricted(chain(source)))
    emitter.take(machine, [Did(change)], "set", place, ())
