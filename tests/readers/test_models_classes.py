"""Mapped classes of SQLAlchemy as tables: what is a model, which table it has, what its columns are."""

from __future__ import annotations

import pytest

from schemalint.facts.models import ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import Default, ForeignKeyDef, IndexDef, PrimaryKeyDef, TableDef, UniqueDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

BASE = """
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): pass
"""
HEAD = """
import datetime, decimal, enum, uuid
from typing import Annotated, Any, Literal, Optional
import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.orm import *
class Base(DeclarativeBase): pass
"""


def models(files: dict[str, str]) -> dict[str, ModelDef]:
    program = Program({path: lower(text) for path, text in files.items()})
    return {model.name.rpartition(".")[2]: model for model in read_models(program)}


def table(text: str, name: str = "T") -> TableDef:
    """The table of a class in a file that is alone."""
    found = models({"m.py": HEAD + text})[name].table
    assert isinstance(found, TableDef)
    return found


def column_type(text: str) -> SqlType | Unknown:
    """The type of a column that an attribute `x` of a class declares."""
    found = table(
        f"class T(Base):\n  __tablename__ = 't'\n  id = Column(Integer, primary_key=True)\n  {text}\n"
    ).column("x")
    assert found is not None
    return found.type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = Column(String(50))", SqlType("varchar", length=50)),
        ("x: Mapped[str]", SqlType("varchar")),
        ("x: Mapped[Optional[int]]", SqlType("integer")),
        ("x: Mapped[int | None] = mapped_column(BigInteger)", SqlType("bigint")),
        ("x: 'Mapped[datetime.date]'", SqlType("date")),
        ("x: Mapped['decimal.Decimal']", SqlType("numeric")),
        ("x: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)", SqlType("uuid")),
        ("x: Mapped[Annotated[str, mapped_column(String(9))]]", SqlType("varchar", length=9)),
        ("x = deferred(Column(Text))", SqlType("text")),
        ("x = column_property(Column('x', Float))", SqlType("double")),
        ("x: Mapped[Literal['a', 'bcd']]", SqlType("enum", length=3, values=("a", "bcd"), native=False)),
    ],
)
def test_types_come_from_the_call_or_the_annotation(text: str, expected: SqlType) -> None:
    assert column_type(text) == expected


@pytest.mark.parametrize(
    ("text", "nullable"),
    [
        ("x = Column(Integer)", True),
        ("x = Column(Integer, nullable=False)", False),
        ("x: Mapped[int]", False),
        ("x: Mapped[int | None]", True),
        ("x: Mapped[Optional[int]] = mapped_column(nullable=False)", False),
        ("x: Mapped[int] = mapped_column(nullable=True)", True),
        ("x = mapped_column(Integer)", True),
    ],
)
def test_nullability(text: str, nullable: bool) -> None:
    found = table(f"class T(Base):\n  __tablename__ = 't'\n  {text}").column("x")
    assert found is not None
    assert found.nullable is nullable


def test_a_type_that_nothing_maps_is_unknown() -> None:
    assert isinstance(column_type("x: Mapped[dict[str, Any]]"), Unknown)


def test_the_annotation_map_of_the_base_chooses_types() -> None:
    text = """
class Mine(DeclarativeBase):
    type_annotation_map = {datetime.datetime: DateTime(timezone=True), dict[str, Any]: JSON, short: String(20)}
short = Annotated[str, "short"]
class T(Mine):
    __tablename__ = "t"
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[datetime.datetime]
    b: Mapped[dict[str, Any] | None]
    c: Mapped[short]
    d: Mapped[str]
"""
    found = {column.name: column.type for column in table(text).columns}
    assert found == {
        "id": SqlType("integer"),
        "a": SqlType("timestamp", timezone=True),
        "b": SqlType("json"),
        "c": SqlType("varchar", length=20),
        "d": SqlType("varchar"),
    }


def test_enums_of_python_are_stored_by_name_unless_told_otherwise() -> None:
    colour = "class Colour(enum.Enum):\n  RED = 'r'\n  BLUE = 'b'\n"
    head = HEAD + colour
    by_name = models({"m.py": head + "class T(Base):\n  __tablename__ = 't'\n  x: Mapped[Colour]\n"})["T"].table
    by_value = models(
        {
            "m.py": head
            + "class T(Base):\n  __tablename__ = 't'\n"
            + "  x = Column(Enum(Colour, values_callable=lambda e: [m.value for m in e]))\n"
        }
    )["T"].table
    assert isinstance(by_name, TableDef)
    assert isinstance(by_value, TableDef)
    assert by_name.columns[0].type == SqlType("enum", enum=ObjectName("colour"), values=("RED", "BLUE"))
    assert by_value.columns[0].type == SqlType("enum", enum=ObjectName("colour"), values=("r", "b"))


