"""The entry: help, what is not a command, and how a run ends that does not end by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from schemalint import __version__

Run = Callable[..., Result]
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_version_is_printed(command: Command) -> None:
    done = command("--version")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, f"schemalint {__version__}", "")


def test_help_names_every_command(run: Run) -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name in ("check", "clean", "config", "init", "rule"):
        assert f"  {name} " in result.stdout


@pytest.mark.parametrize("name", ["check", "clean", "config", "init", "rule"])
def test_help_of_a_command_fits_eighty_columns(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80


@pytest.mark.parametrize(("given", "said"), [("chekc", "did you mean `check`?"), ("src", "`schemalint check src`")])
def test_a_word_that_is_no_command_is_answered_with_one(run: Run, given: str, said: str) -> None:
    result = run(given)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_wrong_flag_is_answered_with_the_right_one(run: Run) -> None:
    result = run("check", "--selct", "ALL")
    assert result.exit_code == 2
    assert "--select" in result.stderr


def test_a_fault_of_schemalint_is_said_and_not_thrown(shop: Path) -> None:
    broken = "import schemalint.engine.run as r; del r.walk; from schemalint.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", broken, "check"], capture_output=True, text=True, cwd=shop, check=False
    )
    assert done.returncode == 2
    assert "This is a fault of schemalint" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")
class TestEndedFromOutside:
    def test_an_interrupted_run_says_so_by_its_exit_code_alone(self, shop: Path) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "schemalint", "check", "-", "--stdin-filename", "app.py"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=shop,
        ) as process:
            time.sleep(1)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=20)
        assert process.returncode == 130
        assert said.strip() == ""

    def test_a_reader_that_goes_away_is_no_error(self, shop: Path) -> None:
        for number in range(200):
            (shop / f"broken_{number}.py").write_text("def f(:\n")
        done = subprocess.run(
            f"{sys.executable} -m schemalint check --output-format concise | head -1",
            shell=True,
            capture_output=True,
            text=True,
            cwd=shop,
            check=False,
        )
        assert len(done.stdout.splitlines()) == 1
        assert done.stderr == ""


def _imported(arguments: list[str], cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "schemalint", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=os.environ,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr[-2000:]
    return done.stderr


def _heavy(said: str) -> set[str]:
    modules = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines()}
    return modules & {"libcst", "sqlglot", "pydantic", "pygls"}


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["rule", "LCK001"], ["rule"], ["rule", "--all"]])
def test_what_only_answers_a_question_loads_no_heavy_library(arguments: list[str], shop: Path) -> None:
    assert _heavy(_imported(arguments, shop)) == set()


@pytest.mark.parametrize("settings", ["pyproject.toml", "schemalint.toml", ""])
def test_a_second_check_loads_no_heavy_library(settings: str, shop: Path) -> None:
    text = (shop / "pyproject.toml").read_text()
    (shop / "pyproject.toml").unlink()
    if settings == "schemalint.toml":
        (shop / settings).write_text(text.partition("[tool.schemalint]")[2])
    elif settings:
        (shop / settings).write_text(text)
    assert "libcst" in _heavy(_imported(["check"], shop))
    assert _heavy(_imported(["check"], shop)) == set()


def test_a_second_check_of_one_file_from_elsewhere_is_as_light(
    shop: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    arguments = ["check", str(shop / "migrations" / "versions" / "002_email.py")]
    _imported(arguments, elsewhere)
    assert _heavy(_imported(arguments, elsewhere)) == set()
