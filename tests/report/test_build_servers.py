"""What the formats for build servers do beyond the matrix: their limits, their paths, their clean runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

from schemalint.diagnostics import Applicability, Edit, Fix, Place, Severity, Span
from schemalint.engine.result import Examined, RuleInfo, RunResult, Skipped
from schemalint.report import render

SARIF = json.loads((Path(__file__).parent / "schemas/sarif-2.1.0.json").read_text("utf-8"))


def test_github_counts_what_it_would_drop(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    warnings = [diagnose(severity=Severity.WARNING, span=(line, 1, line, 2)) for line in range(1, 13)]
    errors = [diagnose(span=(line, 1, line, 2)) for line in range(1, 11)]
    lines = render("github", run(*warnings, *errors), context()).splitlines()
    assert [line.split(" ")[0] for line in lines[:20]] == ["::error"] * 10 + ["::warning"] * 10
    assert "line=9," in lines[18]
    assert lines[19].startswith("::warning title=schemalint::3 more warnings: ")
    assert not lines[20].startswith("::")


def test_github_annotates_what_could_not_be_done(run: Callable[..., Any], context: Callable[..., Any]) -> None:
    lines = render("github", run(errors=("no such database: 100%",)), context()).splitlines()
    assert lines[0] == "::error title=schemalint::no such database: 100%25"
    assert lines[1] == "schemalint: The run could not be completed."


@pytest.mark.parametrize(
    ("form", "variable"),
    [("github", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR"), ("azure", "BUILD_SOURCESDIRECTORY")],
)
def test_paths_are_those_of_the_checkout(
    form: str, variable: str, diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    root = context().root / "backend"
    inside = {variable: str(root.parent)}
    outside = {variable: str(root / "elsewhere")}
    result = run(diagnose("a.py"))
    assert "backend/a.py" in render(form, result, context(root=root, environment=inside))
    assert "backend/a.py" not in render(form, result, context(root=root, environment=outside))


def test_gitlab_never_merges_two_entries(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    result = run(diagnose(), diagnose(), diagnose(fingerprint=""), diagnose(fingerprint=""))
    entries = json.loads(render("gitlab", result, context()))
    fingerprints = [entry["fingerprint"] for entry in entries]
    assert fingerprints[0] == diagnose().fingerprint
    assert len(set(fingerprints)) == 4
    assert entries == json.loads(render("gitlab", result, context()))


@pytest.mark.parametrize(("severity", "expected"), [("error", "major"), ("warning", "minor"), ("info", "info")])
def test_gitlab_severities(
    severity: str,
    expected: str,
    diagnose: Callable[..., Any],
    run: Callable[..., Any],
    context: Callable[..., Any],
) -> None:
    (entry,) = json.loads(render("gitlab", run(diagnose(severity=Severity(severity))), context()))
    assert entry["severity"] == expected


def test_azure_has_no_issue_for_advice(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    result = run(diagnose("a;b].py", severity=Severity.INFO), diagnose("a;b].py"), errors=("100% wrong",))
    lines = render("azure", result, context()).splitlines()
    assert lines[0] == "a;b].py:1:1: info MIG001 unapproved-column-drop dropping `users.email` loses its data"
    assert lines[1].startswith("##vso[task.logissue type=error;sourcepath=a%3Bb%5D.py;linenumber=1;columnnumber=1;")
    assert lines[2] == "##vso[task.logissue type=error;]100%AZP25 wrong"


def test_junit_of_a_clean_run_has_a_case_that_passed(run: Callable[..., Any], context: Callable[..., Any]) -> None:
    root = ElementTree.fromstring(render("junit", run(), context()))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "0")
    (case,) = root.iter("testcase")
    assert list(case) == []


def test_junit_of_a_run_that_failed_has_an_error(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    result = run(diagnose("a.py"), diagnose("b.py"), errors=("a rule broke",))
    root = ElementTree.fromstring(render("junit", result, context()))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "2", "1")
    assert [suite.get("name") for suite in root] == ["a.py", "b.py", "schemalint"]
    assert [each.get("message") for each in root.iter("error")] == ["a rule broke"]


def _sarif(result: RunResult, context: Any) -> Any:
    log = json.loads(render("sarif", result, context))
    jsonschema.Draft4Validator(SARIF).validate(log)
    return log["runs"][0]


def test_sarif_describes_the_rules_that_spoke(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    known = {
        code: RuleInfo(
            code=code,
            name="unapproved-column-drop",
            category="migrations",
            summary="A column is dropped without approval.",
            description="d" * 5000,
            help_markdown="# unapproved-column-drop\n",
            severity=Severity.WARNING,
            url="https://example.org/MIG001",
            tags=tuple(f"tag-{number}" for number in range(30)),
        )
        for code in ("MIG001", "MIG002")
    }
    spoken = _sarif(run(diagnose(), diagnose(code="XXX001", name="from-a-plugin")), context(known))
    first, second = spoken["tool"]["driver"]["rules"]
    assert first["id"] == "MIG001"
    assert first["shortDescription"]["text"] == "A column is dropped without approval."
    assert len(first["fullDescription"]["text"]) == 1024
    assert first["help"]["markdown"] == "# unapproved-column-drop\n"
    assert first["defaultConfiguration"]["level"] == "warning"
    assert first["helpUri"] == "https://example.org/MIG001"
    assert first["properties"]["tags"][0] == "migrations"
    assert len(first["properties"]["tags"]) == 20
    assert (second["id"], second["name"]) == ("XXX001", "from-a-plugin")
    assert [each["ruleIndex"] for each in spoken["results"]] == [0, 1]


def test_sarif_tells_of_what_went_wrong(run: Callable[..., Any], context: Callable[..., Any]) -> None:
    assert _sarif(run(), context())["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    examined = Examined(files=1, skipped=(Skipped("my app/big.sql", "larger than 1 MiB"),))
    failed = _sarif(run(errors=("a rule broke",), notes=("undecided",), examined=examined), context())
    (invocation,) = failed["invocations"]
    assert invocation["executionSuccessful"] is False
    notifications = invocation["toolExecutionNotifications"]
    assert [each["level"] for each in notifications] == ["error", "warning", "note"]
    assert notifications[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "my%20app/big.sql"


def test_sarif_levels_fingerprints_and_fixes(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    edits = tuple(Edit(Place(path, Span(1, 1, 1, 1)), "x") for path in ("b.py", "a.py", "b.py"))
    fixed = diagnose(severity=Severity.INFO, fixes=(Fix("Add it", Applicability.UNSAFE, edits),))
    (entry,) = _sarif(run(fixed), context())["results"]
    assert entry["level"] == "note"
    assert entry["partialFingerprints"] == {
        "primaryLocationLineHash": fixed.fingerprint,
        "schemalint/v1": fixed.fingerprint,
    }
    changes = entry["fixes"][0]["artifactChanges"]
    assert [(each["artifactLocation"]["uri"], len(each["replacements"])) for each in changes] == [
        ("a.py", 1),
        ("b.py", 2),
    ]


def test_sarif_keeps_the_severest_of_more_than_github_takes(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    advice, error = diagnose(severity=Severity.INFO), diagnose()
    log = json.loads(render("sarif", run(*[advice] * 25_000, error), context()))["runs"][0]
    assert len(log["results"]) == 25_000
    assert log["results"][0]["level"] == "error"
    assert "left out" in log["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


ACTIONS = {"GITHUB_REPOSITORY": "owner/project", "GITHUB_SHA": "c0ffee"}


def test_markdown_links_to_the_lines_of_the_commit(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    result = run(diagnose("my app/a|b.py", (3, 1, 5, 2), url="https://example.org/MIG001"))
    page = render("markdown", result, context(environment=ACTIONS))
    assert page.startswith("## schemalint: Found 1 error.\n")
    place = r"[my app/a\|b.py:3](https://github.com/owner/project/blob/c0ffee/my%20app/a%7Cb.py#L3-L5)"
    assert f"| error | {place} | [unapproved-column-drop](https://example.org/MIG001) | " in page
    assert "](" not in render("markdown", run(diagnose()), context())


def test_markdown_stays_within_a_step_summary(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    found = [diagnose(code=f"AAA{number:03}", message="<" * 100_000) for number in range(200)]
    errors = ("|" * 100_000,) * 100
    page = render("markdown", run(*found, errors=errors), context(environment=ACTIONS))
    assert len(page.encode()) < 2**20
    assert "|  | 150 more rules | 150 |  |  |" in page
    assert "150 more are left out here." in page


def test_markdown_shows_the_severest_first(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    found = [diagnose(message="advice", severity=Severity.INFO)] * 60
    page = render("markdown", run(*found, diagnose(message="blocks")), context())
    assert page.index("blocks") < page.index("advice")
