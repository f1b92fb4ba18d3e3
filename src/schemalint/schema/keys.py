"""What PostgreSQL keeps of the primary key and the unique constraints of one CREATE TABLE."""

from __future__ import annotations

from typing import Union

from msgspec.structs import replace

from schemalint.facts.tables import ConstraintDef, IndexDef, PrimaryKeyDef, UniqueDef


def merged(constraints: tuple[ConstraintDef, ...]) -> tuple[ConstraintDef, ...]:
    """The constraints without those that demand the same as another one: only the first of them stays.

    The primary key counts as the first. What stays takes a name from the others where it has none. So it is within one
    statement only, and so it is for keys whose columns stand in the same order (`transformIndexConstraints` in
    parse_utilcmd.c; measured on PostgreSQL 15).
    """
    twins = _twins(constraints)
    names = {first: constraints[position].name for position, first in reversed(twins.items())}
    return tuple(
        replace(constraint, name=names[position]) if constraint.name is None and position in names else constraint
        for position, constraint in enumerate(constraints)
        if position not in twins
    )


def apart(constraints: tuple[ConstraintDef, ...]) -> tuple[tuple[ConstraintDef, ...], tuple[ConstraintDef, ...]]:
    """The constraints of which none would be merged with another, and those that have to be added to them later."""
    twins = _twins(constraints)
    numbered = [(position in twins, constraint) for position, constraint in enumerate(constraints)]
    first, later = (tuple(item for is_twin, item in numbered if is_twin is wanted) for wanted in (False, True))
    return first, later


def _twins(constraints: tuple[ConstraintDef, ...]) -> dict[int, int]:
    """The positions of the constraints that demand the same as an earlier one, with the position of that."""
    firsts: dict[object, int] = {}
    twins: dict[int, int] = {}
    for position in sorted(
        range(len(constraints)), key=lambda place: not isinstance(constraints[place], PrimaryKeyDef)
    ):
        constraint = constraints[position]
        if isinstance(constraint, (PrimaryKeyDef, UniqueDef)):
            first = firsts.setdefault(_demand(constraint), position)
            if first != position:
                twins[position] = first
    return twins


def repeats_key(constraint: Union[ConstraintDef, IndexDef], others: tuple[ConstraintDef, ...]) -> bool:
    """Whether a unique constraint demands no more than the primary key among others."""
    if not isinstance(constraint, UniqueDef):
        return False
    keys = (sorted(other.columns) for other in others if isinstance(other, PrimaryKeyDef))
    return any(key == sorted(constraint.columns) for key in keys)


def _demand(constraint: Union[PrimaryKeyDef, UniqueDef]) -> object:
    nulls_distinct = constraint.nulls_distinct if isinstance(constraint, UniqueDef) else True
    return constraint.columns, nulls_distinct, constraint.deferrable, constraint.initially_deferred
