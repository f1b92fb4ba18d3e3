"""Constraints: CHECK, foreign keys, UNIQUE, primary keys, EXCLUDE."""

from __future__ import annotations

from tests.postgres.effects.probe import (
    INHERITED,
    PARTITIONED,
    REFERENCED,
    ROWS,
    SUBJECT,
    WITH_FOREIGN_KEY,
    WITH_REFERENCING,
    WITH_TARGET,
    Probe,
    on_each,
)

_ADD = "ALTER TABLE subject ADD CONSTRAINT added"
_CHECK = f"{_ADD} CHECK (number > 0)"
_KEY = f"{_ADD} FOREIGN KEY (referenced_id) REFERENCES referenced (id)"
_PARTITIONED_TARGET = f"""
{REFERENCED}
CREATE TABLE subject (id bigint NOT NULL, referenced_id bigint) PARTITION BY RANGE (id);
CREATE TABLE partition PARTITION OF subject FOR VALUES FROM (0) TO (10000);
INSERT INTO subject SELECT g, g {ROWS}
"""
_PARTITIONED_REFERENCED = f"""
CREATE TABLE referenced (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE referenced_partition PARTITION OF referenced FOR VALUES FROM (0) TO (10000);
INSERT INTO referenced SELECT g {ROWS}
CREATE TABLE subject (id bigint PRIMARY KEY, referenced_id bigint, label text);
INSERT INTO subject SELECT g, g, 'row ' || g {ROWS}
"""
_SELF = f"""
CREATE TABLE subject (id bigint PRIMARY KEY, referenced_id bigint);
INSERT INTO subject SELECT g, g {ROWS}
"""
_UNCHECKED = f"{SUBJECT} {_CHECK} NOT VALID;"
_UNCHECKED_KEY = f"{WITH_TARGET} {_KEY} NOT VALID;"

_CHECKS = (
    *on_each("add-check", _CHECK, SUBJECT, PARTITIONED, INHERITED),
    Probe("add-check", "ALTER TABLE subject ADD CHECK (number > 0)", SUBJECT),
    *on_each("add-check-not-valid", f"{_CHECK} NOT VALID", SUBJECT, PARTITIONED, INHERITED),
    Probe("add-check-not-enforced", f"{_CHECK} NOT ENFORCED", SUBJECT),
    Probe("validate-check", "ALTER TABLE subject VALIDATE CONSTRAINT added", _UNCHECKED),
    *on_each(
        "validate-check",
        "ALTER TABLE subject VALIDATE CONSTRAINT added",
        f"{PARTITIONED} {_CHECK} NOT VALID;",
        f"{INHERITED} {_CHECK} NOT VALID;",
    ),
    Probe("validate-check-already", "ALTER TABLE subject VALIDATE CONSTRAINT added", f"{SUBJECT} {_CHECK};"),
)

_FOREIGN_KEYS = (
    Probe("add-foreign-key", _KEY, WITH_TARGET),
    Probe("add-foreign-key", _KEY, _PARTITIONED_TARGET, since=11),
    Probe("add-foreign-key", f"{_KEY} ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED", WITH_TARGET),
    Probe(
        "add-foreign-key",
        f"{_ADD} FOREIGN KEY (number) REFERENCES referenced (id)",
        f"{REFERENCED} {INHERITED}",
    ),
    Probe("add-foreign-key", _KEY, _PARTITIONED_REFERENCED, since=12),
    Probe("add-foreign-key-self", f"{_ADD} FOREIGN KEY (referenced_id) REFERENCES subject (id)", _SELF),
    Probe("add-foreign-key-not-valid", f"{_KEY} NOT VALID", WITH_TARGET),
    Probe("add-foreign-key-not-valid-partitioned", f"{_KEY} NOT VALID", _PARTITIONED_TARGET, since=11),
    Probe("add-foreign-key-not-enforced", f"{_KEY} NOT ENFORCED", WITH_TARGET),
    Probe("validate-foreign-key", "ALTER TABLE subject VALIDATE CONSTRAINT added", _UNCHECKED_KEY),
    Probe(
        "drop-constraint-foreign-key",
        "ALTER TABLE subject DROP CONSTRAINT subject_referenced_id_fkey",
        WITH_FOREIGN_KEY,
    ),
    Probe(
        "drop-constraint-referenced",
        "ALTER TABLE subject DROP CONSTRAINT subject_pkey CASCADE",
        WITH_REFERENCING,
    ),
    Probe(
        "alter-constraint",
        "ALTER TABLE subject ALTER CONSTRAINT subject_referenced_id_fkey DEFERRABLE INITIALLY DEFERRED",
        WITH_FOREIGN_KEY,
    ),
    Probe(
        "alter-constraint-not-enforced",
        "ALTER TABLE subject ALTER CONSTRAINT subject_referenced_id_fkey NOT ENFORCED",
        WITH_FOREIGN_KEY,
    ),
    Probe(
        "alter-constraint-enforced",
        "ALTER TABLE subject ALTER CONSTRAINT added ENFORCED",
        f"{WITH_TARGET} {_KEY} NOT ENFORCED;",
        since=18,
    ),
)

