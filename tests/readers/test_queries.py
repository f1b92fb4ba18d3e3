"""The queries of functions: what they select, on which session, whether they run, and how they are put together."""

from __future__ import annotations

import pytest

from schemalint.facts.queries import Query
from schemalint.interpret.program import Program
from schemalint.project.functions import Function, Functions
from schemalint.source.frontend_ast import lower

MODELS = """
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlmodel import Field, SQLModel
from django.db import models
db = SQLAlchemy()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    active = Column(Integer)
    posts = relationship("Post")
class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
class Page(db.Model):
    id = Column(Integer, primary_key=True)
class Hero(SQLModel, table=True):
    id: int = Field(primary_key=True)
    name: str
class HeroIn(SQLModel):
    name: str
class Article(models.Model):
    title = models.CharField(max_length=3)
audit = Table("audit", MetaData(), Column("id", Integer))
"""


def main_of(text: str, files: dict[str, str] | None = None) -> list[Function]:
    everything = {"app/__init__.py": "", "app/models.py": MODELS, "app/main.py": text, **(files or {})}
    return list(Functions(Program({path: lower(body) for path, body in everything.items()})).of("app/main.py"))


def queries(body: str, parameters: str = "session: Session", before: str = "") -> list[Query]:
    """The queries of a function with this body."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    text = f"""
import sqlalchemy as sa
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, aliased
import sqlmodel
from app import models
from app.models import Article, Hero, HeroIn, Page, Post, User, audit
{before}
async def handler({parameters}):
{lines}
"""
    return list(main_of(text)[-1].queries)


def short(query: Query) -> tuple[str, list[str], bool]:
    return query.verb, [name.rpartition(".")[2] for name in query.entities], query.executed is not None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("session.execute(select(User))", ("select", ["User"], True)),
        ("session.scalars(sa.select(models.User)).all()", ("select", ["User"], True)),
        ("session.scalar(select(func.count()).select_from(User))", ("select", ["User"], True)),
        ("session.execute(select(User.email, Post.id))", ("select", ["User", "Post"], True)),
        ("session.execute(select(User).join(Post))", ("select", ["User", "Post"], True)),
        ("session.get(User, 1)", ("select", ["User"], True)),
        ("session.query(User).filter_by(id=1).first()", ("select", ["User"], True)),
        ("session.query(User).delete()", ("delete", ["User"], True)),
        ("session.query(User)", ("select", ["User"], False)),
        ("unknown.query(User.id).all()", ("select", ["User"], True)),
        ("session.execute(update(User).values(email='x'))", ("update", ["User"], True)),
        ("session.execute(delete(User))", ("delete", ["User"], True)),
        ("session.execute(insert(User), [{}])", ("insert", ["User"], True)),
        ("session.execute(pg_insert(User).on_conflict_do_nothing())", ("insert", ["User"], True)),
        ("session.execute(audit.insert(), {})", ("insert", ["audit"], True)),
        ("session.execute(audit.select())", ("select", ["audit"], True)),
        ("session.execute(User.__table__.delete())", ("delete", ["User"], True)),
        ("session.execute(text('UPDATE t SET a = 1'))", ("raw", [], True)),
        ("session.bulk_insert_mappings(User, [])", ("insert", ["User"], True)),
        ("u = aliased(User)\nsession.execute(select(u))", ("select", ["User"], True)),
        ("return select(User).where(User.id == 1)", ("select", ["User"], False)),
        ("Page.query.all()", ("select", ["Page"], True)),
        ("Page.query.filter_by(id=1).delete()", ("delete", ["Page"], True)),
        ("for page in Page.query: ...", ("select", ["Page"], True)),
        ("return list(Page.query)", ("select", ["Page"], True)),
        ("return [page.id for page in Page.query.filter()]", ("select", ["Page"], True)),
        ("return Page.query", None),
        ("Article.objects.get(id=1)", ("select", ["Article"], True)),
        ("Article.objects.filter(id=1).update(title='x')", ("update", ["Article"], True)),
        ("Article.objects.create(title='x')", ("insert", ["Article"], True)),
        ("await Article.objects.acreate(title='x')", ("insert", ["Article"], True)),
        ("return Article.objects.filter(id=1)", ("select", ["Article"], False)),
        ("for article in Article.objects.all(): ...", ("select", ["Article"], True)),
        ("models.Article.objects.count()", ("select", ["Article"], True)),
    ],
)
def test_what_a_query_is(body: str, expected: tuple[str, list[str], bool] | None) -> None:
    assert [short(query) for query in queries(body)] == ([] if expected is None else [expected])


@pytest.mark.parametrize(
    "body",
    [
        "q = select(User)\nq = q.where(User.id == 1)\nsession.execute(q)",
        "q = select(User)\nif session:\n    q = q.where(User.id == 1)\nresult = session.execute(q)\nresult.first()",
        "q = select(User)\nwhile True:\n    q = q.limit(3).where(User.id == 1)\n    session.execute(q)",
        "q = session.query(User)\nq = q.filter(User.id == 1)\nreturn q.all()",
        "q = session.query(User).filter(User.id == 1)\nfor user in q: ...",
        "conditions = [User.id == 1]\nsession.execute(select(User).where(*conditions))",
        "session.execute(base().where(User.id == 1))",
    ],
)
def test_a_statement_that_is_built_in_steps_is_one_query(body: str) -> None:
    found = queries(body, before="def base():\n    return select(User)\n")
    assert [short(query) for query in found] == [("select", ["User"], True)]
    assert [(use.column, use.operator) for use in found[0].filters] == [("id", "==")]


def test_the_other_branch_is_not_followed() -> None:
    found = queries("""
