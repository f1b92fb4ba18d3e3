"""What a name stands for: imports, aliases, re-exports, star imports, circles."""

from __future__ import annotations

import pytest

from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import (
    BoundValue,
    DefinedClass,
    DefinedFunction,
    External,
    ModuleRef,
    Resolution,
    Unresolved,
)
from schemalint.interpret.resolve import qualified_name, resolve, resolve_dotted
from schemalint.interpret.scopes import function_scope
from schemalint.ir import Assign, ExpressionStatement, FunctionDef
from schemalint.source.frontend_ast import lower


def program(files: dict[str, str]) -> Program:
    return Program({path: lower(text) for path, text in files.items()})


def meaning(text: str, name: str) -> Resolution:
    """What a name stands for at the end of a file that is alone."""
    return resolve_dotted(program({"main.py": text}), "main.py", name)


def name_in(files: dict[str, str], name: str, path: str = "main.py") -> str | None:
    """The qualified name of an expression that stands at the end of the file at `path`."""
    whole = program(files | {path: f"{files.get(path, '')}\n{name}\n"})
    statement = whole.modules[path].body[-1]
    assert isinstance(statement, ExpressionStatement)
    return qualified_name(whole, path, statement.value)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("import sqlalchemy as sa", "sa.Column", "sqlalchemy.Column"),
        ("import sqlalchemy.orm", "sqlalchemy.orm.mapped_column", "sqlalchemy.orm.mapped_column"),
        ("from alembic import op", "op.create_table", "alembic.op.create_table"),
        ("from alembic.op import add_column as add", "add", "alembic.op.add_column"),
        ("from django_tables2 import Column", "Column", "django_tables2.Column"),
        ("import sqlalchemy as sa\nColumn = sa.Column", "Column", "sqlalchemy.Column"),
        ("from sqlalchemy.orm import mapped_column\n_a = mapped_column\n_b = _a", "_b", "sqlalchemy.orm.mapped_column"),
        ("import sqlalchemy as sa\nclass sa: Column = 1", "sa.Column", "main.sa.Column"),
        ("from sqlalchemy import *", "ForeignKey", "sqlalchemy.ForeignKey"),
        ("", "list", "builtins.list"),
        ("def list(): ...", "list", "main.list"),
        ("", "Column", None),
        ("(lambda: 1)", "(lambda: 1)", None),
    ],
)
def test_names_lead_to_their_origin(text: str, name: str, expected: str | None) -> None:
    assert name_in({"main.py": text}, name) == expected


REEXPORTS = {
    "app/__init__.py": "",
    "app/db/__init__.py": "import sqlalchemy as sa\nfrom .base import Base as Model\nfrom . import types",
    "app/db/base.py": "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): ...",
    "app/db/types.py": "from sqlalchemy.types import Integer as Int\nfrom ..settings import PREFIX",
    "app/settings.py": "PREFIX = 'x_'",
}


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("from app.db import sa", "sa.Table", "sqlalchemy.Table"),
        ("from app import db", "db.sa.Table", "sqlalchemy.Table"),
        ("import app.db", "app.db.Model", "app.db.base.Base"),
        ("from app.db import Model", "Model", "app.db.base.Base"),
        ("from app.db import types", "types.Int", "sqlalchemy.Integer"),
        ("import app.db.types as t", "t.PREFIX", "app.settings.PREFIX"),
        ("from app.db.base import Base", "Base", "app.db.base.Base"),
        ("from app.db import nothing", "nothing", None),
        ("from app.gone import Model", "Model", None),
        ("from ..beyond import Model", "Model", None),
    ],
)
def test_names_are_followed_through_the_modules_of_the_project(text: str, name: str, expected: str | None) -> None:
    assert name_in(REEXPORTS | {"main.py": text}, name) == expected


