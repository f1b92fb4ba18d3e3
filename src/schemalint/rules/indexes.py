"""IDX: indexes that are missing, double or of columns that are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.tables import ForeignKeyDef, IndexDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Column, Table, TablePart
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import (
    Style,
    framework_of,
    key_place,
    owner_of,
    part_brought_by,
    place_of,
    shown,
    style_of,
)

_INDEXES_KEYS_ITSELF = frozenset({"mysql", "mariadb"})
_AUDIT = re.compile(r"\w+_by(_(id|fk|uuid|user|user_id|account|account_id))?")
_LOOKUP_COLUMNS = 3
_QUOTE = '"'
_NAMES = frozenset({"text", "varchar", "char", "enum"})
_ACTIONS = frozenset({"CASCADE", "SET NULL", "SET DEFAULT"})


@rule("IDX001", "unindexed-foreign-key", "I/W/W")
def unindexed_foreign_key(table: Table) -> Iterator[Finding]:
    """A foreign key without an index makes every delete of a referenced row read the whole table."""
    if _server_indexes_keys(table):
        return
    reported: set[str] = set()
    for key, part in _keys(table):
        columns = key.columns
        if _is_audit(key) or reported.intersection(columns) or not _is_uncovered(table, columns):
            continue
        reported.update(columns)
        column = table.column(columns[0]) if len(columns) == 1 else None
        name = shown(column) if column is not None else f"{table.name}({', '.join(columns)})"
        yield Finding(
            place=key_place(part, column),
            message=f"foreign key `{name}` has no index: every delete of a row of `{key.target}`, and every query for "
            f"what refers to it, reads all of {_the_table(table, column)}",
            help=_index_help(style_of(table), table, columns),
            anchor=owner_of(column) if column is not None else f"{table.name}:{','.join(columns)}",
            weight=Weight.NOTE if _is_lookup(table, key) else Weight.FULL,
            basis=Basis.DECLARED if part.declared else Basis.PROVED,
            facts=(
                f"no index, unique constraint or primary key of `{table.name}` begins with {_listed(columns)}",
                "PostgreSQL, SQLite, Oracle and SQL Server do not index foreign keys by themselves",
            ),
            related=part_brought_by(table, part),
        )


def _server_indexes_keys(table: Table) -> bool:
    """Whether the server makes the index: InnoDB does, so it may be missing only elsewhere."""
    servers = table.target.servers if table.target is not None else ()
    dialects = {server.dialect for server in servers}
    return bool(dialects) and dialects <= _INDEXES_KEYS_ITSELF


def _keys(table: Table) -> Iterator[tuple[ForeignKeyDef, TablePart]]:
    """The foreign keys with a known target: those of one column first, since an index for these may do for others."""
    for part in sorted(table.foreign_keys, key=lambda part: len(_named(part.definition))):
        key = part.definition
        if isinstance(key, ForeignKeyDef) and not isinstance(key.target, Unknown):
            yield key, part


def _is_uncovered(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether no index can serve the key. Of a key of several columns, one that leads an index is good enough."""
    return all(table.is_covered((column,)) is False for column in columns) and table.is_covered(columns) is False


def _is_audit(key: ForeignKeyDef) -> bool:
    """Whether a key says who touched a row last: nobody searches by it, and no delete of the user cascades to it."""
    acts = (key.on_delete or "").upper() in _ACTIONS
    return len(key.columns) == 1 and _AUDIT.fullmatch(key.columns[0]) is not None and not acts


def _is_lookup(table: Table, key: ForeignKeyDef) -> bool:
    """Whether a key refers to a list of names, as an enum would be: few rows, which nobody deletes."""
    target = table.tables.find(key.target, near=table) if not isinstance(key.target, Unknown) else None
    if target is None or len(key.target_columns) != 1 or len(target.columns) > _LOOKUP_COLUMNS:
        return False
    column = target.column(key.target_columns[0])
    kind = column.definition.type if column is not None else None
    return isinstance(kind, SqlType) and kind.family in _NAMES and not target.foreign_keys


