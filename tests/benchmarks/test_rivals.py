"""The judgement against rivals' cases, on cases made up for it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import rivals
from benchmarks.rivals_concepts import CONCEPTS, DISAGREEMENTS, OUT_OF_SCOPE, Disagreement
from benchmarks.rivals_proofs import Proof, outcome_of
from schemalint.schema.effects.facts import forms
from tests.postgres.server import running

INDEX = "crates/x/tests/specs/safety/requireConcurrentIndexCreation"
SPECS = {
    f"{INDEX}/basic.sql": "-- expect_lint/safety/requireConcurrentIndexCreation\nCREATE INDEX i ON t (c);\n",
    f"{INDEX}/valid.sql": "-- expect_no_diagnostics\nCREATE INDEX CONCURRENTLY i ON t (c);\n",
    "crates/x/tests/specs/safety/preferJsonb/basic.sql": "-- expect_lint/safety/preferJsonb\nSELECT 1;\n",
    "crates/x/src/other.sql": "SELECT 1;\n",
}
NEW = "-- expect_lint/safety/requireConcurrentIndexCreation\nCREATE TABLE t (c int);\nCREATE INDEX i ON t (c);\n"
EXAMPLES = {
    "eugene/examples/E6/bad.sql": "-- 1.sql\ncreate table t(c int);\n-- 2.sql\ncreate index i on t(c);\n",
    "eugene/examples/E6/good.sql": "-- 1.sql\ncreate table t(c int);\n-- 2.sql\ncreate index concurrently i on t(c);\n",
}


def folder_of(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def lines_of(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, list[str]]:
    code = rivals.main([str(argument) for argument in arguments])
    return code, capsys.readouterr().out.splitlines()


def test_cases_of_both_rivals_are_judged_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specs, examples = folder_of(tmp_path / "a", SPECS), folder_of(tmp_path / "b", EXAMPLES)
    code, lines = lines_of(capsys, "--language-server", specs, "--eugene", examples)
    (index,) = (line for line in lines if "requireConcurrentIndexCreation" in line)
    assert index.endswith("4 cases, 4 agree, 0 differ")
    assert "4 cases: 4 judged alike, 0 not" in lines
    assert any(line.strip().startswith("preferJsonb: 1 cases") for line in lines)
    assert code == 0


def test_a_disagreement_without_a_reason_is_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = lines_of(capsys, "--language-server", folder_of(tmp_path, {f"{INDEX}/new.sql": NEW}))
    assert "  requireConcurrentIndexCreation/new: they flag it, we say nothing" in lines
    assert "    open: its statements are create-table, create-index" in lines
    assert code == 1


@pytest.mark.parametrize(
    ("form", "expected"),
    [("create-index", "measured: nobody waits [create-index, measured on"), ("vacuum", "wrong reason: vacuum is none")],
)
def test_a_reason_has_to_name_a_fact_of_the_case(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    expected: str,
) -> None:
    reason = Disagreement("nobody waits", form)
    monkeypatch.setitem(DISAGREEMENTS, "requireConcurrentIndexCreation/new", reason)
    _, lines = lines_of(capsys, "--language-server", folder_of(tmp_path, {f"{INDEX}/new.sql": NEW}))
    assert any(line.strip().startswith(expected) for line in lines)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_bare_repository_is_read_like_a_checkout(tmp_path: Path) -> None:
    source = folder_of(tmp_path / "source", EXAMPLES)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (["init"], ["add", "."], [*identity, "commit", "-m", "one"]):
        subprocess.run(["git", *command], cwd=source, check=True, capture_output=True)
    bare = tmp_path / "bare"
    subprocess.run(["git", "clone", "--bare", source, bare], check=True, capture_output=True)
    assert rivals.sql_files(bare) == rivals.sql_files(source) == EXAMPLES


def test_no_rule_of_theirs_is_mapped_twice_and_every_reason_has_a_fact() -> None:
    mapped = [rule for concept in CONCEPTS for rule in concept.theirs]
    assert len(mapped) == len(set(mapped))
    assert not set(mapped) & set(OUT_OF_SCOPE)
    assert {reason.by for reason in DISAGREEMENTS.values() if isinstance(reason.by, str)} <= forms()


def test_a_server_is_asked_where_no_row_of_facts_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = folder_of(tmp_path, {f"{INDEX}/new.sql": NEW})
    for answer, expected in (
        ("2", "measured: it adds [a server says so]"),
        ("3", "wrong reason: the server answers 2"),
    ):
        reason = Disagreement("it adds", Proof(("SELECT 1 + 1",), answer))
        monkeypatch.setitem(DISAGREEMENTS, "requireConcurrentIndexCreation/new", reason)
        _, lines = lines_of(capsys, "--language-server", files)
        assert f"    {expected}" in lines


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running() as conninfo:
        yield conninfo


PROOFS = {name: reason.by for name, reason in DISAGREEMENTS.items() if isinstance(reason.by, Proof)}


@pytest.mark.parametrize("proof", PROOFS.values(), ids=PROOFS)
def test_the_server_answers_as_the_proof_says(proof: Proof, server: str) -> None:
    assert outcome_of(proof, server) == proof.answer
