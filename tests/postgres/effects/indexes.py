"""Indexes: created, dropped, rebuilt, attached; and statistics objects."""

from __future__ import annotations

from tests.postgres.effects.probe import INDEXED, INHERITED, PARTITIONED, ROWS, SUBJECT, Probe

_CREATE = "CREATE INDEX added ON subject (number)"
_PARTITIONED_INDEXED = f"{PARTITIONED} CREATE INDEX subject_number_idx ON subject (number);"
_PARTS_INDEXED = f"""
{PARTITIONED}
CREATE INDEX subject_number_idx ON ONLY subject (number);
CREATE INDEX partition_number_idx ON partition (number);
"""
_DOCUMENTS = f"""
CREATE TABLE subject (id bigint PRIMARY KEY, document jsonb, body tsvector);
INSERT INTO subject SELECT g, '{{}}', to_tsvector('row ' || g) {ROWS}
"""

PROBES = (
    Probe("create-index", _CREATE, SUBJECT),
    Probe("create-index", "CREATE UNIQUE INDEX added ON subject (number)", SUBJECT),
    Probe("create-index", "CREATE INDEX added ON subject (lower(label)) WHERE number > 0", SUBJECT),
    Probe("create-index", "CREATE INDEX added ON subject USING hash (number)", SUBJECT),
    Probe("create-index", "CREATE INDEX added ON subject USING brin (number)", SUBJECT),
    Probe("create-index", "CREATE INDEX added ON subject USING gin (document)", _DOCUMENTS),
    Probe("create-index", "CREATE INDEX added ON subject USING gist (body)", _DOCUMENTS),
    Probe("create-index", _CREATE, INHERITED),
    Probe("create-index-partitioned", _CREATE, PARTITIONED),
    Probe("create-index-only", "CREATE INDEX added ON ONLY subject (number)", PARTITIONED, since=11),
    Probe("create-index-concurrently", "CREATE INDEX CONCURRENTLY added ON subject (number)", SUBJECT),
    Probe("create-index-concurrently", "CREATE UNIQUE INDEX CONCURRENTLY added ON subject (number)", SUBJECT),
    Probe(
        "create-index-concurrently-partitioned",
        "CREATE INDEX CONCURRENTLY added ON subject (number)",
        PARTITIONED,
        since=11,
    ),
    Probe(
        "create-index-concurrently-partitioned",
        "CREATE INDEX CONCURRENTLY added ON ONLY subject (number)",
        PARTITIONED,
        since=11,
    ),
    Probe("create-index-concurrently", "CREATE INDEX CONCURRENTLY added ON ONLY subject (number)", SUBJECT, since=11),
    Probe("drop-index", "DROP INDEX subject_number_idx", INDEXED),
    Probe("drop-index", "DROP INDEX subject_number_idx", _PARTITIONED_INDEXED, since=11),
    Probe("drop-index-concurrently", "DROP INDEX CONCURRENTLY subject_number_idx", INDEXED),
    Probe(
        "drop-index-concurrently-partitioned",
        "DROP INDEX CONCURRENTLY subject_number_idx",
        _PARTITIONED_INDEXED,
        since=11,
    ),
    Probe("drop-index-of-constraint", "DROP INDEX subject_pkey", SUBJECT),
    Probe("reindex-index", "REINDEX INDEX subject_number_idx", INDEXED),
    Probe("reindex-table", "REINDEX TABLE subject", INDEXED),
    Probe("reindex-concurrently", "REINDEX INDEX CONCURRENTLY subject_number_idx", INDEXED),
    Probe("reindex-concurrently", "REINDEX TABLE CONCURRENTLY subject", INDEXED, since=12),
    Probe("rename-index", "ALTER INDEX subject_number_idx RENAME TO renamed", INDEXED),
    Probe("rename-index", "ALTER INDEX subject_pkey RENAME TO renamed", SUBJECT),
    Probe(
        "attach-index", "ALTER INDEX subject_number_idx ATTACH PARTITION partition_number_idx", _PARTS_INDEXED, since=11
    ),
    Probe("set-index-parameters", "ALTER INDEX subject_number_idx SET (fillfactor = 80)", INDEXED),
    Probe("create-statistics", "CREATE STATISTICS added ON number, required FROM subject", SUBJECT),
    Probe(
        "drop-statistics",
        "DROP STATISTICS added",
        f"{SUBJECT} CREATE STATISTICS added ON number, required FROM subject;",
    ),
)
