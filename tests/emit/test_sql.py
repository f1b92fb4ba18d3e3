"""Operations as SQL."""

from __future__ import annotations

import pytest

from schemalint.emit.sql import statements
from schemalint.emit.sql_schema import schema_sql
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
    EnumDef,
    ForeignKeyDef,
    Generated,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.schema.compare_sides import SchemaDef
from schemalint.schema.timeline import Timeline

USERS = ObjectName("users")
INTEGER, TEXT = SqlType("integer"), SqlType("text")
COMPUTED = Unknown("it is computed")
SERIAL = ColumnDef("id", INTEGER, False, identity=Identity(style="serial"))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (ops.DropTable(ObjectName("order", "app"), cascade=True), 'DROP TABLE app."order" CASCADE;'),
        (ops.RenameTable(USERS, ObjectName("people")), "ALTER TABLE users RENAME TO people;"),
        (ops.AddColumn(USERS, ColumnDef("a", TEXT, default=Default("it's", True))),
         "ALTER TABLE users ADD COLUMN a TEXT DEFAULT 'it''s';"),
        (ops.AddColumn(USERS, ColumnDef("a", INTEGER, False, Default("0", True))),
         "ALTER TABLE users ADD COLUMN a INTEGER DEFAULT 0 NOT NULL;"),
        (ops.AddColumn(USERS, ColumnDef("a", TEXT, generated=Generated("lower(b)", None))),
         "ALTER TABLE users ADD COLUMN a TEXT GENERATED ALWAYS AS (lower(b)) STORED;"),
        (ops.DropColumn(USERS, "User Name"), 'ALTER TABLE users DROP COLUMN "User Name";'),
        (ops.RenameColumn(USERS, "a", "b"), "ALTER TABLE users RENAME COLUMN a TO b;"),
        (ops.AlterColumn(USERS, "a", type=INTEGER, using="a::int", nullable=False, default=None),
         "ALTER TABLE users ALTER COLUMN a TYPE INTEGER USING a::int;\n"
         "ALTER TABLE users ALTER COLUMN a SET NOT NULL;\nALTER TABLE users ALTER COLUMN a DROP DEFAULT;"),
        (ops.CreateIndex(USERS, IndexDef("ix", (IndexElement(column="a", descending=True),), True,
                                         predicate="a > 0"), concurrently=True),
         "CREATE UNIQUE INDEX CONCURRENTLY ix ON users (a DESC) WHERE a > 0;"),
        (ops.CreateIndex(USERS, IndexDef("ix", (IndexElement(expression="a || b"), IndexElement(expression="lower(a)")),
                                         method="gin")), "CREATE INDEX ix ON users USING gin ((a || b), lower(a));"),
        (ops.DropIndex("ix", concurrently=True, if_exists=True), "DROP INDEX CONCURRENTLY IF EXISTS ix;"),
        (ops.AddConstraint(USERS, CheckDef("c", "a > 0"), not_valid=True),
         "ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID;"),
        (ops.AddConstraint(USERS, ForeignKeyDef("fk", ("a",), ObjectName("b"), ("id",), "cascade")),
         "ALTER TABLE users ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES b (id) ON DELETE CASCADE;"),
        (ops.AddConstraint(USERS, ForeignKeyDef(None, ("a",), ObjectName("b"), ("id",), None, None, True, True, True)),
         "ALTER TABLE users ADD FOREIGN KEY (a) REFERENCES b (id) DEFERRABLE INITIALLY DEFERRED;"),
        (ops.AddConstraint(USERS, UniqueDef("u", ("a",), deferrable=True)),
         "ALTER TABLE users ADD CONSTRAINT u UNIQUE (a) DEFERRABLE;"),
        (ops.AddConstraint(USERS, PrimaryKeyDef(None, ("a",), True, True)),
         "ALTER TABLE users ADD PRIMARY KEY (a) DEFERRABLE INITIALLY DEFERRED;"),
        (ops.AddConstraint(USERS, UniqueDef("u", (), deferrable=True), using_index="ix"),
         "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX ix DEFERRABLE;"),
        (ops.AddConstraint(USERS, UniqueDef("u", ()), using_index="ix"),
         "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX ix;"),
        (ops.DropConstraint(USERS, "c"), "ALTER TABLE users DROP CONSTRAINT c;"),
        (ops.AlterColumn(USERS, "a", nullable=False, constraint="c"),
         "ALTER TABLE users ADD CONSTRAINT c NOT NULL a;"),
        (ops.AlterColumn(USERS, "a", nullable=False, constraint="c", not_valid=True),
         "ALTER TABLE users ADD CONSTRAINT c NOT NULL a NOT VALID;"),
        (ops.ValidateConstraint(USERS, "c"), "ALTER TABLE users VALIDATE CONSTRAINT c;"),
        (ops.CreateEnum(EnumDef(ObjectName("kind"), ("a", "b"))), "CREATE TYPE kind AS ENUM ('a', 'b');"),
        (ops.AddEnumValue(ObjectName("kind"), "c", after="b"), "ALTER TYPE kind ADD VALUE 'c' AFTER 'b';"),
    ],
)  # fmt: skip
def test_statements_of_postgresql(operation, expected):
    assert "\n".join(statements(operation)) == expected


