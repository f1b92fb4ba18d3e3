"""Histories of Django: one for each application, replayed over one database."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.project.subjects import History, Project
from tests.project.conftest import Linked


def migration(operations: str = "", dependencies: str = "", more: str = "") -> str:
    """A migration file."""
    return (
        "from django.db import migrations, models\nfrom django.conf import settings\n\n"
        f"class Migration(migrations.Migration):\n    {more}\n    dependencies = [{dependencies}]\n"
        f"    operations = [{operations}]\n"
    )


SHOP = "migrations.CreateModel('Shop', [('id', models.BigAutoField(primary_key=True))])"
ITEM = (
    "migrations.CreateModel('Item', [('id', models.BigAutoField(primary_key=True)),"
    " ('shop', models.ForeignKey(to='shops.Shop', on_delete=models.CASCADE))])"
)


def named(project: Project, root: str) -> History:
    return next(history for history in project.histories if history.root == root)


def test_each_application_is_a_history_and_all_share_the_database(linked: Linked) -> None:
    project = linked(
        {
            "items/migrations/0001_initial.py": migration(ITEM, "('shops', '0001_initial')"),
            "shops/migrations/0001_initial.py": migration(SHOP),
        }
    )

    items, shops = named(project, "items/migrations"), named(project, "shops/migrations")
    assert [revision.id for revision in items.ordered] == ["items.0001_initial"]
    assert items.target is shops.target
    assert items.is_ancestor("shops.0001_initial", "items.0001_initial")
    assert items.timeline is shops.timeline
    assert items.timeline is not None
    table = items.timeline.now().table(ObjectName("items_item"))
    assert table is not None
    assert [column.name for column in table.columns()] == ["id", "shop_id"]


def test_the_label_is_what_the_application_says(linked: Linked) -> None:
    project = linked(
        {
            "app/__init__.py": "",
            "app/apps.py": """
                from django.apps import AppConfig

                class Config(AppConfig):
                    name = "app"
                    label = "core"
                """,
            "app/migrations/0001_initial.py": migration(SHOP),
        }
    )

    (history,) = project.histories
    assert [revision.id for revision in history.ordered] == ["core.0001_initial"]
    assert history.timeline is not None
    assert history.timeline.now().has_table(ObjectName("core_shop"))


def test_two_leaves_of_an_application_are_two_heads(linked: Linked) -> None:
    project = linked(
        {
            "shops/migrations/0001_initial.py": migration(SHOP),
            "shops/migrations/0002_a.py": migration("", "('shops', '0001_initial')"),
            "shops/migrations/0002_b.py": migration("", "('shops', '0001_initial')"),
            "items/migrations/0001_initial.py": migration("", "('shops', '0002_a')"),
        }
    )

    assert [revision.id for revision in named(project, "shops/migrations").heads] == ["shops.0002_a", "shops.0002_b"]
    assert [revision.id for revision in named(project, "items/migrations").heads] == ["items.0001_initial"]


def test_only_dependencies_on_applications_of_the_project_can_be_missing(linked: Linked) -> None:
    user = "migrations.swappable_dependency(settings.AUTH_USER_MODEL)"
    project = linked(
        {
            "shops/migrations/0001_initial.py": migration(SHOP, f"('auth', '0012_x'), {user}"),
            "shops/migrations/0002_a.py": migration("", "('shops', '0001_initial'), ('items', '0009_gone')"),
            "items/migrations/0001_initial.py": migration("", "('shops', '__first__')"),
        }
    )

    shops = named(project, "shops/migrations")
    assert [(revision.id, name) for revision, name in shops.missing] == [("shops.0002_a", "items.0009_gone")]
    assert named(project, "items/migrations").missing == ()
    assert shops.is_ancestor("shops.0001_initial", "items.0001_initial")


def test_a_squashed_migration_stands_for_what_it_replaces(linked: Linked) -> None:
    project = linked(
        {
            "shops/migrations/0001_initial.py": migration(SHOP),
            "shops/migrations/0002_a.py": migration(
                "migrations.AddField('shop', 'name', models.TextField(null=True))", "('shops', '0001_initial')"
            ),
            "shops/migrations/0001_squashed_0002.py": migration(
                SHOP, "", "replaces = [('shops', '0001_initial'), ('shops', '0002_a')]"
            ),
            "shops/migrations/0003_b.py": migration("", "('shops', '0002_a')"),
        }
    )

    (history,) = project.histories
    assert [revision.id for revision in history.ordered] == ["shops.0001_squashed_0002", "shops.0003_b"]
    assert history.missing == ()
    assert [revision.id for revision in history.heads] == ["shops.0003_b"]


def test_run_before_is_a_dependency_of_the_other(linked: Linked) -> None:
    project = linked(
        {
            "a/migrations/0001_initial.py": migration(),
            "b/migrations/0001_initial.py": migration("", "", "run_before = [('a', '0001_initial')]"),
        }
    )

    assert named(project, "a/migrations").is_ancestor("b.0001_initial", "a.0001_initial")


def test_what_nothing_takes_back_has_no_way_back(linked: Linked) -> None:
    project = linked(
        {
            "shops/migrations/0001_initial.py": migration(SHOP),
            "shops/migrations/0002_a.py": migration(
                "migrations.RunPython(print, migrations.RunPython.noop), migrations.RunSQL('DROP TABLE x')",
                "('shops', '0001_initial')",
            ),
            "shops/migrations/0003_b.py": migration(
                "migrations.RunSQL('DROP TABLE y', migrations.RunSQL.noop)", "('shops', '0002_a')"
            ),
        }
    )

    (history,) = project.histories
    first, second, third = history.ordered
    assert first.downgrade is not None
    assert [type(placed.operation).__name__ for placed in first.downgrade.operations] == ["DropTable"]
    assert second.downgrade is None
    assert [place.span.line for place in second.definition.irreversible] == [7]
    assert third.downgrade is not None
    assert third.downgrade.operations == ()


def test_a_broken_migration_leaves_the_rest_of_the_history(linked: Linked) -> None:
    project = linked(
        {
            "shops/migrations/0001_initial.py": migration(SHOP),
            "shops/migrations/0002_a.py": "class Migration(:",
            "shops/migrations/0003_b.py": migration(
                "migrations.AddField('shop', 'name', models.TextField(null=True))", "('shops', '0002_a')"
            ),
        }
    )

    (history,) = project.histories
    assert history.incomplete
    assert [revision.id for revision in history.ordered] == ["shops.0001_initial", "shops.0003_b"]
    assert len(history.ordered[1].steps) == 1


def test_a_class_that_is_no_migration_of_django_makes_no_history(linked: Linked) -> None:
    project = linked({"shops/migrations/0001_initial.py": "class Migration:\n    operations = []\n"})

    assert project.histories == ()
