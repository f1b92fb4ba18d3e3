from __future__ import annotations

import re
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from schemalint.settings.describe import describe, descriptions, effective
from schemalint.settings.discovery import gather, load, resolve
from schemalint.settings.models import json_schema
from schemalint.settings.problems import SettingsError
from schemalint.settings.records import Settings

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_every_setting_can_be_written_and_is_described() -> None:
    keys = [each.key for each in descriptions() if "." not in each.key]
    fields = {field.name for field in msgspec.structs.fields(Settings)} - {"root", "sources", "targets"}
    assert set(keys) == {name.replace("_", "-") for name in fields} | {"target"}
    assert all(re.fullmatch(r"[A-Z`].*[.)]", each.description) for each in descriptions())


@pytest.mark.parametrize("key", [each.key for each in descriptions() if "." not in each.key])
def test_examples_and_defaults_are_valid(key: str, tmp_path: Path) -> None:
    (each, *_) = describe(key)
    base = tmp_path / "base.toml"
    base.write_text("", encoding="utf-8")
    example = each.example
    if key == "extend":
        example = 'extend = "base.toml"'
    if key == "required-version":
        example = 'required-version = ">=0"'
    (tmp_path / "schemalint.toml").write_text(f"{example}\n", encoding="utf-8")
    load(tmp_path)
    if each.default:
        (tmp_path / "schemalint.toml").write_text(f"{key} = {each.default}\n", encoding="utf-8")
        assert msgspec.structs.replace(load(tmp_path), sources=()) == Settings(root=tmp_path.as_posix())


def test_a_key_is_described_with_what_is_below_it() -> None:
    assert [each.key for each in describe("target")] == [
        "target",
        "target.name",
        "target.migrations",
        "target.metadata",
        "target.database",
    ]
    assert [each.required for each in describe("target.name")] == [True]
    assert describe("no-such-key") == ()
    (profile,) = describe("profile")
    assert profile.type == '"mvp" | "growth" | "enterprise"'
    assert profile.default == '"growth"'


def test_where_each_value_comes_from(tmp_path: Path) -> None:
    base = tmp_path / "base.toml"
    base.write_text('fail-on = "info"\n[severity]\nx = "info"\n', encoding="utf-8")
    own = tmp_path / "schemalint.toml"
    own.write_text('# ours\nextend = "base.toml"\nselect = ["A"]\n[severity]\ny = "error"\n', encoding="utf-8")
    gathered = gather(tmp_path, explicit=['cache-dir = "x"'], overrides={"select": ["B"]})
    shown = {each.key: (each.value, each.origins) for each in effective(gathered, resolve(gathered))}
    assert shown["fail-on"] == ('"info"', (f"{base}:1",))
    assert shown["severity"] == ('{ x = "info", y = "error" }', (f"{base}:2", f"{own}:4"))
    assert shown["select"] == ('["B"]', (f"{own}:3", "command line"))
    assert shown["profile"] == ('"growth"', ("default",))
    assert shown["cache-dir"][1] == ("--config",)
    assert shown["default-branch"] == ("", ("default",))


class TestJsonSchema:
    def test_it_is_a_schema(self) -> None:
        jsonschema.Draft202012Validator.check_schema(json_schema())

    @pytest.mark.parametrize(
        "text",
        [
            'profile = "mvp"\ndatabase = "sqlite"\nstart-after = ["a"]\n',
            '[[target]]\nname = "a"\n[rules.x]\ny = { z = [1] }\n[layers]\ndomain = ["a"]\n',
            'profile = "strict"\n',
            "unknown = 1\n",
            "[[target]]\n",
            'select = "LCK"\n',
            '[layers]\ndomains = ["a"]\n',
            '[severity]\nx = "off"\n',
            "database = [1]\n",
            "max-file-size = 0\n",
        ],
    )
    def test_it_holds_for_what_loads_and_for_nothing_else(self, text: str, tmp_path: Path) -> None:
        (tmp_path / "schemalint.toml").write_text(text, encoding="utf-8")
        try:
            load(tmp_path)
            loads = True
        except SettingsError:
            loads = False
        assert jsonschema.Draft202012Validator(json_schema()).is_valid(tomllib.loads(text)) is loads
