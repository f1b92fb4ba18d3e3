"""`schemalint init`: settings to begin with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Write = Callable[..., Path]
BARE = b'[project]\r\nname = "shop"\r\ndependencies = ["alembic", "psycopg"]\r\n# \xc3\xa9'


@pytest.fixture
def bare(shop: Path) -> Path:
    """The shop without settings, its pyproject.toml in the line ends of Windows and without one at its end."""
    (shop / "pyproject.toml").write_bytes(BARE)
    return shop


def test_the_table_is_added_to_pyproject_and_nothing_else_changes(run: Run, bare: Path) -> None:
    result = run("init")
    assert result.exit_code == 0, result.output
    after = (bare / "pyproject.toml").read_bytes()
    assert after.startswith(BARE + b"\r\n\r\n#")
    assert b"\n" not in after.replace(b"\r\n", b"")
    assert b"[tool.schemalint]" in after


def test_what_it_writes_is_valid_and_makes_a_clean_start(run: Run, bare: Path) -> None:
    run("init")
    shown = run("check", "--show-settings").stdout
    assert 'start-after = ["002"]' in shown
    assert 'database = ["postgresql"]' in shown
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "1 in released revisions" in result.stdout


def test_a_project_without_pyproject_gets_a_file_of_its_own(run: Run, bare: Path) -> None:
    (bare / "pyproject.toml").unlink()
    (bare / "setup.cfg").write_text("[metadata]\nname = shop\n")
    assert run("init").exit_code == 0
    text = (bare / "schemalint.toml").read_text()
    assert "[tool.schemalint]" not in text
    assert 'start-after = "002"' in text
    assert run("check").exit_code == 0


def test_a_file_of_its_own_may_be_asked_for(run: Run, bare: Path) -> None:
    assert run("init", "--file").exit_code == 0
    assert (bare / "pyproject.toml").read_bytes() == BARE
    assert 'start-after = "002"' in (bare / "schemalint.toml").read_text()


@pytest.mark.parametrize("arguments", [[], ["--file"]])
def test_settings_that_are_there_stay(run: Run, shop: Path, arguments: list[str]) -> None:
    before = (shop / "pyproject.toml").read_bytes()
    result = run("init", *arguments)
    assert result.exit_code == 2
    assert "has settings already" in result.stderr
    assert (shop / "pyproject.toml").read_bytes() == before
    assert not (shop / "schemalint.toml").exists()


def test_print_writes_nothing(run: Run, shop: Path, bare: Path) -> None:
    result = run("init", "--print")
    assert result.exit_code == 0
    assert result.stdout.startswith("#")
    assert 'start-after = "002"' in result.stdout
    assert (bare / "pyproject.toml").read_bytes() == BARE


def test_it_works_from_a_folder_of_the_project(run: Run, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bare / "migrations")
    assert run("init").exit_code == 0
    assert b"[tool.schemalint]" in (bare / "pyproject.toml").read_bytes()


def test_a_broken_pyproject_is_named(run: Run, shop: Path) -> None:
    (shop / "pyproject.toml").write_text("[project\n")
    result = run("init")
    assert result.exit_code == 2
    assert "pyproject.toml:1:" in result.stderr
