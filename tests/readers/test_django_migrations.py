"""Operations of Django: what each does to the database."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import CheckDef, Default, ForeignKeyDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.ir import ModuleIR
from schemalint.project.link import link
from schemalint.project.subjects import Project, Revision
from schemalint.settings.records import Settings
from schemalint.source.git import Released
from schemalint.source.lower import lower
from schemalint.source.tree import FolderTree

HEAD = """
from django.conf import settings
from django.contrib.postgres.operations import *
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F, Q
"""
ITEM = """
migrations.CreateModel(
    name="Item",
    fields=[
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
        ("name", models.CharField(max_length=50, db_index=True)),
        ("code", models.SlugField(unique=True)),
        ("rank", models.PositiveIntegerField(null=True)),
    ],
)
"""
T = ObjectName("shop_item")


class Shop:
    """The migrations of an application `shop`, each given by its operations."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def project(
        self, *revisions: str, helpers: str = "", attributes: str = "", database: str = "postgresql"
    ) -> Project:
        sources = {}
        for number, operations in enumerate(revisions, 1):
            parents = f"('shop', '{number - 1:04}_x')" if number > 1 else ""
            indented = "\n".join(f"        {line}" for line in dedent(operations).strip().splitlines())
            sources[f"shop/migrations/{number:04}_x.py"] = (
                f"{HEAD}\n{dedent(helpers)}\nclass Migration(migrations.Migration):\n    {attributes}\n"
                f"    dependencies = [{parents}]\n    operations = [\n{indented}\n    ]\n"
            )
        modules = {path: lower(text) for path, text in sources.items()}
        assert all(isinstance(module, ModuleIR) for module in modules.values())
        settings = Settings(root=str(self.root), database=(database,))
        return link(modules, settings, FolderTree(self.root), Released(reason="it is not asked"))  # type: ignore[arg-type]

    def last(self, *revisions: str, **more: str) -> Revision:
        (history,) = self.project(*revisions, **more).histories
        return history.ordered[-1]

    def does(self, *revisions: str, **more: str) -> list[ops.Operation]:
        return [step.operation for step in self.last(*revisions, **more).steps]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_create_model_makes_the_table_its_keys_and_the_indexes_of_its_fields(shop: Shop) -> None:
    table, *indexes = shop.does(ITEM)

    assert isinstance(table, ops.CreateTable)
    assert table.table.name == T
    assert [(column.name, column.nullable) for column in table.table.columns] == [
        ("id", False),
        ("name", False),
        ("code", False),
        ("rank", True),
    ]
    assert table.table.columns[0].identity is not None
    assert table.table.columns[1].type == SqlType("varchar", length=50)
    assert table.table.constraints == (
        PrimaryKeyDef("shop_item_pkey", ("id",)),
        UniqueDef("shop_item_code_key", ("code",)),
        CheckDef("shop_item_rank_check", '"rank" >= 0'),
    )
    assert [index.index.name for index in indexes if isinstance(index, ops.CreateIndex)] == [
        "shop_item_name_c85f6249",
        "shop_item_name_c85f6249_like",
        "shop_item_code_7fe3372d_like",
    ]


def test_arguments_count_by_position_too(shop: Shop) -> None:
    created, _ = shop.does(
        "migrations.CreateModel('Thing', [('id', models.AutoField(primary_key=True)), ('a', models.SlugField())],"
        " {'db_table': 'things'})"
    )[:2]

    assert isinstance(created, ops.CreateTable)
    assert created.table.name == ObjectName("things")
    assert created.table.columns[0].type == SqlType("integer")


def test_a_default_is_there_only_while_the_column_is_added(shop: Shop) -> None:
    added, altered = shop.does(ITEM, "migrations.AddField('item', 'size', models.IntegerField(default=3))")

    assert isinstance(added, ops.AddColumn)
    assert added.column.default == Default("3", literal=True)
    assert added.column.client_default
    assert altered == ops.AlterColumn(T, "size", default=None)


def test_a_default_that_is_not_preserved_still_fills_the_column(shop: Shop) -> None:
    added, *_ = shop.does(
        ITEM,
        "migrations.AddField('item', 'size', models.IntegerField(default=3), preserve_default=False)",
    )

    assert isinstance(added, ops.AddColumn)
    assert added.column.default == Default("3", literal=True)


