"""Tables of SQLAlchemy: every form of `__table_args__`, Core tables, conventions, indexes outside, mapping by calls."""

from __future__ import annotations

import pytest

from schemalint.facts.models import ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

HEAD = """
import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.orm import *
class Base(DeclarativeBase): pass
"""
CLASS = """
class T(Base):
    __tablename__ = "t"
    a = Column(Integer, primary_key=True)
    b = mapped_column(Text)
"""


def models(files: dict[str, str]) -> dict[str, ModelDef]:
    program = Program({path: lower(text) for path, text in files.items()})
    return {model.name.rpartition(".")[2]: model for model in read_models(program)}


def table(text: str, name: str = "T") -> TableDef:
    found = models({"m.py": HEAD + text})[name].table
    assert isinstance(found, TableDef)
    return found


@pytest.mark.parametrize(
    "args",
    [
        "__table_args__ = (Index('i', 'b'), UniqueConstraint('a', 'b', name='u'), {'schema': 's', 'comment': 'c'})",
        "__table_args__ = Index('i', b), UniqueConstraint(a, b, name='u'), dict(schema='s', comment='c')",
        "__table_args__ = (Index('i', b),) + (UniqueConstraint(a, b, name='u'), {'schema': 's', 'comment': 'c'})",
        "parts = [Index('i', b)]\n    parts.append(UniqueConstraint(a, b, name='u'))\n"
        "    __table_args__ = (*parts, {'schema': 's', 'comment': 'c'})",
        "@declared_attr.directive\n    def __table_args__(cls):\n"
        "        return (Index('i', cls.b), UniqueConstraint(cls.a, 'b', name='u'), {'schema': 's', 'comment': 'c'})",
        "__table_args__ = {'schema': 's', 'comment': 'c'}\n    Index('i', b)\n    u = UniqueConstraint(a, b, name='u')",
    ],
)
def test_table_args_in_every_form(args: str) -> None:
    found = table(f"{CLASS}    {args}\n")
    assert found.name == ObjectName("t", "s")
    assert found.comment == "c"
    assert found.complete
    assert found.indexes == (IndexDef("i", (IndexElement("b"),)),)
    assert set(found.constraints) == {UniqueDef("u", ("a", "b")), PrimaryKeyDef(None, ("a",))}


def test_an_index_after_the_class_is_an_index_of_its_table() -> None:
    text = (
        CLASS
        + "Index('one', T.b.desc(), unique=True)\n"
        + "two = Index('two', func.lower(T.b), postgresql_where=T.b.is_not(None))\n"
    )
    one, two = table(text).indexes
    assert one == IndexDef("one", (IndexElement("b", descending=True),), unique=True)
    assert two == IndexDef("two", (IndexElement(expression="lower(b)"),), predicate="b IS NOT NULL")


def test_composite_keys_and_foreign_keys() -> None:
    text = """
class T(Base):
    __tablename__ = "t"
    a = Column(Integer)
    b = Column(Integer)
    __table_args__ = (
        PrimaryKeyConstraint("a", "b", name="pk"),
        ForeignKeyConstraint(["a", "b"], ["s.o.x", "s.o.y"], name="fk", ondelete="SET NULL"),
        CheckConstraint("a > 0", name="positive"),
    )
"""
    found = table(text)
    assert found.constraints == (
        PrimaryKeyDef("pk", ("a", "b")),
        ForeignKeyDef("fk", ("a", "b"), ObjectName("o", "s"), ("x", "y"), on_delete="SET NULL"),
        CheckDef("positive", "a > 0"),
    )
    assert [column.nullable for column in found.columns] == [False, False]


@pytest.mark.parametrize(
    ("options", "deferrable", "deferred"),
    [
        ("deferrable=True", True, False),
        ("deferrable=True, initially='DEFERRED'", True, True),
        ("initially='DEFERRED'", True, True),
        ("initially='IMMEDIATE'", False, False),
    ],
)
def test_when_a_constraint_is_checked(options: str, deferrable: bool, deferred: bool) -> None:
    text = f"""
class T(Base):
    __tablename__ = "t"
    id = Column(Integer)
    a = Column(ForeignKey("o.id", {options}))
    __table_args__ = (
        PrimaryKeyConstraint("id", {options}),
        UniqueConstraint("a", {options}),
        ForeignKeyConstraint(["a", "id"], ["o.x", "o.y"], {options}),
    )
"""
    found = table(text).constraints
    assert len(found) == 4
    for constraint in found:
        assert not isinstance(constraint, CheckDef)
        assert (constraint.deferrable, constraint.initially_deferred) == (deferrable, deferred)


