"""SQLModel classes as tables."""

from __future__ import annotations

import pytest

from schemalint.facts.models import ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.requirements import Requirement
from schemalint.facts.tables import ForeignKeyDef, PrimaryKeyDef, TableDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

HEAD = """
import datetime, decimal, enum, uuid
from typing import Annotated, ClassVar, Optional
import sqlalchemy as sa
from pydantic import EmailStr
from sqlmodel import Column, Field, Relationship, SQLModel
class Kind(str, enum.Enum):
    A = "a"
"""


def models(text: str, version: str | None = None) -> dict[str, ModelDef]:
    program = Program({"m.py": lower(HEAD + text)})
    required = (Requirement("sqlmodel", "uv.lock", version),) if version else ()
    return {model.name.rpartition(".")[2]: model for model in read_models(program, requirements=required)}


def table(text: str, version: str | None = None) -> TableDef:
    found = models(text, version)["T"].table
    assert isinstance(found, TableDef)
    return found


@pytest.mark.parametrize(
    ("text", "expected", "nullable"),
    [
        ("x: str", SqlType("varchar"), False),
        ("x: str = Field(max_length=9)", SqlType("varchar", length=9), False),
        ("x: Annotated[str, Field(max_length=9)]", SqlType("varchar", length=9), False),
        ("x: EmailStr | None = None", SqlType("varchar"), True),
        ("x: Optional[int] = Field(default=None)", SqlType("integer"), True),
        ("x: Optional[int] = Field(default=None, nullable=False)", SqlType("integer"), False),
        ("x: bool = True", SqlType("boolean"), False),
        ("x: uuid.UUID = Field(default_factory=uuid.uuid4)", SqlType("uuid"), False),
        ("x: Kind", SqlType("enum", enum=ObjectName("kind"), values=("A",)), False),
        (
            "x: decimal.Decimal = Field(max_digits=8, decimal_places=2)",
            SqlType("numeric", precision=8, scale=2),
            False,
        ),
        ("x: dict = Field(sa_type=sa.JSON)", SqlType("json"), False),
        ("x: dict = Field(sa_column=Column(sa.JSON))", SqlType("json"), True),
        ("x: bytes | None", SqlType("binary"), True),
    ],
)
def test_fields(text: str, expected: SqlType, nullable: bool) -> None:
    found = table(
        f"class T(SQLModel, table=True):\n  id: int | None = Field(default=None, primary_key=True)\n  {text}\n"
    ).column("x")
    assert found is not None
    assert found.type == expected
    assert found.nullable is nullable


@pytest.mark.parametrize(("version", "zone"), [("0.0.24", False), ("0.0.50", True)])
def test_whether_a_datetime_keeps_its_zone_depends_on_the_version(version: str, zone: bool) -> None:
    text = "class T(SQLModel, table=True):\n  x: datetime.datetime\n"
    assert table(text, version).columns[0].type == SqlType("timestamp", timezone=zone)
    assert isinstance(table(text).columns[0].type, Unknown)


def test_a_table_inherits_the_fields_of_its_bases_and_is_named_after_the_class() -> None:
    text = """
class Base(SQLModel):
    name: str = Field(index=True)
    kind: ClassVar[str] = "x"
class Team(Base, table=True):
    id: int | None = Field(default=None, primary_key=True)
    members: list["HeroTag"] = Relationship(back_populates="team", cascade_delete=True)
class HeroTag(Base, table=True):
    team_id: int = Field(foreign_key="team.id", ondelete="CASCADE", primary_key=True)
    team: Team = Relationship(back_populates="members")
class HeroRead(Base):
    id: int
"""
    found = models(text)
    assert set(found) == {"Team", "HeroTag"}
    hero = found["HeroTag"].table
    assert isinstance(hero, TableDef)
    assert hero.name == ObjectName("herotag")
    assert [column.name for column in hero.columns] == ["name", "team_id"]
    assert hero.constraints == (
        ForeignKeyDef(None, ("team_id",), ObjectName("team"), ("id",), on_delete="CASCADE"),
        PrimaryKeyDef(None, ("team_id",)),
    )
    assert [index.name for index in hero.indexes] == ["ix_herotag_name"]
    members = found["Team"].relationships[0]
    assert (members.target, members.many, members.cascade) == ("m.HeroTag", True, "all, delete-orphan")
    required = {item.name: item.required for item in found["Team"].attributes}
    assert required == {"name": True, "id": False}


def test_options_of_the_column_behind_a_field() -> None:
    text = """
class T(SQLModel, table=True):
    __tablename__ = "things"
    id: int = Field(primary_key=True)
    at: str = Field(sa_column_kwargs={"server_default": "x", "name": "happened_at"})
    owner: int = Field(sa_column=Column("owner_id", sa.Integer, sa.ForeignKey("o.id"), nullable=False))
"""
    found = table(text)
    assert found.name == ObjectName("things")
    assert [column.name for column in found.columns] == ["id", "happened_at", "owner_id"]
    assert found.columns[1].default is not None
    assert found.columns[2].nullable is False
