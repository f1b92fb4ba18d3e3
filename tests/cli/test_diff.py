"""`schemalint diff`, as it is used."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.conftest import FIRST, PROJECT, SECOND, USERS
from tests.cli.test_schema import MODELS


@pytest.fixture
def project(write, monkeypatch):
    root = write({**PROJECT, "shop/models.py": MODELS})
    monkeypatch.chdir(root)
    return root


def test_history_and_models(project, run):
    result = run("diff", "history", "models")
    assert result.exit_code == 0
    assert result.stdout == (
        "--- history\n+++ models\n"
        "+ column users.name: name TEXT\n"
        "- index users.ix_users_email: CREATE INDEX ix_users_email ON users (email)\n"
    )


def test_two_revisions(project, run):
    assert run("diff", "base", "002").stdout.splitlines()[2:] == [
        "+ index users.ix_users_email: CREATE INDEX ix_users_email ON users (email)"
    ]


def test_what_differs_is_shown_on_both_sides(project, run):
    (project / "shop/models.py").write_text(
        MODELS.replace("email = Column(Text)", "email = Column(Text, nullable=False)")
    )
    assert "~ column users.email: nullable yes -> no" in run("diff", "history", "models").stdout


def test_json(project, run):
    found = json.loads(run("diff", "history", "models", "--format", "json").stdout)
    assert (found["left"], found["right"]) == ("history", "models")
    assert found["differences"][0] == {
        "kind": "column",
        "object": "users.name",
        "aspect": "extra",
        "left": None,
        "right": "name TEXT",
    }


def test_the_exit_code_tells_of_differences_on_demand(project, run):
    assert run("diff", "history", "models", "--exit-code").exit_code == 1
    assert run("diff", "history", "history", "--exit-code").exit_code == 0
    assert "no difference between history and history" in run("diff", "history", "history").stdout


def test_a_git_ref_is_the_history_as_it_is_there(project, run):
    def git(*arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        subprocess.run(["git", *identity, *arguments], cwd=project, check=True, capture_output=True)

    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "first")
    (project / SECOND).unlink()
    (project / FIRST).write_text(USERS.replace('sa.Column("email", sa.Text)', 'sa.Column("mail", sa.Text)'))
    lines = run("diff", "main", "history").stdout.splitlines()[2:]
    assert lines == [
        "- column users.email: email TEXT",
        "+ column users.mail: mail TEXT",
        "- index users.ix_users_email: CREATE INDEX ix_users_email ON users (email)",
    ]
    assert "+ column users.name" in run("diff", "main", "main:models").stdout


def test_an_operand_that_is_nothing_is_refused(project, run):
    refused = run("diff", "history", "nothing")
    assert refused.exit_code == 2
    assert "`nothing` is no revision and no git ref: there is no revision `nothing`" in refused.output
