"""What the pages of the rules on drift claim of libraries, asked of these."""

from __future__ import annotations

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, asyncpg, psycopg
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlmodel import Field, SQLModel


def test_a_datetime_of_sqlmodel_keeps_its_time_zone() -> None:
    SQLModel.metadata.clear()
    hero = type(
        "Hero",
        (SQLModel,),
        {"__annotations__": {"id": int, "at": datetime}, "id": Field(default=None, primary_key=True)},
        table=True,
    )
    kind = hero.__table__.c.at.type  # type: ignore[attr-defined]
    assert kind.compile(dialect=psycopg.dialect()) == "TIMESTAMP WITH TIME ZONE"
    with pytest.raises(ValueError, match="must have timezone information"):
        kind.process_bind_param(datetime(2024, 1, 1), psycopg.dialect())


def test_annotations_decide_on_null_unless_it_is_said() -> None:
    class Base(DeclarativeBase):
        pass

    columns = {"street": mapped_column(nullable=True), "number": mapped_column(sa.Integer)}
    annotations = {"id": Mapped[int], "name": Mapped[str], "town": Mapped["str | None"], "street": Mapped[str]}
    body = {"__tablename__": "t", "__annotations__": annotations, "id": mapped_column(primary_key=True), **columns}
    table = type("T", (Base,), body).__table__  # type: ignore[attr-defined]

    assert {column.name: column.nullable for column in table.c} == {
        "id": False,
        "name": False,
        "town": True,
        "street": True,
        "number": True,
    }


def test_an_enum_kept_as_text_is_as_long_as_its_longest_value() -> None:
    assert sa.Enum("new", "finished", native_enum=False).length == len("finished")


@pytest.mark.parametrize(
    ("kind", "on_asyncpg", "on_psycopg"),
    [
        (sa.Enum("a", name="state"), "$1::state", "%(c)s"),
        (sa.String(), "$1::VARCHAR", "%(c)s::VARCHAR"),
        (sa.Uuid(), "$1::UUID", "%(c)s::UUID"),
        (JSONB(), "$1::JSONB", "%(c)s::JSONB"),
        (sa.DateTime(timezone=True), "$1::TIMESTAMP WITH TIME ZONE", "%(c)s::TIMESTAMP WITH TIME ZONE"),
    ],
)
def test_values_are_cast_to_the_type_of_the_model(
    kind: sa.types.TypeEngine[object], on_asyncpg: str, on_psycopg: str
) -> None:
    insert = sa.insert(sa.table("t", sa.column("c", kind))).values(c=None)

    assert on_asyncpg in str(insert.compile(dialect=asyncpg.dialect()))
    assert on_psycopg in str(insert.compile(dialect=psycopg.dialect()))
