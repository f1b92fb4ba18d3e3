"""Statements built with SQLAlchemy, and what the ORM writes: data changes where the table is evident."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    CreateObject,
    CreateSchema,
    DataChange,
    DropObject,
    DropSchema,
    Operation,
    ReadTable,
)
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import (
    HOLE,
    Class,
    Entries,
    Instance,
    Items,
    Made,
    Member,
    Symbol,
    Unsure,
    Value,
    is_scalar,
    members,
)
from schemalint.readers.sqlalchemy.expressions import column_name
from schemalint.readers.sqlalchemy.names import reference, table_name

_CHANGES = frozenset({"insert", "update", "delete"})
_RESTRICTIONS = frozenset(
    {"where", "filter", "filter_by", "limit", "get", "with_for_update", "first", "one", "one_or_none", "having"}
)
_READS = frozenset({"select", "exists", "union", "union_all", "except_", "intersect", "values", "tuple_", "cte"})
_KEEPS_ALL = frozenset({"order_by", "group_by", "distinct", "options", "execution_options", "yield_per"})
_LONGEST = 500


def chain(value: Value) -> list[Made]:
    """A chain of calls, from the first to the last: `table.update().where(x)` has two."""
    found: list[Made] = []
    while isinstance(value, Made):
        found.append(value)
        value = value.owner.owner if isinstance(value.owner, Member) else value.owner
    return found[::-1]


def text_of_statement(value: Value) -> str | None:
    """The text of `text(...)`, `DDL(...)` and of what is derived from them; None for any other statement."""
    if isinstance(value, str):
        return value
    calls = chain(value)
    if not calls or calls[0].owner is not None:
        return None
    if calls[0].callee.rpartition(".")[2] not in ("text", "DDL", "TextClause", "literal_column"):
        return None
    written = calls[0].value("text", 0, calls[0].value("statement"))
    return written if isinstance(written, str) else HOLE


def reads(value: Value) -> bool:
    """Whether the statement only reads."""
    calls = chain(value)
    shorts = [call.callee.rpartition(".")[2] for call in calls]
    if not calls or _CHANGES & set(shorts):
        return False
    return shorts[0] in _READS or any(call.callee == "select" and call.owner is not None for call in calls)


def table_read(machine: Machine, value: Value) -> ReadTable | None:
    """A query of all rows of one table; None for one that restricts them, joins tables or is not followed."""
    calls = chain(value)
    start = next((i for i, call in enumerate(calls) if call.callee.rpartition(".")[2] in ("select", "query")), None)
    if start is None or any(call.callee not in _KEEPS_ALL for call in calls[start + 1 :]):
        return None
    query = calls[start]
    named = [query.owner] if query.callee == "select" else _flat(query.positional)
    tables = {_table_of(machine, item) for item in named}
    table = tables.pop() if len(tables) == 1 else None
    return ReadTable(table) if isinstance(table, ObjectName) else None


def _flat(values: Iterable[Value]) -> list[Value]:
    """What is selected, also where it is given as a list."""
    return [item for value in values for item in (value.values if isinstance(value, Items) else [value])]


def _table_of(machine: Machine, value: Value) -> ObjectName | Unknown:
    """The table that is selected, or that a column is selected of."""
    of_column = isinstance(value, Member) and value.name != "__table__"
    return reference(machine, value)[0] if of_column else table_name(machine, value)


def change_of(machine: Machine, value: Value) -> DataChange | None:
    """The data change that a statement is; None for any other statement."""
    calls = chain(value)
    for index, call in enumerate(calls):
        short = call.callee.rpartition(".")[2]
        if short not in _CHANGES:
            continue
        function = call.callee.startswith("sqlalchemy.") or call.callee.startswith("sqlmodel.")
        target = call.value("table", 0) if function else call.owner
        if not function and isinstance(target, Made) and any(c.callee == "query" for c in calls):
            return None
        return _change(machine, short, target, calls[index:], not function)
    return None


def _change(machine: Machine, command: str, target: Value, calls: list[Made], method: bool) -> DataChange:
    columns: dict[str, None] = {}
    rows: list[tuple[tuple[str, str], ...]] = []
    bounded = command == "insert"
    for call in calls:
        short = call.callee.rpartition(".")[2]
        bounded = bounded or short in _RESTRICTIONS
        if short == "from_select":
            bounded = False
            columns.update(dict.fromkeys(_names(call.value("names", 0))))
        given = list(call.positional) if short == "values" else [call.value("values")]
        if method and call is calls[0]:
            given.extend(call.positional)
        for item in given:
            for row in item.values if isinstance(item, Items) else [item]:
                if isinstance(row, Entries):
                    columns.update(dict.fromkeys(name for name, _ in row_of(row)))
                    rows.append(row_of(row))
        if short == "values":
            named = tuple((arg.keyword, _shown(arg.value)) for arg in call.args if arg.keyword not in (None, "*", "**"))
            columns.update(dict.fromkeys(name for name, _ in named if name))
            if named:
                rows.append(tuple((name, value) for name, value in named if name))
    kept = tuple(rows[:_LONGEST]) if command == "insert" else _literals(rows)
    return DataChange(command, table_name(machine, target), tuple(columns), rows=kept, bounded=bounded)


def _literals(rows: list[tuple[tuple[str, str], ...]]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """What an UPDATE sets to literals, as one row."""
    row = tuple((name, value) for each in rows for name, value in each if HOLE not in value)
    return (row,) if row else ()


def _names(value: Value) -> list[str]:
    return [name for name in (column_name(item) for item in members(value) or ()) if name is not None]


def row_of(row: Entries) -> tuple[tuple[str, str], ...]:
    """A literal row, as text."""
    pairs = ((column_name(key), value) for key, value in row.pairs)
    return tuple((name, _shown(value)) for name, value in pairs if name is not None)


def _shown(value: Value) -> str:
    if isinstance(value, str):
        return value
    return "NULL" if value is None else str(value) if is_scalar(value) else HOLE


def query_change(machine: Machine, owner: Value, name: str, values: Value) -> DataChange | None:
    """`session.query(Model)....update({...})` or `.delete()`."""
    calls = chain(owner)
    query = next((call for call in calls if call.callee == "query"), None)
    if query is None or name not in ("update", "delete"):
        return None
    target = query.positional[0] if query.positional else Unsure("the query names no model")
    columns = tuple(dict.fromkeys(name for name, _ in row_of(values))) if isinstance(values, Entries) else ()
    return DataChange(name, model_table(machine, target), columns, bounded=restricted(calls))


def restricted(calls: list[Made]) -> bool:
    """Whether a chain of calls restricts its rows."""
    return any(call.callee.rpartition(".")[2] in _RESTRICTIONS for call in calls)


def model_table(machine: Machine, value: Value) -> ObjectName | Unknown:
    """The table of a mapped class, of an object of one, or of one of its columns."""
    if isinstance(value, Instance):
        return table_name(machine, value.of)
    if isinstance(value, Member) and isinstance(value.owner, Class):
        return table_name(machine, value.owner)
    return table_name(machine, value)


def queried(value: Value) -> Value | None:
    """The model that a chain of calls on `session.query(...)` goes over; None for what is no such chain."""
    query = next((call for call in chain(value) if call.callee == "query"), None)
    return query.positional[0] if query is not None and query.positional else None


def schema_statement(value: Value) -> Iterator[Operation]:
    """`CreateSchema`, `CreateSequence` and the like."""
    if not isinstance(value, Made):
        return
    short = value.callee.rpartition(".")[2]
    argument = value.positional[0] if value.positional else value.value("name")
    name = argument if isinstance(argument, str) else None
    if isinstance(argument, Made) and argument.callee == "sqlalchemy.Sequence":
        sequence = argument.value("name", 0)
        name = sequence if isinstance(sequence, str) else None
    if name is None or HOLE in name or isinstance(value.owner, Symbol):
        return
    if short == "CreateSchema":
        yield CreateSchema(name, value.value("if_not_exists") is True)
    elif short == "DropSchema":
        yield DropSchema(name, value.value("if_exists") is True, value.value("cascade") is True)
    elif short == "CreateSequence":
        yield CreateObject("sequence", ObjectName(name))
    elif short == "DropSequence":
        yield DropObject("sequence", ObjectName(name))
