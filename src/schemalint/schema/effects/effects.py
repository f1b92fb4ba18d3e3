"""What an operation does, by the dialect of the server."""

from __future__ import annotations

from schemalint.facts.operations import Operation
from schemalint.facts.revisions import Server
from schemalint.schema.effects.records import Effect
from schemalint.schema.view import SchemaView


def effect_of(operation: Operation, schema: SchemaView, server: Server) -> Effect:
    """The effect of an operation on the schema that it meets."""
    return Effect()
