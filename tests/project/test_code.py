"""Handlers, functions and layered modules: what rules on code look at."""

from __future__ import annotations

from collections.abc import Callable

from schemalint.project.functions import Function
from schemalint.project.handlers import RouteHandler
from schemalint.project.layered import LayeredModule
from schemalint.project.subjects import Project
from schemalint.project.views import subjects_of

REVISION = "from alembic import op\nrevision, down_revision = '1', None\ndef upgrade(): ...\n"
ROUTES = """
    from fastapi import APIRouter

    router = APIRouter(prefix="/users")

    def _find(session): ...
    def _unused(): ...

    @router.get("/")
    @router.head("/")
    def users(session):
        return _find(session)

    class Admin:
        def find(self): ...
"""


def handlers(project: Project) -> list[RouteHandler]:
    return [subject for subject in subjects_of(project, RouteHandler) if isinstance(subject, RouteHandler)]


def test_a_handler_is_one_subject_however_often_it_is_registered(linked: Callable[..., Project]) -> None:
    (handler,) = handlers(linked({"app/__init__.py": "", "app/api.py": ROUTES}))

    assert handler.full_name == "app.api.users"
    assert len(handler.routes) == 2
    assert [helper.name for helper in handler.private_helpers] == ["_find"]
    assert handler.place.span.line == 11


def test_a_module_is_declared_by_layers_and_by_roles(linked: Callable[..., Project]) -> None:
    files = {"app/api.py": ROUTES}

    assert handlers(linked(files))[0].declared_as is None
    assert handlers(linked(files, layers={"service": ("app/**",)}))[0].declared_as == "service"
    assert handlers(linked(files, roles={"repository": ("app/**",)}))[0].declared_as == "repository"


def test_functions_know_their_role_and_whether_they_serve(linked: Callable[..., Project]) -> None:
    project = linked({"app/api.py": ROUTES, "db/versions/1.py": REVISION})
    found = {each.qualified_name: each for each in subjects_of(project, Function) if isinstance(each, Function)}

    assert set(found) == {"_find", "_unused", "users", "Admin.find", "upgrade"}
    assert found["upgrade"].role == "migration"
    assert found["users"].is_handler
    assert not found["_find"].is_handler
    assert found["users"].role == "route"


def test_a_layered_module_knows_the_way_to_a_package(linked: Callable[..., Project]) -> None:
    project = linked(
        {
            "shop/__init__.py": "",
            "shop/domain/__init__.py": "",
            "shop/domain/order.py": "from shop.tools import clock\nclass Order(clock.Timed): ...\n",
            "shop/domain/basket.py": "from shop.domain.order import Order\nclass Basket(Order): ...\n",
            "shop/tools/__init__.py": "",
            "shop/tools/clock.py": "import sqlalchemy\nclass Timed: ...\n",
        }
    )
    found = {each.name: each for each in subjects_of(project, LayeredModule) if isinstance(each, LayeredModule)}
    order, basket = found["shop.domain.order"], found["shop.domain.basket"]

    chain = order.chain(("sqlalchemy",))
    assert chain is not None
    assert [step.module for step in chain] == ["shop.tools.clock", "sqlalchemy"]
    assert basket.chain(("sqlalchemy",)) is None, "the chain is that of the last module of the domain"
    assert [(each.name, each.bases) for each in order.classes()] == [("Order", ("shop.tools.clock.Timed",))]


def test_code_that_creates_tables_itself_is_told(linked: Callable[..., Project]) -> None:
    for text, expected in {
        "Base.metadata.create_all(engine)\n": True,
        "async def start():\n    await connection.run_sync(Base.metadata.create_all)\n": True,
        "def start():\n    User.__table__.create(engine)\n": True,
        "def start():\n    users.create(name)\n": False,
    }.items():
        code = linked({"app/main.py": "import sqlalchemy\n" + text}).code
        assert code is not None
        assert code.creates_tables is expected, text


def test_a_module_in_which_something_breaks_costs_only_itself(
    linked: Callable[..., Project],
) -> None:
    project = linked({"app/api.py": ROUTES})
    assert project.code is not None

    assert project.code.functions_of("app/missing.py") == ()
    (crash,) = project.code.attempts.crashes
    assert crash.place.path == "app/missing.py"
    assert project.code.functions_of("app/api.py")
