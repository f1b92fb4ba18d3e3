"""INSERT, UPDATE and DELETE."""

from __future__ import annotations

from msgspec.structs import replace

from schemalint.facts.operations import DataChange, Operation
from schemalint.readers.sql_tokens import Cursor, Token, split

_LONGEST = 500
_WORDS = """
SELECT FROM WHERE AS AND OR NOT NULL IS IN ON JOIN LEFT RIGHT INNER OUTER FULL CROSS GROUP ORDER BY HAVING LIMIT
OFFSET DISTINCT CASE WHEN THEN ELSE END UNION ALL EXISTS BETWEEN LIKE CAST TRUE FALSE DEFAULT ASC DESC
"""
_KEYWORDS = frozenset(_WORDS.split())


def data_change(cursor: Cursor) -> tuple[Operation, ...] | None:
    """A statement that changes rows; nothing for a WITH that only reads, None where its table is not evident."""
    if cursor.peek() == "WITH":
        return _with(cursor)
    word = cursor.one_of("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE")
    cursor.one_of("IGNORE", "LOW_PRIORITY")
    if cursor.take("OR"):
        cursor.word()
    if word in ("INSERT", "REPLACE", "MERGE"):
        return _insert(cursor, "insert" if word != "MERGE" else "merge")
    return _update(cursor) if word == "UPDATE" else _delete(cursor)


def _with(cursor: Cursor) -> tuple[Operation, ...] | None:
    """The statement behind the queries that WITH names."""
    cursor.until("INSERT", "UPDATE", "DELETE", "SELECT", "MERGE")
    if cursor.done or cursor.peek() == "SELECT":
        inner = [token.upper for token in cursor.tokens]
        return () if not {"INSERT", "UPDATE", "DELETE"} & set(inner) else None
    return data_change(cursor)


def _insert(cursor: Cursor, command: str) -> tuple[Operation, ...] | None:
    cursor.take("INTO")
    table = cursor.name()
    if table is None:
        return None
    if cursor.take("AS"):
        cursor.word()
    columns: tuple[str, ...] = ()
    if cursor.peek() == "(" and cursor.peek(1) != "SELECT":
        columns = tuple(name for name in (_plain(part) for part in split(cursor.group() or [])) if name)
    rows: list[tuple[tuple[str, str], ...]] = []
    bounded = cursor.take("VALUES")
    while bounded and cursor.peek() == "(":
        values = [cursor.source(part).strip() for part in split(cursor.group() or [])]
        if columns and len(values) == len(columns) and len(rows) < _LONGEST:
            rows.append(tuple(zip(columns, (_bare(value) for value in values), strict=True)))
        cursor.take(",")
    read = () if bounded else _mentioned(cursor.until())
    return (DataChange(command, table, columns_set=columns, columns_read=read, rows=tuple(rows), bounded=bounded),)


def _mentioned(tokens: list[Token]) -> tuple[str, ...]:
    """The names in an expression or a query that may be columns: functions, qualifiers and keywords are none."""
    following = [token.text for token in tokens[1:]] + [""]
    names = (
        _plain([token])
        for token, after in zip(tokens, following, strict=True)
        if after not in ("(", ".") and token.upper not in _KEYWORDS
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _plain(part: list[Token]) -> str | None:
    token = part[-1]
    return token.text[1:-1] if token.kind == "quoted" else token.text.lower() if token.kind == "word" else None


def _bare(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] == "'"
    return value[1:-1].replace("''", "'") if quoted else value


def _update(cursor: Cursor) -> tuple[Operation, ...] | None:
    cursor.take("ONLY")
    table = cursor.name()
    if table is None:
        return None
    cursor.until("SET")
    cursor.take("SET")
    settings = cursor.until("WHERE", "FROM", "RETURNING", "LIMIT", "ORDER")
    parts = split(settings)
    columns = tuple(name for part in parts for name in _targets(part))
    values = [token for part in parts for value in split(part, "=")[1:] for token in value]
    row = tuple((name, _bare(cursor.source(value))) for part in parts for name, value in _literals(part))
    cursor.until("WHERE", "LIMIT", "RETURNING")
    change = DataChange(
        "update", table, columns_set=columns, columns_read=_mentioned(values), rows=(row,) if row else ()
    )
    return (_bounded(cursor, change),)


def _literals(part: list[Token]) -> list[tuple[str, list[Token]]]:
    """`column = literal`, of what an UPDATE sets."""
    name, value = _targets(part), split(part, "=")[1:]
    if len(name) != 1 or len(value) != 1 or len(value[0]) != 1:
        return []
    token = value[0][0]
    literal = token.kind in ("string", "number") or token.upper in ("NULL", "TRUE", "FALSE")
    return [(name[0], value[0])] if literal else []


def _targets(part: list[Token]) -> list[str]:
    left = split(part, "=")[0]
    if left and left[0].text == "(":
        return [name for item in split(left[1:-1]) if (name := _plain(item))]
    name = _plain(left) if left else None
    return [name] if name is not None else []


def _delete(cursor: Cursor) -> tuple[Operation, ...] | None:
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
    predicate = None if limited else cursor.source(cursor.until("RETURNING")).strip()
    return replace(change, predicate=predicate, bounded=True)
