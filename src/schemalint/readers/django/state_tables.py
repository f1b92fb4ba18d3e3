"""The tables that models stand for: columns, constraints and indexes, named as Django names them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Union

from msgspec import structs

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    Default,
    ForeignKeyDef,
    Generated,
    Identity,
    IndexDef,
    IndexElement,
    PrimaryKeyDef,
    TableDef,
    UniqueDef,
)
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import Items, Made
from schemalint.readers.django.expressions import expression, last_name, literal, quoted
from schemalint.readers.django.fields import AUTO, POSITIVE, RELATIONS, WITHOUT_COLUMN, column_type
from schemalint.readers.django.names import made_name, truncated
from schemalint.readers.django.state import Field, Key, Model, State
from schemalint.readers.django.state_read import USER_MODEL, World
from schemalint.schema.definitions import default_constraint_name
from schemalint.sql.types import type_of_sql

_CONTRIB = {
    ("auth", "user"): "auth_user",
    ("auth", "group"): "auth_group",
    ("auth", "permission"): "auth_permission",
    ("contenttypes", "contenttype"): "django_content_type",
    ("sites", "site"): "django_site",
}
"""Models of Django's own apps: their keys are `id`, an AutoField."""
_DEPTH = 10
_ON_DELETE = {"DB_CASCADE": "CASCADE", "DB_SET_NULL": "SET NULL", "DB_SET_DEFAULT": "SET DEFAULT"}
UNKNOWN_AUTO = "DEFAULT_AUTO_FIELD"


@dataclass(frozen=True, slots=True)
class Part:
    """What a field is in its table. `like` is the operator class of the second index of a text, None for none."""

    column: ColumnDef
    primary_key: bool = False
    unique: bool = False
    indexed: bool = False
    like: str | None = None
    check: Union[str, Unknown, None] = None
    target: Union[ObjectName, Unknown, None] = None
    target_column: str | None = None
    on_delete: str | None = None
    constrained: bool = True

    @property
    def name(self) -> str:
        """The name of the column."""
        return self.column.name


