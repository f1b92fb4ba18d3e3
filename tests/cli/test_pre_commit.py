"""The hooks in a real repository. The package is built and installed for it, which takes half a minute and an index."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
FIRST, SECOND = "migrations/versions/001_users.py", "migrations/versions/002_email.py"
CONCURRENT = '''\
"""index users.email"""
from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix_users_email", "users", ["email"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_users_email", table_name="users", postgresql_concurrently=True)
'''
CONFIG = """\
repos:
- repo: {repository}
  rev: {revision}
  hooks:
  - id: schemalint
  - id: schemalint-project
"""

pytestmark = [
    pytest.mark.builds_package,
    pytest.mark.skipif(not (CHECKOUT / ".git").exists(), reason="pre-commit installs from a repository"),
    pytest.mark.skipif(shutil.which("git") is None or find_spec("pre_commit") is None, reason="pre-commit is missing"),
]

Git = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def git(shop: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Runs git in the shop, as somebody, and in an environment that knows nothing of the one around the tests."""
    for name in [name for name in os.environ if name.startswith("GIT_") or name == "PYTHONPATH"]:
        monkeypatch.delenv(name)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A Tester")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "tester@example.org")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path_factory.mktemp("pre-commit")))

    def call(*arguments: str, cwd: Path = shop) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["git", *arguments], cwd=cwd, capture_output=True, text=True, check=arguments[0] != "commit"
        )

    return call


@pytest.fixture
def hooks(git: Git, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with the files of this checkout as they are now, committed or not, and its revision."""
    copy = tmp_path_factory.mktemp("hooks")
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=CHECKOUT).stdout
    for path in listed.rstrip("\0").split("\0"):
        if (CHECKOUT / path).is_file():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(CHECKOUT / path, copy / path)
    git("init", "--quiet", cwd=copy)
    git("add", "--all", cwd=copy)
    git("commit", "--quiet", "--message", "schemalint as it is", cwd=copy)
    return copy, git("rev-parse", "HEAD", cwd=copy).stdout.strip()


def pre_commit(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_a_commit_is_blocked_until_it_is_safe(git: Git, hooks: tuple[Path, str], shop: Path) -> None:
    repository, revision = hooks
    plain = (shop / SECOND).read_text()
    (shop / SECOND).unlink()
    settings = (shop / "pyproject.toml").read_text()
    (shop / "pyproject.toml").write_text(
        "".join(line for line in settings.splitlines(True) if "start-after" not in line)
    )
    (shop / ".pre-commit-config.yaml").write_text(CONFIG.format(repository=repository, revision=revision))
    git("init", "--quiet", "--initial-branch", "main")
    git("add", "--all")
    git("commit", "--quiet", "--message", "users")
    assert pre_commit("install", cwd=shop).returncode == 0

    (shop / SECOND).write_text(plain)
    git("add", SECOND)
    blocked = git("commit", "--message", "index users.email")
    said = blocked.stdout + blocked.stderr
    assert blocked.returncode == 1, said
    assert "error[non-concurrent-index]" in said
    assert f"--> {SECOND}:9:5" in said

    (shop / SECOND).write_text(CONCURRENT)
    git("add", SECOND)
    passed = git("commit", "--message", "index users.email")
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert git("log", "--oneline").stdout.count("\n") == 2

    whole = pre_commit("run", "schemalint-project", "--hook-stage", "manual", "--verbose", cwd=shop)
    assert whole.returncode == 0, whole.stdout
    assert "All checks passed!" in whole.stdout
    (shop / FIRST).unlink()
    git("add", "--all")
    broken = pre_commit("run", "schemalint-project", "--hook-stage", "manual", cwd=shop)
    assert broken.returncode == 1, "a deleted file is given to no hook, yet the revision after it has lost its parent"
    assert "broken-revision-chain" in broken.stdout
