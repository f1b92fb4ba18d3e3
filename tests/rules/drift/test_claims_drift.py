"""What the pages on drift claim of Alembic, asked of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

PARENT = "CREATE TABLE teams (id INTEGER NOT NULL PRIMARY KEY);"


def compared(folder: Path, sql: str, *parts: sa.SchemaItem) -> list[str]:
    """What Alembic would do to a table `users` with these parts, where the database has what the SQL makes."""
    metadata = sa.MetaData()
    sa.Table("teams", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("users", metadata, *parts)
    engine = sa.create_engine(f"sqlite:///{folder / 'users.sqlite3'}")
    with engine.connect() as connection:
        for statement in filter(None, (PARENT + sql).split(";")):
            connection.execute(sa.text(statement))
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    return [item[0] if isinstance(item, tuple) else item[0][0] for item in found]


def test_constraints_and_indexes_are_compared_both_ways(tmp_path: Path) -> None:
    sql = (
        "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR, email VARCHAR, team_id INTEGER);"
        "CREATE INDEX ix_users_name ON users (name)"
    )
    found = compared(
        tmp_path,
        sql,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String),
        sa.Column("email", sa.String),
        sa.Column("team_id", sa.Integer, sa.ForeignKey("teams.id")),
        sa.UniqueConstraint("email", name="uq_users_email"),
    )
    assert sorted(found) == ["add_constraint", "add_fk", "remove_index"]


def test_what_a_foreign_key_does_is_compared(tmp_path: Path) -> None:
    sql = "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, team_id INTEGER REFERENCES teams (id))"
    found = compared(
        tmp_path,
        sql,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("team_id", sa.Integer, sa.ForeignKey("teams.id", ondelete="CASCADE")),
    )
    assert sorted(found) == ["add_fk", "remove_fk"]


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        (
            "CREATE TABLE users (id INTEGER NOT NULL, name INTEGER NOT NULL, PRIMARY KEY (id))",
            (sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Integer, primary_key=True)),
        ),
        (
            "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name INTEGER, CONSTRAINT ck_name CHECK (name > 0))",
            (
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.Integer),
                sa.CheckConstraint("name > 10", name="ck_name"),
            ),
        ),
        (
            "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(3), "
            "CONSTRAINT ck CHECK (name IN ('one', 'two')))",
            (
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("name", sa.Enum("one", "six", name="ck", create_constraint=True)),
            ),
        ),
    ],
    ids=["primary key", "condition of a CHECK", "values of an enum"],
)
def test_what_is_not_compared(tmp_path: Path, sql: str, parts: tuple[sa.SchemaItem, ...]) -> None:
    assert compared(tmp_path, sql, *parts) == []
