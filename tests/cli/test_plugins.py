"""Rules of a plugin, and one that breaks: the rest is reported, the exit code tells, and -v shows where it broke."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]

PLUGIN = '''\
from schemalint.project.subjects import Revision
from schemalint.rules.api import Options, Registry, rule

REGISTRY = Registry()


class Limits(Options):
    most: int = 7


@rule("ACM001", "acme-trouble", "W/W/W", registry=REGISTRY)
def acme_trouble(revision: Revision, limits: Limits):
    """Acme knows what is wrong here."""
    yield from {}["missing"]
'''


@pytest.fixture
def plugin(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, shop: Path) -> None:
    """A plugin as pip would install it, named in the settings of the shop."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "acme.py").write_text(PLUGIN)
    information = folder / "acme_rules-1.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[schemalint.rules]\nacme = acme:REGISTRY\n")
    monkeypatch.syspath_prepend(str(folder))
    with (shop / "pyproject.toml").open("a") as file:
        file.write("plugins = ['acme']\n")


@pytest.mark.usefixtures("plugin")
def test_a_rule_that_breaks_costs_only_its_own_findings(command: Command, shop: Path) -> None:
    done = command("check", "--output-format", "json", cwd=shop)
    assert done.returncode == 2
    names = [each["name"] for each in json.loads(done.stdout)]
    assert "non-concurrent-index" in names
    assert "internal-error" in names
    assert "schemalint failed while applying acme-trouble: KeyError: 'missing'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("plugin")
def test_verbose_shows_where_it_broke(command: Command, shop: Path) -> None:
    assert 'yield from {}["missing"]' in command("check", "-v", cwd=shop).stderr


@pytest.mark.usefixtures("plugin")
def test_its_rules_are_explained_with_their_options(command: Command, shop: Path) -> None:
    text = command("rule", "ACM001", cwd=shop).stdout
    assert "Acme knows what is wrong here." in text
    assert "[tool.schemalint.rules.acme-trouble]" in text
    assert "most  (whole number, default 7)" in text
    assert "acme-trouble" in command("rule", cwd=shop).stdout


@pytest.mark.usefixtures("plugin")
def test_an_option_of_the_wrong_type_is_named(command: Command, shop: Path) -> None:
    with (shop / "pyproject.toml").open("a") as file:
        file.write("[tool.schemalint.rules.ACM001]\nmost = 'many'\n")
    done = command("check", cwd=shop)
    assert done.returncode == 2
    assert "rules.acme-trouble" in done.stderr
    assert "`schemalint rule acme-trouble` lists its options" in done.stderr
