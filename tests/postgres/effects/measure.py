"""Running one probe on one server, and reading from the server's own tables what it did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from psycopg import errors, sql

from tests.postgres.effects.blocked import locks_when_blocked
from tests.postgres.effects.outcome import Outcome
from tests.postgres.effects.probe import Probe
from tests.postgres.effects.relations import Connection, Relations, counts, locks_of, relations, set_up

_PLANS = "SET enable_hashjoin = off; SET enable_mergejoin = off"
"""What the check of a foreign key reads of the other table is the planner's choice; so it may only look keys up."""
_BUILT = re.compile(r'building index ".+?" on table "(.+?)"')
_VERIFIED = re.compile(r'verifying table "(.+?)"')


def prepare(conninfo: str) -> None:
    """Makes what probes expect of any server, once: another schema, another tablespace, another access method."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA elsewhere")
        if connection.info.server_version >= 120000:
            connection.execute("CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler")
        found = connection.execute("SHOW data_directory").fetchone()
        assert found is not None
        folder = f"{found[0]}-elsewhere"
        # `cat` takes what the server pipes, which else breaks the pipe where the folder is made too soon
        connection.execute(sql.SQL("COPY (SELECT 1) TO PROGRAM {}").format(f"mkdir '{folder}' && cat > /dev/null"))
        connection.execute(sql.SQL("CREATE TABLESPACE elsewhere LOCATION {}").format(folder))


def can_run(connection: Connection, probe: Probe) -> bool:
    """Whether the server is of an age for the probe, and has the extension that it needs."""
    if not probe.is_for(connection.info.server_version // 10000):
        return False
    return not probe.extension or has_extension(connection, probe.extension)


def has_extension(connection: Connection, name: str) -> bool:
    """Whether the server can make an extension."""
    with connection.transaction(force_rollback=True):
        try:
            connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        except psycopg.Error:
            return False
    return True


def measure(conninfo: str, probe: Probe) -> Outcome:
    """What the statement of a probe did on a server. Raises `psycopg.Error` where its setup fails."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(_PLANS)
        try:
            return _in_transaction(connection, probe)
        except errors.ActiveSqlTransaction as refused:
            return replace(_outside(conninfo, connection, probe), error_in_transaction=_message(refused))
        except psycopg.Error as failed:
            try:
                return replace(_in_transaction(connection, probe, empty=True), error_on_rows=_message(failed))
            except psycopg.Error:
                return Outcome(error=_message(failed))


def _message(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error)


def _in_transaction(connection: Connection, probe: Probe, empty: bool = False) -> Outcome:
    """The outcome in a transaction that is rolled back; with `empty`, on tables without rows."""
    before = set_up(connection, probe)
    if empty:
        tables = ", ".join(relation.spelled for relation in before.values() if relation.is_table)
        connection.execute(f"TRUNCATE {tables}")
    with connection.transaction(force_rollback=True):
        if probe.earlier:
            connection.execute(probe.earlier)
        rows = counts(connection, before)
        now = relations(connection)
        before = {oid: now[oid] for oid in before}
        with _debug_messages(connection) as messages:
            connection.execute(probe.statement)
        locks = locks_of(connection, connection.info.backend_pid, before)
        return _outcome(connection, before, rows, locks, messages)


def _outside(conninfo: str, connection: Connection, probe: Probe) -> Outcome:
    """The outcome outside of a transaction, with the locks that were seen while others held it up.

    How often a table was read is counted in transactions only, so its scans are those that the server tells of.
    """
    locks = locks_when_blocked(conninfo, probe)
    before = set_up(connection, probe)
    rows = counts(connection, before)
    try:
        with _debug_messages(connection) as messages:
            connection.execute(probe.statement)
    except psycopg.Error as failed:
        return Outcome(error=_message(failed))
    outcome = _outcome(connection, before, rows, locks, messages)
    return replace(outcome, scans=frozenset(_verified(messages)))


@contextmanager
def _debug_messages(connection: Connection) -> Iterator[list[str]]:
    """The list to which the server's debug messages are added."""
    messages: list[str] = []

    def keep(diagnostic: errors.Diagnostic) -> None:
        messages.append(diagnostic.message_primary or "")

    connection.add_notice_handler(keep)
    connection.execute("SET client_min_messages = debug1")
    try:
        yield messages
    finally:
        connection.remove_notice_handler(keep)
    connection.execute("SET client_min_messages = notice")


def _outcome(
    connection: Connection, before: Relations, rows: dict[int, int], locks: dict[str, str], messages: list[str]
) -> Outcome:
    """What differs after the statement from what stood `before` it."""
    after = relations(connection)
    left = counts(connection, after)
    stored = {relation.role for relation in before.values() if relation.is_stored}
    kept = [(relation, after[oid]) for oid, relation in before.items() if relation.is_stored and oid in after]
    emptied = {old.role for old, new in kept if rows[old.oid] and not left[new.oid]}
    rewrites = {old.role for old, new in kept if old.file != new.file} - emptied
    read = {old.role for old, new in kept if new.scans > old.scans}
    builds = {table for message in messages for table in _BUILT.findall(message)} & stored - emptied
    return Outcome(
        present=frozenset(relation.role for relation in before.values() if not relation.is_index),
        stored=frozenset(stored),
        locks=locks,
        rewrites=frozenset(rewrites),
        scans=frozenset(read - rewrites - builds - emptied | _verified(messages) & stored),
        builds=frozenset(builds),
        deletes=frozenset(before[oid].role for oid, count in rows.items() if left.get(oid, 0) < count),
    )


def _verified(messages: list[str]) -> set[str]:
    """The tables of whose rows the server says that it verified them."""
    return {table for message in messages for table in _VERIFIED.findall(message)}
