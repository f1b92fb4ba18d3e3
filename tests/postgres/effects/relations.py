"""What a server tells of the relations of a probe: their files, scans and locks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import psycopg

from schemalint.schema.effects.records import MODES
from tests.postgres.effects.probe import Probe

Connection = psycopg.Connection[tuple[object, ...]]

_FRESH = "DROP SCHEMA IF EXISTS probe, made CASCADE; CREATE SCHEMA probe; SET search_path = probe;"
_RELATIONS = """
SELECT c.oid, CASE c.relkind WHEN 'S' THEN 'sequence' ELSE c.relname END, c.oid::regclass::text, c.relkind, i.indrelid,
       pg_relation_filenode(c.oid), pg_stat_get_xact_numscans(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
WHERE n.nspname IN ('probe', 'elsewhere', 'made')
AND c.relkind IN ('r', 'p', 'm', 'v', 'S', 'i', 'I')
"""
_LOCKS = "SELECT relation, mode FROM pg_locks WHERE pid = %s AND locktype = 'relation'"
_WEAKEST = MODES[0]


@dataclass(frozen=True)
class Relation:
    """A table, index, view or sequence: `table` is that of an index, `scans` how often it has been read in full."""

    oid: int
    role: str
    spelled: str
    kind: str
    table: int | None
    file: int | None
    scans: int

    @property
    def is_index(self) -> bool:
        """Whether it is an index, or that of a partitioned table."""
        return self.kind in "iI"

    @property
    def is_table(self) -> bool:
        """Whether it is a table, partitioned or not."""
        return self.kind in "rp"

    @property
    def is_stored(self) -> bool:
        """Whether it holds rows: a table or a materialized view."""
        return self.kind in "rm"


Relations = dict[int, Relation]


def set_up(connection: Connection, probe: Probe) -> Relations:
    """Makes the relations of a probe anew, and their statistics."""
    connection.execute(_FRESH)
    if probe.setup:
        connection.execute(probe.setup)
    made = relations(connection)
    for relation in made.values():
        if relation.is_table:
            connection.execute(f"ANALYZE {relation.spelled}")
    return made


def relations(connection: Connection) -> Relations:
    """The relations as they stand, by their ids, which outlive a change of name."""
    found = (Relation(*row) for row in connection.execute(_RELATIONS))  # type: ignore[arg-type]
    return {relation.oid: relation for relation in found}


def counts(connection: Connection, found: Relations) -> dict[int, int]:
    """The number of rows of each that holds any."""
    stored = [relation for relation in found.values() if relation.is_stored]
    return {relation.oid: _count(connection, relation.spelled) for relation in stored}


def _count(connection: Connection, spelled: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {spelled}").fetchone()
    assert row is not None
    return int(str(row[0]))


def locks_of(connection: Connection, process: int, before: Relations) -> dict[str, str]:
    """The strongest lock that a server process holds or waits for on each role, those left out that only read.

    That on an index counts where its table is locked less.
    """
    held = [(int(str(oid)), _mode(str(mode))) for oid, mode in connection.execute(_LOCKS, [process])]
    known = [(before[oid], mode) for oid, mode in held if oid in before]
    tables = strongest((relation.role, mode) for relation, mode in known if not relation.is_index)
    indexes = strongest(
        ("index", mode)
        for relation, mode in known
        if relation.table is not None and MODES.index(mode) > _strength(tables.get(before[relation.table].role))
    )
    return {role: mode for role, mode in (tables | indexes).items() if mode != _WEAKEST}


def strongest(locks: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The strongest mode of each role."""
    found: dict[str, str] = {}
    for role, mode in locks:
        if MODES.index(mode) > _strength(found.get(role)):
            found[role] = mode
    return found


def _strength(mode: str | None) -> int:
    return -1 if mode is None else MODES.index(mode)


def _mode(name: str) -> str:
    """`ShareRowExclusiveLock` as the documentation writes it."""
    return " ".join(re.findall("[A-Z][a-z]+", name.removesuffix("Lock"))).upper()
