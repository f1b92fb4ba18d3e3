"""DO blocks: what they do where it stands there plainly, else what their statements may have changed.

A statement of a block that runs only where something exists, or whose error "it exists" is caught, is guarded. A block
that decides by rows, loops or runs what it computes is not followed.
"""

from __future__ import annotations

from collections.abc import Callable

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DataChange, OpaqueOperation, Operation, Reach
from schemalint.sql.mentions import body_tokens
from schemalint.sql.tokens import HOLE, Cursor, scan, split
from schemalint.sql.traces import traces

Guarded = tuple[Operation, bool]
_Lower = Callable[[Cursor], tuple[Operation, ...]]

_SHORT = 200
_CAUGHT = ("DUPLICATE_", "UNDEFINED_", "INVALID_SCHEMA_NAME", "OTHERS")
_PLAIN = frozenset(
    {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "COMMENT", "GRANT", "REVOKE", "TRUNCATE", "WITH", "SET"}
    | {"LOCK", "MERGE", "REFRESH", "ANALYZE"}
)
_SILENT = frozenset({"RAISE", "NULL", "GET", "ASSERT", "SELECT"})
_ENDS = frozenset({"END", "EXCEPTION", "WHEN", "ELSE", "ELSIF", "ELSEIF", ""})
_WITHOUT_TABLES = frozenset({"GRANT", "REVOKE", "COMMENT", "SET", "RESET", "NOTIFY", "ANALYZE"})
_CATALOGUE = ("PG_", "INFORMATION_SCHEMA", "TO_REG")


class _NotPlainError(Exception):
    """The block holds what is not followed."""


def do_block(cursor: Cursor, lower: _Lower) -> tuple[Guarded, ...]:
    """A DO block. `lower` gives the operations of one statement."""
    token = next((token for token in cursor.tokens if token.kind == "dollar"), None)
    if token is None:
        return ((_opaque("the block is not read", None, cursor), False),)
    body = body_tokens(cursor, token)
    inside = _Block(cursor.over(body), lower)
    try:
        return tuple(inside.read())
    except _NotPlainError:
        found = traces(cursor, body, lower)
        return tuple(
            (_opaque("a block of code is not followed", touches, cursor, reach), False) for reach, touches in found
        )


def _opaque(
    reason: str, touches: tuple[ObjectName, ...] | None, cursor: Cursor, reach: Reach = Reach.ANYTHING
) -> OpaqueOperation:
    return OpaqueOperation(reason, touches, cursor.source(cursor.tokens)[:_SHORT], reach)


class _Block:
    """The reading of a block, statement by statement; `_NotPlainError` where it is not plain."""

    def __init__(self, body: Cursor, lower: _Lower) -> None:
        self.body = body
        self.lower = lower
        self.variables: set[str] = set()
        self.returns = False
        """Whether what follows runs only where the block was not left before."""

    def read(self) -> list[Guarded]:
        """The operations of a block with its declarations and its handlers of errors."""
        body = self.body
        if body.take("DECLARE"):
            declared = split(body.until("BEGIN"), ";")
            self.variables.update(tokens[0].upper for tokens in declared)
        if not body.take("BEGIN"):
            raise _NotPlainError
        found = self._statements()
        if body.take("EXCEPTION") and self._catches():
            found = [(operation, True) for operation, _ in found]
        if not body.take("END"):
            raise _NotPlainError
        body.word()
        body.take(";")
        return found

    def _statements(self) -> list[Guarded]:
        found: list[Guarded] = []
        while self.body.peek() not in _ENDS:
            guarded = self.returns
            found.extend((operation, guarded or own) for operation, own in self._statement())
        return found

    def _statement(self) -> list[Guarded]:
        body = self.body
        word = body.peek()
        if word in ("BEGIN", "DECLARE"):
            return self.read()
        if word == "IF":
            return self._if()
        statement = body.until(";")
        if not body.take(";") or any(HOLE in token.text for token in statement):
            raise _NotPlainError
        if word == "RETURN":
            self.returns = True
            return []
        if word in _SILENT or ":=" in (token.upper for token in statement[:4]):
            return []
        return [(operation, False) for operation in self._lowered(body.over(statement))]

    def _lowered(self, statement: Cursor) -> list[Operation]:
        """The operations of a statement, also of one that EXECUTE has as a text or PERFORM as a query."""
        word = statement.peek()
        if word == "EXECUTE":
            statement.at += 1
            inner = _executed(statement)
            if inner is None:
                raise _NotPlainError
            return self._lowered(inner) if inner.tokens else []
        if word == "PERFORM":
            first = statement.tokens[0]._replace(text="SELECT", upper="SELECT")
            statement = statement.over([first, *statement.tokens[1:]])
        elif word not in _PLAIN:
            raise _NotPlainError
        operations = self.lower(statement)
        if not self.variables.isdisjoint(token.upper for token in statement.tokens):
            raise _NotPlainError
        if any(isinstance(operation, OpaqueOperation) for operation in operations):
            raise _NotPlainError
        return list(operations)

    def _if(self) -> list[Guarded]:
        """IF ... THEN ... END IF: one that asks the catalogue guards, one that asks anything else may only complain."""
        body = self.body
        body.take("IF")
        condition = [token.upper for token in body.until("THEN")]
        body.take("THEN")
        left = self.returns
        found = self._statements()
        returns, self.returns = self.returns and not left, left
        if not body.phrase("END IF ;"):
            raise _NotPlainError
        asks_catalogue = any(word.startswith(_CATALOGUE) for word in condition)
        rows_only = "EXISTS" in condition[:3] and all(isinstance(operation, DataChange) for operation, _ in found)
        if (found or returns) and not asks_catalogue and not (rows_only and not returns):
            raise _NotPlainError
        self.returns = self.returns or returns
        return [(operation, True) for operation, _ in found]

    def _catches(self) -> bool:
        """Passes the handlers: whether an error that something exists, or does not, is passed over."""
        body = self.body
        catches = False
        while body.take("WHEN"):
            names = [token.upper for token in body.until("THEN") if token.upper != "OR"]
            body.take("THEN")
            start = body.at
            if self._statements():
                raise _NotPlainError
            words = [token.upper for token in body.tokens[start : body.at]]
            raises = any(words[i : i + 2] in (["RAISE", "EXCEPTION"], ["RAISE", ";"]) for i in range(len(words)))
            if not raises and not all(name.startswith(_CAUGHT) for name in names):
                raise _NotPlainError
            catches = catches or not raises
        return catches


def _executed(cursor: Cursor) -> Cursor | None:
    """The statement that EXECUTE runs: one without tokens where it changes no table, None where it is computed."""
    if cursor.take("FORMAT"):
        cursor = cursor.over(cursor.group() or ())
    text = cursor.text()
    if text is None:
        return None
    tokens = list(scan(text, cursor.dialect))
    if cursor.done and tokens:
        return None if ";" in (token.upper for token in tokens[:-1]) else Cursor(text, tokens, cursor.dialect)
    words = [token.upper for token in tokens[:2]]
    harmless = words[:1] != [] and (words[0] in _WITHOUT_TABLES or words[1:] in (["ROLE"], ["USER"]))
    return Cursor(text, (), cursor.dialect) if harmless else None
