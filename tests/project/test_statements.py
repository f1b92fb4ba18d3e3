"""Which steps are actions of one statement, and so run under one lock."""

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.project.subjects import Project, Step
from schemalint.source.git import Released
from tests.project.conftest import ENV, Linked, revision

TWO_ACTIONS = "ALTER TABLE users VALIDATE CONSTRAINT c, DROP COLUMN d"
TWO_STATEMENTS = "ALTER TABLE users VALIDATE CONSTRAINT c; ALTER TABLE users DROP COLUMN d"
DJANGO = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL({sql!r})]
"""
SQL = "-- migrate:up transaction:false\n{sql};\n\n-- migrate:down\nSELECT 1;\n"
UNRELEASED = Released(paths=frozenset())


def steps(project: Project) -> tuple[Step, ...]:
    return next(revision.steps for history in project.histories for revision in history.ordered)


def lock(step: Step) -> str | None:
    effect = step.effect_on("postgresql")
    found = effect.lock_on(ObjectName("users")) if effect is not None else None
    return found.mode if found is not None else None


@pytest.mark.parametrize(
    "files",
    [
        {"db/env.py": ENV, "db/versions/a.py": revision("a1", None, f'op.execute("{TWO_ACTIONS}")')},
        {"shop/migrations/0001_a.py": DJANGO.format(sql=TWO_ACTIONS), "shop/migrations/__init__.py": ""},
        {
            "db/migrations/20240101000000_a.sql": SQL.format(sql=TWO_ACTIONS),
            "db/migrations/20240102000000_b.sql": SQL.format(sql="SELECT 1"),
        },
    ],
    ids=["alembic", "django", "sql"],
)
def test_all_actions_of_one_statement_run_under_the_strictest_lock(linked: Linked, files: dict[str, str]) -> None:
    validate, drop = steps(linked(files, UNRELEASED))

    assert validate.statement == drop.statement == (validate, drop)
    assert lock(validate) == lock(drop) == "ACCESS EXCLUSIVE"


@pytest.mark.parametrize(
    "body",
    [
        f'op.execute("{TWO_STATEMENTS}")',
        f'op.execute("DO $$ BEGIN {TWO_STATEMENTS}; END $$")',
        "op.execute('ALTER TABLE users VALIDATE CONSTRAINT c'); op.drop_column('users', 'd')",
    ],
    ids=["one call", "a block", "two calls"],
)
def test_statements_that_stand_together_have_a_lock_each(linked: Linked, body: str) -> None:
    validate, drop = steps(linked({"db/env.py": ENV, "db/versions/a.py": revision("a1", None, body)}, UNRELEASED))

    assert validate.statement == (validate,)
    assert (lock(validate), lock(drop)) == ("SHARE UPDATE EXCLUSIVE", "ACCESS EXCLUSIVE")


def test_directives_of_a_batch_are_a_statement_each(linked: Linked) -> None:
    body = "with op.batch_alter_table('users') as batch: batch.drop_column('a'); batch.drop_column('b')"
    found = steps(linked({"db/env.py": ENV, "db/versions/a.py": revision("a1", None, body)}, UNRELEASED))

    assert [step.statement for step in found] == [(step,) for step in found]