def test_columns_of_mixins_and_abstract_bases_of_other_modules_are_the_class_s_own() -> None:
    found = models(
        {
            "app/__init__.py": "",
            "app/base.py": BASE
            + """
from sqlalchemy import Column, DateTime, Integer, ForeignKey, func
from sqlalchemy.orm import declared_attr
class Stamped:
    created_at = Column(DateTime(timezone=True), server_default=func.now(), nullable=False)
class Owned(Base):
    __abstract__ = True
    @declared_attr
    def __tablename__(cls): return cls.__name__.lower()
    @declared_attr
    def owner_id(cls): return Column(Integer, ForeignKey("users.id"), index=True)
    id = Column("pk", Integer, primary_key=True)
""",
            "app/models.py": "from app.base import Owned, Stamped\nclass Post(Stamped, Owned): pass\n",
        }
    )
    post = found["Post"].table
    assert isinstance(post, TableDef)
    assert post.name == ObjectName("post")
    assert {column.name for column in post.columns} == {"created_at", "owner_id", "pk"}
    assert post.constraints[-1] == PrimaryKeyDef(None, ("pk",))
    assert [index.name for index in post.indexes] == ["ix_post_owner_id"]
    assert found["Owned"].kind == "abstract"
    assert found["Owned"].table is None
    assert found["Post"].attribute("pk").name == "id"  # type: ignore[union-attr]
    assert found["Post"].attribute("pk").inherited == "app.base.Owned"  # type: ignore[union-attr]
    assert found["Post"].places is not None
    assert found["Post"].places.column("pk").path == "app/base.py"


def test_single_and_joined_inheritance() -> None:
    text = (
        HEAD
        + """
class Animal(Base):
    __tablename__ = "animal"
    id = Column(Integer, primary_key=True)
class Cat(Animal):
    lives = Column(Integer)
class Dog(Animal):
    __tablename__ = "dog"
    id = Column(ForeignKey("animal.id"), primary_key=True)
"""
    )
    found = models({"m.py": text})
    assert {name: found[name].kind for name in ("Animal", "Cat", "Dog")} == {
        "Animal": "table",
        "Cat": "single",
        "Dog": "joined",
    }
    cat, dog = found["Cat"].table, found["Dog"].table
    assert isinstance(cat, TableDef)
    assert isinstance(dog, TableDef)
    assert cat.name == ObjectName("animal")
    assert [column.name for column in cat.columns] == ["lives"]
    assert dog.columns[0].type == SqlType("integer")


def test_a_foreign_key_names_its_table_by_text_or_by_attribute() -> None:
    text = """
class User(Base):
    __tablename__ = "users"
    __table_args__ = {"schema": "auth"}
    key = Column("id", BigInteger, primary_key=True)
class T(Base):
    __tablename__ = "t"
    a = Column(ForeignKey("auth.users.id", ondelete="CASCADE"), primary_key=True)
    b = Column(ForeignKey(User.key))
"""
    found = table(text)
    assert [key for key in found.constraints if isinstance(key, ForeignKeyDef)] == [
        ForeignKeyDef(None, ("a",), ObjectName("users", "auth"), ("id",), on_delete="CASCADE"),
        ForeignKeyDef(None, ("b",), ObjectName("users", "auth"), ("id",)),
    ]
    assert [column.type for column in found.columns] == [SqlType("bigint"), SqlType("bigint")]


def test_a_column_factory_of_the_project_is_followed() -> None:
    text = """
def key(name, **more): return Column(name, String(36), primary_key=True, **more)
class T(Base):
    __tablename__ = "t"
    id = key("uid", comment="c")
"""
    found = table(text).columns[0]
    assert (found.name, found.type, found.nullable, found.comment) == ("uid", SqlType("varchar", length=36), False, "c")


