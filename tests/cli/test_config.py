"""`schemalint config` and `schemalint clean`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
from click.testing import Result

Run = Callable[..., Result]


def test_all_settings_are_listed(run: Run) -> None:
    lines = run("config").stdout.splitlines()
    assert any(line.startswith("select ") for line in lines)
    assert any(line.startswith("target.database ") for line in lines)


def test_a_setting_is_explained(run: Run) -> None:
    text = run("config", "fail-on").stdout
    assert "The lowest severity that makes a run fail" in text
    assert 'default  "error"' in text
    assert 'example  fail-on = "warning"' in text


def test_an_unknown_setting_is_answered_with_a_known_one(run: Run) -> None:
    result = run("config", "selct")
    assert result.exit_code == 2
    assert "did you mean `select`?" in result.stderr


def test_the_schema_is_one_and_accepts_settings(run: Run) -> None:
    schema = json.loads(run("config", "--schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"profile": "enterprise", "database": "postgresql:16"})
    assert not validator.is_valid({"profil": "enterprise"})


def test_clean_deletes_the_cache(run: Run, shop: Path) -> None:
    run("check")
    assert (shop / ".schemalint_cache").is_dir()
    result = run("clean")
    assert result.exit_code == 0
    assert ".schemalint_cache" in result.stdout
    assert not (shop / ".schemalint_cache").exists()
    assert run("clean").stdout == "There is no cache.\n"


def test_clean_deletes_the_cache_that_the_settings_name(run: Run, shop: Path) -> None:
    (shop / "schemalint.toml").write_text('cache-dir = "var/lint"\ndatabase = "postgresql:16"\n')
    run("check")
    assert (shop / "var" / "lint" / "CACHEDIR.TAG").is_file()
    assert run("clean").exit_code == 0
    assert not (shop / "var" / "lint").exists()


def test_clean_leaves_alone_what_is_no_cache(run: Run, shop: Path) -> None:
    (shop / "schemalint.toml").write_text('cache-dir = "migrations"\n')
    run("check")
    result = run("clean")
    assert result.exit_code == 2
    assert "no CACHEDIR.TAG of schemalint" in result.stderr
    assert sorted(path.name for path in (shop / "migrations").iterdir()) == ["env.py", "versions"]


def test_clean_keeps_what_somebody_else_put_into_the_cache(run: Run, shop: Path) -> None:
    run("check")
    (shop / ".schemalint_cache" / "mine.txt").write_text("mine")
    run("clean")
    assert [path.name for path in (shop / ".schemalint_cache").iterdir()] == ["mine.txt"]
