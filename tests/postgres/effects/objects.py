"""Triggers, rules, policies, views, types, domains, sequences and the rest of what stands in a schema."""

from __future__ import annotations

from tests.postgres.effects.probe import INHERITED, PARTITIONED, ROWS, SUBJECT, Probe, on_each

_FUNCTION = "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
_TRIGGER = "CREATE TRIGGER noting BEFORE INSERT ON subject FOR EACH ROW EXECUTE"
_TRIGGERED = f"{SUBJECT} {_FUNCTION} {_TRIGGER} PROCEDURE noted();"
_TRIGGERED_PARTITIONED = f"{PARTITIONED} {_FUNCTION} {_TRIGGER} PROCEDURE noted();"
_POLICY = "CREATE POLICY own ON subject USING (number > 0)"

_ON_TABLES = (
    Probe("create-trigger", f"{_TRIGGER} PROCEDURE noted()", f"{SUBJECT} {_FUNCTION}"),
    Probe("create-trigger", f"{_TRIGGER} FUNCTION noted()", f"{SUBJECT} {_FUNCTION}", since=11),
    Probe("create-trigger", f"{_TRIGGER} FUNCTION noted()", f"{PARTITIONED} {_FUNCTION}", since=13),
    Probe(
        "create-constraint-trigger",
        "CREATE CONSTRAINT TRIGGER noting AFTER INSERT ON subject FOR EACH ROW EXECUTE PROCEDURE noted()",
        f"{SUBJECT} {_FUNCTION}",
    ),
    Probe("drop-trigger", "DROP TRIGGER noting ON subject", _TRIGGERED),
    Probe("create-trigger-execute-function", f"{_TRIGGER} FUNCTION noted()", f"{SUBJECT} {_FUNCTION}"),
    Probe("drop-trigger", "DROP TRIGGER noting ON subject", _TRIGGERED_PARTITIONED, since=13),
    Probe("enable-trigger", "ALTER TABLE subject ENABLE TRIGGER noting", _TRIGGERED_PARTITIONED, since=13),
    Probe("disable-trigger", "ALTER TABLE subject DISABLE TRIGGER noting", _TRIGGERED_PARTITIONED, since=13),
    Probe("rename-trigger", "ALTER TRIGGER noting ON subject RENAME TO renamed", _TRIGGERED),
    Probe("enable-trigger", "ALTER TABLE subject ENABLE TRIGGER noting", _TRIGGERED),
    Probe("disable-trigger", "ALTER TABLE subject DISABLE TRIGGER noting", _TRIGGERED),
    Probe("disable-trigger", "ALTER TABLE subject DISABLE TRIGGER ALL", _TRIGGERED),
    Probe("create-rule", "CREATE RULE ignored AS ON DELETE TO subject DO INSTEAD NOTHING", SUBJECT),
    Probe(
        "drop-rule",
        "DROP RULE ignored ON subject",
        f"{SUBJECT} CREATE RULE ignored AS ON DELETE TO subject DO INSTEAD NOTHING;",
    ),
    *on_each("create-policy", _POLICY, SUBJECT, PARTITIONED, INHERITED),
    Probe("alter-policy", "ALTER POLICY own ON subject USING (number > 1)", f"{SUBJECT} {_POLICY};"),
    Probe("drop-policy", "DROP POLICY own ON subject", f"{SUBJECT} {_POLICY};"),
    *on_each("enable-row-security", "ALTER TABLE subject ENABLE ROW LEVEL SECURITY", SUBJECT, PARTITIONED, INHERITED),
    Probe("enable-row-security", "ALTER TABLE subject DISABLE ROW LEVEL SECURITY", SUBJECT),
    Probe("enable-row-security", "ALTER TABLE subject FORCE ROW LEVEL SECURITY", SUBJECT),
    *on_each("owner", "ALTER TABLE subject OWNER TO CURRENT_USER", SUBJECT, PARTITIONED, INHERITED),
    *on_each("replica-identity", "ALTER TABLE subject REPLICA IDENTITY FULL", SUBJECT, PARTITIONED, INHERITED),
    *on_each("comment", "COMMENT ON TABLE subject IS 'rows'", SUBJECT),
    *on_each("comment", "COMMENT ON COLUMN subject.label IS 'a label'", SUBJECT),
    Probe("grant", "GRANT SELECT ON subject TO PUBLIC", SUBJECT),
    Probe("grant", "REVOKE SELECT ON subject FROM PUBLIC", SUBJECT),
)

_VIEW = f"{SUBJECT} CREATE VIEW view AS SELECT id FROM subject;"
_MATERIALIZED = f"""
{SUBJECT}
CREATE MATERIALIZED VIEW view AS SELECT id, number FROM subject;
CREATE UNIQUE INDEX view_id_idx ON view (id);
"""
_VIEWS = (
    Probe("create-view", "CREATE VIEW view AS SELECT id FROM subject", SUBJECT),
    Probe("create-materialized-view", "CREATE MATERIALIZED VIEW view AS SELECT id FROM subject", SUBJECT),
    Probe("replace-view", "CREATE OR REPLACE VIEW view AS SELECT id, label FROM subject", _VIEW),
    Probe("rename-view", "ALTER VIEW view RENAME TO renamed", _VIEW),
    Probe("rename-view-column", "ALTER VIEW view RENAME COLUMN id TO number", _VIEW),
    Probe("drop-view", "DROP VIEW view", _VIEW),
    Probe("drop-view", "DROP MATERIALIZED VIEW view", _MATERIALIZED),
    Probe("refresh", "REFRESH MATERIALIZED VIEW view", _MATERIALIZED),
    Probe("refresh-concurrently", "REFRESH MATERIALIZED VIEW CONCURRENTLY view", _MATERIALIZED),
    Probe(
        "refresh-concurrently-no-unique-index",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY view",
        f"{SUBJECT} CREATE MATERIALIZED VIEW view AS SELECT id, number FROM subject;",
    ),
)

