from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]

IDENTITY = ("-c", "user.name=A Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false")


def run_git(folder: Path, *arguments: str) -> str:
    command = ["git", *IDENTITY, "-c", "protocol.file.allow=always", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def no_git_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The tests may themselves run in a hook, and on a machine with any configuration."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path_factory.getbasetemp()))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    """Writes files: `write("a.py", "b/c.sql")`, or `write({"a.py": "content"})`, below `tmp_path`."""

    def write_files(*given: str | dict[str, str], root: Path = tmp_path) -> None:
        for item in given:
            for path, content in item.items() if isinstance(item, dict) else [(item, "")]:
                file = root / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content, encoding="utf-8", newline="")

    return write_files


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """Runs git in `tmp_path`, which becomes a repository with a branch main: `git("add", ".")`."""
    run_git(tmp_path, "init", "--quiet", "--initial-branch=main")

    def run(*arguments: str, folder: Path = tmp_path) -> str:
        return run_git(folder, *arguments)

    return run


@pytest.fixture
def commit(git: Git) -> Callable[..., str]:
    """Commits all that is in the folder and gives the commit's id."""

    def commit_all(message: str = "change", **options: Path) -> str:
        git("add", "--all", **options)
        git("commit", "--quiet", "--allow-empty", "--message", message, **options)
        return git("rev-parse", "HEAD", **options)

    return commit_all