def test_a_core_table_with_everything() -> None:
    text = """
metadata = MetaData(schema="app")
def stamps(): return [Column("at", DateTime(timezone=True), server_default=func.now())]
users = sa.Table(
    "users", metadata,
    Column("id", Integer, primary_key=True),
    Column("org_id", ForeignKey("orgs.id"), index=True, nullable=False),
    *stamps(),
    UniqueConstraint("org_id", name="u"),
    comment="people",
)
orgs = Table("orgs", metadata, Column("id", BigInteger, primary_key=True))
Index("later", users.c.at)
"""
    found = models({"m.py": HEAD + text})
    users = found["users"].table
    assert isinstance(users, TableDef)
    assert found["users"].kind == "core"
    assert found["users"].metadata == "m.metadata"
    assert users.name == ObjectName("users", "app")
    assert [column.type for column in users.columns] == [
        SqlType("integer"),
        SqlType("bigint"),
        SqlType("timestamp", timezone=True),
    ]
    assert ForeignKeyDef(None, ("org_id",), ObjectName("orgs", "app"), ("id",)) in users.constraints
    assert [index.name for index in users.indexes] == ["ix_app_users_org_id", "later"]
    assert users.comment == "people"


def test_a_reflected_table_is_not_complete() -> None:
    found = table("T = Table('t', MetaData(), Column('id', Integer), autoload_with=engine)\n")
    assert not found.complete


def test_names_of_indexes_are_cut_as_sqlalchemy_cuts_them_for_postgresql() -> None:
    column = "a" * 70
    found = table(f"class T(Base):\n    __tablename__ = 't'\n    {column} = Column(Integer, index=True)")
    assert [index.name for index in found.indexes] == [f"ix_t_{'a' * 50}_cd21"]


def test_a_naming_convention_reaches_every_table_of_the_metadata() -> None:
    files = {
        "app/__init__.py": "",
        "app/meta.py": """
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase
convention = {
    "ix": "ix_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=convention)
class Base(DeclarativeBase):
    metadata = metadata
""",
        "app/models.py": """
from sqlalchemy import *
from app.meta import Base, metadata
class User(Base):
    __tablename__ = "users"
    __table_args__ = (CheckConstraint("age > 0", name="age"), Index(None, "org_id", "age"))
    id = Column(Integer, primary_key=True)
    age = Column(Integer, unique=True)
    org_id = Column(Integer, ForeignKey("orgs.id"), index=True)
orgs = Table("orgs", metadata, Column("id", Integer, primary_key=True))
""",
    }
    found = models(files)
    users = found["User"].table
    assert isinstance(users, TableDef)
    assert {item.name for item in users.constraints} == {
        "pk_users",
        "uq_users_age",
        "fk_users_org_id_orgs",
        "ck_users_age",
    }
    assert [index.name for index in users.indexes] == ["ix_org_id", "ix_org_id_age"]
    assert found["User"].metadata == found["orgs"].metadata == "app.meta.metadata"


def test_imperative_mapping_in_a_function() -> None:
    files = {
        "model.py": "class Batch: pass\nclass Line: pass\n",
        "orm.py": """
from sqlalchemy import Table, MetaData, Column, Integer, ForeignKey
from sqlalchemy.orm import mapper, relationship
import model
metadata = MetaData()
lines = Table("lines", metadata, Column("id", Integer, primary_key=True))
batches = Table("batches", metadata, Column("id", Integer, primary_key=True), Column("_qty", Integer))
def start_mappers():
    line = mapper(model.Line, lines)
    mapper(model.Batch, batches, properties={"lines": relationship(line), "qty": batches.c._qty})
""",
    }
    found = models(files)
    assert found["Batch"].kind == "imperative"
    assert found["Batch"].table_name == ObjectName("batches")
    assert found["Batch"].relationships[0].attribute == "lines"
    assert [(item.name, item.column) for item in found["Batch"].attributes] == [("qty", "_qty")]


def test_what_is_computed_in_table_args_leaves_the_table_incomplete() -> None:
    found = table(f"{CLASS}    __table_args__ = make_args()\n")
    assert not found.complete
    assert [column.name for column in found.columns] == ["a", "b"]


def test_places_stand_where_the_parts_are_written() -> None:
    text = HEAD + CLASS + "    __table_args__ = (\n        Index('i', 'b'),\n    )\n"
    places = models({"m.py": text})["T"].places
    assert places is not None
    lines = text.split("\n")
    assert lines[places.column("b").span.line - 1].strip().startswith("b = ")
    assert lines[places.indexes[0].span.line - 1].strip().startswith("Index")
    assert lines[places.table.span.line - 1].startswith("class T")
