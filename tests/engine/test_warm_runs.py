"""What a run says after an edit is what it would say without anything kept from the runs before."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.records import Settings
from schemalint.source.tree import FolderTree

MODELS = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
"""
DATABASE = """\
from sqlalchemy.orm import Session


def get_db():
    with Session() as session:
        yield session
"""
QUERIES = """\
from sqlalchemy import select
from app.models import User


def by_email(session, email):
    return session.scalars(select(User).where(User.email == email))


def by_emails(session, emails):
    return [session.scalars(select(User).where(User.email == email)).all() for email in emails]
"""
ROUTES = """\
from fastapi import APIRouter, Depends
from sqlalchemy import text
from app.database import get_db
from app.tools import clean

router = APIRouter()


@router.get("/users")
async def users(name: str, db=Depends(get_db)):
    db.execute(text(f"SELECT * FROM users WHERE name = '{clean(name)}'"))
    db.commit()
"""
VIEWS = """\
def configure(config):
    config.add_request_method(session_of, "db", reify=True)


def session_of(request):
    return request.registry["session"]


def show(request, names):
    for name in names:
        request.db.execute("SELECT 1 FROM users WHERE name = " + name)
"""
FILES = {
    "app/__init__.py": "",
    "app/models.py": MODELS,
    "app/database.py": DATABASE,
    "app/queries.py": QUERIES,
    "app/routes.py": ROUTES,
    "app/tools.py": "def clean(name):\n    return name.strip()\n",
    "app/views.py": VIEWS,
}
ASYNC = DATABASE.replace("sqlalchemy.orm import Session", "sqlalchemy.ext.asyncio import AsyncSession as Session")
EDITS: dict[str, dict[str, str | None]] = {
    "a comment": {"app/tools.py": "# tools\n" + FILES["app/tools.py"]},
    "a field of a model": {
        "app/models.py": MODELS.replace(
            "email: Mapped[str]", 'team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))'
        )
    },
    "a model of another name": {"app/models.py": MODELS.replace("class User", "class Person")},
    "a class that is no model": {"app/models.py": "class User: ...\n"},
    "a model under the same name": {
        "app/people.py": MODELS,
        "app/models.py": "from app.people import Base, User\n",
    },
    "another import": {"app/queries.py": QUERIES.replace("from sqlalchemy import", "from other import")},
    "another session": {"app/database.py": ASYNC},
    "a session that is none": {"app/database.py": DATABASE.replace("sqlalchemy.orm", "requests")},
    "a constant instead of a call": {"app/routes.py": ROUTES.replace("'{clean(name)}'", "1")},
    "a new route": {
        "app/routes.py": ROUTES
        + '\n\n@router.get("/")\ndef root(db=Depends(get_db)):\n    db.execute(text("DELETE FROM users"))\n'
    },
    "a file less": {"app/database.py": None},
    "a model less": {"app/models.py": None},
    "a file that shadows a module": {"app/models/__init__.py": "User = None\n"},
    "a file that shadows a library": {"sqlalchemy/__init__.py": "def select(*given): ...\n"},
    "a broken file": {"app/models.py": "class User(:\n"},
    "a file of another name": {"app/queries.py": None, "app/finders.py": QUERIES},
    "a session on requests": {
        "app/views.py": VIEWS.replace('request.registry["session"]', "Session()").replace(
            "def configure", "from sqlalchemy.orm import Session\n\n\ndef configure"
        )
    },
    "a module that registers on requests": {
        "app/setup.py": "from app.database import Session\n\n\ndef db(request):\n    return Session()\n\n\n"
        'def configure(config):\n    config.add_request_method(db, "db")\n'
    },
}


def write(root: Path, files: Mapping[str, str | None]) -> None:
    for path, text in files.items():
        if text is None:
            (root / path).unlink(missing_ok=True)
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")


def said(root: Path, cache: Path | None) -> list[str]:
    """What a run finds, whole."""
    outcome = run(Request(FolderTree(root), Settings(root=str(root), select=("ALL",)), Cache(cache)))
    assert not outcome.crashes
    return [str(diagnostic) for diagnostic in outcome.result.diagnostics] + [str(outcome.roles)]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_judged_as_without_what_was_kept(tmp_path: Path, edit: str) -> None:
    root, cache = tmp_path / "shop", tmp_path / "cache"
    write(root, FILES)
    before = said(root, cache)
    assert before == said(root, None)
    assert Cache(cache).everything("functions")

    write(root, EDITS[edit])

    after = said(root, cache)
    assert after == said(root, None)
    assert (after == before) == (edit == "a comment")


@settings(max_examples=6, deadline=None)
@given(edits=st.permutations(list(EDITS)))
def test_edits_after_edits_are_judged_as_without_what_was_kept(
    tmp_path_factory: pytest.TempPathFactory, edits: list[str]
) -> None:
    """Each edit is made upon those before it, and taken back again after every third."""
    folder = tmp_path_factory.mktemp("project")
    root, cache = folder / "shop", folder / "cache"
    write(root, FILES)
    for number, edit in enumerate(edits):
        if number % 3 == 2:
            shutil.rmtree(root)
            write(root, FILES)
        write(root, EDITS[edit])
        assert said(root, cache) == said(root, None), edit
