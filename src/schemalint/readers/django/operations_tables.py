"""Operations on models: what creating, deleting and renaming them does to tables.

Every function here takes the states before and after and says what leads from one to the other; backwards, the two
change places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddConstraint,
    AlterColumn,
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropTable,
    RenameColumn,
    RenameTable,
)
from schemalint.facts.tables import ConstraintDef, ForeignKeyDef, IndexDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.values import Made
from schemalint.readers.alembic.tables import Did
from schemalint.readers.django.indexes import constraint_of, index_of, plain_index
from schemalint.readers.django.state import Field, Model
from schemalint.readers.django.state_read import Reader
from schemalint.readers.django.state_tables import Part, Tables
from schemalint.schema.definitions import default_constraint_name
from schemalint.schema.view import SchemaView


@dataclass(frozen=True, slots=True)
class Moment:
    """The states before and after an operation, and the schema as it stands before it."""

    reader: Reader
    before: Tables
    after: Tables
    schema: Callable[[], SchemaView]

    def models(self, made: Made) -> tuple[Model | None, Model | None]:
        """The model that an operation works on (`model_name` or `name`), before and after."""
        given = made.given("model_name", 0) or made.given("name", 0)
        name = given.value if given is not None else None
        app = self.reader.app
        return self.before.state.model(app, name), self.after.state.model(app, name)

    def constraints(self, table: ObjectName, columns: tuple[str, ...], kind: type[ConstraintDef]) -> tuple[str, ...]:
        """The names of the constraints of a kind on exactly these columns, as Django would ask the database."""
        found = self.schema().table(table)
        if found is None:
            return ()
        names = [column.name for column in found.columns()]
        return tuple(
            held.definition.name or default_constraint_name(table.name, held.definition, names)
            for held in found.constraints()
            if isinstance(held.definition, kind) and getattr(held.definition, "columns", None) == columns
        )

    def indexes(self, table: ObjectName, columns: tuple[str, ...]) -> tuple[str, ...]:
        """The names of the plain indexes on exactly these columns."""
        found = self.schema().table(table)
        return tuple(
            held.definition.name
            for held in (found.indexes() if found is not None else ())
            if held.definition.columns == columns and isinstance(held.definition.name, str)
        )


# ------------------------------------------------------------------------------------------------- create and delete


def created(tables: Tables, model: Model) -> Iterator[Did]:
    """CREATE TABLE with all that belongs to the model."""
    if not tables.is_managed(model):
        return
    table, indexes = tables.table(model)
    later = list(indexes)
    constraints = list(table.constraints)
    for names in model.index_together:
        columns = tables.columns(model, names)
        if columns is not None:
            later.append(plain_index(tables.made_name(table.name, columns, "_idx"), columns))
    for made in model.constraints.values():
        constraint = constraint_of(tables, model, made)
        (later if isinstance(constraint, IndexDef) else constraints).append(constraint)  # type: ignore[arg-type]
    later.extend(index_of(tables, model, made) for made in model.indexes.values())
    yield Did(CreateTable(replace(table, constraints=tuple(constraints))))
    for index in later:
        yield Did(CreateIndex(table.name, index), derived=True)
    for between in throughs(tables, model):
        for did in created(tables, between):
            yield did._replace(derived=True)


def deleted(tables: Tables, model: Model) -> Iterator[Did]:
    """DROP TABLE, the tables between first."""
    if not tables.is_managed(model):
        return
    for between in throughs(tables, model):
        yield Did(DropTable(tables.name(between), cascade=True), derived=True)
    yield Did(DropTable(tables.name(model), cascade=True))


def throughs(tables: Tables, model: Model) -> Iterator[Model]:
    """The models of the tables that Django makes for the many-to-many fields of a model."""
    for field in model.fields.values():
        between = tables.through(model, field)
        if between is not None:
            yield between


def create_model(moment: Moment, made: Made) -> Iterator[Did]:
    """CreateModel, and DeleteModel backwards."""
    _, model = moment.models(made)
    if model is not None:
        yield from created(moment.after, model)


def delete_model(moment: Moment, made: Made) -> Iterator[Did]:
    """DeleteModel, and CreateModel backwards."""
    model, _ = moment.models(made)
    if model is not None:
        yield from deleted(moment.before, model)


# ------------------------------------------------------------------------------------------------------------ rename


def rename_model(moment: Moment, made: Made) -> Iterator[Did]:
    """RenameModel in either direction: the table, the tables between, and the foreign keys to it."""
    app = moment.reader.app
    names = [made.value("old_name", 0), made.value("new_name", 1)]
    old = next((model for name in names if (model := moment.before.state.model(app, name)) is not None), None)
    new = next((model for name in names if (model := moment.after.state.model(app, name)) is not None), None)
    if old is None or new is None or not moment.before.is_managed(old):
        return
    yield from _moved(moment, old, new)
    yield from _repointed(moment, old, new)


def alter_table(moment: Moment, made: Made) -> Iterator[Did]:
    """AlterModelTable in either direction."""
    old, new = moment.models(made)
    if old is not None and new is not None and moment.before.is_managed(old):
        yield from _moved(moment, old, new)


def _moved(moment: Moment, old: Model, new: Model) -> Iterator[Did]:
    before, after = moment.before.name(old), moment.after.name(new)
    if before != after:
        yield Did(RenameTable(before, after))
    for name in old.fields:
        if name in new.fields:
            yield from altered_between(moment, (old, old.fields[name]), (new, new.fields[name]))


def altered_between(moment: Moment, old: tuple[Model, Field], new: tuple[Model, Field]) -> Iterator[Did]:
    """The table of a many-to-many field, renamed and pointed elsewhere (`_alter_many_to_many`)."""
    between_old, between_new = moment.before.through(*old), moment.after.through(*new)
    if between_old is None or between_new is None or not moment.after.is_managed(between_new):
        return
    before, after = moment.before.name(between_old), moment.after.name(between_new)
    if before != after:
        yield Did(RenameTable(before, after), derived=True)
    pairs = zip(between_old.fields.values(), between_new.fields.values(), strict=True)
    for one, other in pairs:
        if one != other:
            yield from _repointed_column(moment, (between_old, one), (between_new, other), before, after)


def _repointed(moment: Moment, old: Model, new: Model) -> Iterator[Did]:
    """Foreign keys to a renamed model are dropped and made again; hidden relations are left alone."""
    for model in moment.after.state.models.values():
        source = moment.before.state.models.get(old.key if model.key == new.key else model.key)
        if source is None or not moment.after.is_managed(model):
            continue
        for name, field in model.fields.items():
            if field.to != new.key or name not in source.fields or (field.text("related_name") or "").endswith("+"):
                continue
            if field.kind == "ManyToManyField":
                if model.key != new.key:
                    yield from altered_between(moment, (source, source.fields[name]), (model, field))
                continue
            table = moment.after.name(model)
            yield from _repointed_column(moment, (source, source.fields[name]), (model, field), table, table)


def _repointed_column(
    moment: Moment, old: tuple[Model, Field], new: tuple[Model, Field], before: ObjectName, after: ObjectName
) -> Iterator[Did]:
    """A foreign key whose model has another name: the column, if it is named after it, and the constraint."""
    one, other = moment.before.part(*old), moment.after.part(*new)
    if one is None or other is None:
        return
    for dropped in foreign_keys_dropped(moment, before, after, one):
        yield dropped._replace(derived=True)
    if one.name != other.name:
        yield Did(RenameColumn(after, one.name, other.name), derived=True)
    if one.column.type != other.column.type:
        yield Did(AlterColumn(after, other.name, type=other.column.type), derived=True)
    key = moment.after.foreign_key(after, other)
    if key is not None:
        yield Did(AddConstraint(after, key), derived=True)


def foreign_keys_dropped(moment: Moment, before: ObjectName, after: ObjectName, part: Part) -> Iterator[Did]:
    """The foreign keys of a column, dropped. The table is called `after` by the time that this runs."""
    for table in dict.fromkeys((after, before)):
        names = moment.constraints(table, (part.name,), ForeignKeyDef)
        if names:
            yield from (Did(DropConstraint(after, name, "foreign key")) for name in names)
            return
    key = moment.before.foreign_key(before, part)
    if key is not None:
        yield Did(DropConstraint(after, key.name or Unknown("the model that it refers to is not known"), "foreign key"))


# ---------------------------------------------------------------------------------------------------------- together


def alter_unique_together(moment: Moment, made: Made) -> Iterator[Did]:
    """AlterUniqueTogether in either direction."""
    old, new = moment.models(made)
    if old is None or new is None or not moment.after.is_managed(new):
        return
    table = moment.after.name(new)
    for names in old.unique_together:
        columns = moment.before.columns(old, names)
        if names not in new.unique_together and columns is not None:
            known = moment.constraints(table, columns, UniqueDef) or (moment.before.made_name(table, columns, "_uniq"),)
            yield from (Did(DropConstraint(table, name, "unique")) for name in known[:1])
    for names in new.unique_together:
        columns = moment.after.columns(new, names)
        if names not in old.unique_together and columns is not None:
            yield Did(AddConstraint(table, UniqueDef(moment.after.made_name(table, columns, "_uniq"), columns)))
