"""What an operation does on the schema that it meets: earlier proofs, other tables, and what is not known."""

from __future__ import annotations

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.revisions import Server
from schemalint.facts.tables import ColumnDef, IndexDef, IndexElement
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.effects import effect_of
from schemalint.schema.effects.records import Effect, TableLock
from schemalint.schema.timeline import Timeline
from schemalint.sql.parse import operations_of

USERS = "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50), age integer, joined timestamp);"
POSTS = "CREATE TABLE posts (id bigint PRIMARY KEY, author_id bigint REFERENCES users (id));"
NAME = ObjectName("users")


def effect(before: str, statement: str | ops.Operation, version: int | None = 16) -> Effect:
    """The effect of a statement, of its last operation where it is several, on the schema that others made."""
    timeline = Timeline()
    for operation in operations_of(before, "postgresql"):
        timeline.apply(operation, "earlier")
    operations = operations_of(statement, "postgresql") if isinstance(statement, str) else (statement,)
    for operation in operations[:-1]:
        timeline.apply(operation, "now")
    return effect_of(operations[-1], timeline.now(), Server("postgresql", version))


class TestProofs:
    STATEMENT = "ALTER TABLE users ALTER COLUMN email SET NOT NULL"

    def test_rows_are_read_where_nothing_proves_that_there_are_no_nulls(self) -> None:
        assert effect(USERS, self.STATEMENT).scans == (NAME,)

    def test_a_check_that_was_validated_in_an_earlier_revision_is_a_proof(self) -> None:
        proof = """
        ALTER TABLE users ADD CONSTRAINT filled CHECK (email IS NOT NULL) NOT VALID;
        ALTER TABLE users VALIDATE CONSTRAINT filled;
        """
        assert effect(USERS + proof, self.STATEMENT).scans == ()

    def test_one_that_was_not_validated_is_none(self) -> None:
        claim = "ALTER TABLE users ADD CONSTRAINT filled CHECK (email IS NOT NULL) NOT VALID;"
        assert effect(USERS + claim, self.STATEMENT).scans == (NAME,)

    def test_before_12_the_rows_are_read_all_the_same(self) -> None:
        proof = "ALTER TABLE users ADD CHECK (email IS NOT NULL);"
        assert effect(USERS + proof, self.STATEMENT, 11).scans == (NAME,)
        assert effect(USERS + proof, self.STATEMENT, 12).scans == ()

    def test_a_proof_that_was_dropped_again_proves_nothing(self) -> None:
        proof = """
        ALTER TABLE users ADD CONSTRAINT filled CHECK (email IS NOT NULL);
        ALTER TABLE users DROP CONSTRAINT filled;
        """
        assert effect(USERS + proof, self.STATEMENT).scans == (NAME,)

    def test_of_a_table_that_was_there_before_the_history_it_is_not_known(self) -> None:
        found = effect("", self.STATEMENT)
        assert found.lock_on(NAME) == TableLock(NAME, "ACCESS EXCLUSIVE")
        assert found.scans == ()
        assert found.doubts == ("Unless a CHECK proves that it holds no NULL, all rows of users are read.",)

    def test_no_unknown_check_speaks_of_a_column_that_the_history_added(self) -> None:
        added = "ALTER TABLE users ADD COLUMN email text;"
        assert effect(added, self.STATEMENT).scans == (NAME,)
        assert effect(added + "DO $$ BEGIN EXECUTE hidden(); END $$;", self.STATEMENT).scans == ()

    def test_a_foreign_key_that_may_be_dropped_is_no_proof_either_way(self) -> None:
        timeline = Timeline()
        for operation in operations_of(USERS + POSTS, "postgresql"):
            timeline.apply(operation, "earlier")
        key = ops.DropConstraint(ObjectName("posts"), "posts_author_id_fkey", "foreign_key")
        timeline.apply(key, "earlier", conditional=True)
        require = ops.AlterColumn(ObjectName("posts"), "author_id", nullable=False)
        assert effect_of(require, timeline.now(), Server("postgresql", 16)).scans == (ObjectName("posts"),)

    def test_a_primary_key_over_columns_that_hold_no_null_reads_none(self) -> None:
        bare = "CREATE TABLE users (id bigint NOT NULL, code integer); CREATE UNIQUE INDEX ready ON users (id);"
        found = effect(bare, "ALTER TABLE users ADD PRIMARY KEY USING INDEX ready")
        assert (found.form, found.scans, found.builds) == ("add-primary-key-using-index", (), ())

    def test_a_not_null_that_is_not_valid_is_verified_when_it_is_validated(self) -> None:
        claim = USERS + "ALTER TABLE users ADD CONSTRAINT filled NOT NULL email NOT VALID;"
        found = effect(claim, "ALTER TABLE users VALIDATE CONSTRAINT filled", 18)
        assert (found.form, found.scans) == ("validate-not-null", (NAME,))
        assert found.locks == (TableLock(NAME, "SHARE UPDATE EXCLUSIVE"),)
        then = claim + "ALTER TABLE users VALIDATE CONSTRAINT filled;"
        assert effect(then, self.STATEMENT, 18).form == "set-not-null-already"


