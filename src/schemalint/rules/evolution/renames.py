"""Renames of what the running release asks for by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import RenameColumn, RenameTable
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, statement_of
from schemalint.rules.evolution.ways import way_for_column, way_for_table
from schemalint.rules.migrations.common import earlier, is_scratch, later
from schemalint.rules.migrations.objects import ended_by, made_by
from schemalint.schema.view import SchemaView

_ANSWERING = ("view", "materialized view", "foreign table", "synonym")
_NO_TABLE = re.compile(r"^(ix|idx|pk|uq|fk|ck)_|_(seq|pkey|key|idx|fkey|check)$", re.IGNORECASE)
"""How indexes, constraints and sequences are called: PostgreSQL's ALTER TABLE renames those too."""
_ONE_CASE = ("mysql", "mariadb", "sqlite")
"""The servers to which names of columns that differ in case only are one."""
_ERRORS = {
    "postgresql": ("error 42P01 (undefined table)", "error 42703 (undefined column)"),
    "mysql": ("error 1146 (no such table)", "error 1054 (unknown column)"),
    "mariadb": ("error 1146 (no such table)", "error 1054 (unknown column)"),
    "sqlite": ("`no such table`", "`no such column`"),
}


@rule("EVO002", "in-place-rename", "W/E/E", judges_change=True)
def in_place_rename(step: Step) -> Iterator[Finding]:
    """A rename in one step fails every query of the running release, which asks for the old name."""
    if _runs_on_new_databases_only(step) or _follows_another(step) or _swaps_names(step):
        return
    match step.operation:
        case RenameTable(name=ObjectName() as old, new_name=ObjectName() as new):
            if _is_table_in_use(step, old, new):
                yield _table_finding(step, old, new)
        case RenameColumn(table=ObjectName() as table, column=str(column), new_name=str(name)):
            if _is_column_in_use(step, table, column, name):
                yield _column_finding(step, table, column, name)


def _table_finding(step: Step, old: ObjectName, new: ObjectName) -> Finding:
    return Finding(
        place=step.place,
        message=f"table `{old}` becomes `{new}` in one step: the running release asks for `{old}` until its last "
        f"instance is gone, and again after a rollback, and gets {_error(step)[0]}",
        help=way_for_table(step, old, new),
        anchor=step.anchor,
        cause=statement_of(step),
        facts=(
            f"`{old}` is not created in this change",
            f"no table and no view answers to `{old}` when the revision is done",
            *_followers(step),
        ),
    )


def _column_finding(step: Step, table: ObjectName, old: str, new: str) -> Finding:
    return Finding(
        place=step.place,
        message=f"`{table}.{old}` becomes `{new}` in one step: the running release asks for `{old}` until its last "
        f"instance is gone, and again after a rollback, and gets {_error(step)[1]}",
        help=way_for_column(step, table, old, new),
        anchor=step.anchor,
        cause=statement_of(step),
        facts=(
            f"`{table}.{old}` is not added in this change, and is gone when the revision is done",
            f"an ORM names every column in each SELECT: all reads of `{table}` fail, not only those of `{old}`",
        ),
    )


def _error(step: Step) -> tuple[str, str]:
    """What the first server that is known says where a table or a column is not there."""
    dialects = (server.dialect for server in step.target.servers)
    return next((_ERRORS[dialect] for dialect in dialects if dialect in _ERRORS), ("an error", "an error"))


def _is_table_in_use(step: Step, old: ObjectName, new: ObjectName) -> bool:
    """Whether the running release may ask for a table, and nothing answers to that name in the end."""
    if is_new(step, old) or _is_set_aside(old.name, new.name) or _is_same_name(step, old.name, new.name):
        return False
    return _is_table(step.schema, old) and not any(_answers(schema, old) for schema in _ends(step))


def _is_column_in_use(step: Step, table: ObjectName, old: str, new: str) -> bool:
    """The same of a column. Where the revision renames its table too, that says it all."""
    if is_new(step, table, old) or _is_set_aside(old, new) or _is_same_name(step, old, new):
        return False
    if is_scratch(table.name) or step.schema.lacks_table(table) or _is_table_renamed(step, table):
        return False
    if step.schema.has_column(table, old) is False:
        return False
    return not any(schema.has_column(table, old) is not False or _has_view(schema, table) for schema in _ends(step))


