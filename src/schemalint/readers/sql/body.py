"""What the parts of an SQL revision do, operation by operation."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.diagnostics import Place
from schemalint.facts.operations import (
    CreateIndex,
    DetachPartition,
    DropIndex,
    Maintenance,
    OpaqueOperation,
    Operation,
    TransactionControl,
)
from schemalint.facts.revisions import Body, PlacedOperation
from schemalint.ir import span_of
from schemalint.readers.alembic.emit import Environment, NotUnderstood
from schemalint.readers.sql.enums import with_enums
from schemalint.readers.sql.revisions import Part, part_place
from schemalint.source.text import line_starts
from schemalint.sql.directions import SENT_AT_ONCE
from schemalint.sql.parse import located_operations
from schemalint.sql.split import Statement, statements

_LEAVES_TRANSACTION = frozenset({"flyway"})
"""Tools that open no transaction where a statement refuses to run in one."""
_ONE_QUERY = frozenset({"golang-migrate", "prisma"})
"""Tools that send a file as one query: a single statement runs by itself, several as one transaction."""


def read_sql_body(tool: str, parts: Sequence[Part], environment: Environment) -> Body:
    """The operations of a direction. Each is handed to `environment.emit` before the next is read."""
    found: list[PlacedOperation] = []
    nothing = True
    region = 0
    for part in parts:
        section = part.section
        text = part.text[section.start : section.end]
        lines = line_starts(part.text)
        inside = statements(text, environment.dialect)
        nothing = nothing and all(_is_nothing(statement) for statement in inside)
        wrapped = section.transactional and not (tool in _ONE_QUERY and len(inside) == 1)
        open_transaction = wrapped
        for located in located_operations(text, environment.dialect):
            span = span_of(lines, section.start + located.start, section.start + located.end)
            operation = with_enums(located.operation, environment.schema())
            command = operation.command if isinstance(operation, TransactionControl) else ""
            alone = not open_transaction or (tool in _LEAVES_TRANSACTION and _refuses_transaction(operation))
            alone = alone or (command == "begin" and tool in SENT_AT_ONCE)
            placed = PlacedOperation(
                operation=operation,
                place=Place(part.path, span),
                region=region,
                autocommit=alone,
                guarded=located.guarded,
                continues=located.continues,
            )
            if isinstance(operation, OpaqueOperation):
                environment.not_understood.append(NotUnderstood(placed.place, "a statement", operation.reason))
            if command in ("commit", "rollback"):
                region += 1
                open_transaction = False
            elif command == "begin":
                open_transaction = True
            found.append(placed)
            environment.emit(placed)
        region += 1
    return Body(part_place(parts[0]), tuple(found), empty=nothing)


def _is_nothing(statement: Statement) -> bool:
    """Whether a statement only says something: `SELECT 'down SQL query'`, which tools write into new files."""
    words = [token.upper for token in statement.tokens]
    return words[0] == "SELECT" and "FROM" not in words and "(" not in words


def _refuses_transaction(operation: Operation) -> bool:
    if isinstance(operation, (CreateIndex, DropIndex)):
        return operation.concurrently is True
    if isinstance(operation, DetachPartition):
        return operation.concurrently
    return isinstance(operation, Maintenance) and (operation.concurrently or operation.command.startswith("vacuum"))
