"""Column types, told apart as far as any server or rule tells them apart."""

from __future__ import annotations

from typing import Union

from schemalint.facts.names import ObjectName
from schemalint.facts.record import Record
from schemalint.facts.unknown import Unknown


class SqlType(Record, frozen=True, gc=False, tag="type"):
    """A column type.

    `family` is one of: smallint, integer, bigint, numeric, real, double, boolean, text, varchar, char, binary, date,
    time, timestamp, interval, uuid, json, jsonb, enum, array, bit, inet, tsvector, xml, and `other` for a type of an
    extension or a library, which `name` then names as it was written (`geoalchemy2.Geometry`, `citext`).

    `length` is that of text and binary types, `precision` and `scale` those of numbers and times. `timezone` is None
    where the family has none. `item` is the type of an array's elements. `enum` names a database enum (None for an
    enum kept as text, `native` False) and `values` are its values, Unknown where they are computed. `variants` are
    types by dialect that replace this one there.
    """

    family: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    timezone: bool | None = None
    item: SqlType | None = None
    enum: ObjectName | None = None
    values: Union[tuple[str, ...], Unknown, None] = None
    native: bool = True
    collation: str | None = None
    name: str | None = None
    variants: tuple[tuple[str, SqlType], ...] = ()


ColumnType = Union[SqlType, Unknown]
