"""Routes of FastAPI."""

from __future__ import annotations

import pytest

from schemalint.facts.routes import Handler, Route
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.project.routes import routes
from schemalint.source.frontend_ast import lower


def read(**files: str) -> tuple[Route, ...]:
    program = Program({f"{name.replace('__', '/')}.py": lower(text) for name, text in files.items()})
    return routes(program, program.modules)


def shown(route: Route) -> tuple[object, ...]:
    name = route.handler.name if isinstance(route.handler, Handler) else None
    return (route.methods, route.path, route.prefixes, name)


def test_a_decorated_function_is_a_route_with_all_that_its_decorator_says() -> None:
    (route,) = read(
        app__schemas="class User: ...",
        app__users="""
from fastapi import APIRouter
from app.schemas import User
router = APIRouter(prefix="/users")

@router.get("/{id}", response_model=list[User], include_in_schema=False)
async def show(id: int): ...
""",
    )

    assert shown(route) == (("GET",), "/{id}", ("/users",), "show")
    assert route.full_paths == ("/users/{id}",)
    assert route.response_model == "list[app.schemas.User]"
    assert route.include_in_schema is False
    assert (route.framework, route.websocket) == ("fastapi", False)
    assert (route.place.path, route.place.span.line, route.place.span.column) == ("app/users.py", 6, 2)
    assert isinstance(route.handler, Handler)
    assert (route.handler.path, route.handler.place.span.line, route.handler.place.span.column) == (
        "app/users.py",
        7,
        11,
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("@app.post('/x')\ndef f(): ...", (("POST",), "/x", ("",), "f")),
        ("@app.api_route('/x', methods=['put', 'GET'])\ndef f(): ...", (("GET", "PUT"), "/x", ("",), "f")),
        ("@app.websocket('/x')\nasync def f(s): ...", ((), "/x", ("",), "f")),
        ("P = '/x'\n@app.get(P + '/y')\ndef f(): ...", (("GET",), "/x/y", ("",), "f")),
        ("P = '/x'\n@app.get(f'{P}/y')\ndef f(): ...", (("GET",), "/x/y", ("",), "f")),
        ("@app.get(path='/x')\ndef f(): ...", (("GET",), "/x", ("",), "f")),
        ("@app.get(make())\ndef f(): ...", (("GET",), Unknown("it is computed"), ("",), "f")),
        ("def f(): ...\napp.add_api_route('/x', f, methods=['DELETE'])", (("DELETE",), "/x", ("",), "f")),
        ("def f(): ...\napp.add_api_route('/x', endpoint=f)", (("GET",), "/x", ("",), "f")),
        ("def f(): ...\napp.get('/x')(f)", (("GET",), "/x", ("",), "f")),
        ("app.add_api_route('/x', lambda: 1)", (("GET",), "/x", ("",), None)),
        (
            "def setup(app: FastAPI):\n    @app.get('/x')\n    def f(): ...",
            (("GET",), "/x", ("",), "setup.<locals>.f"),
        ),
        (
            "def setup(server):\n    @server.get('/x')\n    def f(): ...\nsetup(app)",
            (("GET",), "/x", ("",), "setup.<locals>.f"),
        ),
        ("def f(): ...\nfor p in ['/x']:\n    app.add_api_route(p, f)", (("GET",), "/x", ("",), "f")),
    ],
)
def test_every_way_to_register_is_read(code: str, expected: tuple[object, ...]) -> None:
    assert [shown(route) for route in read(main=f"from fastapi import FastAPI\napp = FastAPI()\n{code}")] == [expected]


@pytest.mark.parametrize(
    "code",
    [
        "import requests as app",
        "app = {}",
        "from ninja import NinjaAPI\napp = NinjaAPI()",
        "import typer\napp = typer.Typer()",
        "from klein import Klein\napp = Klein()",
        "import aiohttp\napp = aiohttp.ClientSession()",
        "app = unknown()",
        "def make(app): pass",
    ],
)
def test_what_only_looks_alike_is_no_route(code: str) -> None:
    assert read(main=f"import fastapi\n{code}\n@app.get('/x')\ndef f(): ...") == ()


