"""Models of Django as tables."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from schemalint.facts.models import ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.requirements import Requirement
from schemalint.facts.tables import (
    CheckDef,
    Default,
    ForeignKeyDef,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.readers.models.read import read_models
from schemalint.source.frontend_ast import lower

HEAD = (
    "import uuid\nfrom django.db import models\nfrom django.conf import settings\nfrom django.db.models import Q, F\n"
)
CONFIG = """
from django.apps import AppConfig
class ShopConfig(AppConfig):
    name = "project.shop"
    default_auto_field = "django.db.models.BigAutoField"
"""


def models(text: str, more: Mapping[str, str] | None = None, version: str | None = None) -> dict[str, ModelDef]:
    files = {"project/shop/apps.py": CONFIG, "project/shop/models.py": HEAD + text, **(more or {})}
    program = Program({path: lower(content) for path, content in files.items()})
    required = (Requirement("django", "uv.lock", version),) if version else ()
    return {model.name.rpartition(".")[2]: model for model in read_models(program, requirements=required)}


def table(text: str, name: str = "T", more: Mapping[str, str] | None = None) -> TableDef:
    found = models(text, more)[name].table
    assert isinstance(found, TableDef)
    return found


@pytest.mark.parametrize(
    ("text", "expected", "nullable"),
    [
        ("models.CharField(max_length=9)", SqlType("varchar", length=9), False),
        ("models.TextField(null=True)", SqlType("text"), True),
        ("models.EmailField()", SqlType("varchar", length=254), False),
        ("models.DateTimeField(auto_now_add=True)", SqlType("timestamp", timezone=True), False),
        ("models.DecimalField(max_digits=8, decimal_places=2)", SqlType("numeric", precision=8, scale=2), False),
        ("models.UUIDField(default=uuid.uuid4)", SqlType("uuid"), False),
        ("models.JSONField(default=dict)", SqlType("jsonb"), False),
        ("models.BooleanField(null=True)", SqlType("boolean"), True),
    ],
)
def test_fields(text: str, expected: ColumnType, nullable: bool) -> None:
    found = table(f"class T(models.Model):\n  x = {text}\n").column("x")
    assert found is not None
    assert found.type == expected
    assert found.nullable is nullable


def test_fields_of_libraries() -> None:
    text = "from i18nfield.fields import I18nCharField\nclass T(models.Model):\n  x = I18nCharField(max_length=200)\n"
    found = table(text)
    assert [column.type for column in found.columns if column.name == "x"] == [SqlType("text")]
    assert found.complete


def test_a_number_of_digits_that_is_computed_is_not_taken_for_none() -> None:
    found = table(
        "import sizes\nclass T(models.Model):\n  x = models.DecimalField(max_digits=sizes.x(), decimal_places=2)\n"
    )
    column = found.column("x")
    assert column is not None
    assert isinstance(column.type, Unknown)


def test_a_table_is_named_after_application_and_class_and_has_a_key() -> None:
    found = table("class T(models.Model):\n  x = models.TextField()\n")
    assert found.name == ObjectName("shop_t")
    assert found.columns[0].name == "id"
    assert found.columns[0].type == SqlType("bigint")
    assert found.constraints == (PrimaryKeyDef(None, ("id",)),)
    assert found.complete


@pytest.mark.parametrize(
    ("version", "expected"), [("5.2", SqlType("integer")), ("6.0", SqlType("bigint")), (None, None)]
)
def test_the_key_without_any_setting_depends_on_the_version(version: str | None, expected: SqlType | None) -> None:
    more = {"project/shop/apps.py": CONFIG.replace("    default_auto_field", "    other")}
    found = models("class T(models.Model):\n  x = models.TextField()\n", more, version)["T"].table
    assert isinstance(found, TableDef)
    assert found.columns[0].type == expected if expected else isinstance(found.columns[0].type, Unknown)


def test_references() -> None:
    text = """