def test_without_a_default_nothing_fills_the_column(shop: Shop) -> None:
    (added,) = shop.does(ITEM, "migrations.AddField('item', 'size', models.IntegerField())")

    assert isinstance(added, ops.AddColumn)
    assert added.column.default is None
    assert added.column.nullable is False


@pytest.mark.parametrize(
    "field",
    [
        "models.CharField(max_length=50, db_index=True, help_text='x', verbose_name='y')",
        "models.CharField(max_length=50, db_index=True, choices=[('a', 'A')], validators=[print])",
        "models.CharField(max_length=50, db_index=True, blank=True, default='a')",
    ],
)
def test_what_the_database_does_not_know_changes_nothing(shop: Shop, field: str) -> None:
    assert shop.does(ITEM, f"migrations.AlterField('item', 'name', {field})") == []


def test_alter_field_changes_what_differs(shop: Shop) -> None:
    kinds = [
        type(operation).__name__
        for operation in shop.does(ITEM, "migrations.AlterField('item', 'name', models.TextField(null=True))")
    ]

    assert kinds == ["DropIndex", "DropIndex", "AlterColumn"]


def test_a_column_that_becomes_required_is_filled_first(shop: Shop) -> None:
    filled, required = shop.does(ITEM, "migrations.AlterField('item', 'rank', models.PositiveIntegerField(default=0))")

    assert filled == ops.DataChange("update", T, ("rank",), ("rank",), '"rank" IS NULL', bounded=True)
    assert isinstance(required, ops.AlterColumn)
    assert required.nullable is False


def test_a_foreign_key_has_a_column_a_constraint_and_an_index(shop: Shop) -> None:
    add = "migrations.AddField('item', 'parent', models.ForeignKey('self', models.CASCADE, null=True))"
    column, key, index = shop.does(ITEM, add)

    assert isinstance(column, ops.AddColumn)
    assert (column.column.name, column.column.type) == ("parent_id", SqlType("bigint"))
    assert isinstance(key, ops.AddConstraint)
    assert isinstance(key.constraint, ForeignKeyDef)
    assert (key.constraint.target, key.constraint.target_columns, key.inline) == (T, ("id",), True)
    assert key.constraint.on_delete is None
    assert isinstance(index, ops.CreateIndex)
    assert index.index.columns == ("parent_id",)


def test_a_model_that_is_not_part_of_the_project_is_not_known(shop: Shop) -> None:
    add = "migrations.AddField('item', 'owner', models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True))"
    column, key, _ = shop.does(ITEM, add)

    assert isinstance(column, ops.AddColumn)
    assert isinstance(column.column.type, Unknown)
    assert isinstance(key, ops.AddConstraint)
    assert isinstance(key.constraint, ForeignKeyDef)
    assert isinstance(key.constraint.target, Unknown)


def test_many_to_many_is_a_table_between(shop: Shop) -> None:
    created, *indexes = shop.does(ITEM, "migrations.AddField('item', 'others', models.ManyToManyField('shop.Item'))")

    assert isinstance(created, ops.CreateTable)
    assert created.table.name == ObjectName("shop_item_others")
    assert [column.name for column in created.table.columns] == ["id", "from_item_id", "to_item_id"]
    assert any(isinstance(key, UniqueDef) for key in created.table.constraints)
    assert len(indexes) == 2


def test_many_to_many_through_a_model_makes_nothing(shop: Shop) -> None:
    field = "models.ManyToManyField('shop.Item', through='shop.Link')"
    assert shop.does(ITEM, f"migrations.AddField('item', 'others', {field})") == []


def test_proxies_and_unmanaged_models_have_no_table(shop: Shop) -> None:
    assert shop.does("migrations.CreateModel('A', [], options={'managed': False})") == []
    assert shop.does("migrations.CreateModel('A', [], options={'proxy': True}, bases=('shop.item',))") == []


def test_a_child_of_a_model_is_keyed_by_its_parent(shop: Shop) -> None:
    created, *_ = shop.does(ITEM, "migrations.CreateModel('Book', [], bases=('shop.item',))")

    assert isinstance(created, ops.CreateTable)
    assert [(column.name, column.type) for column in created.table.columns] == [("item_ptr_id", SqlType("bigint"))]