STARS = {
    "pkg/__init__.py": "from .public import *\nfrom .rest import *",
    "pkg/public.py": "__all__ = ['shown'] + ['also']\n__all__ += ['_listed']\nshown = also = _listed = hidden = 1",
    "pkg/rest.py": "from sqlalchemy import *\nopen_ = _private = hidden = 2",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shown", "pkg.public.shown"),
        ("also", "pkg.public.also"),
        ("_listed", None),
        ("hidden", "pkg.rest.hidden"),
        ("open_", "pkg.rest.open_"),
        ("_private", None),
        ("Column", "sqlalchemy.Column"),
    ],
)
def test_a_star_import_brings_what_the_module_makes_public(name: str, expected: str | None) -> None:
    assert name_in(STARS | {"main.py": "from pkg import *"}, name) == expected
    if expected is not None:
        assert name_in(STARS | {"main.py": "import pkg"}, f"pkg.{name}") == expected


def test_all_makes_a_private_name_public() -> None:
    assert name_in(STARS | {"main.py": "from pkg.public import *"}, "_listed") == "pkg.public._listed"


def test_what_an_unknown_star_import_may_bring_is_not_guessed() -> None:
    assert meaning("from legacy import *", "Column") == Unresolved("may come from `from legacy import *`")
    assert meaning("from legacy import *\nfrom sqlalchemy import Column", "Column") == External("sqlalchemy.Column")


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "from b import x", "b.py": "from a import x"},
        {"a.py": "x = y\ny = x"},
        {"a.py": "x = x.y"},
        {"a.py": "from b import *", "b.py": "from a import *"},
        {"a.py": "class x(x.Inner): ...\nx = x.Inner"},
        {"a.py": "\n".join(f"x{n} = x{n + 1}" for n in range(3000)) + "\nx = x0"},
        {"a.py": "from b import x", "b.py": "import a\nx = a.x"},
    ],
)
def test_circles_end_in_a_reason(files: dict[str, str]) -> None:
    found = resolve_dotted(program(files), "a.py", "x")

    assert isinstance(found, Unresolved)
    assert found.reason


def test_a_name_outside_of_a_circle_of_modules_is_found_all_the_same() -> None:
    files = {
        "app/__init__.py": "from . import models\nfrom .models import User",
        "app/models.py": "from app import db\nfrom app.db import Base\nclass User(Base): ...",
        "app/db.py": "from app import models\nfrom sqlalchemy.orm import DeclarativeBase as Base",
    }

    assert name_in(files | {"main.py": "from app import User"}, "User") == "app.models.User"
    assert name_in(files | {"main.py": "import app"}, "app.models.db.Base") == "sqlalchemy.orm.DeclarativeBase"
    assert name_in(files | {"main.py": "from app import models"}, "models") == "app.models"


def test_a_file_named_after_a_library_does_not_replace_it() -> None:
    files = {
        "alembic/__init__.py": "",
        "alembic/env.py": "from alembic import context",
        "tools/redis.py": "import redis\npool = redis.Redis()",
        "tools/cache.py": "import redis",
    }

    assert name_in(files, "context.configure", "alembic/env.py") == "alembic.context.configure"
    assert name_in(files, "redis.asyncio.Redis", "tools/cache.py") == "redis.asyncio.Redis"
    assert name_in(files, "pool", "tools/redis.py") == "redis.pool"


def test_a_value_comes_with_its_expression_and_its_doubts() -> None:
    text = "NAME: str = 'users'\nif DEBUG:\n    PREFIX = 'a'\nelse:\n    PREFIX = 'b'\nfor KIND in KINDS: pass\n"
    name, prefix, kind = (meaning(text, name) for name in ("NAME", "PREFIX", "KIND"))

    assert isinstance(name, BoundValue)
    assert name.annotation is not None
    assert (name.name, name.ambiguous) == ("NAME", False)
    assert isinstance(prefix, BoundValue)
    assert prefix.ambiguous
    assert isinstance(kind, BoundValue)
    assert kind.expression is None


@pytest.mark.parametrize(
    "text",
    [
        "if DEBUG:\n    X = A\nelse:\n    X = B",
        "try:\n    from settings import X\nexcept ImportError:\n    X = B",
        "X = A\ndef change():\n    global X\n    X = B",
    ],
)
def test_a_value_is_in_doubt_where_a_name_on_the_way_to_it_is(text: str) -> None:
    found = resolve_dotted(program({"main.py": f"A = 1\nB = 2\n{text}", "settings.py": "X = 1"}), "main.py", "X")

    assert isinstance(found, BoundValue)
    assert found.ambiguous


