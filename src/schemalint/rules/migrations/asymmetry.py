"""Whether a downgrade leads back to where its upgrade began."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Basis, Weight
from schemalint.facts.operations import AddConstraint
from schemalint.facts.revisions import PlacedOperation
from schemalint.facts.tables import Default, Identity, PrimaryKeyDef
from schemalint.facts.types import SqlType
from schemalint.project.subjects import Revision
from schemalint.rules.api import Finding, rule
from schemalint.rules.migrations.objects import ended_by, made_by
from schemalint.rules.migrations.types import shown as shown_type
from schemalint.schema.compare import EXTRA, Difference


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
_SIZES = frozenset({"length", "precision", "scale"})


def _both(revision: Revision) -> Iterator[PlacedOperation]:
    """All that upgrade and downgrade do."""
    yield from revision.operations
    yield from revision.downgrade.operations if revision.downgrade is not None else ()


def _counts(revision: Revision, difference: Difference) -> bool:
    """Whether a reviewer would call the difference one.

    Enum types are another rule's; an extension is in nobody's way; a text without a length is a text; the order of
    the columns of a key is nothing that a query could tell; a dropped primary key leaves its columns NOT NULL; and what
    was there before may stay.
    """
    left, right = difference.left, difference.right
    if difference.kind in ("enum", "extension") or difference.aspect in ("comment", "name"):
        return False
    if difference.aspect == EXTRA and _was_there(revision, difference):
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
    name = difference.object.removeprefix(f"{difference.table}.")
    ended = [ended_by(step.operation) for step in revision.steps]
    if any(found is not None and found.table == difference.table and found.part in (name, "") for found in ended):
        return True
    made = [made_by(step.operation) for step in revision.steps]
    return difference.kind == "table" and not any(
        found is not None and found.kind == "table" and found.table == difference.table for found in made
    )


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
        return f"`{value.sql}`"
    if isinstance(value, SqlType):
        return shown_type(value)
    if isinstance(value, Identity):
        return value.style
    return "not given" if value is None else f"`{value}`"
