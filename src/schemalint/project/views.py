"""The subjects of a project, each kind in one order. What no rule asks for is never made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from schemalint.facts.models import ModelDef
from schemalint.facts.revisions import EnvConfig
from schemalint.project.functions import Function
from schemalint.project.handlers import RouteHandler
from schemalint.project.layered import LayeredModule
from schemalint.project.subjects import History, Module, Project, Revision, Step, Target
from schemalint.project.tables import Column, Table


def subjects_of(project: Project, kind: type) -> Iterable[object]:
    """Every subject of a kind. Raises `LookupError` for a type that is none."""
    if kind not in _SUBJECTS:
        known = ", ".join(sorted(subject.__name__ for subject in _SUBJECTS))
        raise LookupError(f"{kind.__name__} is no subject of rules; those are {known}")
    return _SUBJECTS[kind](project)


def _environments(project: Project) -> Iterable[EnvConfig]:
    """Those of the histories; one that several share comes once."""
    return dict.fromkeys(history.env for history in project.histories if history.env is not None)


def _revisions(project: Project) -> Iterator[Revision]:
    """In the order of their replay; those that are not replayed come after them."""
    for history in project.histories:
        yield from history.ordered
        yield from (revision for revision in history.revisions if revision not in history.ordered)


def _steps(project: Project) -> Iterator[Step]:
    for history in project.histories:
        for revision in history.ordered:
            yield from revision.steps


def _columns(project: Project) -> Iterator[Column]:
    for table in project.code.tables if project.code else ():
        yield from table.columns


_SUBJECTS: dict[type, Callable[[Project], Iterable[object]]] = {
    Project: lambda project: (project,),
    Target: lambda project: project.targets,
    EnvConfig: _environments,
    History: lambda project: project.histories,
    Revision: _revisions,
    Step: _steps,
    Module: lambda project: project.modules,
    Table: lambda project: project.code.tables if project.code else (),
    Column: _columns,
    ModelDef: lambda project: project.code.models if project.code else (),
    Function: lambda project: project.code.judged_functions if project.code else (),
    RouteHandler: lambda project: project.code.handlers if project.code else (),
    LayeredModule: lambda project: project.code.layered if project.code else (),
}
