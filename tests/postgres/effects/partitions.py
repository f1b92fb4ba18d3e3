"""Partitions: attached and detached; the table that the statement names is the partition."""

from __future__ import annotations

from tests.postgres.effects.probe import ROWS, Probe

_PARENT = f"""
CREATE TABLE parent (id bigint NOT NULL, number integer) PARTITION BY RANGE (id);
CREATE TABLE sibling PARTITION OF parent FOR VALUES FROM (0) TO (10000);
INSERT INTO parent SELECT g, g {ROWS}
"""
_DEFAULT = f"""
CREATE TABLE default_partition PARTITION OF parent DEFAULT;
INSERT INTO parent SELECT 100000 + g, g {ROWS}
"""
_TABLE = f"""
CREATE TABLE partition (id bigint NOT NULL, number integer);
INSERT INTO partition SELECT 20000 + g, g {ROWS}
"""
_PROOF = "ALTER TABLE partition ADD CHECK (id >= 20000 AND id < 30000);"
_NO_PROOF = "ALTER TABLE partition ADD CHECK (id >= 20000 AND id < 30000) NOT VALID;"
_ATTACH = "ALTER TABLE parent ATTACH PARTITION partition FOR VALUES FROM (20000) TO (30000)"
_ATTACHED = f"{_PARENT} {_TABLE} {_ATTACH};"
_DEFAULT_PROOF = "ALTER TABLE default_partition ADD CHECK (id < 20000 OR id >= 30000);"

PROBES = (
    Probe("attach-partition", _ATTACH, f"{_PARENT} {_TABLE}"),
    Probe("attach-partition", _ATTACH, f"{_PARENT} {_TABLE} {_NO_PROOF}"),
    Probe("attach-partition-proved", _ATTACH, f"{_PARENT} {_TABLE} {_PROOF}"),
    Probe("attach-partition-with-default", _ATTACH, f"{_PARENT} {_DEFAULT} {_TABLE}", since=11),
    Probe("attach-partition-proved-with-default", _ATTACH, f"{_PARENT} {_DEFAULT} {_TABLE} {_PROOF}", since=11),
    Probe(
        "attach-partition-proved-with-default-proved",
        _ATTACH,
        f"{_PARENT} {_DEFAULT} {_DEFAULT_PROOF} {_TABLE} {_PROOF}",
        since=11,
    ),
    Probe("attach-partition-indexed", _ATTACH, f"{_PARENT} {_TABLE} CREATE INDEX ON parent (number);", since=11),
    Probe("detach-partition", "ALTER TABLE parent DETACH PARTITION partition", _ATTACHED),
    Probe(
        "detach-partition-with-default",
        "ALTER TABLE parent DETACH PARTITION partition",
        f"{_ATTACHED} {_DEFAULT}",
        since=11,
    ),
    Probe("detach-partition-concurrently", "ALTER TABLE parent DETACH PARTITION partition CONCURRENTLY", _ATTACHED),
    Probe(
        "detach-partition-concurrently-with-default",
        "ALTER TABLE parent DETACH PARTITION partition CONCURRENTLY",
        f"{_ATTACHED} {_DEFAULT}",
        since=11,
    ),
)
