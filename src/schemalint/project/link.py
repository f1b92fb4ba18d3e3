"""Linking: from lowered files to the project that rules look at."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Union

from schemalint.facts.requirements import Requirement
from schemalint.facts.revisions import RevisionDef
from schemalint.interpret.program import Program
from schemalint.ir import ModuleIR
from schemalint.project.attempts import Attempts
from schemalint.project.code import Code
from schemalint.project.django_histories import build_histories, find_sites, replay_site
from schemalint.project.histories import build_history
from schemalint.project.memory import Memory
from schemalint.project.released import mark_released
from schemalint.project.replay import Reading, replay
from schemalint.project.roles import is_aside, roles_of
from schemalint.project.roots import find_envs, find_roots, folders_of
from schemalint.project.sql_histories import build_sql_history, find_script_folders, replay_sql, scripted_tables
from schemalint.project.subjects import History, Module, Problem, Project
from schemalint.project.targets import DEPENDENCY_FILES, Targets, notes_on
from schemalint.readers.alembic.ini import AlembicIni, IniProblem, read_ini, read_pyproject
from schemalint.readers.alembic.revisions import read_revision
from schemalint.readers.directives import read_directives, read_sql_directives
from schemalint.readers.django.values import Files
from schemalint.settings.globs import labels_of
from schemalint.settings.records import Settings
from schemalint.settings.requirements import LOCK_FILES, requirements
from schemalint.source.git import Released
from schemalint.source.git import released as released_in
from schemalint.source.text import decode
from schemalint.source.tree import SourceTree

Source = Union[ModuleIR, Problem, None]
"""What is known of a file: its IR, why there is none, or None for a file that is not Python."""


def link(
    sources: Mapping[str, Source],
    settings: Settings,
    tree: SourceTree,
    released: Released | None = None,
    memory: Memory | None = None,
) -> Project:
    """The project that the files make up.

    `sources` are all files of the walk by path. Configuration files are read from the tree, whether or not they are
    among them. `released` is what git says is released; it is asked where nothing is given. `memory` keeps
    what bodies of revisions and functions do. Nothing is raised for what a file holds.
    """
    program = Program({path: source for path, source in sources.items() if isinstance(source, ModuleIR)})
    folders = folders_of(sources)
    considered = [path for path in sorted(program.modules) if not is_aside(path) or _is_labelled(path, settings)]
    attempts = Attempts()
    definitions = [found for path in considered if (found := _revision(program, path, attempts)) is not None]
    inis, ini_problems = _configurations(sources, program, tree)
    envs = find_envs(program, inis, folders, attempts)
    sites = find_sites(program, considered, Files(frozenset(sources), tree.read), attempts)
    scripts = find_script_folders(_sql_considered(sources, settings), partial(_text, tree=tree), attempts)
    revisions = {definition.path for definition in definitions} | {path for site in sites for path in site.migrations}
    revisions.update(path for folder in scripts for path in folder.paths)
    roles = roles_of(sources, program, settings, revisions, {env.path for env in envs}, attempts)
    modules = {path: _module(path, sources[path], roles[path], tree) for path in sorted(sources)}
    targets = Targets(program, settings, tree.read)
    histories = tuple(
        build_history(root, targets.of(root), modules, _has_problem_in(root.folders, sources))
        for root in find_roots(definitions, envs)
    )
    for site in sites:
        build_histories(site, targets, modules, _folders_with_problems(sources))
    histories += tuple(history for site in sites for history in site.histories)
    of_sql = [
        build_sql_history(folder, targets, modules, _has_problem_in(folder.folders, sources)) for folder in scripts
    ]
    histories += tuple(of_sql)
    checkout = released if released is not None else _checkout(histories, settings, tree)
    notes = list(mark_released(histories, settings, checkout))
    reading = Reading(attempts)
    for history in histories:
        if history not in of_sql and not any(history in site.histories for site in sites):
            replay(program, history, reading, memory)
    for folder, history in zip(scripts, of_sql, strict=True):
        replay_sql(folder, history, reading)
    for site in sites:
        replay_site(program, site, reading)
    used = tuple(dict.fromkeys(history.target for history in histories))
    judged = _judged(program, settings, revisions)
    loose = [path for path in _sql_considered(sources, settings) if path not in revisions]
    scripted = partial(scripted_tables, loose, partial(_text, tree=tree))
    return Project(
        modules=tuple(modules.values()),
        targets=used,
        histories=histories,
        notes=(
            *(f"{problem.path}:{problem.line}: {problem.message}" for problem in ini_problems),
            *notes_on(used),
            *notes,
        ),
        not_understood=tuple(dict.fromkeys(reading.not_understood)),
        operations=reading.operations,
        crashes=tuple(attempts.crashes),
        code=Code(program, settings, judged, histories, partial(_requirements, sources, tree), roles, scripted, memory),
    )


def _judged(program: Program, settings: Settings, revisions: Collection[str]) -> tuple[str, ...]:
    """The modules whose code is judged: no tests, no examples, no revisions."""
    own = (path for path in sorted(program.modules) if path not in revisions)
    return tuple(path for path in own if not is_aside(path) or _is_labelled(path, settings))


def _requirements(sources: Iterable[str], tree: SourceTree) -> tuple[Requirement, ...]:
    """The libraries that the files at the root and beside the code require."""
    folders = {"", *(path.partition("/")[0] for path in sources if "/" in path)}
    paths = (posixpath.join(folder, name) for folder in sorted(folders) for name in (*DEPENDENCY_FILES, *LOCK_FILES))
    return requirements([path for path in paths if tree.exists(path)], tree.read)


def _revision(program: Program, path: str, attempts: Attempts) -> RevisionDef | None:
    return attempts.run("reading the revision in", path, None, lambda: read_revision(program, path))


def _sql_considered(sources: Mapping[str, Source], settings: Settings) -> list[str]:
    return [
        path
        for path, source in sources.items()
        if path.endswith(".sql") and source is None and (not is_aside(path) or _is_labelled(path, settings))
    ]


def _is_labelled(path: str, settings: Settings) -> bool:
    """Whether the settings give the path a role."""
    return bool(labels_of(path, settings.roles))


def _configurations(
    sources: Iterable[str], program: Program, tree: SourceTree
) -> tuple[list[AlembicIni], list[IniProblem]]:
    """What `alembic.ini` and `pyproject.toml` say, in the folders above each `env.py` and at the root."""
    folders = {""}
    for path in program.modules:
        if posixpath.basename(path) == "env.py":
            folders |= {posixpath.dirname(path)} | folders_of((path,))
    candidates = [
        posixpath.join(folder, name) for folder in sorted(folders) for name in ("alembic.ini", "pyproject.toml")
    ]
    candidates += [path for path in sources if path.endswith(".ini") and path not in candidates]
    inis: list[AlembicIni] = []
    problems: list[IniProblem] = []
    for path in candidates:
        text = _text(path, tree)
        if text is not None:
            found, problem = (read_pyproject if path.endswith(".toml") else read_ini)(path, text)
            inis.extend(found)
            problems.extend([problem] if problem and path.endswith(".ini") else [])
    return inis, problems


def _text(path: str, tree: SourceTree) -> str | None:
    try:
        text = decode(tree.read(path), path)
    except OSError:
        return None
    return text if isinstance(text, str) else None


def _module(path: str, source: Source, role: str | None, tree: SourceTree) -> Module:
    if isinstance(source, ModuleIR):
        return Module(path, source, role, None, read_directives(path, source))
    if isinstance(source, Problem):
        return Module(path, None, role, source)
    text = _text(path, tree) if path.endswith(".sql") else None
    return Module(path, None, role, None, read_sql_directives(path, text) if text else ())


def _has_problem_in(folders: Iterable[str], sources: Mapping[str, Source]) -> bool:
    return not _folders_with_problems(sources).isdisjoint(folders)


def _folders_with_problems(sources: Mapping[str, Source]) -> frozenset[str]:
    return frozenset(posixpath.dirname(path) for path, source in sources.items() if isinstance(source, Problem))


def _checkout(histories: Iterable[History], settings: Settings, tree: SourceTree) -> Released:
    """What git says is released; it is not asked where there is no history to ask about."""
    if not tuple(histories):
        return Released(reason="there is no history")
    return released_in(tree.root, settings.default_branch)
