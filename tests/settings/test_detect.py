from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.settings.block import render_block
from schemalint.settings.detect import Detected, DetectedMigrations, detect
from schemalint.settings.discovery import gather, load, resolve


def detected(**files: str) -> Detected:
    return detect(list(files), lambda path: files[path].encode())


def databases(**files: str) -> list[str]:
    return [f"{found.server} ({found.evidence})" for found in detected(**files).databases]


class TestFrameworks:
    def test_from_requirements(self) -> None:
        files = {"requirements.txt": "Flask-SQLAlchemy\nFlask-Migrate\nFlask\n"}
        assert detected(**files).frameworks == ("alembic", "sqlalchemy", "flask")

    def test_from_folders_of_migrations(self) -> None:
        assert detected(**{"db/env.py": "", "db/versions/a.py": ""}).frameworks == ("alembic",)


class TestDatabases:
    def test_an_image_tells_the_version(self) -> None:
        files = {
            "docker-compose.yml": "services:\n  db:\n    image: 'postgres:16-alpine'\n",
            "requirements.txt": "psycopg[binary]\n",
        }
        assert databases(**files) == ["postgresql:16 (docker-compose.yml: image postgres:16)"]

    @pytest.mark.parametrize(
        ("line", "server"),
        [
            ("image: postgres:9.6", "postgresql:9"),
            ("image: docker.io/library/postgres:17.5@sha256:00", "postgresql:17"),
            ("image: postgis/postgis:15-3.4", "postgresql:15"),
            ("image: pgvector/pgvector:pg16", "postgresql:16"),
            ("image: timescale/timescaledb:2.14.2-pg15", "postgresql:15"),
            ("image: bitnami/postgresql:14", "postgresql:14"),
            ("image: mysql/mysql-server:8.0", "mysql:8"),
            ("image: mariadb:10.11", "mariadb:10"),
            ("image: mcr.microsoft.com/mssql/server:2022-latest", "mssql:2022"),
        ],
    )
    def test_images(self, line: str, server: str) -> None:
        (found,) = detected(**{"compose.yaml": f"services:\n  db:\n    {line}\n"}).databases
        assert str(found.server) == server

    @pytest.mark.parametrize(
        "line",
        [
            "image: postgres:latest",
            "DB: postgres:5432",
            "image: my-postgres:3",
            "# image: postgres:16",
            "x: mysql:3306",
        ],
    )
    def test_what_is_no_image_of_a_known_version(self, line: str) -> None:
        assert databases(**{"compose.yaml": f"{line}\n"}) == []

    def test_compose_counts_before_ci_and_the_oldest_of_a_matrix(self) -> None:
        ci = "services:\n  a:\n    image: postgres:13\n  b:\n    image: postgres:17\n"
        assert databases(**{".github/workflows/ci.yml": ci}) == [
            "postgresql:13 (.github/workflows/ci.yml: image postgres:13)"
        ]
        both = {".github/workflows/ci.yml": ci, "docker-compose.yml": "image: postgres:16\n"}
        assert databases(**both) == ["postgresql:16 (docker-compose.yml: image postgres:16)"]

    def test_urls(self) -> None:
        files = {
            "alembic.ini": "sqlalchemy.url = mysql+pymysql://u:secret@db/x\n",
            ".env.example": "DATABASE_URL=postgresql+asyncpg://u:p@localhost/x\n",
            ".env": "URL=oracle://u:p@h/x\n",
            "other/alembic.ini": "sqlalchemy.url = driver://user:pass@localhost/dbname\n",
        }
        assert sorted(databases(**files)) == [
            "mysql (alembic.ini: URL mysql+pymysql://)",
            "postgresql (.env.example: URL postgresql+asyncpg://)",
        ]

    def test_django_settings(self) -> None:
        settings = "DATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.postgis'}}\n"
        assert databases(**{"shop/settings/base.py": settings}) == [
            "postgresql (shop/settings/base.py: django.contrib.gis.db.backends.postgis)"
        ]

    def test_drivers(self) -> None:
        assert databases(**{"requirements.txt": "asyncpg==0.29\naiosqlite\n"}) == [
            "postgresql (requirements.txt: driver asyncpg)",
            "sqlite (requirements.txt: driver aiosqlite)",
        ]

    def test_a_driver_that_only_a_lock_file_names_does_not_count(self) -> None:
        assert databases(**{"uv.lock": '[[package]]\nname = "asyncpg"\nversion = "1"\n'}) == []

    def test_mariadb_is_reached_with_the_drivers_of_mysql(self) -> None:
        files = {
            "docker-compose.yml": "image: mariadb:11\nURL: mysql+pymysql://db/x\n",
            "requirements.txt": "pymysql\n",
        }
        assert databases(**files) == ["mariadb:11 (docker-compose.yml: image mariadb:11)"]


class TestMigrations:
    def test_alembic(self) -> None:
        files = {
            "migrations/env.py": "",
            "migrations/versions/1.py": "",
            "alembic.ini": "[alembic]\nscript_location = db:revisions\n[other]\nscript_location = %(here)s/second\n",
            "db/revisions/env.py": "",
            "second/env.py": "",
            "elsewhere/env.py": "",
        }
        assert [(found.folder, found.kind) for found in detected(**files).migrations] == [
            ("db/revisions", "alembic"),
            ("migrations", "alembic"),
            ("second", "alembic"),
        ]

    def test_alembic_at_the_root(self) -> None:
        assert detected(**{"env.py": "", "versions/1.py": ""}).migrations == (DetectedMigrations(".", "alembic"),)

    def test_django(self) -> None:
        files = {
            "shop/migrations/__init__.py": "",
            "shop/migrations/0001_initial.py": "from django.db import migrations\n",
            "other/migrations/__init__.py": "",
            "other/migrations/0001_x.py": "from peewee_migrate import Migrator\n",
        }
        assert detected(**files).migrations == (DetectedMigrations("shop/migrations", "django"),)


