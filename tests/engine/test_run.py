"""What a run reports, counts and refuses, on projects on disk."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from schemalint.engine.run import Outcome

HEADER = "import sqlalchemy as sa\nfrom alembic import op\n\n"


def revision(name: str, parent: str | None, upgrade: str, downgrade: str = "raise RuntimeError('irreversible')") -> str:
    return (
        f"{HEADER}revision = {name!r}\ndown_revision = {parent!r}\n\n\n"
        f"def upgrade():\n    {upgrade}\n\n\ndef downgrade():\n    {downgrade}\n"
    )


DROP = "op.drop_column('users', 'email')"
INDEX = "op.create_index('ix_users_email', 'users', ['email'])"


def names(outcome: Outcome) -> list[tuple[str, str]]:
    return [(diagnostic.place.path, diagnostic.name) for diagnostic in outcome.result.diagnostics]


def test_a_clean_project_says_what_was_examined(write, check) -> None:
    write({"versions/001.py": revision("001", None, "op.create_table('users', sa.Column('id', sa.Integer))")})
    result = check().result
    assert result.diagnostics == ()
    assert result.errors == ()
    assert result.examined.files == 1
    assert result.examined.by_role == {"migration": 1}
    assert result.examined.operations == 1


def test_a_project_with_nothing_to_examine_is_an_error(write, check) -> None:
    write({"README.md": "# nothing"})
    (error,) = check().result.errors
    assert "nothing could be examined" in error
    assert check(given=("README.md",)).result.errors == ()


def test_only_what_has_to_do_with_the_given_files_is_reported(write, check) -> None:
    write(
        {
            "versions/001.py": revision("001", None, DROP),
            "versions/002.py": revision("002", "001", INDEX),
            "versions/002b.py": revision("002b", "001", "pass"),
        }
    )
    assert names(check(given=("versions/002.py",))) == [
        ("versions/002.py", "non-concurrent-index"),
        # The other head is where it is reported, and the given file takes part in it.
        ("versions/002b.py", "multiple-heads"),
    ]
    assert [path for path, _ in names(check(given=("versions",)))] == [
        "versions/001.py",
        "versions/002.py",
        "versions/002b.py",
    ]


def test_a_suppression_silences_its_statement_alone(write, check) -> None:
    write(
        {
            "versions/001.py": revision(
                "001",
                None,
                "# schemalint: ignore[unapproved-column-drop] moved to profiles\n    op.drop_column(\n"
                "        'users',\n        'email',\n    )\n    op.drop_column('users', 'name')",
            )
        }
    )
    outcome = check()
    assert [diagnostic.anchor for diagnostic in outcome.result.diagnostics] == ["001:drop_column:users.name"]
    assert outcome.result.suppressed == 1


def test_a_suppression_for_the_file_and_a_glob_silence_everywhere(write, check) -> None:
    text = revision("001", None, DROP)
    write({"versions/001.py": "# schemalint: ignore-file[MIG009] the table is empty\n" + text})
    assert names(check()) == []
    write({"versions/001.py": text})
    assert names(check(per_file_ignores={"versions/*": ["MIG009"]})) == []


@pytest.mark.parametrize(("profile", "expected"), [("mvp", "warning"), ("growth", "error"), ("enterprise", "error")])
def test_the_profile_sets_the_severity(write, check, profile: str, expected: str) -> None:
    write({"versions/001.py": revision("001", None, INDEX)})
    (diagnostic,) = check(profile=profile).result.diagnostics
    assert diagnostic.severity.value == expected


def test_an_undecided_database_makes_a_note(write, check) -> None:
    write({"versions/001.py": revision("001", None, INDEX)})
    outcome = check(database=None)
    (diagnostic,) = outcome.result.diagnostics
    assert diagnostic.severity.value == "info"
    assert any("database" in note for note in outcome.result.notes)


def test_no_error_fires_on_an_operation_under_an_unresolved_condition(write, check) -> None:
    write({"versions/001.py": revision("001", None, "if op.get_context().opts['x']:\n        " + DROP)})
    assert names(check()) == []


def test_a_table_made_by_the_revision_is_not_in_use(write, check) -> None:
    made = "op.create_table('users', sa.Column('id', sa.Integer), sa.Column('email', sa.Text))"
    write({"versions/001.py": revision("001", None, f"{made}\n    {INDEX}\n    {DROP}", "op.drop_table('users')")})
    assert names(check()) == []


def test_fingerprints_survive_lines_that_move_and_differ_for_the_same_finding_twice(write, check) -> None:
    write({"versions/001.py": revision("001", None, f"{INDEX}\n    {INDEX}")})
    before = [diagnostic.fingerprint for diagnostic in check().result.diagnostics]
    write({"versions/001.py": "# a new line\n\n" + revision("001", None, f"{INDEX}\n    {INDEX}")})
    after = [diagnostic.fingerprint for diagnostic in check().result.diagnostics]
    assert before == after
    assert len(set(before)) == 2


def test_revisions_up_to_start_after_are_counted_and_shown_on_demand(write, check) -> None:
    write({"versions/001.py": revision("001", None, DROP), "versions/002.py": revision("002", "001", INDEX)})
    outcome = check(start_after=["001"])
    assert names(outcome) == [("versions/002.py", "non-concurrent-index")]
    assert outcome.result.released == 1
    assert len(check(start_after=["001"], show_released=True).result.diagnostics) == 2


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_revisions_on_the_default_branch_are_released(write, check, tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-b", "main")
    write({"versions/001.py": revision("001", None, "op.create_table('users', sa.Column('id', sa.Integer))", DROP)})
    git("add", ".")
    git("commit", "-m", "one")
    git("switch", "-c", "feature")
    create = "op.create_table('teams', sa.Column('id', sa.Integer))"
    index = "op.create_index('ix_teams_id', 'teams', ['id'])"
    write(
        {
            "versions/002.py": revision("002", "001", f"{INDEX}\n    {create}"),
            "versions/003.py": revision("003", "002", index),
        }
    )
    git("add", ".")
    git("commit", "-m", "two")
    outcome = check()
    # `teams` is made by a revision that is deployed together with the one that indexes it.
    assert names(outcome) == [("versions/002.py", "non-concurrent-index")]


def test_one_wrong_file_costs_nothing_else(write, check, tmp_path: Path) -> None:
    write(
        {
            "versions/001.py": revision("001", None, INDEX),
            "broken.py": "def f(:\n",
            "latin.py": "# \udce9\n",
            "empty.py": "",
            "binary.py": "\x00\x01\x02",
            "latin.sql": "-- \udce9\n",
            "large.py": "x = 1\n" * 300_000,
            "deep.py": "x = " + "(" * 5_000 + ")" * 5_000 + "\n",
            "a.py": "from b import *\n",
            "b.py": "from a import *\n",
        }
    )
    outcome = check()
    assert names(outcome) == [
        ("binary.py", "unreadable-file"),
        ("broken.py", "syntax-error"),
        ("deep.py", "syntax-error"),
        ("large.py", "unreadable-file"),
        ("latin.py", "unreadable-file"),
        ("latin.sql", "unreadable-file"),
        ("versions/001.py", "non-concurrent-index"),
    ]
    assert outcome.result.errors == ()


def test_the_same_again_comes_from_the_cache(write, check, tmp_path: Path) -> None:
    write({"versions/001.py": revision("001", None, INDEX), "app.py": "x = 1\n"})
    folder = tmp_path / "cache"
    first, second = check(cache=folder), check(cache=folder)
    assert (first.result.examined.cached, second.result.examined.cached) == (0, 2)
    assert first.result.diagnostics == second.result.diagnostics
    write({"app.py": "x = 2\n"})
    assert check(cache=folder).result.examined.cached == 1


@pytest.mark.parametrize("damage", ["not a database", ""])
def test_a_damaged_cache_costs_only_time(write, check, tmp_path: Path, damage: str) -> None:
    write({"versions/001.py": revision("001", None, INDEX)})
    folder = tmp_path / "cache"
    check(cache=folder)
    for file in folder.glob("cache.sqlite*"):
        file.write_text(damage * 1000)
    assert names(check(cache=folder)) == [("versions/001.py", "non-concurrent-index")]


def test_a_cache_that_cannot_be_written_is_done_without(write, check, tmp_path: Path) -> None:
    write({"versions/001.py": revision("001", None, INDEX), "occupied": "a file where the folder would be"})
    assert names(check(cache=tmp_path / "occupied")) == [("versions/001.py", "non-concurrent-index")]
