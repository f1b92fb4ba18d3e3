"""Folders of `.sql` files as histories."""

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import CreateIndex
from schemalint.facts.types import SqlType
from schemalint.project.subjects import History, Project

USERS = "CREATE TABLE users (id bigserial PRIMARY KEY, email text NOT NULL);\n"
INDEX = "CREATE INDEX CONCURRENTLY ix ON users (email);\n"
GOOSE = {
    "db/migrations/001_users.sql": f"-- +goose Up\n{USERS}-- +goose Down\nDROP TABLE users;\n",
    "db/migrations/002_index.sql": f"-- +goose NO TRANSACTION\n-- +goose Up\n{INDEX}",
}


def only(project: Project) -> History:
    (history,) = project.histories
    return history


def chain(history: History) -> list[tuple[str, tuple[str, ...]]]:
    return [(revision.id, revision.definition.parents) for revision in history.ordered]


def test_a_folder_of_goose_is_a_history(linked) -> None:
    project = linked(GOOSE)
    history = only(project)
    assert history.root == "db/migrations"
    assert chain(history) == [("001", ()), ("002", ("001",))]
    assert [head.id for head in history.heads] == ["002"]
    assert {module.role for module in project.modules} == {"migration"}
    assert project.operations == 2
    users = history.timeline.now().table(ObjectName("users"))
    assert users is not None
    assert users.index("ix") is not None


def test_places_are_those_of_the_statements(linked) -> None:
    first, second = only(linked(GOOSE)).ordered
    assert first.steps[0].place.path == "db/migrations/001_users.sql"
    assert (first.steps[0].place.span.line, first.definition.upgrade.span.line) == (2, 2)
    assert first.definition.downgrade.span.line == 4
    assert second.steps[0].place.span.line == 3


def test_a_way_back_that_is_asked_for_and_missing(linked) -> None:
    first, second = only(linked(GOOSE)).ordered
    assert [type(placed.operation).__name__ for placed in first.downgrade.operations] == ["DropTable"]
    assert (second.downgrade, second.definition.downgrade) == (None, None)


def test_an_empty_way_back_does_nothing(linked) -> None:
    files = {"m/migrations/1_x.sql": f"-- migrate:up\n{USERS}-- migrate:down\nSELECT 'nothing';\n"}
    (revision,) = only(linked(files)).ordered
    assert revision.downgrade.empty


def test_who_runs_outside_of_a_transaction(linked) -> None:
    def alone(files) -> list[bool]:
        (history,) = linked(files).histories
        return [
            step.placed.autocommit
            for revision in history.ordered
            for step in revision.steps
            if isinstance(step.operation, CreateIndex)
        ]

    assert alone(GOOSE) == [True]
    assert alone({"a/1_x.sql": f"-- migrate:up\n{INDEX}"}) == [False]
    assert alone({"b/1_x.up.sql": INDEX, "b/1_x.down.sql": "DROP INDEX ix;"}) == [True]
    assert alone({"c/1_x.up.sql": f"SET lock_timeout = '1s';\n{INDEX}"}) == [False]
    assert alone({"d/V1__x.sql": INDEX}) == [True]
    assert alone({"e/1_x.sql": f"-- migrate:up\nCOMMIT;\n{INDEX}BEGIN;\n{INDEX}"}) == [True, False]


def test_files_that_lead_back_belong_to_the_revision(linked) -> None:
    project = linked(
        {
            "db/2_b.up.sql": INDEX,
            "db/2_b.down.sql": "DROP INDEX ix;",
            "db/10_c.up.sql": "SELECT 1;",
            "db/1_a.up.sql": USERS,
            "db/1_a.down.sql": "DROP TABLE users;",
        }
    )
    history = only(project)
    assert chain(history) == [("1", ()), ("2", ("1",)), ("10", ("2",))]
    assert history.ordered[1].downgrade.place.path == "db/2_b.down.sql"
    assert history.ordered[2].definition.downgrade is None
    assert {module.role for module in project.modules} == {"migration"}


def test_tools_that_ask_for_no_way_back(linked) -> None:
    history = only(linked({"supabase/migrations/20240101000000_a.sql": USERS}))
    assert history.ordered[0].downgrade is None
    assert history.ordered[0].definition.downgrade is not None
    assert [str(server) for server in history.target.servers] == ["postgresql"]


