"""Which file a dotted name means, and what a file is called."""

from __future__ import annotations

import pytest

from schemalint.interpret.program import Program
from schemalint.source.frontend_ast import lower


def program(*paths: str, **sources: str) -> Program:
    """A program of empty files; `sources` gives the text of some, with `/` as `__` and without `.py`."""
    texts = dict.fromkeys(paths, "") | {f"{name.replace('__', '/')}.py": text for name, text in sources.items()}
    return Program({path: lower(text) for path, text in texts.items()})


@pytest.mark.parametrize(
    ("paths", "importer", "dotted", "expected"),
    [
        (("app/__init__.py", "app/models.py"), "app/api.py", "app.models", "app/models.py"),
        (("app/__init__.py",), "main.py", "app", "app/__init__.py"),
        (("src/app/__init__.py", "src/app/models.py"), "tests/test_it.py", "app.models", "src/app/models.py"),
        (("src/app/models.py",), "src/app/api.py", "app.models", "src/app/models.py"),
        (("src/auth/models.py",), "src/main.py", "src.auth.models", "src/auth/models.py"),
        (("backend/app/__init__.py", "backend/app/models.py"), "x.py", "app.models", "backend/app/models.py"),
        (("backend/app/models.py",), "backend/alembic/env.py", "app.models", "backend/app/models.py"),
        (("scripts/common.py",), "scripts/load.py", "common", "scripts/common.py"),
        (("app/models.py", "app/models/__init__.py"), "app/x.py", "app.models", "app/models/__init__.py"),
        (("app/models.py",), "app/api.py", "models.user", None),
        (("app/models.py",), "app/api.py", "sqlalchemy", None),
        (("libs/sqlalchemy/__init__.py", "libs/sqlalchemy/orm.py"), "app/api.py", "sqlalchemy.orm", None),
    ],
)
def test_a_dotted_name_is_found_below_the_folders_python_would_search(
    paths: tuple[str, ...], importer: str, dotted: str, expected: str | None
) -> None:
    assert program(*paths, importer).path_of(dotted, importer) == expected


def test_of_several_files_the_one_nearest_to_the_importer_is_meant() -> None:
    both = program("orders/app/models.py", "billing/app/models.py", "billing/worker/jobs.py", "tools/run.py")

    assert both.path_of("app.models", "billing/worker/jobs.py") == "billing/app/models.py"
    assert both.path_of("app.models", "orders/app/models.py") is None
    assert both.path_of("app.models", "tools/run.py") is None


def test_a_module_inside_a_package_does_not_hide_the_library_of_its_name() -> None:
    shop = program(
        "shop/__init__.py", "shop/packaging/__init__.py", "shop/packaging/utils.py", app="from shop import packaging"
    )

    assert shop.path_of("packaging.utils", "shop/packaging/utils.py") is None
    assert shop.path_of("packaging", "app.py") is None
    assert shop.path_of("shop.packaging.utils", "app.py") == "shop/packaging/utils.py"


def test_a_module_does_not_import_itself() -> None:
    app = program(app__redis="from redis import Redis", app__cache="from app.redis import Redis")

    assert app.path_of("redis", "app/redis.py") is None


@pytest.mark.parametrize(
    ("path", "others", "expected"),
    [
        ("app/models/__init__.py", ("app/__init__.py",), "app.models"),
        ("src/app/models.py", ("src/app/__init__.py",), "app.models"),
        ("backend/app/models.py", ("backend/app/__init__.py",), "app.models"),
        ("migrations/versions/a1_add_users.py", (), "a1_add_users"),
        ("manage.py", (), "manage"),
        ("__init__.py", (), ""),
    ],
)
def test_a_module_is_called_after_its_packages(path: str, others: tuple[str, ...], expected: str) -> None:
    assert program(path, *others).module_name(path) == expected


def test_folders_without_init_count_as_packages_where_the_project_imports_them() -> None:
    app = program("backend/app/db/models.py", backend__app__main="from app.db.models import User")

    assert app.module_name("backend/app/db/models.py") == "app.db.models"


def test_the_top_of_a_source_folder_may_itself_be_imported() -> None:
    app = program("src/auth/models.py", src__main="from src.auth import models")

    assert app.module_name("src/auth/models.py") == "src.auth.models"
