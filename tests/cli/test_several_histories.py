"""The views where there is more than one history: the applications of a Django project, or databases apart."""

from __future__ import annotations

import pytest

from tests.cli.conftest import ENV, FIRST, PROJECT

TEAM = """\
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    operations = [migrations.CreateModel("Team", fields=[("id", models.BigAutoField(primary_key=True))])]
"""
MEMBER = """\
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("teams", "0001_initial"){}]
    operations = [
        migrations.CreateModel(
            "{}",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("team", models.ForeignKey("teams.Team", models.CASCADE)),
            ],
        ),
    ]
"""
SITE = {
    "schemalint.toml": 'database = "postgresql:16"\n',
    "teams/migrations/0001_initial.py": TEAM,
    "members/migrations/0001_initial.py": MEMBER.format("", "Member"),
    "members/models.py": "from django.db import models\n\n\nclass Member(models.Model):\n    pass\n",
    "guests/migrations/0001_initial.py": MEMBER.format("", "Guest"),
    "guests/migrations/0002_more.py": MEMBER.format(', ("guests", "0001_initial")', "More"),
}


@pytest.fixture
def site(write, monkeypatch):
    """A Django project of three applications."""
    folder = write(SITE)
    monkeypatch.chdir(folder)
    return folder


def test_the_applications_of_a_django_project_have_one_schema(site, run):
    found = run("schema")
    assert found.exit_code == 0
    assert [name for name in ("teams_team", "members_member", "guests_guest") if f"TABLE {name} (" in found.stdout] == [
        "teams_team",
        "members_member",
        "guests_guest",
    ]


def test_at_a_migration_stands_what_it_depends_on(site, run):
    found = run("schema", "--at", "members.0001_initial")
    assert "CREATE TABLE teams_team (" in found.stdout
    assert "CREATE TABLE members_member (" in found.stdout
    assert "guests" not in found.stdout


def test_a_migration_is_found_in_whichever_application_it_stands(site, run):
    assert run("effects", "guests.0002").stdout.startswith("guests.0002_more ")
    heads = run("effects").stdout
    assert "guests.0002_more " in heads
    assert "members.0001_initial " in heads


def test_models_of_all_applications_are_compared_with_the_one_schema(site, run):
    found = run("diff", "history", "models")
    assert "- column members_member.team_id" in found.stdout
    assert "guests_guest" in found.stdout


def test_revisions_of_databases_apart_are_told_by_their_names(write, monkeypatch, run):
    other = PROJECT[FIRST].replace('"001"', '"900"')
    monkeypatch.chdir(write({**PROJECT, "other/env.py": ENV, "other/versions/900.py": other}))
    assert run("effects", "9").stdout.startswith("900 ")
    for argument, message in (
        ("head", "there are several histories; choose one with --history: `migrations`, `other`"),
        ("00", "several revisions begin with `00`: 001 (migrations), 002 (migrations)"),
        ("x", "there is no revision `x`; `schemalint history --brief` lists them"),
    ):
        refused = run("effects", argument)
        assert refused.exit_code == 2
        assert message in refused.output