def _the_table(table: Table, column: Column | None) -> str:
    shared = column is not None and column.attribute is not None and column.attribute.inherited is not None
    return "the table that has the column" if shared else f"`{table.name}`"


def _listed(columns: tuple[str, ...]) -> str:
    return " and ".join(f"`{column}`" for column in columns)


def _index_help(style: Style, table: Table, columns: tuple[str, ...]) -> str:
    quoted = ", ".join(f'"{column}"' for column in columns)
    name = f'"ix_{table.name.name}_{"_".join(columns)}"'
    if style is Style.HISTORY and framework_of(table) != "alembic":
        statement = f"CREATE INDEX {name.strip(_QUOTE)} ON {table.name} ({', '.join(columns)});"
        return f"Create it in a new file: `{statement}`; on PostgreSQL with CONCURRENTLY, outside of a transaction."
    if style is Style.HISTORY:
        return (
            f'Create it in a new revision: `op.create_index({name}, "{table.name.name}", [{quoted}])`; on PostgreSQL '
            "with `postgresql_concurrently=True`, inside `with op.get_context().autocommit_block():`."
        )
    if style is Style.DJANGO:
        return "Leave out `db_index=False`, or let an index of `Meta.indexes` begin with it; then `makemigrations`."
    if len(columns) > 1:
        where = "to the arguments of `Table(...)`" if style is Style.CORE else "to `__table_args__`"
        return f"Add `Index({name}, {quoted})` {where}, and create it in a revision."
    call = {Style.FIELD: "Field", Style.MAPPED: "mapped_column"}.get(style, "Column")
    return f"Give it an index: `{call}(..., index=True)`, and create that in a revision."


@rule("IDX004", "duplicate-primary-key-index", "W/W/W")
def duplicate_primary_key_index(table: Table) -> Iterator[Finding]:
    """An index on exactly the primary key's columns doubles the index that the key brings with it."""
    for part in (*table.indexes, *table.constraints):
        key = next((key for key in _primary_keys(table, part) if _repeats(part.definition, key)), None)
        if key is None or _is_merged(table, part):
            continue
        column = table.column(key.columns[0]) if len(key.columns) == 1 else None
        inline = column if part.declared and column is not None and _is_inline(column, part) else None
        option = "unique" if isinstance(part.definition, UniqueDef) else "index"
        name = getattr(part.definition, "name", None)
        called = f" `{name}`" if isinstance(name, str) else ""
        what = "unique constraint" if isinstance(part.definition, UniqueDef) else "index"
        yield Finding(
            place=place_of(inline, option) if inline is not None else part.place,
            message=f"{what}{called} on {_keyed(table, column, key)} repeats the index of the primary key: every "
            "INSERT writes both, and no query needs the second",
            help=_without_help(table, part, option if inline is not None else None),
            anchor=owner_of(column) if inline is not None and column is not None else f"{table.name}:primary key",
            basis=Basis.DECLARED if part.declared else Basis.PROVED,
            facts=(f"the primary key of `{table.name}` is {_listed(key.columns)}",),
            related=part_brought_by(table, part),
        )


def _primary_keys(table: Table, part: TablePart) -> Iterator[PrimaryKeyDef]:
    """The primary key where the part is: what the database has is compared with what it has, not with a model."""
    for item in table.constraints:
        here = item.migrated if part.migrated else item.declared
        if here and isinstance(item.definition, PrimaryKeyDef) and item.definition.columns:
            yield item.definition


def _is_merged(table: Table, part: TablePart) -> bool:
    """Whether a unique constraint of a model may come to nothing: PostgreSQL makes one of it and the key in one CREATE
    TABLE (measured on 15). What the history made besides is there.
    """
    if not isinstance(part.definition, UniqueDef) or part.migrated:
        return False
    return table.target is None or table.target.runs_on("postgresql") is not False


