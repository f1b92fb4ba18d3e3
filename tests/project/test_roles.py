"""Roles: by the settings, by what a file holds, and none for tests and examples."""

from __future__ import annotations

import pytest

from tests.project.conftest import ENV, Linked, revision

MODEL = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    __tablename__ = 'a'\n"
ROUTE = "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/')\ndef f():\n    pass\n"
SCHEMA = "from pydantic import BaseModel\nclass A(BaseModel):\n    x: int\n"


@pytest.mark.parametrize(
    ("path", "source", "role"),
    [
        ("db/versions/1.py", revision("a1"), "migration"),
        ("db/env.py", ENV, "settings"),
        (
            "shop/migrations/0001_initial.py",
            "from django.db import migrations\nclass Migration(migrations.Migration):\n    operations = []\n",
            "migration",
        ),
        ("app/models.py", MODEL, "model"),
        ("app/a.py", "from sqlalchemy import Column, Integer\nclass Mixin:\n    id = Column(Integer)\n", "model"),
        ("app/a.py", "from sqlalchemy import MetaData, Table\nt = Table('t', MetaData())\n", "model"),
        (
            "app/a.py",
            "import sqlalchemy as sa\ndef table(*args):\n    return sa.Table(*args)\nclass A:\n    t = table('t')\n",
            "model",
        ),
        (
            "app/a.py",
            "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\nclass A(Base):\n    pass\n",
            "model",
        ),
        (
            "app/a.py",
            "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nclass A(db.Model):\n    id = db.Column()\n",
            "model",
        ),
        ("app/a.py", "from sqlmodel import SQLModel\nclass A(SQLModel, table=True):\n    id: int\n", "model"),
        ("app/a.py", "from sqlmodel import SQLModel\nclass A(SQLModel):\n    id: int\n", "api-schema"),
        ("app/a.py", "from django.db import models\nclass A(models.Model):\n    pass\n", "model"),
        ("app/a.py", ROUTE, "route"),
        ("app/a.py", "from flask import Blueprint\nb = Blueprint('b')\n@b.route('/')\ndef f():\n    pass\n", "route"),
        ("app/a.py", "from django.urls import path\nurlpatterns = [path('a', 1)]\n", "route"),
        ("app/a.py", "from litestar import get\n@get('/')\ndef f():\n    pass\n", "route"),
        ("app/a.py", "import flask.views\nclass V(flask.views.MethodView):\n    pass\n", "route"),
        ("app/a.py", "import sqlalchemy\nclass UserRepository:\n    pass\n", "repository"),
        ("app/repositories/users.py", "from app.db import Session\ndef get():\n    pass\n", "repository"),
        ("app/repositories/users.py", "import json\ndef get():\n    pass\n", None),
        ("app/a.py", SCHEMA, "api-schema"),
        ("app/a.py", "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    x: int\n", "settings"),
        ("app/q.sql", "SELECT 1;\n", "sql"),
        ("app/a.py", "import json\n", None),
        ("app/a.py", "import rich.table\nt = rich.table.Table('t')\n", None),
        ("tests/models.py", MODEL, None),
        ("app/test_models.py", MODEL, None),
        ("examples/models.py", MODEL, None),
    ],
)
def test_the_role_comes_from_what_a_file_holds(linked: Linked, path: str, source: str, role: str | None) -> None:
    project = linked({path: source})

    assert [module.role for module in project.modules if module.path == path] == [role]


def roles(project: object) -> dict[str, str | None]:
    return {module.path: module.role for module in project.modules}  # type: ignore[attr-defined]


def test_a_domain_package_is_a_domain_where_it_is_free_of_the_rest(linked: Linked) -> None:
    entity = "import dataclasses\nclass A:\n    pass\n"
    project = linked(
        {
            "app/domain/entities.py": entity,
            "app/domain/values.py": SCHEMA,
            "other/domain/users/entities.py": entity,
            "other/domain/users/models.py": MODEL,
            "third/domain/users/entities.py": entity,
            "third/domain/users/views.py": ROUTE,
        }
    )

    assert roles(project) == {
        "app/domain/entities.py": "domain",
        "app/domain/values.py": "domain",
        "other/domain/users/entities.py": None,
        "other/domain/users/models.py": "model",
        "third/domain/users/entities.py": None,
        "third/domain/users/views.py": "route",
    }


def test_the_settings_have_the_first_word(linked: Linked) -> None:
    project = linked({"tests/a.py": MODEL, "app/b.py": MODEL}, roles={"domain": ("app/b.py",), "model": ("tests/**",)})

    assert roles(project) == {"tests/a.py": "model", "app/b.py": "domain"}


def test_a_file_that_cannot_be_parsed_has_the_role_of_its_glob_only(linked: Linked) -> None:
    project = linked({"app/a.py": "def f(:\n", "app/b.py": "def f(:\n"}, roles={"model": ("app/b.py",)})

    assert roles(project) == {"app/a.py": None, "app/b.py": "model"}
