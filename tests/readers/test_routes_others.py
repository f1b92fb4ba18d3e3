"""Routes of Starlette, Litestar and Pyramid."""

from __future__ import annotations

import pytest

from schemalint.facts.routes import Handler, Route
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.project.routes import routes
from schemalint.source.frontend_ast import lower

STARLETTE = """
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Mount, Route, WebSocketRoute
async def f(request): ...
class E(HTTPEndpoint):
    async def get(self, request): ...
"""
LITESTAR = "from litestar import Controller, Litestar, Router, get, post, route, websocket\n"
PYRAMID = "from pyramid.view import view_config, view_defaults\nfrom pyramid.config import Configurator\n"


def records(**files: str) -> tuple[Route, ...]:
    program = Program({f"{name.replace('__', '/')}.py": lower(text) for name, text in files.items()})
    return routes(program, program.modules)


def read(**files: str) -> list[tuple[object, ...]]:
    return [
        (
            route.methods,
            route.full_paths or route.path,
            route.handler.name if isinstance(route.handler, Handler) else None,
        )
        for route in records(**files)
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("app = Starlette(routes=[Route('/x', f)])", [(("GET",), ("/x",), "f")]),
        ("routes = [Route('/x', endpoint=f, methods=['POST'])]", [(("POST",), ("/x",), "f")]),
        ("routes = [Route('/x', E)]", [(("GET",), ("/x",), "E.get")]),
        ("routes = [WebSocketRoute('/x', f)]", [((), ("/x",), "f")]),
        ("routes = [Mount('/a', routes=[Route('/x', f)])]", [(("GET",), ("/a/x",), "f")]),
        (
            "inner = [Mount('/b', routes=[Route('/x', f)])]\nroutes = [Mount('/a', routes=inner)]",
            [(("GET",), ("/a/b/x",), "f")],
        ),
        ("sub = Starlette(routes=[Route('/x', f)])\nroutes = [Mount('/a', app=sub)]", [(("GET",), ("/a/x",), "f")]),
        ("app = Starlette()\napp.add_route('/x', f)", [(("GET",), ("/x",), "f")]),
        ("app = Starlette()\n@app.route('/x')\ndef g(request): ...", [(("GET",), ("/x",), "g")]),
        ("from planes import Route as Route\nroutes = [Route('/x', f)]", []),
    ],
)
def test_starlette(code: str, expected: list[tuple[object, ...]]) -> None:
    assert read(main=STARLETTE + code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("@get('/x')\ndef f(): ...", [(("GET",), ("/x",), "f")]),
        ("@get(path=['/x', '/y'])\ndef f(): ...", [(("GET",), ("/x",), "f"), (("GET",), ("/y",), "f")]),
        ("@get()\ndef f(): ...", [(("GET",), ("/",), "f")]),
        ("@route('/x', http_method=['GET', 'POST'])\ndef f(): ...", [(("GET", "POST"), ("/x",), "f")]),
        ("@websocket('/x')\nasync def f(socket): ...", [((), ("/x",), "f")]),
        (
            "class C(Controller):\n    path = '/c'\n    @get('/x')\n    def f(self): ...\n"
            "r = Router('/r', route_handlers=[C])\napp = Litestar(route_handlers=[r])",
            [(("GET",), ("/r/c/x",), "C.f")],
        ),
        (
            "class C(Controller):\n    path = '/c'\n    @post('/x')\n    def f(self): ...",
            [(("POST",), ("/c/x",), "C.f")],
        ),
        ("from other import get\n@get('/x')\ndef f(): ...", []),
    ],
)
def test_litestar(code: str, expected: list[tuple[object, ...]]) -> None:
    assert read(main=LITESTAR + code) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("@view_config(route_name='x')\ndef f(request): ...", [((), ("/x",), "f")]),
        ("@view_config(route_name='x', request_method='GET')\ndef f(r): ...", [(("GET", "HEAD"), ("/x",), "f")]),
        (
            "@view_defaults(route_name='x')\nclass V:\n    @view_config(request_method='POST')\n    def f(self): ...",
            [(("POST",), ("/x",), "V.f")],
        ),
        ("@view_config(route_name='x', attr='g')\nclass V:\n    def g(self): ...", [((), ("/x",), "V.g")]),
        ("@view_config(route_name='x')\nclass V:\n    def __call__(self): ...", [((), ("/x",), "V.__call__")]),
        ("@view_config(name='y')\ndef f(r): ...", [((), Unknown("the view is found by traversal"), "f")]),
        ("@view_config(route_name='gone')\ndef f(r): ...", [((), Unknown("no route `gone` is seen"), "f")]),
        (
            "def f(request): ...\ndef main():\n    config = Configurator()\n    config.add_view(f, route_name='x')",
            [((), ("/x",), "f")],
        ),
        ("from cornice import view_config\n@view_config(route_name='x')\ndef f(r): ...", []),
    ],
)
def test_pyramid(code: str, expected: list[tuple[object, ...]]) -> None:
    named = "def includeme(config):\n    config.add_route('x', '/x')"

    assert read(paths=named, main=PYRAMID + code) == expected


def test_a_project_without_a_framework_has_no_routes() -> None:
    assert records(main="app = make()\n@app.get('/x')\ndef f(): ...") == ()


def test_only_the_modules_that_are_asked_for_are_read() -> None:
    text = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef f(): ..."
    program = Program({"a.py": lower(text), "b.py": lower(text)})

    assert [route.place.path for route in routes(program, ["b.py"])] == ["b.py"]
