"""What the pages of rules on models claim of Django, asked of Django in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

SETUP = """
import django
from django.conf import settings

SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(INSTALLED_APPS=[], DATABASES={"default": SQLITE})
django.setup()
from django.db import connection, models

class User(models.Model):
    class Meta:
        app_label = "app"

"""
CHECKS = "\nprint([message.id for message in Post.check(databases=['default']) if message.id != 'models.W042'])\n"


def answer(code: str) -> str:
    """What Django prints to a program with these models."""
    done = subprocess.run([sys.executable, "-c", SETUP + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("models.ForeignKey(User, on_delete=models.SET_NULL)", "fields.E320"),
        ("models.ForeignKey('Usr', on_delete=models.CASCADE)", "fields.E300"),
        ("models.JSONField(default={})", "fields.E010"),
        ("models.DateTimeField(default=__import__('datetime').datetime(2026, 1, 1))", None),
    ],
)
def test_django_checks_it_itself(field: str, message: str | None) -> None:
    found = answer(f"class Post(models.Model):\n    x = {field}\n    class Meta:\n        app_label = 'app'\n{CHECKS}")
    assert (message in found) if message else (found == "[]")


def test_an_index_of_a_missing_field_is_an_error_of_the_checks() -> None:
    meta = "app_label = 'app'\n        indexes = [models.Index(fields=['nane'], name='ix')]"
    assert "models.E012" in answer(f"class Post(models.Model):\n    class Meta:\n        {meta}\n{CHECKS}")


def test_django_indexes_a_foreign_key_by_itself() -> None:
    code = """
class Post(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    class Meta:
        app_label = "app"

with connection.schema_editor(collect_sql=True) as editor:
    editor.create_model(Post)
print([line for line in editor.collected_sql if line.startswith("CREATE INDEX")])
"""
    assert '("user_id")' in answer(code)
