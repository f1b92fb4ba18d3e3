"""Base classes of libraries that bring columns, written down as the Python that they amount to.

From the sources of Advanced Alchemy 1.12, fastapi-users-db-sqlalchemy 7.0, Flask-AppBuilder 5.3, SQLAlchemy-Utils
0.42, django.contrib, django-mptt 0.20 (without the index on tree_id and lft that its metaclass adds), django-taggit
6.1, django-model-utils 5.0 and django-extensions 4.1. A class of a library that is not listed here and is not known to
bring none leaves a table incomplete.
"""

from __future__ import annotations

from functools import cache

from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import DefinedClass
from schemalint.source.frontend_ast import lower

_ADVANCED_ALCHEMY = """
import datetime
import uuid
from sqlalchemy import BigInteger, Date, DateTime, Identity, Index, MetaData, Sequence, String, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, registry

def snake(name):
    text = ""
    for index, letter in enumerate(name):
        before = name[index - 1] if index else ""
        after = name[index + 1] if index + 1 < len(name) else ""
        parts = (before.islower() or before.isdigit() or after.islower()) and letter.isupper() and index
        text += ("_" if parts else "") + letter.lower()
    return text

def stamp():
    return datetime.datetime.now(datetime.timezone.utc)

class CommonTableAttributes:
    @declared_attr.directive
    def __tablename__(cls):
        return snake(cls.__name__)

class AdvancedDeclarativeBase(DeclarativeBase):
    __abstract__ = True
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        uuid.UUID: Uuid,
        datetime.datetime: DateTime(timezone=True),
        datetime.date: Date,
        dict: JSONB,
    }

class AuditColumns:
    created_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), default=stamp)
    updated_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True), default=stamp, onupdate=stamp)

class SentinelMixin:
    @declared_attr
    def _sentinel(cls) -> Mapped[int]:
        return mapped_column(name="sa_orm_sentinel", nullable=True, insert_sentinel=True)

class UUIDPrimaryKey(SentinelMixin):
    id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, primary_key=True)

class UUIDv6PrimaryKey(SentinelMixin):
    id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid6, primary_key=True)

class UUIDv7PrimaryKey(SentinelMixin):
    id: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid7, primary_key=True)

class NanoIDPrimaryKey(SentinelMixin):
    id: Mapped[str] = mapped_column(default=uuid.uuid4, primary_key=True)

class BigIntPrimaryKey:
    @declared_attr
    def id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, Sequence(f"{cls.__tablename__}_id_seq"), primary_key=True)

class IdentityPrimaryKey:
    @declared_attr
    def id(cls) -> Mapped[int]:
        return mapped_column(BigInteger, Identity(start=1, increment=1), primary_key=True)

class SlugKey:
    @declared_attr
    def slug(cls) -> Mapped[str]:
        return mapped_column(String(length=100), nullable=False)

    @declared_attr.directive
    def __table_args__(cls):
        return (
            UniqueConstraint(cls.slug, name=f"uq_{cls.__tablename__}_slug"),
            Index(f"ix_{cls.__tablename__}_slug_unique", cls.slug, unique=True),
        )

class UUIDBase(UUIDPrimaryKey, CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True
class UUIDAuditBase(CommonTableAttributes, UUIDPrimaryKey, AuditColumns, AdvancedDeclarativeBase):
    __abstract__ = True
class UUIDv6Base(UUIDv6PrimaryKey, CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True
class UUIDv6AuditBase(CommonTableAttributes, UUIDv6PrimaryKey, AuditColumns, AdvancedDeclarativeBase):
    __abstract__ = True
class UUIDv7Base(UUIDv7PrimaryKey, CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True
class UUIDv7AuditBase(CommonTableAttributes, UUIDv7PrimaryKey, AuditColumns, AdvancedDeclarativeBase):
    __abstract__ = True
class NanoIDBase(NanoIDPrimaryKey, CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True
class NanoIDAuditBase(CommonTableAttributes, NanoIDPrimaryKey, AuditColumns, AdvancedDeclarativeBase):
    __abstract__ = True
class BigIntBase(BigIntPrimaryKey, CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True
class BigIntAuditBase(CommonTableAttributes, BigIntPrimaryKey, AuditColumns, AdvancedDeclarativeBase):
    __abstract__ = True
class IdentityBase(IdentityPrimaryKey, CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True
class IdentityAuditBase(CommonTableAttributes, IdentityPrimaryKey, AuditColumns, AdvancedDeclarativeBase):
    __abstract__ = True
class DefaultBase(CommonTableAttributes, AdvancedDeclarativeBase):
    __abstract__ = True
"""

_FASTAPI_USERS = """
import uuid
from sqlalchemy import Boolean, ForeignKey, Integer, String, Uuid
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

class SQLAlchemyBaseUserTable:
    __tablename__ = "user"
    email: Mapped[str] = mapped_column(String(length=320), unique=True, index=True, nullable=False)
    hashed_password: Mapped[str] = mapped_column(String(length=1024), nullable=False)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, nullable=False)
    is_superuser: Mapped[bool] = mapped_column(Boolean, default=False, nullable=False)
    is_verified: Mapped[bool] = mapped_column(Boolean, default=False, nullable=False)

class SQLAlchemyBaseUserTableUUID(SQLAlchemyBaseUserTable):
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)

class SQLAlchemyBaseOAuthAccountTable:
    __tablename__ = "oauth_account"
    oauth_name: Mapped[str] = mapped_column(String(length=100), index=True, nullable=False)
    access_token: Mapped[str] = mapped_column(String(length=1024), nullable=False)
    expires_at: Mapped[int | None] = mapped_column(Integer, nullable=True)
    refresh_token: Mapped[str | None] = mapped_column(String(length=1024), nullable=True)
    account_id: Mapped[str] = mapped_column(String(length=320), index=True, nullable=False)
    account_email: Mapped[str] = mapped_column(String(length=320), nullable=False)

class SQLAlchemyBaseOAuthAccountTableUUID(SQLAlchemyBaseOAuthAccountTable):
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)

    @declared_attr
    def user_id(cls) -> Mapped[uuid.UUID]:
        return mapped_column(Uuid, ForeignKey("user.id", ondelete="cascade"), nullable=False)
"""

