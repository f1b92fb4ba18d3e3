"""What `schemalint history` tells of approvals: who looks for what was destroyed finds there that it was meant."""

from __future__ import annotations

import json

from tests.cli.conftest import PROJECT

DROPS = """\
\"\"\"drop what nobody reads\"\"\"
from alembic import op
revision = "003"
down_revision = "002"

def upgrade():
    op.drop_column("users", "email")  # schemalint: approve[unapproved-column-drop, MIG021] gone since release 4
    # schemalint: approve[unapproved-table-drop]
    op.drop_table("orders")
    # schemalint: approve[unapproved-row-delete] it is empty
    op.execute(statement())

def downgrade():
    raise NotImplementedError("the texts are gone")
"""
DJANGO = """\
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Order", [("id", models.AutoField(primary_key=True)), ("note", models.TextField())]),
        # schemalint: approve[unapproved-column-drop] never filled
        migrations.RemoveField("order", "note"),
    ]
"""
SQL = """\
-- +goose Up
-- schemalint: approve[unapproved-table-drop] archived
DROP TABLE orders;

-- +goose Down
CREATE TABLE orders (id bigint PRIMARY KEY);
"""


def approvals(write, monkeypatch, run, files):
    """The approvals of the newest revision, as JSON."""
    monkeypatch.chdir(write(files))
    (history,) = json.loads(run("history", "--format", "json").stdout)["histories"]
    return history["revisions"][0]["approvals"]


def test_each_is_told_with_its_operations_and_its_place(write, monkeypatch, run):
    first, second = approvals(write, monkeypatch, run, {**PROJECT, "migrations/versions/003_drop.py": DROPS})
    assert first["rules"] == ["unapproved-column-drop", "MIG021"]
    assert first["reason"] == "gone since release 4"
    assert [(item["operation"], item["object"]) for item in first["operations"]] == [("drop_column", "users.email")]
    assert (first["path"], first["line"]) == ("migrations/versions/003_drop.py", 7)
    assert second["reason"] == "it is empty"


def test_one_without_a_reason_does_not_count(write, monkeypatch, run):
    monkeypatch.chdir(write({**PROJECT, "migrations/versions/003_drop.py": DROPS}))
    text = run("history").stdout
    assert (
        "approved: unapproved-column-drop, MIG021: gone since release 4 "
        "(migrations/versions/003_drop.py:7, drop column users.email)"
    ) in text
    assert "approved: unapproved-row-delete: it is empty (migrations/versions/003_drop.py:10)" in text
    assert "unapproved-table-drop" not in text


def test_in_a_migration_of_django(write, monkeypatch, run):
    (found,) = approvals(write, monkeypatch, run, {"shop/migrations/0001_initial.py": DJANGO})
    assert (found["rules"], found["reason"], found["line"]) == (["unapproved-column-drop"], "never filled", 7)


def test_in_sql(write, monkeypatch, run):
    (found,) = approvals(write, monkeypatch, run, {"migrations/20240101000000_orders.sql": SQL})
    assert found["reason"] == "archived"
    assert [(item["operation"], item["object"]) for item in found["operations"]] == [("drop_table", "orders")]
