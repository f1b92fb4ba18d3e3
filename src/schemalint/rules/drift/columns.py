"""Columns that only one of model and history has, and columns that may be NULL in one of them only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.operations import Reach
from schemalint.facts.tables import CheckDef
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Column, Table
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import Style, framework_of, owner_of, place_of, style_of
from schemalint.rules.drift.common import (
    compared,
    dialect_of,
    elsewhere,
    is_key,
    is_made_by_server,
    made_by,
    mapped_class,
    owner_name,
    to_write,
    told,
)
from schemalint.schema.spelling import type_aspects
from schemalint.schema.table import TableView

_OF_THE_SERVER = frozenset({"xmin", "xmax", "cmin", "cmax", "ctid", "tableoid", "oid", "rowid"})


@rule("DRF002", "unmigrated-column", "E/E/E", supersedes=("unmapped-required-column",))
def unmigrated_column(column: Column) -> Iterator[Finding]:
    """A model has a column that no revision creates."""
    if not _is_missing(column):
        return
    table = column.table
    renamed = _renamed(column)
    written = f'`op.add_column("{table.name.name}", sa.Column("{column.name}", ...))`'
    query = f"every query that loads `{owner_name(table)}`" if mapped_class(table) else "every query that names it"
    yield Finding(
        place=column.place,
        message=f"no revision creates {told(column)}: {query} fails in every database that the migrations made"
        f"{elsewhere(column, _is_missing)}",
        help=to_write(table, written) if renamed is None else _rename_help(column, renamed),
        anchor=owner_of(column),
        cause=renamed.anchor if renamed is not None else "",
        basis=Basis.PROVED,
        facts=(f"the revisions leave `{table.name}` with {_listed(each for each in table.columns if each.migrated)}",),
    )


def _is_missing(column: Column) -> bool:
    """Whether a model has a column that its table is known not to have."""
    if column.declared is None or column.migrated is not None:
        return False
    view = compared(column.table)
    if view is None or view.has_column(column.name) is not False:
        return False
    given = dict(column.attribute.options) if column.attribute is not None else {}
    if "system" in given or column.name in _OF_THE_SERVER or _may_be_inherited(column):
        return False
    return all(other.name.lower() != column.name.lower() for other in view.columns())


def _may_be_inherited(column: Column) -> bool:
    """Whether the key is one that Django adds, though a base that was not read may bring or link to another."""
    table = column.table
    return style_of(table) is Style.DJANGO and column.attribute is None and is_key(column) and not table.complete


def _listed(columns: Iterator[Column]) -> str:
    return ", ".join(column.name for column in columns)


def _renamed(column: Column) -> Column | None:
    """The column that this one may have been before: the only one of its type that the model has not, for it alone."""
    gone = [other for other in column.table.columns if other.declared is None]
    new = [other for other in column.table.columns if other.migrated is None]
    if len(gone) != 1 or len(new) != 1 or not _are_alike(column, gone[0]):
        return None
    return gone[0]


def _are_alike(new: Column, gone: Column) -> bool:
    one, two = new.definition, gone.definition
    if isinstance(one.type, Unknown) or isinstance(two.type, Unknown) or one.nullable != two.nullable:
        return False
    return not type_aspects(one.type, two.type, dialect_of(new.table))


def _rename_help(column: Column, old: Column) -> str:
    framework, table = framework_of(column.table), column.table.name.name
    if framework == "django":
        return f"`makemigrations` asks whether `{old.name}` was renamed: with no it drops the values of that column."
    call = f'`op.alter_column("{table}", "{old.name}", new_column_name="{column.name}")`'
    if framework != "alembic":
        call = f"`ALTER TABLE {table} RENAME COLUMN {old.name} TO {column.name}`"
    return f"Was `{old.name}` renamed? Then write {call}: autogenerate drops it with its values, and adds this."


@rule("DRF003", "unmapped-required-column", "E/E/E")
def unmapped_required_column(column: Column) -> Iterator[Finding]:
    """A required column that the model does not know makes every INSERT of the model fail."""
    table = column.table
    if column.declared is not None or not _is_required(column) or not _is_read(table):
        return
    if compared(table) is None or _has_trigger(table):
        return
    call = f' (`op.alter_column("{table.name.name}", "{column.name}", nullable=True)`)'
    yield Finding(
        place=table.place,
        message=f"`{column.anchor}` is NOT NULL without a default in the database, and `{owner_name(table)}` does not "
        "have it: every INSERT fails with a violation of NOT NULL",
        help=f"Give the model the column; or let it be NULL{call if framework_of(table) == 'alembic' else ''}, and "
        "drop it when nothing reads it any more.",
        anchor=column.anchor,
        basis=Basis.PROVED,
        facts=(f"`{owner_name(table)}` has {_listed(each for each in table.columns if each.declared)}",),
        related=made_by(column, "nullable"),
    )


def _is_required(column: Column) -> bool:
    made = column.migrated
    if made is None or made.definition.nullable is not False or made.definition.default is not None:
        return False
    return not is_key(column) and not is_made_by_server(column)


def _is_read(table: Table) -> bool:
    """Whether all columns of the models are known."""
    known = table.declared is not None and table.declared.complete
    return known and not any(model.not_read for model in table.models)


def _has_trigger(table: Table) -> bool:
    """Whether something of the database may fill the column in."""
    assert table.history is not None
    timeline = table.history.timeline
    objects = (item.definition for item in timeline.now().objects()) if timeline is not None else ()
    return any(item.kind in ("trigger", "rule") and table.name in (item.table, *item.mentions) for item in objects)


# -------------------------------------------------------------------------------------------------------- nullability


@rule("DRF006", "drifted-nullability", "E/E/E")
def drifted_nullability(column: Column) -> Iterator[Finding]:
    """A column may be NULL for the model and not in the database, or the other way round."""
    allowed = _allowed(column)
    if allowed is None:
        return
    declared = column.declared
    filled = declared is not None and (declared.client_default or declared.default is not None)
    yield Finding(
        place=place_of(column, "nullable"),
        message=f"{told(column)} {_disagreement(column, allowed)}"
        f"{elsewhere(column, lambda other: _allowed(other) is allowed)}",
        help=_nullability_help(column, allowed),
        anchor=owner_of(column),
        cause=f"{owner_of(column)}:nullable",
        weight=Weight.FULL if allowed and not filled else Weight.REDUCED,
        basis=Basis.PROVED,
        related=made_by(column, "nullable"),
    )


def _allowed(column: Column) -> bool | None:
    """Whether the model has NULLs, where the database says otherwise; None where both agree or one is not known."""
    declared, made = column.declared, column.migrated
    if declared is None or made is None or is_key(column) or is_made_by_server(column):
        return None
    allowed = declared.nullable
    if not isinstance(allowed, bool) or not isinstance(made.definition.nullable, bool):
        return None
    view = compared(column.table) if allowed != made.definition.nullable else None
    return allowed if view is not None and (allowed or not _may_be_checked(column, view)) else None


def _may_be_checked(column: Column, view: TableView) -> bool:
    """Whether a CHECK keeps NULLs out, or may have been made unseen."""
    if not view.settled_since(0, Reach.PARTS):
        return True
    pattern = re.compile(rf"\(*\s*[\"`]?{re.escape(column.name)}[\"`]?\s+IS\s+NOT\s+NULL\s*\)*", re.IGNORECASE)
    checks = (item.definition for item in view.constraints() if isinstance(item.definition, CheckDef))
    return any(isinstance(check.sql, str) and pattern.fullmatch(check.sql) is not None for check in checks)


def _disagreement(column: Column, allowed: bool) -> str:
    owner = owner_name(column.table)
    if allowed:
        return (
            f"may be NULL in `{owner}` and is NOT NULL in the database: writing None fails with a violation of NOT NULL"
        )
    return (
        f"is required in `{owner}` and may be NULL in the database: nothing but this code keeps NULLs out, and what "
        "reads one does not expect it"
    )


def _nullability_help(column: Column, allowed: bool) -> str:
    table, framework = column.table, framework_of(column.table)
    call = f'`op.alter_column("{table.name.name}", "{column.name}", nullable={allowed})`'
    if framework == "django":
        call = "`makemigrations`"
    elif framework != "alembic":
        call = f"`ALTER TABLE {table.name} ALTER COLUMN {column.name} {'DROP' if allowed else 'SET'} NOT NULL`"
    if allowed:
        return f"Let the model say that it is required: {_required(column)}. Or let the database have NULLs: {call}."
    return f"Fill the NULLs in, then bring it to the database: {call}. Or let the model say that it may be NULL."


def _required(column: Column) -> str:
    style = style_of(column.table)
    if style is Style.DJANGO:
        return "without `null=True`"
    return "annotate it without None" if style in (Style.MAPPED, Style.FIELD) else "`nullable=False`"
