"""Columns made by what is not known: they leave a table incomplete, so that nothing is said to be missing from it."""

from __future__ import annotations

from schemalint.facts.tables import TableDef
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

HEAD = """
import functools
import somelib
from sqlalchemy import Column as C, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
"""


def table_of(files: dict[str, str]) -> TableDef:
    (model,) = read_models(Program({path: lower(text) for path, text in files.items()}))
    assert isinstance(model.table, TableDef)
    return model.table


def test_a_partial_of_a_column_makes_columns_and_hands_its_arguments_on() -> None:
    table = table_of(
        {
            "m.py": HEAD + "Column = functools.partial(C, nullable=False)\nclass A(Base):\n    __tablename__ = 'a'\n"
            "    id = Column(Integer, primary_key=True)\n    org = Column(Integer)\n"
            "    note = Column(Integer, nullable=True)\n"
        }
    )
    assert table.complete
    assert [(column.name, column.nullable) for column in table.columns] == [
        ("id", False),
        ("org", False),
        ("note", True),
    ]


def test_what_the_result_of_an_unknown_call_makes_may_be_a_column() -> None:
    table = table_of(
        {
            "m.py": HEAD + "Strange = somelib.factory(C)\nclass A(Base):\n    __tablename__ = 'a'\n"
            "    id = C(Integer, primary_key=True)\n    org = Strange(Integer)\n"
        }
    )
    assert not table.complete


def test_a_field_derived_from_one_of_a_library_is_a_field() -> None:
    table = table_of(
        {
            "shop/__init__.py": "",
            "shop/models.py": "from django.db import models\nfrom phones.modelfields import PhoneField\n"
            "class Phone(PhoneField):\n    pass\nclass A(models.Model):\n    phone = Phone(blank=True)\n",
        }
    )
    assert not table.complete
