"""A `Probe`: one statement that is tried on servers, and the tables that most of them meet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Probe:
    """One row: a statement that proves a form, on the schema that `setup` makes.

    `earlier` are statements of the same transaction before it; the locks that they hold are then part of what is found.
    `since` is the first major whose server understands setup and statement, `until` the last one. `extension` is one
    that the setup needs; where the server has none, the probe is left out.

    Relations are named by what they are to the statement, and every table has rows:

    - `subject` is the table that the statement names; `sibling`s are others that it names;
    - `referenced` is where a foreign key of it points, `referencing` has one that points at it;
    - `parent` is what it is a partition of; `partition`, `default_partition` are its own, or those of the parent;
    - `child` inherits from it; `domain_user` has a column of the domain that the statement changes;
    - `view`, `sequence` are what the name says.

    Several probes may prove one form. They must then agree on every role that they share: where the form of one meets a
    partition and that of another does not, the fact tells what happens to a partition if there is one.
    """

    form: str
    statement: str
    setup: str = ""
    earlier: str = ""
    since: int = 10
    until: int | None = None
    extension: str = ""

    def is_for(self, major: int) -> bool:
        """Whether servers of a major understand it."""
        return self.since <= major and (self.until is None or major <= self.until)


ROWS = "FROM generate_series(1, 1000) AS g;"

SUBJECT = f"""
CREATE TABLE subject (id bigint PRIMARY KEY, number integer, required integer NOT NULL, label varchar(50));
INSERT INTO subject SELECT g, g, g, 'row ' || g {ROWS}
"""

REFERENCED = f"""
CREATE TABLE referenced (id bigint PRIMARY KEY, label text);
INSERT INTO referenced SELECT g, 'row ' || g {ROWS}
"""

WITH_TARGET = f"""
{REFERENCED}
CREATE TABLE subject (id bigint PRIMARY KEY, referenced_id bigint, label text);
INSERT INTO subject SELECT g, g, 'row ' || g {ROWS}
"""
"""Two tables that a foreign key could bind."""

WITH_FOREIGN_KEY = f"""
{REFERENCED}
CREATE TABLE subject (
    id bigint PRIMARY KEY, label text,
    referenced_id bigint CONSTRAINT subject_referenced_id_fkey REFERENCES referenced
);
INSERT INTO subject SELECT g, 'row ' || g, g {ROWS}
"""

WITH_REFERENCING = f"""
{SUBJECT}
CREATE TABLE referencing (
    id bigint PRIMARY KEY,
    subject_id bigint CONSTRAINT referencing_subject_id_fkey REFERENCES subject
);
INSERT INTO referencing SELECT g, g {ROWS}
"""

PARTITIONED = f"""
CREATE TABLE subject (
    id bigint NOT NULL, number integer, required integer NOT NULL, label varchar(50)
) PARTITION BY RANGE (id);
CREATE TABLE partition PARTITION OF subject FOR VALUES FROM (0) TO (10000);
CREATE INDEX partition_id_idx ON partition (id);
INSERT INTO subject SELECT g, g, g, 'row ' || g {ROWS}
"""

INHERITED = f"""
CREATE TABLE subject (id bigint PRIMARY KEY, number integer, required integer NOT NULL, label varchar(50));
CREATE TABLE child () INHERITS (subject);
CREATE INDEX child_id_idx ON child (id);
INSERT INTO subject SELECT g, g, g, 'row ' || g {ROWS}
INSERT INTO child SELECT g, g, g, 'row ' || g {ROWS}
"""

INDEXED = f"""
{SUBJECT}
CREATE INDEX subject_number_idx ON subject (number);
"""


def on_each(form: str, statement: str, *setups: str, since: int = 10) -> tuple[Probe, ...]:
    """The probes of one statement on several schemas."""
    return tuple(Probe(form, statement, setup, since=since) for setup in setups)