class TestOtherTables:
    def test_a_foreign_key_locks_the_table_that_it_refers_to(self) -> None:
        bare = "CREATE TABLE posts (id bigint PRIMARY KEY, author_id bigint);"
        found = effect(USERS + bare, "ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES users (id)")
        assert found.lock_on(NAME) == TableLock(NAME, "SHARE ROW EXCLUSIVE", "referenced")
        assert found.scans == (ObjectName("posts"),)

    def test_so_does_a_new_table_which_itself_nobody_waits_for(self) -> None:
        assert effect(USERS, POSTS).locks == (TableLock(NAME, "SHARE ROW EXCLUSIVE", "referenced"),)

    def test_dropping_a_table_locks_what_it_refers_to(self) -> None:
        assert effect(USERS + POSTS, "DROP TABLE posts").lock_on(NAME) == TableLock(
            NAME, "ACCESS EXCLUSIVE", "referenced"
        )

    def test_a_table_that_others_refer_to_is_not_dropped_without_cascade(self) -> None:
        assert effect(USERS + POSTS, "DROP TABLE users").fails == (
            "cannot drop table users because other objects depend on it"
        )
        assert effect(USERS + POSTS, "DROP TABLE users CASCADE").lock_on(ObjectName("posts")) is not None
        perhaps = USERS + POSTS + "DO $$ BEGIN EXECUTE 'ALTER TABLE posts DROP COLUMN ' || name; END $$;"
        assert effect(perhaps, "DROP TABLE users").fails is None
        gone = USERS + POSTS + "DROP TABLE posts;"
        assert effect(gone, "DROP TABLE users").fails is None

    def test_another_type_of_a_key_reads_the_tables_that_refer_to_it(self) -> None:
        found = effect(USERS + POSTS, "ALTER TABLE users ALTER COLUMN id TYPE numeric")
        assert found.rewrites == (NAME,)
        assert found.scans == (ObjectName("posts"),)
        assert found.lock_on(ObjectName("posts")) == TableLock(ObjectName("posts"), "ACCESS EXCLUSIVE", "referencing")

    def test_partitions_are_locked_with_their_table_and_those_of_partitions_too(self) -> None:
        parts = """
        CREATE TABLE logs (id bigint NOT NULL, note text) PARTITION BY RANGE (id);
        CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (id);
        CREATE TABLE logs_1a PARTITION OF logs_1 FOR VALUES FROM (0) TO (5);
        CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM (10) TO (20);
        ALTER TABLE logs DETACH PARTITION logs_2;
        """
        found = effect(parts, "ALTER TABLE logs ADD COLUMN level integer")
        assert [str(lock.table) for lock in found.locks if lock.role == "partition"] == ["logs_1", "logs_1a"]

    def test_a_renamed_table_is_locked_by_its_new_name(self) -> None:
        found = effect(f"{USERS} {POSTS} ALTER TABLE users RENAME TO people;", "DROP TABLE posts")
        assert found.lock_on(ObjectName("people")) is not None

    def test_a_domain_locks_the_tables_that_have_columns_of_it(self) -> None:
        domain = "CREATE DOMAIN amount AS integer; CREATE TABLE bills (total amount); CREATE TABLE others (n integer);"
        found = effect(domain, "ALTER DOMAIN amount ADD CHECK (VALUE > 0)")
        assert found.locks == (TableLock(ObjectName("bills"), "SHARE", "domain_user"),)

    def test_rows_that_go_by_cascade_are_told(self) -> None:
        posts = "CREATE TABLE posts (id bigint PRIMARY KEY, author_id bigint REFERENCES users ON DELETE CASCADE);"
        notes = "CREATE TABLE notes (post_id bigint REFERENCES posts ON DELETE CASCADE);"
        found = effect(USERS + posts + notes, "DELETE FROM users WHERE age < 3")
        assert [str(name) for name in found.deletes] == ["users", "posts", "notes"]
        assert effect(USERS + POSTS, "DELETE FROM users WHERE age < 3").deletes == (NAME,)

    def test_a_view_keeps_the_columns_that_it_uses(self) -> None:
        view = USERS + "CREATE VIEW adults AS SELECT id, age AS years FROM users WHERE age > 17;"
        found = effect(view, "ALTER TABLE users ALTER COLUMN age TYPE bigint")
        assert found.fails == "cannot alter type of a column used by a view or rule"
        assert effect(view, "ALTER TABLE users ALTER COLUMN email TYPE text").fails is None
        assert effect(view + "DROP VIEW adults;", "ALTER TABLE users ALTER COLUMN age TYPE bigint").fails is None