def _repeats(part: object, key: PrimaryKeyDef) -> bool:
    """Whether a part brings an index that can do nothing that the primary key's own cannot."""
    if isinstance(part, UniqueDef):
        return part.columns == key.columns
    if not isinstance(part, IndexDef) or part.columns != key.columns or isinstance(part.elements, Unknown):
        return False
    plain = all(
        not (element.descending or element.nulls or element.operator_class or element.collation)
        for element in part.elements
    )
    return plain and part.predicate is None and not part.include and (part.method or "btree").lower() == "btree"


def _is_inline(column: Column, part: TablePart) -> bool:
    """Whether the index comes from an argument of the column itself."""
    given = dict(column.attribute.options) if column.attribute is not None else {}
    return part.place in (column.place, column.attribute.place if column.attribute else None) and (
        "index" in given or "unique" in given
    )


def _keyed(table: Table, column: Column | None, key: PrimaryKeyDef) -> str:
    return f"`{shown(column)}`" if column is not None else f"`{table.name}({', '.join(key.columns)})`"


def _without_help(table: Table, part: TablePart, option: str | None) -> str:
    if option is not None:
        return f"Leave out `{option}=True`: `primary_key=True` is enough. Drop the second index in a revision."
    if part.declared:
        return "Take it out of the model, and drop it in a revision."
    name = getattr(part.definition, "name", None)
    called = f'"{name}"' if isinstance(name, str) else "..."
    framework = framework_of(table)
    if framework == "django":
        return f"Drop it in a new migration: `migrations.RemoveIndex(..., name={called})`."
    if framework != "alembic":
        return f"Drop it in a new file: `DROP INDEX {name or '...'};`."
    if isinstance(part.definition, UniqueDef):
        return f'Drop it in a new revision: `op.drop_constraint({called}, "{table.name.name}", type_="unique")`.'
    return f'Drop it in a new revision: `op.drop_index({called}, table_name="{table.name.name}")`.'


@rule("IDX021", "index-on-missing-column", "E/E/E")
def index_on_missing_column(table: Table) -> Iterator[Finding]:
    """An index or constraint names a column that its table does not have: the import of the model fails."""
    declared = table.declared
    if declared is None or not declared.complete or _has_keys_of_its_own(table):
        return
    known = {column.name for column in declared.columns}
    for part in (*table.indexes, *table.constraints):
        if not part.declared:
            continue
        missing = tuple(name for name in _named(part.definition) if name not in known)
        if not missing:
            continue
        what = _kind(part)
        yield Finding(
            place=part.place,
            message=f"{what} of `{table.name}` names {_listed(missing)}, which the table does not have: "
            f"{_failure(style_of(table))}",
            help=f"Name {'a column' if len(missing) == 1 else 'columns'} of the table, or take the {what} out"
            f"{_hint(missing, known)}.",
            anchor=f"{table.name}:{','.join(missing)}",
            basis=Basis.DECLARED,
            facts=(f"`{table.name}` has {', '.join(sorted(known)) or 'no columns'}",),
        )


def _has_keys_of_its_own(table: Table) -> bool:
    """Whether a column is called by another name inside of the table (`key=`), or part of a model was not read."""
    return any("key" in dict(item.options) for model in table.models for item in model.attributes) or any(
        model.not_read for model in table.models
    )


def _named(part: object) -> tuple[str, ...]:
    """The columns that an index or constraint names."""
    if isinstance(part, IndexDef):
        return () if isinstance(part.elements, Unknown) else tuple(e.column for e in part.elements if e.column)
    return getattr(part, "columns", ())


def _kind(part: TablePart) -> str:
    words = {PrimaryKeyDef: "primary key", UniqueDef: "unique constraint", ForeignKeyDef: "foreign key"}
    plain = words.get(type(part.definition), "index")
    name = getattr(part.definition, "name", None)
    return f"{plain} `{name}`" if isinstance(name, str) else plain


def _failure(style: Style) -> str:
    if style is Style.DJANGO:
        return "`manage.py check` stops with models.E012"
    return "SQLAlchemy stops with an error when the module is imported"


def _hint(missing: tuple[str, ...], known: set[str]) -> str:
    near = sorted(name for name in known if any(name in each or each in name for each in missing))
    return f" (did you mean `{near[0]}`?)" if near else ""
