"""Maintenance: vacuum, analyze, cluster; storage of whole tables."""

from __future__ import annotations

from tests.postgres.effects.probe import INDEXED, SUBJECT, Probe

PROBES = (
    Probe("cluster", "CLUSTER subject USING subject_pkey", SUBJECT),
    Probe("vacuum", "VACUUM subject", SUBJECT),
    Probe("vacuum", "VACUUM ANALYZE subject", SUBJECT),
    Probe("vacuum-full", "VACUUM FULL subject", INDEXED),
    Probe("analyze", "ANALYZE subject", SUBJECT),
    Probe("analyze", "ANALYZE subject (number)", SUBJECT),
    Probe("set-logged", "ALTER TABLE subject SET LOGGED", SUBJECT.replace("CREATE TABLE", "CREATE UNLOGGED TABLE")),
    Probe("set-unlogged", "ALTER TABLE subject SET UNLOGGED", SUBJECT),
    Probe(
        "set-access-method",
        "ALTER TABLE subject SET ACCESS METHOD other",
        SUBJECT,
        since=12,
    ),
    Probe("set-tablespace", "ALTER TABLE subject SET TABLESPACE elsewhere", SUBJECT),
    Probe("set-parameters", "ALTER TABLE subject SET (fillfactor = 80)", SUBJECT),
    Probe("set-parameters", "ALTER TABLE subject SET (autovacuum_enabled = false)", SUBJECT),
    Probe("set-parameters", "ALTER TABLE subject RESET (fillfactor)", SUBJECT),
    Probe("set-parameters", "ALTER TABLE subject SET (toast.autovacuum_enabled = false)", SUBJECT),
)
