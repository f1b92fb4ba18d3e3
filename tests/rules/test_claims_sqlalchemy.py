"""What the pages of rules on models claim of SQLAlchemy and SQLModel, asked of the libraries."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import exc, orm
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.schema import CreateTable


def ddl(metadata: sa.MetaData) -> list[str]:
    """The statements that create the tables on SQLite, on one line each."""
    statements: list[str] = []
    engine = sa.create_mock_engine("sqlite://", lambda sql, *_: statements.append(str(sql.compile())))
    metadata.create_all(engine, checkfirst=False)
    return [" ".join(statement.split()) for statement in statements]


@pytest.fixture
def session() -> Any:
    engine = sa.create_engine("sqlite://")
    with orm.Session(engine) as opened:
        yield opened
    engine.dispose()


def test_index_on_a_primary_key_column_emits_a_second_index() -> None:
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True, index=True))
    create, index = ddl(metadata)
    assert "PRIMARY KEY (id)" in create
    assert index == "CREATE INDEX ix_users_id ON users (id)"


def test_unique_on_a_primary_key_column_emits_a_second_constraint() -> None:
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True, unique=True))
    (create,) = ddl(metadata)
    assert "PRIMARY KEY (id)" in create
    assert "UNIQUE (id)" in create


def test_a_foreign_key_emits_no_index_and_index_true_does() -> None:
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("posts", metadata, sa.Column("user_id", sa.ForeignKey("users.id")))
    sa.Table("likes", metadata, sa.Column("user_id", sa.ForeignKey("users.id"), index=True))
    assert [line for line in ddl(metadata) if "INDEX" in line] == ["CREATE INDEX ix_likes_user_id ON likes (user_id)"]


@pytest.mark.parametrize("part", [sa.Index("ix", "nane"), sa.UniqueConstraint("nane")], ids=["index", "unique"])
def test_a_part_on_a_missing_column_stops_the_import(part: Any) -> None:
    base = orm.declarative_base()
    with pytest.raises(exc.ConstraintColumnNotFoundError, match="no column named 'nane' is present"):
        type(
            "T",
            (base,),
            {"__tablename__": "t", "__table_args__": (part,), "id": sa.Column(sa.Integer, primary_key=True)},
        )


def test_an_index_is_on_the_name_of_the_column_not_of_the_attribute() -> None:
    base = orm.declarative_base()
    body = {"__tablename__": "t", "__table_args__": (sa.Index("ix", "writer"),)}
    columns = {"id": sa.Column(sa.Integer, primary_key=True), "writer": sa.Column("author_id", sa.Integer)}
    with pytest.raises(exc.ConstraintColumnNotFoundError):
        type("T", (base,), body | columns)


@pytest.mark.parametrize(
    ("target", "error"),
    [("user.id", exc.NoReferencedTableError), ("users.uid", exc.NoReferencedColumnError)],
    ids=["table", "column"],
)
def test_a_dangling_key_is_no_error_at_import_but_at_the_first_flush(
    session: orm.Session, target: str, error: type[Exception]
) -> None:
    base = orm.declarative_base()

    class User(base):  # type: ignore[misc,valid-type]
        __tablename__ = "users"
        id = sa.Column(sa.Integer, primary_key=True)

    class Post(base):  # type: ignore[misc,valid-type]
        __tablename__ = "posts"
        id = sa.Column(sa.Integer, primary_key=True)
        user_id = sa.Column(sa.ForeignKey(target))

    session.add(User())
    session.add(Post())
    with pytest.raises(error):
        session.flush()
    with pytest.raises(error):
        ddl(base.metadata)


def test_a_class_without_primary_key_is_refused() -> None:
    base = orm.declarative_base()
    with pytest.raises(exc.ArgumentError, match="could not assemble any primary key columns"):
        type("T", (base,), {"__tablename__": "t", "at": sa.Column(sa.Integer)})


def test_a_class_may_tell_the_mapper_what_to_take_for_a_key() -> None:
    base = orm.declarative_base()
    at = sa.Column(sa.Integer)
    type("T", (base,), {"__tablename__": "t", "at": at, "__mapper_args__": {"primary_key": [at]}})
    (create,) = ddl(base.metadata)
    assert "PRIMARY KEY" not in create


def test_set_null_on_a_required_column_is_emitted_and_fails_on_sqlite_at_the_first_delete() -> None:
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    key = sa.ForeignKey("users.id", ondelete="SET NULL")
    sa.Table("posts", metadata, sa.Column("user_id", sa.Integer, key, nullable=False))
    statements = ddl(metadata)
    assert "user_id INTEGER NOT NULL" in statements[1]
    assert "ON DELETE SET NULL" in statements[1]

    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA foreign_keys = on")
    for statement in (*statements, "INSERT INTO users VALUES (1)", "INSERT INTO posts VALUES (1)"):
        database.execute(statement)
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL constraint failed"):
        database.execute("DELETE FROM users")
    database.close()


@pytest.mark.parametrize(
    ("given", "rendered"),
    [
        ("now()", "DEFAULT 'now()'"),
        ("'new'", "DEFAULT '''new'''"),
        (sa.text("now()"), "DEFAULT now()"),
        (sa.func.now(), "DEFAULT now()"),
    ],
    ids=["str", "quotes in quotes", "text", "func"],
)
def test_a_str_is_rendered_as_a_literal(given: Any, rendered: str) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("at", sa.DateTime, server_default=given))
    assert rendered in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_sqlite_stores_the_words_and_sqlalchemy_cannot_read_them(session: orm.Session) -> None:
    table = sa.Table(
        "t", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("at", sa.DateTime, server_default="now()")
    )
    table.create(session.connection())
    session.execute(table.insert().values(id=1))
    assert session.scalar(sa.text("SELECT at FROM t")) == "now()"
    with pytest.raises(ValueError, match="now"):
        session.execute(table.select()).all()


def test_a_default_that_is_called_at_import_is_one_value_for_all_rows(session: orm.Session) -> None:
    columns = (sa.Column("called", sa.Uuid, default=uuid4()), sa.Column("function", sa.Uuid, default=uuid4))
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns)
    table.create(session.connection())
    for _ in range(2):
        session.execute(table.insert())
    rows = session.execute(table.select()).all()
    assert len({row.called for row in rows}) == 1
    assert len({row.function for row in rows}) == 2


def test_a_mutable_default_is_shared_by_the_rows_of_a_process(session: orm.Session) -> None:
    base = orm.declarative_base()

    class Post(base):  # type: ignore[misc,valid-type]
        __tablename__ = "posts"
        id = sa.Column(sa.Integer, primary_key=True)
        tags = sa.Column(sa.JSON, default=[])
        links = sa.Column(sa.JSON, default=list)
        marks = sa.Column(MutableDict.as_mutable(sa.JSON), default={})

    base.metadata.create_all(session.connection())
    first, second = Post(), Post()
    session.add_all([first, second])
    session.flush()
    assert first.tags is second.tags
    assert first.links is not second.links
    assert first.marks is not second.marks

    first.tags.append("draft")
    first.marks["draft"] = True
    third = Post()
    session.add(third)
    session.flush()
    session.expire(third)
    assert third.tags == ["draft"]
    assert third.marks == {}


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_utcnow_says_nothing_of_utc() -> None:
    naive = datetime.utcnow()
    assert naive.tzinfo is None
    with pytest.raises(TypeError, match="offset-naive and offset-aware"):
        assert naive < datetime.now(timezone.utc)
