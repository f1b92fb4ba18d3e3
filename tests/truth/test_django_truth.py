"""What is replayed from a history of Django equals what `migrate` makes of it on PostgreSQL.

The test needs PostgreSQL's programs and a Python that has Django and psycopg: this one, or that of DJANGO_PYTHON.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from types import ModuleType

import pytest

PROGRAMS = Path(os.environ.get("POSTGRESQL_PROGRAMS", "/usr/lib/postgresql/15/bin"))
PYTHON = os.environ.get("DJANGO_PYTHON", sys.executable)

SETTINGS = """
import os
SECRET_KEY = "x"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "people", "shop"]
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "HOST": os.environ["PGHOST"],
    "PORT": os.environ["PGPORT"], "USER": "postgres",
}}
"""
HEAD = """
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import uuid
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, BtreeGinExtension, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Lower
"""
PEOPLE = [
    """
    migrations.CreateModel("Person", [
        ("id", models.AutoField(primary_key=True)),
        ("email", models.EmailField(unique=True)),
        ("name", models.CharField(max_length=80, db_index=True)),
        ("born", models.DateField(null=True)),
        ("user", models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE)),
    ]),
    migrations.CreateModel("Club", [
        ("code", models.CharField(max_length=8, primary_key=True)),
        ("members", models.ManyToManyField("people.Person", related_name="clubs")),
        ("boss", models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")),
    ]),
    migrations.CreateModel("Team", [
        ("club_ptr", models.OneToOneField("people.Club", models.CASCADE, parent_link=True, primary_key=True)),
        ("size", models.PositiveSmallIntegerField(default=1)),
    ], bases=("people.club",)),
    migrations.CreateModel("Friends", [
        ("id", models.BigAutoField(primary_key=True)),
        ("of", models.ManyToManyField("self")),
    ]),
    """,
    """
    migrations.AlterField("person", "id", models.BigAutoField(primary_key=True)),
    migrations.RenameField("person", "born", "birthday"),
    migrations.AlterField("person", "name", models.TextField(db_index=True)),
    migrations.AlterField("person", "email", models.EmailField(db_index=True)),
    migrations.AddField("club", "logo", models.ImageField(blank=True)),
    migrations.AddField("club", "home", models.ForeignKey("people.Club", models.CASCADE, null=True)),
    migrations.AlterField("club", "code", models.CharField(max_length=20, primary_key=True)),
    """,
    """
    migrations.RenameModel("Person", "Human"),
    migrations.RenameModel("Friends", "Friend"),
    migrations.RenameField("club", "boss", "head"),
    migrations.AlterModelTable("club", "clubs"),
    migrations.AddField("human", "rank", models.PositiveIntegerField(null=True)),
    migrations.AlterField("human", "rank", models.PositiveIntegerField(default=3)),
    migrations.AlterOrderWithRespectTo("club", "head"),
    """,
    """
    migrations.AlterField("human", "rank", models.IntegerField(default=3)),
    migrations.RenameField("club", "members", "people"),
    migrations.AlterField("club", "home", models.ForeignKey("people.Club", models.CASCADE, db_index=False, null=True)),
    migrations.RemoveField("club", "logo"),
    migrations.AlterField("human", "birthday", models.DateTimeField(null=True, unique=True)),
    """,
]
SHOP = [
    """
    BtreeGinExtension(),
    migrations.CreateModel("Item", [
        ("id", models.UUIDField(default=uuid.uuid4, primary_key=True)),
        ("name", models.CharField(max_length=50)),
        ("price", models.DecimalField(max_digits=9, decimal_places=2)),
        ("tags", django.contrib.postgres.fields.ArrayField(models.CharField(max_length=9), default=list)),
        ("data", models.JSONField(null=True)),
        ("owner", models.ForeignKey("people.Human", models.CASCADE)),
        ("made", models.DateTimeField(auto_now_add=True)),
        ("length", models.DurationField(null=True)),
        ("ip", models.GenericIPAddressField(null=True)),
        ("raw", models.BinaryField(null=True)),
    ], options={
        "unique_together": {("name", "owner")},
        "indexes": [models.Index(fields=["-made", "name"], name="made_idx")],
        "constraints": [models.CheckConstraint(condition=Q(("price__gte", 0)), name="positive")],
    }),
    """,
    """
    migrations.AddConstraint("item", models.UniqueConstraint(fields=["name"], condition=Q(data=None), name="only")),
    migrations.AddConstraint("item", models.UniqueConstraint(fields=["price", "name"], name="pair")),
    migrations.AddConstraint("item", models.UniqueConstraint(Lower("name"), name="lower")),
    migrations.AddIndex("item", django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="tags_gin")),
    migrations.AlterUniqueTogether("item", {("price", "owner")}),
    migrations.AddField("item", "slug", models.SlugField(default="x")),
    migrations.AddField("item", "state", models.CharField(max_length=5, db_default="new")),
    migrations.RenameIndex("item", new_name="made_index", old_name="made_idx"),
    """,
    """
    migrations.RemoveConstraint("item", "only"),
    migrations.RemoveConstraint("item", "pair"),
    migrations.AlterUniqueTogether("item", set()),
    migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL("ALTER TABLE shop_item ADD COLUMN extra integer", "SELECT 1")],
        state_operations=[migrations.AddField("item", "extra", models.IntegerField(null=True))],
    ),
    migrations.RemoveField("item", "length"),
    migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
    migrations.AlterField("item", "slug", models.SlugField(default="x", unique=True)),
    migrations.AlterField("item", "state", models.CharField(max_length=5, db_default="old", null=True)),
    migrations.AlterModelTable("item", "items"),
    """,
    """
    AddIndexConcurrently("item", models.Index(F("price").desc(), Lower("name"), name="late")),
    RemoveIndexConcurrently("item", "made_index"),
    """,
]


def _write(root: Path, app: str, revisions: list[str], first: str) -> None:
    folder = root / app / "migrations"
    folder.mkdir(parents=True)
    for package in (root / app, folder):
        (package / "__init__.py").write_text("", encoding="utf-8")
    for number, operations in enumerate(revisions, 1):
        parents = f"('{app}', '{number - 1:04}_x')" if number > 1 else first
        atomic = "atomic = False" if "Concurrently" in operations else "atomic = True"
        text = (
            f"class Migration(migrations.Migration):\n    {atomic}\n    dependencies = [{parents}]\n    operations = ["
        )
        body = "\n".join(f"        {line}" for line in dedent(operations).strip().splitlines())
        (folder / f"{number:04}_x.py").write_text(f"{HEAD}\n{text}\n{body}\n    ]\n", encoding="utf-8")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "tools" / "django_truth.py"
    sys.path.append(str(path.parent))
    spec = importlib.util.spec_from_file_location("django_truth", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["django_truth"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    if not (PROGRAMS / "initdb").exists():
        pytest.skip("PostgreSQL's programs are not here")
    if subprocess.run([PYTHON, "-c", "import django, psycopg"], capture_output=True).returncode != 0:
        pytest.skip("Django and psycopg are not installed")
    (tmp_path / "site_settings.py").write_text(SETTINGS, encoding="utf-8")
    _write(tmp_path, "people", PEOPLE, "migrations.swappable_dependency(settings.AUTH_USER_MODEL)")
    _write(tmp_path, "shop", SHOP, "('people', '0004_x')")
    return tmp_path


def test_the_replay_is_what_migrate_makes(tool: ModuleType, project: Path) -> None:
    replayed = tool.replayed(project, ("",))
    with tool.server(PROGRAMS) as database:
        database.psql("postgres", "create database truth")
        environment = {**os.environ, **database.environment("truth"), "DJANGO_SETTINGS_MODULE": "site_settings"}
        environment["PYTHONPATH"] = str(project)
        done = subprocess.run(
            [PYTHON, "-m", "django", "migrate", "-v", "0"], env=environment, cwd=project, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        found = tool.in_replay(replayed, frozenset({"people", "shop"}))
        truth = tool.in_database(database, "truth", frozenset(key[1] for key in found))
    counts, differences = tool.compare(found, truth)

    assert replayed.not_understood == ()
    assert differences == []
    assert counts["not known"] == 0
    assert counts["equal"] > 200