def test_what_cannot_be_followed_leaves_the_table_incomplete() -> None:
    found = models({"m.py": HEAD + "from lib import stamp\nclass T(Base):\n  __tablename__ = 't'\n  x = stamp()\n"})[
        "T"
    ]
    assert isinstance(found.table, TableDef)
    assert not found.table.complete
    assert [(item.what, item.reason) for item in found.not_read] == [("x", "it is the result of lib.stamp()")]


def test_a_mapper_of_its_own_may_add_columns() -> None:
    text = """
from sqlalchemy.orm import declared_attr
class Versioned:
    @declared_attr
    def __mapper_cls__(cls): return versioned
class T(Versioned, Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
"""
    assert not table(text).complete


def test_a_table_whose_name_is_computed_is_unknown() -> None:
    found = models({"m.py": HEAD + "import os\nclass T(Base):\n  __tablename__ = os.environ['T']\n"})["T"]
    assert isinstance(found.table, Unknown)


@pytest.mark.parametrize(
    "text",
    [
        "import django_tables2 as tables\nclass T(tables.Table):\n  x = tables.Column()\n",
        "from rich.table import Table\nt = Table('a')\n",
        "import pandas as pd\ni = pd.Index([1])\nclass T(pd.DataFrame):\n  x = pd.Series()\n",
        "from tantivy import Index\ni = Index('x')\n",
        "class Column: pass\nclass T:\n  __tablename__ = 't'\n  x = Column()\n",
        "from sqlalchemy import Column, Integer\nclass Mixin:\n  x = Column(Integer)\n",
        "from sqlalchemy.orm import declarative_base\n"
        "def make():\n  class T(declarative_base()):\n    __tablename__ = 't'\n",
    ],
)
def test_false_friends_and_classes_in_functions_are_no_models(text: str) -> None:
    assert models({"m.py": text}) == {}


@pytest.mark.parametrize(
    "text",
    [
        "class A(B): pass\nclass B(A): pass\n",
        "from elsewhere import A\nclass A(A): pass\n",
        "from django.db import models\nclass A(A, models.Model): pass\n",
        HEAD + "class A(B, Base):\n  __tablename__ = 'a'\nclass B(A):\n  __tablename__ = B.__tablename__\n",
        HEAD + "class A(Base):\n  __tablename__ = A.__tablename__\n  x = Column(ForeignKey(A.x))\n",
    ],
)
def test_circles_do_no_harm(text: str) -> None:
    assert all(model.kind != "core" for model in models({"m.py": text}).values())


def test_a_class_whose_base_does_not_resolve_is_read_as_far_as_it_goes() -> None:
    head = "from elsewhere import Base\nfrom sqlalchemy import *\n"
    text = head + "class T(Base):\n  __tablename__ = 't'\n  x = Column(Integer)\n"
    found = models({"m.py": text})["T"].table
    assert isinstance(found, TableDef)
    assert [column.name for column in found.columns] == ["x"]
    assert not found.complete


def test_flask_sqlalchemy_names_tables_after_classes() -> None:
    found = models(
        {
            "ext.py": "from flask_sqlalchemy import SQLAlchemy\nfrom sqlalchemy import MetaData\n"
            "names = {'pk': 'pk_%(table_name)s', 'ix': 'i_%(column_0_name)s'}\n"
            "db = SQLAlchemy(metadata=MetaData(naming_convention=names))\n",
            "m.py": "from ext import db\nclass UserHTTPLog(db.Model):\n  id = db.Column(db.Integer, primary_key=True)\n"
            "  name = db.Column(db.String(80), index=True, default=[])\n"
            "class Sub(UserHTTPLog):\n  more = db.Column(db.Text)\n",
        }
    )
    log = found["UserHTTPLog"].table
    assert isinstance(log, TableDef)
    assert log.name == ObjectName("user_http_log")
    assert log.constraints == (PrimaryKeyDef("pk_user_http_log", ("id",)),)
    assert log.indexes[0].name == "i_name"
    assert found["UserHTTPLog"].metadata == "ext.db"
    assert found["Sub"].kind == "single"
    default = found["UserHTTPLog"].attribute("name").default  # type: ignore[union-attr]
    assert default is not None
    assert (default.kind, default.name) == ("mutable", "list")


