"""One table written in ten ways gives the same facts."""

from __future__ import annotations

import msgspec
import pytest

from schemalint.facts.names import ObjectName
from schemalint.facts.requirements import Requirement
from schemalint.facts.tables import (
    ColumnDef,
    Default,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import SqlType
from schemalint.interpret.program import Program
from schemalint.project.merging import tables_of
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

SA = "from sqlalchemy import *\nfrom sqlalchemy.orm import *\n"
BASE1 = (
    SA
    + "Base = declarative_base()\nclass Org(Base):\n  __tablename__ = 'orgs'\n"
    + "  id = Column(BigInteger, primary_key=True)\n"
)
BASE2 = (
    "import datetime\nfrom typing import Annotated, Optional\n"
    + SA
    + "class Base(DeclarativeBase): pass\nclass Org(Base):\n  __tablename__ = 'orgs'\n"
    + "  id: Mapped[int] = mapped_column(BigInteger, primary_key=True)\n"
)
STYLES = {
    "1.x": BASE1
    + """
class User(Base):
    __tablename__ = "users"
    id = Column(BigInteger, primary_key=True)
    email = Column(String(200), unique=True, nullable=False)
    bio = Column(Text)
    at = Column(DateTime(timezone=True), nullable=False, server_default=text("now()"))
    org_id = Column(BigInteger, ForeignKey("orgs.id"), index=True, nullable=False)
""",
    "1.x with table args": BASE1
    + """
class User(Base):
    __tablename__ = "users"
    __table_args__ = (
        PrimaryKeyConstraint("id"), UniqueConstraint("email"), ForeignKeyConstraint(["org_id"], ["orgs.id"]),
        Index("ix_users_org_id", "org_id"),
    )
    id = Column(BigInteger)
    email = Column(String(200), nullable=False)
    bio = Column(Text)
    at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    org_id = Column(BigInteger, nullable=False)
""",
    "1.x with a mixin": BASE1
    + """
class Owned:
    at = Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    @declared_attr
    def org_id(cls): return Column(ForeignKey("orgs.id"), index=True, nullable=False)
class User(Owned, Base):
    __tablename__ = "users"
    id = Column(BigInteger, primary_key=True)
    email = Column(String(length=200), unique=True, nullable=False)
    bio = Column(Text, nullable=True)
""",
    "Flask-SQLAlchemy": """
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
class Orgs(db.Model):
    id = db.Column(db.BigInteger, primary_key=True)
class Users(db.Model):
    id = db.Column(db.BigInteger, primary_key=True)
    email = db.Column(db.String(200), unique=True, nullable=False)
    bio = db.Column(db.Text)
    at = db.Column(db.DateTime(timezone=True), nullable=False, server_default=db.func.now())
    org_id = db.Column(db.BigInteger, db.ForeignKey("orgs.id"), index=True, nullable=False)
""",
    "2.0": BASE2
    + """
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    bio: Mapped[Optional[str]] = mapped_column(Text)
    at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    org_id: Mapped[int] = mapped_column(ForeignKey(Org.id), index=True)
""",
    "2.0 with Annotated": BASE2
    + """
key = Annotated[int, mapped_column(BigInteger, primary_key=True)]
text_ = Annotated[str, 200]
class Typed(Base):
    __abstract__ = True
class Other(DeclarativeBase):
    metadata = Base.metadata
    type_annotation_map = {text_: String(200), str: Text, datetime.datetime: DateTime(timezone=True)}
class User(Other):
    __tablename__ = "users"
    id: Mapped[key]
    email: Mapped[text_] = mapped_column(unique=True)
    bio: Mapped[str | None]
    at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    org_id: Mapped["int"] = mapped_column(ForeignKey("orgs.id"), index=True)
""",
    "Core": SA
    + """
metadata = MetaData()
orgs = Table("orgs", metadata, Column("id", BigInteger, primary_key=True))
users = Table(
    "users", metadata,
    Column("id", BigInteger, primary_key=True),
    Column("email", String(200), unique=True, nullable=False),
    Column("bio", Text),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("org_id", BigInteger, ForeignKey("orgs.id"), nullable=False),
)
Index("ix_users_org_id", users.c.org_id)
""",
    "a class on a Core table": SA
    + """
Base = declarative_base()
orgs = Table("orgs", Base.metadata, Column("id", BigInteger, primary_key=True))
class User(Base):
    __table__ = Table(
        "users", Base.metadata,
        Column("id", BigInteger, primary_key=True),
        Column("email", String(200), unique=True, nullable=False),
        Column("bio", Text),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("org_id", ForeignKey(orgs.c.id), nullable=False, index=True),
    )
""",
    "SQLModel": """
import datetime
import sqlalchemy as sa
from sqlmodel import Column, Field, SQLModel
class Org(SQLModel, table=True):
    __tablename__ = "orgs"
    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
class User(SQLModel, table=True):
    __tablename__ = "users"
    id: int | None = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    email: str = Field(unique=True, max_length=200)
    bio: str | None = Field(default=None, sa_column=Column(sa.Text))
    at: datetime.datetime = Field(sa_column_kwargs={"server_default": sa.func.now()})
    org_id: int = Field(foreign_key="orgs.id", index=True, sa_type=sa.BigInteger)
""",
    "Django": """
from django.db import models
from django.db.models.functions import Now
class Org(models.Model):
    id = models.BigAutoField(primary_key=True)
    class Meta:
        db_table = "orgs"
class User(models.Model):
    id = models.BigAutoField(primary_key=True)
    email = models.CharField(max_length=200, unique=True)
    bio = models.TextField(null=True)
    at = models.DateTimeField(db_default=Now())
    org = models.ForeignKey(Org, on_delete=models.CASCADE)
    class Meta:
        db_table = "users"
""",
}
EXPECTED = TableDef(
    ObjectName("users"),
    columns=(
        ColumnDef("at", SqlType("timestamp", timezone=True), False, Default("now()", literal=False)),
        ColumnDef("bio", SqlType("text")),
        ColumnDef("email", SqlType("varchar", length=200), False),
        ColumnDef("id", SqlType("bigint"), False),
        ColumnDef("org_id", SqlType("bigint"), False),
    ),
    constraints=(
        ForeignKeyDef(None, ("org_id",), ObjectName("orgs"), ("id",)),
        PrimaryKeyDef(None, ("id",)),
        UniqueDef(None, ("email",)),
    ),
    indexes=(IndexDef("ix_users_org_id", (IndexElement("org_id"),)),),
)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_gives_the_same_table(style: str) -> None:
    program = Program({"app/models.py": lower(STYLES[style])})
    models = read_models(program, requirements=(Requirement("sqlmodel", "uv.lock", "0.0.50"),))
    found = tables_of(models).find(ObjectName("users"))
    assert found is not None
    assert found.declared is not None
    definition = found.declared
    assert plain(definition, style) == EXPECTED


def plain(table: TableDef, style: str) -> TableDef:
    """The table with its parts in one order, without how its key numbers itself, and without what only Django does.

    Its foreign keys are deferred, it names the indexes of fields by a hash, and `Now()` is the time of the statement.
    """
    constraints = table.constraints
    indexes = table.indexes
    columns = tuple(msgspec.structs.replace(column, identity=None) for column in table.columns)
    if style == "Django":
        assert columns[3].default == Default("STATEMENT_TIMESTAMP()", literal=False)
        columns = tuple(
            msgspec.structs.replace(item, default=Default("now()", literal=False)) if item.name == "at" else item
            for item in columns
        )
        constraints = tuple(
            msgspec.structs.replace(item, deferrable=False, initially_deferred=False)
            if isinstance(item, ForeignKeyDef)
            else item
            for item in constraints
        )
        indexes = tuple(msgspec.structs.replace(item, name="ix_users_org_id") for item in indexes)
    return msgspec.structs.replace(
        table,
        columns=tuple(sorted(columns, key=lambda column: column.name)),
        constraints=tuple(sorted(constraints, key=lambda item: type(item).__name__)),
        indexes=indexes,
    )
