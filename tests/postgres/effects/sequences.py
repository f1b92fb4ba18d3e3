"""What more than one statement of a transaction comes to: the last one is measured, with the locks of all."""

from __future__ import annotations

from tests.postgres.effects.probe import ROWS, SUBJECT, WITH_FOREIGN_KEY, WITH_TARGET, Probe

_VALIDATE = "ALTER TABLE subject VALIDATE CONSTRAINT added"
_MOOD = f"""
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE subject (id bigint PRIMARY KEY, mood mood);
INSERT INTO subject SELECT g, 'sad' {ROWS}
"""
_DEFERRED = f"""
{WITH_FOREIGN_KEY}
ALTER TABLE subject ALTER CONSTRAINT subject_referenced_id_fkey DEFERRABLE INITIALLY DEFERRED;
"""
_INSERT = "INSERT INTO subject VALUES (5000, 'row', 1);"

PROBES = (
    Probe(
        "same-transaction-validate-check",
        _VALIDATE,
        SUBJECT,
        earlier="ALTER TABLE subject ADD CONSTRAINT added CHECK (number > 0) NOT VALID;",
    ),
    Probe(
        "same-transaction-validate-foreign-key",
        _VALIDATE,
        WITH_TARGET,
        earlier="ALTER TABLE subject ADD CONSTRAINT added FOREIGN KEY (referenced_id) REFERENCES referenced NOT VALID;",
    ),
    Probe(
        "same-transaction-validate-not-null",
        _VALIDATE,
        SUBJECT,
        earlier="ALTER TABLE subject ADD CONSTRAINT added NOT NULL number NOT VALID;",
        since=18,
    ),
    Probe("pending-trigger-events", "ALTER TABLE subject ADD COLUMN added text", _DEFERRED, earlier=_INSERT),
    Probe("pending-trigger-events", "ALTER TABLE subject ADD CHECK (id > 0)", _DEFERRED, earlier=_INSERT),
    Probe("pending-trigger-events-index", "CREATE INDEX added ON subject (label)", _DEFERRED, earlier=_INSERT),
    Probe(
        "pending-trigger-events-fired",
        "ALTER TABLE subject ADD COLUMN added text",
        _DEFERRED,
        earlier=f"{_INSERT} SET CONSTRAINTS ALL IMMEDIATE;",
    ),
    Probe(
        "pending-trigger-events-immediate",
        "ALTER TABLE subject ADD COLUMN added text",
        WITH_FOREIGN_KEY,
        earlier=_INSERT,
    ),
    Probe(
        "use-added-enum-value",
        "INSERT INTO subject VALUES (5000, 'calm')",
        _MOOD,
        earlier="ALTER TYPE mood ADD VALUE 'calm';",
        since=12,
    ),
    Probe(
        "use-added-enum-value-of-new-type",
        "INSERT INTO sibling VALUES ('calm')",
        "CREATE TABLE sibling (mood text); INSERT INTO sibling VALUES ('sad');",
        earlier="""
        CREATE TYPE mood AS ENUM ('sad');
        ALTER TABLE sibling ALTER COLUMN mood TYPE mood USING mood::mood;
        ALTER TYPE mood ADD VALUE 'calm';
        """,
    ),
    Probe(
        "use-renamed-enum-value",
        "INSERT INTO subject VALUES (5000, 'blue')",
        _MOOD,
        earlier="ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';",
    ),
    Probe(
        "statement-under-access-exclusive",
        "CREATE INDEX added ON subject (label)",
        SUBJECT,
        earlier="ALTER TABLE subject ADD COLUMN added text;",
    ),
)
