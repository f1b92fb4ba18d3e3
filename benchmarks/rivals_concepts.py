"""What the rivals' rules are called here, what their cases take as given, and where the two disagree and why."""

from __future__ import annotations

from typing import NamedTuple

from benchmarks import rivals_proofs as proofs
from benchmarks.rivals_proofs import Proof


class Concept(NamedTuple):
    """What several linters flag: the rivals' names for it, and ours."""

    title: str
    theirs: tuple[str, ...]
    ours: tuple[str, ...]


class Disagreement(NamedTuple):
    """Why a case is judged otherwise here: for what was measured.

    That is a row of facts about a statement of the case, by its form, or what a server answers to a script.
    """

    why: str
    by: str | Proof


CONCEPTS = (
    Concept("index built in place", ("requireConcurrentIndexCreation", "E6"), ("non-concurrent-index",)),
    Concept("index dropped in place", ("requireConcurrentIndexDeletion",), ("non-concurrent-index-drop",)),
    Concept("index rebuilt in place", ("requireConcurrentReindex",), ("non-concurrent-reindex",)),
    Concept(
        "materialized view refreshed",
        ("requireConcurrentRefreshMatview", "concurrentRefreshMatviewLock"),
        ("non-concurrent-refresh",),
    ),
    Concept(
        "constraint added and validated at once",
        ("addingForeignKeyConstraint", "constraintMissingNotValid", "E1"),
        ("validating-foreign-key", "validating-check-constraint"),
    ),
    Concept(
        "constraint validated in the same transaction",
        ("requireSeparateConstraintValidation",),
        ("validation-under-lock",),
    ),
    Concept("unique constraint", ("disallowUniqueConstraint", "E7"), ("blocking-unique-constraint",)),
    Concept("exclusion constraint", ("avoidAddingExclusionConstraint", "E8"), ("blocking-exclusion-constraint",)),
    Concept(
        "primary key",
        ("addingPrimaryKeyConstraint", "W14"),
        ("blocking-primary-key", "rewriting-identity-column", "scanning-inline-constraint"),
    ),
    Concept("NOT NULL", ("addingNotNullField", "E2"), ("scanning-not-null",)),
    Concept("type", ("changingColumnType", "E5"), ("rewriting-type-change", "reindexing-type-change")),
    Concept("default", ("addingFieldWithDefault",), ("rewriting-default", "rewriting-generated-column")),
    Concept(
        "serial or stored column",
        ("addSerialColumn", "E11"),
        ("rewriting-identity-column", "rewriting-generated-column"),
    ),
    Concept("required column", ("addingRequiredField",), ("required-column-without-default",)),
    Concept("trigger", ("avoidCreateTrigger", "avoidEnableDisableTrigger", "banDropTrigger"), ("trigger-lock",)),
    Concept("partition attached", ("avoidAttachingPartition",), ("unproven-partition-attach",)),
    Concept("partition detached", ("requireConcurrentDetachPartition",), ("non-concurrent-partition-detach",)),
    Concept("table rewritten by maintenance", ("banVacuumFull",), ("table-rewrite",)),
    Concept("timeout", ("lockTimeoutWarning", "E9", "requireStatementTimeout"), ("missing-lock-timeout",)),
    Concept("IF [NOT] EXISTS beside CONCURRENTLY", ("preferRobustStmts",), ("invalid-index-kept",)),
    Concept(
        "work while everybody waits",
        ("runningStatementWhileHoldingAccessExclusive", "E4", "E10"),
        ("statement-under-lock", "backfill-with-schema-change"),
    ),
    Concept("locks on several tables", ("avoidWideLockWindow",), ("wide-lock-window",)),
    Concept("several ALTER TABLE", ("multipleAlterTable", "W12"), ("repeated-alter",)),
    Concept(
        "CONCURRENTLY in a transaction",
        ("banConcurrentIndexCreationInTransaction",),
        ("concurrent-op-in-transaction",),
    ),
    Concept("enum value", ("avoidAlterEnumAddValue",), ("enum-value-used-before-commit",)),
    Concept("column dropped", ("banDropColumn",), ("unapproved-column-drop",)),
    Concept("table dropped", ("banDropTable",), ("unapproved-table-drop",)),
    Concept("schema dropped", ("banDropSchema",), ("unapproved-table-drop",)),
    Concept("rows deleted", ("banDeleteWithoutWhere", "banTruncate"), ("unapproved-row-delete",)),
    Concept("rows overwritten", ("banUpdateWithoutWhere",), ("unapproved-row-delete",)),
    Concept("TRUNCATE CASCADE", ("banTruncateCascade",), ("truncate-cascade",)),
    Concept("renamed in place", ("renamingColumn", "renamingTable"), ("in-place-rename",)),
    Concept("transaction control", ("transactionNesting",), ("commit-in-migration",)),
    Concept("foreign key without an index", ("E15",), ("unindexed-foreign-key",)),
)