if session:
    q = select(User)
    session.execute(q)
else:
    q = delete(Post)
    session.execute(q)
""")
    assert [short(query) for query in found] == [("select", ["User"], True), ("delete", ["Post"], True)]


def test_what_a_query_gave_is_no_query() -> None:
    found = queries(
        "user = session.query(User).first()\nuser.delete()\nuser.get('x')\nusers = Page.query.all()\nlen(users)"
    )
    assert [short(query) for query in found] == [("select", ["User"], True), ("select", ["Page"], True)]


def test_a_subquery_belongs_to_its_query() -> None:
    found = queries("""
ids = select(Post.user_id).where(Post.id > 3).subquery()
session.execute(select(User).where(User.id.in_(select(Post.user_id))).where(User.email.in_(ids)))
""")
    assert [short(query) for query in found] == [("select", ["User"], True)]


def test_columns_that_filter_order_and_join() -> None:
    query = queries("""
session.execute(
    select(User)
    .join(Post, Post.user_id == User.id)
    .where(User.email.in_(["a"]), sa.or_(User.active == 1, User.id > 3))
    .order_by(User.email.desc())
    .limit(3)
)
""")[0]
    assert [(use.column, use.operator) for use in query.filters] == [("email", "in_"), ("active", "=="), ("id", ">")]
    assert [use.column for use in query.orders] == ["email"]
    assert {(use.entity, use.column) for use in query.joins} == {
        ("app.models.Post", "user_id"),
        ("app.models.User", "id"),
    }
    assert (query.limited, query.unfiltered) == (True, False)


def test_django_look_ups() -> None:
    query = queries(
        "Article.objects.filter(author__name__icontains='x', id=1).exclude(title=2).order_by('-title').first()"
    )[0]
    assert [(use.column, use.operator) for use in query.filters] == [
        ("author__name", "icontains"),
        ("id", "exact"),
        ("title", "exact"),
    ]
    assert [use.column for use in query.orders] == ["title"]


@pytest.mark.parametrize(
    ("body", "unfiltered"),
    [
        ("session.execute(delete(User))", True),
        ("session.execute(delete(User).where(User.id == 1))", False),
        ("session.execute(delete(User).where(unknown()))", False),
        ("session.query(User).delete()", True),
        ("session.query(User).filter_by(**given).delete()", False),
        ("Article.objects.all().delete()", True),
        ("Article.objects.filter(id=1).delete()", False),
        ("session.execute(delete(unknown()))", False),
    ],
)
def test_what_certainly_has_no_condition(body: str, unfiltered: bool) -> None:
    assert [query.unfiltered for query in queries(body)] == [unfiltered]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        ("User.email == 'a' and User.id == 1", [("and", ["email"])]),
        ("User.email == 'a' or User.id == 1", [("or", ["email"])]),
        ("not User.active", [("not", ["active"])]),
        ("User.email is None", [("is", ["email"])]),
        ("User.email is not None", [("is not", ["email"])]),
        ("User.id in [1, 2]", [("in", ["id"])]),
        ("Hero.name not in names", [("not in", ["name"])]),
        ("User.email.is_(None)", []),
        ("sa.and_(User.email == 'a', User.id == 1)", []),
        ("(User.email == 'a') & (User.id == 1)", []),
        ("User.email == (None if flag is None else flag)", []),
        ("flag and User.id == 1", []),
        ("User.id == 1 if flag and other else User.id == 2", []),
        ("User.id == (flag or 3)", []),
        ("user.email is None", []),
    ],
)
def test_python_operators_over_columns(criterion: str, expected: list[tuple[str, list[str]]]) -> None:
    parameters = "session: Session, flag, other, names, user: User"
    found = queries(f"session.execute(select(User).where({criterion}))", parameters)[0].python_operators
    assert [(item.operator, [use.column for use in item.columns]) for item in found] == expected


def test_sessions_are_told_by_what_they_are_given() -> None:
    text = """
