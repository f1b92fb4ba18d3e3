"""Targets: which servers a history is taken to run on, and what says so."""

from __future__ import annotations

import pytest

from schemalint.project.subjects import Project
from schemalint.settings.records import TargetSettings
from tests.project.conftest import ENV, Linked, revision

PLAIN = {"db/env.py": ENV, "db/versions/1.py": revision("a1")}


def servers(project: Project) -> list[tuple[str, str]]:
    (target,) = project.targets
    return [(str(server), server.how) for server in target.servers]


def test_what_is_declared_counts_alone(linked: Linked) -> None:
    project = linked({**PLAIN, "db/env.py": f"{ENV}url = 'mysql://h/db'\n"}, database=("postgresql:16", "sqlite"))

    assert servers(project) == [("postgresql:16", "declared"), ("sqlite", "declared")]
    assert project.targets[0].declared
    assert not any("database" in note for note in project.notes)


def test_nothing_known_is_undecided_and_says_why(linked: Linked) -> None:
    project = linked(PLAIN)

    assert servers(project) == []
    assert project.targets[0].runs_on("postgresql") is None
    assert "set `database`" in project.targets[0].why
    assert any(note.startswith("db: no URL, driver or dialect") for note in project.notes)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"db/env.py": f"{ENV}url = 'postgresql+asyncpg://u:p@h/db'\n"}, [("postgresql", "url")]),
        ({"alembic.ini": "[alembic]\nscript_location = db\nsqlalchemy.url = mysql://h/x\n"}, [("mysql", "url")]),
        ({"db/versions/2.py": revision("b2", "a1", "x(postgresql_where=1)")}, [("postgresql", "dialect")]),
        (
            {"db/versions/2.py": revision("b2", "a1", head="from sqlalchemy.dialects import mysql")},
            [("mysql", "dialect")],
        ),
        (
            {"db/versions/2.py": revision("b2", "a1", "if op.get_bind().dialect.name in ('sqlite', 'oracle'): pass")},
            [("oracle", "dialect"), ("sqlite", "dialect")],
        ),
        (
            {"db/versions/2.py": revision("b2", "a1", "url = get(); url.startswith('postgres') or 'mysql' in url")},
            [("postgresql", "dialect"), ("mysql", "dialect")],
        ),
        (
            {
                "db/env.py": f"from app.config import settings\n{ENV}",
                "app/config.py": "class Settings:\n    url: str = 'postgresql://localhost/x'\nsettings = Settings()\n",
            },
            [("postgresql", "url")],
        ),
        (
            {
                "db/env.py": f"from app.config import settings\n{ENV}",
                "app/config.py": "def url():\n    return Url.build(scheme='mysql+pymysql', host=h)\nsettings = 1\n",
            },
            [("mysql", "url")],
        ),
        ({"app/models.py": "from sqlalchemy.dialects.postgresql import JSONB\n"}, [("postgresql", "dialect")]),
        (
            {"app/backend/base.py": "from django.db.backends.postgresql.base import DatabaseWrapper\n"},
            [("postgresql", "dialect")],
        ),
        (
            {
                "app/settings.py": "DATABASES = {'default': {'ENGINE': env('DB', 'django.db.backends.mysql')}}\n",
                "app/dev.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
            },
            [("mysql", "dialect")],
        ),
        (
            {"app/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n"},
            [("sqlite", "dialect")],
        ),
        (
            {
                "app/settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
                "requirements.txt": "psycopg[binary]==3.2\n",
            },
            [("postgresql", "driver")],
        ),
        ({"app/engine.py": "import asyncpg\n"}, [("postgresql", "driver")]),
        ({"requirements.txt": "sqlalchemy>=2\npsycopg[binary]==3.2\n"}, [("postgresql", "driver")]),
        ({"pyproject.toml": '[project]\ndependencies = ["aiomysql>=0.2"]\n'}, [("mysql", "driver")]),
    ],
)
def test_servers_are_inferred(linked: Linked, files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    project = linked({**PLAIN, **files})

    assert servers(project) == expected
    assert any(note.startswith("db: database taken as") for note in project.notes)


def test_what_the_revisions_ask_for_stands_beside_the_url(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": f"{ENV}url = 'sqlite:///dev.db'\n",
            "db/versions/1.py": revision("a1", head="from sqlalchemy.dialects import postgresql"),
        }
    )

    assert servers(project) == [("postgresql", "dialect"), ("sqlite", "url")]


