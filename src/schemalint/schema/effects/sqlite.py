"""What SQLite refuses of an operation, and what it does when a table is rebuilt.

SQLite has one lock for the whole file, so nothing is told of locks: what counts is what ALTER TABLE cannot do. Source:
"ALTER TABLE" and "SQLite Foreign Key Support" in its documentation; each refusal is run by the tests.
"""

from __future__ import annotations

from schemalint.facts import operations as ops
from schemalint.facts.names import ObjectName
from schemalint.facts.revisions import Server
from schemalint.facts.tables import ColumnDef, Default, ForeignKeyDef, PrimaryKeyDef, UniqueDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.records import Effect
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView

_SOURCE = "measured on SQLite 3"
_NO_ALTER = 'near "ALTER": syntax error'
_NO_CONSTRAINT = 'near "CONSTRAINT": syntax error'


def effect(operation: ops.Operation, schema: SchemaView, server: Server) -> Effect:
    """Why SQLite refuses an operation as the one ALTER TABLE that it names; `Effect()` where it does not.

    Alembic's batch mode and Django rebuild the table instead, which SQLite does not refuse: whoever asks has to know.
    """
    match operation:
        case ops.AddColumn(column=column):
            return _of_column(column)
        case ops.AddConstraint(constraint=constraint, inline=True):
            if isinstance(constraint, PrimaryKeyDef):
                return _refused("add-column-primary-key", "Cannot add a PRIMARY KEY column")
            if isinstance(constraint, UniqueDef):
                return _refused("add-column-unique", "Cannot add a UNIQUE column")
            return Effect()
        case ops.AddConstraint():
            return _refused("add-constraint", _NO_CONSTRAINT)
        case ops.DropConstraint():
            return _refused("drop-constraint", _NO_CONSTRAINT)
        case ops.AlterColumn():
            return _refused("alter-column", _NO_ALTER)
        case ops.DropColumn(table=ObjectName() as table, column=str() as name):
            view = schema.table(table)
            why = _why_kept(view, name) if view is not None else None
            return _refused("drop-column", why) if why else Effect()
        case _:
            return Effect()


def rebuild(table: ObjectName, schema: SchemaView) -> Effect:
    """What a rebuild of a table does while foreign keys are enforced: its rows go, and with them those that cascade."""
    children = tuple(
        other.name
        for other in schema.tables()
        for constraint in other.constraints()
        if isinstance(constraint.definition, ForeignKeyDef)
        and constraint.definition.target == table
        and (constraint.definition.on_delete or "").upper() == "CASCADE"
        and other.name != table
    )
    return Effect("rebuild", rewrites=(table,), deletes=tuple(dict.fromkeys(children)), source=_SOURCE)


def _refused(form: str, why: str) -> Effect:
    return Effect(form, fails=why, source=_SOURCE)


def _of_column(column: ColumnDef) -> Effect:
    if column.generated is not None:
        if not column.generated.stored:
            return Effect()
        return Effect("add-column-stored", fails_on_rows="cannot add a STORED column", source=_SOURCE)
    if isinstance(column.default, Unknown):
        return Effect(doubts=(f"the default of `{column.name}` is not known",))
    if isinstance(column.default, Default) and not column.default.literal:
        why = "Cannot add a column with non-constant default"
        return Effect("add-column-default", fails_on_rows=why, source=_SOURCE)
    if column.nullable is False and column.default is None:
        why = "Cannot add a NOT NULL column with default value NULL"
        return Effect("add-column-not-null", fails_on_rows=why, source=_SOURCE)
    return Effect()


def _why_kept(table: TableView, column: str) -> str | None:
    """What of a table keeps SQLite from dropping a column of it, as its error says."""
    for index in table.indexes():
        if column in (index.definition.columns or ()):
            return f"error in index {index.definition.name} after drop column: no such column: {column}"
    for constraint in table.constraints():
        if column not in getattr(constraint.definition, "columns", ()):
            continue
        if isinstance(constraint.definition, PrimaryKeyDef):
            return f'cannot drop PRIMARY KEY column: "{column}"'
        if isinstance(constraint.definition, UniqueDef):
            return f'cannot drop UNIQUE column: "{column}"'
    return None
