"""Names of tables, columns and constraints, however they are given."""

from __future__ import annotations

from schemalint.facts.names import ObjectName
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.evaluator.names import class_attribute
from schemalint.interpret.values import (
    HOLE,
    Class,
    Entries,
    Items,
    Made,
    Member,
    Unsure,
    Value,
    members,
    unknown,
)
from schemalint.readers.sqlalchemy.expressions import (
    column_name,
)


def object_name(name: Value, schema: Value) -> ObjectName | Unknown:
    """A name with its schema. An empty schema is none."""
    if not isinstance(name, str) or HOLE in name:
        return unknown(name) if not isinstance(name, str) else Unknown("part of the name is computed")
    if isinstance(schema, Unsure) or (isinstance(schema, str) and HOLE in schema):
        return Unknown("the schema is computed")
    return ObjectName(str(name), str(schema) if isinstance(schema, str) and schema else None)


class FinalName(str):
    """A name that no naming convention is applied to: what `op.f("x")` and `conv("x")` give.

    It ends where a convention would be applied, and where it names anything but a constraint or an index.
    """

    __slots__ = ()


def plain_name(value: Value) -> str | None:
    """The name of a constraint, final where it is; None where there is none."""
    final = False
    if isinstance(value, Made) and value.callee.rpartition(".")[2] in ("conv", "quoted_name", "f"):
        final = not value.callee.endswith("quoted_name")
        value = value.value("name", 0)
    if not isinstance(value, str) or HOLE in value:
        return None
    return FinalName(value) if final else value


def plain_text(value: Value) -> str | None:
    """A text that is wholly known, else None."""
    return str(value) if isinstance(value, str) and HOLE not in value else None


def reference(machine: Machine, value: Value) -> tuple[ObjectName | Unknown, str | None]:
    """The table and column that a reference names: `"schema.table.column"`, `Model.column`, `table.c.column`."""
    if isinstance(value, str) and HOLE not in value:
        parts = value.split(".")
        if len(parts) == 1:
            return ObjectName(parts[0]), None
        return ObjectName(parts[-2], ".".join(parts[:-2]) or None), parts[-1]
    if isinstance(value, Member):
        owner = value.owner.owner if isinstance(value.owner, Member) and value.owner.name in ("c", "columns") else None
        table = table_name(machine, owner if owner is not None else value.owner)
        return table, value.name
    return unknown(value), None


def table_name(machine: Machine, value: Value) -> ObjectName | Unknown:
    """The table that a value is or maps: `Table(...)`, `table(...)`, a mapped class, what `create_table` gave."""
    if isinstance(value, Member) and value.name in ("__table__", "c", "columns"):
        return table_name(machine, value.owner)
    if isinstance(value, Made) and value.owner is not None and value.callee in ("alias", "select_from"):
        return table_name(machine, value.owner)
    if isinstance(value, Made) and value.callee in ("sqlalchemy.orm.aliased", "sqlalchemy.alias") and value.positional:
        return table_name(machine, value.positional[0])
    if isinstance(value, Made) and value.callee.rpartition(".")[2] in ("table", "Table", "create_table", "TableClause"):
        return object_name(value.value("name", 0), value.value("schema"))
    if isinstance(value, Class):
        name = class_attribute(machine, value, "__tablename__")
        if isinstance(name, str):
            return object_name(name, _class_schema(machine, value))
        return Unknown(f"the class {value.node.name} does not name its table")
    return unknown(value)


def _class_schema(machine: Machine, owner: Class) -> Value:
    args = class_attribute(machine, owner, "__table_args__")
    options = (members(args) or [None])[-1] if isinstance(args, Items) else args
    return options.get("schema") if isinstance(options, Entries) else None


def columns_of(values: list[Value]) -> tuple[str, ...] | Unknown:
    """Names of columns; Unknown where one is computed."""
    names = [column_name(value) for value in values]
    known = tuple(name for name in names if name is not None)
    return known if len(known) == len(names) else Unknown("the columns are computed")
