"""`schemalint history`, as it is used."""

from __future__ import annotations

import json

from tests.cli.conftest import ENV, FIRST, PLAIN_INDEX, PROJECT, SECOND

MERGED = {
    **PROJECT,
    "migrations/versions/003_other.py": PLAIN_INDEX.replace('"002"', '"003"')
    .replace("ix_users_email", "ix_other")
    .replace("index users.email", "another index"),
    "migrations/versions/004_merge.py": '"""merge"""\nrevision = "004"\ndown_revision = ("002", "003")\n'
    "def upgrade():\n    pass\ndef downgrade():\n    pass\n",
}
DROP = '''\
"""drop email"""
from alembic import op
revision = "003"
down_revision = "002"

def upgrade():
    # schemalint: approve[drop-column] nobody reads it any more
    op.drop_column("users", "email")
    op.get_bind().execute(make_statement())

def downgrade():
    raise NotImplementedError("the texts are gone")
'''


def at(write, monkeypatch, files):
    monkeypatch.chdir(write(files))


def test_the_newest_revision_comes_first_with_what_it_does(shop, run):
    result = run("history")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "migrations: 2 revisions for postgresql:16",
        "heads: 002; bases: 001",
        "2 operations, none not understood",
        "",
        "* 002 (head) index users.email",
        "|    create index ix_users_email",
        "* 001 (base, released) create users",
        "     create table users",
    ]


def test_brief_is_a_line_a_revision(write, monkeypatch, run):
    at(write, monkeypatch, MERGED)
    lines = run("history", "--brief").stdout.splitlines()
    assert lines[4:] == [
        "* 004 (head, merge) merge",
        "|\\",
        "* | 002 index users.email",
        "| * 003 another index",
        "|/",
        "* 001 (base, branch point) create users",
    ]


def test_approvals_and_what_was_not_understood_are_told(write, monkeypatch, run):
    at(write, monkeypatch, {**PROJECT, "migrations/versions/003_drop.py": DROP})
    text = run("history").stdout
    assert "approved: drop-column: nobody reads it any more (" in text
    assert "not understood: " in text
    assert "3 operations, 1 not understood" in text or "4 operations, 1 not understood" in text


def test_json_says_all_of_it(write, monkeypatch, run):
    at(write, monkeypatch, {**PROJECT, "migrations/versions/003_drop.py": DROP})
    (history,) = json.loads(run("history", "--format", "json").stdout)["histories"]
    assert (history["heads"], history["bases"], history["servers"]) == (["003"], ["001"], ["postgresql:16"])
    newest, second, first = history["revisions"]
    assert newest["approvals"][0]["rules"] == ["drop-column"]
    assert newest["downgrade"] == "raises"
    assert newest["not_understood"][0]["path"] == "migrations/versions/003_drop.py"
    assert second["parents"] == ["001"]
    assert first["operations"] == [
        {
            "operation": "create_table",
            "object": "users",
            "guarded": False,
            "conditional": False,
            "path": FIRST,
            "line": 10,
        }
    ]


def test_diagrams(shop, run):
    mermaid = run("history", "--format", "mermaid").stdout
    assert mermaid.startswith("flowchart TD\n")
    assert "h0_001 --> h0_002" in mermaid
    dot = run("history", "--format", "dot").stdout
    assert dot.startswith("digraph history {")
    assert "h0_001 -> h0_002;" in dot


def test_several_histories_are_all_shown_and_one_can_be_chosen(write, monkeypatch, run):
    other = {"other/env.py": ENV, "other/versions/001_users.py": PROJECT[FIRST], "other/versions/002.py": PLAIN_INDEX}
    at(write, monkeypatch, {**PROJECT, **other})
    assert run("history").stdout.count("revisions for") == 2
    assert run("history", "--history", "other").stdout.startswith("other: 2 revisions")
    refused = run("history", "--history", "third")
    assert refused.exit_code == 2
    assert "there is no history `third`; there is `migrations`, `other`" in refused.output


def test_a_project_without_a_history_is_told_so(write, monkeypatch, run):
    at(write, monkeypatch, {"app.py": "x = 1\n"})
    refused = run("history")
    assert refused.exit_code == 2
    assert "there is no migration history here" in refused.output


def test_faults_of_the_graph_are_told(write, monkeypatch, run):
    at(write, monkeypatch, {**PROJECT, SECOND: PLAIN_INDEX.replace('"001"', '"000"')})
    assert "missing: 002 follows on 000, which no file declares" in run("history").stdout
