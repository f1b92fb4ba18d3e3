"""What the pages of rules on models claim of SQLModel, asked of SQLModel."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON
from sqlmodel import Field, SQLModel
from sqlmodel.main import FieldInfo


@pytest.fixture(autouse=True)
def _own_metadata() -> None:
    SQLModel.metadata.clear()


def test_a_mutable_default_is_copied_for_each_object() -> None:
    class Post(SQLModel, table=True):
        id: int = Field(default=None, primary_key=True)
        tags: list = Field(default=[], sa_type=JSON)

    first, second = Post(), Post()
    first.tags.append("draft")
    assert second.tags == []


def test_set_null_on_a_required_column_is_refused() -> None:
    field = Field(foreign_key="user.id", ondelete="SET NULL")
    assert isinstance(field, FieldInfo)
    with pytest.raises(RuntimeError, match='ondelete="SET NULL" requires nullable=True'):
        type("Item", (SQLModel,), {"__annotations__": {"id": int, "owner": int}, "owner": field}, table=True)
