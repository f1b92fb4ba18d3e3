from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, CreateEnum, DropColumn, OpaqueOperation, Reach, ReadTable
from schemalint.sql.parse import located_operations

T = ObjectName("t")


def test_a_block_that_passes_over_what_exists_is_guarded() -> None:
    (found,) = located_operations(
        "DO $$ BEGIN CREATE TYPE k AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN RAISE NOTICE 'x'; END $$;"
    )
    assert isinstance(found.operation, CreateEnum)
    assert found.guarded


def test_a_block_that_asks_what_exists_is_guarded() -> None:
    first, second = located_operations(
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_class) THEN ALTER TABLE t ADD a int; END IF;"
        " ALTER TABLE t DROP b; END $$"
    )
    assert (type(first.operation), first.guarded) == (AddColumn, True)
    assert (type(second.operation), second.guarded) == (DropColumn, False)


@pytest.mark.parametrize(
    ("body", "touches"),
    [
        ("DECLARE x int; BEGIN UPDATE t SET a = x; END", (T,)),
        ("BEGIN IF x THEN DROP TABLE t; ELSE DROP TABLE u; END IF; END", (T, ObjectName("u"))),
        ("BEGIN IF EXISTS (SELECT 1 FROM u) THEN ALTER TABLE t ADD a int; END IF; END", (T,)),
        ("BEGIN IF x THEN RETURN; END IF; DROP TABLE t; END", (T,)),
        ("BEGIN FOR r IN SELECT 1 FROM u LOOP DELETE FROM t; END LOOP; END", (T,)),
        ("BEGIN EXECUTE 'ALTER TABLE ' || name; END", None),
        ("BEGIN EXECUTE format('DROP TABLE %I', name); END", None),
        ("BEGIN PERFORM f(); END", None),
        ("BEGIN DROP TABLE \ufffc; END", None),
        ("BEGIN ALTER TABLE t ADD a int; EXCEPTION WHEN division_by_zero THEN NULL; END", (T,)),
    ],
)
def test_other_blocks_touch_what_they_name(body: str, touches: tuple[ObjectName, ...] | None) -> None:
    (found,) = located_operations(f"DO $body$ {body} $body$")
    assert isinstance(found.operation, OpaqueOperation)
    assert found.operation.touches == touches


@pytest.mark.parametrize(
    ("statement", "reach", "touches"),
    [
        ("DELETE FROM t", Reach.ROWS, (T,)),
        ("EXECUTE 'UPDATE ' || quote_ident(r.name) || ' SET a = 1'", Reach.ROWS, None),
        ("EXECUTE format('ALTER INDEX %I RENAME TO %I;', r.a, r.b)", Reach.NAMES, None),
        ("EXECUTE format('ALTER TABLE t RENAME CONSTRAINT %I TO %I', r.a, r.b)", Reach.NAMES, (T,)),
        ("EXECUTE concat('ALTER TABLE '||r.t||' DROP CONSTRAINT \"'||r.c||'\"')", Reach.PARTS, None),
        ("EXECUTE 'CREATE INDEX ' || r.i || ' ON t (a)'", Reach.PARTS, (T,)),
        ("EXECUTE format('DROP INDEX %I', r.i) || '; DROP TABLE t'", Reach.ANYTHING, None),
        ("EXECUTE format('DROP INDEX %I; DROP TABLE t', r.i)", Reach.ANYTHING, (T,)),
        ("EXECUTE 'ALTER TABLE t ' || r.change", Reach.ANYTHING, (T,)),
        ("EXECUTE 'ALTER TABLE ' || r.change", Reach.ANYTHING, None),
        ("EXECUTE r.statement", Reach.ANYTHING, None),
        ("ALTER TYPE k ADD VALUE 'a'", Reach.ANYTHING, None),
        ("ALTER TABLE t ADD PRIMARY KEY (a)", Reach.ANYTHING, (T,)),
    ],
)
def test_a_loop_reaches_as_far_as_what_is_in_it(
    statement: str, reach: Reach, touches: tuple[ObjectName, ...] | None
) -> None:
    farthest = located_operations(f"DO $$ BEGIN FOR r IN SELECT * FROM u LOOP {statement}; END LOOP; END $$")[0]
    assert isinstance(farthest.operation, OpaqueOperation)
    assert (farthest.operation.reach, farthest.operation.touches) == (reach, touches)


@pytest.mark.parametrize(
    "body",
    [
        "IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'a') THEN EXECUTE format('GRANT a TO %I', x); ELSE END IF;",
        "FOR r IN SELECT 1 FROM u LOOP GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA s TO a; END LOOP;",
    ],
)
def test_privileges_change_no_table(body: str) -> None:
    assert located_operations(f"DO $$ BEGIN {body} END $$") == ()


@pytest.mark.parametrize(
    ("body", "guarded"),
    [
        ("BEGIN EXECUTE 'ALTER TABLE t ADD a int'; END", False),
        ("DECLARE n bigint; BEGIN SELECT count(*) INTO n FROM u; IF n > 0 THEN RAISE EXCEPTION 'no'; END IF;"
         " ALTER TABLE t ADD a int; END", False),
        ("BEGIN BEGIN ALTER TABLE t ADD a int; EXCEPTION WHEN duplicate_column THEN NULL; END; END", True),
        ("BEGIN ALTER TABLE t ADD a int; EXCEPTION WHEN not_null_violation THEN RAISE EXCEPTION 'no'; END", False),
        ("BEGIN IF to_regclass('t') IS NULL THEN RETURN; END IF; ALTER TABLE t ADD a int; END", True),
        ("BEGIN EXECUTE format('GRANT ALL ON t TO %I', x); PERFORM pg_sleep(1); ALTER TABLE t ADD a int; END", False),
    ],
)  # fmt: skip
def test_blocks_are_followed_where_they_are_plain(body: str, guarded: bool) -> None:
    (found,) = located_operations(f"DO LANGUAGE 'plpgsql' $$ {body} $$")
    assert (type(found.operation), found.guarded) == (AddColumn, guarded)


def test_a_function_that_is_called_may_do_anything() -> None:
    (called,) = located_operations("SELECT app.install('x')")
    assert called.operation == OpaqueOperation(
        "the function app.install() is not followed", None, "SELECT app.install('x')"
    )
    (made,) = located_operations("SELECT create_hypertable('s.t', 'time')")
    assert isinstance(made.operation, OpaqueOperation)
    assert made.operation.touches is not None
    assert ObjectName("t", "s") in made.operation.touches
    (read,) = located_operations("SELECT count(*), now(), pg_catalog.setval('q', 1), f(a) FROM t")
    assert read.operation == ReadTable(ObjectName("t"))
