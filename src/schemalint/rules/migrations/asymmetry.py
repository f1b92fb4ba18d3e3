"""Whether a downgrade leads back to where its upgrade began."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from schemalint.diagnostics import Basis, Weight
from schemalint.emit.sql_parts import element_clause
from schemalint.facts.operations import AddConstraint, AlterColumn, AlterObject, CreateObject, DropObject
from schemalint.facts.revisions import PlacedOperation
from schemalint.facts.tables import CheckDef, Default, Identity, IndexElement, PrimaryKeyDef
from schemalint.facts.types import SqlType
from schemalint.project.subjects import History, Revision
from schemalint.rules.api import Finding, rule
from schemalint.rules.migrations.objects import ended_by, made_by
from schemalint.rules.migrations.types import shown as shown_type
from schemalint.schema.compare import EXTRA, Difference
from schemalint.schema.touched import touched


@rule("MIG004", "asymmetric-downgrade", "W/E/E")
def asymmetric_downgrade(revision: Revision) -> Iterator[Finding]:
    """A `downgrade()` that leads elsewhere than to the schema before its upgrade."""
    downgrade = revision.downgrade
    if downgrade is None or downgrade.empty or downgrade.raises is not None:
        return
    differences = [difference for difference in revision.downgrade_differences if _counts(revision, difference)]
    if not differences:
        return
    shown = [_shown(difference) for difference in differences]
    more = f", and {len(shown) - _FEW} more" if len(shown) > _FEW else ""
    yield Finding(
        place=downgrade.place,
        message=f"downgrade() of `{revision.id}` does not lead back to what was before: "
        f"{'; '.join(shown[:_FEW])}{more}",
        help="Undo each operation of `upgrade()`, in the opposite order, to what was there before.",
        anchor=f"{revision.id}:downgrade",
        weight=Weight.REDUCED if all(each.aspect in _SIZES for each in differences) else Weight.FULL,
        basis=Basis.INFERRED if any(placed.guarded for placed in _both(revision)) else Basis.PROVED,
        facts=tuple(shown),
    )


_FEW = 3
_BOOLEAN = re.compile(r"[`\"]?\w+[`\"]? IN \(0, ?1\)", re.IGNORECASE)
_ON_OBJECTS = (CreateObject, DropObject, AlterObject)
_SIZES = frozenset({"length", "precision", "scale"})


def _both(revision: Revision) -> Iterator[PlacedOperation]:
    """All that upgrade and downgrade do."""
    yield from revision.operations
    yield from revision.downgrade.operations if revision.downgrade is not None else ()


def _counts(revision: Revision, difference: Difference) -> bool:
    """Whether a reviewer would call the difference one.

    Enum types are another rule's; an extension is in nobody's way; a text without a length is a text; the order of
    the columns of a key is nothing that a query could tell; a dropped primary key leaves its columns NOT NULL; SQLite
    numbers every integer key; a check that SQLAlchemy before 1.4 made of a boolean says what its type says; and what
    was there before may stay.
    """
    left, right = difference.left, difference.right
    if difference.kind in ("enum", "extension") or difference.aspect in ("comment", "name"):
        return False
    if difference.aspect == EXTRA and _was_there(revision, difference):
        return False
    if difference.aspect == "identity" and _only_sqlite(revision):
        return False
    if any(isinstance(side, CheckDef) and _BOOLEAN.fullmatch(str(side.sql)) for side in (left, right)):
        return False
    if _is_of_another_branch(revision, difference) or _is_asked_for(revision, difference):
        return False
    if isinstance(left, SqlType) and isinstance(right, SqlType):
        return not all(kind.family in ("text", "varchar") and kind.length is None for kind in (left, right))
    if difference.aspect in ("columns", "target_columns") and difference.kind in ("primary key", "foreign key"):
        return set(left or ()) != set(right or ())
    if difference.aspect == "nullable":
        return difference.object.rpartition(".")[2] not in _key_columns(revision)
    return True


def _was_there(revision: Revision, difference: Difference) -> bool:
    """Whether what is left was there before, although the history never made it: the upgrade drops it, or alters it."""
    objects = (step.operation for step in revision.steps)
    named = (each for each in objects if isinstance(each, _ON_OBJECTS) and str(each.name) == difference.object)
    if isinstance(next(named, None), (DropObject, AlterObject)):
        return True
    name = difference.object.removeprefix(f"{difference.table}.")
    ended = [ended_by(step.operation) for step in revision.steps]
    if any(found is not None and found.table == difference.table and found.part in (name, "") for found in ended):
        return True
    made = [made_by(step.operation) for step in revision.steps]
    return difference.kind == "table" and not any(
        found is not None and found.kind == "table" and found.table == difference.table for found in made
    )


def _is_of_another_branch(revision: Revision, difference: Difference) -> bool:
    """Whether the schema before, in this, is that of another branch: of a database that this revision may never see.

    So it is where a revision that is no ancestor made the table or the column; and where one with which this one never
    comes together works on the table.
    """
    history, table = revision.history, difference.table
    if table is None or revision.before is None:
        return False
    view = revision.before.table(table)
    column = view.column(difference.object.removeprefix(f"{table}.")) if view is not None else None
    makers = {part.created_in for part in (view, column) if part is not None} - {None, revision.id}
    if any(not history.is_ancestor(maker, revision.id) for maker in makers if maker is not None):
        return True
    others = takewhile(lambda other: other is not revision, history.ordered) if len(history.heads) > 1 else ()
    return any(
        not _come_together(history, other, revision)
        and table in touched((step.operation for step in other.steps), revision.before)
        for other in others
    )


def _is_asked_for(revision: Revision, difference: Difference) -> bool:
    """Whether all that changes this of a column runs only where the database, asked before, says so."""
    changes = [
        placed
        for placed in _both(revision)
        if isinstance(placed.operation, AlterColumn)
        and difference.object == f"{placed.operation.table}.{placed.operation.column}"
        and getattr(placed.operation, difference.aspect, "keep") != "keep"
    ]
    return difference.kind == "column" and bool(changes) and all(placed.guarded for placed in changes)


def _come_together(history: History, one: Revision, other: Revision) -> bool:
    """Whether some head has both revisions behind it."""
    return any(
        all(each is head or history.is_ancestor(each.id, head.id) for each in (one, other)) for head in history.heads
    )


def _only_sqlite(revision: Revision) -> bool:
    servers = revision.history.target.servers
    return bool(servers) and all(server.dialect == "sqlite" for server in servers)


def _key_columns(revision: Revision) -> set[str]:
    """The columns of the primary keys that upgrade and downgrade add."""
    operations = [placed.operation for placed in _both(revision)]
    keys = [operation.constraint for operation in operations if isinstance(operation, AddConstraint)]
    return {name for key in keys if isinstance(key, PrimaryKeyDef) for name in key.columns}


def _shown(difference: Difference) -> str:
    """One difference as a part of a sentence."""
    what = f"{difference.kind} `{difference.object}`"
    if difference.aspect == "missing":
        return f"{what} is not brought back"
    if difference.aspect == "extra":
        return f"{what} is left"
    return f"{difference.aspect} of {what} is {_value(difference.right)}, and was {_value(difference.left)}"


def _value(value: object) -> str:
    if isinstance(value, Default):
        return f"`'{value.sql}'`" if value.literal else f"`{value.sql}`"
    if isinstance(value, SqlType):
        return shown_type(value)
    if isinstance(value, Identity):
        return value.style
    if isinstance(value, tuple) and all(isinstance(item, IndexElement) for item in value):
        return f"`{', '.join(map(element_clause, value))}`"
    return "not given" if value is None else f"`{value}`"