def test_flyway_runs_what_is_repeatable_last(linked) -> None:
    history = only(
        linked({"sql/R__view.sql": "CREATE VIEW v AS SELECT 1;", "sql/V1__a.sql": USERS, "sql/V1.1__b.sql": INDEX})
    )
    assert [revision.id for revision in history.ordered] == ["1", "1.1", "R__view"]


def test_two_files_of_one_version(linked) -> None:
    history = only(linked({"sql/V1__a.sql": USERS, "sql/V1__b.sql": INDEX}))
    assert [[revision.id for revision in group] for group in history.duplicates] == [["1", "1"]]


def test_sqitch_goes_by_its_plan(linked) -> None:
    history = only(
        linked(
            {
                "sqitch.plan": "%project=x\nusers 2024\nindex [users] 2024\n",
                "deploy/index.sql": f"BEGIN;\n{INDEX}COMMIT;",
                "deploy/users.sql": USERS,
                "revert/users.sql": "DROP TABLE users;",
                "verify/users.sql": "SELECT 1/0;",
            }
        )
    )
    assert chain(history) == [("users", ()), ("index", ("users",))]
    assert history.ordered[0].downgrade is not None
    assert not history.ordered[1].steps[1].placed.autocommit


def test_yoyo_goes_by_what_depends(linked) -> None:
    history = only(
        linked(
            {
                "m/0001.users.sql": USERS,
                "m/0001.users.rollback.sql": "DROP TABLE users;",
                "m/0002.index.sql": f"-- depends: 0001.users\n-- transactional: false\n{INDEX}",
            }
        )
    )
    assert chain(history) == [("0001.users", ()), ("0002.index", ("0001.users",))]
    assert history.ordered[1].steps[0].placed.autocommit


def test_numbered_files_need_a_folder_of_migrations_and_company(linked) -> None:
    files = {"001_a.sql": USERS, "002_b.sql": INDEX}
    assert chain(only(linked({f"app/migrations/{name}": text for name, text in files.items()}))) == [
        ("001_a", ()),
        ("002_b", ("001_a",)),
    ]
    assert linked({f"scripts/{name}": text for name, text in files.items()}).histories == ()
    assert linked({"other/migrations/001_a.sql": USERS}).histories == ()


def test_a_test_folder_makes_no_history(linked) -> None:
    assert linked({f"tests/{path}": text for path, text in GOOSE.items()}).histories == ()


def test_what_is_not_understood_is_told(linked) -> None:
    project = linked({"m/1_x.sql": "-- migrate:up\nFROBNICATE t;\n"})
    ((place, what, reason),) = project.not_understood
    assert (place.span.line, what, reason) == (2, "a statement", "the statement FROBNICATE T is not read")


def test_columns_know_the_enums_of_the_history(linked) -> None:
    text = "-- migrate:up\nCREATE TYPE mood AS ENUM ('ok');\nCREATE TABLE t (a mood, b mood[]);\n"
    history = only(linked({"m/1_x.sql": text}))
    table = history.timeline.now().table(ObjectName("t"))
    mood = SqlType("enum", enum=ObjectName("mood"), values=("ok",))
    assert [table.column(name).definition.type for name in "ab"] == [mood, SqlType("array", item=mood)]


def test_folders_named_by_numbers_hold_one_history(linked) -> None:
    files = {
        "db/delta/9/02_b.sql": "CREATE TABLE b (id bigserial);",
        "db/delta/9/01_a.sql": "CREATE TABLE a (id bigserial);",
        "db/delta/10/01_c.sql": "CREATE TABLE c (id bigserial);",
    }
    history = only(linked(files))
    assert history.root == "db/delta"
    assert chain(history) == [("9/01_a", ()), ("9/02_b", ("9/01_a",)), ("10/01_c", ("9/02_b",))]


def test_versions_of_flyway_go_on_through_its_folders(linked) -> None:
    files = {
        "db/migration/2.31/V2_31_2__b.sql": "CREATE TABLE b (id bigserial);",
        "db/migration/2.31/V2_31_10__c.sql": "CREATE TABLE c (id bigserial);",
        "db/migration/2.4/V2_4_1__a.sql": "CREATE TABLE a (id bigserial);",
    }
    assert [revision.id for revision in only(linked(files)).ordered] == ["2_4_1", "2_31_2", "2_31_10"]


