"""The operations of a migration: what each does to the database, forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from schemalint.diagnostics import Place
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddConstraint,
    AlterTable,
    CreateIndex,
    CreateObject,
    DropConstraint,
    DropIndex,
    DropObject,
    OpaqueOperation,
    RenameIndex,
    ValidateConstraint,
)
from schemalint.facts.tables import IndexDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import Instance, Items, Made, Value, describe
from schemalint.readers.alembic.tables import Did
from schemalint.readers.django.indexes import constraint_of, index_of, plain_index
from schemalint.readers.django.names import kept
from schemalint.readers.django.operations_fields import (
    add_field,
    alter_field,
    order_with_respect_to,
    remove_field,
    rename_field,
)
from schemalint.readers.django.operations_tables import (
    Moment,
    alter_table,
    alter_unique_together,
    create_model,
    delete_model,
    rename_model,
)
from schemalint.readers.django.state_changes import listed
from schemalint.readers.django.values import methods

Room = Callable[[Moment, Made], Iterator[Did]]

_EXTENSIONS = {
    "BloomExtension": "bloom",
    "BtreeGinExtension": "btree_gin",
    "BtreeGistExtension": "btree_gist",
    "CITextExtension": "citext",
    "CryptoExtension": "pgcrypto",
    "HStoreExtension": "hstore",
    "TrigramExtension": "pg_trgm",
    "UnaccentExtension": "unaccent",
    "VectorExtension": "vector",
}


def _nothing(moment: Moment, made: Made) -> Iterator[Did]:
    return iter(())


def _add_index(moment: Moment, made: Made) -> Iterator[Did]:
    _, model = moment.models(made)
    index = made.value("index", 1)
    if model is not None and isinstance(index, Made) and moment.after.is_managed(model):
        definition = index_of(moment.after, model, index)
        yield Did(CreateIndex(moment.after.name(model), definition, concurrently=_is_concurrent(made)))


def _readd_index(moment: Moment, made: Made) -> Iterator[Did]:
    _, model = moment.models(made)
    index = model.indexes.get(str(made.value("name", 1))) if model is not None else None
    if model is not None and index is not None and moment.after.is_managed(model):
        definition = index_of(moment.after, model, index)
        yield Did(CreateIndex(moment.after.name(model), definition, concurrently=_is_concurrent(made)))


def _drop_index(moment: Moment, made: Made) -> Iterator[Did]:
    model, _ = moment.models(made)
    index = made.value("index", 1)
    name = index.value("name") if isinstance(index, Made) else made.value("name", 1)
    if model is not None and moment.before.is_managed(model):
        table = moment.before.name(model)
        known = _kept(moment, name) or Unknown("the name of the index is computed")
        yield Did(DropIndex(known, table, table.schema, concurrently=_is_concurrent(made)))


def _kept(moment: Moment, name: Value) -> str | None:
    """A name as the server keeps it; None where it is computed."""
    return kept(name, moment.before.world.dialect) if isinstance(name, str) else None


def _is_concurrent(made: Made) -> bool:
    return made.callee.endswith("Concurrently")


def _rename_index(moment: Moment, made: Made) -> Iterator[Did]:
    model, _ = moment.models(made)
    new, old, fields = made.value("new_name", 1), made.value("old_name", 2), made.value("old_fields", 3)
    if model is None or not moment.before.is_managed(model) or not isinstance(new, str):
        return
    table = moment.before.name(model)
    if isinstance(old, str):
        source, target = (old, new) if old in model.indexes or new not in model.indexes else (new, old)
        yield Did(RenameIndex(_kept(moment, source) or source, _kept(moment, target) or target, table.schema))
    elif isinstance(fields, Items) and new not in model.indexes:
        columns = moment.before.columns(model, tuple(str(name) for name in fields.values))
        names = moment.indexes(table, columns) if columns is not None else ()
        made_name = moment.before.made_name(table, columns, "_idx") if columns is not None else None
        found = names[0] if names else made_name
        yield Did(RenameIndex(found or Unknown("the index is not known"), _kept(moment, new) or new, table.schema))


def _index_together(moment: Moment, made: Made) -> Iterator[Did]:
    old, new = moment.models(made)
    if old is None or new is None or not moment.after.is_managed(new):
        return
    table = moment.after.name(new)
    for names in (names for names in old.index_together if names not in new.index_together):
        columns = moment.before.columns(old, names)
        if columns is not None:
            held = [name for name in moment.indexes(table, columns) if name not in new.indexes]
            yield Did(DropIndex((held or [moment.before.made_name(table, columns, "_idx")])[0], table, table.schema))
    for names in (names for names in new.index_together if names not in old.index_together):
        columns = moment.after.columns(new, names)
        if columns is not None:
            yield Did(CreateIndex(table, plain_index(moment.after.made_name(table, columns, "_idx"), columns)))


def _add_constraint(moment: Moment, made: Made) -> Iterator[Did]:
    _, model = moment.models(made)
    name = made.value("name", 1)
    written = made.value("constraint", 1)
    constraint = written if isinstance(written, Made) else model.constraints.get(str(name)) if model else None
    if model is None or constraint is None or not moment.after.is_managed(model):
        return
    table = moment.after.name(model)
    found = constraint_of(moment.after, model, constraint)
    if isinstance(found, IndexDef):
        yield Did(CreateIndex(table, found))
    else:
        yield Did(AddConstraint(table, found, not_valid=made.callee.endswith("NotValid")))


def _drop_constraint(moment: Moment, made: Made) -> Iterator[Did]:
    model, _ = moment.models(made)
    written = made.value("constraint", 1)
    name = written.value("name") if isinstance(written, Made) else made.value("name", 1)
    if model is None or not moment.before.is_managed(model):
        return
    table = moment.before.name(model)
    constraint = model.constraints.get(str(name))
    found = constraint_of(moment.before, model, constraint) if constraint is not None else None
    known = _kept(moment, name) or Unknown("the name of the constraint is computed")
    if isinstance(found, IndexDef):
        yield Did(DropIndex(known, table, table.schema))
    else:
        kind = found.__struct_config__.tag if found is not None else None
        yield Did(DropConstraint(table, known, kind if isinstance(kind, str) else None))


def _validate(moment: Moment, made: Made) -> Iterator[Did]:
    model, _ = moment.models(made)
    name = made.value("name", 1)
    if model is not None and moment.before.is_managed(model):
        known = _kept(moment, name) or Unknown("the name of the constraint is computed")
        yield Did(ValidateConstraint(moment.before.name(model), known))


def _table_comment(moment: Moment, made: Made) -> Iterator[Did]:
    _, model = moment.models(made)
    if model is not None and moment.after.is_managed(model):
        comment = model.options.get("db_table_comment")
        text = comment if isinstance(comment, str) and comment else None
        yield Did(AlterTable(moment.after.name(model), "comment", text))


def _extension(made: Made) -> str | None:
    name = _EXTENSIONS.get(made.callee.rpartition(".")[2]) or made.value("name", 0)
    return name if isinstance(name, str) else None


def _create_extension(moment: Moment, made: Made) -> Iterator[Did]:
    name = _extension(made)
    if name is not None and moment.after.world.is_postgresql:
        yield Did(CreateObject("extension", ObjectName(name), sql=f'CREATE EXTENSION IF NOT EXISTS "{name}"'))


def _drop_extension(moment: Moment, made: Made) -> Iterator[Did]:
    name = _extension(made)
    if name is not None and moment.after.world.is_postgresql:
        yield Did(DropObject("extension", ObjectName(name), if_exists=True))


def _create_collation(moment: Moment, made: Made) -> Iterator[Did]:
    name = made.value("name", 0)
    if isinstance(name, str) and moment.after.world.is_postgresql:
        deterministic = made.value("deterministic", 3, True) is not False
        sql = f"CREATE COLLATION {name} (deterministic = {'true' if deterministic else 'false'})"
        yield Did(CreateObject("collation", ObjectName(name), sql=sql))


def _drop_collation(moment: Moment, made: Made) -> Iterator[Did]:
    name = made.value("name", 0)
    if isinstance(name, str) and moment.after.world.is_postgresql:
        yield Did(DropObject("collation", ObjectName(name)))


@dataclass(frozen=True, slots=True)
class Kind:
    """What an operation does forwards and backwards."""

    forwards: Room
    backwards: Room


def _both(room: Room) -> Kind:
    return Kind(room, room)


_KINDS: dict[str, Kind] = {
    "AddConstraint": Kind(_add_constraint, _drop_constraint),
    "AddConstraintNotValid": Kind(_add_constraint, _drop_constraint),
    "AddField": Kind(add_field, remove_field),
    "AddIndex": Kind(_add_index, _drop_index),
    "AddIndexConcurrently": Kind(_add_index, _drop_index),
    "AlterConstraint": _both(_nothing),
    "AlterField": _both(alter_field),
    "AlterIndexTogether": _both(_index_together),
    "AlterModelManagers": _both(_nothing),
    "AlterModelOptions": _both(_nothing),
    "AlterModelTable": _both(alter_table),
    "AlterModelTableComment": _both(_table_comment),
    "AlterOrderWithRespectTo": _both(order_with_respect_to),
    "AlterUniqueTogether": _both(alter_unique_together),
    "CreateCollation": Kind(_create_collation, _drop_collation),
    "CreateExtension": Kind(_create_extension, _drop_extension),
    "CreateModel": Kind(create_model, delete_model),
    "DeleteModel": Kind(delete_model, create_model),
    "RemoveCollation": Kind(_drop_collation, _create_collation),
    "RemoveConstraint": Kind(_drop_constraint, _add_constraint),
    "RemoveField": Kind(remove_field, add_field),
    "RemoveIndex": Kind(_drop_index, _readd_index),
    "RemoveIndexConcurrently": Kind(_drop_index, _readd_index),
    "RenameField": _both(rename_field),
    "RenameIndex": _both(_rename_index),
    "RenameModel": _both(rename_model),
    "ValidateConstraint": Kind(_validate, _nothing),
    **dict.fromkeys(_EXTENSIONS, Kind(_create_extension, _drop_extension)),
}
_OF_NO_MODEL = frozenset({"CreateCollation", "CreateExtension", "RemoveCollation", "RenameModel", *_EXTENSIONS})
_LIBRARIES = ("django.", "pgvector.django.")


def kind_of(made: Made) -> Kind | None:
    """What is known of an operation; None for one that is not Django's own."""
    return _KINDS.get(made.callee.rpartition(".")[2]) if made.callee.startswith(_LIBRARIES) else None