def _is_table(schema: SchemaView, name: ObjectName) -> bool:
    """Whether a name is that of a table: one that is known, or one that was there before the history."""
    if any(schema.object(kind, name) is not None for kind in (*_ANSWERING, "sequence")):
        return False
    if schema.table(name) is not None:
        return True
    is_other = _NO_TABLE.search(name.name) is not None or schema.holder_of(name.name, name.schema) is not None
    return not is_other and schema.has_table(name) is None and not schema.lacks_table(name)


def _is_table_renamed(step: Step, table: ObjectName) -> bool:
    renames = (other.operation for other in step.revision.steps if isinstance(other.operation, RenameTable))
    return any(table in (rename.name, rename.new_name) for rename in renames)


def _ends(step: Step) -> Iterator[SchemaView]:
    """The schema when the revision is done, and when all is done that is deployed with it."""
    if step.revision.after is not None:
        yield step.revision.after
    if _is_unreleased(step):
        yield step.schema.last


def _answers(schema: SchemaView, table: ObjectName) -> bool:
    return schema.has_table(table) is not False or _has_view(schema, table)


def _has_view(schema: SchemaView, name: ObjectName) -> bool:
    return any(schema.object(kind, name) is not None for kind in _ANSWERING)


def _runs_on_new_databases_only(step: Step) -> bool:
    """Whether it is a Django migration that is the first of its app, or stands for others."""
    definition = step.revision.definition
    return definition.initial or bool(definition.replaces)


def _followers(step: Step) -> Iterator[str]:
    """What Django renames in the same operation: the tables between, and their columns, go with a model."""
    for other in later(step):
        if not other.placed.derived or other.place != step.place:
            continue
        match other.operation:
            case RenameTable(name=name, new_name=new):
                yield f"table `{name}` becomes `{new}` with it"
            case RenameColumn(table=table, column=column, new_name=new_column):
                yield f"`{table}.{column}` becomes `{new_column}` with it"


def _follows_another(step: Step) -> bool:
    """Whether Django does it in the same operation as another rename: to the tables between, say, of a model."""
    return step.placed.derived and any(
        isinstance(other.operation, (RenameTable, RenameColumn)) and other.place == step.place
        for other in earlier(step)
    )


def _swaps_names(step: Step) -> bool:
    """Whether the old name was given in this change, or the new one is taken over from what the revision replaces."""
    old, last = ended_by(step.operation), _last_rename(step)
    if any(made_by(other.operation) == old for other in _before_in_change(step)):
        return True
    new = made_by(last.operation)
    return any(ended_by(other.operation) == new and not _keeps_place(other) for other in earlier(last))


def _last_rename(step: Step) -> Step:
    """The step that gives the final name: `token` may become `token_id` before it takes the place of `order_id`."""
    name = made_by(step.operation)
    renames = (other for other in later(step) if isinstance(other.operation, (RenameTable, RenameColumn)))
    following = next((other for other in renames if ended_by(other.operation) == name), None)
    return step if following is None else _last_rename(following)


def _keeps_place(step: Step) -> bool:
    """Whether it gives another name to what stays in use."""
    match step.operation:
        case RenameTable(new_name=ObjectName(name=name)) | RenameColumn(new_name=str(name)):
            return not is_scratch(name)
    return False


def _before_in_change(step: Step) -> Iterator[Step]:
    """The steps before that are deployed together with it."""
    yield from earlier(step)
    if _is_unreleased(step):
        history = step.revision.history
        for revision in history.ordered:
            if not revision.released and history.is_ancestor(revision.id, step.revision.id):
                yield from revision.steps


def _is_unreleased(step: Step) -> bool:
    return step.revision.history.released_known and not step.revision.released


def _is_set_aside(old: str, new: str) -> bool:
    """Whether something is put away to be dropped (`users_old`), or taken from where a copy was made."""
    return is_scratch(old) is not is_scratch(new)


def _is_same_name(step: Step, old: str, new: str) -> bool:
    """Whether names differ in case only, which the server does not see, or may not."""
    servers = step.target.servers
    return old.lower() == new.lower() and (not servers or all(server.dialect in _ONE_CASE for server in servers))
