"""Layers: declared, or inferred with the doubts that keep a folder of features from being a domain."""

from __future__ import annotations

import pytest

from schemalint.interpret.program import Program
from schemalint.project.layers import LayerOf, Layers, layers
from schemalint.project.routes import routes
from schemalint.settings.records import Settings
from schemalint.source.frontend_ast import lower

ENTITY = "class Order: ...\n"
ROUTE = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/x')\ndef f(): ...\n"


def read(files: dict[str, str], settings: Settings | None = None, mapped: frozenset[str] = frozenset()) -> Layers:
    program = Program({path: lower(text) for path, text in files.items()})
    found = routes(program, program.modules)
    return layers(program, settings or Settings(root="."), found, mapped.__contains__)


def name(layer: LayerOf | None) -> str | None:
    return None if layer is None else layer.name


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shop/domain/order.py", "domain"),
        ("shop/orders/domain/model/order.py", "domain"),
        ("shop/domain/repositories/order_repository.py", "domain"),
        ("shop/repositories/orders.py", "repository"),
        ("shop/order_repository.py", "repository"),
        ("shop/service_layer/orders.py", "service"),
        ("shop/application/orders.py", "service"),
        ("shop/services.py", "service"),
        ("shop/infrastructure/mail.py", "infrastructure"),
        ("shop/adapters/mail.py", "infrastructure"),
        ("shop/domains/order.py", None),
        ("shop/order.py", None),
        ("tests/domain/order.py", None),
    ],
)
def test_the_path_tells_the_layer(path: str, expected: str | None) -> None:
    assert name(read({path: ENTITY}).of(path)) == expected


def test_what_a_module_holds_tells_its_layer() -> None:
    found = read({"shop/api.py": ROUTE, "shop/tables.py": ""}, mapped=frozenset({"shop/tables.py"}))

    assert found.of("shop/api.py") == LayerOf("route", False, "it registers routes or holds their handlers")
    assert found.of("shop/tables.py") == LayerOf("model", False, "it holds mapped classes")


def test_an_inferred_domain_says_why() -> None:
    assert read({"shop/domain/order.py": ENTITY}).of("shop/domain/order.py") == LayerOf(
        "domain", False, "`shop/domain` holds no routes and no mapped classes"
    )


@pytest.mark.parametrize(
    ("path", "text", "mapped"),
    [
        ("shop/domain/teams/controllers.py", ROUTE, frozenset()),
        ("shop/domain/teams/deps.py", "from fastapi import Depends\n", frozenset()),
        ("shop/domain/teams/models.py", "", frozenset({"shop/domain/teams/models.py"})),
    ],
)
def test_a_folder_of_features_is_no_domain(path: str, text: str, mapped: frozenset[str]) -> None:
    found = read({"shop/domain/order.py": ENTITY, path: text}, mapped=mapped)

    assert found.of("shop/domain/order.py") is None


def test_inside_of_a_folder_of_features_there_may_be_a_domain() -> None:
    files = {"shop/domain/teams/domain/team.py": ENTITY, "shop/domain/teams/api.py": ROUTE}

    assert name(read(files).of("shop/domain/teams/domain/team.py")) == "domain"


@pytest.mark.parametrize(
    ("beside", "expected"),
    [("shop/orders/repository.py", "domain"), ("shop/orders/whois.py", None)],
)
def test_a_single_module_is_a_domain_beside_other_layers(beside: str, expected: str | None) -> None:
    found = read({"shop/orders/domain.py": ENTITY, beside: ""})

    assert name(found.of("shop/orders/domain.py")) == expected


def test_nothing_is_inferred_in_a_django_project() -> None:
    files = {"shop/domain/order.py": ENTITY, "shop/settings.py": "import django"}

    assert read(files).of("shop/domain/order.py") is None


def test_what_is_declared_comes_first_and_is_inferred_nowhere_else() -> None:
    settings = Settings(root=".", layers={"domain": ("core/**",)})
    files = {"core/order.py": ROUTE, "shop/domain/order.py": ENTITY, "manage.py": "import django"}
    found = read(files, settings)

    assert found.of("core/order.py") == LayerOf("domain", True, "the settings declare it")
    assert found.of("shop/domain/order.py") is None
