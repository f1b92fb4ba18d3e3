"""The subjects of a project, each kind in one order."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.project.subjects import Project


def subjects(project: Project) -> Iterator[object]:
    """Every subject: the project, targets, environments, histories, revisions, steps, modules.

    Targets and environments that several histories share come once. Histories stand in the order of their roots,
    revisions in that of their replay (those that are not replayed after them, by path), modules by path.
    """
    yield project
    yield from project.targets
    yield from dict.fromkeys(history.env for history in project.histories if history.env is not None)
    yield from project.histories
    for history in project.histories:
        yield from history.ordered
        yield from (revision for revision in history.revisions if revision not in history.ordered)
    for history in project.histories:
        for revision in history.ordered:
            yield from revision.steps
    yield from project.modules