@pytest.mark.parametrize(
    "operation",
    [
        ops.DropTable(COMPUTED),
        ops.AddColumn(USERS, ColumnDef("a", COMPUTED)),
        ops.CreateIndex(USERS, IndexDef("ix", COMPUTED)),
        ops.AddConstraint(USERS, CheckDef("c", COMPUTED)),
        ops.AlterColumn(USERS, "a", type=COMPUTED),
        ops.CreateEnum(EnumDef(ObjectName("kind"), COMPUTED)),
    ],
)
def test_what_is_not_known_is_a_comment_with_its_reason(operation):
    (line,) = statements(operation)
    assert line.startswith("-- ")
    assert line.endswith("it is computed")


@pytest.mark.parametrize(
    ("dialect", "operation", "expected"),
    [
        ("mysql", ops.AlterColumn(USERS, "a", nullable=False, existing_type=INTEGER),
         "ALTER TABLE `users` MODIFY `a` INTEGER NOT NULL;"),
        ("mysql", ops.DropIndex("ix", USERS), "DROP INDEX `ix` ON `users`;"),
        ("mysql", ops.DropConstraint(USERS, "fk", "foreign key"), "ALTER TABLE `users` DROP FOREIGN KEY `fk`;"),
        ("mysql", ops.AddColumn(USERS, SERIAL), "ALTER TABLE `users` ADD COLUMN `id` INTEGER AUTO_INCREMENT NOT NULL;"),
        ("sqlite", ops.AddColumn(USERS, ColumnDef("a", SqlType("uuid"))), "ALTER TABLE users ADD COLUMN a CHAR(32);"),
        ("sqlite", ops.AddColumn(USERS, ColumnDef("a", TEXT, default=Default("now()", False))),
         "ALTER TABLE users ADD COLUMN a TEXT DEFAULT CURRENT_TIMESTAMP;"),
        ("sqlite", ops.AlterColumn(USERS, "a", nullable=False),
         "-- not written: alter column users.a: SQLite makes the table anew for that"),
    ],
)  # fmt: skip
def test_statements_of_other_servers(dialect, operation, expected):
    assert "\n".join(statements(operation, dialect)) == expected


def test_keys_that_postgresql_would_merge_are_made_one_after_the_other():
    timeline = Timeline()
    timeline.apply(ops.CreateTable(TableDef(USERS, (SERIAL,), (PrimaryKeyDef(None, ("id",)),))), "r1")
    timeline.apply(ops.AddConstraint(USERS, UniqueDef("u", ("id",))), "r2")
    assert schema_sql(timeline.now()) == (
        "CREATE TABLE users (\n    id SERIAL NOT NULL,\n    PRIMARY KEY (id)\n);\n"
        "ALTER TABLE users ADD CONSTRAINT u UNIQUE (id);\n"
    )


def test_a_materialized_view_comes_with_its_indexes():
    timeline = Timeline()
    view = ops.CreateObject("materialized view", ObjectName("v"), sql="CREATE MATERIALIZED VIEW v AS SELECT 1 AS a")
    timeline.apply(view, "r1")
    timeline.apply(ops.CreateIndex(ObjectName("v"), IndexDef("i", (IndexElement(column="a"),), unique=True)), "r2")
    assert schema_sql(timeline.now()) == (
        "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;\nCREATE UNIQUE INDEX i ON v (a);\n"
    )


def test_a_schema_makes_what_is_referred_to_first():
    posts = TableDef(
        ObjectName("posts", "blog"),
        (SERIAL, ColumnDef("user_id", INTEGER), ColumnDef("kind", SqlType("enum", enum=ObjectName("kind")))),
        (PrimaryKeyDef(None, ("id",)), ForeignKeyDef(None, ("user_id",), USERS, ("id",))),
        (IndexDef("ix_posts", (IndexElement(column="user_id"),)),),
        comment="what people write",
    )
    users = TableDef(USERS, (SERIAL,), (PrimaryKeyDef("pk_users", ("id",)),))
    written = schema_sql(SchemaDef((posts, users), (EnumDef(ObjectName("kind"), ("a",)),)))
    assert written == (
        "CREATE SCHEMA IF NOT EXISTS blog;\n\n"
        "CREATE TYPE kind AS ENUM ('a');\n\n"
        "CREATE TABLE users (\n    id SERIAL NOT NULL,\n    CONSTRAINT pk_users PRIMARY KEY (id)\n);\n\n"
        "CREATE TABLE blog.posts (\n    id SERIAL NOT NULL,\n    user_id INTEGER,\n    kind kind,\n"
        "    PRIMARY KEY (id)\n);\n"
        "CREATE INDEX ix_posts ON blog.posts (user_id);\nCOMMENT ON TABLE blog.posts IS 'what people write';\n\n"
        "ALTER TABLE blog.posts ADD FOREIGN KEY (user_id) REFERENCES users (id);\n"
    )


def test_what_hangs_on_a_column_that_is_not_known_is_a_comment_too():
    table = TableDef(
        USERS,
        (ColumnDef("id", INTEGER, COMPUTED), ColumnDef("a", COMPUTED)),
        (UniqueDef("u", ("a",)),),
        (IndexDef("ix", (IndexElement(column="a"),)),),
        complete=False,
    )
    written = schema_sql(SchemaDef((table,)))
    assert "    id INTEGER\n" in written
    for line in (
        "-- column a: it is computed",
        "-- column id: whether it may be null is not known: it is computed",
        "-- check u: a column of it is not written",
        "-- index ix of users: a column of it is not written",
        "-- there may be more in this table that was not understood",
    ):
        assert line in written