def test_rename_field_keeps_a_column_that_has_its_own_name(shop: Shop) -> None:
    renamed = shop.does(ITEM, "migrations.RenameField('item', 'rank', 'place')")
    kept = shop.does(
        "migrations.CreateModel('Item', [('a', models.TextField(primary_key=True, db_column='z'))])",
        "migrations.RenameField('item', 'a', 'b')",
    )

    assert ops.RenameColumn(T, "rank", "place") in renamed
    assert kept == []


def test_rename_model_renames_the_table_and_what_follows_it(shop: Shop) -> None:
    link_ = "migrations.AddField('item', 'others', models.ManyToManyField('shop.Item'))"
    revision = shop.last(ITEM, link_, "migrations.RenameModel('Item', 'Article')")

    done = [step.operation for step in revision.steps]
    assert ops.RenameTable(T, ObjectName("shop_article")) in done
    assert ops.RenameTable(ObjectName("shop_item_others"), ObjectName("shop_article_others")) in done
    between = ObjectName("shop_article_others")
    assert ops.RenameColumn(between, "from_item_id", "from_article_id") in done


def test_a_key_takes_the_columns_that_refer_to_it_along(shop: Shop) -> None:
    first = (
        "migrations.CreateModel('A', [('id', models.AutoField(primary_key=True))]),\n"
        "migrations.CreateModel('B', [('id', models.AutoField(primary_key=True)),"
        " ('a', models.ForeignKey('shop.A', models.CASCADE))]),"
    )
    done = shop.does(first, "migrations.AlterField('a', 'id', models.BigAutoField(primary_key=True))")

    altered = [item for item in done if isinstance(item, ops.AlterColumn)]
    assert [(item.table, item.column, item.type) for item in altered] == [
        (ObjectName("shop_a"), "id", SqlType("bigint")),
        (ObjectName("shop_b"), "a_id", SqlType("bigint")),
    ]


def test_constraints_and_indexes_of_meta(shop: Shop) -> None:
    done = shop.does(
        ITEM,
        """
        migrations.AddConstraint("item", models.CheckConstraint(condition=Q(rank__gte=0) , name="c")),
        migrations.AddConstraint("item", models.UniqueConstraint(fields=["name", "rank"], name="u")),
        migrations.AddConstraint("item", models.UniqueConstraint(
            fields=["name"], condition=Q(("rank__isnull", True)), name="p")),
        migrations.AddIndex("item", django.contrib.postgres.indexes.GinIndex(fields=["name"], name="g")),
        migrations.AddIndex("item", models.Index(F("rank").desc(), name="d")),
        migrations.RenameIndex("item", new_name="e", old_name="d"),
        migrations.RemoveConstraint("item", "p"),
        migrations.RemoveConstraint("item", "c"),
        """,
    )

    assert done[0] == ops.AddConstraint(T, CheckDef("c", '"rank" >= 0'))
    assert done[1] == ops.AddConstraint(T, UniqueDef("u", ("name", "rank")))
    partial, gin, descending, rename, drop_partial, drop_check = done[2:]
    assert isinstance(partial, ops.CreateIndex)
    assert (partial.index.unique, partial.index.predicate) == (True, '"rank" IS NULL')
    assert isinstance(gin, ops.CreateIndex)
    assert gin.index.method == "gin"
    assert isinstance(descending, ops.CreateIndex)
    assert not isinstance(descending.index.elements, Unknown)
    assert descending.index.elements[0].descending
    assert rename == ops.RenameIndex("d", "e")
    assert drop_partial == ops.DropIndex("p", T)
    assert drop_check == ops.DropConstraint(T, "c", "check")


def test_concurrently_needs_a_migration_that_is_not_atomic(shop: Shop) -> None:
    add = "AddIndexConcurrently('item', models.Index(fields=['rank'], name='i'))"
    (atomic,) = shop.last(ITEM, add).steps
    (apart,) = shop.last(ITEM, add, attributes="atomic = False").steps

    assert isinstance(atomic.operation, ops.CreateIndex)
    assert atomic.operation.concurrently is True
    assert not atomic.placed.autocommit
    assert apart.placed.autocommit


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

    assert done[0] == ops.DataChange("update", T, ("rank",), bounded=True)
    assert isinstance(done[1], ops.DataChange)
    assert (done[1].command, done[1].columns_set) == ("update", ("name",))
    assert done[2] == ops.DropTable(ObjectName("old"))


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
    assert shop.does("TrigramExtension()") == [ops.CreateObject("extension", ObjectName("pg_trgm"))]
