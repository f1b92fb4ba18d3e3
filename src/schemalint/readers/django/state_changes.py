"""What each operation does to the state of models (`state_forwards` in django/db/migrations/operations, Django 5.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from schemalint.interpret.values import Entries, Given, Items, Made, Value
from schemalint.readers.django.state import Model, State, renamed_field, renamed_model
from schemalint.readers.django.state_read import Reader, name_of, together

Change = Callable[[Reader, Made, State], State]


def state_after(reader: Reader, operation: Value, state: State) -> State:
    """The state after an operation; the same for one that changes none or is not known."""
    change = _CHANGES.get(operation.callee.rpartition(".")[2]) if isinstance(operation, Made) else None
    return change(reader, operation, state) if change is not None and isinstance(operation, Made) else state


def _create_model(reader: Reader, made: Made, state: State) -> State:
    model = reader.model(made)
    return state.with_model(model) if model is not None else state


def _delete_model(reader: Reader, made: Made, state: State) -> State:
    model = state.model(reader.app, made.value("name", 0))
    return state.without_model(model.key) if model is not None else state


def _rename_model(reader: Reader, made: Made, state: State) -> State:
    old, new = made.value("old_name", 0), made.value("new_name", 1)
    return renamed_model(state, reader.app, old, new) if isinstance(old, str) and isinstance(new, str) else state


def _rename_field(reader: Reader, made: Made, state: State) -> State:
    names = [made.value("model_name", 0), made.value("old_name", 1), made.value("new_name", 2)]
    texts = [name for name in names if isinstance(name, str)]
    return renamed_field(state, reader.app, *texts) if len(texts) == len(names) else state


def _set_field(reader: Reader, made: Made, state: State) -> State:
    name = made.value("name", 1)
    if not isinstance(name, str):
        return state

    def changed(model: Model) -> Model:
        field = reader.field(name, made.value("field", 2), model.name)
        if made.value("preserve_default", 3, True) is False:
            field = replace(field, options={key: item for key, item in field.options.items() if key != "default"})
        return model.with_field(field)

    return state.changed(reader.app, made.value("model_name", 0), changed)


def _remove_field(reader: Reader, made: Made, state: State) -> State:
    name = str(made.value("name", 1))
    return state.changed(reader.app, made.value("model_name", 0), lambda model: model.without_field(name))


def _option(name: str, parameter: str) -> Change:
    def change(reader: Reader, made: Made, state: State) -> State:
        value = made.value(parameter, 1)
        return state.changed(
            reader.app, made.value("name", 0), lambda model: replace(model, options={**model.options, name: value})
        )

    return change


def _alter_options(reader: Reader, made: Made, state: State) -> State:
    """Of the options that this sets, only `managed` decides what is in the database."""
    given = made.value("options", 1)
    managed = given.get("managed") if isinstance(given, Entries) else None

    def changed(model: Model) -> Model:
        kept = {key: value for key, value in model.options.items() if key != "managed"}
        return replace(model, options=kept if managed is None else {**kept, "managed": managed})

    return state.changed(reader.app, made.value("name", 0), changed)


def _unique_together(reader: Reader, made: Made, state: State) -> State:
    groups = together(made.value("unique_together", 1))
    return state.changed(reader.app, made.value("name", 0), lambda model: replace(model, unique_together=groups))


def _index_together(reader: Reader, made: Made, state: State) -> State:
    groups = together(made.value("index_together", 1))
    return state.changed(reader.app, made.value("name", 0), lambda model: replace(model, index_together=groups))


def _add_index(reader: Reader, made: Made, state: State) -> State:
    index = made.value("index", 1)
    if not isinstance(index, Made):
        return state
    name = name_of(index)
    return state.changed(
        reader.app, made.value("model_name", 0), lambda model: replace(model, indexes={**model.indexes, name: index})
    )


def _remove_index(reader: Reader, made: Made, state: State) -> State:
    name = made.value("name", 1)
    return state.changed(
        reader.app,
        made.value("model_name", 0),
        lambda model: replace(model, indexes={key: item for key, item in model.indexes.items() if key != name}),
    )


def _rename_index(reader: Reader, made: Made, state: State) -> State:
    new, old, fields = made.value("new_name", 1), made.value("old_name", 2), made.value("old_fields", 3)
    if not isinstance(new, str):
        return state

    def changed(model: Model) -> Model:
        kept = {key: item for key, item in model.indexes.items() if key != old}
        if isinstance(old, str) and old in model.indexes:
            return replace(model, indexes={**kept, new: model.indexes[old]})
        if not isinstance(fields, Items):
            return model
        index = _plain_index(fields, new)
        group = tuple(str(name) for name in fields.values)
        left = tuple(names for names in model.index_together if names != group)
        return replace(model, indexes={**model.indexes, new: index}, index_together=left)

    return state.changed(reader.app, made.value("model_name", 0), changed)


def _plain_index(fields: Items, name: str) -> Made:
    return Made("django.db.models.Index", (Given("fields", fields), Given("name", name)))


def _add_constraint(reader: Reader, made: Made, state: State) -> State:
    constraint = made.value("constraint", 1)
    if not isinstance(constraint, Made):
        return state
    name = name_of(constraint)
    return state.changed(
        reader.app,
        made.value("model_name", 0),
        lambda model: replace(model, constraints={**model.constraints, name: constraint}),
    )


def _alter_constraint(reader: Reader, made: Made, state: State) -> State:
    name, constraint = made.value("name", 1), made.value("constraint", 2)
    if not isinstance(name, str) or not isinstance(constraint, Made):
        return state
    return state.changed(
        reader.app,
        made.value("model_name", 0),
        lambda model: replace(model, constraints={**model.constraints, name: constraint}),
    )


def _remove_constraint(reader: Reader, made: Made, state: State) -> State:
    name = made.value("name", 1)
    return state.changed(
        reader.app,
        made.value("model_name", 0),
        lambda model: replace(model, constraints={key: item for key, item in model.constraints.items() if key != name}),
    )


def _separate(reader: Reader, made: Made, state: State) -> State:
    for operation in listed(made.value("state_operations", 1)):
        state = state_after(reader, operation, state)
    return state


def _run_sql(reader: Reader, made: Made, state: State) -> State:
    for operation in listed(made.value("state_operations", 2)):
        state = state_after(reader, operation, state)
    return state


def listed(value: Value) -> list[Value]:
    """The operations of a list."""
    return list(value.values) if isinstance(value, Items) else []


_CHANGES: dict[str, Change] = {
    "AddConstraint": _add_constraint,
    "AddConstraintNotValid": _add_constraint,
    "AddField": _set_field,
    "AddIndex": _add_index,
    "AddIndexConcurrently": _add_index,
    "AlterConstraint": _alter_constraint,
    "AlterField": _set_field,
    "AlterIndexTogether": _index_together,
    "AlterModelOptions": _alter_options,
    "AlterModelTable": _option("db_table", "table"),
    "AlterModelTableComment": _option("db_table_comment", "table_comment"),
    "AlterOrderWithRespectTo": _option("order_with_respect_to", "order_with_respect_to"),
    "AlterUniqueTogether": _unique_together,
    "CreateModel": _create_model,
    "DeleteModel": _delete_model,
    "RemoveConstraint": _remove_constraint,
    "RemoveField": _remove_field,
    "RemoveIndex": _remove_index,
    "RemoveIndexConcurrently": _remove_index,
    "RenameField": _rename_field,
    "RenameIndex": _rename_index,
    "RenameModel": _rename_model,
    "RunSQL": _run_sql,
    "SeparateDatabaseAndState": _separate,
}
