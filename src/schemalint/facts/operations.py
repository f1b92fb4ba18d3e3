"""The one language for schema change: Alembic calls, Django operations and SQL all become these.

A field that would be named in the source is named like it. `None` means "not given"; where None itself would be a
value, `KEEP` means "left as it is". Derived operations are explicit: a `create_table` with a native Enum is a
`CreateEnum` and a `CreateTable`, a column with `index=True` a `CreateIndex` more (measured with Alembic 1.20: so it
is for `create_table` and `add_column`; `add_column` does not create the enum type).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal, Union

from schemalint.facts.names import ObjectName
from schemalint.facts.record import Record
from schemalint.facts.tables import (
    CheckDef,
    ColumnDef,
    ConstraintDef,
    Default,
    EnumDef,
    Generated,
    Identity,
    IndexDef,
    TableDef,
)
from schemalint.facts.types import ColumnType
from schemalint.facts.unknown import Unknown

Keep = Literal["keep"]
KEEP: Keep = "keep"

Table = Union[ObjectName, Unknown]
"""The table an operation names; Unknown where the name is computed."""


class CreateTable(Record, frozen=True, gc=False, tag="create_table"):
    """A new table, with the columns of those that it `inherits`. A partition is attached by an operation of its own."""

    table: TableDef
    if_not_exists: bool = False
    partition_of: ObjectName | None = None
    inherits: tuple[ObjectName, ...] = ()


class DropTable(Record, frozen=True, gc=False, tag="drop_table"):
    name: Table
    if_exists: bool = False
    cascade: bool = False


class RenameTable(Record, frozen=True, gc=False, tag="rename_table"):
    name: Table
    new_name: Table


class AddColumn(Record, frozen=True, gc=False, tag="add_column"):
    """A new column. Its key, unique, check and reference constraints follow as `AddConstraint(inline=True)`."""

    table: Table
    column: ColumnDef
    if_not_exists: bool = False


class DropColumn(Record, frozen=True, gc=False, tag="drop_column"):
    table: Table
    column: Union[str, Unknown]
    if_exists: bool = False
    cascade: bool = False


class RenameColumn(Record, frozen=True, gc=False, tag="rename_column"):
    table: Table
    column: Union[str, Unknown]
    new_name: Union[str, Unknown]


class AlterColumn(Record, frozen=True, gc=False, tag="alter_column"):
    """A change of one column. What is KEEP stays; `default` None drops the default.

    `constraint` is the name that NOT NULL is given, and `not_valid` tells that it holds for new rows only, as
    `ADD CONSTRAINT c NOT NULL a NOT VALID` has it (PostgreSQL 18).
    """

    table: Table
    column: Union[str, Unknown]
    type: Union[ColumnType, Keep] = KEEP
    using: str | None = None
    nullable: Union[bool, Unknown, Keep] = KEEP
    default: Union[Default, Unknown, Keep, None] = KEEP
    identity: Union[Identity, Keep, None] = KEEP
    generated: Union[Generated, Keep, None] = KEEP
    comment: Union[str, Unknown, None] = None
    existing_type: ColumnType | None = None
    existing_nullable: bool | None = None
    constraint: str | None = None
    not_valid: bool = False


class CreateIndex(Record, frozen=True, gc=False, tag="create_index"):
    """A new index; with `only` it is not built on the partitions of its table."""

    table: Table
    index: IndexDef
    concurrently: Union[bool, Unknown] = False
    if_not_exists: bool = False
    only: bool = False


class DropIndex(Record, frozen=True, gc=False, tag="drop_index"):
    """`table` is None where the source does not name it, as in SQL."""

    name: Union[str, Unknown]
    table: Union[ObjectName, Unknown, None] = None
    schema: str | None = None
    concurrently: Union[bool, Unknown] = False
    if_exists: bool = False


class RenameIndex(Record, frozen=True, gc=False, tag="rename_index"):
    name: Union[str, Unknown]
    new_name: Union[str, Unknown]
    schema: str | None = None


class AddConstraint(Record, frozen=True, gc=False, tag="add_constraint"):
    """A new constraint. `inline` where it came with a column; `using_index` names the index that it takes over.

    One that is not enforced is never checked, and so not valid either.
    """

    table: Table
    constraint: ConstraintDef
    not_valid: Union[bool, Unknown] = False
    using_index: str | None = None
    inline: bool = False


class DropConstraint(Record, frozen=True, gc=False, tag="drop_constraint"):
    """`name` is None where the source gives none, `kind` (a tag of ConstraintDef) is None where it does not say."""

    table: Table
    name: Union[str, Unknown, None]
    kind: str | None = None
    if_exists: bool = False
    cascade: bool = False


class ValidateConstraint(Record, frozen=True, gc=False, tag="validate_constraint"):
    table: Table
    name: Union[str, Unknown]


class RenameConstraint(Record, frozen=True, gc=False, tag="rename_constraint"):
    table: Table
    name: Union[str, Unknown]
    new_name: Union[str, Unknown]


class CreateEnum(Record, frozen=True, gc=False, tag="create_enum"):
    enum: EnumDef
    if_not_exists: bool = False


class DropEnum(Record, frozen=True, gc=False, tag="drop_enum"):
    """The end of an enum type; with `cascade` the columns of the type go too."""

    name: ObjectName
    if_exists: bool = False
    cascade: bool = False


class RenameEnum(Record, frozen=True, gc=False, tag="rename_enum"):
    name: ObjectName
    new_name: ObjectName


class AddEnumValue(Record, frozen=True, gc=False, tag="add_enum_value"):
    name: ObjectName
    value: str
    if_not_exists: bool = False
    before: str | None = None
    after: str | None = None


class RenameEnumValue(Record, frozen=True, gc=False, tag="rename_enum_value"):
    name: ObjectName
    value: str
    new_value: str


class CreateSchema(Record, frozen=True, gc=False, tag="create_schema"):
    name: str
    if_not_exists: bool = False


class DropSchema(Record, frozen=True, gc=False, tag="drop_schema"):
    name: str
    if_exists: bool = False
    cascade: bool = False


class CreateObject(Record, frozen=True, gc=False, tag="create_object"):
    """A view, materialized view, function, procedure, trigger, policy, rule, extension, sequence, domain, ... (`kind`).

    Known by its name and by the tables that it mentions; `table` is the one that a trigger, policy or rule belongs to.
    `constraints` are those of a domain.
    """

    kind: str
    name: ObjectName
    mentions: tuple[ObjectName, ...] = ()
    sql: str | None = None
    table: ObjectName | None = None
    constraints: tuple[CheckDef, ...] = ()


class AlterObject(Record, frozen=True, gc=False, tag="alter_object"):
    """A change of such an object, as it is written (`change`).

    `constraint` is what a domain demands from now on, of new values only where it is `not_valid`; its NOT NULL is the
    check `VALUE IS NOT NULL`. `setting` is the parameter that a role, a database or a function is given, and its value.
    """

    kind: str
    name: ObjectName
    change: str
    mentions: tuple[ObjectName, ...] = ()
    table: ObjectName | None = None
    constraint: CheckDef | None = None
    not_valid: bool = False
    setting: tuple[str, str] | None = None


class DropObject(Record, frozen=True, gc=False, tag="drop_object"):
    """The end of such an object; `table` is the one that a trigger, policy or rule belongs to."""

    kind: str
    name: ObjectName
    if_exists: bool = False
    cascade: bool = False
    table: ObjectName | None = None


class AttachPartition(Record, frozen=True, gc=False, tag="attach_partition"):
    table: ObjectName
    partition: ObjectName
    bounds: str


class DetachPartition(Record, frozen=True, gc=False, tag="detach_partition"):
    """`finalize` ends a DETACH CONCURRENTLY that was broken off."""

    table: ObjectName
    partition: ObjectName
    concurrently: bool = False
    finalize: bool = False


class AlterTable(Record, frozen=True, gc=False, tag="alter_table"):
    """A change of a table that touches no definition of a column or constraint (`change`), with its new `value`.

    `name` is the column, constraint, trigger or rule that it is about. `change` is one of: owner, schema, tablespace,
    logged, unlogged, cluster, access method, storage parameters, replica identity, inherit, no inherit, type, comment,
    row security (`value`: enable, disable, force, no force), trigger and rule (`value`: enable, disable, enable always,
    enable replica; the name ALL or USER in upper case stands for all of them), constraint options, column statistics,
    column storage, column compression, column parameters, column identity, partition, options, convert, algorithm and
    lock (MySQL: how the other changes of the statement are carried out).
    """

    table: Table
    change: str
    value: str | None = None
    name: str | None = None


class Maintenance(Record, frozen=True, gc=False, tag="maintenance"):
    """`command` is vacuum, vacuum full, analyze, cluster, reindex, refresh, optimize. `target` is what it works on.

    `kind` is what a REINDEX is given: index, table, schema, database or system.
    """

    command: str
    target: ObjectName | None = None
    concurrently: bool = False
    kind: str | None = None


class LockTable(Record, frozen=True, gc=False, tag="lock_table"):
    tables: tuple[ObjectName, ...]
    mode: str
    nowait: bool = False


class Truncate(Record, frozen=True, gc=False, tag="truncate"):
    tables: tuple[ObjectName, ...]
    cascade: bool = False


class TransactionControl(Record, frozen=True, gc=False, tag="transaction"):
    """`command` is begin, commit, rollback or savepoint."""

    command: str


class SetParameter(Record, frozen=True, gc=False, tag="set_parameter"):
    """SET [LOCAL] name = value: lock_timeout, statement_timeout, search_path, ...

    SET CONSTRAINTS is the parameter `constraints`, local, with a value like `all deferred`.
    """

    name: str
    value: str
    local: bool = False


class DataChange(Record, frozen=True, gc=False, tag="data_change"):
    """INSERT, UPDATE or DELETE (`command`). `bounded` tells that a condition or a limit restricts the rows.

    `rows` are the literal rows of an INSERT, or what an UPDATE sets to literals as one row, as (column, value) pairs.
    """

    command: str
    table: Table
    columns_set: tuple[str, ...] = ()
    columns_read: tuple[str, ...] = ()
    predicate: str | None = None
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    bounded: bool = False


class ReadTable(Record, frozen=True, gc=False, tag="read_table"):
    """All rows of one table are read: a SELECT of it alone, without condition or limit. No other query is kept."""

    table: ObjectName


class Reach(IntEnum):
    """What may have changed unseen: rows, or how indexes and constraints are called, or these themselves, or anything.

    What reaches farther may have changed all that is nearer, too.
    """

    ROWS = 0
    NAMES = 1
    PARTS = 2
    ANYTHING = 3


class OpaqueOperation(Record, frozen=True, gc=False, tag="opaque"):
    """Something that may change the schema and was not understood.

    `touches` are the tables that it may have changed; None means that it may have changed any. `text` is what was
    read, cut short. `reach` is what of them it may have changed.
    """

    reason: str
    touches: tuple[ObjectName, ...] | None = None
    text: str = ""
    reach: Reach = Reach.ANYTHING


Operation = Union[
    CreateTable,
    DropTable,
    RenameTable,
    AddColumn,
    DropColumn,
    RenameColumn,
    AlterColumn,
    CreateIndex,
    DropIndex,
    RenameIndex,
    AddConstraint,
    DropConstraint,
    ValidateConstraint,
    RenameConstraint,
    CreateEnum,
    DropEnum,
    RenameEnum,
    AddEnumValue,
    RenameEnumValue,
    CreateSchema,
    DropSchema,
    CreateObject,
    AlterObject,
    DropObject,
    AttachPartition,
    DetachPartition,
    AlterTable,
    Maintenance,
    LockTable,
    Truncate,
    TransactionControl,
    SetParameter,
    DataChange,
    ReadTable,
    OpaqueOperation,
]
