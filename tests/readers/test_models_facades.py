"""`db` of a library outside of the project, used as Flask-SQLAlchemy's is."""

from __future__ import annotations

import pytest

from schemalint.facts.models import ModelDef
from schemalint.facts.tables import TableDef
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

ROLE = """
class Role(db.Model, db.Timestamp):
    __tablename__ = "roles"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), unique=True)
    users = db.relationship("User", secondary=links)
"""
LINKS = "links = db.Table('links', db.Column('role_id', db.Integer, db.ForeignKey('roles.id')))\n"


def models_of(text: str) -> dict[str, ModelDef]:
    program = Program({"shop/models.py": lower(text), "shop/__init__.py": lower("")})
    return {model.name.rpartition(".")[2]: model for model in read_models(program)}


def test_its_models_and_tables_are_read() -> None:
    found = models_of(f"from shared_db import db\n{LINKS}{ROLE}\nclass UserName(db.Model):\n    pass\n")

    roles, links, users = (found[name].table for name in ("Role", "links", "UserName"))
    assert isinstance(roles, TableDef)
    assert isinstance(links, TableDef)
    assert isinstance(users, TableDef)
    assert [(column.name, column.nullable) for column in roles.columns] == [("id", False), ("name", True)]
    assert [relationship.attribute for relationship in found["Role"].relationships] == ["users"]
    assert [column.name for column in links.columns] == ["role_id"]
    assert users.name.name == "user_name"


def test_what_its_base_and_its_metadata_are_made_with_is_not_known() -> None:
    role = models_of(f"from shared_db import db\n{LINKS}{ROLE}")["Role"]

    assert isinstance(role.table, TableDef)
    assert not role.table.complete
    assert role.metadata == "shared_db.db"


@pytest.mark.parametrize(
    "text",
    [
        "from shared_db import db\nclass Role(db.Model):\n    __tablename__ = 'roles'\n",
        "from shared_db import db, other\n"
        "class Role(db.Model):\n    __tablename__ = 'roles'\n    id = other.Column(other.Integer)\n",
        "from shared_db import db\nclass Role(db.Model):\n    id = db.Column(db.Integer)\n",
    ],
)
def test_half_of_the_evidence_is_none(text: str) -> None:
    assert models_of(text) == {}
