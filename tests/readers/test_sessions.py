"""Sessions are recognised by their class, however they arrive, and never by how a name is spelt."""

from __future__ import annotations

import pytest

from schemalint.interpret.program import Program
from schemalint.project.functions import Function, Functions
from schemalint.source.frontend_ast import lower


def functions(files: dict[str, str]) -> Functions:
    return Functions(Program({path: lower(text) for path, text in files.items()}))


def handler(text: str, files: dict[str, str] | None = None, name: str = "handler") -> Function:
    """The function of that name in `app/main.py`, beside other files."""
    everything = {"app/__init__.py": "", "app/main.py": text, **(files or {})}
    return next(item for item in functions(everything).of("app/main.py") if item.name == name)


def calls(function: Function) -> list[tuple[str, str, str, str]]:
    return [(item.method, item.session.kind, item.session.library, item.session.how) for item in function.session_calls]


PROVIDER = {
    "app/deps.py": """
from collections.abc import Generator
from typing import Annotated
from fastapi import Depends
from sqlalchemy.orm import Session
from app.db import SessionLocal

def get_db() -> Generator[Session, None, None]:
    with SessionLocal() as session:
        yield session

def plain_db():
    session = SessionLocal()
    try:
        yield session
    finally:
        session.close()

SessionDep = Annotated[Session, Depends(get_db)]
Bare = Annotated["Session", Depends(get_db)]
""",
    "app/db.py": """
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("sqlite://")
SessionLocal = sessionmaker(bind=engine)
""",
}


@pytest.mark.parametrize(
    ("parameter", "how"),
    [
        ("s: Session", "parameter"),
        ("s: 'Session'", "parameter"),
        ("s: Session | None = None", "parameter"),
        ("s: Optional[Session] = None", "parameter"),
        ("s=Depends(get_db)", "dependency"),
        ("s=Depends(plain_db)", "dependency"),
        ("s=Depends(deps.get_db)", "dependency"),
        ("s: Session = Depends(get_db)", "dependency"),
        ("s: Annotated[Session, Depends(get_db)]", "dependency"),
        ("s: SessionDep", "dependency"),
        ("s: deps.SessionDep", "dependency"),
        ("s: Bare", "dependency"),
        ("s: FromDishka[Session]", "dependency"),
    ],
)
def test_a_session_that_is_a_parameter(parameter: str, how: str) -> None:
    text = f"""
from typing import Annotated, Optional
from dishka import FromDishka
from fastapi import Depends
from sqlalchemy.orm import Session
from app import deps
from app.deps import Bare, SessionDep, get_db, plain_db

def handler({parameter}):
    s.commit()
"""
    assert calls(handler(text, PROVIDER)) == [("commit", "sync", "sqlalchemy", how)]


@pytest.mark.parametrize(
    "statement",
    [
        "with SessionLocal() as s:",
        "with SessionLocal.begin() as s:",
        "with db.SessionLocal() as s:",
        "with Session(engine) as s:",
        "with scope() as s:",
        "with typed_scope() as s:",
        "with contextlib.closing(SessionLocal()) as s:",
        "for s in get_db():",
        "if s := SessionLocal():",
    ],
)
def test_a_session_that_is_made_in_the_body(statement: str) -> None:
    text = f"""
import contextlib
from contextlib import contextmanager
from collections.abc import Iterator
from sqlalchemy.orm import Session
from app import db
from app.db import SessionLocal, engine
from app.deps import get_db

@contextmanager
def scope():
    session = SessionLocal()
    yield session

@contextmanager
def typed_scope() -> Iterator[Session]:
    yield from ()

def handler():
    {statement}
        s.flush()
"""
    assert [item[:3] for item in calls(handler(text, PROVIDER))] == [("flush", "sync", "sqlalchemy")]


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        ("async_sessionmaker(engine)", "async"),
        ("async_sessionmaker(engine, expire_on_commit=False)", "async"),
        ("sessionmaker(engine, class_=AsyncSession)", "async"),
        ("sessionmaker(engine, AsyncSession)", "async"),
        ("sessionmaker(engine)", "sync"),
        ("scoped_session(sessionmaker(engine))", "sync"),
    ],
)
def test_what_a_factory_makes(made: str, kind: str) -> None:
    text = f"""
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import scoped_session, sessionmaker
factory = {made}

def handler():
    with factory() as s:
        s.commit()
"""
    assert [item[1] for item in calls(handler(text))] == [kind]


def test_a_session_of_self_comes_from_the_constructor_an_annotation_or_a_base() -> None:
    text = """
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from app.base import Repository

class Given:
    def __init__(self, session: Session):
        self.session = session
    def handler(self):
        self.session.add(1)

class Declared:
    db: AsyncSession
    async def handler(self):
        await self.db.commit()

class Inherited(Repository):
    def handler(self):
        self.store.flush()

class Property:
    @property
    def current(self) -> Session: ...
    def handler(self):
        self.current.rollback()
"""
    base = """
from sqlalchemy.orm import Session
class Repository:
    def __init__(self, session: Session):
        self.store = session
"""
    found = functions({"app/__init__.py": "", "app/main.py": text, "app/base.py": base})
    methods = [item for item in found.of("app/main.py") if item.name == "handler"]
    assert [call for item in methods for call in calls(item)] == [
        ("add", "sync", "sqlalchemy", "attribute"),
        ("commit", "async", "sqlalchemy", "attribute"),
        ("flush", "sync", "sqlalchemy", "attribute"),
        ("rollback", "sync", "sqlalchemy", "attribute"),
    ]


