"""Chains of imports through a project."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schemalint.interpret.program import Program
from schemalint.project.import_graph import ImportGraph, Step
from schemalint.source.frontend_ast import lower


def graph(**files: str) -> ImportGraph:
    return ImportGraph(Program({f"{name.replace('__', '/')}.py": lower(text) for name, text in files.items()}))


def package(text: str) -> str:
    """The path of a package's `__init__.py`."""
    return f"{text}/__init__.py"


def orm(step: Step) -> bool:
    return step.path is None and step.module.split(".")[0] == "sqlalchemy"


def shown(chain: tuple[Step, ...] | None) -> list[str] | None:
    return None if chain is None else [step.path or step.module for step in chain]


def test_the_shortest_chain_is_found_with_the_places_of_its_imports() -> None:
    whole = graph(
        app__order="import os\nfrom app.far import x\nfrom app.near import y",
        app__far="from app.near import y",
        app__near="from sqlalchemy.orm import Session",
    )
    chain = whole.chain("app/order.py", orm)

    assert shown(chain) == ["app/near.py", "sqlalchemy.orm"]
    assert chain is not None
    assert [(step.importer, step.place.path, step.place.span.line, step.names) for step in chain] == [
        ("app/order.py", "app/order.py", 3, ("y",)),
        ("app/near.py", "app/near.py", 1, ("Session",)),
    ]


def test_of_chains_of_one_length_the_first_import_counts() -> None:
    whole = graph(a="import c\nimport b", b="import sqlalchemy", c="import sqlalchemy")

    assert shown(whole.chain("a.py", orm)) == ["c.py", "sqlalchemy"]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("eager",), None),
        (("eager", "lazy"), ["b.py", "sqlalchemy"]),
        (("eager", "type-checking"), ["sqlalchemy"]),
    ],
)
def test_only_imports_of_the_kinds_count(kinds: tuple[str, ...], expected: list[str] | None) -> None:
    whole = graph(
        a="def f():\n    import b\nif TYPE_CHECKING:\n    import sqlalchemy",
        b="import sqlalchemy",
    )

    assert shown(whole.chain("a.py", orm, kinds)) == expected


def test_circles_end() -> None:
    assert graph(a="import b", b="import a").chain("a.py", orm) is None


def test_a_chain_passes_only_where_it_may() -> None:
    whole = graph(domain__a="from domain import b", domain__b="import sqlalchemy")
    outside: Callable[[str], bool] = lambda path: not path.startswith("domain/")  # noqa: E731

    assert whole.chain("domain/a.py", orm, through=outside) is None
    assert shown(whole.chain("domain/b.py", orm, through=outside)) == ["sqlalchemy"]


def packages(importing: str) -> ImportGraph:
    files = {
        package("app"): "import sqlalchemy",
        package(
            "app/shared"
        ): "from app.shared.ids import Id\nfrom app.shared.db import Base\nfrom sqlalchemy import Column",
        "app/shared/ids.py": "class Id: ...",
        "app/shared/db.py": "import sqlalchemy\nclass Base: ...",
        "app/order.py": importing,
    }
    return ImportGraph(Program({path: lower(text) for path, text in files.items()}))


@pytest.mark.parametrize(
    ("importing", "expected"),
    [
        ("from app.shared import Id", None),
        ("from app.shared.ids import Id", None),
        ("from app.shared import ids", None),
        ("from app.shared import Base", ["app/shared/db.py", "sqlalchemy"]),
        ("from app.shared import Id, Base", ["app/shared/db.py", "sqlalchemy"]),
        ("from app.shared import Column", ["sqlalchemy"]),
        ("import app.shared", ["app/shared/__init__.py", "sqlalchemy"]),
        ("from app.shared import *", ["app/shared/__init__.py", "sqlalchemy"]),
    ],
)
def test_a_package_passes_on_only_the_names_that_are_imported(importing: str, expected: list[str] | None) -> None:
    assert shown(packages(importing).chain("app/order.py", orm)) == expected


def test_a_path_outside_of_the_project_is_refused() -> None:
    with pytest.raises(KeyError):
        graph(a="").steps("b.py")
