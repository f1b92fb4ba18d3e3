"""Advice is given in what the author writes: SQL for files of SQL, managers and cursors for Django."""

from __future__ import annotations

from pathlib import Path

from schemalint.diagnostics import Diagnostic
from schemalint.engine.cache import Cache
from schemalint.engine.run import Request, run
from schemalint.settings.discovery import load
from schemalint.source.tree import FolderTree


def advice(folder: Path, rule: str, files: dict[str, str]) -> list[str]:
    """The help of what a rule finds in files, in order."""
    return [diagnostic.help or "" for diagnostic in diagnostics(folder, rule, files, "postgresql:16")]


def diagnostics(folder: Path, rule: str, files: dict[str, str], database: str) -> list[Diagnostic]:
    """What a rule finds in files, in order."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    settings = load(folder, overrides={"select": [rule], "database": [database]})
    outcome = run(Request(tree=FolderTree(folder), settings=settings, cache=Cache(None)))
    return list(outcome.result.diagnostics)


SQL = {
    "migrations/0001.users.sql": "CREATE TABLE users (id int PRIMARY KEY, email text);\n",
    "migrations/0002.links.sql": "CREATE TABLE links (a int, user_id int REFERENCES users (id));\n",
}
MODELS = """
from django.db import models

class Tag(models.Model):
    name = models.CharField(max_length=50)
"""
TAGS = """
from django.db import connection
from shop.models import Tag

def tag(names):
    for name in names:
        {statement}
"""


def test_an_index_is_created_in_sql(tmp_path: Path) -> None:
    (found,) = advice(tmp_path, "unindexed-foreign-key", SQL)
    assert "`CREATE INDEX ix_links_user_id ON links (user_id);`" in found
    assert "op." not in found


def test_a_key_is_of_columns_that_are_there(tmp_path: Path) -> None:
    (found,) = advice(tmp_path, "missing-primary-key", SQL)
    assert "ALTER TABLE links ADD PRIMARY KEY (<the columns that tell its rows apart>);" in found


def test_a_loop_over_a_manager_is_mended_by_the_manager(tmp_path: Path) -> None:
    for statement, way in (
        ("Tag.objects.create(name=name)", "bulk_create(objects)"),
        ("Tag.objects.get_or_create(name=name)", "ignore_conflicts=True"),
        ("Tag.objects.update_or_create(name=name)", "update_conflicts=True"),
        ("Tag.objects.filter(name=name).update(name='')", "bulk_update"),
        ("Tag.objects.filter(name=name).delete()", "filter(pk__in=ids).delete()"),
        ("Tag.objects.filter(name=name).count()", "annotate"),
        ("Tag.objects.get(name=name)", "in_bulk"),
    ):
        files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/tags.py": TAGS.format(statement=statement)}
        (found,) = advice(tmp_path, "query-in-loop", files)
        assert way in found
        assert "session." not in found


def test_values_go_to_a_cursor_beside_the_text(tmp_path: Path) -> None:
    statement = "connection.cursor().execute(f\"DELETE FROM tags WHERE name = '{name}'\")"
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/tags.py": TAGS.format(statement=statement)}
    (found,) = advice(tmp_path, "formatted-sql", files)
    assert '%s", [value]' in found


MYSQL = {
    "migrations/0001.users.sql": "CREATE TABLE users (id int PRIMARY KEY, name text, team_id int);\n"
    "CREATE TABLE teams (id int PRIMARY KEY);\n",
    "migrations/0002.ages.sql": "UPDATE users SET name = '';\nALTER TABLE users ADD age int NOT NULL;\n"
    "ALTER TABLE users ADD CONSTRAINT team FOREIGN KEY (team_id) REFERENCES teams (id);\n",
}


def test_messages_say_what_mysql_does(tmp_path: Path) -> None:
    for rule, words in (
        ("copying-alter", "adding the foreign key of `team_id` copies `users` with LOCK=SHARED on MySQL"),
        ("mixed-schema-and-data", "MySQL cannot take a change of the schema back"),
        ("required-column-without-default", "makes it 0 or '' in every row that `users` has"),
    ):
        (found,) = diagnostics(tmp_path, rule, MYSQL, "mysql:8.0")
        assert words in found.message


def test_a_model_is_asked_for_by_its_application(tmp_path: Path) -> None:
    migration = """
from django.db import migrations
from shop.models import Tag

def fill(apps, schema_editor):
    Tag.objects.create(name="x")

class Migration(migrations.Migration):
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
"""
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/migrations/0001_fill.py": migration}
    (found,) = advice(tmp_path, "historical-model-bypass", files)
    assert 'apps.get_model("shop", "Tag")' in found


def test_a_default_of_none_is_not_laid_to_a_library_that_is_not_used(tmp_path: Path) -> None:
    created = "[migrations.CreateModel('Order', [('id', models.BigAutoField(primary_key=True))])]"
    added = "[migrations.AddField('order', 'size', models.IntegerField(default=None), preserve_default=False)]"
    migration = (
        "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = {}\n"
    )
    files = {
        "shop/migrations/0001_initial.py": migration.format(created),
        "shop/migrations/0002_size.py": migration.format(added + "\n    dependencies = [('shop', '0001_initial')]"),
    }
    (found,) = diagnostics(tmp_path, "required-column-without-default", files, "postgresql:16")
    assert "fails on every row" in found.message
    assert not any("SQLAlchemy" in fact for fact in found.facts)


def test_what_is_too_large_is_not_told_to_change_its_encoding(tmp_path: Path) -> None:
    (found,) = advice(tmp_path, "unreadable-file", {"data/rows.sql": "-- " + "x" * 2_000_000})
    assert found.startswith("Raise `max-file-size`")
