"""Types that a history makes: domains, what they demand and which tables have columns of them; enums."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.types import ColumnType, SqlType
from schemalint.schema.effects.postgresql.cases import Names
from schemalint.schema.type_names import object_named, underlying
from schemalint.schema.view import ObjectView, SchemaView


def domain_of(kind: ColumnType, schema: SchemaView) -> ObjectView | None:
    """The domain that a type is, where the history made it."""
    if not isinstance(kind, SqlType) or kind.family != "other" or kind.name is None:
        return None
    return schema.object("domain", object_named(kind.name))


def is_constrained(domain: ObjectView, schema: SchemaView) -> bool:
    """Whether a domain, or one that it is made of, demands anything of its values; their NOT NULL among it."""
    if domain.definition.constraints:
        return True
    under = domain_of(underlying(domain.definition), schema)
    return under is not None and is_constrained(under, schema)


def base_type(kind: ColumnType, schema: SchemaView) -> ColumnType:
    """The type below a domain, and below that; an enum that is only named; else the type itself."""
    domain = domain_of(kind, schema)
    if domain is not None:
        return base_type(underlying(domain.definition), schema)
    if isinstance(kind, SqlType) and kind.family == "other" and kind.name is not None:
        enum = schema.enum(object_named(kind.name))
        if enum is not None:
            return SqlType("enum", enum=enum.definition.name, values=enum.definition.values)
    return kind


def is_of_enum(kind: ColumnType, enum: ObjectName, schema: SchemaView) -> bool:
    """Whether a type is an enum, or an array of it."""
    found = base_type(kind, schema)
    if not isinstance(found, SqlType):
        return False
    return found.enum == enum or (found.item is not None and is_of_enum(found.item, enum, schema))


def users_of(domain: ObjectName, schema: SchemaView) -> Names:
    """The tables with a column of a domain, or of a domain or an array that is made of it."""
    found = (
        table.name
        for table in schema.tables()
        for column in table.columns()
        if _uses(column.definition.type, domain, schema)
    )
    return tuple(dict.fromkeys(found))


def _uses(kind: ColumnType, domain: ObjectName, schema: SchemaView) -> bool:
    if not isinstance(kind, SqlType):
        return False
    if kind.item is not None:
        return _uses(kind.item, domain, schema)
    if kind.family != "other" or kind.name is None:
        return False
    if object_named(kind.name) == domain:
        return True
    over = domain_of(kind, schema)
    return over is not None and _uses(underlying(over.definition), domain, schema)
