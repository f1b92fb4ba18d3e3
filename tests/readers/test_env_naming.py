"""The naming convention of the metadata that an `env.py` targets."""

from __future__ import annotations

from textwrap import dedent

import pytest

from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.ir import ModuleIR
from schemalint.readers.alembic.env import read_env
from schemalint.source.lower import lower

DEFAULT = (("ix", "ix_%(column_0_label)s"),)
OWN = (("uq", "uq_%(table_name)s_%(column_0_name)s"),)
MODELS = """
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})
class User(Base):
    __tablename__ = "users"
"""


def convention_of(source: str, **files: str) -> object:
    modules = {}
    for name, text in {"db__env": "from alembic import context\n" + dedent(source), **files}.items():
        module = lower(dedent(text))
        assert isinstance(module, ModuleIR)
        modules[name.replace("__", "/") + ".py"] = module
    env = read_env(Program(modules), "db/env.py")
    assert env is not None
    return env.naming_convention


@pytest.mark.parametrize(
    "target",
    [
        "from app.models import Base\ntarget_metadata = Base.metadata\n",
        "import app.models\ntarget_metadata = app.models.Base.metadata\n",
        "from app.models import User\ntarget_metadata = User.metadata\n",
        "def load():\n    from app.models import Base\n    return Base.metadata\ntarget_metadata = load()\n",
    ],
)
def test_it_is_that_of_the_metadata(target: str) -> None:
    source = target + "context.configure(connection=c, target_metadata=target_metadata)"

    assert convention_of(source, app__models=MODELS) == OWN


def test_it_is_found_from_inside_a_function() -> None:
    source = """
    def online():
        from app.models import Base
        metadata = Base.metadata
        context.configure(connection=c, target_metadata=metadata)
    """

    assert convention_of(source, app__models=MODELS) == OWN


@pytest.mark.parametrize(
    "source",
    [
        "context.configure(connection=c)",
        "context.configure(connection=c, target_metadata=None)",
        "from app.models import Base\ncontext.configure(connection=c, target_metadata=[Base.metadata])",
    ],
)
def test_what_is_no_single_metadata_has_the_default(source: str) -> None:
    assert convention_of(source, app__models=MODELS) == DEFAULT


def test_it_may_be_assigned() -> None:
    source = """
    from sqlmodel import SQLModel
    target_metadata = SQLModel.metadata
    target_metadata.naming_convention = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    context.configure(connection=c, target_metadata=target_metadata)
    """
    elsewhere = """
    from sqlmodel import SQLModel
    SQLModel.metadata.naming_convention = {"uq": "uq_%(table_name)s_%(column_0_name)s"}
    """
    plain = """
    from sqlmodel import SQLModel
    context.configure(connection=c, target_metadata=SQLModel.metadata)
    """

    assert convention_of(source) == OWN
    assert convention_of(plain, app__models=elsewhere) == OWN
    assert convention_of(plain) == DEFAULT


@pytest.mark.parametrize("setup", ["migrate = Migrate(app, db)", "migrate = Migrate()\nmigrate.init_app(app, db)"])
def test_it_is_that_of_the_database_of_flask_migrate(setup: str) -> None:
    source = """
    from flask import current_app
    def get_metadata():
        return current_app.extensions["migrate"].db.metadata
    context.configure(connection=c, target_metadata=get_metadata())
    """
    app = """
    from flask_migrate import Migrate
    from flask_sqlalchemy import SQLAlchemy
    from sqlalchemy import MetaData
    db = SQLAlchemy(metadata=MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}))
    """

    assert convention_of(source, app__extensions=dedent(app) + setup) == OWN


@pytest.mark.parametrize("owner", ["db.metadata", "db.Model.metadata"])
def test_it_may_be_assigned_to_the_database_of_flask_migrate(owner: str) -> None:
    source = """
    from flask import current_app
    context.configure(connection=c, target_metadata=current_app.extensions["migrate"].db.metadata)
    """
    database = f"""
    from flask_sqlalchemy import SQLAlchemy
    class Database(SQLAlchemy): ...
    db = Database(model_class=object)
    {owner}.naming_convention = {{"uq": "uq_%(table_name)s_%(column_0_name)s"}}
    """
    app = "from flask_migrate import Migrate\nfrom app.database import db\nmigrate = Migrate(app, db)"

    assert convention_of(source, app__database=dedent(database), app__extensions=app) == OWN


def test_a_template_that_is_computed_is_none() -> None:
    models = MODELS.replace('"uq_%(table_name)s_%(column_0_name)s"', "template()")
    source = "from app.models import Base\ncontext.configure(connection=c, target_metadata=Base.metadata)"

    assert convention_of(source, app__models=models) == (("uq", None),)


def test_a_metadata_that_is_computed_has_the_default_where_nothing_sets_a_convention() -> None:
    source = "from app.registry import find\ncontext.configure(connection=c, target_metadata=find())"

    assert convention_of(source) == DEFAULT
    assert isinstance(convention_of(source, app__models=MODELS), Unknown)
