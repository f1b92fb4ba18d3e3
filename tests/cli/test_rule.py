"""`schemalint rule`: people read it in a terminal, programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def outside_of_any_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", ["non-concurrent-index", "LCK001", "lck001"])
def test_a_rule_is_explained_by_name_or_code(run: Run, name: str) -> None:
    result = run("rule", name)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "LCK001 non-concurrent-index (locking)"
    assert lines[1].startswith("Severity: warning in mvp, error in growth, error in enterprise.")
    assert "Why it hurts" in lines
    assert "    def upgrade():" in lines, "code is indented"
    assert not any(line.startswith(("#", "```")) for line in lines)
    assert all(len(line) <= 80 or line.startswith("    ") or "://" in line for line in lines)


def test_several_rules_follow_on_each_other(run: Run) -> None:
    result = run("rule", "missing-downgrade", "MIG002")
    assert result.stdout.index("MIG001 missing-downgrade") < result.stdout.index("MIG002 empty-downgrade")


def test_headings_are_bold_in_colour(run: Run) -> None:
    assert "\x1b[1mWhy it hurts\x1b[0m" in run("rule", "LCK001", "--color", "always").stdout
    assert "\x1b" not in run("rule", "LCK001", "--color", "never").stdout


def test_without_a_name_all_rules_are_listed_by_category(run: Run) -> None:
    lines = run("rule").stdout.splitlines()
    assert "locking" in lines
    assert lines.index("locking") < lines.index("migrations")
    assert any(line.split() == ["LCK001", "non-concurrent-index", "warning", "error", "error"] for line in lines)


def test_all_rules_are_described_for_programs(run: Run) -> None:
    listed = json.loads(run("rule", "--all", "--output-format", "json").stdout)
    assert {"LCK001", "MIG001", "SYS001"} <= {rule["code"] for rule in listed}
    for rule in listed:
        assert set(rule) == {
            *("code", "name", "category", "summary", "severities", "options"),
            *("judges_change", "supersedes", "page"),
        }
        assert set(rule["severities"]) == {"mvp", "growth", "enterprise"}
        assert rule["page"].startswith(f"# {rule['name']}")
        if rule["options"] is not None:
            jsonschema.Draft202012Validator.check_schema(rule["options"])


def test_one_rule_as_json_is_a_list_too(run: Run) -> None:
    assert [rule["name"] for rule in json.loads(run("rule", "LCK001", "--output-format", "json").stdout)] == [
        "non-concurrent-index"
    ]


def test_an_unknown_rule_is_answered_with_a_known_one(run: Run) -> None:
    result = run("rule", "nonconcurrent-index")
    assert result.exit_code == 2
    assert "did you mean `non-concurrent-index`?" in result.stderr


def test_broken_settings_do_not_keep_a_rule_from_being_explained(run: Run, tmp_path: Path) -> None:
    (tmp_path / "schemalint.toml").write_text("profile = \n")
    assert run("rule", "LCK001").exit_code == 0
    result = run("rule")
    assert result.exit_code == 2
    assert result.stderr.startswith("schemalint.toml:1:")