class TestConstraintsOfNewColumns:
    def test_what_comes_with_a_column_that_is_null_is_not_read_for_a_foreign_key(self) -> None:
        added = effect(USERS + POSTS, "ALTER TABLE posts ADD COLUMN editor_id bigint REFERENCES users (id)")
        assert (added.form, added.scans) == ("add-column-references", ())
        filled = effect(USERS + POSTS, "ALTER TABLE posts ADD COLUMN editor_id bigint DEFAULT 1 REFERENCES users (id)")
        assert (filled.form, filled.scans) == ("add-column-references-default", (ObjectName("posts"),))

    def test_a_check_is_verified_even_then(self) -> None:
        added = effect(USERS, "ALTER TABLE users ADD COLUMN rank integer CHECK (rank > 0)")
        assert (added.form, added.scans) == ("add-column-check", (NAME,))

    def test_a_refusal_names_what_is_there(self) -> None:
        refused = effect(USERS, "ALTER TABLE users ADD COLUMN rank integer NOT NULL")
        assert refused.fails is None
        assert refused.fails_on_rows == 'column "rank" of relation "users" contains null values'
        doubled = effect(USERS, "ALTER TABLE users ADD COLUMN rank integer DEFAULT 1 UNIQUE")
        assert doubled.fails_on_rows == 'could not create unique index "users_rank_key"'


