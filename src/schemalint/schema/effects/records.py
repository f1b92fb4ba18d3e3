"""What is told of an operation: an `Effect`."""

from __future__ import annotations

import msgspec

from schemalint.facts.names import ObjectName

ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"

MODES = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    ACCESS_EXCLUSIVE,
)
"""The table locks of PostgreSQL, the weakest first (its documentation, "Table-Level Locks")."""

SHARED = "LOCK=SHARED"
"""What MySQL lets other sessions do while it copies a table: read."""

_BLOCKS_READS = frozenset({ACCESS_EXCLUSIVE})
_BLOCKS_WRITES = _BLOCKS_READS | {"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", SHARED}


class TableLock(msgspec.Struct, frozen=True, gc=False):
    """A lock that an operation takes on a table and holds to the end of its transaction.

    `role` is what the table is to the operation: `subject` for the one it names, `referenced`, `referencing`,
    `parent`, `partition`, `default_partition`, ...
    """

    table: ObjectName
    mode: str
    role: str = "subject"

    @property
    def blocks_reads(self) -> bool:
        """Whether SELECT waits for it."""
        return self.mode in _BLOCKS_READS

    @property
    def blocks_writes(self) -> bool:
        """Whether INSERT, UPDATE and DELETE wait for it."""
        return self.mode in _BLOCKS_WRITES

    @property
    def blocks(self) -> str:
        """What waits for it, in words; empty where neither reads nor writes do."""
        if self.blocks_reads:
            return "reads and writes"
        return "writes" if self.blocks_writes else ""


class Effect(msgspec.Struct, frozen=True, gc=False):
    """What an operation does to a server on the schema that it meets. What stands here is certain.

    `form` is the row of facts that it rests on, empty where there is none. `rewrites` are the tables whose rows are all
    written anew, `scans` those that are read in full, `builds` those of which an index is built; each goes on for as
    long as the table is large, under the locks that the operation takes. `refused_in_transaction` tells that the server
    refuses it inside a transaction block, `fails` is why the server refuses it at all, `fails_on_rows` why it does so
    where the table has rows. `deletes` are tables whose rows it deletes by the way. `source` is how the fact is known
    ("measured on PostgreSQL 16"). `doubts` are what is not known and could add to the effect, one sentence each.
    """

    form: str = ""
    locks: tuple[TableLock, ...] = ()
    rewrites: tuple[ObjectName, ...] = ()
    scans: tuple[ObjectName, ...] = ()
    builds: tuple[ObjectName, ...] = ()
    refused_in_transaction: bool = False
    fails: str | None = None
    fails_on_rows: str | None = None
    deletes: tuple[ObjectName, ...] = ()
    source: str = ""
    doubts: tuple[str, ...] = ()

    def lock_on(self, table: ObjectName) -> TableLock | None:
        """The strongest lock that it takes on a table, or None."""
        found = [lock for lock in self.locks if lock.table == table]
        return max(found, key=lambda lock: MODES.index(lock.mode) if lock.mode in MODES else 0, default=None)

    def works_on(self, table: ObjectName) -> bool:
        """Whether it reads, writes or indexes all of a table, and so lasts for as long as that is large."""
        return table in self.rewrites or table in self.scans or table in self.builds

    @property
    def known(self) -> bool:
        """Whether there is a row of facts for it."""
        return bool(self.form)


class Fact(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A row of measured facts: what a form of statement did on the majors `since` to `until`.

    `locks` are modes by role; `rewrites`, `scans`, `builds` and `deletes` are roles, as in an `Effect`. A role that a
    fact does not name was either not touched or not there: what is told of `partition` holds where there is one. The
    role `index` is an index whose lock is stronger than that on its table.

    `error` is the server's message where it refuses the statement, `error_on_rows` where it does so only if the table
    has rows, `error_in_transaction` where it does so inside a transaction block only.
    """

    form: str
    since: int
    until: int
    locks: dict[str, str] = {}
    rewrites: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()
    error: str | None = None
    error_on_rows: str | None = None
    error_in_transaction: str | None = None
