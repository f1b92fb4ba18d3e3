"""The virtual schema over time: operations go in, one step each; views of any step come out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.facts import operations as ops
from schemalint.schema import replay_keys, replay_objects, replay_tables
from schemalint.schema.change import Change
from schemalint.schema.store import Store
from schemalint.schema.view import SchemaView

_REPLAY: dict[type, Callable[[Change, Any], None]] = {
    ops.CreateTable: replay_tables.create_table,
    ops.DropTable: replay_tables.drop_table,
    ops.RenameTable: replay_tables.rename_table,
    ops.AlterTable: replay_tables.alter_table,
    ops.AttachPartition: replay_tables.attach_partition,
    ops.DetachPartition: replay_tables.detach_partition,
    ops.AddColumn: replay_tables.add_column,
    ops.DropColumn: replay_tables.drop_column,
    ops.RenameColumn: replay_tables.rename_column,
    ops.AlterColumn: replay_tables.alter_column,
    ops.CreateIndex: replay_keys.create_index,
    ops.DropIndex: replay_keys.drop_index,
    ops.RenameIndex: replay_keys.rename_index,
    ops.AddConstraint: replay_keys.add_constraint,
    ops.DropConstraint: replay_keys.drop_constraint,
    ops.ValidateConstraint: replay_keys.validate_constraint,
    ops.RenameConstraint: replay_keys.rename_constraint,
    ops.CreateEnum: replay_objects.create_enum,
    ops.DropEnum: replay_objects.drop_enum,
    ops.RenameEnum: replay_objects.rename_enum,
    ops.AddEnumValue: replay_objects.add_enum_value,
    ops.RenameEnumValue: replay_objects.rename_enum_value,
    ops.CreateSchema: replay_objects.create_schema,
    ops.DropSchema: replay_objects.drop_schema,
    ops.CreateObject: replay_objects.create_object,
    ops.AlterObject: replay_objects.alter_object,
    ops.DropObject: replay_objects.drop_object,
    ops.SetParameter: replay_tables.set_parameter,
    ops.OpaqueOperation: replay_objects.taint,
}
"""What is not listed (data changes, maintenance, locks, transactions) leaves the schema as it is."""


class Timeline:
    """Applies operations in the order in which they run and answers what the schema was after each.

    `default_schema` is the schema of names that give none; where it is not known, PostgreSQL's is `public`, so that
    `users` and `public.users` are the same table. Otherwise names are compared exactly, and an operation on
    `app.users`, which the history never made, leaves the contents of a `users` that it made not known in full.

    Where servers differ in what an operation leaves, the `dialect` counts, and PostgreSQL where it is not known.
    """

    def __init__(self, default_schema: str | None = None, dialect: str | None = None) -> None:
        self._store = Store(default_schema, dialect)

    def apply(self, operation: ops.Operation, revision: str, guarded: bool = False, conditional: bool = False) -> int:
        """Applies an operation of a revision as the next step and returns the number of that step.

        `guarded` and `conditional` are as in `PlacedOperation`; IF EXISTS and IF NOT EXISTS of the operation itself
        guard too. Operations that the history cannot have run as read (a change of a column that it dropped) are
        taken as proof that something went unseen; none raises.
        """
        store = self._store
        store.step += 1
        replay = _REPLAY.get(type(operation))
        if replay is not None:
            checked = getattr(operation, "if_exists", False) or getattr(operation, "if_not_exists", False)
            replay(Change(store, store.step, revision, guarded or checked, conditional), operation)
        return store.step

    def rewind(self, step: int) -> None:
        """Forgets all that came after a step, to replay it otherwise. Views of later steps are void."""
        journal = self._store.journal
        while journal and journal[-1].newest > step:
            journal.pop().undo()
        self._store.step = step

    def at(self, step: int) -> SchemaView:
        """The schema after a step; 0 is before the first one."""
        return SchemaView(self._store, step)

    def now(self) -> SchemaView:
        """The schema after the last step so far. The view stays there when further operations are applied."""
        return SchemaView(self._store, self._store.step)
