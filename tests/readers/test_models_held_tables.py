"""Tables in the bodies of classes, and those that a function of the project makes."""

from __future__ import annotations

from schemalint.facts.models import ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import TableDef
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

WRAPPER = """
import sqlalchemy as sa

shared = sa.MetaData()

def Table(*args, **kwargs):
    kwargs["mysql_charset"] = "utf8"
    return sa.Table(*args, **kwargs)

def of_shared(name, *args):
    return sa.Table(name, shared, *args)
"""
MODEL = """
import sqlalchemy as sa
from util import tables, of_shared

class Model(Component):
    metadata = sa.MetaData()

    users = tables.Table(
        "users",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
    )
    orders = sa.Table(
        "orders", metadata, sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id")),
    )
    sa.Index("ix_orders_user_id", orders.c.user_id)

other = 1
audit = of_shared("audit", other, sa.Column("id", sa.Integer, primary_key=True))
"""


def models() -> dict[str, ModelDef]:
    files = {
        "app/model.py": MODEL,
        "util/tables.py": WRAPPER,
        "util/__init__.py": "from util.tables import of_shared\n",
        "app/__init__.py": "",
    }
    return {m.name: m for m in read_models(Program({path: lower(text) for path, text in files.items()}))}


def test_they_are_read_with_the_metadata_of_the_class() -> None:
    found = models()["app.model.Model.users"]

    assert isinstance(found.table, TableDef)
    assert found.table.name == ObjectName("users")
    assert found.table.complete
    assert [(column.name, column.nullable) for column in found.table.columns] == [("id", False), ("name", False)]
    assert found.metadata == "app.model.Model.metadata"


def test_indexes_that_stand_beside_them_are_theirs() -> None:
    table = models()["app.model.Model.orders"].table

    assert isinstance(table, TableDef)
    assert [index.name for index in table.indexes] == ["ix_orders_user_id"]


def test_a_function_that_brings_the_metadata_leaves_it_without_a_name() -> None:
    found = models()["app.model.audit"]

    assert isinstance(found.table, TableDef)
    assert found.table.name == ObjectName("audit")
    assert found.metadata is None
