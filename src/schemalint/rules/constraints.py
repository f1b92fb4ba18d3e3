"""CON: keys that are missing, point nowhere or contradict their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.models import ModelDef
from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ForeignKeyDef, IndexDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.project.tables import Column, Table, TablePart
from schemalint.rules.api import Finding, rule
from schemalint.rules.declarations import Style, framework_of, key_place, owner_of, part_brought_by, shown, style_of

_PASSING = re.compile(r"(^|_)(tmp|temp|bak|backup|old|staging|stg|stage|import|load|view|mview)(_|\d*$)")


@rule("CON001", "missing-primary-key", "E/E/E")
def missing_primary_key(table: Table) -> Iterator[Finding]:
    """Rows of a table without a primary key cannot be told apart, referred to or replicated."""
    if not _is_known_to_have_none(table) or _PASSING.search(table.name.name.lower()) or _has_rows_told_apart(table):
        return
    pairs = _is_association(table)
    yield Finding(
        place=table.place,
        message=f"table `{table.name}` has no primary key: "
        + (
            "nothing keeps the same pair from being stored twice"
            if pairs
            else "nothing keeps a row from being stored twice, and none can be referred to, updated or deleted alone"
        ),
        help=_key_help(table, pairs),
        anchor=table.anchor,
        weight=Weight.REDUCED if pairs or _is_mapped(table) else Weight.FULL,
        basis=Basis.DECLARED if table.declared is not None else Basis.PROVED,
        facts=(
            f"the columns of `{table.name}` are {', '.join(column.name for column in table.columns)}",
            "PostgreSQL refuses UPDATE and DELETE on a published table without a replica identity, by default the "
            "primary key",
        ),
    )


def _is_known_to_have_none(table: Table) -> bool:
    """Whether all of the table is known and no primary key is among it.

    A table that its history never makes may be a view.
    """
    if table.primary_key is not None or not table.columns or not table.complete or not table.settled:
        return False
    if table.migrated is None:
        return table.history is None and not any(_is_reflected(model) for model in table.models)
    doubtful = (view.definition for view in table.migrated.doubtful_constraints())
    return table.migrated.complete and not any(isinstance(each, PrimaryKeyDef) for each in doubtful)


def _is_mapped(table: Table) -> bool:
    """Whether a class is mapped to the table: then its author told the mapper what to take for a key.

    SQLAlchemy refuses a class without any: `__mapper_args__ = {"primary_key": [...]}` names the columns.
    """
    return any(model.kind != "core" for model in table.models)


def _is_reflected(model: ModelDef) -> bool:
    return bool(model.not_read) or not model.managed


def _has_rows_told_apart(table: Table) -> bool:
    """Whether a unique constraint or index does the work of a primary key."""
    for part in (*table.constraints, *table.indexes):
        item = part.definition
        unique = isinstance(item, UniqueDef) or (
            isinstance(item, IndexDef) and item.unique is not False and item.predicate is None
        )
        if not unique:
            continue
        columns = item.columns if isinstance(item, (UniqueDef, IndexDef)) else None
        if columns is None or _is_association(table) or all(_is_required(table.column(name)) for name in columns):
            return True
    return False


def _is_required(column: Column | None) -> bool:
    return column is None or column.definition.nullable is not True


def _is_association(table: Table) -> bool:
    """Whether the table does nothing but join others: all of its columns are foreign keys."""
    keys = {name for part in table.foreign_keys for name in getattr(part.definition, "columns", ())}
    return len(table.columns) > 1 and all(column.name in keys for column in table.columns)


def _key_help(table: Table, pairs: bool) -> str:
    style = style_of(table)
    if style is Style.HISTORY:
        columns = [column.name for column in table.columns if pairs or column.name == "id"]
        listed = ", ".join(columns) if columns else "<the columns that tell its rows apart>"
        if framework_of(table) != "alembic":
            return f"Add one in a new file: `ALTER TABLE {table.name} ADD PRIMARY KEY ({listed});`."
        quoted = ", ".join(f'"{name}"' for name in columns) if columns else "..."
        call = f'op.create_primary_key("pk_{table.name.name}", "{table.name.name}", [{quoted}])'
        tail = "" if columns else ", with the columns that tell its rows apart"
        return f"Add one in a new revision: `{call}`{tail}."
    call = {Style.FIELD: "Field", Style.MAPPED: "mapped_column"}.get(style, "Column")
    if pairs:
        return f"Make the columns the key: `{call}(..., primary_key=True)` on each, and bring it to the database."
    return f"Give it a key: a column with `{call}(..., primary_key=True)`, and bring it to the database."


@rule("CON002", "dangling-foreign-key", "E/E/E")
def dangling_foreign_key(table: Table) -> Iterator[Finding]:
    """A foreign key refers to a table or column that does not exist."""
    for part in table.foreign_keys:
        key = part.definition
        if not isinstance(key, ForeignKeyDef) or isinstance(key.target, Unknown) or not part.declared or part.migrated:
            continue
        target = table.tables.find(key.target, near=table)
        missing = _missing_columns(target, key.target_columns) if target is not None else ()
        if target is not None and not missing:
            continue
        if target is None and not _is_known_absent(table, key.target):
            continue
        similar = _similar(table, key.target) if target is None else None
        wanted = ".".join((str(key.target), *missing[:1]))
        column = table.column(key.columns[0]) if len(key.columns) == 1 else None
        yield Finding(
            place=key_place(part, column),
            message=f"foreign key `{shown(column) if column is not None else _listed(table, key.columns)}` refers to "
            f"`{wanted}`, which does not exist: {_failure(style_of(table))}",
            help=_dangling_help(target, similar),
            anchor=owner_of(column) if column is not None else f"{table.name}:{','.join(key.columns)}",
            basis=Basis.DECLARED if target is not None or similar is not None else Basis.INFERRED,
            facts=(
                f"`{key.target}` has {', '.join(item.name for item in target.columns)}"
                if target is not None
                else f"no model and no revision of the project makes a table `{key.target}`",
            ),
        )


def _missing_columns(target: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    if any("key" in dict(item.options) for model in target.models for item in model.attributes):
        return ()
    return tuple(name for name in columns if target.has_column(name) is False)


def _is_known_absent(table: Table, name: ObjectName) -> bool:
    """Whether every table that the key could mean is known: all models are read, and all of them are the project's."""
    others = [other for other in table.tables if other.models]
    if table.tables.unnamed or not table.settled or name.schema != table.name.schema:
        return False
    if any(other.name.name == name.name for other in table.tables):
        return False
    return all(not model.not_read and not _is_foreign(model) for other in others for model in other.models)


