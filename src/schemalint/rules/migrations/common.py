"""Questions that several rules on migrations ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Union

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import DataChange, OpaqueOperation, RenameColumn, Truncate
from schemalint.facts.revisions import PlacedOperation
from schemalint.facts.types import ColumnType, SqlType
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Revision, Step

_SCRATCH = re.compile(r"(^|_)(tmp|temp|bak|backup|old)(_|\d*$)")


def is_scratch(name: str) -> bool:
    """Whether a table's name says that its contents are a copy: `_alembic_tmp_users`, `users_backup`, `users_old`."""
    return _SCRATCH.search(name.lower()) is not None


def bodies(revision: Revision) -> Iterator[tuple[str, PlacedOperation]]:
    """What `upgrade` and `downgrade` certainly do, each with the name of the function it is done in."""
    for name, body in (("upgrade", revision.upgrade), ("downgrade", revision.downgrade)):
        for placed in body.operations if body is not None else ():
            if not placed.conditional:
                yield name, placed


def earlier(step: Step) -> Iterator[Step]:
    """The steps of the same revision that run before."""
    return (other for other in step.revision.steps if other.number < step.number)


def later(step: Step) -> Iterator[Step]:
    """The steps of the same revision that run after."""
    return (other for other in step.revision.steps if other.number > step.number)


def runs_only_on(step: Step, *dialects: str) -> bool:
    """Whether it is known that the target has servers of these dialects and of no others."""
    servers = step.target.servers
    return bool(servers) and all(server.dialect in dialects for server in servers)


def type_on(kind: Union[ColumnType, str], dialect: str) -> SqlType | None:
    """The type that a column has on one dialect; None where it is not known or not given."""
    if not isinstance(kind, SqlType):
        return None
    return dict(kind.variants).get(dialect, kind)


def type_before(step: Step, table: ObjectName, column: str, existing: ColumnType | None) -> ColumnType | None:
    """The type that a column has before a step: as replayed, else as `existing_type` says; None where neither does."""
    found = step.schema.table(table)
    known = found.column(column) if found is not None else None
    if known is not None and isinstance(known.definition.type, SqlType):
        return known.definition.type
    return existing if isinstance(existing, SqlType) else None


def is_emptied(step: Step, table: ObjectName) -> bool:
    """Whether the revision deletes all rows of the table before the step."""
    return any(
        (isinstance(other.operation, Truncate) and table in other.operation.tables)
        or (
            isinstance(other.operation, DataChange)
            and other.operation.command == "delete"
            and other.operation.table == table
            and not other.operation.bounded
        )
        for other in earlier(step)
    )


def is_written(step: Step, table: ObjectName, column: str | None = None) -> bool:
    """Whether rows of the table may have been changed or deleted before the step, by the revision or an ancestor.

    With a column, changes that certainly leave it alone do not count; one that gets its name in the revision may have
    been changed under the other.
    """
    renamed = (other.operation for other in earlier(step) if isinstance(other.operation, RenameColumn))
    if any(operation.table == table and operation.new_name == column for operation in renamed):
        return True
    return any(_may_write(other, table, column) for other in _of_ancestors(step)) or any(
        _may_write(other, table, column) or isinstance(other.operation, OpaqueOperation) for other in earlier(step)
    )


def is_inserted(step: Step, table: ObjectName, column: str) -> bool:
    """Whether the revision or an ancestor inserts rows with a value for the column, which is there at that point."""
    return any(_inserts(other, table, column) for steps in (_of_ancestors(step), earlier(step)) for other in steps)


def _inserts(step: Step, table: ObjectName, column: str) -> bool:
    operation = step.operation
    if not isinstance(operation, DataChange) or operation.command != "insert" or operation.table != table:
        return False
    return column in (operation.columns_set or (column,)) and step.schema.has_column(table, column) is not False


def _of_ancestors(step: Step) -> Iterator[Step]:
    """The steps of all revisions that run before the step's own."""
    history = step.revision.history
    older = (revision for revision in history.ordered if history.is_ancestor(revision.id, step.revision.id))
    return (other for revision in older for other in revision.steps)


def _may_write(step: Step, table: ObjectName, column: str | None) -> bool:
    operation = step.operation
    if isinstance(operation, Truncate):
        return table in operation.tables
    if not isinstance(operation, DataChange) or operation.command == "insert":
        return False
    if isinstance(operation.table, Unknown):
        return True
    named = operation.table.name == table.name
    return named and (
        operation.command == "delete" or column is None or not operation.columns_set or column in operation.columns_set
    )
