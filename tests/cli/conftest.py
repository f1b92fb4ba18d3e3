"""Projects on disk, and two ways to run the command on them: in this process, which is quick, and as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from schemalint.cli.main import cli

Files = Mapping[str, "str | bytes"]
Write = Callable[[Files], Path]
Run = Callable[..., Result]
Command = Callable[..., "subprocess.CompletedProcess[str]"]

SETTINGS = """\
[project]
name = "shop"

[tool.schemalint]
database = "postgresql:16"
"""
ENV = """\
from alembic import context
from sqlalchemy import create_engine

with create_engine("postgresql://localhost/shop").connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
USERS = '''\
"""create users"""
import sqlalchemy as sa
from alembic import op

revision = "001"
down_revision = None


def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.Text))


def downgrade():
    op.drop_table("users")
'''
PLAIN_INDEX = '''\
"""index users.email"""
from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    op.create_index("ix_users_email", "users", ["email"])


def downgrade():
    op.drop_index("ix_users_email", table_name="users")
'''
FIRST = "migrations/versions/001_users.py"
SECOND = "migrations/versions/002_email.py"
PROJECT = {"pyproject.toml": SETTINGS, "migrations/env.py": ENV, FIRST: USERS, SECOND: PLAIN_INDEX}
"""A project with one finding: the index of the second revision, on a table that the first released."""
RELEASED = "start-after = '001'"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files below a folder of the test, and gives the folder."""

    def write_files(files: Files) -> Path:
        for path, content in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write_files


@pytest.fixture
def shop(write: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one error, `non-concurrent-index` in its second revision, as the working folder."""
    root = write(PROJECT | {"pyproject.toml": SETTINGS + RELEASED + "\n"})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def run() -> Run:
    """Runs the command in this process: `run("check", "app")`."""

    def invoke(*arguments: str, **options: object) -> Result:
        return CliRunner().invoke(cli, arguments, prog_name="schemalint", **options)

    return invoke


@pytest.fixture
def command() -> Command:
    """Runs the command in a process of its own, in the working folder: what a user sees."""

    def call(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "schemalint", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            **options,
        )

    return call


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "builds_package: builds and installs the package, for which it needs an index")
