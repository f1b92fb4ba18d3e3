"""The names that the target metadata gives to what operations make and drop.

Measured with Alembic 1.20: constraints and indexes without a name take that of the convention, and so do named ones
whose template holds `%(constraint_name)s`, which are the CHECKs as a rule. A constraint is dropped by the same name,
where `type_` says what it is; what `op.f` gives stays as it is, but for names that are too long for the server.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import (
    AddConstraint,
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropIndex,
    Operation,
    RenameConstraint,
)
from schemalint.facts.revisions import EnvConfig
from schemalint.facts.unknown import Unknown
from schemalint.readers.alembic.tables import Did
from schemalint.readers.models.conventions import cut, dropped_name, named_constraint, named_index
from schemalint.readers.models.metadata import Metadata
from schemalint.readers.sqlalchemy.names import FinalName
from schemalint.schema.definitions import default_constraint_name
from schemalint.schema.view import TableView

_KINDS = {"primary key": "pk", "unique": "uq", "check": "ck", "foreign key": "fk"}


def with_names(done: Iterable[Did], metadata: Metadata) -> Iterator[Did]:
    """What operations do, with the names that the metadata gives."""
    return (item._replace(operation=named(item.operation, metadata)) for item in done)


def named(operation: Operation, metadata: Metadata) -> Operation:
    """An operation with the names that the metadata gives."""
    if isinstance(operation, CreateTable):
        table = operation.table
        constraints = tuple(named_constraint(item, table.name, metadata) for item in table.constraints)
        return replace(operation, table=replace(table, constraints=constraints))
    owner = getattr(operation, "table", None)
    known = owner if isinstance(owner, ObjectName) else ObjectName("")
    metadata = (
        metadata if isinstance(owner, ObjectName) else Metadata(convention=(), known=False, dialect=metadata.dialect)
    )
    if isinstance(operation, AddConstraint):
        return replace(operation, constraint=named_constraint(operation.constraint, known, metadata))
    if isinstance(operation, CreateIndex):
        return replace(operation, index=named_index(operation.index, known, metadata))
    if isinstance(operation, DropConstraint) and not isinstance(operation.name, Unknown):
        kind = _KINDS.get(operation.kind or "", "")
        return replace(operation, name=dropped_name(operation.name, kind, known, metadata))
    if isinstance(operation, DropIndex) and isinstance(operation.name, FinalName):
        return replace(operation, name=cut(str(operation.name), metadata.dialect))
    return operation


def names_of_batch(table: TableView | None, metadata: Metadata) -> Iterator[RenameConstraint]:
    """What a batch with a `naming_convention` does to the constraints of a table on SQLite, which it makes anew: those
    without a name are given one."""
    if table is None:
        return
    columns = [column.name for column in table.columns()]
    for constraint in table.constraints():
        definition = constraint.definition
        if definition.name is None:
            name = named_constraint(definition, table.name, metadata).name
            if name is not None:
                yield RenameConstraint(table.name, default_constraint_name(table.name.name, definition, columns), name)


def metadata_of_history(env: EnvConfig | None, dialect: str | None = None) -> Metadata:
    """The metadata whose convention names what the revisions of an environment leave without a name."""
    convention = env.naming_convention if env is not None else Metadata().convention
    known = not isinstance(convention, Unknown)
    return Metadata(convention=() if isinstance(convention, Unknown) else convention, known=known, dialect=dialect)
