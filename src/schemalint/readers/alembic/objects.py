"""Objects of SQLAlchemy that create and drop themselves: `Enum(...).create(bind)`, `Table(...).drop(bind)`."""

from __future__ import annotations

import dataclasses

from msgspec.structs import replace

from schemalint.diagnostics import Place
from schemalint.facts.operations import CreateEnum, CreateIndex, DropEnum, DropIndex, DropTable, OpaqueOperation
from schemalint.facts.types import SqlType
from schemalint.facts.unknown import Unknown
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import MISSING, Class, Given, Made, Member, Missing, Value, members
from schemalint.readers.alembic.emit import Emitter
from schemalint.readers.alembic.naming import with_names
from schemalint.readers.alembic.signatures import Arguments
from schemalint.readers.alembic.tables import Call, Did, created_table, enum_of
from schemalint.readers.models.metadata import Metadata, metadata_of
from schemalint.readers.sqlalchemy.constraints import index_of
from schemalint.readers.sqlalchemy.names import object_name, plain_name, table_name
from schemalint.readers.sqlalchemy.tables import table
from schemalint.readers.sqlalchemy.types import type_of

_ENUMS = frozenset({"Enum", "ENUM"})
_METADATA = frozenset({"create_all", "drop_all"})


def object_call(
    machine: Machine, emitter: Emitter, owner: Value, name: str, args: tuple[Given, ...], place: Place
) -> Value | Missing:
    """`create`, `drop`, `create_all` and `drop_all` of an object that is bound to the database."""
    if name in _METADATA:
        emitter.take(machine, _tables(machine, emitter, name, Made(name, args)), name, place, ())
        return None
    if name not in ("create", "drop") or not isinstance(owner, (Made, Member)):
        return MISSING
    options = Made(name, args)
    if not args and not (isinstance(owner, Made) and owner.callee in ("sqlalchemy.Table", "sqlalchemy.Index")):
        return MISSING
    done = _enum(machine, emitter, owner, name, options)
    done = done if done is not None else _table(machine, emitter, owner, name, options)
    if done is None:
        return MISSING
    places = tuple((arg.keyword, arg.place) for arg in args if arg.keyword is not None and arg.place is not None)
    emitter.take(machine, done, name, place, places)
    return None


def listed_table(tables: Value, key: Value) -> Made | Missing:
    """`metadata.tables["schema.table"]`: the table of that full name, of which nothing else is known."""
    if not isinstance(tables, Member) or tables.name != "tables" or not isinstance(key, str):
        return MISSING
    if metadata_of(tables.owner, None) is None:
        return MISSING
    schema, _, name = key.rpartition(".")
    return Made("sqlalchemy.Table", (Given("name", name), Given("schema", schema or None)))


def _tables(machine: Machine, emitter: Emitter, name: str, options: Made) -> list[Did]:
    """`create_all` and `drop_all`, of the tables that are given."""
    given = members(options.value("tables", 1))
    options = Made(name, tuple(arg for arg in options.args if arg.keyword == "checkfirst"))
    done = [_table(machine, emitter, item, name.removesuffix("_all"), options) for item in given or ()]
    known = [did for item in done if item is not None for did in item]
    if given is None or None in done:
        return [Did(OpaqueOperation(f"{name} works on all tables of a metadata"))]
    return known


def _enum(machine: Machine, emitter: Emitter, owner: Value, name: str, options: Made) -> list[Did] | None:
    """An enum type. Only PostgreSQL has them as objects; `checkfirst` is on by default (SQLAlchemy 2.1)."""
    if not isinstance(owner, Made) or owner.owner is not None or owner.callee.rpartition(".")[2] not in _ENUMS:
        return None
    if emitter.environment.dialect not in (None, "postgresql"):
        return []
    kind = type_of(machine, owner)
    if not isinstance(kind, SqlType) or kind.enum is None:
        return [Did(OpaqueOperation(f"{name} of an enum whose name is not known"))]
    check = options.value("checkfirst", 1, True)
    checked = check is not False
    definition = enum_of(kind)
    if name == "drop":
        return [Did(DropEnum(kind.enum, checked))]
    return [Did(CreateEnum(definition, checked))] if definition is not None else []


def _table(machine: Machine, emitter: Emitter, owner: Value, name: str, options: Made) -> list[Did] | None:
    checked = options.value("checkfirst", 1, True) is not False
    if isinstance(owner, Made) and owner.callee == "sqlalchemy.Index":
        return _index(machine, emitter, owner, name, checked)
    if isinstance(owner, Made) and owner.callee == "sqlalchemy.Table":
        found = object_name(owner.value("name", 0), owner.value("schema"))
        if isinstance(found, Unknown):
            return [Did(OpaqueOperation(f"{name} of a table: {found.reason}"))]
        if name == "drop":
            return [Did(DropTable(found, checked))]
        rest = tuple(arg for arg in owner.args if arg.keyword is None)[2:]
        call = Call(machine, "create_table", Arguments("create_table", (), False), emitter.environment.dialect)
        read = table(machine, found, rest, owner.value("comment"))
        definition = read.definition if rest else replace(read.definition, complete=False)
        metadata = metadata_of(owner.value("metadata", 1), None) or Metadata()
        metadata = dataclasses.replace(metadata, dialect=emitter.environment.dialect)
        return list(with_names(created_table(call, read, definition, checked), metadata))
    if isinstance(owner, Member) and owner.name == "__table__" and isinstance(owner.owner, Class):
        return [Did(_mapped(machine, owner.owner, name, checked))]
    return None


def _mapped(machine: Machine, owner: Class, name: str, checked: bool) -> DropTable | OpaqueOperation:
    found = table_name(machine, owner)
    if name == "drop":
        return DropTable(found, checked)
    touches = None if isinstance(found, Unknown) else (found,)
    return OpaqueOperation(f"the table of the class {owner.node.name} is created from its mapping", touches)


def _index(machine: Machine, emitter: Emitter, owner: Made, name: str, checked: bool) -> list[Did] | None:
    keys = list(owner.positional[1:])
    tables = [value.owner.owner for value in keys if isinstance(value, Member) and isinstance(value.owner, Member)]
    found = table_name(machine, tables[0]) if tables else Unknown("the index names no table")
    definition = index_of(owner.value("name", 0), keys, owner, None)
    metadata = Metadata(dialect=emitter.environment.dialect)
    if name == "create":
        return list(with_names([Did(CreateIndex(found, definition, False, checked))], metadata))
    index = plain_name(owner.value("name", 0))
    doubt = Unknown("the index has no name" if definition.name is None else "its name is computed")
    dropped = DropIndex(doubt if index is None else index, found, if_exists=checked)
    return list(with_names([Did(dropped)], metadata))
