"""The graph of revisions: the order in which they run, their ancestry, and what is wrong with it.

What may name a revision, as alembic.script.revision of Alembic 1.20.1 has it: `down_revision` an id in full, never an
abbreviation and never a label; `depends_on` an id in full or a branch label, never `label@id`. Those forms belong to
the command line. What names nothing is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Union

from schemalint.facts.unknown import Unknown

Graph = dict[str, tuple[str, ...]]
"""What each revision stands on."""


@dataclass(frozen=True, slots=True)
class Node:
    """A revision as the graph sees it. `parents` is Unknown where they are computed: it then counts as no base."""

    id: str
    parents: Union[tuple[str, ...], Unknown] = ()
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class Ancestry:
    """Answers which revisions run before which.

    Revisions are gathered in runs: stretches in which each has one parent and each parent one child. All that is
    older than a run is older than every revision in it, and a run is left only at its end; so bits for the runs
    that are older than a run are enough, and a chain of ten thousand revisions is one run.
    """

    def __init__(self, order: Sequence[str], parents: Mapping[str, Sequence[str]]) -> None:
        children: dict[str, int] = {}
        for revision in order:
            for parent in parents[revision]:
                children[parent] = children.get(parent, 0) + 1
        self._places: dict[str, tuple[int, int]] = {}
        self._older: list[int] = []
        for revision in order:
            above = parents[revision]
            if len(above) == 1 and children[above[0]] == 1:
                run, position = self._places[above[0]]
                self._places[revision] = (run, position + 1)
                continue
            older = 0
            for parent in above:
                run = self._places[parent][0]
                older |= self._older[run] | 1 << run
            self._places[revision] = (len(self._older), 0)
            self._older.append(older)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `older` runs before `newer` in every upgrade; False for a revision itself and for unknown ids."""
        if older not in self._places or newer not in self._places:
            return False
        older_run, older_position = self._places[older]
        newer_run, newer_position = self._places[newer]
        if older_run == newer_run:
            return older_position < newer_position
        return bool(self._older[newer_run] >> older_run & 1)


