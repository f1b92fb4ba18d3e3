"""The GitHub action: its script run as a runner would run it, on a real project."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ACTION = Path(__file__).resolve().parent.parent / "action.yml"
REVISION = """
from alembic import op

revision = "1"
down_revision = None


def upgrade():
    op.drop_table("users")


def downgrade():
    raise RuntimeError("irreversible")
"""


@pytest.fixture
def run_check(tmp_path: Path):
    """Runs the step that checks, with inputs, in a project with one finding. Gives what a workflow would see of it."""
    project = tmp_path / "project"
    (project / "versions").mkdir(parents=True)
    (project / "versions" / "1.py").write_text(REVISION)
    bin_folder = tmp_path / "schemalint" / "bin"
    bin_folder.mkdir(parents=True)
    entry = bin_folder / "schemalint"
    entry.write_text(f'#!/bin/sh\nexec {sys.executable} -m schemalint "$@"\n')
    entry.chmod(0o755)
    steps = {step["name"]: step for step in yaml.safe_load(ACTION.read_text())["runs"]["steps"]}

    def run(**inputs: str) -> tuple[subprocess.CompletedProcess[str], str, str]:
        given = {"PATHS": "", "ARGS": "", "FOLDER": ".", "SARIF": "schemalint.sarif", "SUMMARY": "true", **inputs}
        environment = {
            **os.environ,
            **{f"INPUT_{name}": value for name, value in given.items()},
            "RUNNER_TEMP": str(tmp_path),
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        }
        (tmp_path / "output").touch()
        (tmp_path / "summary").touch()
        script = ["bash", "-e", "-o", "pipefail", "-c", steps["Check"]["run"]]
        done = subprocess.run(script, cwd=project, env=environment, capture_output=True, text=True, check=False)
        return done, (tmp_path / "output").read_text(), (tmp_path / "summary").read_text()

    return run


def test_findings_are_annotated_summed_up_and_written(run_check, tmp_path: Path) -> None:
    done, output, summary = run_check()
    assert done.returncode == 1
    assert "::error title=" in done.stdout
    assert "file=versions/1.py" in done.stdout
    assert output == "sarif-file=./schemalint.sarif\n"
    assert "unapproved-table-drop" in summary
    assert (tmp_path / "project" / "schemalint.sarif").exists()


def test_inputs_are_arguments_and_never_script(run_check, tmp_path: Path) -> None:
    done, output, summary = run_check(
        ARGS="--fail-on error --ignore MIG008", PATHS="versions/1.py", SARIF="", SUMMARY="no"
    )
    assert done.returncode == 0
    assert (output, summary) == ("", "")
    run_check(ARGS="$(touch pwned); touch pwned")
    assert not (tmp_path / "project" / "pwned").exists()
