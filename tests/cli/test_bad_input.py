"""Bad input: a clear message or diagnostic, the rest still checked, the right exit code, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Command = Callable[..., "subprocess.CompletedProcess[str]"]
SECOND = "migrations/versions/002_email.py"


@pytest.fixture
def permissions_count(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips the test for who may read and write everything, such as root."""
    locked = tmp_path_factory.mktemp("locked") / "file"
    locked.touch(mode=0)
    if os.access(locked, os.R_OK):
        pytest.skip("permissions do not count here")


@pytest.mark.parametrize(
    ("name", "content", "rule", "said"),
    [
        pytest.param("bad.py", b"def f(:\n", "syntax-error", "bad.py was not examined", id="syntax"),
        pytest.param("bad.py", b"x = '\xff'\n", "unreadable-file", "is not valid utf-8", id="encoding"),
        pytest.param("bad.py", b"# coding: klingon\nx = 1\n", "unreadable-file", "klingon", id="unknown encoding"),
        pytest.param("bad.py", b"x = 1\n\0\0\0", "unreadable-file", "binary", id="binary"),
        pytest.param("bad.sql", b"SELECT 1;\n" * 200_000, "unreadable-file", "max-file-size", id="enormous SQL"),
        pytest.param("bad.py", b"x = 1\n" * 400_000, "unreadable-file", "max-file-size", id="enormous"),
        pytest.param("bad.py", b"x = " + b"(" * 5000 + b")" * 5000, "syntax-error", "bad.py", id="nested deeply"),
    ],
)
def test_a_file_that_cannot_be_examined_costs_only_itself(
    run: Run, shop: Path, name: str, content: bytes, rule: str, said: str
) -> None:
    (shop / name).write_bytes(content)
    result = run("check", "--output-format", "json")
    found = {each["name"]: each for each in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert found[rule]["path"] == name
    assert said in found[rule]["message"]
    assert found[rule]["help"]
    assert "non-concurrent-index" in found


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b"# nothing\n", b"\f\n"])
def test_a_file_without_content_is_no_finding(run: Run, shop: Path, content: bytes) -> None:
    (shop / "empty.py").write_bytes(content)
    assert [each["name"] for each in json.loads(run("check", "--output-format", "json").stdout)] == [
        "non-concurrent-index"
    ]


def test_imports_that_run_in_a_circle_are_no_matter(run: Run, shop: Path) -> None:
    (shop / "one.py").write_text("from two import *\nfrom two import x\nclass A(B): pass\n")
    (shop / "two.py").write_text("from one import *\nfrom one import x\nclass B(A): pass\n")
    result = run("check")
    assert result.exit_code == 1
    assert "Found 1 error." in result.stdout


@pytest.mark.usefixtures("permissions_count")
def test_a_file_without_permission_costs_only_itself(run: Run, shop: Path) -> None:
    (shop / "secret.py").write_text("x = 1\n")
    (shop / "secret.py").chmod(0)
    found = {each["name"]: each for each in json.loads(run("check", "--output-format", "json").stdout)}
    assert "cannot be read" in found["unreadable-file"]["message"]
    assert "non-concurrent-index" in found