_BARE = f"""
CREATE TABLE subject (id bigint, number integer NOT NULL, label text);
INSERT INTO subject SELECT g, g, 'row ' || g {ROWS}
"""
_PROVED = f"{_BARE} ALTER TABLE subject ADD CHECK (id IS NOT NULL);"
_UNIQUE_INDEX = "CREATE UNIQUE INDEX subject_ready ON subject"
_PARTITIONED_BARE = f"""
CREATE TABLE subject (id bigint NOT NULL, number integer) PARTITION BY RANGE (id);
CREATE TABLE partition PARTITION OF subject FOR VALUES FROM (0) TO (10000);
INSERT INTO subject SELECT g, g {ROWS}
"""

_KEYS = (
    Probe("add-unique", f"{_ADD} UNIQUE (number)", SUBJECT),
    Probe("add-unique", f"{_ADD} UNIQUE (number) DEFERRABLE", SUBJECT),
    Probe("add-unique", f"{_ADD} UNIQUE (id)", _PARTITIONED_BARE, since=11),
    Probe("add-unique-nulls-not-distinct", f"{_ADD} UNIQUE NULLS NOT DISTINCT (number)", SUBJECT),
    Probe(
        "add-unique-using-index",
        f"{_ADD} UNIQUE USING INDEX subject_ready",
        f"{SUBJECT} {_UNIQUE_INDEX} (number);",
    ),
    Probe("add-primary-key", f"{_ADD} PRIMARY KEY (id)", _BARE),
    Probe(
        "add-primary-key",
        f"{_ADD} PRIMARY KEY (id)",
        _PARTITIONED_BARE.replace("bigint NOT NULL", "bigint"),
        since=11,
    ),
    Probe("add-primary-key-proved", f"{_ADD} PRIMARY KEY (id)", _PROVED),
    Probe("add-primary-key-not-null", f"{_ADD} PRIMARY KEY (number)", _BARE),
    Probe("add-primary-key-not-null", f"{_ADD} PRIMARY KEY (id)", _PARTITIONED_BARE, since=11),
    Probe(
        "add-primary-key-using-index",
        f"{_ADD} PRIMARY KEY USING INDEX subject_ready",
        f"{_BARE} {_UNIQUE_INDEX} (number);",
    ),
    Probe(
        "add-primary-key-using-index-nullable",
        f"{_ADD} PRIMARY KEY USING INDEX subject_ready",
        f"{_BARE} {_UNIQUE_INDEX} (id);",
    ),
    Probe(
        "add-primary-key-using-index-proved",
        f"{_ADD} PRIMARY KEY USING INDEX subject_ready",
        f"{_PROVED} {_UNIQUE_INDEX} (id);",
    ),
    Probe(
        "add-exclude",
        f"{_ADD} EXCLUDE USING gist (int8range(id, id + 1) WITH &&)",
        SUBJECT,
    ),
    Probe("add-exclude-partitioned", f"{_ADD} EXCLUDE (id WITH =)", _PARTITIONED_BARE),
    *on_each("add-unique", f"{_ADD} UNIQUE (number)", INHERITED),
    Probe("drop-constraint", "ALTER TABLE subject DROP CONSTRAINT subject_pkey", SUBJECT),
    *on_each(
        "drop-constraint",
        "ALTER TABLE subject DROP CONSTRAINT added",
        f"{SUBJECT} {_CHECK};",
        f"{SUBJECT} {_ADD} UNIQUE (number);",
        f"{PARTITIONED} {_CHECK};",
        f"{INHERITED} {_CHECK};",
    ),
    Probe("drop-constraint-depended-on", "ALTER TABLE subject DROP CONSTRAINT subject_pkey", WITH_REFERENCING),
)

PROBES = (*_CHECKS, *_FOREIGN_KEYS, *_KEYS)
