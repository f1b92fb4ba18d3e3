"""The locks of a statement that runs outside transactions only, seen while another transaction holds it up."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psycopg

from tests.postgres.effects.probe import Probe
from tests.postgres.effects.relations import Connection, Relations, locks_of, set_up, strongest

_HELD = ("ACCESS SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE")
"""A reader, a writer, and another of the kind: between them they hold up all that runs outside of transactions."""
_PATIENCE = 5.0


def locks_when_blocked(conninfo: str, probe: Probe) -> dict[str, str]:
    """The strongest lock that the statement was seen to hold or to wait for, by role."""
    seen: list[tuple[str, str]] = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        tables = [relation.spelled for relation in set_up(connection, probe).values() if relation.is_table]
        for table in tables:
            for mode in _HELD:
                before = set_up(connection, probe)
                seen.extend(_locks(conninfo, probe, before, f"LOCK TABLE {table} IN {mode} MODE").items())
    return strongest(seen)


def _locks(conninfo: str, probe: Probe, before: Relations, lock: str) -> dict[str, str]:
    """The locks at the moment at which it waits for `lock`; none where it does not."""
    path = "SET search_path = probe"
    with (
        psycopg.connect(conninfo) as blocker,
        psycopg.connect(conninfo, autocommit=True) as blocked,
        psycopg.connect(conninfo, autocommit=True) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        blocker.execute(path)
        blocker.execute(lock)
        blocked.execute(path)
        process = blocked.info.backend_pid
        run = pool.submit(blocked.execute, probe.statement)
        found = locks_of(watcher, process, before) if _waits(watcher, process, run) else {}
        blocker.rollback()
        run.exception(_PATIENCE)
        return found


def _waits(watcher: Connection, process: int, run: Future[Any]) -> bool:
    """Whether the process comes to wait for another, rather than to its end."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and not run.done():
        row = watcher.execute("SELECT pg_blocking_pids(%s)", [process]).fetchone()
        if row is not None and row[0]:
            return True
        time.sleep(0.005)
    return False
