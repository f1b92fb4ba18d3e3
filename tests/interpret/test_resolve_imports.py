"""Which modules a module imports, and when."""

from __future__ import annotations

import pytest

from schemalint.interpret.imports import import_edges
from schemalint.interpret.program import Program
from schemalint.source.frontend_ast import lower

PROJECT = {
    "app/__init__.py": "from .models import User",
    "app/models/__init__.py": "from .user import User\nfrom . import types",
    "app/models/user.py": "class User: ...",
    "app/models/types.py": "",
    "app/space/deep.py": "",
}


def edges(text: str, path: str = "app/api.py") -> list[tuple[str | None, str, tuple[str, ...], str]]:
    whole = Program({name: lower(source) for name, source in (PROJECT | {path: text}).items()})
    return [(edge.path, edge.module, edge.names, edge.when) for edge in import_edges(whole, path)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import sqlalchemy.orm as orm", (None, "sqlalchemy.orm", (), "eager")),
        ("from sqlalchemy import Column, text", (None, "sqlalchemy", ("Column", "text"), "eager")),
        ("import app.models.user", ("app/models/user.py", "app.models.user", (), "eager")),
        ("from app.models.user import User", ("app/models/user.py", "app.models.user", ("User",), "eager")),
        ("from app.models import User", ("app/models/__init__.py", "app.models", ("User",), "eager")),
        ("from app.models import user", ("app/models/user.py", "app.models.user", (), "eager")),
        ("from app.models import types", ("app/models/types.py", "app.models.types", (), "eager")),
        ("from .models import *", ("app/models/__init__.py", "app.models", ("*",), "eager")),
        ("from . import models", ("app/models/__init__.py", "app.models", (), "eager")),
        ("from .space import deep", ("app/space/deep.py", "deep", (), "eager")),
        ("from .gone import x", (None, ".gone", ("x",), "eager")),
        ("if TYPE_CHECKING: import sqlalchemy", (None, "sqlalchemy", (), "type-checking")),
        ("try: import sqlalchemy\nexcept ImportError: pass", (None, "sqlalchemy", (), "eager")),
        ("def f():\n    if x: import sqlalchemy", (None, "sqlalchemy", (), "lazy")),
        ("class A:\n    def f(self):\n        def g(): import sqlalchemy", (None, "sqlalchemy", (), "lazy")),
        ("class A: import sqlalchemy", (None, "sqlalchemy", (), "eager")),
    ],
)
def test_an_import_leads_to_what_it_names(text: str, expected: tuple[str | None, str, tuple[str, ...], str]) -> None:
    assert edges(text) == [expected]


def test_submodules_and_names_of_one_statement_are_told_apart() -> None:
    assert edges("from app.models import User, types, user") == [
        ("app/models/types.py", "app.models.types", (), "eager"),
        ("app/models/user.py", "app.models.user", (), "eager"),
        ("app/models/__init__.py", "app.models", ("User",), "eager"),
    ]


def test_an_edge_knows_its_statement() -> None:
    text = "x = 1\nfrom sqlalchemy import text\n"
    (edge,) = import_edges(Program({"a.py": lower(text)}), "a.py")

    assert text[edge.start : edge.end] == "from sqlalchemy import text"
