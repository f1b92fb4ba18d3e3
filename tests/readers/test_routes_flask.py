"""Routes of Flask and its extensions."""

from __future__ import annotations

import pytest

from schemalint.facts.routes import Handler, Route
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.project.routes import routes
from schemalint.source.frontend_ast import lower


def read(**files: str) -> list[tuple[object, ...]]:
    return [
        (
            route.methods,
            route.full_paths or route.path,
            route.handler.name if isinstance(route.handler, Handler) else None,
        )
        for route in records(**files)
    ]


def records(**files: str) -> tuple[Route, ...]:
    program = Program({f"{name.replace('__', '/')}.py": lower(text) for name, text in files.items()})
    return routes(program, program.modules)


APP = "from flask import Flask, Blueprint\nfrom flask.views import MethodView, View\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("@app.route('/x')\ndef f(): ...", [(("GET",), ("/x",), "f")]),
        ("@app.route('/x', methods=['POST', 'GET'])\ndef f(): ...", [(("GET", "POST"), ("/x",), "f")]),
        ("@app.post('/x')\ndef f(): ...", [(("POST",), ("/x",), "f")]),
        ("@app.route('/x')\n@app.route('/y')\ndef f(): ...", [(("GET",), ("/x",), "f"), (("GET",), ("/y",), "f")]),
        ("def f(): ...\napp.add_url_rule('/x', view_func=f)", [(("GET",), ("/x",), "f")]),
        ("def f(): ...\napp.add_url_rule('/x', 'x', cached(f))", [(("GET",), ("/x",), "f")]),
        ("@app.cli.command('x')\ndef f(): ...", []),
        ("@app.errorhandler(404)\ndef f(): ...", []),
        ("@app.before_request\ndef f(): ...", []),
        (
            "class A(MethodView):\n    def get(self): ...\n    def post(self): ...\n"
            "app.add_url_rule('/x', view_func=A.as_view('a'))",
            [(("GET",), ("/x",), "A.get"), (("POST",), ("/x",), "A.post")],
        ),
        (
            "class A(MethodView):\n    def get(self): ...\n    def post(self): ...\n"
            "view = A.as_view('a')\napp.add_url_rule('/x', view_func=view, methods=['GET'])",
            [(("GET",), ("/x",), "A.get")],
        ),
        (
            "class A(View):\n    def dispatch_request(self): ...\napp.add_url_rule('/x', view_func=A.as_view('a'))",
            [((), ("/x",), "A.dispatch_request")],
        ),
        (
            "class A(MethodView):\n    def get(self): ...",
            [(("GET",), Unknown("no registration is seen"), "A.get")],
        ),
    ],
)
def test_every_way_to_register_is_read(code: str, expected: list[tuple[object, ...]]) -> None:
    assert read(main=APP + code) == expected


def test_a_base_serves_where_its_subclasses_are_registered() -> None:
    views = "class A(MethodView):\n    def get(self): ...\nclass B(A): ...\n"
    code = views + "app.add_url_rule('/x', view_func=B.as_view('b'))"

    assert read(main=APP + code) == [(("GET",), ("/x",), "A.get")]


def test_the_prefix_of_a_registration_replaces_that_of_the_blueprint() -> None:
    blueprint = "from flask import Blueprint\nbp = Blueprint('u', __name__, url_prefix='/own')\n"
    view = "@bp.route('/x')\ndef f(): ..."

    assert read(users=blueprint + view) == [(("GET",), ("/own/x",), "f")]
    assert read(users=blueprint + view, main=APP + "import users\napp.register_blueprint(users.bp)") == [
        (("GET",), ("/own/x",), "f")
    ]
    registration = (
        "def create(app):\n    from users import bp as other\n    app.register_blueprint(other, url_prefix='/new')"
    )
    assert read(users=blueprint + view, main=registration) == [(("GET",), ("/new/x",), "f")]


def test_a_blueprint_that_a_function_makes_has_the_routes_that_the_function_adds() -> None:
    users = """
from flask import Blueprint
class Own(Blueprint): ...
def index(): ...
def blueprint():
    bp = Own('u', __name__)
    bp.add_url_rule('/x', view_func=index)
    return bp
"""
    main = APP + "import users\napp.register_blueprint(users.blueprint(), url_prefix='/u')"

    assert read(users=users, main=main) == [(("GET",), ("/u/x",), "index")]


def test_methods_may_be_members_of_an_enum() -> None:
    code = (
        "from enum import Enum\nclass M(Enum):\n    PUT = 'put'\n@app.route('/x', methods=[M.PUT.value])\ndef f(): ..."
    )

    assert read(main=APP + code) == [(("PUT",), ("/x",), "f")]


def test_resources_of_restx_are_served_below_their_namespace() -> None:
    users = """
from flask_restx import Namespace, Resource
ns = Namespace('users')
@ns.route('/<id>', '/<id>/')
class User(Resource):
    def get(self, id): ...
"""
    api = """
from flask import Blueprint
from flask_restx import Api
from users import ns
bp = Blueprint('api', __name__, url_prefix='/api')
api = Api(bp, prefix='/v1')
api.add_namespace(ns, '/people')
"""

    assert read(users=users, api=api) == [
        (("GET",), ("/api/v1/people/<id>",), "User.get"),
        (("GET",), ("/api/v1/people/<id>/",), "User.get"),
    ]
    assert [item[1] for item in read(users=users)] == [("/users/<id>",), ("/users/<id>/",)]


def test_resources_of_restful_are_registered_by_a_call() -> None:
    code = """
from flask_restful import Api, Resource
api = Api(app)
class User(Resource):
    def get(self): ...
    def put(self): ...
    def helper(self): ...
api.add_resource(User, '/user', '/me')
"""

    assert read(main=APP + code) == [
        (("GET",), ("/me",), "User.get"),
        (("GET",), ("/user",), "User.get"),
        (("PUT",), ("/me",), "User.put"),
        (("PUT",), ("/user",), "User.put"),
    ]


def test_exposed_methods_stand_below_what_their_class_says() -> None:
    code = """
from flask_appbuilder import BaseView, ModelRestApi, expose
class Base(BaseView):
    route_base = '/home'
class Home(Base):
    @expose('/list/')
    def list(self): ...
class Tags(ModelRestApi):
    resource_name = 'tag'
    @expose('/<pk>', methods=('PUT',))
    def put(self, pk): ...
class Other(BaseView):
    @expose('/x')
    def x(self): ...
"""

    assert read(main=code) == [
        (("GET",), ("/home/list/",), "Home.list"),
        (("PUT",), ("/api/v1/tag/<pk>",), "Tags.put"),
        (("GET",), ("/other/x",), "Other.x"),
    ]


def test_the_decorators_of_other_libraries_are_no_routes() -> None:
    code = (
        "import click\n@click.command()\ndef f(): ...\nclass C:\n    def get(self): ...\n@C().get('/x')\ndef g(): ..."
    )

    assert records(main=APP + code) == ()