OUT_OF_SCOPE = {
    "banCharField": "a matter of taste about types",
    "preferBigInt": "a matter of taste about types",
    "preferBigintOverInt": "a matter of taste about types",
    "preferBigintOverSmallint": "a matter of taste about types",
    "preferIdentity": "a matter of taste about types",
    "preferJsonb": "a matter of taste about types",
    "preferTextField": "a matter of taste about types",
    "preferTimestamptz": "a matter of taste about types",
    "E3": "a matter of taste about types",
    "creatingEnum": "a matter of taste about types",
    "W13": "a matter of taste about types",
    "requireIdleInTransactionTimeout": "a setting of the connection",
    "banDropNotNull": "what readers of a column expect, which is judged by their code",
    "banDropDatabase": "about databases, not about the schema of one",
}

_PARTITIONS = """
CREATE TABLE my_table (day date NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE my_partition (day date NOT NULL);
"""
_VIEW = """
CREATE TABLE my_table (id integer PRIMARY KEY);
CREATE MATERIALIZED VIEW my_view AS SELECT id FROM my_table;
CREATE UNIQUE INDEX my_view_id ON my_view (id);
"""
_TRIGGER = """
CREATE TABLE my_table (id integer PRIMARY KEY);
CREATE FUNCTION my_func() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
"""
_WITH_TRIGGER = f"""{_TRIGGER}
CREATE TRIGGER my_trigger AFTER INSERT ON my_table FOR EACH ROW EXECUTE FUNCTION my_func();
"""
_INDEXED = """
CREATE TABLE users (id integer PRIMARY KEY, email text);
CREATE INDEX users_email_idx ON users (email);
CREATE INDEX old_idx ON users (email, id);
"""
_REINDEXED = "CREATE TABLE my_table (col integer); CREATE INDEX my_index ON my_table (col);"

