"""The SQL of a replayed history makes in PostgreSQL what `alembic upgrade head` makes there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from schemalint.cli.main import cli

psycopg = pytest.importorskip("psycopg")
alembic = pytest.importorskip("alembic")

from alembic import command  # noqa: E402 (after the check that it is there)
from alembic.config import Config  # noqa: E402

from tests.postgres.conftest import postgres as postgres  # noqa: E402
from tools.history_catalogue import of_postgresql  # noqa: E402

ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
FIRST = '''\
"""the tables"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "001"
down_revision = None


def upgrade():
    op.create_table(
        "posts",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("order", sa.Integer),
        sa.Column("Title", sa.String(80), nullable=False, server_default="it's"),
        sa.Column("state", sa.Enum("draft", "live", name="post_state"), nullable=False, server_default="draft"),
        sa.Column("tags", postgresql.ARRAY(sa.Text), server_default="{}"),
        sa.Column("data", postgresql.JSONB, server_default=sa.text("'{}'::jsonb")),
        sa.Column("price", sa.Numeric(10, 2), server_default=sa.text("0")),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("shout", sa.Text, sa.Computed("upper(\\"Title\\")", persisted=True)),
        sa.Column("seen", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("kind", sa.Enum("a", "bcd", native_enum=False)),
        sa.CheckConstraint("price >= 0", name="price_not_negative"),
        sa.UniqueConstraint("Title", "order"),
        comment="what people write",
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.Text, unique=True, index=True),
        sa.Column("mentor_id", sa.Integer, sa.ForeignKey("users.id", ondelete="SET NULL")),
        sa.Column("token", sa.Uuid, server_default=sa.text("gen_random_uuid()")),
    )
    op.create_table(
        "readings",
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("post_id", sa.BigInteger, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    )
'''
SECOND = '''\
"""changes"""
import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"


def upgrade():
    op.add_column("posts", sa.Column("author_id", sa.Integer, nullable=True))
    op.create_foreign_key(None, "posts", "users", ["author_id"], ["id"], ondelete="CASCADE", deferrable=True)
    op.create_index("ix_posts_live", "posts", ["at"], postgresql_where=sa.text("state = 'live'"))
    op.create_index("ix_posts_lower", "posts", [sa.text('lower("Title")'), sa.text("at DESC")])
    op.create_index("ix_posts_tags", "posts", ["tags"], postgresql_using="gin")
    op.alter_column("posts", "order", new_column_name="position", existing_type=sa.Integer)
    op.alter_column("posts", "price", type_=sa.Numeric(12, 4), nullable=False)
    op.drop_column("users", "token")
    op.rename_table("readings", "reading_list")
    op.execute("ALTER TYPE post_state ADD VALUE 'gone'")
    op.execute("ALTER TABLE users ADD COLUMN name varchar(50) NOT NULL DEFAULT 'nobody'")
    op.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$")
    op.execute("CREATE TRIGGER touched BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()")
    op.execute("ALTER FUNCTION touch() RENAME TO touch_user")
    op.execute("ALTER TRIGGER touched ON users RENAME TO user_touched")
'''


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        yield server.replace("dbname=postgres", f"dbname={name}")
        connection.execute(f"drop database {name} with (force)")


def test_the_sql_makes_what_the_history_makes(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(ENV)
    (versions / "001.py").write_text(FIRST)
    (versions / "002.py").write_text(SECOND)
    (tmp_path / "schemalint.toml").write_text('database = "postgresql"\n')
    monkeypatch.chdir(tmp_path)
    written = CliRunner().invoke(cli, ["schema", "--format", "sql"])
    assert written.exit_code == 0, written.output
    assert "-- " not in written.stdout
    with database(postgres, "migrated") as migrated, database(postgres, "loaded") as loaded:
        config = Config()
        config.set_main_option("script_location", str(versions.parent))
        host = dict(part.split("=") for part in postgres.split())["host"]
        config.set_main_option("sqlalchemy.url", f"postgresql+psycopg://postgres@/migrated?host={host}")
        command.upgrade(config, "head")
        with psycopg.connect(loaded, autocommit=True) as connection:
            connection.execute(written.stdout)
        real, replayed = of_postgresql(migrated), of_postgresql(loaded)
        assert len(real) > 100
        assert replayed == real
