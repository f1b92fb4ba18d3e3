"""Operations of Django that are computed, run code or SQL, or are not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.types import SqlType
from tests.readers.django_shop import ITEM, Shop, T


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_state_and_database_may_go_apart(shop: Shop) -> None:
    done = shop.does(
        ITEM,
        """
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AddField("item", "a", models.IntegerField())],
        ),
        migrations.RenameField("item", "a", "b"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL("CREATE INDEX i ON shop_item (rank)")],
        ),
        """,
    )

    assert done[0] == ops.RenameColumn(T, "a", "b")
    assert isinstance(done[1], ops.CreateIndex)


def test_sql_is_read_in_all_its_forms(shop: Shop) -> None:
    done = shop.does(
        ITEM,
        """
        migrations.RunSQL("DROP TABLE a; DROP TABLE b", migrations.RunSQL.noop),
        migrations.RunSQL(["DROP TABLE c", ("UPDATE d SET x = %s WHERE y = 1", [1])], reverse_sql=""),
        """,
    )

    assert [type(operation).__name__ for operation in done] == ["DropTable"] * 3 + ["DataChange"]


def test_functions_of_run_python_are_followed(shop: Shop) -> None:
    helpers = """
        def fill(apps, schema_editor):
            Item = apps.get_model("shop", "Item")
            Item.objects.filter(rank=None).update(rank=0)
            for item in Item.objects.all():
                item.name = "x"
                item.save()
            schema_editor.execute("DROP TABLE old")
        """
    done = shop.does(ITEM, "migrations.RunPython(fill)", helpers=helpers)

    assert done[0] == ops.DataChange("update", T, ("rank",), ("rank",), bounded=True)
    assert isinstance(done[1], ops.DataChange)
    assert (done[1].command, done[1].columns_set) == ("update", ("name",))
    assert done[2] == ops.DropTable(ObjectName("old"))


def test_objects_that_can_be_called_are_followed(shop: Shop) -> None:
    helpers = """
        class Named:
            def __call__(self, apps, schema_editor):
                apps.get_model("shop", self.model).objects.update(name="x")

        class Fill(Named):
            def __init__(self, model):
                self.model = model
        """
    done = shop.does(ITEM, 'migrations.RunPython(Fill("item"), migrations.RunPython.noop)', helpers=helpers)

    assert done == [ops.DataChange("update", T, ("name",))]


def test_what_is_written_may_come_from_the_fields_that_were_asked_for(shop: Shop) -> None:
    helpers = """
        def move(apps, schema_editor):
            Item = apps.get_model("shop", "Item")
            for item in Item.objects.all():
                item.label = item.name.upper()
                item.save()
            Item.objects.filter(rank__gt=3).update(label=models.F("code"))
        """
    fields = "".join(f'migrations.AddField("item", "{name}", models.TextField()),' for name in ("label", "code"))
    done = shop.does(ITEM, f"{fields} migrations.RunPython(move)", helpers=helpers)
    changes = [each for each in done if isinstance(each, ops.DataChange)]

    assert [change.columns_read for change in changes] == [("name",), ("name", "rank", "code")]


def test_rows_of_a_list_are_some_rows(shop: Shop) -> None:
    helpers = """
        def some(apps, schema_editor):
            Item = apps.get_model("shop", "Item")
            found = [item for item in Item.objects.all() if item.rank > 3]
            Item.objects.bulk_update(found, ["name"])

        def chosen(apps, schema_editor):
            Item = apps.get_model("shop", "Item")
            Item.objects.bulk_update([item for item in Item.objects.filter(rank=1)], ["name"])

        def all_of_them(apps, schema_editor):
            Item = apps.get_model("shop", "Item")
            Item.objects.bulk_update(Item.objects.all(), ["name"], batch_size=100)

        def in_batches(apps, schema_editor):
            Item = apps.get_model("shop", "Item")
            batch = []
            for item in Item.objects.all().iterator():
                item.name = "x"
                batch.append(item)
            if batch:
                Item.objects.bulk_update(batch, ["name"])
        """
    code = ", ".join(f"migrations.RunPython({name})" for name in ("some", "chosen", "all_of_them", "in_batches"))
    done = shop.does(ITEM, code, helpers=helpers)

    assert [each.bounded for each in done if isinstance(each, ops.DataChange)] == [True, True, False, False]


def test_operations_and_fields_of_the_project_are_those_they_derive_from(shop: Shop) -> None:
    helpers = """
        class Sql(migrations.RunSQL):
            def __init__(self, name):
                super().__init__(sql=f"DROP TABLE {name}", reverse_sql=migrations.RunSQL.noop)

        class Code(models.CharField):
            def __init__(self, *args, **kwargs):
                kwargs["max_length"] = 7
                super().__init__(*args, **kwargs)

        class Mac(models.Field):
            def db_type(self, connection):
                return "macaddr"
        """
    dropped, code, mac = shop.does(
        ITEM,
        "Sql('gone'), migrations.AddField('item', 'a', Code(null=True)), "
        "migrations.AddField('item', 'b', Mac(null=True))",
        helpers=helpers,
    )

    assert dropped == ops.DropTable(ObjectName("gone"))
    assert isinstance(code, ops.AddColumn)
    assert code.column.type == SqlType("varchar", length=7)
    assert isinstance(mac, ops.AddColumn)
    assert isinstance(mac.column.type, SqlType)
    assert mac.column.type.name == "macaddr"


def test_operations_that_are_computed_are_read(shop: Shop) -> None:
    helpers = """
        def fields(*names):
            return [migrations.AddField("item", name, models.IntegerField(null=True)) for name in names]
        """
    done = shop.does(ITEM, "*fields('a', 'b'), *[migrations.RemoveField('item', n) for n in ['rank']]", helpers=helpers)

    assert [type(operation).__name__ for operation in done] == ["AddColumn", "AddColumn", "DropColumn"]


def test_what_is_not_known_is_said(shop: Shop) -> None:
    helpers = "from elsewhere import Strange, Odd\n"
    project = shop.project(ITEM, "Strange(), migrations.AddField('item', 'a', Odd())", helpers=helpers)
    (history,) = project.histories

    first, second = (step.operation for step in history.ordered[-1].steps)
    assert isinstance(first, ops.OpaqueOperation)
    assert first.touches is None
    assert isinstance(second, ops.OpaqueOperation)
    assert second.touches == (T,)
    assert len(project.not_understood) == 2


def test_other_servers_have_other_types_and_no_second_index(shop: Shop) -> None:
    created, *indexes = shop.does(ITEM, database="sqlite")

    assert isinstance(created, ops.CreateTable)
    assert created.table.columns[0].type == SqlType("integer")
    assert len(indexes) == 1


def test_the_way_back_is_the_way_there_reversed(shop: Shop) -> None:
    revision = shop.last(
        ITEM,
        "migrations.AddField('item', 'a', models.IntegerField(null=True)), migrations.RemoveField('item', 'rank'),",
    )

    assert revision.downgrade is not None
    kinds = [type(placed.operation).__name__ for placed in revision.downgrade.operations]
    assert kinds == ["AddColumn", "AddConstraint", "DropColumn"]


def test_extensions(shop: Shop) -> None:
    sql = 'CREATE EXTENSION IF NOT EXISTS "pg_trgm"'
    assert shop.does("TrigramExtension()") == [ops.CreateObject("extension", ObjectName("pg_trgm"), sql=sql)]


def test_a_table_that_the_schema_editor_renames_is_renamed(shop: Shop) -> None:
    helpers = """
        def rename(apps, schema_editor):
            schema_editor.alter_db_table(apps.get_model("auth", "Group"), "auth_group", "account_group")
        """
    (renamed,) = shop.does(ITEM, "migrations.RunPython(rename)", helpers=helpers)

    assert renamed == ops.RenameTable(ObjectName("auth_group"), ObjectName("account_group"))


def test_texts_of_several_languages_are_texts(shop: Shop) -> None:
    field = 'migrations.AddField("item", "title", i18nfield.fields.I18nCharField(max_length=20, null=True))'
    (added,) = shop.does(ITEM, field, helpers="import i18nfield.fields")

    assert isinstance(added, ops.AddColumn)
    assert added.column.type == SqlType("text")
