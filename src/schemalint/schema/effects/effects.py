"""What an operation does, by the dialect of the server."""

from __future__ import annotations

from collections.abc import Sequence

from schemalint.facts.operations import Operation
from schemalint.facts.revisions import Server
from schemalint.schema.effects.records import Effect
from schemalint.schema.view import SchemaView


def effects_of(actions: Sequence[tuple[Operation, SchemaView]], server: Server) -> tuple[Effect, ...]:
    """The effects of the actions of one statement, each on the schema that it meets.

    PostgreSQL does all of them under one lock. Of other servers, each is told as if it stood alone.
    """
    effects = tuple(effect_of(operation, schema, server) for operation, schema in actions)
    if len(effects) == 1 or server.dialect != "postgresql":
        return effects
    from schemalint.schema.effects.postgresql.statements import as_one_statement

    return as_one_statement(effects)


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
