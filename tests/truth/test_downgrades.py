"""Downgrades leave in the replayed schema what they leave in PostgreSQL."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from schemalint.engine.cache import Cache
from schemalint.engine.loading import load
from schemalint.project.attempts import Attempts
from schemalint.project.replay import Reading, reader, take_back
from schemalint.project.subjects import History, Project
from schemalint.schema.timeline import Timeline
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree
from schemalint.views.schema import schema_as_sql

psycopg = pytest.importorskip("psycopg")
alembic = pytest.importorskip("alembic")

from alembic import command  # noqa: E402 (after the check that it is there)
from alembic.config import Config  # noqa: E402

from tests.postgres.conftest import postgres as postgres  # noqa: E402
from tools.history_catalogue import of_postgresql  # noqa: E402
from tools.history_databases import database, loaded  # noqa: E402

ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
HEAD = """\
import sqlalchemy as sa
from alembic import op

revision = "{}"
down_revision = {}
"""
USERS = """
def upgrade():
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.Enum("new", "old", name="user_state"), nullable=False),
        sa.Column("email", sa.String(80), unique=True),
    )
    op.create_index("ix_users_state", "users", ["state"])


def downgrade():
    op.drop_index("ix_users_state")
    op.drop_table("users")
"""
POSTS = """
def upgrade():
    op.create_table(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("title", sa.String(20)),
    )
    op.alter_column("users", "email", type_=sa.Text, nullable=False)


def downgrade():
    inspector = sa.inspect(op.get_bind())
    if inspector.has_table("posts"):
        op.drop_table("posts")
    op.alter_column("users", "email", type_=sa.String(80))
"""
LOG = """
def upgrade():
    op.create_table("log", sa.Column("id", sa.BigInteger, primary_key=True))
    op.drop_column("posts", "title")


def downgrade():
    op.add_column("posts", sa.Column("title", sa.Text))
"""
REVISIONS = {"001": (USERS, "None"), "002": (POSTS, "'001'"), "003": (LOG, "'002'")}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(ENV)
    for name, (body, parent) in REVISIONS.items():
        (versions / f"{name}.py").write_text(HEAD.format(name, parent) + body)
    made = Config()
    made.set_main_option("script_location", str(versions.parent))
    return made


def read(folder: Path) -> tuple[Project, History]:
    with closing(FolderTree(folder)) as tree:
        project = load(tree, Settings(root=str(folder), database=("postgresql",)), Cache(None)).project
    return project, project.histories[0]


@pytest.mark.parametrize("taken", [1, 2, 3])
def test_what_downgrades_leave(postgres: str, tmp_path: Path, config: Config, taken: int) -> None:
    project, history = read(tmp_path)
    assert project.code is not None
    timeline = Timeline()
    for revision in history.ordered:
        for step in revision.steps:
            timeline.apply(step.operation, revision.id)
    back = [*reversed(history.ordered)][:taken]
    take_back(reader(project.code.program, Reading(Attempts())), back, timeline, "postgresql")
    mine = loaded(postgres, schema_as_sql(timeline.now(), "postgresql"))
    with database(postgres, "real") as real:
        host = dict(part.split("=") for part in postgres.split())["host"]
        config.set_main_option("sqlalchemy.url", f"postgresql+psycopg://postgres@/real?host={host}")
        command.upgrade(config, "head")
        command.downgrade(config, f"-{taken}")
        assert mine == of_postgresql(real)
    left = {what for kind, what in mine if kind in ("table", "enum")}
    assert (
        left
        == [{"users", "posts", "log", "user_state"}, {"users", "log", "user_state"}, {"log", "user_state"}][taken - 1]
    )
