"""What the schema that stands proves, so that PostgreSQL does not read the rows to find it out.

SET NOT NULL, and a primary key over columns that may hold NULL, read no rows where valid constraints prove that there
are no NULLs (since version 12; `NotNullImpliedByRelConstraints` in tablecmds.c). The server takes `c IS NOT NULL` as a
part of what a CHECK demands for a proof, and nothing that only follows: `c > 0` is not false for NULL either.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from schemalint.facts.operations import Reach
from schemalint.facts.tables import CheckDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.table import TableView
from schemalint.sql.conditions import bare, parted, qualified
from schemalint.sql.dialect import dialect_of
from schemalint.sql.tokens import Token, scan


def is_proved_not_null(table: TableView | None, column: str) -> bool | None:
    """Whether a column certainly holds no NULL: it is NOT NULL, in the primary key, or a valid CHECK demands it.

    None where a constraint may prove it that is not known, as in a table that was there before the history.
    """
    if table is None:
        return None
    declared = is_declared_not_null(table, column)
    if declared:
        return True
    checked = _is_checked(table, column)
    if checked:
        return True
    return None if declared is None or checked is None else False


def is_declared_not_null(table: TableView, column: str) -> bool | None:
    """Whether a column is NOT NULL; None where that is not known."""
    view = table.column(column)
    if view is None or isinstance(view.definition.nullable, Unknown):
        return None
    return not view.definition.nullable


def demands_not_null(check: str, column: str) -> bool:
    """Whether the condition of a CHECK is false wherever a column is NULL, as far as the server can tell."""
    return column in _demanded(check)


def _is_checked(table: TableView, column: str) -> bool | None:
    doubtful = not _is_known_since(table, column)
    for constraint in (*table.constraints(), *table.doubtful_constraints()):
        definition = constraint.definition
        if not isinstance(definition, CheckDef) or constraint.valid is False:
            continue
        if isinstance(definition.sql, Unknown):
            doubtful = True
        elif demands_not_null(definition.sql, column):
            if constraint.valid:
                return True
            doubtful = True
    return None if doubtful else False


def _is_known_since(table: TableView, column: str) -> bool:
    """Whether all CHECKs that may speak of a column are known: none is older than the column."""
    view = table.column(column)
    made = view.created_at if view is not None else None
    return table.complete if made is None else table.settled_since(made, Reach.PARTS)


@lru_cache(maxsize=1024)
def _demanded(check: str) -> frozenset[str]:
    """The columns that a condition demands not to be NULL."""
    return _not_null(tuple(scan(check, dialect_of("postgresql"))))


def _not_null(tokens: Sequence[Token]) -> frozenset[str]:
    tokens = bare(tokens)
    for word in ("OR", "AND"):
        parts = list(parted(tokens, word))
        if len(parts) > 1:
            found = [_not_null(part) for part in parts]
            return frozenset.intersection(*found) if word == "OR" else frozenset.union(*found)
    words = [token.upper for token in tokens]
    if words[-3:] == ["IS", "NOT", "NULL"]:
        return _column(tokens[:-3])
    if words[:1] == ["NOT"]:
        inner = bare(tokens[1:])
        if [token.upper for token in inner[-2:]] == ["IS", "NULL"]:
            return _column(inner[:-2])
    return frozenset()


def _column(tokens: Sequence[Token]) -> frozenset[str]:
    """The column that tokens name, be it with its table."""
    name = qualified(tokens, dialect_of("postgresql"))
    return frozenset(name[-1:])
