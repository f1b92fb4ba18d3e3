from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    CreateEnum,
    CreateIndex,
    CreateTable,
    DataChange,
    DropColumn,
    DropConstraint,
    DropEnum,
    DropIndex,
    DropTable,
    OpaqueOperation,
    RenameColumn,
    RenameTable,
)
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
    EnumDef,
    ForeignKeyDef,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown

USERS = ObjectName("users")
INTEGER = SqlType("integer")


def keys(*names: str) -> tuple[IndexElement, ...]:
    return tuple(IndexElement(column=name) for name in names)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('op.drop_table("users")', DropTable(USERS)),
        ('op.drop_table("users", schema="auth")', DropTable(ObjectName("users", "auth"))),
        ('op.drop_table("users", if_exists=True)', DropTable(USERS, if_exists=True)),
        ('op.drop_table("users", schema="")', DropTable(USERS)),
        ('op.rename_table("users", "x", schema="a")', RenameTable(ObjectName("users", "a"), ObjectName("x", "a"))),
        ('op.drop_column("users", "name")', DropColumn(USERS, "name")),
        ('op.drop_column(table_name="users", column_name="name")', DropColumn(USERS, "name")),
        ('op.add_column("users", sa.Column("age", sa.Integer))', AddColumn(USERS, ColumnDef("age", INTEGER))),
        (
            'op.add_column("users", sa.Column("age", sa.Integer(), nullable=False, server_default="0", comment="!"))',
            AddColumn(USERS, ColumnDef("age", INTEGER, False, Default("0", True), comment="!")),
        ),
        (
            'op.alter_column("users", "age", nullable=False, existing_type=sa.Integer())',
            AlterColumn(USERS, "age", nullable=False, existing_type=INTEGER),
        ),
        (
            'op.alter_column("users", "age", type_=sa.BigInteger(), postgresql_using="age::bigint")',
            AlterColumn(USERS, "age", type=SqlType("bigint"), using="age::bigint"),
        ),
        ('op.alter_column("users", "age", server_default=None)', AlterColumn(USERS, "age", default=None)),
        (
            'op.alter_column("users", "age", server_default=sa.text("now()"))',
            AlterColumn(USERS, "age", default=Default("now()", False)),
        ),
        ('op.alter_column("users", "age", new_column_name="years")', RenameColumn(USERS, "age", "years")),
        (
            'op.create_index("ix", "users", ["a", sa.text("lower(b)"), sa.text("c DESC")], unique=True)',
            CreateIndex(
                USERS,
                IndexDef(
                    "ix",
                    (*keys("a"), IndexElement(expression="lower(b)"), IndexElement(column="c", descending=True)),
                    unique=True,
                ),
            ),
        ),
        (
            'op.create_index(op.f("ix"), "users", ["a"], postgresql_concurrently=True, '
            'postgresql_where=sa.text("a > 0"), postgresql_using="gin", '
            'postgresql_ops={"a": "gin_trgm_ops"}, if_not_exists=True)',
            CreateIndex(
                USERS,
                IndexDef(
                    "ix", (IndexElement(column="a", operator_class="gin_trgm_ops"),), method="gin", predicate="a > 0"
                ),
                concurrently=True,
                if_not_exists=True,
            ),
        ),
        ('op.drop_index("ix", "users")', DropIndex("ix", USERS)),
        ('op.drop_index("ix", postgresql_concurrently=True)', DropIndex("ix", None, concurrently=True)),
        (
            'op.create_foreign_key("fk", "users", "teams", ["team_id"], ["id"], ondelete="CASCADE")',
            AddConstraint(USERS, ForeignKeyDef("fk", ("team_id",), ObjectName("teams"), ("id",), on_delete="CASCADE")),
        ),
        (
            'op.create_foreign_key("fk", "users", "teams", ["t"], ["id"], source_schema="a", referent_schema="b",'
            " postgresql_not_valid=True)",
            AddConstraint(
                ObjectName("users", "a"), ForeignKeyDef("fk", ("t",), ObjectName("teams", "b"), ("id",)), not_valid=True
            ),
        ),
        ('op.create_unique_constraint("uq", "users", ["a", "b"])', AddConstraint(USERS, UniqueDef("uq", ("a", "b")))),
        (
            'op.create_unique_constraint("uq", "users", ["a"], deferrable=True, initially="IMMEDIATE")',
            AddConstraint(USERS, UniqueDef("uq", ("a",), deferrable=True)),
        ),
        (
            'op.create_foreign_key("fk", "users", "teams", ["a"], ["id"], initially="deferred")',
            AddConstraint(
                USERS,
                ForeignKeyDef(
                    "fk", ("a",), ObjectName("teams"), ("id",), deferrable=True, initially_deferred=True
                ),
            ),
        ),
        ('op.create_primary_key("pk", "users", ["id"])', AddConstraint(USERS, PrimaryKeyDef("pk", ("id",)))),
        ('op.create_check_constraint("ck", "users", "age > 0")', AddConstraint(USERS, CheckDef("ck", "age > 0"))),
        ('op.create_check_constraint("ck", "users", sa.text("a"))', AddConstraint(USERS, CheckDef("ck", "a"))),
        ('op.drop_constraint("fk", "users", type_="foreignkey")', DropConstraint(USERS, "fk", "foreign key")),
        ('op.drop_constraint("pk", "users", "primary")', DropConstraint(USERS, "pk", "primary key")),
        ('op.drop_constraint(None, "users")', DropConstraint(USERS, None)),
        ('op.create_table_comment("users", "people")', AlterTable(USERS, "comment", "people")),
        ('op.drop_table_comment("users")', AlterTable(USERS, "comment", None)),
        (
            'op.bulk_insert(sa.table("users", sa.column("id")), [{"id": 1, "name": "é"}])',
            DataChange("insert", USERS, ("id", "name"), rows=((("id", "1"), ("name", "é")),), bounded=True),
        ),
        ('postgresql.ENUM("a", "b", name="kind").create(op.get_bind(), checkfirst=False)',
         CreateEnum(EnumDef(ObjectName("kind"), ("a", "b")))),
        ('sa.Enum("a", name="kind").drop(op.get_bind())', DropEnum(ObjectName("kind"), if_exists=True)),
        ('op.invoke(ops.DropTableOp("users"))', DropTable(USERS)),
    ],
)  # fmt: skip
def test_a_call_is_its_operation(upgrade, source, expected):
    reading = upgrade("from alembic.operations import ops\n" + source)
    assert reading.only == expected
    assert reading.not_understood == []