GIVEN = {
    "addSerialColumn": "CREATE TABLE prices (price integer, quantity integer);",
    "addingNotNullField": "CREATE TABLE core_recipe (id integer PRIMARY KEY, foo integer);",
    "addingPrimaryKeyConstraint": "CREATE TABLE users (id integer);",
    "addingPrimaryKeyConstraint/using_index": """
        CREATE TABLE items (id integer NOT NULL);
        CREATE UNIQUE INDEX items_pk ON items (id);
    """,
    "avoidAddingExclusionConstraint": "CREATE TABLE my_table (col int4range);",
    "avoidAlterEnumAddValue": "CREATE TYPE my_enum AS ENUM ('old_value');",
    "avoidAttachingPartition": _PARTITIONS,
    "avoidCreateTrigger": _TRIGGER,
    "avoidEnableDisableTrigger": _WITH_TRIGGER,
    "banDropTrigger": _WITH_TRIGGER,
    "banDeleteWithoutWhere": "CREATE TABLE my_table (id integer PRIMARY KEY);",
    "banDropSchema": "CREATE SCHEMA my_schema;",
    "banUpdateWithoutWhere": "CREATE TABLE my_table (id integer PRIMARY KEY, col text);",
    "banTruncateCascade": "CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (a_id integer REFERENCES a (id));",
    "changingColumnType": """
        CREATE TABLE core_recipe (count integer, edits varchar(100), name varchar(100), amount numeric(10, 2));
    """,
    "concurrentRefreshMatviewLock": _VIEW,
    "multipleAlterTable/basic": "CREATE TABLE authors (name text, email text);",
    "multipleAlterTable/valid_combined": "CREATE TABLE authors (name text, email text);",
    "multipleAlterTable/valid_single_alter": "CREATE TABLE authors (name text, email text);",
    "renamingColumn": "CREATE TABLE users (name text);",
    "renamingTable": "CREATE TABLE users (name text);",
    "requireConcurrentDetachPartition": f"""{_PARTITIONS}
        ALTER TABLE my_table ATTACH PARTITION my_partition FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    """,
    "requireConcurrentIndexDeletion": _INDEXED,
    "requireConcurrentRefreshMatview": _VIEW,
    "requireConcurrentReindex": _REINDEXED,
    "requireStatementTimeout/reindex": _REINDEXED,
    "requireSeparateConstraintValidation/valid_different_tables": """
        CREATE TABLE users (amount integer);
        CREATE TABLE orders (amount integer);
        ALTER TABLE orders ADD CONSTRAINT check_positive CHECK (amount > 0) NOT VALID;
    """,
}
"""The schema that cases take as given, by rule or by case, where the judgement hangs on it."""

IN_TRANSACTION = frozenset({"transactionNesting"})
"""The rules of theirs that take for granted that a tool runs each script in a transaction."""

_CONSTANT = Disagreement(
    "since 11 a constant is kept beside the table, and no row is written", "add-column-constant-default"
)
_NO_WORK = Disagreement("there is no work that one statement would do once instead of twice", "add-column")

DISAGREEMENTS = {
    "addingFieldWithDefault/basic": _CONSTANT,
    "addingFieldWithDefault/non_volatile_default": _CONSTANT,
    "addingFieldWithDefault/volatile_default": Disagreement(
        "now() is stable, not volatile: it is asked once, and its value is kept beside the table",
        "add-column-stable-default",
    ),
    "avoidAlterEnumAddValue/basic": Disagreement(
        "since 12 it runs inside a transaction too; only a use of the value there fails", "add-enum-value"
    ),
    "concurrentRefreshMatviewLock/basic": Disagreement(
        "it lets everybody read, and nobody but another refresh can write to a materialized view",
        "refresh-concurrently",
    ),
    "runningStatementWhileHoldingAccessExclusive/insert_after_alter": Disagreement(
        "one row is written, whatever the size of the table", "insert"
    ),
    "multipleAlterTable/mixed_schema_notation": _NO_WORK,
    "multipleAlterTable/with_schema": _NO_WORK,
    "multipleAlterTable/three_alters": _NO_WORK,
    "banDeleteWithoutWhere/valid_with_where": Disagreement(
        "a row that a migration deletes is gone, with a condition too: somebody has to approve it", proofs.ROW_IS_GONE
    ),
    "banDropSchema/basic": Disagreement(
        "without CASCADE the server drops a schema only when it is empty, so that nothing is lost",
        proofs.FULL_SCHEMA_STAYS,
    ),
    "requireStatementTimeout/reset_after_commit": Disagreement(
        "what SET sets without LOCAL holds after the COMMIT", proofs.SET_OUTLIVES_COMMIT
    ),
    "preferRobustStmts/basic": Disagreement(
        "after a try that failed the next one stops, and so tells of the INVALID index that is there",
        proofs.FAILED_INDEX_IS_IN_THE_WAY,
    ),
    "preferRobustStmts/robust_statements": Disagreement(
        "after a try that failed the next one passes, and the INVALID index is kept", proofs.FAILED_INDEX_IS_KEPT
    ),
    "preferRobustStmts/drop_without_if_exists": Disagreement(
        "one that was broken off has left the index, so that the next try drops it", proofs.DROP_CAN_BE_REPEATED
    ),
}
"""By case."""
