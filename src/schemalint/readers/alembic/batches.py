"""`batch_alter_table`: where it makes the table anew, as it does on SQLite, more may change than the batch says."""

from __future__ import annotations

from dataclasses import replace

from schemalint.diagnostics import Place
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import OpaqueOperation
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.values import Given, Handle, Made
from schemalint.readers.alembic.emit import Emitter
from schemalint.readers.alembic.naming import names_of_batch
from schemalint.readers.alembic.signatures import BATCH_OPERATIONS, Arguments
from schemalint.readers.alembic.tables import Did
from schemalint.readers.models.metadata import Metadata, metadata_of
from schemalint.readers.sqlalchemy.names import object_name

_REMAKING = BATCH_OPERATIONS - {"add_column", "create_index", "create_table_comment", "drop_index", "execute"}
_DEFINITIONS = ("copy_from", "table_args", "reflect_args")


def batch_of(machine: Machine, emitter: Emitter, arguments: Arguments, place: Place) -> Handle:
    """The handle of a batch. What it makes anew from a definition of its own is not followed."""
    batch = Handle("batch", (arguments.value("table_name"), arguments.value("schema"), arguments.options()))
    given = next((name for name in _DEFINITIONS if arguments.value(name) is not None), None)
    if given is not None and _makes_anew(emitter, batch):
        table = object_name(batch.data[0], batch.data[1])
        reason = f"batch_alter_table makes the table anew with `{given}`"
        done = Did(OpaqueOperation(reason, (table,) if isinstance(table, ObjectName) else None))
        emitter.take(machine, [done], "batch_alter_table", place, arguments.places())
    return batch


def before_change(machine: Machine, emitter: Emitter, batch: Handle, name: str, place: Place) -> None:
    """What happens before a directive of a batch: where it makes the table anew, constraints without a name take that
    of the batch's naming convention."""
    options = batch.data[2]
    convention = options.value("naming_convention") if isinstance(options, Made) else None
    table = object_name(batch.data[0], batch.data[1])
    if convention is None or name not in _REMAKING or not _makes_anew(emitter, batch):
        return
    if isinstance(table, ObjectName):
        metadata = metadata_of(Made("sqlalchemy.MetaData", (Given("naming_convention", convention),)), None)
        metadata = replace(metadata or Metadata(), dialect=emitter.environment.dialect)
        renames = names_of_batch(emitter.environment.schema().table(table), metadata)
        emitter.take(machine, [Did(rename, derived=True) for rename in renames], "batch_alter_table", place, ())


def _makes_anew(emitter: Emitter, batch: Handle) -> bool:
    """Whether what changes the table of a batch makes it anew."""
    options = batch.data[2]
    recreate = options.value("recreate") if isinstance(options, Made) else None
    return recreate == "always" or (recreate != "never" and emitter.environment.dialect == "sqlite")
