"""What a new column has in the rows that are there."""

from __future__ import annotations

from typing import Union

from schemalint.facts.tables import COMPUTED_ONCE, ColumnDef, Default
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects.postgresql.volatility import Volatility, volatility_of
from schemalint.schema.view import SchemaView


def is_null(default: Union[Default, Unknown, None]) -> bool:
    """Whether there is no default, or NULL as one."""
    return default is None or (isinstance(default, Default) and default.sql.strip("() ").upper() == "NULL")


def fills_rows(column: ColumnDef) -> bool:
    """Whether a new column certainly has a value in rows that are there."""
    if column.identity is not None or column.generated is not None:
        return True
    if column.default == COMPUTED_ONCE:
        return True
    return isinstance(column.default, Default) and not is_null(column.default)


def volatility_of_default(default: Default, version: int | None, schema: SchemaView) -> Volatility | None:
    """The volatility of a default; None where it is not known."""
    return "constant" if default.literal else volatility_of(default.sql, version, schema)