@dataclass(frozen=True, slots=True)
class Tables:
    """Models as tables, in one state."""

    world: World
    state: State

    def name(self, model: Model) -> ObjectName:
        """The table of a model."""
        given = model.options.get("db_table")
        name = given if isinstance(given, str) and given else f"{model.key[0]}_{model.key[1]}"
        schema, _, table = name.rpartition('"."')
        if schema:
            return ObjectName(table.strip('"'), schema.strip('"'))
        return ObjectName(name.strip('"') if given else truncated(name, self.world.dialect))

    def is_managed(self, model: Model) -> bool:
        """Whether Django makes a table for the model: none for proxies, unmanaged and swapped ones."""
        if model.options.get("proxy") is True or model.options.get("managed") is False:
            return False
        swapped = self.world.user_model if model.options.get("swappable") == USER_MODEL.rpartition(".")[2] else None
        return swapped is None or swapped == model.key

    def fields(self, model: Model) -> tuple[Field, ...]:
        """The fields, the keys that Django adds included."""
        fields = tuple(model.fields.values())
        if any(field.flag("primary_key") for field in fields) or any(f.kind == "CompositePrimaryKey" for f in fields):
            return self._ordered(model, fields)
        parents = [parent for base in model.bases if (parent := self.state.models.get(base)) is not None]
        if parents and not model.options.get("proxy"):
            link = Field(f"{parents[0].key[1]}_ptr", "OneToOneField", {"primary_key": True}, parents[0].key)
            return self._ordered(model, (link, *fields))
        kind = self.world.auto_field or UNKNOWN_AUTO
        return self._ordered(model, (Field("id", kind, {"primary_key": True}), *fields))

    def _ordered(self, model: Model, fields: tuple[Field, ...]) -> tuple[Field, ...]:
        return (*fields, Field("_order", "OrderWrt")) if model.options.get("order_with_respect_to") else fields

    def field(self, model: Model, name: str) -> Field | None:
        """A field by its name, the implicit ones too; `pk` is the key."""
        if name == "pk":
            return self.key(model)
        return next((field for field in self.fields(model) if field.name == name), None)

    def key(self, model: Model) -> Field | None:
        """The field that is the primary key."""
        return next((field for field in self.fields(model) if field.flag("primary_key")), None)

    def column(self, model: Model, name: str) -> str | None:
        """The column of a field, or of what `Meta` calls by the column's name; None where there is none."""
        field = self.field(model, name)
        if field is None and name.endswith("_id"):
            field = self.field(model, name.removesuffix("_id"))
        return column_name(field) if field is not None and field.kind not in WITHOUT_COLUMN else None

    def columns(self, model: Model, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """The columns of fields; None where one is not known."""
        found = [self.column(model, name) for name in names]
        known = tuple(name for name in found if name is not None)
        return known if len(known) == len(found) else None

    # ----------------------------------------------------------------------------------------------------- one column

    def part(self, model: Model, field: Field) -> Part | None:
        """What a field is in its table; None for one without a column and for one that is not understood."""
        if field.kind in WITHOUT_COLUMN or not field.kind:
            return None
        key = field.flag("primary_key") is True
        unique = key or field.kind == "OneToOneField" or field.flag("unique") is True
        indexed = field.flag("db_index", default=field.kind in RELATIONS or field.kind == "SlugField") is True
        kind = field.item.kind if field.kind == "GeneratedField" and field.item is not None else field.kind
        type_ = self.type(field)
        name = column_name(field)
        column = ColumnDef(
            name=name,
            type=type_,
            nullable=self._nullable(field, key),
            default=self._server_default(model, field),
            identity=Identity() if kind in AUTO and self.world.is_postgresql else self._numbered(kind),
            generated=self._generated(model, field),
            client_default="default" in field.options or self._is_stamped(field),
            comment=field.text("db_comment"),
        )
        part = Part(
            column=column,
            primary_key=key,
            unique=unique,
            indexed=indexed and not unique,
            like=self._like(type_, field) if indexed or unique else None,
            check=self._check(kind, name, field),
        )
        return self._referring(part, field) if field.kind in RELATIONS else part

    def type(self, field: Field, depth: int = 0) -> ColumnType:
        """The type of a field's column."""
        if field.kind in RELATIONS:
            target = self._target_field(field)
            if target is None or depth > _DEPTH:
                key = self.concrete(field.to)
                outside = key in _CONTRIB and key not in self.state.models
                return SqlType("integer") if outside else Unknown("the model that it refers to is not known")
            return self.type(target, depth + 1)
        if field.db_type is not None:
            return type_of_sql(field.db_type) if field.db_type else Unknown("its class computes the type")
        if field.kind == UNKNOWN_AUTO:
            return Unknown("DEFAULT_AUTO_FIELD is not known")
        if field.kind == "GeneratedField":
            return (
                self.type(field.item, depth + 1) if field.item is not None else Unknown("its output_field is unknown")
            )
        item = self.type(field.item, depth + 1) if field.item is not None and depth < _DEPTH else None
        return column_type(field.kind, field.options, self.world.dialect, item)

    def concrete(self, key: Key | None) -> Key | None:
        """The model whose table a model uses: itself, but for a proxy."""
        for _ in range(_DEPTH):
            model = self.state.models.get(key) if key is not None else None
            if model is None or model.options.get("proxy") is not True:
                break
            key = model.bases[0] if model.bases else None
        return key

    def _target_field(self, field: Field) -> Field | None:
        key = self.concrete(field.to)
        target = self.state.models.get(key) if key is not None else None
        if target is None:
            return None
        named = field.text("to_field")
        return self.field(target, named) if named is not None else self.key(target)

    def _nullable(self, field: Field, key: bool) -> Union[bool, Unknown]:
        if key or field.kind == "OrderWrt":
            return False
        null = field.flag("null", default=field.kind == "NullBooleanField")
        return null if null is not None else Unknown("null= is computed")

    def _numbered(self, kind: str) -> Identity | None:
        return Identity(style="auto_increment") if kind in (*AUTO, UNKNOWN_AUTO) else None

    def _is_stamped(self, field: Field) -> bool:
        return field.flag("auto_now") is True or field.flag("auto_now_add") is True

    def _server_default(self, model: Model, field: Field) -> Union[Default, Unknown, None]:
        """The default of `db_default`."""
        if "db_default" not in field.options:
            return None
        value = field.options["db_default"]
        if last_name(value) == "Value" and isinstance(value, Made):
            value = value.value("value", 0)
        if isinstance(value, Made):
            sql = expression(value, lambda name: self.column(model, name))
            return Default(sql, literal=False) if sql is not None else Unknown("its db_default is computed")
        return plain_default(value) if literal(value) is not None else Unknown("its db_default is computed")

    def _generated(self, model: Model, field: Field) -> Generated | None:
        if field.kind != "GeneratedField":
            return None
        sql = expression(field.options.get("expression"), lambda name: self.column(model, name))
        return Generated(sql if sql is not None else "?", field.flag("db_persist"))

    def _like(self, type_: ColumnType, field: Field) -> str | None:
        """The operator class of the index that Django adds for LIKE, on PostgreSQL and texts only."""
        if not self.world.is_postgresql or not isinstance(type_, SqlType) or type_.family not in ("varchar", "text"):
            return None
        target = self._target_field(field) if field.kind in RELATIONS else field
        collation = target.text("db_collation") if target is not None else None
        if collation is not None and not self.world.deterministic(collation):
            return None
        return f"{type_.family}_pattern_ops"

    def _check(self, kind: str, column: str, field: Field) -> Union[str, Unknown, None]:
        if kind in POSITIVE and field.db_type is None:
            return f"{quoted(column)} >= 0"
        if kind == "JSONField" and self.world.dialect == "sqlite":
            return f"(JSON_VALID({quoted(column)}) OR {quoted(column)} IS NULL)"
        return None

    def _referring(self, part: Part, field: Field) -> Part:
        constrained = field.flag("db_constraint", default=True) is not False
        written = _ON_DELETE.get(_action(field))
        unknown = Part(
            **{name: getattr(part, name) for name in ("column", "primary_key", "unique", "indexed", "like", "check")},
            target=Unknown("the model that it refers to is not known"),
            on_delete=written,
            constrained=constrained,
        )
        key = self.concrete(field.to)
        if key is None:
            return unknown
        model = self.state.models.get(key)
        if model is None:
            table = _CONTRIB.get(key)
            return replace(unknown, target=ObjectName(table), target_column="id") if table is not None else unknown
        target = self._target_field(field)
        return replace(
            unknown, target=self.name(model), target_column=column_name(target) if target is not None else None
        )

    # ---------------------------------------------------------------------------------------------- constraints, names

    def made_name(self, table: ObjectName, columns: tuple[str, ...], suffix: str) -> str:
        """The name that Django gives to an index or constraint of these columns."""
        return made_name(table.name, columns, suffix, self.world.dialect)

    def foreign_key(self, table: ObjectName, part: Part) -> ForeignKeyDef | None:
        """The constraint behind a relation."""
        if part.target is None or not part.constrained:
            return None
        name = None
        if isinstance(part.target, ObjectName) and part.target_column is not None:
            name = self.made_name(table, (part.name,), f"_fk_{part.target.name}_{part.target_column}")
        deferred = self.world.dialect not in ("mysql", "mariadb")
        return ForeignKeyDef(
            name=name,
            columns=(part.name,),
            target=part.target,
            target_columns=(part.target_column,) if part.target_column is not None else (),
            on_delete=part.on_delete,
            deferrable=deferred,
            initially_deferred=deferred,
        )

    def inline(self, table: ObjectName, part: Part) -> Iterator[ConstraintDef]:
        """The constraints that come with a column, by the names that PostgreSQL gives them: these outlast renames."""
        if part.primary_key:
            yield self._named(table, PrimaryKeyDef(None, (part.name,)))
        elif part.unique:
            yield self._named(table, UniqueDef(None, (part.name,)))
        if part.check is not None:
            yield self._named(table, CheckDef(None, part.check), part.name)
        key = self.foreign_key(table, part)
        if key is not None:
            yield key

    def _named(self, table: ObjectName, constraint: ConstraintDef, *columns: str) -> ConstraintDef:
        if not self.world.is_postgresql:
            return constraint
        return structs.replace(constraint, name=default_constraint_name(table.name, constraint, columns))

    def indexes(self, table: ObjectName, part: Part) -> Iterator[IndexDef]:
        """The indexes that come with a column."""
        if part.indexed:
            yield IndexDef(self.made_name(table, (part.name,), ""), (IndexElement(column=part.name),))
        if part.like is not None:
            yield self.like_index(table, part.name, part.like)

    def like_index(self, table: ObjectName, column: str, operator_class: str) -> IndexDef:
        """The index that serves LIKE."""
        element = IndexElement(column=column, operator_class=operator_class)
        return IndexDef(self.made_name(table, (column,), "_like"), (element,))

    # -------------------------------------------------------------------------------------------------- whole tables

    def table(self, model: Model) -> tuple[TableDef, tuple[IndexDef, ...]]:
        """The table of a model with all but what its `Meta` adds, and the indexes of its columns."""
        name = self.name(model)
        parts = [self.part(model, field) for field in self.fields(model)]
        known = [part for part in parts if part is not None]
        lost = [field for field, part in zip(self.fields(model), parts, strict=True) if part is None and not field.kind]
        constraints = [constraint for part in known for constraint in self.inline(name, part)]
        composite = next((field for field in model.fields.values() if field.kind == "CompositePrimaryKey"), None)
        if composite is not None:
            constraints.append(self._named(name, PrimaryKeyDef(None, self._composite(model, composite))))
        for names in model.unique_together:
            columns = self.columns(model, names)
            if columns is not None:
                constraints.append(UniqueDef(self.made_name(name, columns, "_uniq"), columns))
        comment = model.options.get("db_table_comment")
        table = TableDef(
            name=name,
            columns=tuple(part.column for part in known),
            constraints=tuple(constraints),
            comment=comment if isinstance(comment, str) and comment else None,
            complete=not lost and model.doubt is None,
        )
        return table, tuple(index for part in known for index in self.indexes(name, part))

    def _composite(self, model: Model, field: Field) -> tuple[str, ...]:
        names = field.options.get("fields")
        given = [str(name) for name in names.values] if isinstance(names, Items) else []
        return self.columns(model, tuple(given)) or ()

    def through(self, model: Model, field: Field) -> Model | None:
        """The model of the table between, which Django makes for a ManyToManyField; None for one that is given."""
        if field.kind != "ManyToManyField" or field.options.get("through") is not None:
            return None
        name = field.text("db_table") or truncated(f"{self.name(model).name}_{field.name}", self.world.dialect)
        here = model.key[1]
        there = field.to[1] if field.to is not None else ""
        if not there:
            return None
        source, target = (f"from_{here}", f"to_{there}") if here == there else (here, there)
        kept = {"db_constraint": field.options["db_constraint"]} if "db_constraint" in field.options else {}
        columns = (Field(source, "ForeignKey", kept, model.key), Field(target, "ForeignKey", kept, field.to))
        key: Key = (model.key[0], f"{here}_{field.name}")
        other = self.state.models.get(field.to) if field.to is not None else None
        managed = self.is_managed(model) or (other is not None and self.is_managed(other))
        return Model(
            key=key,
            name=f"{model.name}_{field.name}",
            fields={item.name: item for item in columns},
            options={"db_table": name, "managed": managed},
            unique_together=((source, target),),
        )


def column_name(field: Field) -> str:
    """The column of a field that has one."""
    return field.text("db_column") or (f"{field.name}_id" if field.kind in RELATIONS else field.name)


def plain_default(value: object) -> Default:
    """A constant as a default."""
    if value is None or isinstance(value, bool):
        return Default({True: "true", False: "false"}.get(value, "NULL") if value is not None else "NULL", literal=True)
    return Default(str(value), literal=True)


def _action(field: Field) -> str:
    """What `on_delete` names."""
    value = field.options.get("on_delete")
    return str(getattr(value, "name", "")).rpartition(".")[2]