@dataclass(frozen=True, slots=True)
class Ordered:
    """Revisions in the order in which `alembic upgrade heads` runs them from an empty database.

    `heads` and `bases` are those that `alembic heads` would list: dependencies do not count, and neither does what
    stands in a cycle. `missing` are (revision, name) pairs of parents and dependencies that name nothing;
    `duplicates` are ids given more than once, of which the last one counts, as for Alembic. `cycles` are groups of
    revisions that are each other's ancestors, each in the order of a walk to the parents; they are not in `ids`.
    """

    ids: tuple[str, ...]
    heads: tuple[str, ...]
    bases: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    duplicates: tuple[str, ...]
    cycles: tuple[tuple[str, ...], ...]
    ancestry: Ancestry = field(repr=False, compare=False)

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether every upgrade that runs `newer` runs `older` before it; False for a revision itself."""
        return self.ancestry.is_ancestor(older, newer)


def order(nodes: Iterable[Node]) -> Ordered:
    """Orders revisions.

    Where neither parents nor dependencies decide, the order is Alembic's walk over the nodes as given, so they are to
    be given as Alembic loads them: by version folder as configured, then by file name.
    """
    given = list(nodes)
    by_id = {node.id: node for node in given}
    counts = Counter(node.id for node in given)
    parents, dependencies, missing = _resolve(by_id)
    both = {id_: _unique((*parents[id_], *dependencies[id_])) for id_ in by_id}
    cycles = _cycles(both)
    looped = {id_ for cycle in cycles for id_ in cycle}
    parents = _without(parents, looped)
    both = _without(both, looped)
    ancestry = Ancestry(tuple(TopologicalSorter(both).static_order()), both)
    with_children = {parent for above in parents.values() for parent in above}
    return Ordered(
        ids=_walk(_edges(parents, _without(dependencies, looped)), ancestry),
        heads=tuple(id_ for id_ in parents if id_ not in with_children),
        bases=tuple(id_ for id_ in parents if by_id[id_].parents == ()),
        missing=missing,
        duplicates=tuple(id_ for id_, count in counts.items() if count > 1),
        cycles=cycles,
        ancestry=ancestry,
    )


def _resolve(by_id: Mapping[str, Node]) -> tuple[Graph, Graph, tuple[tuple[str, str], ...]]:
    """The parents and the dependencies of each revision as ids, and the (revision, name) pairs that name nothing."""
    labelled = {label: node.id for node in by_id.values() for label in node.labels}
    parents: Graph = {}
    dependencies: Graph = {}
    missing: list[tuple[str, str]] = []
    for node in by_id.values():
        above = () if isinstance(node.parents, Unknown) else node.parents
        needed = tuple(name if name in by_id else labelled.get(name, name) for name in node.depends_on)
        missing += ((node.id, name) for name in _unique((*above, *needed)) if name not in by_id)
        parents[node.id] = tuple(name for name in _unique(above) if name in by_id)
        dependencies[node.id] = tuple(name for name in _unique(needed) if name in by_id)
    return parents, dependencies, tuple(missing)


def _cycles(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """The strongly connected components that hold a loop (Tarjan's algorithm, without recursion)."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        pass
    else:
        return ()
    found: list[tuple[str, ...]] = []
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    stacked: set[str] = set()
    for root in graph:
        path = [] if root in numbers else [(root, iter(graph[root]))]
        while path:
            revision, rest = path[-1]
            if revision not in numbers:
                numbers[revision] = lowest[revision] = len(numbers)
                stack.append(revision)
                stacked.add(revision)
            deeper = next((parent for parent in rest if parent not in numbers), None)
            if deeper is not None:
                path.append((deeper, iter(graph[deeper])))
                continue
            path.pop()
            for parent in graph[revision]:
                if parent in stacked:
                    lowest[revision] = min(lowest[revision], lowest[parent])
            if lowest[revision] == numbers[revision]:
                start = stack.index(revision)
                component = tuple(stack[start:])
                del stack[start:]
                stacked.difference_update(component)
                if len(component) > 1 or revision in graph[revision]:
                    found.append(component)
    return tuple(found)


def _edges(parents: Graph, dependencies: Graph) -> Graph:
    """Parents and dependencies, without the dependencies that an ancestor by parents has already.

    Alembic walks these (`RevisionMap._normalize_depends_on`). Ancestry is the same with and without.
    """
    if not any(dependencies.values()):
        return parents
    lineage = Ancestry(tuple(TopologicalSorter(parents).static_order()), parents)
    dependants: dict[str, list[str]] = {}
    for revision, needed in dependencies.items():
        for dependency in needed:
            dependants.setdefault(dependency, []).append(revision)

    def is_new(revision: str, dependency: str) -> bool:
        return not any(lineage.is_ancestor(other, revision) for other in dependants[dependency])

    return {
        revision: _unique((*above, *(name for name in dependencies[revision] if is_new(revision, name))))
        for revision, above in parents.items()
    }


def _walk(edges: Graph, ancestry: Ancestry) -> tuple[str, ...]:
    """The order of `RevisionMap._topological_sort`, reversed as an upgrade does.

    It walks down from the heads, one line as far as it can: until it comes to a revision that another line still
    has above it, then it goes on with that line.
    """
    waiting = Counter(parent for above in edges.values() for parent in above)
    lines = [revision for revision in edges if not waiting[revision]]
    current = 0
    ids: list[str] = []
    while lines:
        revision = lines[current]
        if waiting[revision]:
            current = next(index for index, line in enumerate(lines) if ancestry.is_ancestor(revision, line))
            continue
        ids.append(revision)
        waiting.subtract(edges[revision])
        further = [parent for parent in edges[revision] if parent not in lines]
        if further:
            lines[current] = further[0]
            lines += further[1:]
        else:
            del lines[current]
            current = max(current - 1, 0)
    return tuple(reversed(ids))


def _without(graph: Graph, ids: set[str]) -> Graph:
    return {
        revision: tuple(parent for parent in above if parent not in ids)
        for revision, above in graph.items()
        if revision not in ids
    }


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
