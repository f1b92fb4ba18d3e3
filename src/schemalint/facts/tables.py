"""Definitions of tables and what belongs to them.

Definitions carry no span, so that equality means equality: two columns are the same when they would be the same in the
database. Where something stands is told beside, by `Place`s.
"""

from __future__ import annotations

from typing import Union

import msgspec

from schemalint.facts.names import ObjectName
from schemalint.facts.record import Record
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown


class Default(Record, frozen=True, gc=False, tag="default"):
    """A default kept by the server. `literal` where it is a constant, as text without quotes; else SQL."""

    sql: str
    literal: bool


COMPUTED_ONCE = Unknown("it is computed once, when the column is added, and is the same in all rows")
"""What Django fills a new column with where its default is called: a constant to the server, unknown to the source."""


class Identity(msgspec.Struct, frozen=True, gc=False):
    """GENERATED { ALWAYS | BY DEFAULT } AS IDENTITY, and what is like it: serial, AUTO_INCREMENT (`style`)."""

    always: bool = False
    style: str = "identity"


class Generated(msgspec.Struct, frozen=True, gc=False):
    """GENERATED ALWAYS AS (sql). `stored` is None where neither STORED nor VIRTUAL is written: versions differ."""

    sql: str
    stored: bool | None


class ColumnDef(msgspec.Struct, frozen=True, gc=False):
    """A column. `nullable` and `default` are Unknown where they are computed.

    `client_default` tells that the library fills the value on insert; to the server that is no default.
    """

    name: str
    type: ColumnType
    nullable: Union[bool, Unknown] = True
    default: Union[Default, Unknown, None] = None
    identity: Identity | None = None
    generated: Generated | None = None
    client_default: bool = False
    comment: str | None = None


class IndexElement(msgspec.Struct, frozen=True, gc=False):
    """A key of an index: a column (`column`), or an expression as SQL (`expression`)."""

    column: str | None = None
    expression: str | None = None
    descending: bool = False
    nulls: str | None = None
    operator_class: str | None = None
    collation: str | None = None


class IndexDef(msgspec.Struct, frozen=True, gc=False):
    """An index. `predicate` is the WHERE of a partial one. `elements` is Unknown where the columns are computed."""

    name: Union[str, Unknown, None]
    elements: Union[tuple[IndexElement, ...], Unknown]
    unique: Union[bool, Unknown] = False
    method: str | None = None
    predicate: Union[str, Unknown, None] = None
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True

    @property
    def columns(self) -> tuple[str, ...] | None:
        """The names of the key columns, or None where a key is an expression or they are not known."""
        if isinstance(self.elements, Unknown):
            return None
        names = tuple(element.column for element in self.elements if element.column is not None)
        return names if len(names) == len(self.elements) else None


class PrimaryKeyDef(Record, frozen=True, gc=False, tag="primary key"):
    """A primary key. As with any constraint, one that is `initially_deferred` is `deferrable` too: where nothing else
    is said, it is checked at the end of the transaction."""

    name: str | None
    columns: tuple[str, ...]
    deferrable: bool = False
    initially_deferred: bool = False


class UniqueDef(Record, frozen=True, gc=False, tag="unique"):
    name: str | None
    columns: tuple[str, ...]
    nulls_distinct: bool = True
    deferrable: bool = False
    initially_deferred: bool = False


class CheckDef(Record, frozen=True, gc=False, tag="check"):
    """A CHECK. `sql` is Unknown where the condition is computed; one that is not `enforced` is never checked."""

    name: str | None
    sql: Union[str, Unknown]
    enforced: bool = True


class ForeignKeyDef(Record, frozen=True, gc=False, tag="foreign key"):
    """A foreign key. `target` is Unknown where it is computed; `target_columns` is empty for "the primary key".

    One that is not `enforced` is never checked.
    """

    name: str | None
    columns: tuple[str, ...]
    target: Union[ObjectName, Unknown]
    target_columns: tuple[str, ...] = ()
    on_delete: str | None = None
    on_update: str | None = None
    deferrable: bool = False
    enforced: bool = True
    initially_deferred: bool = False


class ExcludeDef(Record, frozen=True, gc=False, tag="exclude"):
    name: str | None
    sql: Union[str, Unknown]
    deferrable: bool = False
    initially_deferred: bool = False


ConstraintDef = Union[PrimaryKeyDef, UniqueDef, CheckDef, ForeignKeyDef, ExcludeDef]


class EnumDef(msgspec.Struct, frozen=True, gc=False):
    """An enum type of the database."""

    name: ObjectName
    values: Union[tuple[str, ...], Unknown]


class TableDef(msgspec.Struct, frozen=True, gc=False):
    """A table. `complete` is False where columns or constraints may exist that were not understood.

    `partition_by` is how it is partitioned, as it is written: `RANGE (created_at)`.
    """

    name: ObjectName
    columns: tuple[ColumnDef, ...] = ()
    constraints: tuple[ConstraintDef, ...] = ()
    indexes: tuple[IndexDef, ...] = ()
    comment: str | None = None
    complete: bool = True
    partition_by: str | None = None

    def column(self, name: str) -> ColumnDef | None:
        """The column of a name, or None."""
        return next((column for column in self.columns if column.name == name), None)
