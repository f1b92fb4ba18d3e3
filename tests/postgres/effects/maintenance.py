"""Maintenance: vacuum, analyze, cluster; storage of whole tables."""

from __future__ import annotations

from tests.postgres.effects.probe import INDEXED, INHERITED, PARTITIONED, SUBJECT, Probe, on_each

PROBES = (
    *on_each("cluster", "CLUSTER subject USING subject_pkey", SUBJECT, INHERITED),
    Probe("vacuum", "VACUUM subject", SUBJECT),
    Probe("vacuum", "VACUUM ANALYZE subject", SUBJECT),
    Probe("vacuum-full", "VACUUM FULL subject", INDEXED),
    *on_each("analyze", "ANALYZE subject", SUBJECT, PARTITIONED, INHERITED),
    *on_each("vacuum", "VACUUM subject", PARTITIONED, INHERITED),
    Probe("analyze", "ANALYZE subject (number)", SUBJECT),
    Probe("set-logged", "ALTER TABLE subject SET LOGGED", SUBJECT.replace("CREATE TABLE", "CREATE UNLOGGED TABLE")),
    *on_each("set-unlogged", "ALTER TABLE subject SET UNLOGGED", SUBJECT, INHERITED),
    Probe("set-access-method", "ALTER TABLE subject SET ACCESS METHOD other", SUBJECT),
    Probe("set-tablespace", "ALTER TABLE subject SET TABLESPACE elsewhere", SUBJECT),
    *on_each("set-parameters", "ALTER TABLE subject SET (fillfactor = 80)", SUBJECT, INHERITED),
    Probe("set-parameters", "ALTER TABLE subject SET (autovacuum_enabled = false)", SUBJECT),
    Probe("set-parameters", "ALTER TABLE subject RESET (fillfactor)", SUBJECT),
    Probe("set-parameters", "ALTER TABLE subject SET (toast.autovacuum_enabled = false)", SUBJECT),
)
