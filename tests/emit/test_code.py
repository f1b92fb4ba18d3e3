"""Operations as code of Alembic and of Django."""

from __future__ import annotations

import ast

import pytest

from schemalint.emit.alembic import alembic_code
from schemalint.emit.django import django_code
from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    Default,
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

USERS, ORDERS = ObjectName("users"), ObjectName("shop_order")
INTEGER, TEXT = SqlType("integer"), SqlType("text")
COMPUTED = Unknown("it is computed")
TABLE = TableDef(
    ORDERS,
    (
        ColumnDef("id", INTEGER, False, identity=Identity(style="serial")),
        ColumnDef("user_id", SqlType("bigint"), False),
        ColumnDef("paid", SqlType("boolean"), False, Default("false", True)),
    ),
    (PrimaryKeyDef(None, ("id",)), ForeignKeyDef(None, ("user_id",), ObjectName("auth_user"), ("id",), "CASCADE")),
)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (ops.DropTable(USERS), 'op.drop_table("users")'),
        (ops.RenameTable(USERS, ObjectName("people")), 'op.rename_table("users", "people")'),
        (ops.AddColumn(ObjectName("t", "s"), ColumnDef("a", SqlType("varchar", length=5), False)),
         'op.add_column("t", sa.Column("a", sa.String(length=5), nullable=False), schema="s")'),
        (ops.DropColumn(USERS, "a"), 'op.drop_column("users", "a")'),
        (ops.RenameColumn(USERS, "a", "b"), 'op.alter_column("users", "a", new_column_name="b")'),
        (ops.AlterColumn(USERS, "a", nullable=True, default=None),
         'op.alter_column("users", "a", nullable=True, server_default=None)'),
        (ops.CreateIndex(USERS, IndexDef("ix", (IndexElement(column="a"),)), concurrently=True),
         'op.create_index("ix", "users", ["a"], postgresql_concurrently=True)'),
        (ops.CreateIndex(USERS, IndexDef("ix", (IndexElement(column="a", descending=True),))),
         'op.create_index("ix", "users", [sa.text("a DESC")])'),
        (ops.DropIndex("ix", USERS), 'op.drop_index("ix", table_name="users")'),
        (ops.AddConstraint(USERS, UniqueDef("u", ("a",))), 'op.create_unique_constraint("u", "users", ["a"])'),
        (ops.AddConstraint(USERS, CheckDef("c", "a > 0")), 'op.create_check_constraint("c", "users", "a > 0")'),
        (ops.AddConstraint(USERS, ForeignKeyDef("fk", ("a",), ORDERS, ("id",))),
         'op.create_foreign_key("fk", "users", "shop_order", ["a"], ["id"])'),
        (ops.AddConstraint(USERS, UniqueDef("u", ("a",), False, True, True)),
         'op.create_unique_constraint(\n    "u",\n    "users",\n    ["a"],\n    postgresql_nulls_not_distinct=True,\n'
         '    deferrable=True,\n    initially="DEFERRED",\n)'),
        (ops.AddConstraint(USERS, PrimaryKeyDef(None, ("a",), True)),
         'op.execute("ALTER TABLE users ADD PRIMARY KEY (a) DEFERRABLE")'),
        (ops.DropConstraint(USERS, "u", "unique"), 'op.drop_constraint("u", "users", type_="unique")'),
        (ops.ValidateConstraint(USERS, "c"), 'op.execute("ALTER TABLE users VALIDATE CONSTRAINT c")'),
        (ops.AlterColumn(USERS, "a", nullable=False, constraint="c", not_valid=True),
         'op.execute("ALTER TABLE users ADD CONSTRAINT c NOT NULL a NOT VALID")'),
    ],
)  # fmt: skip
def test_alembic(operation, expected):
    assert alembic_code(operation) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (ops.DropTable(ORDERS), 'migrations.DeleteModel(name="order")'),
        (ops.AddColumn(ORDERS, ColumnDef("note", TEXT)),
         'migrations.AddField(model_name="order", name="note", field=models.TextField(null=True))'),
        (ops.DropColumn(ORDERS, "note"), 'migrations.RemoveField(model_name="order", name="note")'),
        (ops.RenameColumn(ORDERS, "a", "b"),
         'migrations.RenameField(model_name="order", old_name="a", new_name="b")'),
        (ops.DropIndex("ix", ORDERS, concurrently=True), 'RemoveIndexConcurrently(model_name="order", name="ix")'),
        (ops.DropConstraint(ORDERS, "u", "unique"), 'migrations.RemoveConstraint(model_name="order", name="u")'),
        (ops.ValidateConstraint(ORDERS, "c"), 'ValidateConstraint(model_name="order", name="c")'),
        (ops.AlterColumn(ORDERS, "a", nullable=False),
         'migrations.RunSQL("ALTER TABLE shop_order ALTER COLUMN a SET NOT NULL;")'),
    ],
)  # fmt: skip
def test_django(operation, expected):
    assert django_code(operation) == expected


@pytest.mark.parametrize("emit", [alembic_code, django_code])
@pytest.mark.parametrize(
    "operation",
    [
        ops.DropTable(COMPUTED),
        ops.AddColumn(ORDERS, ColumnDef("a", COMPUTED)),
        ops.AddConstraint(ORDERS, CheckDef("c", COMPUTED)),
    ],
)
def test_what_is_not_known_is_a_comment_with_its_reason(emit, operation):
    assert emit(operation).startswith("# not written: ")
    assert emit(operation).endswith("it is computed")


def test_a_table_for_alembic_is_code_with_one_argument_a_line():
    code = alembic_code(ops.CreateTable(TABLE))
    ast.parse(code)
    assert code.splitlines()[:3] == [
        "op.create_table(",
        '    "shop_order",',
        '    sa.Column("id", sa.Integer(), nullable=False),',
    ]
    assert 'sa.ForeignKeyConstraint(["user_id"], ["auth_user.id"], ondelete="CASCADE"),' in code


def test_a_table_for_django_is_a_model_with_its_keys():
    code = django_code(ops.CreateTable(TABLE))
    ast.parse(code)
    assert '("id", models.AutoField(primary_key=True))' in code
    assert '("user", models.ForeignKey("auth.user", on_delete=models.CASCADE))' in code
    assert '("paid", models.BooleanField(db_default=False))' in code


def test_a_table_of_no_model_is_sql_for_django():
    assert django_code(ops.DropTable(USERS), lambda table: None) == 'migrations.RunSQL("DROP TABLE users;")'


@pytest.mark.parametrize("emit", [alembic_code, django_code])
def test_what_sql_cannot_be_written_for_says_why(emit):
    key = ForeignKeyDef("users_team", ("team_id",), Unknown("the model that it refers to is not known"))
    assert emit(ops.AddConstraint(ObjectName("users"), key, not_valid=True)).endswith(
        "the model that it refers to is not known"
    )