def test_servers_of_the_configuration_stand_beside_an_option_of_one(linked: Linked) -> None:
    names = "{'a': 'mariadb+mariadbconnector', 'b': 'mysql+mysqlconnector', 'c': 'postgresql+psycopg'}"
    project = linked(
        {
            "db/env.py": f"from app.config import url\n{ENV}",
            "app/config.py": f"from sqlalchemy import URL\n\ndef url(kind):\n    return URL.create({names}[kind])\n",
            "db/versions/1.py": revision("a1", None, "x(postgresql_where=1)"),
        }
    )

    assert servers(project) == [("postgresql", "dialect"), ("mysql", "url"), ("mariadb", "url")]


def test_who_asks_whether_it_is_sqlite_runs_on_what_the_modules_beside_ask_for(linked: Linked) -> None:
    body = "op.execute('x') if op.get_bind().dialect.name == 'sqlite' else None"
    project = linked(
        {
            "db/env.py": f"from app import db\n{ENV}",
            "app/db.py": "def lock(engine):\n    if engine.name == 'postgresql':\n        engine.lock()\n",
            "app/other.py": "def quote(dialect):\n    return '`' if dialect == 'mysql' else ''\n",
            "db/versions/1.py": revision("a1", None, body),
        }
    )

    assert servers(project) == [("postgresql", "dialect"), ("sqlite", "dialect")]


def test_sqlite_in_the_configuration_is_of_no_account_where_the_code_asks_for_a_server(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": f"from app.config import URL\n{ENV}",
            "app/config.py": "URL = 'sqlite:///dev.db'\n",
            "db/versions/1.py": revision("a1", head="from sqlalchemy.dialects import postgresql"),
        }
    )

    assert servers(project) == [("postgresql", "dialect")]


def test_what_a_project_does_on_sqlite_instead_is_no_option_of_it(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": ENV,
            "db/versions/1.py": revision("a1", "run('VACUUM FULL', sqlite_sql='VACUUM')"),
            "requirements.txt": "psycopg[binary]==3.2\n",
        }
    )

    assert servers(project) == [("postgresql", "driver")]


def test_weaker_evidence_is_not_asked_where_stronger_decides(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": f"{ENV}url = 'postgresql://h/db'\n",
            "db/versions/1.py": revision("a1"),
            "app/cache.py": "import aiosqlite\n",
            "app/other.py": "from sqlalchemy.dialects import mssql\n",
        }
    )

    assert servers(project) == [("postgresql", "url")]


@pytest.mark.parametrize("path", ["tests/conftest.py", "app/test_models.py", "examples/app.py"])
def test_tests_and_examples_are_no_evidence(linked: Linked, path: str) -> None:
    assert servers(linked({**PLAIN, path: "import asyncpg\nfrom sqlalchemy.dialects import mysql\n"})) == []


def test_a_folder_named_after_a_dialect_decides(linked: Linked) -> None:
    project = linked(
        {
            "db/env.py": f"{ENV}url = 'sqlite:///dev.db'\n",
            "db/versions/postgresql/1.py": revision("a1"),
            "db/versions/sqlite/1.py": revision("a1"),
        }
    )

    assert [[str(server) for server in target.servers] for target in project.targets] == [["postgresql"], ["sqlite"]]


def test_declared_targets_hold_the_histories_in_their_folders(linked: Linked) -> None:
    project = linked(
        {
            "a/env.py": ENV,
            "a/versions/1.py": revision("a1"),
            "a/extra/1.py": revision("a2"),
            "b/env.py": ENV,
            "b/versions/1.py": revision("b1"),
            "c/env.py": ENV,
            "c/versions/1.py": revision("c1"),
        },
        database=("mysql",),
        targets=(
            TargetSettings(name="first", migrations=("a",), database=("postgresql:15",)),
            TargetSettings(name="second", migrations=("b/versions",)),
        ),
    )

    assert [(target.name, [str(server) for server in target.servers]) for target in project.targets] == [
        ("first", ["postgresql:15"]),
        ("second", ["mysql"]),
        ("c", ["mysql"]),
    ]


def test_a_dialect_test_takes_the_branch_of_the_first_server(linked: Linked) -> None:
    body = "op.drop_table('a') if op.get_bind().dialect.name == 'postgresql' else op.drop_table('b')"
    files = {"db/env.py": ENV, "db/versions/1.py": revision("a1", None, body)}

    def dropped(database: str) -> list[str]:
        (history,) = linked(files, database=(database,)).histories
        return [step.anchor for step in history.ordered[0].steps]

    assert dropped("postgresql") == ["a1:drop_table:a"]
    assert dropped("mysql") == ["a1:drop_table:b"]


def test_targets_of_which_the_same_is_known_share_a_note(linked: Linked) -> None:
    project = linked({f"{name}/migrations/1.py": revision("a1") for name in "abcde"})

    (note,) = (note for note in project.notes if "database" in note)
    assert note.startswith("a/migrations, b/migrations, c/migrations and 2 more: no URL")
