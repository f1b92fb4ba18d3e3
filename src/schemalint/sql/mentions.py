"""The tables that a text of SQL mentions, as far as its words tell: behind FROM, JOIN, INTO, UPDATE, TABLE, ...

Used for the bodies of views, functions and blocks, of which nothing else is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemalint.facts.names import ObjectName
from schemalint.sql.dialect import Dialect
from schemalint.sql.tokens import HOLE, Cursor, Token, scan

_BEFORE_TABLES = frozenset(
    {"FROM", "JOIN", "INTO", "UPDATE", "TABLE", "TRUNCATE", "REFERENCES", "LOCK", "INDEX", "USING"}
)
_INSERTS = frozenset({"INSERT", "MERGE", "IGNORE", "REPLACE", "OVERWRITE"})
"""Words in front of INTO; behind others stands a variable."""
_BETWEEN = ("ONLY", "LATERAL", "TABLE", "IF", "NOT", "EXISTS", "CONCURRENTLY", "STRICT")
_CALLS_WITH_FROM = frozenset({"EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION"})
_NO_TABLE = frozenset(
    {"SELECT", "SET", "STDIN", "STDOUT", "NOWAIT", "VALUES", "UNNEST", "OF", "SKIP", "IN", "ON", "OR", "IS", "AND"}
    | {"THEN", "AS", "WHERE", "LOOP", "END", "DO", "CURRENT", "BY", "TO", "CASCADE", "RESTRICT", "NO"}
)
_ENDS_ALIAS = frozenset({"WHERE", "JOIN", "ON", "SET", "GROUP", "ORDER", "LEFT", "INNER", "CROSS", "LIMIT", "RIGHT"})


def mentioned(cursor: Cursor) -> tuple[ObjectName, ...]:
    """The tables behind such words in the rest of a statement, those of the bodies in its dollar quotes included.

    Names of common table expressions, functions and variables are left out where they can be told.
    """
    tokens = cursor.tokens[cursor.at :]
    found = dict.fromkeys(_mentions(cursor.sql, tokens, cursor.dialect))
    for token in tokens:
        if token.kind == "dollar":
            found.update(dict.fromkeys(_mentions(cursor.sql, body_tokens(cursor, token), cursor.dialect)))
    return tuple(found)


def behind_on(cursor: Cursor) -> tuple[ObjectName, ...]:
    """The table of a trigger, a policy or a rule: behind the first ON, behind TO where a rule is made."""
    makes_rule = "RULE" in (token.upper for token in cursor.tokens[:4]) and cursor.tokens[0].upper == "CREATE"
    ahead = cursor.over(cursor.tokens[cursor.at :])
    ahead.until("TO" if makes_rule else "ON")
    ahead.at += 1
    ahead.take("ONLY")
    name = ahead.sure_name()
    return (name,) if name is not None else ()


def body_tokens(cursor: Cursor, token: Token) -> list[Token]:
    """The tokens inside of dollar quotes."""
    tag = token.text.index("$", 1) + 1
    return list(scan(cursor.sql, cursor.dialect, token.start + tag, token.end - tag))


def _mentions(sql: str, tokens: Sequence[Token], dialect: Dialect) -> Iterator[ObjectName]:
    hidden = _hidden(tokens)
    callers: list[str] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1].upper if index else ""
        if token.upper == "(":
            callers.append(before)
        elif token.upper == ")" and callers:
            callers.pop()
        if token.upper not in _BEFORE_TABLES or before in ("DISTINCT", "."):
            continue
        if token.upper == "INTO" and before not in _INSERTS:
            continue
        if token.upper == "FROM" and callers and callers[-1] in _CALLS_WITH_FROM:
            continue
        if token.upper == "USING" and index + 1 < len(tokens) and tokens[index + 1].upper == "(":
            continue
        for name in _listed(Cursor(sql, tokens[index + 1 : index + 200], dialect), token.upper == "FROM"):
            if name.schema is not None or name.name.upper() not in hidden:
                yield name


def _listed(cursor: Cursor, several: bool) -> Iterator[ObjectName]:
    """The name that stands next, and those behind commas."""
    while True:
        cursor.skip(*_BETWEEN)
        if cursor.peek() in _NO_TABLE:
            return
        name = cursor.name()
        if not isinstance(name, ObjectName) or (several and cursor.peek() == "("):
            return
        yield name
        if not several:
            return
        cursor.take("AS")
        if cursor.peek() not in _ENDS_ALIAS:
            cursor.word()
        if not cursor.take(","):
            return


def _hidden(tokens: Sequence[Token]) -> set[str]:
    """The names of common table expressions, upper case: `name AS (` behind WITH or a comma."""
    found = {"NEW", "OLD"}
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.upper in ("WITH", "RECURSIVE", ",") and after.upper in ("AS", "("):
            found.add(token.text.strip('"').upper())
    return found


def is_computed(tokens: Sequence[Token]) -> bool:
    """Whether part of the text is computed by a program."""
    return any(HOLE in token.text for token in tokens)