def test_create_table_holds_its_columns_and_constraints(upgrade):
    reading = upgrade(
        """
op.create_table(
    "posts",
    sa.Column("id", sa.Integer(), nullable=True),
    sa.Column("user_id", sa.Integer(), sa.ForeignKey("auth.users.id", ondelete="CASCADE"), nullable=False),
    sa.Column("slug", sa.String(50), unique=True),
    sa.PrimaryKeyConstraint("id", name="pk_posts"),
    sa.UniqueConstraint("user_id", "slug"),
    sa.CheckConstraint("id > 0", name="positive"),
    schema="blog",
    comment="what people write",
)"""
    )
    assert reading.only == CreateTable(
        TableDef(
            ObjectName("posts", "blog"),
            (
                ColumnDef("id", INTEGER, False, identity=Identity(style="serial")),
                ColumnDef("user_id", INTEGER, False),
                ColumnDef("slug", SqlType("varchar", length=50)),
            ),
            (
                ForeignKeyDef(None, ("user_id",), ObjectName("users", "auth"), ("id",), on_delete="CASCADE"),
                UniqueDef(None, ("slug",)),
                PrimaryKeyDef("pk_posts", ("id",)),
                UniqueDef(None, ("user_id", "slug")),
                CheckDef("positive", "id > 0"),
            ),
            comment="what people write",
        )
    )