def test_definitions_are_found_where_they_stand() -> None:
    files = {"app/models.py": "class User:\n    class Meta: ...\n    def save(self): ...\ndef load(): ..."}
    whole = program(files | {"app/api.py": "from app.models import User, load\nfrom app import models"})

    assert isinstance(resolve_dotted(whole, "app/api.py", "load"), DefinedFunction)
    assert resolve_dotted(whole, "app/api.py", "models") == ModuleRef("app/models.py")
    meta = resolve_dotted(whole, "app/api.py", "models.User.Meta")
    assert isinstance(meta, DefinedClass)
    assert (meta.path, meta.qualifier) == ("app/models.py", "User")
    save = resolve_dotted(whole, "app/api.py", "User.save")
    assert isinstance(save, DefinedFunction)
    assert (save.path, save.qualifier, save.node.name) == ("app/models.py", "User", "save")


FUNCTION = """
from sqlalchemy import Column, text

def upgrade(text):
    global run
    from alembic import op as run, context
    Column = make()
    def helper(): ...
    value = 1
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("text", Unresolved("local")),
        ("Column", Unresolved("local")),
        ("value", Unresolved("local")),
        ("context.is_offline_mode", External("alembic.context.is_offline_mode")),
    ],
)
def test_local_names_hide_those_of_the_module(name: str, expected: Resolution) -> None:
    whole = program({"main.py": f"{FUNCTION}\nx = {name}"})
    function, assign = whole.modules["main.py"].body[1:]
    assert isinstance(function, FunctionDef)
    assert isinstance(assign, Assign)

    assert resolve(whole, "main.py", assign.value, function_scope(function)) == expected
    assert resolve(whole, "main.py", assign.value, frozenset({name.partition(".")[0]})) == Unresolved("local")


FLASK = {
    "app/__init__.py": "from flask_sqlalchemy import SQLAlchemy\nclass Database(SQLAlchemy): ...\ndb = Database()",
    "app/models.py": "from app import db",
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("db.Column", "sqlalchemy.Column"),
        ("db.func.now", "sqlalchemy.func.now"),
        ("db.relationship", "sqlalchemy.orm.relationship"),
        ("db.Model", "flask_sqlalchemy.model.Model"),
        ("db.session.commit", "flask_sqlalchemy.SQLAlchemy.session.commit"),
    ],
)
def test_the_names_of_sqlalchemy_are_found_on_a_flask_sqlalchemy_object(name: str, expected: str) -> None:
    assert name_in(FLASK, name, "app/models.py") == expected


def test_what_hangs_on_an_object_is_called_after_its_maker() -> None:
    text = "from fastapi import APIRouter\nclass Users:\n    def get(self): ...\nrouter = APIRouter()\nusers = Users()"

    assert name_in({"main.py": text}, "router.get") == "fastapi.APIRouter.get"
    assert name_in({"main.py": text}, "users.get") == "main.Users.get"
    assert name_in({"main.py": text}, "users.name") is None


def test_a_value_made_by_its_own_attribute_is_unresolved() -> None:
    """`hook = hook.wrap(app)` names itself on the way to what makes it."""
    found = meaning("hook = hook.wrap(1)\nother = hook.go()\n", "other.run")
    assert isinstance(found, Unresolved)


def test_a_module_that_is_imported_by_its_text_is_that_module() -> None:
    files = {
        "app/2020-01_first.py": "from sqlalchemy import Column\nmodels = {}\ndef assign(): ...\n",
        "main.py": "from importlib import import_module\nfirst = import_module('app.2020-01_first')\n"
        "gone = import_module('app.gone')\nassign = first.assign\n",
    }
    whole = program(files)
    assert isinstance(resolve_dotted(whole, "main.py", "first.assign"), DefinedFunction)
    assert isinstance(resolve_dotted(whole, "main.py", "first.models"), BoundValue)
    assert resolve_dotted(whole, "main.py", "first.Column") == External("sqlalchemy.Column")
    assert isinstance(resolve_dotted(whole, "main.py", "gone.models"), Unresolved)
