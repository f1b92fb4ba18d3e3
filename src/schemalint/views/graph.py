"""A graph of revisions in text: a lane for each line of descent, the newest revision at the top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A revision: the lines that join lanes before it, its own, and those that part lanes after it.

    `lanes` stands to the left of what is said below the revision.
    """

    id: str
    joins: tuple[str, ...]
    node: str
    lanes: str
    parts: tuple[str, ...]


def rows(ids: Iterable[str], parents: Mapping[str, tuple[str, ...]]) -> list[Row]:
    """The rows of a graph. `ids` stand newest first: each after all that follow on it."""
    lanes: list[str] = []
    drawn: list[Row] = []
    for id_ in ids:
        if id_ not in lanes:
            lanes.append(id_)
        column, *others = (index for index, lane in enumerate(lanes) if lane == id_)
        joins = (_line(len(lanes), range(others[0], len(lanes)), "/"),) if others else ()
        lanes = [lane for index, lane in enumerate(lanes) if index not in others]
        node = _line(len(lanes), (), "", column)
        first, *rest = parents.get(id_) or ("",)
        new = [parent for parent in rest if parent not in lanes]
        lanes[column : column + 1] = [first] if first else []
        below = _line(len(lanes), (), "")
        lanes[column + 1 : column + 1] = new
        parts = (_line(len(lanes), range(column + 1, len(lanes)), "\\"),) if new else ()
        drawn.append(Row(id_, joins, node, below, parts))
    return drawn


def _line(width: int, turning: Iterable[int], sign: str, node: int | None = None) -> str:
    """The lanes at even places; those that turn, to or from the left, stand half a lane there."""
    line = ["|" if place % 2 == 0 else " " for place in range(2 * width - 1)]
    for lane in turning:
        line[2 * lane - 1 : 2 * lane + 1] = [sign, " "]
    if node is not None:
        line[2 * node] = "*"
    return "".join(line).rstrip()
