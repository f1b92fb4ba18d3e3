"""Histories of Django: one for each application, over one database.

Each application's migrations make a history, for their leaf nodes are asked for application by application. All of
them share a graph, in which a dependency on another application is one on its revision; and all are replayed as one,
in an order in which what is depended on comes first, on one timeline. Applications that are not part of the project
(`auth`, `contenttypes`) are there before it, and no dependency on them is missing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from schemalint.facts.names import ObjectName
from schemalint.facts.revisions import Body, PlacedOperation, RevisionDef
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.project.attempts import Attempts
from schemalint.project.histories import loose_last
from schemalint.project.replay import Reading
from schemalint.project.roots import Root
from schemalint.project.subjects import History, Module, Revision, Step
from schemalint.project.targets import Targets
from schemalint.readers.alembic.emit import Environment
from schemalint.readers.django.apps import app_labels, assigns, label_of, setting
from schemalint.readers.django.migrations import (
    SWAPPABLE_USER,
    Course,
    Done,
    Migration,
    migration_class,
    read_migration,
)
from schemalint.readers.django.state import State
from schemalint.readers.django.state_read import World
from schemalint.readers.django.values import Files
from schemalint.schema.graph import Node, Ordered, order
from schemalint.schema.timeline import Timeline


@dataclass(eq=False)
class Site:
    """The applications that share a database, and what was read of their migrations, by path."""

    name: str
    migrations: dict[str, Migration]
    files: Files
    user_model: tuple[str, str] | None = None
    auto_field: str | None = None
    graph: Ordered | None = None
    histories: tuple[History, ...] = field(default_factory=tuple)


def find_sites(program: Program, paths: Iterable[str], files: Files, attempts: Attempts) -> tuple[Site, ...]:
    """The sites of a project. Applications of one label in several folders are those of several sites."""
    found = [path for path in paths if migration_class(program, path) is not None]
    if not found:
        return ()
    labels = app_labels(program)
    sites: dict[str, dict[str, Migration]] = {}
    for name, group in _groups(program, found, labels).items():
        for path in group:
            app = label_of(posixpath.dirname(path), labels)
            read = attempts.run("reading", path, None, partial(read_migration, program, path, app, files))
            if read is not None:
                sites.setdefault(name, {})[path] = read
    return tuple(_site(program, name, migrations, files) for name, migrations in sites.items())


def _groups(program: Program, paths: list[str], labels: Mapping[str, str]) -> dict[str, list[str]]:
    """The paths by the folder of their site: all in one, but for labels that stand for several folders."""
    folders: dict[str, set[str]] = {}
    for path in paths:
        folder = posixpath.dirname(path)
        folders.setdefault(label_of(folder, labels), set()).add(folder)
    if all(len(found) == 1 for found in folders.values()):
        common = posixpath.commonpath([posixpath.dirname(path) or "." for path in paths]) if len(paths) > 1 else ""
        return {common or ".": paths}
    groups: dict[str, list[str]] = {}
    for path in paths:
        depth = program.module_name(path).count(".") + 1
        root = "/".join(path.split("/")[:-depth])
        groups.setdefault(root or ".", []).append(path)
    return groups


def _site(program: Program, name: str, migrations: dict[str, Migration], files: Files) -> Site:
    below = [path for path in program.modules if name == "." or path.startswith(f"{name}/")] or list(program.modules)
    user = _setting(program, "AUTH_USER_MODEL", below)
    everywhere = program.modules
    if user is None and assigns(program, "INSTALLED_APPS", everywhere):
        user = None if assigns(program, "AUTH_USER_MODEL", everywhere) else "auth.User"
    auto = _setting(program, "DEFAULT_AUTO_FIELD", below)
    app, _, model = user.rpartition(".") if user is not None else ("", "", "")
    return Site(
        name=name,
        migrations=migrations,
        files=files,
        user_model=(app, model.lower()) if app else None,
        auto_field=auto.rpartition(".")[2] if auto is not None else None,
    )


def _setting(program: Program, name: str, below: list[str]) -> str | None:
    return setting(program, name, below) or setting(program, name, program.modules)


def build_histories(site: Site, targets: Targets, modules: Mapping[str, Module], broken: frozenset[str]) -> None:
    """Fills in the histories of a site, not yet replayed. `broken` are the folders with files that are not readable."""
    migrations = list(site.migrations.values())
    definitions = tuple(migration.definition for migration in migrations)
    target = targets.of(Root(site.name, definitions, None))
    nodes = tuple(_nodes(site))
    graph = site.graph = _as_planned(order(nodes), nodes)
    histories = []
    by_app: dict[tuple[str, str], list[Migration]] = {}
    for migration in migrations:
        by_app.setdefault((posixpath.dirname(migration.definition.path), migration.app), []).append(migration)
    for (folder, _), group in sorted(by_app.items()):
        history = History(folder or ".", target)
        history.revisions = tuple(
            Revision(item.definition, modules[item.definition.path], history)
            for item in sorted(group, key=lambda item: item.definition.path)
        )
        by_id = {revision.id: revision for revision in history.revisions}
        history.graph = graph
        history.ordered = tuple(by_id[id_] for id_ in loose_last(graph) if id_ in by_id)
        history.heads = tuple(by_id[id_] for id_ in graph.heads if id_ in by_id)
        history.bases = tuple(by_id[id_] for id_ in graph.bases if id_ in by_id)
        history.missing = tuple((by_id[id_], parent) for id_, parent in graph.missing if id_ in by_id)
        history.cycles = tuple(
            tuple(by_id[id_] for id_ in cycle if id_ in by_id) for cycle in graph.cycles if set(cycle) & set(by_id)
        )
        history.incomplete = folder in broken
        histories.append(history)
    site.histories = tuple(histories)


def _as_planned(graph: Ordered, nodes: Iterable[Node]) -> Ordered:
    """The graph with its revisions in the order in which `migrate` runs them from an empty database.

    It goes from leaf to leaf, in order of their names, and does first what each stands on (`MigrationGraph.leaf_nodes`
    and `iterative_dfs` in django/db/migrations/graph.py, Django 5.2).
    """
    known = set(graph.ids)
    above = {
        node.id: sorted((name for name in (*_ids(node.parents), *node.depends_on) if name in known), key=_key)
        for node in nodes
        if node.id in known
    }
    planned: dict[str, None] = {}
    for leaf in sorted(graph.heads, key=_key):
        stack = [(leaf, False)]
        while stack:
            id_, done = stack.pop()
            if done:
                planned[id_] = None
            elif id_ not in planned:
                stack.append((id_, True))
                stack.extend((name, False) for name in above[id_] if name not in planned)
    return replace(graph, ids=tuple(planned))


def _key(id_: str) -> tuple[str, ...]:
    return tuple(id_.split(".", 1))


def _ids(names: tuple[str, ...] | Unknown) -> tuple[str, ...]:
    return () if isinstance(names, Unknown) else names


def _nodes(site: Site) -> Iterator[Node]:
    """The revisions as the graph sees them. What a squashed revision replaces is not among them: it stands for it."""
    definitions = {migration.definition.id: migration.definition for migration in site.migrations.values()}
    apps = {migration.definition.id: migration.app for migration in site.migrations.values()}
    stands_for = {old: id_ for id_, definition in definitions.items() for old in definition.replaces if old != id_}
    ends = _ends(site, stands_for)
    before: dict[str, list[str]] = {}
    for migration in site.migrations.values():
        for other in migration.run_before:
            before.setdefault(other, []).append(migration.definition.id)

    def canonical(name: str) -> str | None:
        app = name.rpartition(".")[0]
        if name == SWAPPABLE_USER:
            app = site.user_model[0] if site.user_model is not None else ""
            name = f"{app}.__first__"
        if app not in apps.values():
            return None
        seen: set[str] = set()
        name = ends.get(name, name)
        while name in stands_for and name not in seen:
            seen.add(name)
            name = stands_for[name]
        return name

    for id_, definition in definitions.items():
        if id_ in stands_for:
            continue
        inside = [definitions[old] for old in definition.replaces if old in definitions]
        own = [name for item in (definition, *inside) for name in _parents(item)]
        needs = [name for item in (definition, *inside) for name in (*item.depends_on, *before.get(item.id, ()))]
        parents = [known for name in own if (known := canonical(name)) not in (None, id_)]
        others = [known for name in needs if (known := canonical(name)) not in (None, id_)]
        yield Node(
            id_,
            tuple(dict.fromkeys(known for known in parents if known is not None)),
            tuple(dict.fromkeys(known for known in others if known is not None and known not in parents)),
        )


def _parents(definition: RevisionDef) -> tuple[str, ...]:
    return _ids(definition.parents)


def _ends(site: Site, stands_for: Mapping[str, str]) -> dict[str, str]:
    """What `__first__` and `__latest__` of each application mean."""
    ends: dict[str, str] = {}
    followed = {parent for migration in site.migrations.values() for parent in _parents(migration.definition)}
    for migration in sorted(site.migrations.values(), key=lambda item: item.definition.path):
        id_ = migration.definition.id
        if id_ in stands_for:
            continue
        if migration.definition.parents == ():
            ends.setdefault(f"{migration.app}.__first__", id_)
        if id_ not in followed:
            ends[f"{migration.app}.__latest__"] = id_
    return ends


# ------------------------------------------------------------------------------------------------------------ replay


def replay_site(program: Program, site: Site, reading: Reading) -> None:
    """Reads the revisions of all histories of a site in their common order and fills in their steps."""
    by_id = {revision.id: revision for history in site.histories for revision in history.ordered}
    servers = [server for history in site.histories[:1] for server in history.target.servers]
    dialect = servers[0].dialect if servers else None
    timeline = Timeline(dialect=dialect)
    world = World(dialect, site.user_model, site.auto_field, lambda name: _is_deterministic(timeline, name))
    for history in site.histories:
        history.timeline = timeline
    state = State()
    for id_ in loose_last(site.graph) if site.graph is not None else ():
        if id_ in by_id:
            revision = by_id[id_]
            migration = site.migrations[revision.definition.path]
            state = _replay(Surroundings(program, world, site.files, timeline, reading), revision, migration, state)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for all revisions of a site."""

    program: Program
    world: World
    files: Files
    timeline: Timeline
    reading: Reading

    def course(self, revision: Revision, migration: Migration, steps: list[Step] | None) -> Course:
        """A migration read forwards, into `steps`; backwards where there are none."""
        timeline = self.timeline

        def emit(placed: PlacedOperation) -> None:
            before = timeline.now()
            number = timeline.apply(placed.operation, revision.id, placed.guarded, placed.conditional)
            if steps is not None:
                steps.append(Step(placed, revision, number, before))

        environment = Environment(self.world.dialect, timeline.now, emit)
        return Course(self.program, migration, self.world, self.files, environment, backwards=steps is None)


