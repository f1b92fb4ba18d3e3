"""Tables as rules see them: what models declare and what the history made, merged."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from schemalint.facts.names import ObjectName
from schemalint.interpret.program import Program
from schemalint.project.merging import tables_of
from schemalint.project.subjects import Project
from schemalint.project.tables import Table, Tables
from schemalint.readers.models.read import read_models
from tests.project.conftest import ENV, Linked, revision

BASE = "from sqlalchemy import *\nfrom sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n"
MODELS = (
    BASE
    + """
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
class Post(Base):
    __tablename__ = "posts"
    id = Column(Integer, primary_key=True)
    user_id = Column(ForeignKey("users.id"))
"""
)
OTHER = BASE.replace("Base", "Other") + "class X(Other):\n  __tablename__ = 'x'\n  id = Column(Integer)\n"
CREATE = (
    "op.create_table('users', sa.Column('id', sa.Integer, primary_key=True)); "
    "op.create_table('posts', sa.Column('id', sa.Integer, primary_key=True), "
    "sa.Column('user_id', sa.Integer, sa.ForeignKey('users.id')), sa.Column('old', sa.Text))"
)


def merged(linked: Linked, files: Mapping[str, str]) -> Tables:
    project: Project = linked(files)
    program = Program({module.path: module.ir for module in project.modules if module.ir is not None})
    paths = [path for path in program.modules if not path.startswith("db/")]
    return tables_of(read_models(program, paths), project.histories)


def table(tables: Tables, name: str) -> Table:
    found = tables.find(ObjectName(name))
    assert found is not None
    return found


def test_an_index_that_a_revision_made_covers_a_key_that_a_model_declares(linked: Linked) -> None:
    index = "op.create_index('ix', 'posts', ['user_id'])"
    without = merged(linked, {"app/m.py": MODELS, "db/env.py": ENV, "db/versions/1.py": revision("a", None, CREATE)})
    posts = table(without, "posts")
    assert posts.is_covered(("user_id",)) is False
    files = {
        "app/m.py": MODELS,
        "db/env.py": ENV,
        "db/versions/1.py": revision("a", None, CREATE),
        "db/versions/2.py": revision("b", "a", index),
    }
    posts = table(merged(linked, files), "posts")
    assert posts.is_covered(("user_id",)) is True
    assert posts.place.path == "app/m.py"
    (part,) = posts.indexes
    assert (part.declared, part.migrated, part.place.path) == (False, True, "db/versions/2.py")


def test_columns_are_those_of_both_sides(linked: Linked) -> None:
    files = {"app/m.py": MODELS, "db/env.py": ENV, "db/versions/1.py": revision("a", None, CREATE)}
    posts = table(merged(linked, files), "posts")
    assert [(column.name, column.declared is not None, column.migrated is not None) for column in posts.columns] == [
        ("id", True, True),
        ("user_id", True, True),
        ("old", False, True),
    ]
    user_id = posts.column("user_id")
    assert user_id is not None
    assert user_id.anchor == "posts.user_id"
    assert user_id.attribute is not None
    assert len(user_id.foreign_keys) == 1
    assert posts.has_column("none") is False


def test_without_any_history_the_models_are_all_there_is(linked: Linked) -> None:
    posts = table(merged(linked, {"app/m.py": MODELS}), "posts")
    assert posts.history is None
    assert posts.is_covered(("user_id",)) is False


@pytest.mark.parametrize(
    ("metadata", "paired"), [("app.m.Base.metadata", True), ("None", False)], ids=["named", "not named"]
)
def test_of_several_histories_and_metadata_only_what_belongs_together_is_paired(
    linked: Linked, metadata: str, paired: bool
) -> None:
    env = f"import app.m\nfrom alembic import context\ncontext.configure(connection=c, target_metadata={metadata})\n"
    files = {
        "app/__init__.py": "",
        "app/m.py": MODELS,
        "app/other.py": BASE.replace("Base", "Other")
        + "class X(Other):\n  __tablename__ = 'x'\n  id = Column(Integer)\n",
        "db/env.py": env,
        "db/versions/1.py": revision("a", None, "op.create_table('zzz', sa.Column('id', sa.Integer))"),
    }
    posts = table(merged(linked, files), "posts")
    assert (posts.history is not None) is paired
    assert posts.is_covered(("user_id",)) is (False if paired else None)


def test_a_history_that_has_the_tables_is_their_own(linked: Linked) -> None:
    files = {
        "app/m.py": MODELS,
        "app/other.py": BASE.replace("Base", "Other")
        + "class X(Other):\n  __tablename__ = 'x'\n  id = Column(Integer)\n",
        "db/env.py": ENV,
        "db/versions/1.py": revision("a", None, CREATE),
    }
    tables = merged(linked, files)
    assert table(tables, "posts").migrated is not None
    assert table(tables, "x").history is None


def test_single_inheritance_merges_and_rivals_are_told(linked: Linked) -> None:
    text = (
        BASE
        + """
class Animal(Base):
    __tablename__ = "animals"
    id = Column(Integer, primary_key=True)
class Cat(Animal):
    lives = Column(Integer, index=True)
class A(Base):
    __tablename__ = "twice"
    id = Column(Integer, primary_key=True)
class B(Base):
    __tablename__ = "twice"
    id = Column(Integer, primary_key=True)
"""
    )
    tables = merged(linked, {"m.py": text})
    animals, twice = table(tables, "animals"), table(tables, "twice")
    assert [column.name for column in animals.columns] == ["id", "lives"]
    assert animals.is_covered(("lives",)) is True
    assert animals.rivals == ()
    assert [model.name for model in twice.rivals] == ["m.A", "m.B"]


def test_a_table_that_only_the_history_knows_is_a_table(linked: Linked) -> None:
    files = {"db/env.py": ENV, "db/versions/1.py": revision("a", None, CREATE)}
    tables = merged(linked, files)
    assert [str(item.name) for item in tables] == ["posts", "users"]
    assert table(tables, "posts").declared is None
    assert table(tables, "posts").place.path == "db/versions/1.py"
    assert table(tables, "posts").is_covered(("user_id",)) is False


def test_what_is_not_read_in_a_model_leaves_absence_open(linked: Linked) -> None:
    text = MODELS.replace('"posts"', '"posts"\n    __table_args__ = computed()')
    posts = table(merged(linked, {"m.py": text}), "posts")
    assert posts.is_covered(("user_id",)) is None
    assert posts.has_column("other") is None


def test_a_table_of_public_is_the_one_that_a_model_names_without_a_schema(linked: Linked) -> None:
    made = "op.execute('CREATE TABLE public.users (id int PRIMARY KEY)')"
    env = "URL = 'postgresql://db/app'\n" + ENV
    tables = merged(linked, {"m.py": MODELS, "db/env.py": env, "db/versions/1.py": revision("a", None, made)})
    assert [str(item.name) for item in tables] == ["posts", "users"]
    assert table(tables, "users").migrated is not None
    assert tables.find(ObjectName("users", "public")) is table(tables, "users")
