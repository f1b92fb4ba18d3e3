"""INSERT, UPDATE, DELETE, MERGE, COPY, WITH and SELECT."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    CreateTable,
    DataChange,
    OpaqueOperation,
    Operation,
    ReadTable,
    SetParameter,
    Table,
)
from schemalint.facts.tables import TableDef
from schemalint.facts.unknown import Unknown
from schemalint.sql.columns_read import columns_read
from schemalint.sql.expressions import default_of
from schemalint.sql.tokens import HOLE, Cursor, Token, split, text_of

Operations = tuple[Operation, ...]

_LONGEST = 500
_SHORT = 200
_VERBS = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"})
_HINTS = ("IGNORE", "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK")
_ON_NAMED_TABLES = re.compile(
    r"(?:add|drop)geometry(?:column|table)|create_hypertable|add_dimension|set_chunk_time_interval"
    r"|(?:add|remove)_(?:retention|compression|reorder|columnstore)_policy|create_parent"
)
"""Functions of PostGIS, TimescaleDB and pg_partman that change the table whose name they are given."""
_CHANGES_NO_TABLE = re.compile(
    r"pg_\w+|current_\w+|(?:set|next|curr|last)val|version|now|clock_timestamp|txid_\w+|to_\w+|has_\w+_privilege"
    r"|count|max|min|sum|avg|bool_and|bool_or|every|coalesce|greatest|least|nullif|exists|cast|case|distinct|extract"
    r"|array\w*|unnest|generate_series|row\w*|jsonb?\w*|string_agg|string_to_array|regexp_\w+|format|concat\w*"
    r"|lower|upper|length|octet_length|substr\w*|trim|split_part|replace|md5|encode|decode|digest|abs|ceil|floor|round"
    r"|mod|random|setseed|date_\w+|age|make_\w+|gen_random_\w+|uuid\w*|lo_\w+|inet_\w+|ts_\w+|similarity|rank"
    r"|dense_rank|first_value|last_value|not|schedule|unschedule"
)
"""The server's own functions as they stand in migrations, and those of pg_cron: none changes a table."""


_FROM_INDEX = frozenset({"MIN", "MAX"})
_MORE_TABLES = frozenset({",", "(", "JOIN"})
_RESTRICT = frozenset({"WHERE", "LIMIT", "FETCH", "FOR", "TABLESAMPLE", "UNION", "EXCEPT", "INTERSECT"})
_CATALOGUES = frozenset({"information_schema", "pg_catalog", "mysql", "performance_schema", "sys"})
_KEPT_BY_TOOLS = re.compile(r"pg_|sqlite_|dual$|alembic_version|django_|schema_|flyway_|goose_", re.IGNORECASE)


def data_change(cursor: Cursor) -> Operations | None:
    """A statement that changes rows; None where its table is not evident."""
    word = cursor.peek()
    if word == "WITH":
        return _with(cursor)
    cursor.at += 1
    cursor.skip(*_HINTS)
    if cursor.take("OR"):
        cursor.word()
    if word in ("INSERT", "REPLACE"):
        return _insert(cursor)
    if word == "MERGE":
        return _merge(cursor)
    return _update(cursor) if word == "UPDATE" else _delete(cursor)


def _with(cursor: Cursor) -> Operations | None:
    """The statements of the named queries that change rows, then the one behind them."""
    cursor.take("WITH")
    cursor.take("RECURSIVE")
    found: list[Operation] = []
    while cursor.word() is not None:
        cursor.group()
        cursor.take("AS")
        cursor.skip("NOT", "MATERIALIZED")
        inner = cursor.over(cursor.group() or ())
        if inner.peek() in _VERBS or (inner.peek() == "WITH" and _changes(inner.tokens)):
            operations = data_change(inner)
            if operations is None:
                return None
            found.extend(operations)
        cursor.until(",", "SELECT", "VALUES", "TABLE", *_VERBS)
        if not cursor.take(","):
            break
    last: Operations | None = ()
    if cursor.peek() in _VERBS:
        last = data_change(cursor)
    elif cursor.peek() == "SELECT":
        last = _acts(cursor)
    return None if last is None else (*found, *last)


def _changes(tokens: Sequence[Token]) -> bool:
    return any(token.upper in _VERBS for token in tokens)


# ------------------------------------------------------------------------------------------------------------ insert


def _insert(cursor: Cursor) -> Operations | None:
    cursor.one_of("INTO", "OVERWRITE")
    cursor.take("TABLE")
    table = cursor.name()
    if table is None:
        return None
    if cursor.take("AS"):
        cursor.word()
    columns: tuple[str, ...] = ()
    if cursor.peek() == "(" and cursor.peek(1) not in ("SELECT", "WITH", "VALUES"):
        columns = cursor.names()
    if cursor.take("OVERRIDING"):
        cursor.until("VALUE")
        cursor.take("VALUE")
    if cursor.phrase("DEFAULT VALUES"):
        return (DataChange("insert", table, columns, bounded=True),)
    if cursor.one_of("VALUES", "VALUE"):
        return (_values(cursor, table, columns),)
    if cursor.take("SET"):
        settings = cursor.until("ON", "RETURNING")
        return (DataChange("insert", table, _set_columns(cursor, settings), bounded=True),)
    query = cursor.until("RETURNING")
    bounded = _restricts(cursor.over(query))
    return (DataChange("insert", table, columns, columns_read(cursor, query), bounded=bounded),)


