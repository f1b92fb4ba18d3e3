"""DO blocks: what they do where it stands there plainly, else which tables they name.

A statement of a block that runs only where something exists, or whose error "it exists" is caught, is guarded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import OpaqueOperation, Operation
from schemalint.sql.mentions import body_tokens, mentioned
from schemalint.sql.tokens import HOLE, Cursor, Token

Guarded = tuple[Operation, bool]
_Lower = Callable[[Cursor], tuple[Operation, ...]]

_SHORT = 200
_CAUGHT = ("DUPLICATE_", "UNDEFINED_", "INVALID_SCHEMA_NAME", "OTHERS")
_PLAIN = frozenset(
    {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "COMMENT", "GRANT", "REVOKE", "TRUNCATE", "WITH", "SET"}
)
_SILENT = frozenset({"RAISE", "NULL", "RETURN"})
_DYNAMIC = frozenset({"EXECUTE", "PERFORM", "CALL"})


def do_block(cursor: Cursor, lower: _Lower) -> tuple[Guarded, ...]:
    """A DO block. `lower` gives the operations of one statement."""
    token = next((token for token in cursor.tokens if token.kind in ("dollar", "string")), None)
    if token is None or token.kind != "dollar":
        return ((_opaque("the block is not read", None, cursor), False),)
    body = body_tokens(cursor, token)
    plain = _plain(cursor.over(body), lower)
    if plain is not None:
        return tuple(plain)
    touches = _touched(cursor, body)
    return ((_opaque("a block of code is not followed", touches, cursor), False),)


def _opaque(reason: str, touches: tuple[ObjectName, ...] | None, cursor: Cursor) -> OpaqueOperation:
    return OpaqueOperation(reason, touches, cursor.source(cursor.tokens)[:_SHORT])


def _plain(body: Cursor, lower: _Lower) -> list[Guarded] | None:
    """The operations of a block without variables and loops; None for any other."""
    if not body.take("BEGIN"):
        return None
    found: list[Guarded] = []
    while body.peek() not in ("END", "EXCEPTION"):
        if body.done or not _statement(body, lower, found, False):
            return None
    if body.take("EXCEPTION"):
        if not _catches(body):
            return None
        found = [(operation, True) for operation, _ in found]
    return found


def _statement(body: Cursor, lower: _Lower, found: list[Guarded], guarded: bool) -> bool:
    """Passes a statement of a block; False where it is not plain."""
    word = body.peek()
    if word == "IF":
        return _if(body, lower, found)
    statement = body.until(";")
    if not body.take(";"):
        return False
    if word in _SILENT:
        return True
    if word == "BEGIN" or word not in _PLAIN or any(HOLE in token.text for token in statement):
        return False
    operations = lower(body.over(statement))
    if any(isinstance(operation, OpaqueOperation) for operation in operations):
        return False
    found.extend((operation, guarded) for operation in operations)
    return True


def _if(body: Cursor, lower: _Lower, found: list[Guarded]) -> bool:
    """IF [NOT] EXISTS (...) THEN ... END IF, without other arms."""
    body.take("IF")
    condition = [token.upper for token in body.until("THEN")]
    if not body.take("THEN") or "EXISTS" not in condition[:3]:
        return False
    while body.peek() != "END":
        if body.done or body.peek() in ("ELSE", "ELSIF") or not _statement(body, lower, found, True):
            return False
    return body.phrase("END IF ;")


def _catches(body: Cursor) -> bool:
    """Whether an error that something exists, or does not, is passed over."""
    while body.take("WHEN"):
        names = [token.upper for token in body.until("THEN") if token.upper != "OR"]
        if not all(name.startswith(_CAUGHT) for name in names):
            return False
        body.take("THEN")
        while body.peek() in _SILENT:
            body.until(";")
            body.take(";")
    return body.peek() == "END"


def _touched(cursor: Cursor, body: Sequence[Token]) -> tuple[ObjectName, ...] | None:
    """The tables that a block names; None where it runs a statement that it computes or a function."""
    found: dict[ObjectName, None] = {}
    for index, token in enumerate(body):
        if HOLE in token.text:
            return None
        if token.upper not in _DYNAMIC:
            continue
        if token.upper == "EXECUTE" and index and body[index - 1].upper in ("ROW", "STATEMENT"):
            continue
        following = body[index + 1 : index + 3]
        literal = len(following) == 2 and following[0].kind in ("string", "dollar") and following[1].upper == ";"
        if token.upper != "EXECUTE" or not literal:
            return None
        inner = Cursor(following[0].text, (), cursor.dialect)
        found.update(dict.fromkeys(mentioned(_inside(inner))))
    found.update(dict.fromkeys(mentioned(cursor.over(body))))
    return tuple(found)


def _inside(literal: Cursor) -> Cursor:
    """A cursor over the statement inside of a text literal."""
    from schemalint.sql.tokens import scan

    text = literal.sql.strip("$'")
    return Cursor(text, list(scan(text, literal.dialect)), literal.dialect)