def test_a_router_is_followed_through_modules_factories_and_subclasses() -> None:
    found = read(
        app__core="from fastapi import APIRouter\nclass Own(APIRouter): ...\ndef make():\n    r = Own()\n    return r",
        app__shared="from app.core import make\nrouter = make()",
        app__api="from app import shared\n@shared.router.get('/x')\ndef f(): ...",
    )

    assert [shown(route) for route in found] == [(("GET",), "/x", ("",), "f")]


def test_prefixes_add_up_over_all_ways_that_lead_to_a_router() -> None:
    (route,) = read(
        app__users="""
from fastapi import APIRouter
router = APIRouter(prefix='/users')
@router.get('/me')
def me(): ...
""",
        app__api="""
from fastapi import APIRouter
from app import users
V = '/v1'
v1 = APIRouter(prefix=V)
v1.include_router(users.router)
inner = APIRouter()
for item in (users.router,):
    inner.include_router(item, prefix='/inner')
""",
        app__main="""
from fastapi import FastAPI
from app.api import v1, inner
def create():
    app = FastAPI()
    app.include_router(v1, prefix='/api')
    app.include_router(inner)
    return app
""",
    )

    assert route.full_paths == ("/api/v1/users/me", "/inner/users/me")


def test_a_prefix_from_the_settings_is_unknown() -> None:
    (route,) = read(
        main="""
from fastapi import APIRouter, FastAPI
from config import settings
app = FastAPI()
router = APIRouter()
app.include_router(router, prefix=settings.PREFIX)
@router.get('/x')
def f(): ...
""",
        config="class Settings: ...\nsettings = Settings()",
    )

    assert route.full_paths == ()
    assert isinstance(route.prefixes[0], Unknown)


def test_methods_of_class_based_views_are_handlers_of_their_class() -> None:
    found = read(
        main="""
from fastapi import APIRouter
from fastapi_utils.cbv import cbv
router = APIRouter()

@cbv(router)
class Users:
    @router.get('/x')
    def show(self): ...

class Api:
    def __init__(self):
        self.router = APIRouter(prefix='/api')
        self.router.add_api_route('/y', self.make, methods=['POST'])
    def make(self): ...
"""
    )

    assert [shown(route) for route in found] == [
        (("GET",), "/x", ("",), "Users.show"),
        (("POST",), "/y", ("/api",), "Api.make"),
    ]
    assert [route.handler.owner for route in found if isinstance(route.handler, Handler)] == ["Users", "Api"]


def test_the_return_annotation_stands_in_for_a_response_model() -> None:
    found = read(
        main="""
from fastapi import FastAPI
app = FastAPI()
class Out: ...
@app.get('/a')
def a() -> Out | None: ...
@app.get('/b', response_model=None)
def b() -> Out: ...
"""
    )

    assert [route.response_model for route in found] == ["main.Out | None", None]


@pytest.mark.parametrize(
    "code",
    [
        "app = app",
        "from main import app",
        "def make(): return make()\napp = make()",
        "def outer(app):\n    outer(app)\n    @app.get('/x')\n    def f(): ...",
        "class A:\n    def __init__(self): self.r = self.r\n    def g(self): self.r.add_api_route('/x', self.g)",
        "a = FastAPI()\na.include_router(a, prefix='/a')",
        "for a in [1]:\n    for b in [2]:\n        a.add_api_route('/x', b)",
    ],
)
def test_circles_end_without_routes(code: str) -> None:
    assert read(main=f"from fastapi import FastAPI\n{code}") == ()


def test_routers_that_include_each_other_keep_their_prefixes() -> None:
    (route,) = read(
        main="""
from fastapi import APIRouter
a = APIRouter(prefix='/a')
b = APIRouter(prefix='/b')
a.include_router(b)
b.include_router(a)
@a.get('/x')
def f(): ...
"""
    )

    assert route.full_paths == ("/a/b/a/x",)
