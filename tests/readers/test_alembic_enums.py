"""Operations of alembic-postgresql-enum."""

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddEnumValue, AlterColumn, CreateEnum, DropEnum, OpaqueOperation, RenameEnum
from schemalint.facts.tables import EnumDef
from schemalint.facts.types import SqlType

MOOD, OLD, T = ObjectName("mood"), ObjectName("mood_old"), ObjectName("t")
IMPORT = "from alembic_postgresql_enum import ColumnType, TableReference\n"


def operations(reading):
    return [placed.operation for placed in reading.placed]


@pytest.mark.parametrize(
    "use",
    [
        "('t', 'a')",
        "TableReference('t', 'a')",
        "TableReference(table_schema='public', table_name='t', column_name='a')",
        "TableReference(table_name='t', column_name='a', existing_server_default=\"'sad'\")",
    ],
)
def test_other_values_of_an_enum_are_a_new_type_in_its_place(upgrade, use):
    source = f"{IMPORT}op.sync_enum_values('public', 'mood', ['sad', 'ok'], [{use}], enum_values_to_rename=[])"
    kind = SqlType("enum", enum=MOOD, values=("sad", "ok"))
    assert operations(upgrade(source, dialect="postgresql")) == [
        RenameEnum(MOOD, OLD),
        CreateEnum(EnumDef(MOOD, ("sad", "ok"))),
        AlterColumn(T, "a", type=kind, using='"a"::text::mood'),
        DropEnum(OLD),
    ]


def test_a_column_may_hold_an_array_of_it(upgrade):
    use = "TableReference(table_name='t', column_name='a', column_type=ColumnType.ARRAY)"
    source = f"{IMPORT}op.sync_enum_values(enum_schema='s', enum_name='mood', new_values=[], affected_columns=[{use}])"
    altered = operations(upgrade(source, dialect="postgresql"))[2]
    assert altered.table == ObjectName("t", "s")
    assert altered.type == SqlType("array", item=SqlType("enum", enum=ObjectName("mood", "s"), values=()))


def test_a_value_is_added_behind_the_one_that_is_named(upgrade):
    source = "op.add_enum_value('public', 'mood', 'ok', before_value='sad')\nop.add_enum_value('public', 'mood', 'new')"
    assert operations(upgrade(source)) == [AddEnumValue(MOOD, "ok", after="sad"), AddEnumValue(MOOD, "new")]


def test_other_servers_are_passed_over(upgrade):
    assert operations(upgrade("op.sync_enum_values('public', 'mood', [], [])", dialect="sqlite")) == []


def test_computed_columns_may_be_any(upgrade):
    (opaque,) = operations(upgrade("op.sync_enum_values('public', 'mood', ['a'], find_columns())"))
    assert isinstance(opaque, OpaqueOperation)
    assert opaque.touches is None
