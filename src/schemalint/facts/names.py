"""Names of database objects."""

from __future__ import annotations

from schemalint.facts.record import Record


class ObjectName(Record, frozen=True, gc=False, order=True, tag="name"):
    """The name of a table, type, view or other object, with its schema where one is given.

    No schema means the connection's default one: `ObjectName("users")` and `ObjectName("users", "public")` are told
    apart, for nothing in the code says what the search path will be.
    """

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name
