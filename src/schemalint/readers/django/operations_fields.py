"""Operations on fields: what adding, removing, altering and renaming them does to columns.

The steps are those of `add_field`, `remove_field` and `_alter_field` in django/db/backends/base/schema.py and
django/db/backends/postgresql/schema.py (Django 5.2), in their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Union

from msgspec.structs import replace

from schemalint.diagnostics import Place
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    DataChange,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    OpaqueOperation,
    RenameColumn,
)
from schemalint.facts.tables import COMPUTED_ONCE, CheckDef, Default, PrimaryKeyDef, UniqueDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.folds import words
from schemalint.interpret.values import HOLE, Made, Symbol, is_scalar
from schemalint.readers.alembic.tables import Did
from schemalint.readers.django.fields import EMPTY_TEXT, WITHOUT_COLUMN
from schemalint.readers.django.indexes import plain_index
from schemalint.readers.django.operations_related import following_columns
from schemalint.readers.django.operations_tables import Moment, altered_between, created, foreign_keys_dropped
from schemalint.readers.django.state import Field, Model
from schemalint.readers.django.state_tables import Part, Tables, plain_default

_NOT_IN_DATABASE = frozenset(
    words(
        """
        blank choices db_column editable error_messages help_text limit_choices_to on_delete related_name
        related_query_name validators verbose_name to through base_field output_field
        """
    )
)
_IN_PART = frozenset({"null", "db_index", "unique", "primary_key", "to_field"})
"""Options whose effect a `Part` holds. Django leaves those out of its comparison that say what holds without them."""
Places = tuple[tuple[str, Place], ...]


def add_field(moment: Moment, made: Made) -> Iterator[Did]:
    """AddField, and RemoveField backwards."""
    _, model = moment.models(made)
    field = model.fields.get(str(made.value("name", 1))) if model is not None else None
    if model is None or field is None or not moment.after.is_managed(model):
        return
    written = made.value("field", 2)
    if isinstance(written, Made) and "default" not in field.options:
        once = moment.reader.field(field.name, written, model.name)
        field = field if once.kind != field.kind else once
    yield from added(moment.after, model, field)


def added(tables: Tables, model: Model, field: Field) -> Iterator[Did]:
    """The column of a field, or its table."""
    name = tables.name(model)
    between = tables.through(model, field)
    if between is not None:
        yield from created(tables, between)
        return
    part = tables.part(model, field)
    if part is None:
        yield from _not_understood(name, field)
        return
    default = filled_with(field)
    column = part.column if part.column.default is not None else replace(part.column, default=default)
    yield Did(AddColumn(name, column), arguments=_places(field))
    for constraint in tables.inline(name, part):
        yield Did(AddConstraint(name, constraint, inline=True), derived=True)
    if default is not None and part.column.default is None:
        yield Did(AlterColumn(name, part.name, default=None), derived=True)
    for index in tables.indexes(name, part):
        yield Did(CreateIndex(name, index), derived=True)


def _places(field: Field) -> Places:
    names = {"null": "nullable", "default": "default", "db_index": "index", "unique": "unique", "max_length": "type_"}
    return tuple((names[name], place) for name, place in field.places if name in names)


def _not_understood(table: ObjectName, field: Field) -> Iterator[Did]:
    if field.kind not in WITHOUT_COLUMN or field.options.get("through") is None:
        doubt = field.doubt or ("the other model is not known" if field.kind == "ManyToManyField" else None)
        if doubt is not None:
            yield Did(OpaqueOperation(doubt, (table,), field.name))


def filled_with(field: Field) -> Union[Default, Unknown, None]:
    """What Django fills a column with that it adds: a default that it takes away again at once."""
    value = field.options.get("default")
    given = "default" in field.options and not (isinstance(value, Symbol) and value.name.endswith("NOT_PROVIDED"))
    if given:
        if value is None:
            return None
        if is_scalar(value) and not (isinstance(value, str) and HOLE in value):
            return plain_default(value)
        return COMPUTED_ONCE
    if field.flag("null") is False and field.flag("blank") is True and field.kind in EMPTY_TEXT:
        return Default("", literal=True)
    if field.flag("auto_now") or field.flag("auto_now_add"):
        return COMPUTED_ONCE
    return Default("0", literal=True) if field.kind == "OrderWrt" else None


def remove_field(moment: Moment, made: Made) -> Iterator[Did]:
    """RemoveField, and AddField backwards."""
    model, _ = moment.models(made)
    field = model.fields.get(str(made.value("name", 1))) if model is not None else None
    if model is not None and field is not None and moment.before.is_managed(model):
        yield from removed(moment, model, field)


def removed(moment: Moment, model: Model, field: Field) -> Iterator[Did]:
    """The column of a field, or its table, dropped."""
    table = moment.before.name(model)
    between = moment.before.through(model, field)
    if between is not None:
        yield Did(DropTable(moment.before.name(between), cascade=True))
        return
    part = moment.before.part(model, field)
    if part is None:
        yield from _not_understood(table, field)
        return
    if part.target is not None and part.constrained:
        for did in foreign_keys_dropped(moment, table, table, part):
            yield did._replace(derived=True)
    yield Did(DropColumn(table, part.name, cascade=True))


def order_with_respect_to(moment: Moment, made: Made) -> Iterator[Did]:
    """AlterOrderWithRespectTo in either direction: the column `_order` comes or goes."""
    old, new = moment.models(made)
    if old is None or new is None or not moment.after.is_managed(new):
        return
    was, is_ = moment.before.field(old, "_order"), moment.after.field(new, "_order")
    if was is not None and is_ is None:
        yield from removed(moment, old, was)
    elif is_ is not None and was is None:
        yield from added(moment.after, new, is_)


def alter_field(moment: Moment, made: Made) -> Iterator[Did]:
    """AlterField in either direction."""
    name = str(made.value("name", 1))
    yield from _changed(moment, made, name, name)


def rename_field(moment: Moment, made: Made) -> Iterator[Did]:
    """RenameField in either direction."""
    old, new = str(made.value("old_name", 1)), str(made.value("new_name", 2))
    model, _ = moment.models(made)
    backwards = model is not None and old not in model.fields
    yield from _changed(moment, made, *((new, old) if backwards else (old, new)))


def _changed(moment: Moment, made: Made, old_name: str, new_name: str) -> Iterator[Did]:
    old_model, new_model = moment.models(made)
    if old_model is None or new_model is None or not moment.after.is_managed(new_model):
        return
    old, new = old_model.fields.get(old_name), new_model.fields.get(new_name)
    if old is None or new is None:
        return
    if old.kind == "ManyToManyField" and new.kind == "ManyToManyField":
        yield from altered_between(moment, (old_model, old), (new_model, new))
        return
    before, after = moment.before.part(old_model, old), moment.after.part(new_model, new)
    table = moment.after.name(new_model)
    if before is None or after is None:
        yield from _not_understood(table, new if after is None else old)
    elif before != after or _relevant(old) != _relevant(new):
        yield from _altered(moment, new_model, (old, before), (new, after))


def _relevant(field: Field) -> dict[str, Any]:
    """What makes Django alter a column, as far as it can be compared."""
    left_out = _NOT_IN_DATABASE | _IN_PART
    known = {name: value for name, value in field.options.items() if name not in left_out and is_scalar(value)}
    return {**known, "": (field.kind, field.to)}


def _altered(moment: Moment, model: Model, old: tuple[Field, Part], new: tuple[Field, Part]) -> Iterator[Did]:
    (_, was), (field, now) = old, new
    table = moment.after.name(model)
    refers = was.target is not None and was.constrained
    if refers:
        yield from foreign_keys_dropped(moment, table, table, was)
    yield from _dropped_keys(moment, model, table, was, now)
    if was.name != now.name:
        yield Did(RenameColumn(table, was.name, now.name), arguments=_places(field))
    following = list(following_columns(moment, model, field, was, now))
    for change in following:
        yield from change.before()
    yield from _altered_column(moment, table, field, was, now)
    yield from _added_keys(moment, table, was, now)
    for change in following:
        yield from change.after()
    if now.target is not None and now.constrained:
        key = moment.after.foreign_key(table, now)
        if key is not None:
            yield Did(AddConstraint(table, key))
    if not _same_check(was, now) and now.check is not None:
        name = moment.after.made_name(table, (now.name,), "_check")
        yield Did(AddConstraint(table, CheckDef(name, now.check)))
    yield from _like_indexes(moment, table, was, now)


def _same_check(was: Part, now: Part) -> bool:
    """Whether both columns are held to the same, whatever they are called."""
    texts = [part.check.replace(f'"{part.name}"', "") if isinstance(part.check, str) else None for part in (was, now)]
    return texts[0] == texts[1]


def _dropped_keys(moment: Moment, model: Model, table: ObjectName, was: Part, now: Part) -> Iterator[Did]:
    """What no longer holds for the column is dropped first."""
    columns = (was.name,)
    if was.unique and not was.primary_key and (not now.unique or now.primary_key):
        names = moment.constraints(table, columns, UniqueDef)
        for name in (name for name in names if name not in model.constraints):
            yield Did(DropConstraint(table, name, "unique"))
    if was.indexed and not now.indexed:
        for name in moment.indexes(table, columns):
            if name not in model.indexes and name not in model.constraints:
                yield Did(DropIndex(name, table, table.schema))
    if not _same_check(was, now) and isinstance(was.check, str):
        default = f"{table.name}_{was.name}_check"
        found = moment.schema().table(table)
        made = moment.before.made_name(table, columns, "_check")
        held = [name for name in (default, made) if found is not None and found.constraint(name) is not None]
        yield Did(DropConstraint(table, held[0] if held else default, "check"))


def _altered_column(moment: Moment, table: ObjectName, field: Field, was: Part, now: Part) -> Iterator[Did]:
    """ALTER COLUMN; a column that becomes NOT NULL is filled with the default first."""
    old, new = was.column, now.column
    changes: dict[str, Any] = {}
    if old.type != new.type:
        changes["type"] = new.type
        changes["using"] = _using(was, now)
        like = moment.before.made_name(table, (was.name,), "_like")
        if was.like not in (None, now.like) and moment.schema().has_index(like, table=table) is not False:
            yield Did(DropIndex(like, table, table.schema, if_exists=True), derived=True)
    if old.identity != new.identity:
        changes["identity"] = new.identity
    if old.default != new.default:
        changes["default"] = new.default
    if old.comment != new.comment:
        changes["comment"] = new.comment or ""
    if old.generated != new.generated:
        changes["generated"] = new.generated
    fill = filled_with(field) if old.nullable is True and new.nullable is False else None
    if old.nullable != new.nullable and fill is None:
        changes["nullable"] = new.nullable
    if changes:
        yield Did(
            AlterColumn(table, now.name, existing_nullable=_sure(old.nullable), **changes), arguments=_places(field)
        )
    if fill is not None:
        yield from _filled(table, field, now)


def _filled(table: ObjectName, field: Field, now: Part) -> Iterator[Did]:
    yield Did(
        DataChange("update", table, (now.name,), (now.name,), f'"{now.name}" IS NULL', bounded=True), derived=True
    )
    yield Did(AlterColumn(table, now.name, nullable=False, existing_nullable=True), arguments=_places(field))


def _sure(nullable: Union[bool, Unknown]) -> bool | None:
    return nullable if isinstance(nullable, bool) else None


def _using(was: Part, now: Part) -> str | None:
    """The cast that Django writes where the type is another one."""
    old, new = was.column.type, now.column.type
    if isinstance(old, SqlType) and isinstance(new, SqlType) and old.family == new.family and old.item == new.item:
        return None
    return f'"{now.name}"::{_spelled(new)}' if isinstance(new, SqlType) else "?"


def _spelled(kind: SqlType) -> str:
    """A type as Django writes it for PostgreSQL."""
    if kind.family == "array" and kind.item is not None:
        return f"{_spelled(kind.item)}[]"
    if kind.length is not None:
        return f"{kind.family}({kind.length})"
    if kind.family == "numeric" and kind.precision is not None:
        return f"numeric({kind.precision}, {kind.scale})"
    if kind.timezone:
        return f"{kind.family} with time zone"
    return {"double": "double precision", "other": kind.name or "text"}.get(kind.family, kind.family)


def _added_keys(moment: Moment, table: ObjectName, was: Part, now: Part) -> Iterator[Did]:
    columns = (now.name,)
    if was.primary_key and not now.primary_key:
        for name in moment.constraints(table, columns, PrimaryKeyDef)[:1]:
            yield Did(DropConstraint(table, name, "primary key"))
    if now.unique and not now.primary_key and (not was.unique or was.primary_key):
        yield Did(AddConstraint(table, UniqueDef(moment.after.made_name(table, columns, "_uniq"), columns)))
    if now.indexed and not was.indexed:
        yield Did(CreateIndex(table, plain_index(moment.after.made_name(table, columns, ""), columns)))
    if now.primary_key and not was.primary_key:
        yield Did(AddConstraint(table, PrimaryKeyDef(moment.after.made_name(table, columns, "_pk"), columns)))


def _like_indexes(moment: Moment, table: ObjectName, was: Part, now: Part) -> Iterator[Did]:
    """The second index of texts: it comes with the first index or key, and goes with a key."""
    had, has = was.indexed or was.unique, now.indexed or now.unique
    changed = had and was.like is not None and was.like != now.like
    if now.like is not None and ((not had and has) or (not was.unique and now.unique) or changed):
        index = moment.after.like_index(table, now.name, now.like)
        yield Did(CreateIndex(table, index), derived=True)
    if was.unique and not has and was.like is not None:
        name = moment.after.made_name(table, (was.name,), "_like")
        yield Did(DropIndex(name, table, table.schema, if_exists=True), derived=True)