def _values(cursor: Cursor, table: Table, columns: tuple[str, ...]) -> DataChange:
    rows: list[tuple[tuple[str, str], ...]] = []
    read: dict[str, None] = {}
    while cursor.take("ROW") or cursor.peek() == "(":
        group = cursor.group() or ()
        parts = split(group)
        if columns and len(parts) == len(columns) and len(rows) < _LONGEST:
            rows.append(tuple(zip(columns, (_literal(cursor, part) for part in parts), strict=True)))
        if any(token.upper == "SELECT" for token in group):
            read.update(dict.fromkeys(columns_read(cursor, group)))
        cursor.take(",")
    return DataChange("insert", table, columns, tuple(read), rows=tuple(rows), bounded=True)


def _literal(cursor: Cursor, part: Sequence[Token]) -> str:
    """A value as text; `HOLE` for one that is computed."""
    if len(part) == 1 and part[0].kind in ("string", "dollar"):
        return text_of(part[0])
    value = default_of(cursor, part)
    if isinstance(value, Unknown) or not value.literal:
        return HOLE
    return "NULL" if value.sql.upper() == "NULL" else value.sql


def _restricts(query: Cursor) -> bool:
    """Whether a query gives a known number of rows or restricts them; its parts in parentheses aside."""
    if query.peek() == "(":
        query = query.over(query.group() or ())
    words = set()
    while not query.done:
        query.group()
        words.add(query.peek())
        query.at += 1
    return "FROM" not in words or bool(words & {"WHERE", "LIMIT", "FETCH"})


# ----------------------------------------------------------------------------------------------------- update, delete


def _update(cursor: Cursor) -> Operations | None:
    cursor.take("ONLY")
    table = cursor.name()
    if table is None:
        return None
    cursor.until("SET")
    cursor.take("SET")
    settings = cursor.until("WHERE", "FROM", "RETURNING", "LIMIT", "ORDER")
    values = [token for part in split(settings) for token in (*_right(part), _COMMA)][:-1]
    columns = _set_columns(cursor, settings)
    change = DataChange("update", table, columns, columns_read(cursor, values), rows=_set_row(cursor, settings))
    cursor.until("WHERE", "LIMIT", "RETURNING")
    return (_bounded(cursor, change),)


_COMMA = Token("sign", ",", 0, 0, ",")


def _right(part: Sequence[Token]) -> Sequence[Token]:
    """What stands behind the first `=`."""
    index = next((index for index, token in enumerate(part) if token.upper in ("=", ":=")), len(part))
    return part[index + 1 :]


def _set_columns(cursor: Cursor, settings: Sequence[Token]) -> tuple[str, ...]:
    """The columns left of `=`; qualified ones without their table."""
    found: dict[str, None] = {}
    for part in split(settings):
        left = cursor.over(part[: len(part) - len(_right(part)) - 1] or part)
        if left.take("ROW") or left.peek() == "(":
            found.update(dict.fromkeys(left.names()))
            continue
        name = left.sure_name()
        if name is not None:
            found[name.name] = None
    return tuple(found)


