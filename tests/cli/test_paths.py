"""What `schemalint check` is given: files, folders, standard input, and what is none of these."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[..., Path]
FIRST, SECOND = "migrations/versions/001_users.py", "migrations/versions/002_email.py"


def paths(result: Result) -> list[str]:
    return [diagnostic["path"] for diagnostic in json.loads(result.stdout)]


def check(run: Run, *arguments: str, **options: object) -> Result:
    return run("check", "--output-format", "json", "--select", "HIS001,LCK001,MIG009,SYS", *arguments, **options)


@pytest.mark.parametrize(
    "given", [".", "migrations", "migrations/", f"./{SECOND}", "migrations/../migrations/versions"]
)
def test_what_is_given_is_reported_on(run: Run, shop: Path, given: str) -> None:
    assert paths(check(run, given)) == [SECOND]


def test_the_whole_project_is_read_for_one_file(run: Run, shop: Path) -> None:
    """That the table is an old one stands in another file than the index."""
    assert paths(check(run, SECOND)) == [SECOND]
    assert paths(check(run, FIRST)) == []


def test_a_finding_is_reported_where_a_related_place_is_given(run: Run, shop: Path) -> None:
    other = "migrations/versions/003_other.py"
    (shop / other).write_text((shop / SECOND).read_text().replace('"002"', '"003"'))
    for given in (SECOND, other):
        heads = [each for each in json.loads(check(run, given).stdout) if each["name"] == "multiple-heads"]
        places = {heads[0]["path"], *(related["path"] for related in heads[0]["related"])}
        assert places == {SECOND, other}


def test_a_missing_path_is_said_and_the_others_are_checked(run: Run, shop: Path) -> None:
    result = check(run, "no/such.py", SECOND)
    assert result.exit_code == 2
    assert "no/such.py: no such file or folder" in result.stderr
    assert paths(result) == [SECOND]


def test_a_missing_path_alone_does_not_mean_everything(run: Run, shop: Path) -> None:
    result = check(run, "no/such.py")
    assert result.exit_code == 2
    assert paths(result) == []


@pytest.fixture
def umbrella(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two projects; the migration of the first has a finding, and the second has none."""
    migration = (
        "from alembic import op\nimport sqlalchemy as sa\nrevision = '1'\ndown_revision = None\n"
        "def upgrade():\n    op.drop_column('users', 'name')\n"
        "def downgrade():\n    op.add_column('users', sa.Column('name', sa.Text))\n"
    )
    root = write(
        {f"one/{FIRST}": migration, "one/pyproject.toml": "", "two/app.py": "x = 1\n", "two/pyproject.toml": ""}
    )
    monkeypatch.chdir(root)
    return root


def test_paths_of_different_projects_are_not_checked_as_one(run: Run, umbrella: Path) -> None:
    """What lies between them may be all of the disk."""
    result = check(run, "two/app.py", "one")
    assert result.exit_code == 2
    assert f"different projects ({umbrella}/one, {umbrella}/two); check them one by one" in result.stderr
    assert sorted(path.name for path in umbrella.iterdir()) == ["one", "two"]
    assert paths(check(run, "one")) == [FIRST]


@pytest.mark.parametrize("mark", ["schemalint.toml", ".git/HEAD"])
def test_unless_something_above_holds_them_together(run: Run, umbrella: Path, write: Write, mark: str) -> None:
    write({mark: ""})
    assert paths(check(run, "two/app.py", "one")) == [f"one/{FIRST}"]


def test_a_link_to_the_project_is_as_good_as_the_project(
    run: Run, shop: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path_factory.mktemp("links") / "shop"
    link.symlink_to(shop, target_is_directory=True)
    monkeypatch.chdir(link.parent)
    assert paths(check(run, "shop")) == [SECOND]


def test_a_file_that_is_no_source_is_skipped(run: Run, shop: Path) -> None:
    result = run("check", "pyproject.toml")
    assert result.exit_code == 0
    assert "Skipped pyproject.toml" in result.stdout


class TestStandardInput:
    def test_it_stands_for_the_file_that_is_named(self, run: Run, shop: Path) -> None:
        text = (shop / SECOND).read_text()
        (shop / SECOND).write_text("")
        result = check(run, "-", "--stdin-filename", SECOND, input=text)
        assert result.exit_code == 1
        assert paths(result) == [SECOND]

    def test_the_file_need_not_exist(self, run: Run, shop: Path) -> None:
        text = (shop / SECOND).read_text()
        (shop / SECOND).unlink()
        assert paths(check(run, "--stdin-filename", SECOND, input=text)) == [SECOND]

    def test_its_source_is_shown(self, run: Run, shop: Path) -> None:
        text = (shop / SECOND).read_text().replace("ix_users_email", "ix_typed_just_now")
        assert "ix_typed_just_now" in run("check", "-", "--stdin-filename", SECOND, input=text).stdout

    def test_it_needs_a_name(self, run: Run, shop: Path) -> None:
        result = check(run, "-", input="x = 1\n")
        assert result.exit_code == 2
        assert "--stdin-filename app/models.py" in result.stderr

    @pytest.mark.parametrize("name", ["", ".", "migrations"])
    def test_its_name_is_that_of_a_file(self, run: Run, shop: Path, name: str) -> None:
        result = check(run, "-", "--stdin-filename", name, input="x = 1\n")
        assert result.exit_code == 2
        assert "is no name of a file" in result.stderr

    def test_it_may_be_excluded(self, run: Run, shop: Path) -> None:
        arguments = ("--stdin-filename", SECOND, "--exclude", "002_*")
        text = (shop / SECOND).read_text()
        assert paths(check(run, *arguments, input=text)) == [SECOND]
        assert paths(check(run, *arguments, "--force-exclude", input=text)) == []

    def test_it_goes_alone(self, run: Run, shop: Path) -> None:
        result = check(run, "-", FIRST, "--stdin-filename", SECOND, input="x = 1\n")
        assert result.exit_code == 2
        assert "leave out the other paths" in result.stderr

    def test_its_settings_are_those_of_its_name(
        self, run: Run, shop: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (shop / SECOND).read_text()
        monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
        result = check(run, "-", "--stdin-filename", os.fspath(shop / SECOND), input=text)
        assert paths(result) == [SECOND]

    def test_bytes_that_are_no_text_are_a_diagnostic(self, run: Run, shop: Path) -> None:
        result = check(run, "-", "--stdin-filename", "app.py", input=b"x = '\xff'\n")
        assert result.exit_code == 1
        assert [each["name"] for each in json.loads(result.stdout)] == ["unreadable-file"]