_MOOD = f"""
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE subject (id bigint PRIMARY KEY, mood mood);
INSERT INTO subject SELECT g, 'sad' {ROWS}
"""
_DOMAIN = f"""
CREATE DOMAIN amount AS integer;
CREATE TABLE domain_user (id bigint PRIMARY KEY, amount amount);
INSERT INTO domain_user SELECT g, g {ROWS}
"""
_TYPES = (
    Probe("create-enum", "CREATE TYPE mood AS ENUM ('sad', 'happy')"),
    Probe("add-enum-value", "ALTER TYPE mood ADD VALUE 'calm'", _MOOD),
    Probe("add-enum-value", "ALTER TYPE mood ADD VALUE 'calm' BEFORE 'happy'", _MOOD),
    Probe("add-enum-value", "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm'", _MOOD),
    Probe("rename-enum-value", "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'", _MOOD),
    Probe("rename-type", "ALTER TYPE mood RENAME TO humour", _MOOD),
    Probe("drop-enum", "DROP TYPE mood", "CREATE TYPE mood AS ENUM ('sad', 'happy');"),
    Probe("drop-enum-used", "DROP TYPE mood", _MOOD),
    Probe("drop-enum-used-cascade", "DROP TYPE mood CASCADE", _MOOD),
    Probe("drop-domain", "DROP DOMAIN amount", "CREATE DOMAIN amount AS integer;"),
    Probe("drop-domain-used", "DROP DOMAIN amount", _DOMAIN),
    Probe("drop-domain-used-cascade", "DROP DOMAIN amount CASCADE", _DOMAIN),
    Probe("create-domain", "CREATE DOMAIN amount AS integer CHECK (VALUE > 0)"),
    Probe("alter-domain-add-check", "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0)", _DOMAIN),
    Probe(
        "alter-domain-add-check-not-valid",
        "ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID",
        _DOMAIN,
    ),
    Probe(
        "alter-domain-validate",
        "ALTER DOMAIN amount VALIDATE CONSTRAINT positive",
        f"{_DOMAIN} ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID;",
    ),
    Probe(
        "alter-domain-drop-check",
        "ALTER DOMAIN amount DROP CONSTRAINT positive",
        f"{_DOMAIN} ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0);",
    ),
    Probe("alter-domain-set-not-null", "ALTER DOMAIN amount SET NOT NULL", _DOMAIN),
    Probe("alter-domain-drop-not-null", "ALTER DOMAIN amount DROP NOT NULL", _DOMAIN),
    Probe("alter-domain-set-default", "ALTER DOMAIN amount SET DEFAULT 1", _DOMAIN),
)

_SEQUENCE = "CREATE SEQUENCE sequence;"
_MADE = f"""
CREATE SCHEMA made;
CREATE TABLE made.subject (id bigint PRIMARY KEY, number integer);
INSERT INTO made.subject SELECT g, g {ROWS}
"""
_REST = (
    Probe("create-sequence", "CREATE SEQUENCE sequence"),
    Probe("create-sequence-owned", "CREATE SEQUENCE sequence OWNED BY subject.number", SUBJECT),
    Probe("alter-sequence", "ALTER SEQUENCE sequence AS integer", _SEQUENCE),
    Probe("alter-sequence", "ALTER SEQUENCE sequence RESTART WITH 10", _SEQUENCE),
    Probe("alter-sequence", "ALTER SEQUENCE sequence INCREMENT BY 10", _SEQUENCE),
    Probe("alter-sequence-owned-by", "ALTER SEQUENCE sequence OWNED BY subject.number", f"{SUBJECT} {_SEQUENCE}"),
    Probe("drop-sequence", "DROP SEQUENCE sequence", _SEQUENCE),
    Probe("create-function", "CREATE FUNCTION one() RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
    Probe("create-extension", "CREATE EXTENSION pg_trgm", extension="pg_trgm"),
    Probe("create-schema", "CREATE SCHEMA added"),
    Probe("drop-schema", "DROP SCHEMA made", f"{SUBJECT} CREATE SCHEMA made;"),
    Probe("drop-schema", "DROP SCHEMA made CASCADE", f"{SUBJECT} CREATE SCHEMA made;"),
    Probe("drop-schema-nonempty", "DROP SCHEMA made", _MADE),
    Probe("drop-schema-nonempty", "DROP SCHEMA made", "CREATE SCHEMA made; CREATE TYPE made.mood AS ENUM ('sad');"),
    Probe("drop-schema-nonempty-cascade", "DROP SCHEMA made CASCADE", _MADE),
    Probe(
        "drop-schema-nonempty-cascade",
        "DROP SCHEMA made CASCADE",
        f"""
        {_MADE}
        CREATE TABLE referencing (subject_id bigint REFERENCES made.subject);
        INSERT INTO referencing SELECT g {ROWS}
        """,
    ),
    Probe("set-parameter", "SET lock_timeout = '5s'"),
    Probe("set-parameter", "SET LOCAL statement_timeout = '5s'"),
    Probe("set-transaction-timeout", "SET transaction_timeout = '5s'"),
    Probe("transaction", "SAVEPOINT here"),
)

PROBES = (*_ON_TABLES, *_VIEWS, *_TYPES, *_REST)
