from __future__ import annotations

import pytest

from schemalint.sql.directions import (
    ScriptName,
    directed,
    is_folder_of_migrations,
    is_transactional,
    script_name,
    sqitch_plan,
    version_key,
    yoyo_depends,
)


def parts(text: str) -> tuple[str, list[str], list[str], list[bool]]:
    found = directed(text)
    assert found is not None
    sides = [[text[part.start : part.end].strip() for part in side] for side in (found.upgrade, found.downgrade)]
    return found.tool, *sides, [part.transactional for part in (*found.upgrade, *found.downgrade)]


def test_goose() -> None:
    text = "-- about\n-- +goose Up\n-- +goose StatementBegin\na;\n-- +goose StatementEnd\n-- +goose Down\nb;\n"
    tool, up, down, transactional = parts(text)
    assert (tool, transactional) == ("goose", [True, True])
    assert "a;" in up[0]
    assert "b;" not in up[0]
    assert down == ["b;"]
    assert parts("-- +goose NO TRANSACTION\n-- +goose up\na;")[3] == [False]
    assert parts("-- +goose Up\n-- +goose NO TRANSACTION\na;\n-- +goose Down\nb")[1:] == (
        ["-- +goose NO TRANSACTION\na;"],
        ["b"],
        [False, False],
    )


def test_dbmate_and_sql_migrate() -> None:
    sides = (["a;"], ["b;"], [False, True])
    assert parts("-- migrate:up transaction:false\na;\n-- migrate:down\nb;") == ("dbmate", *sides)
    assert parts("-- +migrate Up notransaction\na;\n-- +migrate Down\nb;") == ("sql-migrate", *sides)


@pytest.mark.parametrize("text", ["", "a;", "-- goose Up", "SELECT '-- +goose Up'", "-- +goose", "x migrate:up"])
def test_texts_without_directions(text: str) -> None:
    assert directed(text) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("db/1_add_users.up.sql", ScriptName("golang-migrate", "db", "1", "add users")),
        ("m/1_a.postgres.up.sql", ScriptName("golang-migrate", "m", "1", "a", server="postgresql")),
        ("m/1_a.sqlite3.autocommit.up.sql",
         ScriptName("golang-migrate", "m", "1", "a", server="sqlite", transactional=False)),
        ("m/1_a.v2.up.sql", ScriptName("golang-migrate", "m", "1", "a.v2")),
        ("1_add_users.down.sql", ScriptName("golang-migrate", "", "1", "add users", "down")),
        ("m/2024-01-02-030405_x/up.sql", ScriptName("diesel", "m", "20240102030405", "x")),
        ("m/20240102030405_x/migration.sql", ScriptName("prisma", "m", "20240102030405_x", "x")),
        ("sql/V1.2__add_it.sql", ScriptName("flyway", "sql", "1.2", "add it")),
        ("sql/V1_2__add_it.sql", ScriptName("flyway", "sql", "1_2", "add it")),
        ("sql/U1.2__add_it.sql", ScriptName("flyway", "sql", "1.2", "add it", "down")),
        ("sql/R__views.sql", ScriptName("flyway", "sql", "views", "views", "again")),
        ("supabase/migrations/2024_x.sql", ScriptName("supabase", "supabase/migrations", "2024", "x")),
        ("m/0001.add.rollback.sql", ScriptName("yoyo", "m", "0001.add", "0001.add", "down")),
        ("deploy/a/b.sql", ScriptName("sqitch", "", "a/b", "a/b", certain=False)),
        ("revert/a.sql", ScriptName("sqitch", "", "a", "a", "down")),
        ("migrations/001_add.sql", ScriptName("numbered", "migrations", "001_add", "001 add", certain=False)),
        ("migrations/001_add.undo.sql", ScriptName("numbered", "migrations", "001_add", "001 add", "down")),
        ("migrations/schema.sql", None),
        ("migrations/001_add.py", None),
    ],
)  # fmt: skip
def test_names_of_files(path: str, expected: ScriptName | None) -> None:
    found = script_name(path)
    if expected is not None and expected.direction == "down":
        assert found is not None
        expected = expected._replace(certain=found.certain)
    assert found == expected


def test_versions_are_sorted_as_numbers() -> None:
    versions = ["1.10", "1.9", "2", "10_b", "10_a", "00.00.02_01_x", "00.00.01_50_y"]
    assert sorted(versions, key=version_key) == ["00.00.01_50_y", "00.00.02_01_x", "1.9", "1.10", "2", "10_a", "10_b"]


def test_folders_of_migrations() -> None:
    assert is_folder_of_migrations("db/migrations")
    assert is_folder_of_migrations("migrate/postgres")
    assert not is_folder_of_migrations("scripts/sql")
    assert not is_folder_of_migrations("migrations/a/b")


def test_what_yoyo_and_sqitch_write_beside() -> None:
    assert yoyo_depends("-- depends: a b\nx;") == ("a", "b")
    assert yoyo_depends("-- depends:\nx;") == ()
    assert yoyo_depends("x;") is None
    assert is_transactional("-- transactional: false\nx;") is False
    assert sqitch_plan("%project=x\n\na 2024-01-01T00:00:00Z n <e> # x\nb [a] 2024 # y\n@v1 2024\n# no\n") == ("a", "b")


@pytest.mark.parametrize(
    "comment",
    [
        "-- no-transaction",
        "-- postgres-migrations disable-transaction",
        "-- atlas:txmode none",
        "---- tern: disable-tx ----",
        "-- transactional: false",
    ],
)
def test_scripts_that_run_without_a_transaction(comment: str) -> None:
    assert not is_transactional(f"{comment}\nCREATE INDEX CONCURRENTLY i ON t (a);")
    assert is_transactional("-- a transaction is needed\nCREATE INDEX i ON t (a);", "run_in_transaction = true")
    assert not is_transactional("CREATE INDEX i ON t (a);", "# why\nrun_in_transaction = false\n")
    assert not is_transactional("CREATE INDEX i ON t (a);", "executeInTransaction=false\n")
