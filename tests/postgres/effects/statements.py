"""ALTER TABLE of several actions: the lock and the work of all of them in one statement."""

from __future__ import annotations

from tests.postgres.effects.probe import (
    INHERITED,
    PARTITIONED,
    SUBJECT,
    WITH_FOREIGN_KEY,
    WITH_TARGET,
    Probe,
    on_each,
)

_CLAIM = "ALTER TABLE subject ADD CONSTRAINT added CHECK (number > 0) NOT VALID;"
_CLAIMED = tuple(f"{setup} {_CLAIM}" for setup in (SUBJECT, PARTITIONED, INHERITED))
_FOREIGN_KEY_CLAIMED = f"""
{WITH_FOREIGN_KEY}
ALTER TABLE subject DROP CONSTRAINT subject_referenced_id_fkey;
ALTER TABLE subject ADD CONSTRAINT added FOREIGN KEY (referenced_id) REFERENCES referenced NOT VALID;
"""
_KEY = "ADD CONSTRAINT target FOREIGN KEY (referenced_id) REFERENCES referenced"

PROBES = (
    *on_each(
        "one-statement-validate-check-drop-column",
        "ALTER TABLE subject VALIDATE CONSTRAINT added, DROP COLUMN label",
        *_CLAIMED,
    ),
    *on_each(
        "one-statement-validate-check-drop-column",
        "ALTER TABLE subject DROP COLUMN label, VALIDATE CONSTRAINT added",
        *_CLAIMED,
    ),
    *on_each(
        "one-statement-validate-check-set-default",
        "ALTER TABLE subject VALIDATE CONSTRAINT added, ALTER COLUMN label SET DEFAULT ''",
        *_CLAIMED,
    ),
    Probe(
        "one-statement-add-and-validate-check",
        "ALTER TABLE subject ADD CONSTRAINT added CHECK (number > 0) NOT VALID, VALIDATE CONSTRAINT added",
        SUBJECT,
    ),
    Probe(
        "one-statement-validate-check-set-statistics",
        "ALTER TABLE subject VALIDATE CONSTRAINT added, ALTER COLUMN label SET STATISTICS 100",
        _CLAIMED[0],
    ),
    Probe(
        "one-statement-validate-foreign-key-drop-column",
        "ALTER TABLE subject VALIDATE CONSTRAINT added, DROP COLUMN label",
        _FOREIGN_KEY_CLAIMED,
    ),
    Probe(
        "one-statement-validate-check-add-foreign-key-not-valid",
        f"ALTER TABLE subject VALIDATE CONSTRAINT added, {_KEY} NOT VALID",
        f"{WITH_TARGET} ALTER TABLE subject ADD CONSTRAINT added CHECK (id > 0) NOT VALID;",
    ),
    Probe(
        "one-statement-add-foreign-key-drop-column",
        f"ALTER TABLE subject {_KEY}, DROP COLUMN label",
        WITH_TARGET,
    ),
    Probe(
        "one-statement-add-check-set-not-null",
        "ALTER TABLE subject ADD CHECK (number > 0), ALTER COLUMN label SET NOT NULL",
        SUBJECT,
    ),
    Probe(
        "one-statement-add-check-alter-type",
        "ALTER TABLE subject ADD CHECK (number > 0), ALTER COLUMN label TYPE varchar(40)",
        SUBJECT,
    ),
    Probe(
        "one-statement-set-not-null-alter-type",
        "ALTER TABLE subject ALTER COLUMN number SET NOT NULL, ALTER COLUMN label TYPE varchar(40)",
        SUBJECT,
    ),
    Probe(
        "one-statement-validate-check-add-column-volatile-default",
        "ALTER TABLE subject VALIDATE CONSTRAINT added, ADD COLUMN added double precision DEFAULT random()",
        _CLAIMED[0],
    ),
)
