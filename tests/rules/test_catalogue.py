"""The catalogue: every rule has a page, every page a rule, and every example holds."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from schemalint.diagnostics import Severity
from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.rules.api import PROFILES, Rule
from schemalint.rules.categories import CATEGORIES
from schemalint.rules.examples import Example, examples_of
from schemalint.rules.pages import SECTIONS, page_path, pages_folder, read_page
from schemalint.rules.registry import load_rules
from schemalint.settings.discovery import load
from schemalint.settings.documents import parse
from schemalint.source.tree import FolderTree

RULES = load_rules()
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}: {example.title}")
    for rule in RULES.values()
    if page_path(rule).exists()
    for example in examples_of(read_page(rule))
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example(rule: Rule, example: Example, tmp_path: Path) -> None:
    """Diagnostics stand on the lines that the page marks, with the severity that it names, and nowhere else."""
    for path, text in example.files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (tmp_path / "schemalint.toml").write_text(example.settings, encoding="utf-8")
    defaults = {"select": [rule.name]}
    if "database" not in example.settings:
        defaults["database"] = ["postgresql:16"]
    settings = load(tmp_path, overrides=defaults | _extended(example))

    outcome = run(Request(tree=FolderTree(tmp_path), settings=settings, cache=Cache(None)))

    expected = [
        (mark.path, mark.line, mark.rule, mark.severity or _own_severity(mark.rule)) for mark in example.expected
    ]
    found = [
        (diagnostic.place.path, diagnostic.place.span.line, diagnostic.name, diagnostic.severity.value)
        for diagnostic in outcome.result.diagnostics
    ]
    assert found == expected
    assert not outcome.result.errors


def _extended(example: Example) -> dict[str, list[str]]:
    """The rules that an example's settings add: `--select` sets those of the file aside."""
    extra = parse("schemalint.toml", example.settings.encode()).table.get("extend-select")
    return {"extend-select": extra} if extra else {}


def _own_severity(name: str) -> str:
    severity = RULES[name].severity("growth")
    assert severity is not None
    return severity.value


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rule_has_a_page_with_every_section(rule: Rule) -> None:
    assert page_path(rule).exists(), f"write {page_path(rule)}"
    page = read_page(rule)
    wanted = [section for section in SECTIONS if section != "Options" or rule.options is not None]
    assert page.name == rule.name
    assert page.summary
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 110
    assert [section for section in page.sections if section != "Options" or rule.options] == wanted
    assert all(page.sections[section] for section in wanted)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rule_has_an_example_that_it_flags_and_one_that_it_leaves_alone(rule: Rule) -> None:
    examples = examples_of(read_page(rule))
    flagged = [mark for example in examples for mark in example.expected if mark.rule == rule.name]
    lines = sum(len(text.splitlines()) for example in examples for text in example.files.values())
    assert flagged or rule.name == "internal-error"
    assert lines > len(flagged)


def test_every_page_has_a_rule() -> None:
    found = (path for path in pages_folder().rglob("*.md") if path.name != "README.md")
    pages = {path.relative_to(pages_folder()).with_suffix("").as_posix() for path in found}
    assert pages == {f"{rule.category}/{rule.name}" for rule in RULES.values()}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_name_states_the_problem(rule: Rule) -> None:
    """A name reads right after "allow": it names what is wrong, never the remedy."""
    first, *_ = rule.name.split("-")
    last = rule.name.split("-")[-1]
    assert first not in {
        "avoid",
        "ban",
        "consider",
        "disallow",
        "do",
        "no",
        "prefer",
        "require",
        "rewrite",
        "use",
        "uses",
    }
    assert last not in {"used", "required", "check"}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_code_belongs_to_the_category(rule: Rule) -> None:
    assert CATEGORIES[rule.code[:3]] == rule.category
    assert f"{rule.check.__module__}.".startswith(f"schemalint.rules.{rule.category}.")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_severity_never_falls_from_a_profile_to_a_stricter_one(rule: Rule) -> None:
    ranks = [-1 if severity is None else severity.rank for severity in (rule.severity(name) for name in PROFILES)]
    assert ranks == sorted(ranks)
    assert any(rank >= Severity.INFO.rank for rank in ranks)


def test_the_index_lists_the_rules_as_they_are() -> None:
    script = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "write_index.py"))
    index = (pages_folder() / "README.md").read_text(encoding="utf-8")
    assert index == script["index"](), "run tools/write_index.py"