from sqlalchemy import select
from app.models import User
from elsewhere import scope
async def handler():
    async with scope() as s:
        await s.execute(select(User))
        await s.commit()
    other.commit()
"""
    function = main_of(text)[0]
    assert [(query.session.kind, query.session.how) for query in function.queries if query.session] == [
        ("async", "use")
    ]
    assert [(call.text, call.method) for call in function.session_calls] == [("s", "execute"), ("s", "commit")]


@pytest.mark.parametrize(
    "body",
    [
        "runner.execute(command)",
        "runner.execute('SELECT 1')",
        "HeroIn.query.all()",
        "client.query(HeroIn).first()",
        "cache.get(User)",
        "request.objects.all()",
        "{}.get('a', 1)",
        "Config.objects.all()",
    ],
)
def test_what_is_no_query(body: str) -> None:
    assert queries(body, parameters="runner, client, cache, request") == []


@pytest.mark.parametrize(
    ("body", "formatted", "kinds"),
    [
        ("session.execute(text('SELECT a FROM t'))", False, []),
        ("session.execute(text('SELECT a ' 'FROM t'))", False, []),
        ("session.execute(text('SELECT a ' + 'FROM t'))", False, []),
        ("session.execute(text(f'SELECT {TABLE}'))", False, []),
        ("session.execute(text(f'SELECT {given}'))", True, ["parameter"]),
        ("session.execute(text('SELECT %s' % given))", True, ["parameter"]),
        ("session.execute(text('SELECT {}'.format(given)))", True, ["parameter"]),
        ("session.execute(text('SELECT ' + given))", True, ["parameter"]),
        ("q = 'SELECT '\nq += given\nsession.execute(text(q))", True, ["parameter"]),
        ("session.execute(text(f'SELECT {compute()}'))", True, ["value"]),
        ("session.execute(text(f'SELECT {number}'))", True, ["number"]),
        ("session.execute(text(f'SELECT {int(given)}'))", True, ["number"]),
        ("session.execute(text(f'SELECT * FROM {Page.__tablename__}'))", True, ["identifier"]),
        ("session.execute(text(f'SELECT * FROM {sa.quoted_name(given, True)}'))", True, ["identifier"]),
        ("for t in ('a', 'b'):\n    session.execute(text(f'DELETE FROM {t}'))", True, ["constant"]),
        ("session.execute(text(f\"SELECT {', '.join('?' for _ in given)}\"))", False, []),
        ("session.execute(text(f\"SELECT {', '.join(given)}\"))", True, ["value"]),
        ("session.execute(text(f'SELECT {kind.value}'))", True, ["constant"]),
        ("session.execute(text(f'SELECT a FROM t ORDER BY a {ORDERS[given]}'))", True, ["constant"]),
        ("session.execute(text('SELECT a ORDER BY a ' + {'up': 'ASC', 'down': 'DESC'}[given]))", True, ["constant"]),
        ("session.execute(text(f'SELECT {given[0]}'))", True, ["value"]),
        ("session.execute(text(f\"DELETE FROM t WHERE a IN ({','.join(map(str, given))})\"))", True, ["number"]),
        ("for a, b in PAIRS:\n    for c in b:\n        session.execute(text(f'SELECT {c}'))", True, ["constant"]),
        ("table = 'a' if given else 'b'\nsession.execute(text(f'SELECT {table}'))", True, ["constant"]),
    ],
)
def test_texts_that_are_put_together(body: str, formatted: bool, kinds: list[str]) -> None:
    before = "import enum\nTABLE = 'users'\nORDERS = ['ASC', 'DESC']\nPAIRS = [('a', ('b', 'c'))]\n"
    before += "class Kind(enum.Enum):\n    A = 'a'\n"
    query = queries(body, "session: Session, given, number: int, kind: Kind", before)[0]
    assert (query.formatted, [item.kind for item in query.interpolations]) == (formatted, kinds)
    assert (query.sql is None) == formatted


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("f\"SELECT a FROM t WHERE b = '{given}'\"", "value"),
        ("f\"SELECT a FROM t WHERE b LIKE '%{given}%'\"", "value"),
        ("f'SELECT a FROM t WHERE b > {given}'", "value"),
        ("f'SELECT a FROM t WHERE b IN ({given})'", "value"),
        ("f'INSERT INTO t VALUES (1, {given})'", "value"),
        ("f'SELECT a FROM t LIMIT {given}'", "value"),
        ("'SELECT a FROM t WHERE b = %s' % given", "value"),
        ("'SELECT a FROM t WHERE b = %(b)s' % {'b': given}", "value"),
        ("'SELECT a FROM {} WHERE b = {}'.format('t', given)", "value"),
        ("'SELECT a FROM {t} WHERE b = {b}'.format(b=given, t='t')", "value"),
        ("'SELECT a FROM t WHERE c = %s AND b = {}'.format(given)", "value"),
        ("'SELECT a FROM t WHERE b = ' + given", "value"),
        ("f'SELECT a FROM t ORDER BY a, {given}'", "order"),
        ("f'SELECT a FROM {given}'", "other"),
        ("f\"SELECT a FROM t WHERE b = 'x' AND {given}\"", "other"),
        ("f'INSERT INTO t VALUES (:{given})'", "other"),
        ("f'SELECT {given} FROM t'", "other"),
        ("f'PRAGMA user_version = {given}'", "other"),
    ],
)
def test_what_stands_where_something_is_put_in(text: str, position: str) -> None:
    (query,) = queries(f"session.execute(text({text}))", "session: Session, given")
    assert [item.position for item in query.interpolations] == [position]


@pytest.mark.parametrize("annotation", ["int | None", "Optional[uuid.UUID]", "datetime.date"])
def test_values_of_some_types_cannot_carry_anything_into_a_statement(annotation: str) -> None:
    (query,) = queries(
        "session.execute(text(f'SELECT {given}'))",
        f"session: Session, given: {annotation} = None",
        "import datetime, uuid\nfrom typing import Optional",
    )
    assert [item.kind for item in query.interpolations] == ["number"]


@pytest.mark.parametrize(
    ("sql", "trivial"), [("SELECT 1", True), ("select now()", True), ("SELECT 1 FROM t", False), ("DELETE", False)]
)
def test_health_checks(sql: str, trivial: bool) -> None:
    assert [query.trivial for query in queries(f"session.execute(text('{sql}'))")] == [trivial]


@pytest.mark.parametrize(
    ("body", "variables", "length"),
    [
        ("for i in ids:\n    session.get(User, i)", ("i",), None),
        ("for i in (1, 2):\n    session.get(User, i)", ("i",), 2),
        ("for i, j in ids:\n    k = i + 1\n    session.get(User, k)", ("i",), None),
        ("return [session.get(User, i) for i in ids]", ("i",), None),
        ("for i in ids:\n    q = select(User).where(User.id == i)\n    session.execute(q)", ("i",), None),
        ("for i in ids:\n    session.execute(select(User))", (), None),
        ("while True:\n    session.execute(select(User))", (), None),
        ("for _ in range(9):\n    c = ''.join(draw() for _ in ids)\n    session.get(User, c)", (), 9),
    ],
)
def test_queries_in_loops(body: str, variables: tuple[str, ...], length: int | None) -> None:
    text = "from sqlalchemy import select\nfrom sqlalchemy.orm import Session\nfrom app.models import User\n"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    function = main_of(f"{text}def handler(session: Session, ids):\n{lines}\n")[0]
    query = function.queries[0]
    assert query.dependencies == variables
    assert [loop.length for loop in function.loops(query.region)] == [length]


def test_a_query_before_a_loop_is_in_none() -> None:
    text = """
