"""What `commit-in-migration` says of the ways to end a transaction, and where it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.diagnostics import Diagnostic
from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree

HEADER = 'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "002"\ndown_revision = None\n\n\n'
BEFORE = 'op.execute("UPDATE users SET team_id = 1")\n'
AFTER = 'op.execute("UPDATE users SET role = 1")\n'
ENV = """
from alembic import context
from app import engine

with engine.connect() as connection:
    context.configure(connection=connection{options})
    with context.begin_transaction():
        context.run_migrations()
"""


def found_in(folder: Path, files: dict[str, str], database: str = "postgresql:16") -> list[Diagnostic]:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    wanted = {"select": ["commit-in-migration"]} | ({"database": [database]} if database else {})
    settings = load(folder, overrides=wanted)
    return list(run(Request(FolderTree(folder), settings, Cache(None))).result.diagnostics)


def alembic(body: str, name: str = "upgrade") -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    other = "downgrade" if name == "upgrade" else "upgrade"
    return f"{HEADER}def {name}():\n{lines}\n\ndef {other}():\n    {BEFORE}"


def in_revision(folder: Path, body: str, database: str = "postgresql:16", **files: str) -> list[Diagnostic]:
    return found_in(folder, {"migrations/versions/002.py": alembic(body), **files}, database)


def test_a_revision_is_reported_once_with_its_other_ends(tmp_path: Path) -> None:
    (found,) = in_revision(tmp_path, f'{BEFORE}op.execute("COMMIT")\n{AFTER}op.execute("COMMIT")\n{AFTER}')
    assert "what ran before it stays and the revision is not recorded" in found.message
    assert [related.place.span.line for related in found.related] == [found.place.span.line + 2]


def test_commit_of_a_connection_tells_that_the_rest_is_lost(tmp_path: Path) -> None:
    (found,) = in_revision(tmp_path, f"{BEFORE}op.get_bind().commit()\n{AFTER}")
    assert "what comes after it is rolled back without an error" in found.message
    assert found.severity.value == "warning"


def test_a_commit_at_the_end_leaves_only_the_record_behind(tmp_path: Path) -> None:
    (by_text,) = in_revision(tmp_path, f'{BEFORE}op.execute("COMMIT")')
    (by_call,) = in_revision(tmp_path, f"{BEFORE}op.get_bind().commit()")
    assert by_text.message.endswith("what ran before it is done for good, and the revision is not recorded yet")
    assert "the record of the revision is rolled back without an error" in by_call.message


def test_a_begin_is_told_of_where_it_opens_nothing(tmp_path: Path) -> None:
    (found,) = in_revision(tmp_path, f'op.execute("BEGIN")\n{BEFORE}op.execute("COMMIT")\nop.execute("BEGIN")\n{AFTER}')
    assert [related.message for related in found.related] == [
        "BEGIN opens no transaction: the revision runs in one already"
    ]


@pytest.mark.parametrize("before", ["", 'op.execute("SET lock_timeout = 1000")\n'])
def test_commit_of_a_connection_before_anything_else_is_info(tmp_path: Path, before: str) -> None:
    (found,) = in_revision(tmp_path, f"{before}op.get_bind().commit()\n{AFTER}")
    assert "what ran before" not in found.message
    assert found.severity.value == "info"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ('op.execute("CREATE INDEX CONCURRENTLY i ON users (email)")', "Put the next statement inside"),
        ("op.execute(\"ALTER TYPE mood ADD VALUE 'sad'\")", "Put the next statement inside"),
        (AFTER, "Leave it out"),
    ],
)
def test_the_help_fits_what_follows(tmp_path: Path, statement: str, told: str) -> None:
    (found,) = in_revision(tmp_path, f'op.execute("COMMIT")\n{statement}')
    assert found.help.startswith(told)
    assert "autocommit_block()" in found.help


def test_it_is_told_which_drivers_refuse_what_commit_makes_way_for(tmp_path: Path) -> None:
    concurrently = 'op.execute("CREATE INDEX CONCURRENTLY i ON users (email)")'
    (by_text,) = in_revision(tmp_path, f'op.execute("COMMIT")\n{concurrently}')
    (by_call,) = in_revision(tmp_path, f"op.get_bind().commit()\n{concurrently}")
    assert any("psycopg 3" in fact for fact in by_text.facts)
    assert any("SQLAlchemy 2" in fact for fact in by_call.facts)


def test_revisions_that_share_a_transaction_are_named(tmp_path: Path) -> None:
    body = f'{BEFORE}op.execute("COMMIT")\n{AFTER}'
    shared = in_revision(tmp_path / "a", body, **{"migrations/env.py": ENV.format(options="")})
    own = in_revision(
        tmp_path / "b", body, **{"migrations/env.py": ENV.format(options=", transaction_per_migration=True")}
    )
    assert any("the revisions before it too" in fact for fact in shared[0].facts)
    assert own[0].facts == ()


@pytest.mark.parametrize(
    "body",
    [
        f'if sa.inspect(op.get_bind()).get_table_names() and op.get_x():\n    op.execute("COMMIT")\n{AFTER}',
        f'op.execute("ROLLBACK")\n{AFTER}',
        f"for row in op.get_bind().execute(sa.select(1)):\n    {BEFORE}    op.get_bind().commit()\n",
        f'{BEFORE}op.execute("SAVEPOINT a")\n{AFTER}op.execute("ROLLBACK TO SAVEPOINT a")',
    ],
    ids=["a condition", "nothing to undo", "a loop over rows", "savepoints"],
)
def test_it_says_nothing_where_it_does_not_know_or_nothing_ends(tmp_path: Path, body: str) -> None:
    assert in_revision(tmp_path, body) == []


def test_downgrades_are_not_judged(tmp_path: Path) -> None:
    text = alembic(f'{BEFORE}op.execute("COMMIT")\n{AFTER}', "downgrade")
    assert found_in(tmp_path, {"migrations/versions/002.py": text}) == []


@pytest.mark.parametrize(("database", "severities"), [("mysql:8", []), ("", ["info"]), ("postgresql", ["warning"])])
def test_it_holds_for_postgresql(tmp_path: Path, database: str, severities: list[str]) -> None:
    found = in_revision(tmp_path, f'{BEFORE}op.execute("COMMIT")\n{AFTER}', database)
    assert [diagnostic.severity.value for diagnostic in found] == severities


TOOLS = {
    "dbmate": ("m/1_a.sql", "-- migrate:up\n{}\n-- migrate:down\nSELECT 1;", "transaction:false"),
    "goose": ("m/1_a.sql", "-- +goose Up\n{}\n-- +goose Down\nSELECT 1;", "NO TRANSACTION"),
    "sql-migrate": ("m/1_a.sql", "-- +migrate Up\n{}\n-- +migrate Down\nSELECT 1;", "notransaction"),
    "flyway": ("m/V1__a.sql", "{}", "executeInTransaction=false"),
    "diesel": ("migrations/2024-01-01-000000_a/up.sql", "{}", "run_in_transaction = false"),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(
    ("script", "message", "severity"),
    [
        ("BEGIN;", "BEGIN opens no transaction", "info"),
        ("BEGIN; DELETE FROM a; COMMIT;", "COMMIT ends the transaction of the upgrade", "warning"),
        ("DELETE FROM a; COMMIT;", "COMMIT ends the transaction of the upgrade", "warning"),
        ("DELETE FROM a; ROLLBACK;", "ROLLBACK undoes what ran before it", "warning"),
        ("SELECT 1; COMMIT;", "COMMIT ends the transaction of the upgrade", "warning"),
        ("SELECT 1; ROLLBACK;", "ROLLBACK ends the transaction of the upgrade", "warning"),
    ],
)
def test_tools_that_open_a_transaction(tmp_path: Path, tool: str, script: str, message: str, severity: str) -> None:
    path, text, marker = TOOLS[tool]
    (found,) = found_in(tmp_path, {path: text.format(script)})
    assert found.message.startswith(message)
    assert found.severity.value == severity
    assert marker in found.help or severity == "info"


def test_flyway_reads_beside_a_script_that_it_runs_without_a_transaction(tmp_path: Path) -> None:
    script = {"m/V1__a.sql": "DELETE FROM a; COMMIT;", "m/V1__a.sql.conf": "executeInTransaction=false\n"}
    assert found_in(tmp_path, script) == []


AT_ONCE = {
    "golang-migrate": "m/1_a.up.sql",
    "prisma": "prisma/migrations/20240101000000_a/migration.sql",
    "supabase": "supabase/migrations/20240101000000_a.sql",
}


@pytest.mark.parametrize("path", AT_ONCE.values(), ids=AT_ONCE)
def test_files_that_are_sent_at_once_bring_their_own_transaction(tmp_path: Path, path: str) -> None:
    own = "BEGIN; DELETE FROM a; COMMIT; BEGIN; DELETE FROM b; COMMIT;"
    assert found_in(tmp_path / "a", {path: own}) == []
    assert found_in(tmp_path / "b", {path: "DELETE FROM a; COMMIT;"}) == []
    (found,) = found_in(tmp_path / "c", {path: "DELETE FROM a; COMMIT; DELETE FROM b;"})
    assert found.message.endswith("when something after it fails, what ran before it stays")


def test_nobody_knows_what_runs_files_that_only_have_numbers(tmp_path: Path) -> None:
    files = {f"migrations/00{number}_a.sql": "DELETE FROM a; COMMIT; DELETE FROM b;" for number in (1, 2)}
    assert found_in(tmp_path, files) == []
