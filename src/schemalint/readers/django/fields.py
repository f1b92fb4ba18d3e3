"""Classes of fields and the column types they have on each server.

What stands here is `data_types` of django/db/backends/*/base.py (Django 5.2), `django.contrib.postgres.fields` and
`django.contrib.gis.db.models`; for libraries, the class that their fields derive from.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.folds import words

AUTO = frozenset({"AutoField", "BigAutoField", "SmallAutoField"})
RELATIONS = frozenset({"ForeignKey", "OneToOneField"})
POSITIVE = frozenset({"PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"})
WITHOUT_COLUMN = frozenset(
    {"ManyToManyField", "GenericForeignKey", "GenericRelation", "CompositePrimaryKey", "TaggableManager"}
)
EMPTY_TEXT = frozenset(
    words(
        """
        CharField TextField EmailField URLField SlugField FileField ImageField FilePathField
        CommaSeparatedIntegerField CICharField CIEmailField CITextField BinaryField
        """
    )
)
"""Fields that Django fills with '' where they are `blank` and have no default."""

_NUMBERS = {
    "AutoField": "integer",
    "BigAutoField": "bigint",
    "SmallAutoField": "smallint",
    "IntegerField": "integer",
    "BigIntegerField": "bigint",
    "SmallIntegerField": "smallint",
    "PositiveIntegerField": "integer",
    "PositiveBigIntegerField": "bigint",
    "PositiveSmallIntegerField": "smallint",
}
_LENGTHS = {
    "CharField": None,
    "CommaSeparatedIntegerField": None,
    "EmailField": 254,
    "FileField": 100,
    "FilePathField": 100,
    "ImageField": 100,
    "SlugField": 50,
    "URLField": 200,
}
_PLAIN = {
    "BinaryField": SqlType("binary"),
    "BooleanField": SqlType("boolean"),
    "NullBooleanField": SqlType("boolean"),
    "DateField": SqlType("date"),
    "DurationField": SqlType("interval"),
    "FloatField": SqlType("double"),
    "GenericIPAddressField": SqlType("inet"),
    "IPAddressField": SqlType("inet"),
    "JSONField": SqlType("jsonb"),
    "OrderWrt": SqlType("integer"),
    "TextField": SqlType("text"),
    "TimeField": SqlType("time", timezone=False),
    "UUIDField": SqlType("uuid"),
    "SearchVectorField": SqlType("tsvector"),
    "SearchQueryField": SqlType("other", name="tsquery"),
}
_NAMED = {
    "HStoreField": "hstore",
    "CICharField": "citext",
    "CIEmailField": "citext",
    "CITextField": "citext",
    "IntegerRangeField": "int4range",
    "BigIntegerRangeField": "int8range",
    "DecimalRangeField": "numrange",
    "FloatRangeField": "numrange",
    "DateTimeRangeField": "tstzrange",
    "DateRangeField": "daterange",
    "OIDField": "oid",
    "GeometryField": "geometry",
    "PointField": "geometry",
    "LineStringField": "geometry",
    "PolygonField": "geometry",
    "MultiPointField": "geometry",
    "MultiLineStringField": "geometry",
    "MultiPolygonField": "geometry",
    "GeometryCollectionField": "geometry",
    "RasterField": "raster",
}
_ELSEWHERE: dict[str, dict[str, SqlType]] = {
    "sqlite": {
        "AutoField": SqlType("integer"),
        "BigAutoField": SqlType("integer"),
        "SmallAutoField": SqlType("integer"),
        "DurationField": SqlType("bigint"),
        "FloatField": SqlType("real"),
        "GenericIPAddressField": SqlType("char", length=39),
        "IPAddressField": SqlType("char", length=15),
        "JSONField": SqlType("text"),
        "UUIDField": SqlType("char", length=32),
    },
    "mysql": {
        "BinaryField": SqlType("binary", name="LONGBLOB"),
        "DurationField": SqlType("bigint"),
        "GenericIPAddressField": SqlType("char", length=39),
        "IPAddressField": SqlType("char", length=15),
        "JSONField": SqlType("json"),
        "TextField": SqlType("text", name="LONGTEXT"),
        "TimeField": SqlType("time", precision=6, timezone=False),
        "UUIDField": SqlType("char", length=32),
    },
}
_ELSEWHERE["mariadb"] = {**_ELSEWHERE["mysql"], "JSONField": SqlType("text", name="LONGTEXT")}

KNOWN = (
    frozenset({*_NUMBERS, *_LENGTHS, *_PLAIN, *_NAMED})
    | frozenset({"DateTimeField", "DecimalField", "ArrayField", "GeneratedField", "Field"})
    | RELATIONS
    | WITHOUT_COLUMN
)

# Fields of libraries: what they derive from, and the options that they set where a migration does not.
_OF_LIBRARIES: dict[str, tuple[str, Mapping[str, int]]] = {
    "colorfield.fields.ColorField": ("CharField", {"max_length": 25}),
    "django_countries.fields.CountryField": ("CharField", {"max_length": 2}),
    "django_extensions.db.fields.CreationDateTimeField": ("DateTimeField", {}),
    "django_extensions.db.fields.ModificationDateTimeField": ("DateTimeField", {}),
    "django_extensions.db.fields.AutoSlugField": ("SlugField", {}),
    "djmoney.models.fields.CurrencyField": ("CharField", {"max_length": 3}),
    "djmoney.models.fields.MoneyField": ("DecimalField", {}),
    "easy_thumbnails.fields.ThumbnailerImageField": ("ImageField", {}),
    "i18nfield.fields.I18nCharField": ("TextField", {}),
    "i18nfield.fields.I18nTextField": ("TextField", {}),
    "imagekit.models.fields.ProcessedImageField": ("ImageField", {}),
    "jsonfield.fields.JSONField": ("TextField", {}),
    "modelcluster.fields.ParentalKey": ("ForeignKey", {}),
    "modelcluster.fields.ParentalManyToManyField": ("ManyToManyField", {}),
    "modelcluster.contrib.taggit.ClusterTaggableManager": ("TaggableManager", {}),
    "model_utils.fields.AutoCreatedField": ("DateTimeField", {}),
    "model_utils.fields.AutoLastModifiedField": ("DateTimeField", {}),
    "model_utils.fields.MonitorField": ("DateTimeField", {}),
    "model_utils.fields.StatusField": ("CharField", {"max_length": 100}),
    "mptt.fields.TreeForeignKey": ("ForeignKey", {}),
    "mptt.fields.TreeOneToOneField": ("OneToOneField", {}),
    "mptt.fields.TreeManyToManyField": ("ManyToManyField", {}),
    "netfields.fields.InetAddressField": ("GenericIPAddressField", {}),
    "phonenumber_field.modelfields.PhoneNumberField": ("CharField", {"max_length": 128}),
    "simple_history.models.HistoricForeignKey": ("ForeignKey", {}),
    "sorl.thumbnail.fields.ImageField": ("ImageField", {}),
    "taggit.managers.TaggableManager": ("TaggableManager", {}),
    "timezone_field.fields.TimeZoneField": ("CharField", {"max_length": 63}),
    "wagtail.fields.RichTextField": ("TextField", {}),
    "wagtail.fields.StreamField": ("JSONField", {}),
}


def field_class(name: str) -> tuple[str, Mapping[str, int]] | None:
    """The class of Django's own behind a field's qualified name, and options that it sets; None where it is unknown."""
    last = name.rpartition(".")[2]
    if name.startswith("django."):
        return (last, {}) if last in KNOWN else None
    return _OF_LIBRARIES.get(name)


def column_type(
    kind: str, options: Mapping[str, object], dialect: str | None, item: ColumnType | None = None
) -> ColumnType:
    """The column type of a field that is no relation.

    `kind` is the class's name ("CharField"), `options` are the keyword arguments with their defaults left out, `item`
    is the type of an ArrayField's elements. `dialect` None is taken as PostgreSQL.
    """
    found = _ELSEWHERE.get(dialect or "", {}).get(kind) or _PLAIN.get(kind)
    if found is not None:
        return _collated(found, options)
    if kind in _NUMBERS:
        return SqlType(_NUMBERS[kind])
    if kind in _LENGTHS:
        return _text(options.get("max_length", _LENGTHS[kind]), options, dialect)
    if kind == "DateTimeField":
        return SqlType("timestamp", timezone=dialect not in ("sqlite", "mysql", "mariadb"))
    if kind == "DecimalField":
        return _decimal(options, dialect)
    if kind in _NAMED:
        return SqlType("other", name=_NAMED[kind])
    if kind == "ArrayField":
        return SqlType("array", item=item) if isinstance(item, SqlType) else item or Unknown("its elements are unknown")
    return Unknown(f"what column a {kind} has is not known")


def _text(length: object, options: Mapping[str, object], dialect: str | None) -> ColumnType:
    if length is not None and (isinstance(length, bool) or not isinstance(length, int)):
        return Unknown("its max_length is computed")
    if length is None and dialect in ("mysql", "mariadb"):
        return Unknown("it has no max_length")
    return _collated(SqlType("varchar", length=length), options)


def _collated(found: SqlType, options: Mapping[str, object]) -> SqlType:
    collation = options.get("db_collation")
    if isinstance(collation, str) and found.family in ("varchar", "text"):
        return SqlType(found.family, length=found.length, collation=collation, name=found.name)
    return found


def _decimal(options: Mapping[str, object], dialect: str | None) -> ColumnType:
    precision, scale = options.get("max_digits"), options.get("decimal_places")
    if dialect == "sqlite":
        return SqlType("numeric")
    if isinstance(precision, int) and isinstance(scale, int):
        return SqlType("numeric", precision=precision, scale=scale)
    if precision is None and scale is None:
        return SqlType("numeric")
    return Unknown("its digits are computed")