class Owner(models.Model):
    code = models.CharField(max_length=4, primary_key=True)
    class Meta:
        db_table = "owners"
class T(models.Model):
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE, related_name="things")
    parent = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, db_index=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, db_column="who")
"""
    found = models(text)["T"]
    assert isinstance(found.table, TableDef)
    columns = {column.name: column.type for column in found.table.columns}
    assert columns == {
        "id": SqlType("bigint"),
        "owner_id": SqlType("varchar", length=4),
        "parent_id": SqlType("bigint"),
        "who": SqlType("integer"),
    }
    assert set(found.table.constraints) == {
        PrimaryKeyDef(None, ("id",)),
        ForeignKeyDef(None, ("owner_id",), ObjectName("owners"), ("code",), deferrable=True, initially_deferred=True),
        ForeignKeyDef(None, ("parent_id",), ObjectName("shop_t"), ("id",), deferrable=True, initially_deferred=True),
        ForeignKeyDef(None, ("who",), ObjectName("auth_user"), ("id",), deferrable=True, initially_deferred=True),
        UniqueDef(None, ("who",)),
    }
    assert [index.columns for index in found.table.indexes] == [("owner_id",)]
    owner = found.relationships[0]
    assert (owner.target, owner.many, owner.cascade, owner.back_populates, owner.columns) == (
        *("models.Owner", False, "CASCADE", "things"),
        ("owner_id",),
    )


def test_a_many_to_many_field_makes_a_table_unless_it_goes_through_one() -> None:
    text = """
class Tag(models.Model):
    name = models.TextField()
class Link(models.Model):
    a = models.ForeignKey(Tag, models.CASCADE)
class T(models.Model):
    tags = models.ManyToManyField(Tag)
    friends = models.ManyToManyField("self")
    linked = models.ManyToManyField(Tag, through=Link, related_name="+")
"""
    found = [
        model for model in read_models(Program({"shop/models.py": lower(HEAD + text)})) if model.kind == "implicit"
    ]
    names = {str(model.table_name): model.table for model in found}
    assert set(names) == {"shop_t_tags", "shop_t_friends"}
    tags, friends = names["shop_t_tags"], names["shop_t_friends"]
    assert isinstance(tags, TableDef)
    assert isinstance(friends, TableDef)
    assert UniqueDef(None, ("t_id", "tag_id")) in tags.constraints
    assert [column.name for column in friends.columns] == ["id", "from_t_id", "to_t_id"]


def test_meta_adds_indexes_and_constraints() -> None:
    text = """
class T(models.Model):
    a = models.IntegerField(db_default=5)
    b = models.ForeignKey("self", models.CASCADE, null=True, db_index=False)
    n = models.PositiveIntegerField(default=0)
    class Meta:
        unique_together = ("a", "b")
        indexes = [models.Index(fields=["-a", "b"], name="%(class)s_ab"), models.Index(F("a").desc(), name="d"),
                   models.Index(fields=["n"])]
        constraints = [
            models.UniqueConstraint(fields=["a"], name="u"),
            models.UniqueConstraint(fields=["b"], name="late", deferrable=models.Deferrable.DEFERRED),
            models.UniqueConstraint(fields=["n"], name="able", deferrable=models.Deferrable.IMMEDIATE),
            models.UniqueConstraint(fields=["a"], condition=Q(b__isnull=True), name="p"),
            models.UniqueConstraint(fields=["a"], condition=Q(b=None), name="q"),
            models.CheckConstraint(check=Q(a__gte=1), name="c"),
        ]