def _replay(around: Surroundings, revision: Revision, migration: Migration, state: State) -> State:
    """Reads a revision in both directions; the way back is forgotten. Returns the state that it leaves."""
    timeline, reading = around.timeline, around.reading
    path = revision.definition.path
    steps: list[Step] = []
    nothing: tuple[Body | None, list[Done]] = (None, [])
    revision.before = timeline.now()
    course = around.course(revision, migration, steps)
    revision.upgrade, done = reading.attempts.run("reading", path, nothing, lambda: course.upgrade(state))
    revision.steps = tuple(steps)
    revision.after = timeline.now()
    reading.operations += len(steps)
    reading.not_understood.extend(course.environment.not_understood)
    if revision.definition.downgrade is not None:
        end = timeline.now().step
        back = around.course(revision, migration, None)
        revision.downgrade = reading.attempts.run("reading the way back of", path, None, lambda: back.downgrade(done))
        timeline.rewind(end)
    return done[-1].after if done else state


def _is_deterministic(timeline: Timeline, name: str) -> bool:
    """Whether a collation is deterministic, as what made it says."""
    found = timeline.now().object("collation", ObjectName(name))
    sql = (found.definition.sql or "") if found is not None else ""
    return "deterministic = false" not in sql.lower().replace("=", " = ").replace("  ", " ")
