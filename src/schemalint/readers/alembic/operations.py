"""What reads each operation: those of Alembic's own, and those that a library adds to `op`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schemalint.readers.alembic.columns import add_column, alter_column, drop_column
from schemalint.readers.alembic.constraints import (
    create_check_constraint,
    create_exclude_constraint,
    create_foreign_key,
    create_index,
    create_primary_key,
    create_unique_constraint,
    drop_constraint,
    drop_index,
)
from schemalint.readers.alembic.data import bulk_insert
from schemalint.readers.alembic.enums import add_enum_value, sync_enum_values
from schemalint.readers.alembic.tables import Call, Did, create_table, drop_table, rename_table, table_comment

READERS: dict[str, Callable[[Call], Iterator[Did]]] = {
    "add_column": add_column,
    "add_enum_value": add_enum_value,
    "alter_column": alter_column,
    "bulk_insert": bulk_insert,
    "create_check_constraint": create_check_constraint,
    "create_exclude_constraint": create_exclude_constraint,
    "create_foreign_key": create_foreign_key,
    "create_index": create_index,
    "create_primary_key": create_primary_key,
    "create_table": create_table,
    "create_table_comment": table_comment,
    "create_unique_constraint": create_unique_constraint,
    "drop_column": drop_column,
    "drop_constraint": drop_constraint,
    "drop_index": drop_index,
    "drop_table": drop_table,
    "drop_table_comment": table_comment,
    "rename_table": rename_table,
    "sync_enum_values": sync_enum_values,
}
