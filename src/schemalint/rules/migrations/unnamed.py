"""Constraints that are dropped without saying which, or of which kind."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Weight
from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddConstraint, DropConstraint
from schemalint.facts.revisions import PlacedOperation
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Revision
from schemalint.rules.api import Finding, rule
from schemalint.rules.migrations.common import bodies
from schemalint.schema.definitions import default_constraint_name


@rule("MIG006", "unnamed-constraint-drop", "E/E/E")
def unnamed_constraint_drop(revision: Revision) -> Iterator[Finding]:
    """`drop_constraint(None, ...)` names nothing that could be dropped: it stops with an error."""
    for function, placed in bodies(revision):
        operation = placed.operation
        if not isinstance(operation, DropConstraint) or isinstance(operation.table, Unknown):
            continue
        named = operation.name is not None or not _is_given(placed, "constraint_name")
        if named or operation.kind == "primary key" or placed.guarded:
            continue
        kind = f"the {operation.kind}" if operation.kind is not None else "a"
        yield Finding(
            place=placed.argument("constraint_name"),
            message=f"{function}() of `{revision.id}` drops {kind} constraint of `{operation.table}` without its name: "
            "it stops with an error, for there is no statement that Alembic could write",
            help=_name_it(revision, operation),
            anchor=f"{revision.id}:{function}:drop_constraint:{operation.table}",
            facts=(
                "measured with Alembic 1.20: CompileError (it has no name); under a naming convention IndexError, or "
                "the name of a constraint that does not exist",
            ),
        )


def _name_it(revision: Revision, operation: DropConstraint) -> str:
    """How to find the name: that which PostgreSQL gives to the constraint that the upgrade creates, if it is one."""
    created = [
        placed.operation
        for placed in revision.operations
        if isinstance(placed.operation, AddConstraint)
        and placed.operation.table == operation.table
        and placed.operation.constraint.name is None
        and operation.kind in (None, placed.operation.constraint.__struct_config__.tag)
    ]
    help_text = "Give the constraint a name where it is created, and drop it by that name."
    if len(created) != 1 or not isinstance(operation.table, ObjectName):
        return help_text
    name = default_constraint_name(operation.table.name, created[0].constraint, ())
    return (
        f"{help_text} Where upgrade() has run already: PostgreSQL calls the constraint `{name}`, unless a naming "
        "convention names it otherwise."
    )


@rule("MIG007", "untyped-constraint-drop", "E/E/E")
def untyped_constraint_drop(revision: Revision) -> Iterator[Finding]:
    """MySQL has a statement for each kind of constraint: without `type_` Alembic cannot write one."""
    servers = revision.history.target.servers
    if servers and servers[0].dialect not in ("mysql", "mariadb"):
        return  # what stands in a branch for another server is read for that one
    for function, placed in bodies(revision):
        operation = placed.operation
        if not isinstance(operation, DropConstraint) or not isinstance(operation.name, str):
            continue
        if _is_given(placed, "constraint_name") and not _is_given(placed, "type_"):
            yield Finding(
                place=placed.place,
                message=f"{function}() of `{revision.id}` drops `{operation.table}.{operation.name}` without saying "
                "what kind of constraint it is: on MySQL it stops with an error (NotImplementedError)",
                help='Add the kind: `op.drop_constraint(..., type_="foreignkey")`, or `unique`, `check`, `primary`.',
                anchor=f"{revision.id}:{function}:drop_constraint:{operation.table}.{operation.name}",
                weight=Weight.FULL if servers else Weight.NOTE,
                facts=("measured with Alembic 1.20: No generic 'DROP CONSTRAINT' in MySQL",),
            )


def _is_given(placed: PlacedOperation, argument: str) -> bool:
    """Whether the call gives an argument: SQL has none of these names."""
    return argument in dict(placed.arguments)