def test_of_variants_for_several_servers_one_is_read(linked) -> None:
    files = {
        "m/1_a.mysql.up.sql": "CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY);",
        "m/1_a.postgres.up.sql": "CREATE TABLE a (id bigserial);",
        "m/1_a.down.sql": "DROP TABLE a;",
        "m/2_b.up.sql": "CREATE TABLE b (id int);",
        "m/2_b.sqlite3.up.sql": "CREATE TABLE b (id integer);",
        "m/3_c.postgres.autocommit.up.sql": "CREATE INDEX CONCURRENTLY i ON a (id);",
    }
    history = only(linked(files))
    assert [revision.definition.path for revision in history.ordered] == [
        "m/1_a.postgres.up.sql", "m/2_b.up.sql", "m/3_c.postgres.autocommit.up.sql"
    ]  # fmt: skip
    assert [server.dialect for server in history.target.servers] == ["postgresql"]
    assert history.ordered[0].downgrade is not None
    assert next(history.ordered[2].operations).autocommit


def test_servers_that_are_not_understood_have_no_history_here(linked) -> None:
    files = {"clickhouse/migrations/1_a.up.sql": "CREATE TABLE a (id Int64) ENGINE = MergeTree ORDER BY id;"}
    assert linked(files).histories == ()


def test_diesel_and_prisma_sort_texts(linked) -> None:
    diesel = {
        "migrations/20170820180453_a/up.sql": "CREATE TABLE a (id bigserial);",
        "migrations/2018-05-03-150523_b/up.sql": "CREATE TABLE b (id bigserial);",
        "migrations/2026-01-01-000000-0000_c/up.sql": "CREATE TABLE c (id bigserial);",
    }
    ids = [revision.id for revision in only(linked(diesel)).ordered]
    assert ids == ["20170820180453", "20180503150523", "202601010000000000"]
    prisma = {
        "prisma/migrations/20240101000000_b/migration.sql": "CREATE TABLE b (id bigserial);",
        "prisma/migrations/20240101000000_a/migration.sql": "CREATE TABLE a (id bigserial);",
    }
    assert chain(only(linked(prisma))) == [
        ("20240101000000_a", ()), ("20240101000000_b", ("20240101000000_a",))
    ]  # fmt: skip


def test_a_version_that_stands_twice_is_no_cycle(linked) -> None:
    files = {f"m/{name}.up.sql": "CREATE TABLE a (id bigserial);" for name in ("1_a", "2_b", "2_c", "3_d")}
    history = only(linked(files))
    assert [revision.definition.parents for revision in history.revisions] == [
        (), ("1",), ("1",), ("2",)
    ]  # fmt: skip


def test_a_folder_of_pairs_without_any_way_back_asks_for_none(linked) -> None:
    files = {f"m/{name}.up.sql": f"CREATE TABLE {name[2]} (id bigserial);" for name in ("1_a", "2_b")}
    assert all(revision.definition.downgrade is not None for revision in only(linked(files)).ordered)
    one_back = {**files, "m/1_a.down.sql": "DROP TABLE a;"}
    assert only(linked(one_back)).ordered[1].definition.downgrade is None


@pytest.mark.parametrize(
    ("path", "opens"), [("m/V1__a.sql", False), ("m/1_a.up.sql", True), ("supabase/migrations/1_a.sql", True)]
)
def test_begin_opens_a_transaction_where_the_tool_opens_none(linked, path, opens) -> None:
    (revision,) = only(linked({path: "BEGIN; DELETE FROM a; COMMIT;"})).ordered
    assert [placed.autocommit for placed in revision.operations] == [opens, False, False]


def test_diesel_and_prisma_run_a_script_without_a_transaction_too(linked) -> None:
    files = {
        "migrations/2024-01-01-000000_a/up.sql": USERS,
        "migrations/2024-01-02-000000_b/up.sql": INDEX,
        "migrations/2024-01-02-000000_b/metadata.toml": "run_in_transaction = false\n",
    }
    assert [next(revision.operations).autocommit for revision in only(linked(files)).ordered] == [False, True]
    prisma = {
        "prisma/migrations/20240101000000_a/migration.sql": USERS + INDEX,
        "prisma/migrations/20240102000000_b/migration.sql": INDEX,
    }
    assert [next(revision.operations).autocommit for revision in only(linked(prisma)).ordered] == [False, True]