def test_the_global_session_of_flask_sqlalchemy() -> None:
    text = "from app.ext import db\ndef handler():\n    db.session.add(1)\n    db.session.commit()\n"
    files = {"app/ext.py": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"}
    assert [item[:2] for item in calls(handler(text, files))] == [("add", "sync"), ("commit", "sync")]


def test_a_session_that_pyramid_puts_on_the_request() -> None:
    files = {
        "app/db.py": """
from sqlalchemy.orm import Session
def make(request):
    return Session()
def includeme(config):
    config.add_request_method(make, name="db", reify=True)
"""
    }
    assert calls(handler("def handler(request):\n    request.db.flush()\n", files)) == [
        ("flush", "sync", "sqlalchemy", "request")
    ]
    assert calls(handler("def handler(request):\n    request.db.flush()\n")) == []


@pytest.mark.parametrize(
    ("body", "library", "level"),
    [
        ("with create_engine('x').connect() as c:\n        c.execute('SELECT 2')", "sqlalchemy", "connection"),
        ("with create_engine('x').begin() as c:\n        c.execute('SELECT 2')", "sqlalchemy", "connection"),
        ("c = sqlite3.connect('x').cursor()\n    c.execute('SELECT 2')", "sqlite3", "cursor"),
        ("with psycopg2.connect('x').cursor() as c:\n        c.execute('SELECT 2')", "psycopg2", "cursor"),
        ("with connection.cursor() as c:\n        c.execute('SELECT 2')", "django", "cursor"),
        ("with connections['x'].cursor() as c:\n        c.execute('SELECT 2')", "django", "cursor"),
        ("c = databases.Database('x')\n    c.fetch_all('SELECT 2')", "databases", "connection"),
    ],
)
def test_connections_and_cursors(body: str, library: str, level: str) -> None:
    text = f"""
import sqlite3, psycopg2, databases
from django.db import connection, connections
from sqlalchemy import create_engine

def handler():
    {body}
"""
    found = handler(text).session_calls[-1].session
    assert (found.library, found.level) == (library, level)


def test_what_is_awaited_and_acquired() -> None:
    text = """
import asyncpg
async def handler():
    pool = await asyncpg.create_pool("x")
    async with pool.acquire() as c:
        await c.fetch("SELECT 2")
"""
    found = handler(text).session_calls
    assert [(item.method, item.session.type, item.use) for item in found] == [
        ("acquire", "asyncpg.Pool", "entered"),
        ("fetch", "asyncpg.Connection", "awaited"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "session = requests.Session()\n    session.get('x')\n    session.delete('x')",
        "session = {}\n    session.get('x')",
        "db = boto3.resource('dynamodb')\n    db.delete('x')",
        "sess = login()\n    sess.delete()",
        "flask.session.get('x')",
        "session.get('x')\n    session.commit()",
        "cache.get('x')\n    cache.delete('x')",
    ],
)
def test_a_name_alone_makes_no_session(body: str) -> None:
    text = f"import boto3, flask, requests\nfrom app.cache import cache\ndef handler(session=None):\n    {body}\n"
    function = handler(text)
    assert (function.session_calls, function.queries) == ((), ())


def test_two_ways_that_differ_are_not_known() -> None:
    text = """
from sqlalchemy.orm import Session
from sqlalchemy.ext.asyncio import AsyncSession
def handler(flag, engine):
    if flag:
        s = Session(engine)
    else:
        s = AsyncSession(engine)
    s.commit()
    if flag:
        s = Session(engine)
        s.flush()
"""
    assert calls(handler(text)) == [("flush", "sync", "sqlalchemy", "call")]


def test_what_becomes_of_a_coroutine_is_told() -> None:
    text = """
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
async def handler(s: AsyncSession):
    s.commit()
    await s.flush()
    await asyncio.gather(s.refresh(1), s.refresh(2))
    task = s.rollback()
    return s.close()
"""
    found = handler(text).session_calls
    assert [(item.method, item.use, item.inside) for item in found] == [
        ("commit", "discarded", ()),
        ("flush", "awaited", ()),
        ("refresh", "argument", ("asyncio.gather",)),
        ("refresh", "argument", ("asyncio.gather",)),
        ("rollback", "assigned", ()),
        ("close", "returned", ()),
    ]


def test_a_global_that_a_function_sets() -> None:
    text = """
from sqlalchemy.orm import sessionmaker
Session = None
def configure(engine):
    global Session
    Session = sessionmaker(bind=engine)
def handler():
    s = Session()
    s.commit()
"""
    assert [item[0] for item in calls(handler(text))] == ["commit"]


def test_providers_and_defaults_stand_in_the_signature() -> None:
    text = """
from fastapi import Depends
from sqlalchemy.orm import Session
from app.deps import SessionDep, get_db
def handler(a: SessionDep, b: Session = Depends(get_db), c: int = 3): ...
"""
    found = handler(text, PROVIDER).signature.parameters
    assert [(item.name, item.type, item.provider, item.default, item.has_default) for item in found] == [
        ("a", "sqlalchemy.orm.Session", "app.deps.get_db", None, False),
        ("b", "sqlalchemy.orm.Session", "app.deps.get_db", "fastapi.Depends", True),
        ("c", "builtins.int", None, None, True),
    ]
