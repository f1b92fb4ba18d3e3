"""What a DO block that is not followed may have changed: each of its statements is taken by itself, whether it runs or
not.

A statement that the block makes up (`EXECUTE format('ALTER INDEX %I RENAME TO %I', ...)`) is read with `HOLE` for what
is filled in: that says which kind of change it is, and of which table where its name stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Union

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddConstraint,
    AddEnumValue,
    CreateEnum,
    CreateIndex,
    DataChange,
    DropConstraint,
    DropEnum,
    DropIndex,
    LockTable,
    Maintenance,
    OpaqueOperation,
    Operation,
    Reach,
    ReadTable,
    RenameConstraint,
    RenameEnum,
    RenameEnumValue,
    RenameIndex,
    SetParameter,
    TransactionControl,
    Truncate,
    ValidateConstraint,
)
from schemalint.facts.tables import PrimaryKeyDef
from schemalint.sql.mentions import mentioned
from schemalint.sql.tokens import HOLE, Cursor, Token, scan, split, text_of

Touched = Union[tuple[ObjectName, ...], None]
_Lower = Callable[[Cursor], tuple[Operation, ...]]

_STARTS = frozenset({";", "BEGIN", "THEN", "ELSE", "LOOP"})
_CONTROL = frozenset(
    {"IF", "ELSIF", "ELSEIF", "WHILE", "FOR", "FOREACH", "EXIT", "CONTINUE", "RETURN", "RAISE", "NULL", "GET", "ASSERT"}
    | {"END", "EXCEPTION", "WHEN", "CASE", "OPEN", "FETCH", "CLOSE"}
)
_QUERIES = frozenset({"SELECT", "PERFORM", "CALL"})
_ROWS = (DataChange, LockTable, Maintenance, SetParameter, TransactionControl, Truncate)
_NAMES = (RenameConstraint, RenameIndex)
_PARTS = (AddConstraint, CreateIndex, DropConstraint, DropIndex, ValidateConstraint)
_ENUMS = (AddEnumValue, CreateEnum, DropEnum, RenameEnum, RenameEnumValue)
_FILLED_IN = re.compile(r"%(?:\d+\$)?-?\d*[ILs]")
_JOINS = frozenset({"(", ")", ",", "||", "CONCAT", "QUOTE_IDENT"})


def traces(cursor: Cursor, body: Sequence[Token], lower: _Lower) -> Iterator[tuple[Reach, Touched]]:
    """What a block may have changed, the farthest first; tables None where it may be those of any.

    `lower` gives the operations of one statement.
    """
    found: dict[Reach, dict[ObjectName, None] | None] = {}
    for statement in _statements(body):
        for reach, touched in _effects(cursor.over(statement), lower):
            before = found.setdefault(reach, {})
            if touched is None or before is None:
                found[reach] = None
            else:
                before.update(dict.fromkeys(touched))
    for reach in sorted(found, reverse=True):
        names = found[reach]
        yield reach, None if names is None else tuple(names)
        if names is None:
            return


def _statements(body: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The statements of a block and what is between them, without declarations."""
    start, depth, declares = 0, 0, True
    for index, token in enumerate(body):
        depth += (token.upper == "(") - (token.upper == ")")
        if depth > 0 or token.upper not in _STARTS:
            declares = declares or token.upper == "DECLARE"
            continue
        if index > start and not declares:
            yield body[start:index]
        start = index + 1
        declares = declares and token.upper != "BEGIN"


def _effects(statement: Cursor, lower: _Lower) -> Iterator[tuple[Reach, Touched]]:
    tokens = statement.tokens
    for index, token in enumerate(tokens):
        if token.upper == "EXECUTE" and tokens[index + 1 : index + 2] and not _is_no_statement(tokens, index):
            yield from _made_up(statement.over(tokens[index + 1 :]), lower)
    word = statement.peek()
    if word == "EXECUTE" or word in _CONTROL or ":=" in (token.upper for token in tokens[:4]):
        return
    if word in _QUERIES:
        statement = statement.over([tokens[0]._replace(text="SELECT", upper="SELECT"), *tokens[1:]])
    names: Touched = mentioned(statement)
    if any(HOLE in token.text for token in tokens if token.kind != "string"):
        names = None
    for operation in lower(statement):
        if word not in _QUERIES or isinstance(operation, OpaqueOperation):
            yield _effect(operation, names)


def _is_no_statement(tokens: Sequence[Token], index: int) -> bool:
    """Whether EXECUTE is a privilege, or tells what a trigger calls."""
    of_trigger = index > 0 and tokens[index - 1].upper in ("ROW", "STATEMENT")
    return of_trigger or tokens[index + 1].upper in ("FUNCTION", "PROCEDURE", "ON", ",")


def _effect(operation: Operation, names: Touched) -> tuple[Reach, Touched]:
    if isinstance(operation, OpaqueOperation):
        return operation.reach, operation.touches
    if isinstance(operation, _ROWS):
        return Reach.ROWS, names
    if isinstance(operation, (*_NAMES, *_PARTS)):
        table = getattr(operation, "table", None)
        reach = Reach.NAMES if isinstance(operation, _NAMES) else Reach.PARTS
        if isinstance(operation, AddConstraint) and isinstance(operation.constraint, PrimaryKeyDef):
            reach = Reach.ANYTHING
        return reach, (table,) if isinstance(table, ObjectName) else None
    return Reach.ANYTHING, None if isinstance(operation, _ENUMS) else names


def _made_up(text: Cursor, lower: _Lower) -> Iterator[tuple[Reach, Touched]]:
    """The effects of the statements that EXECUTE runs."""
    template = _template(text.over(text.until("INTO", "USING")))
    tokens = list(scan(template, text.dialect))
    for part in split(tokens, ";"):
        statement = Cursor(template, part, text.dialect)
        names = None if any(HOLE in token.text for token in part if token.kind != "string") else mentioned(statement)
        operations = lower(statement)
        if not operations and [token.upper for token in part[:2]] == ["ALTER", "TABLE"]:
            yield Reach.ANYTHING, None
        for operation in operations:
            if not isinstance(operation, ReadTable):
                yield _effect(operation, names)


def _template(expression: Cursor) -> str:
    """A text that is put together, with `HOLE` for what is not written out."""
    if expression.take("FORMAT"):
        parts = split(expression.group() or ())
        if not expression.done or not parts:
            return HOLE
        return _FILLED_IN.sub(HOLE, _template(expression.over(parts[0]))).replace("%%", "%")
    pieces: list[str] = []
    for token in expression.tokens:
        if token.kind in ("string", "dollar"):
            pieces.append(text_of(token))
        elif token.upper not in _JOINS and pieces[-1:] != [HOLE]:
            pieces.append(HOLE)
    return "".join(pieces)
