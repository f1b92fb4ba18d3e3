"""Tables: created, dropped, renamed, emptied."""

from __future__ import annotations

from schemalint.schema.effects.records import MODES
from tests.postgres.effects.probe import (
    INHERITED,
    PARTITIONED,
    REFERENCED,
    ROWS,
    SUBJECT,
    WITH_FOREIGN_KEY,
    WITH_REFERENCING,
    Probe,
    on_each,
)

_PARENT = f"""
CREATE TABLE parent (id bigint NOT NULL, number integer) PARTITION BY RANGE (id);
CREATE TABLE sibling PARTITION OF parent FOR VALUES FROM (0) TO (10000);
INSERT INTO parent SELECT g, g {ROWS}
"""
_PARENT_WITH_DEFAULT = f"""
{_PARENT}
CREATE TABLE default_partition PARTITION OF parent DEFAULT;
INSERT INTO parent SELECT 100000 + g, g {ROWS}
"""
_PARTITION_OF = "CREATE TABLE subject PARTITION OF parent FOR VALUES FROM (20000) TO (30000)"
_FILLED = f"INSERT INTO subject SELECT 20000 + g, g {ROWS}"
_REFERENCED_PARENT = f"""
{REFERENCED}
CREATE TABLE parent (id bigint NOT NULL, referenced_id bigint REFERENCES referenced) PARTITION BY RANGE (id);
"""
_OLD_LIKE = """
CREATE TABLE sibling (id bigint PRIMARY KEY, label text);
INSERT INTO sibling VALUES (1, 'row');
"""

_CREATED = (
    Probe("create-table", "CREATE TABLE subject (id bigint PRIMARY KEY, label text UNIQUE)"),
    Probe("create-table", "CREATE TABLE subject AS SELECT 1 AS id"),
    Probe("create-table", "CREATE TABLE subject (LIKE sibling INCLUDING ALL)", _OLD_LIKE),
    Probe("create-table", "CREATE TABLE subject (id bigint NOT NULL) PARTITION BY RANGE (id)"),
    Probe("create-table-referencing", "CREATE TABLE subject (referenced_id bigint REFERENCES referenced)", REFERENCED),
    Probe(
        "create-table-referencing",
        "CREATE TABLE subject (referenced_id bigint, FOREIGN KEY (referenced_id) REFERENCES referenced (id))",
        REFERENCED,
    ),
    Probe("create-table-inherits", "CREATE TABLE subject () INHERITS (parent)", SUBJECT.replace("subject", "parent")),
    Probe("create-table-partition-of", _PARTITION_OF, _PARENT),
    Probe("create-table-partition-of", _PARTITION_OF, _REFERENCED_PARENT, since=11),
    Probe("create-table-partition-of-with-default", _PARTITION_OF, _PARENT_WITH_DEFAULT, since=11),
)

_DROPPED = (
    *on_each("drop-table", "DROP TABLE subject", SUBJECT, PARTITIONED),
    Probe("drop-table", "DROP TABLE subject CASCADE", INHERITED),
    Probe("drop-table-referencing", "DROP TABLE subject", WITH_FOREIGN_KEY),
    Probe("drop-table-referenced", "DROP TABLE subject", WITH_REFERENCING),
    Probe("drop-table-referenced-cascade", "DROP TABLE subject CASCADE", WITH_REFERENCING),
    Probe("drop-table-partition", "DROP TABLE subject", f"{_PARENT} {_PARTITION_OF}; {_FILLED}"),
    Probe("drop-table-partition", "DROP TABLE subject", f"{_PARENT_WITH_DEFAULT} {_PARTITION_OF}; {_FILLED}", since=11),
    Probe("drop-table-viewed", "DROP TABLE subject", f"{SUBJECT} CREATE VIEW view AS SELECT id FROM subject;"),
)

_RENAMED = (
    *on_each(
        "rename-table", "ALTER TABLE subject RENAME TO renamed", SUBJECT, WITH_FOREIGN_KEY, PARTITIONED, INHERITED
    ),
    *on_each("rename-column", "ALTER TABLE subject RENAME COLUMN label TO title", SUBJECT, PARTITIONED, INHERITED),
    *on_each(
        "rename-constraint",
        "ALTER TABLE subject RENAME CONSTRAINT subject_number_check TO positive",
        f"{SUBJECT} ALTER TABLE subject ADD CONSTRAINT subject_number_check CHECK (number > 0);",
    ),
    *on_each("rename-constraint", "ALTER TABLE subject RENAME CONSTRAINT subject_pkey TO subject_key", SUBJECT),
    Probe(
        "rename-constraint",
        "ALTER TABLE subject RENAME CONSTRAINT subject_referenced_id_fkey TO target",
        WITH_FOREIGN_KEY,
    ),
    *on_each("set-schema", "ALTER TABLE subject SET SCHEMA elsewhere", SUBJECT, PARTITIONED, INHERITED),
)

_EMPTIED = (
    *on_each("truncate", "TRUNCATE subject", SUBJECT, PARTITIONED, INHERITED, WITH_FOREIGN_KEY),
    Probe("truncate-referenced", "TRUNCATE subject", WITH_REFERENCING),
    Probe("truncate-cascade", "TRUNCATE subject CASCADE", WITH_REFERENCING),
    Probe("insert", "INSERT INTO subject (id, required) VALUES (5000, 1)", PARTITIONED),
    Probe("insert", "INSERT INTO subject VALUES (5000, 'row', 1)", WITH_FOREIGN_KEY),
    Probe("insert", "INSERT INTO subject (id, required) VALUES (5000, 1)", SUBJECT),
    Probe("update", "UPDATE subject SET number = number + 1 WHERE id < 10", SUBJECT),
    Probe("update-all", "UPDATE subject SET number = 1", SUBJECT),
    *on_each("select-all", "SELECT count(*) FROM subject", SUBJECT, PARTITIONED),
    Probe("select-all", "SELECT DISTINCT label FROM subject", SUBJECT),
    Probe("delete-all", "DELETE FROM subject", SUBJECT),
    Probe("delete", "DELETE FROM subject WHERE id < 10", SUBJECT),
    *(
        Probe(f"lock-table-{mode.lower().replace(' ', '-')}", f"LOCK TABLE subject IN {mode} MODE", SUBJECT)
        for mode in MODES[1:]
    ),
    *on_each("lock-table-access-exclusive", "LOCK TABLE subject", SUBJECT, PARTITIONED, INHERITED),
)

PROBES = (*_CREATED, *_DROPPED, *_RENAMED, *_EMPTIED)
