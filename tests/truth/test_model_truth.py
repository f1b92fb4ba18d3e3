"""The script that compares models with what the real libraries build: what it calls equal, different and not known."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODELS = """
import uuid
from sqlalchemy import *
from sqlalchemy.orm import *
class Base(DeclarativeBase): pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(50), index=True, server_default="x")
    org_id = Column(ForeignKey("orgs.id", ondelete="CASCADE"))
"""
REAL = {
    "users": {
        "columns": {
            "id": {"type": "UUID", "nullable": False, "default": None, "client": False},
            "email": {"type": "VARCHAR(50)", "nullable": False, "default": "x", "client": False},
            "org_id": {"type": "INTEGER", "nullable": True, "default": None, "client": False},
        },
        "primary key": ["id"],
        "unique": [],
        "check": [],
        "foreign key": [["", ["org_id"], "orgs", ["id"], "CASCADE", ""]],
        "index": [["ix_users_email", ["email"], False, ""]],
    }
}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("model_truth", ROOT / "tools" / "model_truth.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_equal_facts_are_equal_and_what_is_not_known_is_told_apart(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "models.py").write_text(MODELS)
    result = tool.compare(REAL, tool.ours(tmp_path, "app", sys.executable))
    assert result.different == []
    assert dict(result.unknown) == {"type": 1}
    assert result.equal.total() == 18


def test_a_difference_is_shown(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(MODELS.replace("String(50)", "Text").replace("ondelete", "onupdate"))
    result = tool.compare(REAL, tool.ours(tmp_path, "", sys.executable))
    assert [(kind, what) for kind, what, *_ in result.different] == [
        ("type", "users.email"),
        ("foreign key", "users"),
        ("foreign key", "users"),
    ]