def names_model(made: Made) -> bool:
    """Whether an operation works on a model that has to be there, before or after."""
    return made.given("model_name") is not None or made.callee.rpartition(".")[2] not in _OF_NO_MODEL


def unknown_operation(moment: Moment, value: Value) -> OpaqueOperation:
    """An operation that is not known. It touches the table of the model that it names."""
    if isinstance(value, Made):
        model, _ = moment.models(value)
        touches = (moment.before.name(model),) if model is not None else None
        if kind_of(value) is not None:
            return OpaqueOperation("no operation before it makes the model that it works on")
        return OpaqueOperation(f"{value.callee} is no operation that is known", touches)
    return OpaqueOperation(f"the operation is {describe(value)}")


def irreversible(machine: Machine, value: Value) -> Place | None:
    """Where an operation stands that cannot be taken back; None for one that can, or of which that is not known."""
    if not isinstance(value, Made):
        return None
    name = value.callee.rpartition(".")[2]
    if name == "SeparateDatabaseAndState":
        places = (irreversible(machine, inner) for inner in listed(value.value("database_operations", 0)))
        return next((place for place in places if place is not None), None)
    if isinstance(value.owner, Instance) and methods(machine, value, "database_backwards") is not None:
        return None
    if name == "RunSQL" and value.value("reverse_sql", 1) is None:
        return value.place
    if name == "RunPython" and value.value("reverse_code", 1) is None:
        return value.place
    return None