"""
    found = table(text)
    assert found.column("a") is not None
    assert found.column("a").default == Default("5", literal=True)  # type: ignore[union-attr]
    assert found.indexes == (
        IndexDef("t_ab", (IndexElement("a", descending=True), IndexElement("b_id"))),
        IndexDef("d", (IndexElement("a", descending=True),)),
        IndexDef("shop_t_n_339cd4_idx", (IndexElement("n"),)),
        IndexDef("p", (IndexElement("a"),), unique=True, predicate="b_id IS NULL"),
        IndexDef("q", (IndexElement("a"),), unique=True, predicate="b_id IS NULL"),
    )
    assert {
        CheckDef("c", "a >= 1"),
        CheckDef(None, "n >= 0"),
        UniqueDef("u", ("a",)),
        UniqueDef("late", ("b_id",), deferrable=True, initially_deferred=True),
        UniqueDef("able", ("n",), deferrable=True),
        UniqueDef(None, ("a", "b_id")),
    } <= set(found.constraints)


def test_inheritance() -> None:
    text = """
class Stamped(models.Model):
    at = models.DateTimeField(auto_now=True)
    class Meta:
        abstract = True
        indexes = [models.Index(fields=["at"], name="%(app_label)s_%(class)s_at")]
class Place(Stamped):
    name = models.TextField()
class Restaurant(Place):
    stars = models.IntegerField()
class Nice(Place):
    class Meta:
        proxy = True
class Outside(models.Model):
    class Meta:
        managed = False
"""
    found = models(text)
    kinds = {name: model.kind for name, model in found.items()}
    assert kinds == {
        "Stamped": "abstract",
        "Place": "table",
        "Restaurant": "joined",
        "Nice": "proxy",
        "Outside": "table",
    }
    place, restaurant, nice = (found[name].table for name in ("Place", "Restaurant", "Nice"))
    assert isinstance(place, TableDef)
    assert isinstance(restaurant, TableDef)
    assert isinstance(nice, TableDef)
    assert [column.name for column in place.columns] == ["id", "name", "at"]
    assert [index.name for index in place.indexes] == ["shop_place_at"]
    assert [column.name for column in restaurant.columns] == ["place_ptr_id", "stars"]
    assert (
        ForeignKeyDef(None, ("place_ptr_id",), place.name, ("id",), deferrable=True, initially_deferred=True)
        in restaurant.constraints
    )
    assert (nice.name, nice.columns) == (place.name, ())
    assert found["Outside"].managed is False


def test_a_field_of_the_project_is_the_field_that_it_derives_from() -> None:
    more = {
        "project/fields.py": """
from django.db import models
class ColorField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 6
        super().__init__(*args, **kwargs)
class CidrField(models.Field):
    def db_type(self, connection): return "cidr"
"""
    }
    text = "from project.fields import *\nclass T(models.Model):\n  c = ColorField(null=True)\n  n = CidrField()\n"
    found = table(text, more=more)
    assert found.column("c").type == SqlType("varchar", length=6)  # type: ignore[union-attr]
    assert found.column("c").nullable is True  # type: ignore[union-attr]
    assert found.column("n").type == SqlType("inet", name="cidr")  # type: ignore[union-attr]


def test_the_user_of_the_project_brings_django_s_own_columns() -> None:
    more = {
        "project/settings.py": "AUTH_USER_MODEL = 'accounts.User'\n",
        "project/accounts/models.py": (
            "from django.contrib.auth.models import AbstractUser\nclass User(AbstractUser):\n  pass\n"
        ),
    }
    found = models("class T(models.Model):\n  u = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)\n", more)
    user, other = found["User"].table, found["T"].table
    assert isinstance(user, TableDef)
    assert isinstance(other, TableDef)
    assert {"password", "username", "is_superuser"} <= {column.name for column in user.columns}
    assert other.constraints[0] == ForeignKeyDef(
        None, ("u_id",), ObjectName("accounts_user"), ("id",), deferrable=True, initially_deferred=True
    )


def test_a_field_that_is_not_known_leaves_the_table_incomplete() -> None:
    found = table("from lib.fields import MoneyField\nclass T(models.Model):\n  m = MoneyField()\n")
    assert not found.complete
