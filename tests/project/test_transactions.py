"""Which steps share a transaction."""

from __future__ import annotations

from schemalint.project.subjects import Project, Step
from schemalint.project.transactions import runs_alone
from schemalint.source.git import Released
from tests.project.conftest import ENV, Linked, revision

PER_MIGRATION = ENV.replace("target_metadata=None", "target_metadata=None, transaction_per_migration=True")
EACH_STATEMENT = ENV.replace("target_metadata=None", "target_metadata=None, transactional_ddl=False")
TWO = "op.drop_column('users', 'a'); op.drop_column('users', 'b')"
BLOCK = """op.drop_column('users', 'c')
    with op.get_context().autocommit_block():
        op.create_index('ix', 'users', ['d'], postgresql_concurrently=True)
    op.drop_column('users', 'e')
    op.drop_column('users', 'f')"""


def steps(project: Project) -> dict[str, Step]:
    """The steps by the column or index that they are about."""
    return {
        getattr(step.operation, "column", None) or step.operation.index.name: step  # type: ignore[union-attr]
        for history in project.histories
        for revision in history.ordered
        for step in revision.steps
    }


def together(project: Project) -> dict[str, list[str]]:
    """For each step those before it in its transaction."""
    by_name = steps(project)
    names = {id(step): name for name, step in by_name.items()}
    return {name: [names[id(other)] for other in step.earlier] for name, step in by_name.items()}


def test_revisions_that_wait_share_a_transaction(linked: Linked) -> None:
    files = {
        "db/env.py": ENV,
        "db/versions/a.py": revision("a1", None, TWO),
        "db/versions/b.py": revision("b2", "a1"),
        "db/versions/c.py": revision("c3", "b2", "op.drop_column('users', 'z')"),
    }

    unreleased = Released(paths=frozenset())

    assert together(linked(files, unreleased)) == {"a": [], "b": ["a"], "z": ["a", "b"]}


def test_what_is_released_ran_in_another_transaction(linked: Linked) -> None:
    files = {
        "db/env.py": ENV,
        "db/versions/a.py": revision("a1", None, TWO),
        "db/versions/b.py": revision("b2", "a1", "op.drop_column('users', 'z')"),
    }

    assert together(linked(files, Released(paths=frozenset({"db/versions/a.py"}))))["z"] == []
    assert together(linked(files, Released(reason="there is no repository")))["z"] == []


def test_a_transaction_for_each_migration_ends_with_it(linked: Linked) -> None:
    files = {
        "db/env.py": PER_MIGRATION,
        "db/versions/a.py": revision("a1", None, TWO),
        "db/versions/b.py": revision("b2", "a1", "op.drop_column('users', 'z')"),
    }

    assert together(linked(files, Released(paths=frozenset()))) == {"a": [], "b": ["a"], "z": []}


def test_an_autocommit_block_ends_the_transaction(linked: Linked) -> None:
    project = linked({"db/env.py": ENV, "db/versions/a.py": revision("a1", None, BLOCK)}, Released(paths=frozenset()))

    assert together(project) == {"c": [], "ix": [], "e": [], "f": ["e"]}
    assert [name for name, step in steps(project).items() if runs_alone(step)] == ["ix"]


def test_without_transactional_ddl_every_statement_commits(linked: Linked) -> None:
    project = linked({"db/env.py": EACH_STATEMENT, "db/versions/a.py": revision("a1", None, TWO)})

    assert together(project) == {"a": [], "b": []}


def test_a_django_migration_is_a_transaction_unless_it_is_not_atomic(linked: Linked) -> None:
    migration = """
        from django.db import migrations, models

        class Migration(migrations.Migration):
            {atomic}
            dependencies = []
            operations = [
                migrations.CreateModel(name="Order", fields=[("id", models.AutoField(primary_key=True))]),
                migrations.AddField("order", "a", models.IntegerField(null=True)),
                migrations.AddField("order", "b", models.IntegerField(null=True)),
            ]
        """

    def earlier(atomic: str) -> list[int]:
        project = linked(
            {
                "manage.py": "",
                "shop/__init__.py": "",
                "shop/models.py": "from django.db import models\n",
                "shop/migrations/__init__.py": "",
                "shop/migrations/0001_initial.py": migration.format(atomic=atomic),
            }
        )
        (only,) = (revision for history in project.histories for revision in history.ordered)
        return [len(step.earlier) for step in only.steps]

    assert earlier("") == [0, 1, 2]
    assert earlier("atomic = False") == [0, 0, 0]


def test_begin_and_commit_in_sql_are_followed(linked: Linked) -> None:
    text = """
        -- migrate:up transaction:false
        ALTER TABLE users DROP COLUMN a;
        BEGIN;
        ALTER TABLE users DROP COLUMN b;
        ALTER TABLE users DROP COLUMN c;
        COMMIT;
        ALTER TABLE users DROP COLUMN d;
        -- migrate:down
        """
    project = linked({"db/migrations/20240101000000_drop.sql": text})
    drops = [
        step for history in project.histories for step in history.ordered[0].steps if hasattr(step.operation, "column")
    ]

    assert [
        [other.operation.column for other in step.earlier if hasattr(other.operation, "column")] for step in drops
    ] == [
        [],
        [],
        ["b"],
        [],
    ]
