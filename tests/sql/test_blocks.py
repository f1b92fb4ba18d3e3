from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, CreateEnum, DropColumn, OpaqueOperation
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
        ("BEGIN EXECUTE 'ALTER TABLE t ADD a int'; END", (T,)),
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
