"""What the pages of rules on Django's migrations claim of Django, asked of `migrate` in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RUN = """
import sys
import django
from django.conf import settings
from django.core.management import call_command

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}
settings.configure(INSTALLED_APPS=["shop"], DATABASES={"default": SQLITE})
django.setup()
for arguments in sys.argv[1:]:
    try:
        call_command(*arguments.split(), verbosity=0)
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
        break
"""
MODELS = """
from django.db import models

class Order(models.Model):
    total = models.IntegerField(null=True)
"""
INITIAL = """
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Order", [
            ("id", models.AutoField(primary_key=True)), ("total", models.IntegerField(null=True)),
        ]),
    ]
"""
HEAD = """
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from shop.models import Order

def fill(apps, schema_editor):
    list(Order.objects.all())

class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
"""


def migrated(tmp_path: Path, migrations: dict[str, str], *commands: str, models: str = MODELS) -> str:
    """What `manage.py` answers to commands on an application with these migrations beside its first one."""
    folder = tmp_path / "shop" / "migrations"
    folder.mkdir(parents=True)
    files = {"0001_initial": INITIAL, "__init__": "", **{name: HEAD + body for name, body in migrations.items()}}
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (tmp_path / "shop" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "shop" / "models.py").write_text(models, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN, *commands], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_field_that_is_added_to_a_model_breaks_the_migration_that_imports_it(tmp_path: Path) -> None:
    body = "    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]\n"
    models = f"{MODELS}    note = models.TextField(default='')\n"
    assert migrated(tmp_path, {"0002_fill": body}, "migrate", models=models) == (
        "OperationalError: no such column: shop_order.note"
    )


def test_nothing_older_than_an_irreversible_operation_is_reached(tmp_path: Path) -> None:
    body = "    operations = [migrations.RunPython(fill)]\n"
    answer = migrated(tmp_path, {"0002_fill": body}, "migrate", "migrate shop 0001")
    assert answer.startswith("IrreversibleError: Operation <RunPython <function fill")
    assert answer.endswith("in shop.0002_fill is not reversible")


def test_noop_is_a_way_back(tmp_path: Path) -> None:
    body = "    operations = [migrations.RunSQL('SELECT 1', migrations.RunSQL.noop)]\n"
    assert migrated(tmp_path, {"0002_fill": body}, "migrate", "migrate shop 0001") == ""


def test_two_leaf_nodes_are_a_conflict(tmp_path: Path) -> None:
    bodies = dict.fromkeys(("0002_note", "0002_total"), "    operations = []\n")
    answer = migrated(tmp_path, bodies, "migrate")
    assert answer.startswith(
        "CommandError: Conflicting migrations detected; multiple leaf nodes in the migration graph"
    )


def test_an_index_is_not_made_concurrently_in_a_transaction(tmp_path: Path) -> None:
    operation = "AddIndexConcurrently('order', models.Index(fields=['total'], name='total_idx'))"
    assert migrated(tmp_path, {"0002_index": f"    operations = [{operation}]\n"}, "migrate") == (
        "NotSupportedError: The AddIndexConcurrently operation cannot be executed inside a transaction "
        "(set atomic = False on the migration)."
    )


def test_what_a_migration_that_is_not_atomic_did_before_it_failed_stays(tmp_path: Path) -> None:
    steps = "migrations.AddField('order', 'note', models.TextField(null=True)), migrations.RunSQL('FAIL', '')"
    body = f"    atomic = False\n    operations = [{steps}]\n"
    answer = migrated(tmp_path / "first", {"0002_note": body}, "migrate")
    assert answer == 'OperationalError: near "FAIL": syntax error'
    again = subprocess.run(
        [sys.executable, "-c", RUN, "migrate"], cwd=tmp_path / "first", capture_output=True, text=True, check=False
    )
    assert again.stdout.strip() == "OperationalError: duplicate column name: note"


def test_the_name_that_django_makes_up_tells_a_part(tmp_path: Path) -> None:
    fields = "".join(f"    a_field_with_a_long_name_{number} = models.DateField(null=True)\n" for number in range(9))
    assert migrated(tmp_path, {}, "makemigrations shop", models=MODELS + fields) == ""
    (name,) = (path.stem for path in (tmp_path / "shop" / "migrations").glob("0002*"))
    assert name.endswith("_and_more")
