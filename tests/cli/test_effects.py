"""`schemalint effects`, as it is used."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.conftest import FIRST, PROJECT, SECOND

REQUIRED = '''\
"""require email"""
from alembic import op
revision = "003"
down_revision = "002"

def upgrade():
    op.alter_column("users", "email", nullable=False)
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))
    op.create_index("ix_notes", "notes", ["id"])
    op.execute("SELECT frobnicate(1); FROBNICATE users")

def downgrade():
    raise NotImplementedError
'''.replace("from alembic", "import sqlalchemy as sa\nfrom alembic")


def test_what_is_not_released_is_shown(shop, run):
    result = run("effects")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "002 index users.email (migrations/versions/002_email.py), on postgresql:16",
        "there is a way back",
        "",
        "create index ix_users_email (line 9)",
        "    locks users in SHARE: writes wait",
        "    builds an index of users: takes as long as that is large",
        "    in transaction 1",
        "    source: measured on PostgreSQL 16",
    ]


def test_a_revision_by_name_tells_of_new_tables_held_locks_and_what_is_not_known(shop, write, run):
    write({"migrations/versions/003_required.py": REQUIRED})
    result = run("effects", "003")
    assert result.exit_code == 0
    assert "the way back only raises" in result.stdout
    assert "    locks users in ACCESS EXCLUSIVE: reads and writes wait" in result.stdout
    assert "    reads all rows of users: takes as long as that is large" in result.stdout
    assert "    meanwhile ACCESS EXCLUSIVE on users is held: reads and writes wait" in result.stdout
    assert "    locks only tables that the revision makes" in result.stdout
    assert "    what it does to the server is not known" in result.stdout
    assert "2 of 5 operations are not understood" in result.stderr


CLEARED = '''\
"""clear"""
from alembic import op
import sqlalchemy as sa
revision = "003"
down_revision = "002"

def upgrade():
    op.add_column("users", sa.Column("name", sa.String()))
    op.add_column("teams", sa.Column("name", sa.String()))
    op.execute("DELETE FROM users WHERE email IS NULL")
    op.alter_column("users", "email", type_=sa.String(64), nullable=False, server_default=None)

def downgrade():
    op.alter_column("users", "email", type_=sa.String(), nullable=True)
'''


def test_the_card_says_what_changes_what_is_held_and_what_is_lost(shop, write, run):
    write({"migrations/versions/003_clear.py": CLEARED})
    text = run("effects", "003").stdout
    assert "\nthere is a way back, but not for the values that are dropped or deleted\n" in text
    assert "\ndelete from users (line 10)\n" in text
    assert "\nalter column users.email: type VARCHAR(64), not null, no default (line 11)\n" in text
    assert "    meanwhile ACCESS EXCLUSIVE on users, teams is held: reads and writes wait\n" in text


def test_json_holds_the_same(shop, run):
    (revision,) = json.loads(run("effects", "head", "--format", "json").stdout)["revisions"]
    (operation,) = revision["operations"]
    assert (revision["id"], revision["server"], revision["downgrade"]) == ("002", "postgresql:16", "operations")
    assert operation["locks"] == [{"table": "users", "mode": "SHARE", "role": "subject", "blocks": "writes"}]
    assert (operation["builds"], operation["rewrites"], operation["understood"]) == (["users"], [], True)


def test_markdown_is_a_table(shop, run):
    lines = run("effects", "--format", "markdown").stdout.splitlines()
    assert lines[0] == "### 002 index users.email"
    assert lines[-1] == (
        "| 9 | create index ix_users_email | SHARE on `users` | writes of `users` | builds an index of `users` | 1 |"
    )


def test_another_server_is_asked_for(shop, run):
    assert "documented for MySQL 8" in run("effects", "--database", "mysql:8").stdout
    wrong = run("effects", "--database", "postgresql:99")
    assert wrong.exit_code == 2
    assert "99" in wrong.output
    unknown = run("effects", "--database", "oracle:19")
    assert unknown.exit_code == 0
    assert "what it does to the server is not known" in unknown.stdout


def test_sql_from_standard_input_runs_after_the_history(shop, run):
    sql = "BEGIN; ALTER TABLE users ADD COLUMN age int; UPDATE users SET age = 0; COMMIT; DROP INDEX ix_users_email;"
    text = run("effects", "-", input=sql).stdout
    assert text.startswith("SQL (standard input), on postgresql:16\n")
    assert "drop index ix_users_email (line 1)\n    locks users in ACCESS EXCLUSIVE" in text
    assert "meanwhile ACCESS EXCLUSIVE on users is held" in text
    assert text.count("runs outside of a transaction") == 1


def test_sql_is_read_where_there_is_no_project(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    result = run("effects", "-", "--single-transaction", input="CREATE INDEX CONCURRENTLY ix ON users (email)")
    assert result.exit_code == 0
    assert "in transaction 1, where the server refuses it" in result.stdout
    assert "measured on PostgreSQL 12 to 18" in result.stdout


@pytest.mark.parametrize("arguments", [("nothing",), ("-", "002"), ("--diff-base", "main", "002")])
def test_what_cannot_be_shown_is_said(shop, run, arguments):
    result = run("effects", *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_the_revisions_since_a_branch(write, monkeypatch, run):
    def git(*arguments: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True)

    root = write({path: text for path, text in PROJECT.items() if path != SECOND})
    monkeypatch.chdir(root)
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "first")
    git("tag", "v1")
    write({SECOND: PROJECT[SECOND]})
    git("add", ".")
    git("commit", "-m", "second")

    assert run("effects", "--diff-base", "v1").stdout.startswith("002 ")
    nothing = run("effects", "--diff-base", "main")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "every revision is released" in nothing.stderr
    wrong = run("effects", "--diff-base", "gone")
    assert wrong.exit_code == 2
    assert "gone" in wrong.output
    assert run("effects", "001").stdout.startswith(f"001 create users ({FIRST})")
