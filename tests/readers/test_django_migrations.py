"""Operations of Django: what each does to the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import CheckDef, Default, ForeignKeyDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from tests.readers.django_shop import ITEM, Shop, T


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


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("on_delete=models.PROTECT, related_name='children', null=True", []),
        ("on_delete=models.CASCADE, to_field='id', null=True, db_index=True", []),
        ("on_delete=models.CASCADE, null=True, default=1", ["DropConstraint", "AddConstraint"]),
    ],
)
def test_a_foreign_key_is_made_anew_where_django_alters_its_field(shop: Shop, field: str, changes: list[str]) -> None:
    key = "migrations.AddField('item', 'parent', models.ForeignKey('self', models.CASCADE, null=True))"
    did = shop.does(f"{ITEM}, {key}", f"migrations.AlterField('item', 'parent', models.ForeignKey('self', {field}))")

    assert [type(operation).__name__ for operation in did] == changes


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


def test_a_unique_constraint_may_be_deferred(shop: Shop) -> None:
    done = shop.does(
        ITEM,
        """
        migrations.AddConstraint("item", models.UniqueConstraint(
            fields=["name"], name="late", deferrable=models.Deferrable.DEFERRED)),
        migrations.AddConstraint("item", models.UniqueConstraint(
            fields=["rank"], name="able", deferrable=models.Deferrable.IMMEDIATE)),
        """,
    )

    assert done == [
        ops.AddConstraint(T, UniqueDef("late", ("name",), deferrable=True, initially_deferred=True)),
        ops.AddConstraint(T, UniqueDef("able", ("rank",), deferrable=True)),
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


@pytest.mark.parametrize(
    ("field", "cast"),
    [
        ("DateTimeField()", '"x"::timestamp with time zone'),
        ("CharField(max_length=3)", '"x"::varchar(3)'),
        ("DecimalField(max_digits=7, decimal_places=2)", '"x"::numeric(7, 2)'),
        ("FloatField()", '"x"::double precision'),
        ("JSONField()", '"x"::jsonb'),
    ],
)
def test_a_type_is_changed_by_the_cast_that_django_writes(shop: Shop, field: str, cast: str) -> None:
    done = shop.does(
        ITEM,
        'migrations.AddField("item", "x", models.DateField(null=True))',
        f'migrations.AlterField("item", "x", models.{field[:-1]}{"" if field.endswith("()") else ", "}null=True))',
    )

    altered = done[0]
    assert isinstance(altered, ops.AlterColumn)
    assert altered.using == cast
