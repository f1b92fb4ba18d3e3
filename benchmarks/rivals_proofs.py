"""What a server says where the rivals and we disagree and no row of facts decides it: scripts that are run on one."""

from __future__ import annotations

from typing import NamedTuple

import psycopg
from psycopg import sql

OTHER = "other: "
"""Begins a statement that another session runs."""
DONE = "done"
_SCHEMA = "proof"


class Proof(NamedTuple):
    """Statements that run one after the other, each by itself and whether the one before it failed or not.

    `answer` is what comes of the last: the value that it asks for, `DONE`, or the SQLSTATE of its error.
    """

    statements: tuple[str, ...]
    answer: str


def outcome_of(proof: Proof, conninfo: str) -> str:
    """What comes of the last statement of a proof on a server. What the proof makes is dropped again."""
    with _session(conninfo) as one, _session(conninfo) as other:
        one.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(_SCHEMA)))
        try:
            answers = [
                _answer(other if statement.startswith(OTHER) else one, statement.removeprefix(OTHER))
                for statement in proof.statements
            ]
        finally:
            other.close()
            one.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(_SCHEMA)))
    return answers[-1]


def _session(conninfo: str) -> psycopg.Connection:
    return psycopg.connect(conninfo, autocommit=True, options=f"-c search_path={_SCHEMA}")


def _answer(connection: psycopg.Connection, statement: str) -> str:
    try:
        cursor = connection.execute(statement.encode())
    except psycopg.Error as failed:
        return failed.sqlstate or str(failed)
    row = cursor.fetchone() if cursor.description else None
    return str(row[0]) if row else DONE


_TABLE = ("CREATE TABLE t (a integer)", "INSERT INTO t VALUES (1), (1), (2)")
_FAILED_BUILD = (*_TABLE, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)")
_BROKEN_OFF = (
    *_TABLE,
    "CREATE INDEX i ON t (a)",
    f"{OTHER}BEGIN",
    f"{OTHER}SELECT a FROM t",
    "SET statement_timeout = '200ms'",
    "DROP INDEX CONCURRENTLY i",
    f"{OTHER}COMMIT",
)

ROW_IS_GONE = Proof((*_TABLE, "DELETE FROM t WHERE a = 2", "SELECT count(*) FROM t WHERE a = 2"), "0")
FULL_SCHEMA_STAYS = Proof((*_TABLE, f"DROP SCHEMA {_SCHEMA}"), "2BP01")
SET_OUTLIVES_COMMIT = Proof(("BEGIN", "SET statement_timeout = '5s'", "COMMIT", "SHOW statement_timeout"), "5s")
FAILED_INDEX_IS_IN_THE_WAY = Proof((*_FAILED_BUILD, "CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)"), "42P07")
FAILED_INDEX_IS_KEPT = Proof(
    (
        *_FAILED_BUILD,
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass",
    ),
    "False",
)
DROP_CAN_BE_REPEATED = Proof((*_BROKEN_OFF, "DROP INDEX CONCURRENTLY i"), DONE)
