"""Constraints and indexes that stand alone in the body of a class."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import declarative_base

from schemalint.facts.tables import IndexDef, TableDef
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.lower import lower

SOURCE = """
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Pair(Base):
    __tablename__ = "pairs"
    id = Column(Integer, primary_key=True)
    a = Column(Integer)
    b = Column(Integer)
    UniqueConstraint("a", "b", name="uq_by_name")
    UniqueConstraint(a, b, name="uq_by_column")
    Index("ix_by_name", "a")
    by_column = Index("ix_by_column", a)
    also_by_name = UniqueConstraint("b", name="uq_also_by_name")
    CheckConstraint("a > 0", name="ck_by_text")
    ForeignKeyConstraint(["a"], ["pairs.id"], name="fk_by_name")
"""


def test_what_only_names_its_columns_belongs_to_no_table() -> None:
    (model,) = read_models(Program({"app/models.py": lower(SOURCE)}), ["app/models.py"], ())

    assert isinstance(model.table, TableDef)
    parts = (*model.table.constraints, *model.table.indexes)
    assert [part.name for part in parts if part.name is not None] == ["uq_by_column", "ix_by_column"]
    assert isinstance(parts[-1], IndexDef)


def test_so_it_is_for_sqlalchemy() -> None:
    class Pair(declarative_base()):  # type: ignore[misc]
        __tablename__ = "pairs"
        id = sa.Column(sa.Integer, primary_key=True)
        a = sa.Column(sa.Integer)
        sa.UniqueConstraint("a", name="uq_by_name")
        sa.UniqueConstraint(a, name="uq_by_column")
        sa.Index("ix_by_name", "a")

    table = Pair.__table__
    assert [item.name for item in (*table.constraints, *table.indexes) if item.name is not None] == ["uq_by_column"]
