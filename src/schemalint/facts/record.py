"""The base of the records that stand in unions."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False, tag_field="record"):
    """A frozen record; the field that tells members of a union apart when encoded is `record`."""
