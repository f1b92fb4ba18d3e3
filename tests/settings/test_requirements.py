from __future__ import annotations

import pytest

from schemalint.facts.requirements import Requirement
from schemalint.settings.requirements import requirements


def found(**files: str) -> dict[str, tuple[str | None, str, str, bool]]:
    """Version, specifier, group and directness by library."""
    return {
        each.name: (each.version, each.specifier, each.group, each.direct)
        for each in requirements(files, lambda path: files[path].encode())
    }


PEP_621 = """
[project]
name = "shop"
dependencies = ["SQLAlchemy[asyncio] >=2.0,<3; python_version > '3.9'", "psycopg2_binary==2.9.9", "bad name!", 3]
[project.optional-dependencies]
mysql = ["PyMySQL"]
[dependency-groups]
dev = ["pytest>=8", {include-group = "lint"}]
[tool.uv]
dev-dependencies = ["aiosqlite"]
"""
POETRY = """
[tool.poetry.dependencies]
python = "^3.11"
sqlalchemy = {version = "^2.0", extras = ["asyncio"]}
django = "4.2.7"
asyncpg = "*"
ours = {path = "../ours"}
[tool.poetry.group.test.dependencies]
aiosqlite = "^0.19"
"""


def test_pep_621_groups_and_uv() -> None:
    assert found(**{"pyproject.toml": PEP_621}) == {
        "sqlalchemy": (None, ">=2.0,<3", "", True),
        "psycopg2-binary": ("2.9.9", "==2.9.9", "", True),
        "pymysql": (None, "", "mysql", True),
        "pytest": (None, ">=8", "dev", True),
        "aiosqlite": (None, "", "dev", True),
    }


def test_poetry() -> None:
    assert found(**{"pyproject.toml": POETRY}) == {
        "sqlalchemy": (None, "^2.0", "", True),
        "django": ("4.2.7", "==4.2.7", "", True),
        "asyncpg": (None, "", "", True),
        "ours": (None, "", "", True),
        "aiosqlite": (None, "^0.19", "test", True),
    }


def test_requirements_files() -> None:
    files = {
        "requirements.txt": "# all\n-r base.txt\nAlembic==1.13.1 \\\n    --hash=sha256:abc\nflask  # web\n"
        "git+https://example.org/x.git\nours @ file:///x\nsqlalchemy (>=1.4)\n",
        "requirements/test.in": "aiosqlite\n",
        "requirements-dev.txt": "ruff==1.0\r\n",
    }
    assert found(**files) == {
        "alembic": ("1.13.1", "==1.13.1", "", True),
        "flask": (None, "", "", True),
        "ours": (None, "", "", True),
        "sqlalchemy": (None, ">=1.4", "", True),
        "aiosqlite": (None, "", "test", True),
        "ruff": ("1.0", "==1.0", "dev", True),
    }


def test_setup_cfg_and_pipfile() -> None:
    files = {
        "setup.cfg": "[options]\ninstall_requires =\n    sqlalchemy>=1.4\n    flask\n"
        "[options.extras_require]\npg =\n    psycopg2\n",
        "Pipfile": '[packages]\ndjango = "~=4.2"\n[dev-packages]\npytest = "*"\n',
    }
    assert found(**files) == {
        "sqlalchemy": (None, ">=1.4", "", True),
        "flask": (None, "", "", True),
        "psycopg2": (None, "", "pg", True),
        "django": (None, "~=4.2", "", True),
        "pytest": (None, "", "dev", True),
    }


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "pdm.lock"])
def test_the_version_is_that_of_the_lock_file(name: str) -> None:
    package = '[[package]]\nname = "{}"\nversion = "{}"\nsource = {{}}\n\n'
    lock = package.format("sqlalchemy", "2.0.36") + package.format("greenlet", "3.1").replace("\n", "\r\n")
    assert found(**{"requirements.txt": "SQLAlchemy>=2\n", name: lock}) == {
        "sqlalchemy": ("2.0.36", ">=2", "", True),
        "greenlet": ("3.1", "", "", False),
    }


def test_where_files_disagree_nothing_is_claimed() -> None:
    lock = '[[package]]\nname = "django"\nversion = "{}"\n'
    files = {"a/uv.lock": lock.format("4.2"), "b/uv.lock": lock.format("5.0"), "requirements.txt": "django==5.0\n"}
    assert found(**files)["django"] == (None, "==5.0", "", True)
    assert found(**{"a/requirements.txt": "x==1\n", "b/requirements.txt": "x==2\n"})["x"] == (None, "", "", True)


def test_the_projects_own_word_counts_before_that_of_a_group() -> None:
    files = {"requirements-test.txt": "sqlalchemy==2.0\n", "z/requirements.txt": "sqlalchemy>=1.4\n"}
    assert requirements(files, lambda path: files[path].encode()) == (
        Requirement("sqlalchemy", "z/requirements.txt", "2.0", ">=1.4"),
    )


def test_broken_and_unreadable_files_say_nothing() -> None:
    files = {"pyproject.toml": "[project", "setup.cfg": "nonsense", "requirements.txt": "\udcff", "uv.lock": "\0"}

    def read(path: str) -> bytes:
        if path == "requirements.txt":
            raise PermissionError(path)
        return files[path].encode()

    assert requirements(files, read) == ()