class TestWhatIsNotKnown:
    def test_an_old_type_that_is_not_known_leaves_the_lock(self) -> None:
        found = effect("", "ALTER TABLE users ALTER COLUMN age TYPE bigint")
        assert found.lock_on(NAME) == TableLock(NAME, "ACCESS EXCLUSIVE")
        assert found.rewrites == ()
        assert found.doubts[0] == "The type of age before is not known; all rows may be written anew."

    def test_what_an_operation_says_of_the_type_before_is_taken(self) -> None:
        change = ops.AlterColumn(NAME, "age", type=SqlType("bigint"), existing_type=SqlType("integer"))
        assert effect("", change).rewrites == (NAME,)

    def test_between_timestamps_it_hangs_on_the_time_zone(self) -> None:
        found = effect(USERS, "ALTER TABLE users ALTER COLUMN joined TYPE timestamptz")
        assert found.rewrites == ()
        assert found.doubts == ("Unless the TimeZone of the connection is UTC, all rows are written anew.",)
        assert effect(USERS, "ALTER TABLE users ALTER COLUMN joined TYPE timestamptz", 11).rewrites == (NAME,)

    def test_a_function_that_is_not_known_may_be_volatile(self) -> None:
        found = effect(USERS, "ALTER TABLE users ADD COLUMN code text DEFAULT make_code()")
        assert found.rewrites == ()
        assert found.doubts == (
            "Were the default of code volatile, all rows would be written anew: make_code() calls a function that is "
            "not known.",
        )

    def test_a_function_of_the_history_is_known(self) -> None:
        made = "CREATE FUNCTION make_code() RETURNS text LANGUAGE plpgsql {} AS 'BEGIN RETURN 1; END';"
        statement = "ALTER TABLE users ADD COLUMN code text DEFAULT make_code()"
        assert effect(USERS + made.format("VOLATILE"), statement).rewrites == (NAME,)
        assert effect(USERS + made.format("STABLE"), statement).rewrites == ()

    def test_an_index_without_a_known_table_locks_one_that_is_not_known(self) -> None:
        found = effect("", "DROP INDEX users_email_idx")
        assert (found.form, found.locks) == ("drop-index", ())
        assert found.doubts == ("The table of the index users_email_idx is not known.",)
        made = USERS + "CREATE INDEX users_email_idx ON users (email);"
        assert effect(made, "DROP INDEX users_email_idx").locks == (TableLock(NAME, "ACCESS EXCLUSIVE"),)

    def test_a_computed_table_leaves_the_form(self) -> None:
        change = ops.AddColumn(Unknown("it is read from a file"), ColumnDef("age", SqlType("integer")))
        found = effect("", change)
        assert (found.form, found.locks) == ("add-column", ())
        assert found.doubts == ("The table is not known: it is read from a file.",)

    def test_where_concurrently_is_computed_the_weaker_lock_is_certain(self) -> None:
        index = IndexDef("ready", (IndexElement("email"),))
        found = effect(USERS, ops.CreateIndex(NAME, index, concurrently=Unknown("it is an option")))
        assert found.locks == (TableLock(NAME, "SHARE UPDATE EXCLUSIVE"),)
        assert not found.refused_in_transaction
        assert found.doubts

    def test_a_foreign_key_without_a_name_is_found_by_the_one_that_the_server_chose(self) -> None:
        found = effect(USERS + POSTS, "ALTER TABLE posts DROP CONSTRAINT posts_author_id_fkey")
        assert found.lock_on(NAME) == TableLock(NAME, "ACCESS EXCLUSIVE", "referenced")

    def test_a_constraint_that_is_not_known_may_be_a_foreign_key(self) -> None:
        found = effect("", "ALTER TABLE posts DROP CONSTRAINT author")
        assert [lock.table for lock in found.locks] == [ObjectName("posts")]
        assert found.doubts == (
            "The constraint is not known; of a foreign key, the table that it refers to would be locked too.",
        )

    def test_what_was_not_understood_has_no_form(self) -> None:
        assert not effect(USERS, ops.OpaqueOperation("it is not read")).known


class TestRefusals:
    def test_a_role_that_is_a_word_of_the_server_stays_one(self) -> None:
        refused = effect(USERS + POSTS, "TRUNCATE users")
        assert refused.fails == "cannot truncate a table referenced in a foreign key constraint"

    def test_names_in_quotes_are_those_of_the_tables(self) -> None:
        parts = "CREATE TABLE logs (id bigint NOT NULL, user_id bigint) PARTITION BY RANGE (id);"
        statement = "ALTER TABLE logs ADD FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID"
        assert effect(USERS + parts, statement, 17).fails == (
            'cannot add NOT VALID foreign key on partitioned table "logs" referencing relation "users"'
        )
        assert effect(USERS + parts, statement, 18).fails is None

    def test_a_type_that_needs_a_using_is_named(self) -> None:
        refused = effect(USERS, "ALTER TABLE users ALTER COLUMN email TYPE uuid")
        assert refused.fails == 'column "email" cannot be cast automatically to type uuid'
        assert effect(USERS, "ALTER TABLE users ALTER COLUMN email TYPE uuid USING email::uuid").fails is None


class TestSources:
    def test_a_fact_says_how_it_is_known(self) -> None:
        assert effect(USERS, "DROP TABLE users", 16).source == "measured on PostgreSQL 16"
        assert effect(USERS, "DROP TABLE users", None).source == "measured on PostgreSQL 12 to 18"
        assert effect(USERS, "DROP TABLE users", 19).source == "measured on PostgreSQL 18"

    @pytest.mark.parametrize("dialect", ["oracle", "mssql"])
    def test_of_other_servers_nothing_is_told(self, dialect: str) -> None:
        drop = ops.DropTable(NAME)
        assert effect_of(drop, Timeline().now(), Server(dialect)) == Effect()
