"""What MySQL and MariaDB do, as their manuals say."""

from __future__ import annotations

import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, AddConstraint, AlterColumn, CreateIndex, CreateTable, Operation
from schemalint.facts.revisions import Server
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ForeignKeyDef,
    Generated,
    Identity,
    IndexDef,
    IndexElement,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.schema.effects.effects import effect_of
from schemalint.schema.effects.records import Effect
from schemalint.schema.timeline import Timeline

USERS = ObjectName("users")
INTEGER = SqlType("integer")
COLUMNS = (
    ColumnDef("short", SqlType("varchar", length=20)),
    ColumnDef("middle", SqlType("varchar", length=100)),
    ColumnDef("long", SqlType("varchar", length=300)),
    ColumnDef("state", SqlType("enum", values=("a", "b"))),
    ColumnDef("n", INTEGER),
)
MYSQL = Server("mysql", 8)


def effect(operation: Operation, server: Server = MYSQL) -> Effect:
    timeline = Timeline()
    timeline.apply(CreateTable(TableDef(USERS, COLUMNS)), "r1")
    return effect_of(operation, timeline.now(), server)


def copies(operation: Operation, server: Server = MYSQL) -> bool | None:
    """Whether the table is copied while nobody writes; None where nothing is known."""
    found = effect(operation, server)
    lock = found.lock_on(USERS)
    return lock.blocks_writes if lock is not None else None


@pytest.mark.parametrize(
    ("column", "new", "expected"),
    [
        ("short", SqlType("varchar", length=50), False),
        ("short", SqlType("varchar", length=10), True),
        ("short", SqlType("varchar", length=100), None),
        ("middle", SqlType("varchar", length=200), None),
        ("long", SqlType("varchar", length=500), False),
        ("n", SqlType("bigint"), True),
        ("state", SqlType("enum", values=("a", "b", "c")), False),
        ("state", SqlType("enum", values=("a", "c", "b")), True),
        ("gone", SqlType("bigint"), None),
    ],
)
def test_a_change_of_type(column: str, new: SqlType, expected: bool | None) -> None:
    assert copies(AlterColumn(USERS, column, type=new)) is expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (AddConstraint(USERS, ForeignKeyDef("fk", ("n",), ObjectName("teams"))), True),
        (AddConstraint(USERS, CheckDef("c", "n > 0")), True),
        (AddConstraint(USERS, UniqueDef("u", ("n",))), False),
        (CreateIndex(USERS, IndexDef("ix", (IndexElement("n"),))), False),
        (CreateIndex(USERS, IndexDef("ix", (IndexElement("short"),), method="FULLTEXT")), True),
        (AddColumn(USERS, ColumnDef("x", INTEGER)), False),
        (AddColumn(USERS, ColumnDef("x", INTEGER, generated=Generated("n + 1", True))), True),
        (AddColumn(USERS, ColumnDef("x", INTEGER, generated=Generated("n + 1", False))), False),
        (AddColumn(USERS, ColumnDef("x", INTEGER, identity=Identity(style="auto_increment"))), True),
    ],
)
def test_other_changes(operation: Operation, expected: bool) -> None:
    assert copies(operation) is expected


def test_a_check_is_ignored_before_version_8() -> None:
    check = AddConstraint(USERS, CheckDef("c", "n > 0"))

    assert copies(check, Server("mysql", 5)) is None
    assert copies(check, Server("mysql", None)) is True
    assert effect(check, Server("mariadb", 11)).source == "documented for MariaDB 11"