def _set_row(cursor: Cursor, settings: Sequence[Token]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The columns that are set to literals, as one row."""
    row = []
    for part in split(settings):
        columns = _set_columns(cursor, part)
        value = _literal(cursor, _right(part))
        if len(columns) == 1 and part[0].upper != "(" and value != HOLE:
            row.append((columns[0], value))
    return (tuple(row),) if row else ()


def _delete(cursor: Cursor) -> Operations | None:
    cursor.until("FROM")
    cursor.take("FROM")
    cursor.take("ONLY")
    table = cursor.name()
    if table is None:
        return None
    cursor.until("WHERE", "LIMIT", "RETURNING")
    return (_bounded(cursor, DataChange("delete", table)),)


def _bounded(cursor: Cursor, change: DataChange) -> DataChange:
    if cursor.peek() not in ("WHERE", "LIMIT"):
        return change
    limited = cursor.take("LIMIT")
    cursor.take("WHERE")
    condition = cursor.source(cursor.until("RETURNING")).strip()
    predicate = None if limited or HOLE in condition else condition
    return replace(change, predicate=predicate, bounded=True)


def _merge(cursor: Cursor) -> Operations | None:
    cursor.take("INTO")
    cursor.take("ONLY")
    table = cursor.name()
    if table is None:
        return None
    columns: dict[str, None] = {}
    values: list[Token] = []
    while not cursor.done:
        cursor.until("SET", "INSERT")
        if cursor.take("SET"):
            settings = cursor.until("WHEN", "RETURNING")
            columns.update(dict.fromkeys(_set_columns(cursor, settings)))
            values.extend(token for part in split(settings) for token in (*_right(part), _COMMA))
        elif cursor.take("INSERT"):
            columns.update(dict.fromkeys(cursor.names()))
            cursor.until("VALUES", "WHEN")
            if cursor.take("VALUES"):
                values.extend((*(cursor.group() or ()), _COMMA))
    return (DataChange("merge", table, tuple(columns), columns_read(cursor, values[:-1])),)


# -------------------------------------------------------------------------------------------------------- copy, select


def copy(cursor: Cursor) -> Operations | None:
    """COPY: rows come in where it is FROM."""
    cursor.take("COPY")
    if cursor.peek() == "(":
        return ()
    table = cursor.name()
    columns = cursor.names()
    if table is None:
        return None
    return (DataChange("insert", table, columns, bounded=True),) if cursor.take("FROM") else ()


def select(cursor: Cursor) -> Operations:
    """A query: what it does where it does anything, else what it reads."""
    return _acts(cursor) or _reads(cursor.over(cursor.tokens[cursor.at :]))


def _reads(query: Cursor) -> Operations:
    """A query of all rows of one table. The least and the greatest value are read from an index where there is one."""
    query.take("SELECT")
    values = {token.upper for token in query.until("FROM")}
    query.take("FROM")
    query.take("ONLY")
    table = query.sure_name()
    beside = {token.upper for token in query.until("GROUP", "HAVING", "ORDER")}
    rest = {token.upper for token in query.tokens[query.at :]}
    if table is None or _is_kept_by_tool(table) or values & _FROM_INDEX:
        return ()
    if beside & _MORE_TABLES or (beside | rest) & _RESTRICT:
        return ()
    return (ReadTable(table),)


def _is_kept_by_tool(table: ObjectName) -> bool:
    """Whether a table is the server's own, or one in which a tool notes what it has run."""
    return table.schema in _CATALOGUES or _KEPT_BY_TOOLS.match(table.name) is not None


def _acts(cursor: Cursor) -> Operations:
    """A query that makes a table, sets a parameter or calls a function that may change one."""
    query = cursor.over(cursor.tokens[cursor.at :])
    query.take("SELECT")
    called = query.sure_name()
    if called is not None and called.name == "set_config" and query.peek() == "(":
        return _set_configs(cursor)
    if cursor.dialect.name == "postgresql" and (changed := _called(cursor)) is not None:
        return (changed,)
    made = cursor.over(cursor.tokens[cursor.at :])
    made.until("INTO", "FROM")
    if not made.take("INTO"):
        return ()
    temporary = made.one_of("TEMP", "TEMPORARY") is not None
    made.skip("UNLOGGED", "TABLE")
    name = made.sure_name()
    if name is None or temporary or cursor.dialect.name not in ("postgresql", "mssql"):
        return ()
    return (CreateTable(TableDef(name, complete=False)),)


def _called(cursor: Cursor) -> OpaqueOperation | None:
    """What a query without a table calls, where that is a function that may change one: it is not followed."""
    query = cursor.over(cursor.tokens[cursor.at :])
    if not query.take("SELECT"):
        return None
    items = split(query.until("FROM", "INTO", "WHERE"))
    for item in items if query.peek() != "FROM" else ():
        call = query.over(item)
        called = call.sure_name()
        if called is None or call.peek() != "(" or called.schema == "pg_catalog":
            continue
        source = query.source(query.tokens)[:_SHORT]
        if _ON_NAMED_TABLES.fullmatch(called.name.lower()):
            arguments = [call.over(argument) for argument in split(call.group() or ())]
            texts = [text for argument in arguments[:3] if (text := argument.text()) is not None]
            touches = tuple(dict.fromkeys(_table_named(text) for text in texts)) or None
            return OpaqueOperation(f"{called.name}() changes a table", touches, source)
        if not _CHANGES_NO_TABLE.fullmatch(called.name.lower()):
            return OpaqueOperation(f"the function {called}() is not followed", None, source)
    return None


def _table_named(text: str) -> ObjectName:
    schema, _, name = text.rpartition(".")
    return ObjectName(name, schema or None)


def _set_configs(cursor: Cursor) -> Operations:
    """The parameters that calls of set_config() among the values of a query set."""
    cursor.take("SELECT")
    found = []
    for part in split(cursor.until("FROM", "WHERE")):
        call = cursor.over(part)
        called = call.sure_name()
        arguments = [call.over(argument) for argument in split(call.group() or ())]
        if called is None or called.name != "set_config" or len(arguments) != 3:
            continue
        name, value = arguments[0].text(), arguments[1].text()
        if name is not None and value is not None and HOLE not in name + value:
            found.append(SetParameter(name.lower(), value, arguments[2].peek() == "TRUE"))
    return tuple(found)