from sqlalchemy import select
from sqlalchemy.orm import Session
from app.models import User
def handler(session: Session):
    for user in session.scalars(select(User)):
        print(user)
"""
    function = main_of(text)[0]
    assert [function.loops(query.region) for query in function.queries] == [()]


def test_where_a_query_is_built_and_run() -> None:
    query = queries("q = select(User)\n\nsession.execute(q)")[0]
    assert query.executed is not None
    assert query.executed.span.line - query.place.span.line == 2
    assert query.text == "session.execute"


def test_many_steps_do_not_cost_more_than_their_number() -> None:
    steps = "\n".join(
        f"if a{number}:\n    q = q.where(User.id == {number})\n    t += f' {{x}}'" for number in range(60)
    )
    found = queries(f"q = select(User)\nt = 'SELECT'\n{steps}\nsession.execute(q)\nsession.execute(text(t))")
    assert [query.verb for query in found] == ["select", "raw"]


def test_queries_of_private_helpers_and_nested_functions() -> None:
    text = """
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from app.models import User

def _inner(session):
    return session.execute(select(User))

def _load(session):
    return _inner(session)

def _unused(session: Session):
    return session.execute(select(User))

async def handler(session: Session):
    def local():
        session.execute(select(User))
    return await run_in_threadpool(_load, session)
"""
    everything = {"app/__init__.py": "", "app/models.py": MODELS, "app/main.py": text}
    functions = Functions(Program({path: lower(body) for path, body in everything.items()}))
    found = {item.qualified_name: item for item in functions.of("app/main.py")}
    helpers = functions.private_helpers(found["handler"])
    assert [item.name for item in helpers] == ["_load", "_inner"]
    assert [query.session.how for item in helpers for query in item.queries if query.session] == ["use"]
    local = found["handler.<locals>.local"].queries[0]
    assert local.session is not None
    assert (local.session.how, found["handler"].queries) == ("parameter", ())


def test_a_name_that_a_function_imports_as_global_is_followed_without_end() -> None:
    text = """
session = None
def connect():
    global session
    from app.db import session
def handler():
    session.execute("SELECT 1")
"""
    assert [function.name for function in main_of(text, {"app/db.py": "session = open()"})] == ["connect", "handler"]
    assert list(main_of(text, {"app/db.py": "session = open()"})[-1].queries) == []