def test_primary_key_columns_make_one_key_and_are_not_null(upgrade):
    reading = upgrade(
        'op.create_table("m", sa.Column("a", sa.Integer, primary_key=True), '
        'sa.Column("b", sa.Integer, primary_key=True))'
    )
    table = reading.only.table
    assert table.constraints == (PrimaryKeyDef(None, ("a", "b")),)
    assert [column.nullable for column in table.columns] == [False, False]


def test_create_table_makes_its_enums_before_and_its_indexes_after(upgrade):
    source = """
kind = sa.Enum("a", "b", name="kind")
op.create_table("t", sa.Column("x", kind, index=True), sa.Column("y", kind), sa.Index("ix_y", "y"))"""
    reading = upgrade(source)
    assert reading.kinds == ["CreateEnum", "CreateTable", "CreateIndex", "CreateIndex"]
    assert [placed.derived for placed in reading.placed] == [True, False, True, True]
    assert reading.operations[0] == CreateEnum(EnumDef(ObjectName("kind"), ("a", "b")))
    assert reading.operations[2].index == IndexDef("ix_t_x", keys("x"))
    assert reading.operations[3].index == IndexDef("ix_y", keys("y"))
    assert upgrade(source, dialect="mysql").kinds == ["CreateTable", "CreateIndex", "CreateIndex"]


def test_an_enum_that_is_told_not_to_be_created_is_not(upgrade):
    reading = upgrade('op.create_table("t", sa.Column("x", postgresql.ENUM("a", name="kind", create_type=False)))')
    assert reading.kinds == ["CreateTable"]


def test_add_column_brings_its_constraints_and_index_but_no_enum_type(upgrade):
    reading = upgrade(
        """
op.add_column("t", sa.Column("x", sa.Enum("a", name="kind"), sa.ForeignKey("u.id", name="fk"), unique=True))
op.add_column("t", sa.Column("y", sa.Integer, index=True, unique=True))"""
    )
    table = ObjectName("t")
    assert reading.operations[1:] == [
        AddConstraint(table, ForeignKeyDef("fk", ("x",), ObjectName("u"), ("id",))),
        AddConstraint(table, UniqueDef(None, ("x",))),
        AddColumn(table, ColumnDef("y", INTEGER)),
        CreateIndex(table, IndexDef("ix_t_y", keys("y"), unique=True)),
    ]
    assert [placed.derived for placed in reading.placed] == [False, True, True, False, True]


def test_alter_column_renames_last(upgrade):
    reading = upgrade('op.alter_column("t", "a", nullable=False, new_column_name="b")')
    table = ObjectName("t")
    assert reading.operations == [AlterColumn(table, "a", nullable=False), RenameColumn(table, "a", "b")]


def test_what_a_call_only_repeats_is_no_change(upgrade):
    assert upgrade('op.alter_column("t", "a", existing_type=sa.Integer(), existing_nullable=True)').operations == []


def test_batches_imply_their_table(upgrade):
    reading = upgrade(
        """
with op.batch_alter_table("users", schema="auth") as batch:
    batch.add_column(sa.Column("a", sa.Integer()))
    batch.drop_constraint("fk", type_="foreignkey")
    batch.create_foreign_key("fk", "teams", ["a"], ["id"])
    batch.create_index(batch.f("ix"), ["a"])
    batch.alter_column("a", new_column_name="b")
op.drop_column("users", "c")"""
    )
    users = ObjectName("users", "auth")
    assert reading.operations == [
        AddColumn(users, ColumnDef("a", INTEGER)),
        DropConstraint(users, "fk", "foreign key"),
        AddConstraint(users, ForeignKeyDef("fk", ("a",), ObjectName("teams"), ("id",))),
        CreateIndex(users, IndexDef("ix", keys("a"))),
        RenameColumn(users, "a", "b"),
        DropColumn(USERS, "c"),
    ]
    assert [placed.batch for placed in reading.placed] == [True] * 5 + [False]


@pytest.mark.parametrize(
    "source",
    [
        "import alembic.op as o\no.drop_table('users')",
        "from alembic.op import drop_table\ndrop_table('users')",
        "import alembic\nalembic.op.drop_table('users')",
        "from alembic import op as operations\noperations.drop_table('users')",
    ],
)
def test_op_is_known_by_any_name(upgrade, source):
    assert upgrade(source).only == DropTable(USERS)