_DJANGO = """
from django.db import models

class AbstractBaseUser(models.Model):
    password = models.CharField(max_length=128)
    last_login = models.DateTimeField(blank=True, null=True)
    class Meta:
        abstract = True

class PermissionsMixin(models.Model):
    is_superuser = models.BooleanField(default=False)
    groups = models.ManyToManyField("auth.Group", blank=True)
    user_permissions = models.ManyToManyField("auth.Permission", blank=True)
    class Meta:
        abstract = True

class AbstractUser(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(max_length=150, unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    class Meta:
        abstract = True

class AbstractBaseSession(models.Model):
    session_key = models.CharField(max_length=40, primary_key=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    class Meta:
        abstract = True
"""

_MPTT = """
from django.db import models

class MPTTModel(models.Model):
    lft = models.PositiveIntegerField(editable=False)
    rght = models.PositiveIntegerField(editable=False)
    tree_id = models.PositiveIntegerField(db_index=True, editable=False)
    level = models.PositiveIntegerField(editable=False)
    class Meta:
        abstract = True
"""

_TAGGIT = """
from django.db import models

class TagBase(models.Model):
    name = models.CharField(unique=True, max_length=100)
    slug = models.SlugField(unique=True, max_length=100, allow_unicode=True)
    class Meta:
        abstract = True

class CommonGenericTaggedItemBase(models.Model):
    content_type = models.ForeignKey("contenttypes.ContentType", on_delete=models.CASCADE)
    class Meta:
        abstract = True

class GenericTaggedItemBase(CommonGenericTaggedItemBase):
    object_id = models.IntegerField(db_index=True)
    class Meta:
        abstract = True
"""

_STAMPED = """
from django.db import models

class TimeStampedModel(models.Model):
    created = models.DateTimeField(auto_now_add=True)
    modified = models.DateTimeField(auto_now=True)
    class Meta:
        abstract = True
"""

_FLASK_APPBUILDER = """
import datetime
from sqlalchemy import Column, DateTime, ForeignKey, Integer
from sqlalchemy.orm import declared_attr

class AuditMixin:
    created_on = Column(DateTime, default=datetime.datetime.now, nullable=False)
    changed_on = Column(DateTime, default=datetime.datetime.now, onupdate=datetime.datetime.now, nullable=False)

    @declared_attr
    def created_by_fk(cls):
        return Column(Integer, ForeignKey("ab_user.id"), default=cls.get_user_id, nullable=False)

    @declared_attr
    def changed_by_fk(cls):
        key = ForeignKey("ab_user.id")
        return Column(Integer, key, default=cls.get_user_id, onupdate=cls.get_user_id, nullable=False)
"""

_SQLALCHEMY_UTILS = """
import datetime
from sqlalchemy import Column, DateTime

def stamp():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)

class Timestamp:
    created = Column(DateTime, default=stamp, nullable=False)
    updated = Column(DateTime, default=stamp, nullable=False)
"""

_HOMES = {
    "django": ("<django>", _DJANGO),
    "mptt": ("<mptt>", _MPTT),
    "taggit": ("<taggit>", _TAGGIT),
    "model_utils": ("<model_utils>", _STAMPED),
    "django_extensions": ("<model_utils>", _STAMPED),
    "sqlalchemy_utils": ("<sqlalchemy_utils>", _SQLALCHEMY_UTILS),
    "flask_appbuilder": ("<flask_appbuilder>", _FLASK_APPBUILDER),
    "advanced_alchemy": ("<advanced_alchemy>", _ADVANCED_ALCHEMY),
    "fastapi_users": ("<fastapi_users>", _FASTAPI_USERS),
    "fastapi_users_db_sqlalchemy": ("<fastapi_users>", _FASTAPI_USERS),
}

# Bases that bring no column: of Python, of the libraries that map, and mixins that add methods only.
_WITHOUT_COLUMNS = (
    *("builtins.", "typing.", "typing_extensions.", "abc.", "enum.", "collections.", "dataclasses.", "sqlalchemy."),
    *("sqlmodel.", "pydantic.", "flask_sqlalchemy.", "flask_appbuilder.Model", "flask_appbuilder.models.mixins.File"),
    *("flask_login.", "sqlalchemy_serializer.", "sqlalchemy_mixins.serialize", "eralchemy.", "marshmallow", "django."),
    *("sqlalchemy_utils.", "pydantic_settings.", "zope.", "functools.", "contextlib.", "flask_security.", "warnings."),
)


@cache
def library_program() -> Program:
    """The classes of libraries as modules of a program of its own."""
    return Program({path: lower(text) for path, text in _HOMES.values()})


def is_library(path: str) -> bool:
    """Whether a path is that of a library's classes here."""
    return path.startswith("<")


def library_class(name: str) -> DefinedClass | None:
    """The class behind a library's qualified name, by its last part; None where it is not listed."""
    home = _HOMES.get(name.partition(".")[0])
    if home is None:
        return None
    program = library_program()
    node = program.scope(home[0]).lookup(name.rpartition(".")[2])
    definition = getattr(node, "node", None)
    return DefinedClass(home[0], definition) if definition is not None else None


def brings_no_columns(name: str) -> bool:
    """Whether a class of a library is known to bring no columns."""
    return name.startswith(_WITHOUT_COLUMNS)
