"""What an operation does, by the dialect of the server."""

from __future__ import annotations

from schemalint.facts.operations import Operation
from schemalint.facts.revisions import Server
from schemalint.schema.effects.records import Effect
from schemalint.schema.view import SchemaView


def effect_of(operation: Operation, schema: SchemaView, server: Server) -> Effect:
    """The effect of an operation on the schema that it meets; `Effect()` where nothing is known of it.

    Rules ask for one dialect at a time, so that only its facts are loaded.
    """
    if server.dialect in ("mysql", "mariadb"):
        from schemalint.schema.effects import mysql

        return mysql.effect(operation, schema, server)
    if server.dialect == "sqlite":
        from schemalint.schema.effects import sqlite

        return sqlite.effect(operation, schema, server)
    return Effect()