def test_op_may_be_a_parameter(read):
    assert read("def upgrade(op=None):\n    op.drop_table('users')\n", header="").only == DropTable(USERS)


def test_names_that_are_computed_are_unknown(upgrade):
    reading = upgrade("import os\nop.drop_column(os.environ['T'], 'a')\nop.drop_table(f'{os.environ[\"T\"]}_x')")
    assert [type(reading.operations[0].table), type(reading.operations[1].name)] == [Unknown, Unknown]


def test_a_column_without_a_known_name_leaves_the_table_incomplete(upgrade):
    reading = upgrade("import os\nop.create_table('t', sa.Column('a', sa.Integer), sa.Column(os.name, sa.Integer))")
    assert reading.only.table.complete is False
    assert [column.name for column in reading.only.table.columns] == ["a"]


def test_an_operation_that_is_not_alembics_own_is_opaque(upgrade):
    reading = upgrade('op.sync_enum_values("kind", ["a"])')
    assert isinstance(reading.only, OpaqueOperation)
    assert reading.only.touches is None
    assert [entry.what for entry in reading.not_understood] == ["sync_enum_values"]


def test_arguments_keep_their_places(upgrade):
    reading = upgrade('op.alter_column("users", "age", nullable=False, type_=sa.BigInteger())')
    (placed,) = reading.placed
    assert reading.at(placed) == 'op.alter_column("users", "age", nullable=False, type_=sa.BigInteger())'
    assert reading.at(placed, "table_name") == '"users"'
    assert reading.at(placed, "nullable") == "False"
    assert reading.at(placed, "type_") == "sa.BigInteger()"


def test_columns_of_a_new_table_keep_their_places(upgrade):
    reading = upgrade('op.create_table("t", sa.Column("a", sa.Integer, nullable=False), sa.UniqueConstraint("a"))')
    (placed,) = reading.placed
    assert reading.at(placed, "columns.a") == 'sa.Column("a", sa.Integer, nullable=False)'
    assert reading.at(placed, "columns.a.nullable") == "False"
    assert reading.at(placed, "constraints.0") == 'sa.UniqueConstraint("a")'


@pytest.mark.parametrize(
    "source",
    [
        "op.add_column()",
        "op.add_column('t')",
        "op.add_column('t', 1, 2, 3)",
        "op.create_table()",
        "op.create_table(None, None, 3, sa.Column())",
        "op.create_index('i')",
        "op.create_index('i', 't', 3, unique='x', wrong=1)",
        "op.alter_column('t')",
        "op.execute()",
        "op.bulk_insert()",
        "op.drop_constraint()",
        "op.create_foreign_key('a', 'b', 'c', 'd', 'e', 'f', 'g')",
        "op.create_check_constraint(1, 2)",
        "op.batch_alter_table().drop_column()",
        "sa.Column(1, 2, 3)",
        "op.f()",
        "op.create_table('t', sa.Column('a', sa.Enum(1, 2)), sa.ForeignKeyConstraint(), sa.Index())",
        "op.create_table('t', *unknown, **more)",
    ],
)
def test_calls_with_wrong_arguments_never_fail(upgrade, source):
    upgrade(source)


def test_a_metadata_creates_and_drops_the_tables_that_are_given(upgrade):
    source = """
metadata = sa.MetaData()
t = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
metadata.drop_all(op.get_bind(), tables=[t])
metadata.create_all(bind=op.get_bind(), tables=[t], checkfirst=False)
metadata.create_all(op.get_bind())"""
    dropped, created, opaque = [placed.operation for placed in upgrade(source).placed]
    assert dropped == DropTable(ObjectName("t"), if_exists=True)
    assert (type(created), created.table.name, created.if_not_exists) == (CreateTable, ObjectName("t"), False)
    assert (type(opaque), opaque.touches) == (OpaqueOperation, None)
