"""`schemalint schema`, as it is used."""

from __future__ import annotations

import json

from tests.cli.conftest import ENV, FIRST, PLAIN_INDEX, PROJECT

MODELS = """\
from sqlalchemy import Column, Integer, Text
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(Text)
    name = Column(Text)
"""
USERS = "CREATE TABLE users (\n    id SERIAL NOT NULL,\n    email TEXT,\n    PRIMARY KEY (id)\n);\n"
POSTS = """\
from alembic import op
import sqlalchemy as sa
revision = "003"
down_revision = "002"

def upgrade():
    op.create_table("posts", sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False))

def downgrade():
    op.drop_table("posts")
"""


def at(write, monkeypatch, files):
    monkeypatch.chdir(write(files))


def test_sql_of_the_history(shop, run):
    result = run("schema")
    assert result.exit_code == 0
    assert result.stdout == USERS + "CREATE INDEX ix_users_email ON users (email);\n"


def test_sql_at_a_revision(shop, run):
    for revision in ("001", "base"):
        assert run("schema", "--at", revision).stdout == USERS


def test_sql_for_another_server(shop, run):
    assert "    id INTEGER NOT NULL,\n" in run("schema", "--dialect", "sqlite").stdout


def test_sql_of_models(write, monkeypatch, run):
    at(write, monkeypatch, {**PROJECT, "shop/models.py": MODELS})
    result = run("schema", "--from", "models")
    assert "    name TEXT,\n" in result.stdout


def test_json(shop, run):
    schema = json.loads(run("schema", "--format", "json").stdout)
    (table,) = schema["tables"]
    assert (table["name"], table["complete"], schema["dialect"]) == ("users", True, "postgresql")
    assert [column["type"] for column in table["columns"]] == ["INTEGER", "TEXT"]
    assert table["indexes"][0]["definition"] == "CREATE INDEX ix_users_email ON users (email)"


def test_diagrams_show_what_refers_to_what(write, monkeypatch, run):
    at(write, monkeypatch, {**PROJECT, "migrations/versions/003_posts.py": POSTS})
    mermaid = run("schema", "--format", "mermaid").stdout
    assert '    "users" ||--o{ "posts" : "user_id"' in mermaid
    assert "        integer id PK" in mermaid
    dot = run("schema", "--format", "dot").stdout
    assert '    "posts" -> "users" [label="user_id"];' in dot


def test_what_is_not_certain_is_said_first(write, monkeypatch, run):
    unclear = PLAIN_INDEX.replace('op.create_index("ix_users_email", "users", ["email"])', "op.execute(make())")
    at(write, monkeypatch, {**PROJECT, "migrations/versions/002_email.py": unclear})
    assert run("schema").stdout.startswith("-- not all of this is certain: ")


def test_what_does_not_go_is_refused_with_what_does(write, monkeypatch, run):
    at(write, monkeypatch, {**PROJECT, "other/env.py": ENV, "other/versions/001.py": PROJECT[FIRST]})
    for arguments, message in (
        (("schema",), "there are several histories; choose one with --history: `migrations`, `other`"),
        (("schema", "--history", "other", "--at", "9"), "there is no revision `9`"),
        (("schema", "--history", "migrations", "--at", "00"), "several revisions begin with `00`: 001, 002"),
        (("schema", "--from", "models"), "there are no models here"),
        (("schema", "--from", "models", "--at", "001"), "leave out `--from models`"),
        (("schema", "nowhere"), "nowhere: no such file or folder"),
    ):
        refused = run(*arguments)
        assert refused.exit_code == 2, arguments
        assert message in refused.output
