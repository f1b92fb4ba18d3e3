"""Classes of Django's models: their kind, their options, their fields, their tables and keys.

As django/db/models/base.py and options.py (5.2) have it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Union

from schemalint.facts.names import ObjectName
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import Resolution
from schemalint.interpret.values import HOLE, Class, Made, Missing, Symbol, Unsure, Value
from schemalint.ir import ClassDef
from schemalint.readers.models.bodies import Own, body_of
from schemalint.readers.models.django_apps import App, Apps, is_django
from schemalint.readers.models.django_fields import FieldKind, field_kind, type_of_field
from schemalint.readers.models.libraries import is_library
from schemalint.readers.models.reading import Key, Reading, key_of

# Models of Django itself: table and key.
_OWN_MODELS = {
    "auth.user": "auth_user",
    "auth.group": "auth_group",
    "auth.permission": "auth_permission",
    "contenttypes.contenttype": "django_content_type",
    "sites.site": "django_site",
    "admin.logentry": "django_admin_log",
}
_FARTHEST = 12


@dataclass(frozen=True)
class Target:
    """What a reference refers to: the table, the key's column and its type."""

    table: ObjectName
    column: str
    type: ColumnType


@dataclass
class DjangoModel:
    """A model. `kind` is table, joined, proxy or abstract; `fields` are its own, without those of a concrete parent."""

    owner: Class
    app: App
    kind: str
    meta: dict[str, Value]
    parent: Class | None
    table: Union[ObjectName, Unknown, None]
    fields: dict[str, tuple[Own, Made, FieldKind]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`app.model`, as references name it."""
        return f"{self.app.label}.{self.owner.node.name.lower()}"

    def column(self, name: str) -> str:
        """The column of a field; the name itself where there is no such field."""
        found = self.fields.get(name)
        return column_name(name, found[1], found[2]) if found is not None else name


def column_name(name: str, made: Made, kind: FieldKind) -> str:
    """The column behind a field."""
    given = made.value("db_column")
    if isinstance(given, str) and HOLE not in given:
        return given
    return f"{name}_id" if kind.kind == "one" else name


@dataclass
class Registry:
    """The models of Django that were read so far, by class; and all of them by label, once they are listed."""

    reading: Reading
    apps: Apps = field(init=False)
    models: dict[Key, DjangoModel] = field(default_factory=dict)
    labels: dict[str, DjangoModel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.apps = Apps(self.reading)

    def of(self, owner: Class) -> DjangoModel:
        """The model that a class is."""
        key = key_of(owner)
        if key not in self.models:
            self.models[key] = self._read(owner)
        return self.models[key]

    def _read(self, owner: Class) -> DjangoModel:
        own_meta = _own_meta(owner)
        options = self._meta(owner)
        app = self.apps.of(owner.path)
        label = options.get("app_label")
        if isinstance(label, str) and HOLE not in label:
            app = App(app.folder, label, app.auto_field)
        abstract = is_library(owner.path) or (
            own_meta is not None and self._own(owner.path, own_meta).get("abstract") is True
        )
        parent = None if abstract else self._parent(owner)
        model = DjangoModel(owner, app, "abstract" if abstract else "table", options, parent, None)
        if abstract:
            return model
        own = self._own(owner.path, own_meta) if own_meta is not None else {}
        model.kind = "proxy" if own.get("proxy") is True else "joined" if parent is not None else "table"
        model.table = self._table(model)
        model.fields = self._fields(owner, parent)
        return model

    def _parent(self, owner: Class) -> Class | None:
        """The nearest ancestor that has a table."""
        for item in self.reading.ancestors(owner):
            if isinstance(item, Class) and is_django(self.reading, item) and self.of(item).kind != "abstract":
                return item
        return None

    def _own(self, path: str, meta: ClassDef) -> dict[str, Value]:
        values = body_of(self.reading, Class(path, meta)).own
        return {name: own.value for name, own in values.items() if not isinstance(own.value, Missing)}

    def _meta(self, owner: Class) -> dict[str, Value]:
        """The options of a class: those of its `Meta`, else those of the nearest abstract base that has one."""
        chain = [owner]
        for item in self.reading.ancestors(owner):
            if isinstance(item, Class) and is_django(self.reading, item):
                if self.of(item).kind != "abstract":
                    break
                chain.append(item)
        for holder in chain:
            meta = _own_meta(holder)
            if meta is None:
                continue
            found: dict[str, Value] = {}
            bases: list[Class | Resolution] = [
                Class(holder.path, meta),
                *self.reading.ancestors(Class(holder.path, meta)),
            ]
            for item in bases:
                if isinstance(item, Class):
                    for name, value in self._own(item.path, item.node).items():
                        found.setdefault(name, value)
            return found
        return {}

    def _table(self, model: DjangoModel) -> ObjectName | Unknown | None:
        if model.kind == "proxy" and model.parent is not None:
            return self.of(model.parent).table
        own = _own_meta(model.owner)
        given = model.meta.get("db_table") if own is not None or model.parent is None else None
        if given is None:
            return ObjectName(f"{model.app.label}_{model.owner.node.name.lower()}")
        if not isinstance(given, str) or HOLE in given:
            return Unknown(given.reason if isinstance(given, Unsure) else "db_table is computed")
        schema, dot, name = given.replace('"', "").rpartition(".")
        return ObjectName(name, schema) if dot and '"' in given else ObjectName(given.strip('"'))

    def _fields(self, owner: Class, parent: Class | None) -> dict[str, tuple[Own, Made, FieldKind]]:
        covered = (
            {key_of(item) for item in self.reading.ancestors(parent) if isinstance(item, Class)} if parent else set()
        )
        holders = [owner]
        for item in self.reading.ancestors(owner):
            usable = isinstance(item, Class) and is_django(self.reading, item) and self.of(item).kind == "abstract"
            if usable and isinstance(item, Class) and key_of(item) not in covered:
                holders.append(item)
        found: dict[str, tuple[Own, Made, FieldKind] | None] = {}
        for holder in holders:
            for name, own in body_of(self.reading, holder).own.items():
                if name in found or isinstance(own.value, Missing):
                    continue
                kind = field_kind(own.value)
                found[name] = (own, own.value, kind) if isinstance(own.value, Made) and kind is not None else None
        return {name: item for name, item in found.items() if item is not None}

    # ------------------------------------------------------------------------------------------------- keys, references

    def key(self, model: DjangoModel, depth: int = _FARTHEST) -> tuple[str, ColumnType]:
        """The column and the type of the primary key."""
        for name, (_, made, kind) in model.fields.items():
            if made.value("primary_key") is True:
                return column_name(name, made, kind), self.type_of(model, made, kind, depth)
        if model.kind in ("joined", "proxy") and model.parent is not None:
            parent = self.of(model.parent)
            above = self.key(parent, depth)
            return (f"{parent.owner.node.name.lower()}_ptr_id", above[1]) if model.kind == "joined" else above
        return "id", self.auto_type(model)

    def auto_type(self, model: DjangoModel) -> ColumnType:
        """The type of the key that Django adds."""
        name = (
            model.app.auto_field.rpartition(".")[2] if model.app.auto_field else self.apps.auto_field(model.owner.path)
        )
        if name is None:
            return Unknown("the type of the key depends on DEFAULT_AUTO_FIELD and on the version of Django")
        kind = {"BigAutoField": "bigint", "AutoField": "integer", "SmallAutoField": "smallint"}.get(name)
        return SqlType(kind) if kind is not None else Unknown(f"the key is a {name}")

    def type_of(self, model: DjangoModel, made: Made, kind: FieldKind, depth: int = _FARTHEST) -> ColumnType:
        """The type of a field's column; of a reference that of the key it refers to."""
        if kind.kind != "one":
            return type_of_field(made)
        target = self.target(model, made, depth - 1) if depth > 0 else Unknown("references lead in circles")
        return target if isinstance(target, Unknown) else target.type

    def target(self, model: DjangoModel, made: Made, depth: int = _FARTHEST) -> Target | Unknown:
        """What a reference refers to."""
        to = made.value("to", 0)
        wanted = self.model_named(model, to)
        if isinstance(wanted, Unknown):
            label = self.label_named(model, to)
            table = _OWN_MODELS.get(label or "")
            return Target(ObjectName(table), "id", SqlType("integer")) if table is not None else wanted
        if not isinstance(wanted.table, ObjectName):
            return Unknown("the table of the model is not known")
        name = made.value("to_field")
        if isinstance(name, str) and name in wanted.fields:
            _, other, kind = wanted.fields[name]
            return Target(wanted.table, column_name(name, other, kind), self.type_of(wanted, other, kind, depth))
        column, key = self.key(wanted, depth)
        return Target(wanted.table, column, key)

    def label_named(self, model: DjangoModel, to: Value) -> str | None:
        """The label of a model that a reference names by text or by a class of a library."""
        if isinstance(to, str) and HOLE not in to:
            return to.lower() if "." in to else f"{model.app.label}.{to.lower()}"
        name = to.name if isinstance(to, Symbol) else to.callee if isinstance(to, Made) else ""
        if name.endswith((".AUTH_USER_MODEL", ".get_user_model")):
            return (self.apps.setting("AUTH_USER_MODEL") or "auth.User").lower()
        parts = name.split(".")
        return f"{parts[-3]}.{parts[-1]}".lower() if name.startswith("django.contrib.") and len(parts) > 3 else None

    def model_named(self, model: DjangoModel, to: Value) -> DjangoModel | Unknown:
        """The model of the project that a reference names."""
        if isinstance(to, Class):
            return self.of(to) if is_django(self.reading, to) else Unknown(f"{to.node.name} is no model")
        if to == "self":
            return model
        label = self.label_named(model, to)
        found = self.labels.get(label) if label is not None else None
        return found if found is not None else Unknown(f"the model {label or 'it refers to'} is not of the project")


def _own_meta(owner: Class) -> ClassDef | None:
    return next((item for item in owner.node.body if isinstance(item, ClassDef) and item.name == "Meta"), None)
