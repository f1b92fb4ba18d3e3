"""What an operation does, by the dialect of the server."""

from __future__ import annotations

from schemalint.facts.operations import Operation
from schemalint.facts.revisions import Server
from schemalint.schema.effects.records import Effect
from schemalint.schema.view import SchemaView


def effect_of(operation: Operation, schema: SchemaView, server: Server) -> Effect:
    """The effect of an operation on the schema that it meets; `Effect()` where the facts have no row for it."""
    if server.dialect == "postgresql":
        from schemalint.schema.effects.postgresql.classify import effect as on_postgresql

        return on_postgresql(operation, schema, server)
    if server.dialect in ("mysql", "mariadb"):
        from schemalint.schema.effects.mysql import effect as on_mysql

        return on_mysql(operation, schema, server)
    if server.dialect == "sqlite":
        from schemalint.schema.effects.sqlite import effect as on_sqlite

        return on_sqlite(operation, schema, server)
    return Effect()
