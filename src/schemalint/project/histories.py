"""Histories: the revisions of a root as a graph, in the order in which they run."""

from __future__ import annotations

from collections.abc import Mapping

from schemalint.facts.unknown import Unknown
from schemalint.project.roots import Root
from schemalint.project.subjects import History, Module, Revision, Target
from schemalint.schema.graph import Node, Ordered, order


def build_history(root: Root, target: Target, modules: Mapping[str, Module], broken: bool) -> History:
    """The history of a root, its revisions not yet read.

    `modules` are the project's by path; `broken` tells that a file in the root's folders could not be read.
    """
    history = History(root.name, target, root.env)
    history.revisions = tuple(
        Revision(definition, modules[definition.path], history) for definition in root.definitions
    )
    by_id = {revision.id: revision for revision in history.revisions}
    graph = order(
        Node(revision.id, revision.definition.parents, revision.definition.depends_on, revision.definition.labels)
        for revision in history.revisions
    )
    history.graph = graph
    history.ordered = tuple(by_id[id_] for id_ in loose_last(graph))
    history.heads = tuple(by_id[id_] for id_ in graph.heads)
    history.bases = tuple(by_id[id_] for id_ in graph.bases)
    history.missing = tuple((by_id[id_], parent) for id_, parent in graph.missing)
    history.duplicates = tuple(
        tuple(revision for revision in history.revisions if revision.id == id_) for id_ in graph.duplicates
    )
    history.cycles = tuple(tuple(by_id[id_] for id_ in cycle) for cycle in graph.cycles)
    computed = any(isinstance(definition.parents, Unknown) for definition in root.definitions)
    history.incomplete = broken or computed
    return history


def loose_last(graph: Ordered) -> tuple[str, ...]:
    """The ids in order, but those that follow on a missing revision last: what it did and they need came before."""
    ends = {id_ for id_, _ in graph.missing}
    if not ends:
        return graph.ids
    loose = {id_ for id_ in graph.ids if id_ in ends or any(graph.is_ancestor(end, id_) for end in ends)}
    return (*(id_ for id_ in graph.ids if id_ not in loose), *(id_ for id_ in graph.ids if id_ in loose))