@pytest.mark.parametrize(
    ("written", "kind", "name", "arguments"),
    [
        ("default=datetime.datetime.now()", "called", "datetime.datetime.now", False),
        ("default=datetime.datetime.utcnow", "function", "datetime.datetime.utcnow", False),
        ("default=lambda: datetime.datetime.now(datetime.timezone.utc)", "function", "datetime.datetime.now", True),
        ("default=func.now()", "sql", "sqlalchemy.func.now", False),
        ("default={}", "mutable", "dict", False),
        ("default=dict", "function", "builtins.dict", False),
        ("default=5", "constant", "5", False),
        ("default=stamp", "function", "datetime.datetime.utcnow", False),
    ],
)
def test_what_the_library_fills_in(written: str, kind: str, name: str, arguments: bool) -> None:
    stamp = "def stamp(): return datetime.datetime.utcnow()\n"
    text = f"{stamp}class T(Base):\n  __tablename__ = 't'\n  x = Column(Text, {written})\n"
    attribute = models({"m.py": HEAD + text})["T"].attribute("x")
    assert attribute is not None
    assert attribute.default is not None
    assert (attribute.default.kind, attribute.default.name, attribute.default.arguments) == (kind, name, arguments)
    assert attribute.option("default") != attribute.place


def test_relationships() -> None:
    text = """
link = Table("link", Base.metadata, Column("a", ForeignKey("t.id")), Column("b", ForeignKey("o.id")))
class T(Base):
    __tablename__ = "t"
    id: Mapped[int] = mapped_column(primary_key=True)
    others: Mapped[list["Other"]] = relationship(
        back_populates="ts", secondary=link, cascade="all, delete", lazy="selectin")
class Other(Base):
    __tablename__ = "o"
    id: Mapped[int] = mapped_column(primary_key=True)
    t_id: Mapped[int] = mapped_column(ForeignKey("t.id"))
    t: Mapped[T | None] = relationship("T", backref=backref("x"), foreign_keys=[t_id], viewonly=True)
"""
    found = models({"m.py": HEAD + text})
    others, one = found["T"].relationships[0], found["Other"].relationships[0]
    assert (others.target, others.many, others.back_populates, others.secondary, others.cascade, others.lazy) == (
        *("m.Other", True, "ts", ObjectName("link"), "all, delete"),
        "selectin",
    )
    assert (one.target, one.many, one.optional, one.backref, one.columns, one.viewonly) == (
        *("m.T", False, True, "x", ("t_id",)),
        True,
    )


def test_server_defaults_indexes_and_uniques() -> None:
    text = """
class T(Base):
    __tablename__ = "t"
    id = Column(Integer, primary_key=True)
    a = Column(Boolean, server_default="f", unique=True)
    b = Column(DateTime, server_default=text("now()"), index=True, unique=True)
"""
    found = table(text)
    assert found.columns[1].default == Default("f", literal=True)
    assert found.columns[2].default == Default("now()", literal=False)
    assert UniqueDef(None, ("a",)) in found.constraints
    assert [(index.name, index.unique) for index in found.indexes] == [("ix_t_b", True)]


def test_advanced_alchemy_bases_bring_their_columns() -> None:
    text = "from advanced_alchemy.base import UUIDAuditBase\nclass UserRole(UUIDAuditBase): pass\n"
    found = models({"m.py": text})["UserRole"]
    assert isinstance(found.table, TableDef)
    assert found.table.name == ObjectName("user_role")
    assert {column.name for column in found.table.columns} == {"id", "sa_orm_sentinel", "created_at", "updated_at"}
    assert found.table.complete
    assert found.table.constraints == (PrimaryKeyDef("pk_user_role", ("id",)),)


def test_the_timestamps_of_sqlalchemy_utils_are_columns() -> None:
    found = table(
        "from sqlalchemy_utils.models import Timestamp\n"
        "class T(Base, Timestamp):\n  __tablename__ = 't'\n  id = Column(Integer, primary_key=True)\n"
    )
    assert [(column.name, column.nullable) for column in found.columns] == [
        ("id", False),
        ("created", False),
        ("updated", False),
    ]
    assert found.complete


def test_an_index_is_told_from_a_record() -> None:
    found = table(
        "class T(Base):\n  __tablename__ = 't'\n  a = Column(Text)\n  b = Column(Text)\n  i = Index('i', a, b.desc())\n"
    )
    assert [index.name for index in found.indexes] == ["i"]
    assert isinstance(found.indexes[0], IndexDef)
    assert found.indexes[0].columns == ("a", "b")