@pytest.mark.usefixtures("permissions_count")
def test_a_folder_without_permission_is_said(run: Run, shop: Path) -> None:
    (shop / "secret").mkdir(mode=0)
    result = run("check", "-q")
    (shop / "secret").chmod(0o755)
    assert result.exit_code == 2
    assert "secret cannot be read" in result.stderr
    assert "non-concurrent-index" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        pytest.param([], "profile = \n", ["schemalint.toml:1:", "not valid TOML"], id="no TOML"),
        pytest.param([], b"x = '\xff'\n", ["schemalint.toml:1:", "save the file as UTF-8"], id="no UTF-8"),
        pytest.param([], "\nselct = []\n", ["schemalint.toml:2:1", "did you mean `select`?"], id="unknown key"),
        pytest.param([], "fail-on = 'eror'\n", ["schemalint.toml:1:", "did you mean `error`?"], id="unknown word"),
        pytest.param([], "ignore = ['LKC001']\n", ["schemalint.toml:1:", "LKC001"], id="unknown rule"),
        pytest.param([], "extend = 'no.toml'\n", ["schemalint.toml:1:", "no.toml"], id="extends nothing"),
        pytest.param([], "plugins = ['nothing']\n", ["plugin 'nothing' is not installed"], id="no plugin"),
        pytest.param([], "required-version = '>=99'\n", ["pip install"], id="another version"),
        pytest.param([], "output-format = 'sarfi'\n", ["did you mean `sarif`?"], id="unknown format"),
        pytest.param(["--config", "no.toml"], "", ["there is no file `no.toml`"], id="no such file"),
        pytest.param(["--config", "profile = 'growht'"], "", ["did you mean `growth`?"], id="wrong setting"),
        pytest.param(["--config", "a.toml", "--isolated"], "", ["--isolated"], id="contradiction"),
        pytest.param(["--select", "nope"], "", ["unknown rule or category `nope`"], id="unknown in --select"),
        pytest.param(["--exclude", "["], "", ["["], id="no glob"),
    ],
)
def test_settings_that_cannot_be_used_are_said_with_place_and_remedy(
    run: Run, shop: Path, arguments: list[str], settings: str | bytes, said: list[str]
) -> None:
    (shop / "schemalint.toml").write_bytes(settings if isinstance(settings, bytes) else settings.encode())
    result = run("check", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    for text in said:
        assert text in result.stderr


@pytest.mark.usefixtures("permissions_count")
def test_a_report_that_cannot_be_written_is_said_and_the_others_are(run: Run, shop: Path) -> None:
    (shop / "locked").mkdir(mode=0o555)
    result = run("check", "--output-format", "json=locked/a.json", "--output-format", "concise")
    assert result.exit_code == 2
    assert "cannot write" in result.stderr
    assert "Permission denied" in result.stderr
    assert result.stdout.startswith(SECOND)


def test_a_report_is_not_written_over_a_folder(run: Run, shop: Path) -> None:
    (shop / "out").mkdir()
    result = run("check", "--output-format", "json=out")
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


@pytest.mark.usefixtures("permissions_count")
def test_a_project_that_cannot_be_written_to_is_checked_without_a_cache(run: Run, shop: Path) -> None:
    shop.chmod(0o555)
    result = run("check")
    shop.chmod(0o755)
    assert result.exit_code == 1
    assert "Found 1 error." in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_is_said(command: Command, shop: Path) -> None:
    Path(os.fsdecode(os.fsencode(shop) + b"/bad\xff.py")).write_text("x = 1\n")
    done = command("check", cwd=shop)
    assert done.returncode == 1
    assert "not valid UTF-8" in done.stdout
    done = command("check", os.fsdecode(b"nothing\xff.py"), cwd=shop)
    assert done.returncode == 2
    assert "no such file or folder" in done.stdout


def test_a_terminal_that_lacks_letters_gets_the_report_all_the_same(command: Command, shop: Path) -> None:
    text = (shop / SECOND).read_text()
    (shop / SECOND).write_text(text.replace("ix_users_email", "ix_é"), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "schemalint", "check"], capture_output=True, cwd=shop, env=environment, check=False
    )
    assert done.returncode == 1
    assert b"ix_?" in done.stdout
    assert done.stderr == b""


def test_no_bad_input_ends_in_a_traceback(command: Command, shop: Path) -> None:
    (shop / "bad.py").write_bytes(b"\xff\0(")
    (shop / "worse.sql").write_bytes(b"'$$--/*")
    for arguments in (["check"], ["check", "nowhere"], ["check", "--config", "x"], ["rule", "x"], ["config", "x"]):
        done = command(*arguments, cwd=shop)
        assert "Traceback" not in done.stderr + done.stdout
        assert done.returncode in (1, 2)
