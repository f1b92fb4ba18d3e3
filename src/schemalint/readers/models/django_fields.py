"""Fields of Django as columns: what each renders on PostgreSQL (django/db/backends/postgresql/base.py, 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from schemalint.facts.tables import ColumnDef, Default, Generated, Identity
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import HOLE, Made, Symbol, Value, unknown
from schemalint.readers.models.django_sql import condition_sql, default_sql

_FIELDS = (
    *("django.db.models.", "django.contrib.postgres.", "django.contrib.gis.db.models.", "django_extensions."),
    *("mptt.fields.", "phonenumber_field.", "timezone_field.", "colorfield.", "django_countries.", "i18nfield."),
    "django.",
)
_SIMPLE = {
    "AutoField": SqlType("integer"),
    "BigAutoField": SqlType("bigint"),
    "SmallAutoField": SqlType("smallint"),
    "BigIntegerField": SqlType("bigint"),
    "BinaryField": SqlType("binary"),
    "BooleanField": SqlType("boolean"),
    "NullBooleanField": SqlType("boolean"),
    "DateField": SqlType("date"),
    "DateTimeField": SqlType("timestamp", timezone=True),
    "DurationField": SqlType("interval"),
    "FloatField": SqlType("double"),
    "IntegerField": SqlType("integer"),
    "IPAddressField": SqlType("inet"),
    "GenericIPAddressField": SqlType("inet"),
    "JSONField": SqlType("jsonb"),
    "PositiveBigIntegerField": SqlType("bigint"),
    "PositiveIntegerField": SqlType("integer"),
    "PositiveSmallIntegerField": SqlType("smallint"),
    "SmallIntegerField": SqlType("smallint"),
    "TextField": SqlType("text"),
    "TimeField": SqlType("time", timezone=False),
    "UUIDField": SqlType("uuid"),
    "SearchVectorField": SqlType("tsvector"),
    "I18nCharField": SqlType("text"),
    "I18nTextField": SqlType("text"),
    "HStoreField": SqlType("other", name="hstore"),
    "CITextField": SqlType("other", name="citext"),
    "CICharField": SqlType("other", name="citext"),
    "CIEmailField": SqlType("other", name="citext"),
    "IntegerRangeField": SqlType("other", name="int4range"),
    "BigIntegerRangeField": SqlType("other", name="int8range"),
    "DecimalRangeField": SqlType("other", name="numrange"),
    "DateRangeField": SqlType("other", name="daterange"),
    "DateTimeRangeField": SqlType("other", name="tstzrange"),
}
# Fields that are a varchar, and the length that they have by default.
_TEXTS = {
    "CharField": None,
    "CommaSeparatedIntegerField": None,
    "SlugField": 50,
    "EmailField": 254,
    "URLField": 200,
    "FileField": 100,
    "ImageField": 100,
    "FilePathField": 100,
    "PhoneNumberField": 128,
    "TimeZoneField": 63,
    "ColorField": 25,
    "CountryField": 2,
}
_SQL = {"cidr": "inet", "inet": "inet", "tsvector": "tsvector", "jsonb": "jsonb", "uuid": "uuid", "text": "text"}
_GIS = ("Point", "Polygon", "LineString", "Geometry", "MultiPoint", "MultiPolygon", "MultiLineString", "Raster")
_AUTO = frozenset({"AutoField", "BigAutoField", "SmallAutoField"})
_POSITIVE = frozenset({"PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField"})
TO_ONE = frozenset({"ForeignKey", "OneToOneField", "TreeForeignKey", "TreeOneToOneField", "ParentalKey"})
TO_MANY = frozenset({"ManyToManyField", "ParentalManyToManyField", "TreeManyToManyField"})
_NO_COLUMNS = frozenset({"GenericForeignKey", "GenericRelation", "TaggableManager", "CompositePrimaryKey"})


@dataclass(frozen=True)
class FieldKind:
    """What a call in the body of a model makes: `name` is the class of Django, `kind` is column, one, many or none."""

    name: str
    kind: str


def field_kind(value: Value) -> FieldKind | None:
    """What a value is to a model: a field, or something like one that has no column; None for everything else."""
    if not isinstance(value, Made) or value.owner is not None:
        return None
    short = value.callee.rpartition(".")[2]
    if short in _NO_COLUMNS:
        return FieldKind(short, "none")
    if short in TO_ONE:
        return FieldKind(short, "one")
    if short in TO_MANY:
        return FieldKind(short, "many")
    if value.given("db_type") is not None:
        return FieldKind(short, "column")
    if value.callee.startswith(_FIELDS) and (short in _SIMPLE or short in _TEXTS or short in _OTHERS or _is_gis(short)):
        return FieldKind(short, "column")
    if (
        short.endswith("Field")
        and "." in value.callee
        and not value.callee.startswith(("django.forms.", "rest_framework."))
    ):
        return FieldKind(short, "unknown")
    return None


_OTHERS = frozenset({"DecimalField", "ArrayField", "GeneratedField"})


def _is_gis(short: str) -> bool:
    return short.removesuffix("Field") in _GIS


def type_of_field(made: Made) -> ColumnType:
    """The type of a field that has a column of its own."""
    short = made.callee.rpartition(".")[2]
    said = made.given("db_type")
    if said is not None:
        text = said.value.lower() if isinstance(said.value, str) else ""
        return SqlType(_SQL.get(text, "other"), name=text) if text else unknown(said.value)
    if short in _SIMPLE:
        return _SIMPLE[short]
    if short in _TEXTS:
        length = made.value("max_length", 1 if short == "CharField" else None, _TEXTS[short])
        if short == "CountryField" and made.given("multiple") is not None and made.given("max_length") is None:
            return Unknown("its length depends on how many countries there are")
        if length is None or (isinstance(length, int) and not isinstance(length, bool)):
            return SqlType("varchar", length=length, collation=_text(made.value("db_collation")))
        return unknown(length)
    if short == "DecimalField":
        digits, places = made.value("max_digits", 2), made.value("decimal_places", 3)
        doubt = next((item for item in (digits, places) if item is not None and not isinstance(item, int)), None)
        known = SqlType("numeric", precision=_number(digits), scale=_number(places))
        return unknown(doubt) if doubt is not None else known
    if short == "ArrayField":
        inner = made.value("base_field", 0)
        item = type_of_field(inner) if isinstance(inner, Made) else unknown(inner)
        return item if isinstance(item, Unknown) else SqlType("array", item=item)
    if short == "GeneratedField":
        inner = made.value("output_field")
        return type_of_field(inner) if isinstance(inner, Made) else unknown(inner)
    return SqlType("other", name=short.removesuffix("Field").lower())


def column_of_field(made: Made, name: str, kind: ColumnType) -> ColumnDef:
    """The column of a field. `kind` is its type; of a reference it is that of the key it refers to."""
    short = made.callee.rpartition(".")[2]
    null = made.value("null", None, short == "NullBooleanField")
    primary = made.value("primary_key") is True
    server = made.value("db_default")
    default: Default | Unknown | None = None
    if made.given("db_default") is not None and not _not_provided(server):
        default = default_sql(server)
    filled = made.given("default") is not None and not _not_provided(made.value("default"))
    return ColumnDef(
        name=name,
        type=kind,
        nullable=False if primary else null if isinstance(null, bool) else unknown(null),
        default=default,
        identity=Identity() if short in _AUTO else None,
        generated=_generated(made) if short == "GeneratedField" else None,
        client_default=filled or made.value("auto_now") is True or made.value("auto_now_add") is True,
        comment=_text(made.value("db_comment")),
    )


def check_of_field(made: Made, column: str) -> str | None:
    """The CHECK that Django adds to positive numbers, as SQL."""
    return f"{column} >= 0" if made.callee.rpartition(".")[2] in _POSITIVE else None


def _generated(made: Made) -> Generated:
    sql = condition_sql(made.value("expression"), lambda name: name)
    stored = made.value("db_persist")
    return Generated(sql if isinstance(sql, str) else "", stored if isinstance(stored, bool) else None)


def _not_provided(value: Value) -> bool:
    return isinstance(value, Symbol) and value.name.endswith("NOT_PROVIDED")


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) and HOLE not in value else None