class TestLayers:
    def test_by_the_names_of_folders(self) -> None:
        files = dict.fromkeys(
            (
                "app/api/routes/users.py",
                "app/application/users.py",
                "app/domain/users.py",
                "app/domain/repositories/users.py",
                "app/repositories/users.py",
                "app/services/readme.md",
                "tests/services/test_users.py",
            ),
            "",
        )
        assert detected(**files).layers == {
            "route": ("app/api",),
            "service": ("app/application",),
            "domain": ("app/domain",),
            "repository": ("app/repositories",),
        }

    def test_a_folder_that_holds_other_layers_is_a_service_of_its_own(self) -> None:
        files = dict.fromkeys(("services/orders/domain/order.py", "services/orders/api/x.py", "api/services/x.py"), "")
        assert detected(**files).layers == {
            "route": ("services/orders/api",),
            "service": ("api/services",),
            "domain": ("services/orders/domain",),
        }

    @pytest.mark.parametrize("text", ["router = APIRouter()", "id = mapped_column()", "class A(models.Model): pass"])
    def test_a_domain_with_routes_or_mapped_classes_is_a_feature_folder(self, text: str) -> None:
        files = {"app/domain/users/models.py": text, "app/domain/users/repositories/x.py": ""}
        assert detected(**files).layers == {"repository": ("app/domain/users/repositories",)}


FILES = {
    "pyproject.toml": '[project]\ndependencies = ["fastapi", "sqlalchemy>=2", "asyncpg", "alembic", "aiosqlite"]\n',
    "docker-compose.yml": "image: postgres:16\n",
    "migrations/env.py": "",
    "migrations/versions/1.py": "",
    "app/domain/user.py": "",
    "app/repo[s]/repositories/user.py": "",
}


class TestBlock:
    def test_what_is_proposed(self) -> None:
        assert render_block(detected(**FILES), ["ae1027a6acf4"]) == (
            "# Written by `schemalint init`. `schemalint config` lists all settings and explains them.\n"
            "[tool.schemalint]\n"
            "# Found here: alembic, sqlalchemy, fastapi.\n"
            '# How strict: "mvp" (no users yet), "growth" (in production) or "enterprise" (audit and governance too).\n'
            'profile = "growth"\n'
            "# The servers that the migrations run on, with their major versions. They were found in\n"
            "#   docker-compose.yml: image postgres:16\n"
            '# SQLite was seen too; add "sqlite" if the migrations run on it.\n'
            'database = "postgresql:16"\n'
            "# These revisions and all before them are released: history, and not judged for locks and losses.\n"
            'start-after = "ae1027a6acf4"\n'
            "\n"
            "# Found by the names of folders: check them. Rules may report errors where a layer is declared.\n"
            "[tool.schemalint.layers]\n"
            'domain = ["app/domain/**"]\n'
            'repository = ["app/repo\\\\[s]/repositories/**"]\n'
        )

    @pytest.mark.parametrize(("name", "table"), [("pyproject.toml", "tool.schemalint"), ("schemalint.toml", "")])
    def test_it_loads(self, name: str, table: str, tmp_path: Path) -> None:
        (tmp_path / name).write_text(render_block(detected(**FILES), ["a", "b"], table=table), encoding="utf-8")
        settings = load(tmp_path)
        assert settings.start_after == ("a", "b")
        assert settings.database == ("postgresql:16",)
        assert settings.layers["domain"] == ("app/domain/**",)

    def test_of_an_empty_project_all_is_explained(self, tmp_path: Path) -> None:
        text = render_block(Detected())
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        assert load(tmp_path).database == ()
        assert '# database = "postgresql:16"' in text
        assert '# start-after = "..."' in text

    def test_several_histories_are_offered_as_targets(self, tmp_path: Path) -> None:
        files = dict.fromkeys(("a/env.py", "a/versions/1.py", "b/env.py", "b/versions/1.py"), "")
        text = render_block(detected(**files))
        (tmp_path / "pyproject.toml").write_text(
            "\n".join(
                line.removeprefix("# ") if "target" in line or "migrations =" in line else line
                for line in text.split("\n")
            ),
            encoding="utf-8",
        )
        assert [target.migrations for target in load(tmp_path).targets] == [("a",), ("b",)]


NAMES = ["pyproject.toml", "setup.cfg", "Pipfile", "uv.lock", "requirements.txt", "docker-compose.yml", "alembic.ini"]


@given(
    st.dictionaries(
        st.sampled_from([*NAMES, "domain/x.py", "m/migrations/0001_a.py", "env.py"]), st.binary(max_size=80)
    )
)
def test_no_bytes_break_it(files: dict[str, bytes]) -> None:
    assert render_block(detect(list(files), files.__getitem__)).startswith("# Written by")


def test_a_name_with_a_line_break_stays_in_its_comment(tmp_path: Path) -> None:
    files = {"x\ny = 1\n/docker-compose.yml": "image: postgres:16\n", "a\n\x1b/domain/x.py": ""}
    (tmp_path / "schemalint.toml").write_text(render_block(detected(**files), table=""), encoding="utf-8")
    assert resolve(gather(tmp_path)).layers == {"domain": ("a\n\x1b/domain/**",)}
