"""Which of a target's servers the operations of a revision run on, where its source tests the dialect.

Revisions are read for the first server of a target. One that branches by the dialect is read for the others too, on the
schema before it: an operation that does not come up there is not run there. What only the others run is told, and not
judged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from schemalint.facts.revisions import Body, PlacedOperation
from schemalint.project.objects import object_name, operation_kind
from schemalint.readers.alembic.body import NotUnderstood


def told_apart(
    body: Body, dialects: Sequence[str], read: Callable[[str], Body | None]
) -> tuple[Body, list[NotUnderstood]]:
    """The body with the dialects of each operation that does not run on all of these, and what others run alone.

    It was read for the first of them; `read` reads it for another, and gives None where that breaks.
    """
    met = {dialects[0]: {_key(placed) for placed in body.operations}}
    alone: dict[object, NotUnderstood] = {}
    for dialect in dialects[1:]:
        other = read(dialect)
        operations = other.operations if other is not None else ()
        met[dialect] = {_key(placed) for placed in operations}
        for placed in operations:
            if _key(placed) not in met[dialects[0]]:
                reason = f"it stands in a branch for {dialect}, and revisions are read for {dialects[0]}"
                alone[placed.place] = NotUnderstood(placed.place, operation_kind(placed.operation), reason)
    return replace(body, operations=tuple(_marked(placed, met) for placed in body.operations)), [*alone.values()]


def _marked(placed: PlacedOperation, met: dict[str, set[object]]) -> PlacedOperation:
    found = tuple(dialect for dialect, keys in met.items() if _key(placed) in keys)
    return placed if len(found) == len(met) else replace(placed, dialects=found)


def _key(placed: PlacedOperation) -> object:
    return placed.place, operation_kind(placed.operation), object_name(placed.operation)