def _is_foreign(model: ModelDef) -> bool:
    """Whether a model lives with those of libraries, which have tables of their own: Django's apps, for example."""
    return model.library == "django" or model.metadata is None or model.metadata.startswith("flask_appbuilder")


def _similar(table: Table, name: ObjectName) -> ObjectName | None:
    """A table whose name differs only in number, case or underscores: what was most likely meant."""
    plain = _plain(name.name)
    return next((other.name for other in table.tables if _plain(other.name.name) == plain), None)


def _plain(name: str) -> str:
    return re.sub(r"(ies|es|s|y)$", "", name.lower().replace("_", ""))


def _listed(table: Table, columns: tuple[str, ...]) -> str:
    return f"{table.name}({', '.join(columns)})"


def _failure(style: Style) -> str:
    if style is Style.DJANGO:
        return "`manage.py check` stops with fields.E300"
    return "SQLAlchemy raises NoReferencedTableError or NoReferencedColumnError as soon as it uses the mapping"


def _dangling_help(target: Table | None, similar: ObjectName | None) -> str:
    if target is not None:
        return f"Name a column of `{target.name}`, in most cases its primary key."
    if similar is not None:
        return f"Did you mean `{similar}`? A foreign key names the table, not the class."
    return "Name a table that exists: a foreign key names the table, not the class."


@rule("CON007", "set-null-on-required-column", "E/E/E")
def set_null_on_required_column(table: Table) -> Iterator[Finding]:
    """ON DELETE SET NULL on a NOT NULL column makes every delete of a referenced row fail."""
    for part in table.foreign_keys:
        key = part.definition
        if not isinstance(key, ForeignKeyDef):
            continue
        required = _nulled(table, part, key)
        if not required:
            continue
        column = required[0]
        yield Finding(
            place=key_place(part, column if len(key.columns) == 1 else None),
            message=f"`{shown(column)}` is NOT NULL and its foreign key says ON DELETE SET NULL: deleting a row of "
            f"{_target(key)} that is referred to fails with a violation of NOT NULL",
            help=_nullable_help(column),
            anchor=owner_of(column),
            basis=Basis.DECLARED if part.declared else Basis.PROVED,
            facts=(
                f"`{column.anchor}` is NOT NULL",
                "measured on PostgreSQL 15 and 18: the constraint is accepted, and the first such delete fails; "
                "MySQL refuses the constraint",
            ),
            related=part_brought_by(table, part),
        )


def _nulled(table: Table, part: TablePart, key: ForeignKeyDef) -> tuple[Column, ...]:
    """The columns that a delete sets to NULL and that do not admit it. PostgreSQL 15 can name some of the key's."""
    action = re.fullmatch(r"SET\s+NULL\s*(?:\((?P<columns>[^)]*)\))?", (key.on_delete or "").strip(), re.IGNORECASE)
    if action is None:
        return ()
    named = re.findall(r"\w+", action["columns"]) if action["columns"] else key.columns
    columns = (table.column(name) for name in named)
    return tuple(column for column in columns if column is not None and _is_not_null(column, part))


def _is_not_null(column: Column, part: TablePart) -> bool:
    """Whether the column that the key was seen with is NOT NULL."""
    definition = column.declared if part.declared else column.migrated.definition if column.migrated else None
    return definition is not None and definition.nullable is False


def _target(key: ForeignKeyDef) -> str:
    return f"`{key.target}`" if isinstance(key.target, ObjectName) else "the other table"


def _nullable_help(column: Column) -> str:
    style = style_of(column.table)
    if style is Style.HISTORY:
        return (
            f'Let it be NULL: `op.alter_column("{column.table.name.name}", "{column.name}", nullable=True)` in a new '
            'revision; or delete the rows with it: `ondelete="CASCADE"`, or forbid the delete: `ondelete="RESTRICT"`.'
        )
    allowed = {
        Style.MAPPED: "annotate it `Mapped[... | None]`",
        Style.FIELD: "annotate it `... | None`",
    }.get(style, "give it `nullable=True`")
    return f'To keep the rows {allowed}; to delete them too say `ondelete="CASCADE"`, to forbid it `"RESTRICT"`.'
