"""Targets: which servers a history runs on, and what says so.

The first row that tells anything decides; all that it tells is kept, PostgreSQL first and SQLite last.

| evidence | how | where it is looked for |
| --- | --- | --- |
| settings | declared | the `[[tool.schemalint.target]]` whose folder holds the history, else `database` |
| a folder named after a dialect | dialect | the folders of the history below its environment's |
| words of one dialect | dialect | revisions of SQL |
| URLs | url | `env.py` and the ini file |
| dialects by name or import, options of one dialect | dialect | `env.py` and the revisions |
| URLs and schemes | url | the project's modules that `env.py` imports |
| dialect imports and options | dialect | the other modules of the project |
| drivers | driver | imports of the project's modules, requirements; `ENGINE` of Django's settings, but for SQLite |
| SQLite as Django's `ENGINE` | dialect | settings: often that of the developer's machine |

Below the settings, rows three and four count together: a URL is often that of the developer's machine, while the code
asks for the rest. Where they tell of SQLite alone, what the modules that `env.py` imports ask for counts too.
Row five adds what it tells but for SQLite: revisions that use an option of one server say nothing against the others.
Tests, examples and vendored code are not looked at. Versions are only known when declared.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from schemalint.facts.revisions import EnvConfig, Server
from schemalint.interpret.imports import import_edges
from schemalint.interpret.program import Program
from schemalint.ir import ModuleIR
from schemalint.project.evidence import (
    engine_dialects,
    imported_dialects,
    imported_drivers,
    named_dialects,
    url_dialects,
)
from schemalint.project.roles import is_aside
from schemalint.project.roots import Root
from schemalint.project.subjects import Target
from schemalint.readers.urls import DIALECTS, dialect_of_url
from schemalint.settings.database import parse_server
from schemalint.settings.detect_databases import DRIVERS
from schemalint.settings.globs import matches
from schemalint.settings.records import Settings, TargetSettings
from schemalint.settings.requirements import requirements

_ORDER = ("postgresql", "mysql", "mariadb", "oracle", "mssql", "sqlite")
_WHY = "no URL, driver or dialect in the code tells which database it runs on: set `database` in [tool.schemalint]"


@dataclass
class Targets:
    """The targets of a project. `read` gives the bytes of a file and raises `OSError` where there is none."""

    program: Program
    settings: Settings
    read: Callable[[str], bytes]
    _declared: dict[str, Target] = field(default_factory=dict)

    def of(self, root: Root) -> Target:
        """The target of a history. Histories of one declared target share it."""
        wanted = next((target for target in self.settings.targets if _holds(target, root)), None)
        if wanted is not None and wanted.name in self._declared:
            return self._declared[wanted.name]
        database = (wanted.database if wanted else ()) or self.settings.database
        name = wanted.name if wanted else root.name
        if database:
            servers, why = tuple(parse_server(text) for text in database), ""
        else:
            servers, why = self._inferred(root)
        sizes, timeout = self.settings.table_sizes, self.settings.lock_timeout_set_by
        target = Target(name, servers, why, bool(database), sizes, timeout)
        if wanted is not None:
            self._declared[name] = target
        return target

    def _inferred(self, root: Root) -> tuple[tuple[Server, ...], str]:
        found = next((row for row in self._rows(root) if row), None)
        if found is None:
            return (), _WHY
        return tuple(Server(dialect, None, found[dialect]) for dialect in _ORDER if dialect in found), ""

    def _rows(self, root: Root) -> Iterator[dict[str, str]]:
        """The dialects that each row of the table tells, with how."""
        yield dict.fromkeys(_of_folders(root), "dialect")
        yield dict.fromkeys(root.dialects, "dialect")
        paths = [definition.path for definition in root.definitions if definition.path in self.program.modules]
        if root.env is not None:
            paths.append(root.env.path)
        url = dialect_of_url(root.env.url) if root.env is not None and root.env.url else None
        named = {dialect for path in paths for dialect in _of_code(self.program.modules[path])}
        own = dict.fromkeys(named, "dialect") | ({url: "url"} if url else {})
        if set(own) == {"sqlite"} and root.env is not None:
            own = dict.fromkeys(self._asked_beside(root.env), "dialect") | own
        configured = dict.fromkeys(self._of_configuration(root.env), "url")
        yield {dialect: how for dialect, how in configured.items() if dialect != "sqlite"} | own if own else {}
        yield configured
        yield dict.fromkeys(self._of_project, "dialect")
        engines = dict.fromkeys(self._of_engines, "dialect")
        servers = {dialect: how for dialect, how in engines.items() if dialect != "sqlite"}
        yield servers | dict.fromkeys(self._of_imports | self._of_requirements(root), "driver")
        yield engines

    def _of_configuration(self, env: EnvConfig | None) -> frozenset[str]:
        """The dialects of URLs in the modules that `env.py` imports, and in those that these do."""
        if env is None:
            return frozenset()
        paths = set(self._imports_of(env.path))
        for path in tuple(paths):
            paths.update(self._imports_of(path))
        return _union(url_dialects(self.program.modules[path]) for path in paths if not is_aside(path))

    def _asked_beside(self, env: EnvConfig) -> frozenset[str]:
        """The dialects that the modules which `env.py` imports ask for."""
        paths = (path for path in self._imports_of(env.path) if not is_aside(path))
        return _union(named_dialects(self.program.modules[path]) for path in paths)

    def _imports_of(self, path: str) -> Iterator[str]:
        return (edge.path for edge in import_edges(self.program, path) if edge.path is not None)

    @cached_property
    def _of_project(self) -> frozenset[str]:
        return _union(_of_code(module) for module in self._modules())

    @cached_property
    def _of_imports(self) -> frozenset[str]:
        return _union(map(imported_drivers, self._modules()))

    @cached_property
    def _of_engines(self) -> frozenset[str]:
        return _union(map(engine_dialects, self._modules()))

    def _of_requirements(self, root: Root) -> frozenset[str]:
        """The dialects of the drivers that are required in a folder above the history, the nearest first."""
        folder = root.name.removeprefix(".")
        while True:
            paths = tuple(posixpath.join(folder, name) for name in DEPENDENCY_FILES)
            required = requirements(paths, self.read)
            found = {DRIVERS.get(each.name) for each in required if each.direct and not each.group} - {None}
            if found or not folder:
                return frozenset(dialect for dialect in found if dialect)
            folder = posixpath.dirname(folder)

    def _modules(self) -> Iterator[ModuleIR]:
        return (module for path, module in self.program.modules.items() if not is_aside(path))


def declared_target(settings: Settings) -> Target | None:
    """The target of a project without a history: the servers that its settings name, or None where they name none."""
    servers = tuple(parse_server(text) for text in settings.database)
    return Target(".", servers, declared=True) if servers else None


DEPENDENCY_FILES = (
    *("pyproject.toml", "setup.cfg", "Pipfile", "requirements.txt", "requirements.in"),
    *(f"requirements/{name}.{suffix}" for name in ("base", "main", "prod", "production") for suffix in ("txt", "in")),
)


def notes_on(targets: Iterable[Target]) -> tuple[str, ...]:
    """What the footer should say of the targets: nothing of those whose servers the settings tell."""
    names: dict[str, list[str]] = {}
    for target in targets:
        if not target.declared:
            names.setdefault(_note_on(target), []).append(target.name)
    return tuple(f"{_listed(found)}: {note}" for note, found in names.items())


def _note_on(target: Target) -> str:
    if not target.servers:
        return target.why
    names = ", ".join(map(str, target.servers))
    hows: Mapping[str, str] = {"url": "a URL", "dialect": "the dialects that the code names", "driver": "its drivers"}
    reasons = " and ".join(dict.fromkeys(hows[server.how] for server in target.servers))
    return f"database taken as {names}, from {reasons}; `database` in [tool.schemalint] says it exactly"


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) < 4 else f"{', '.join(names[:3])} and {len(names) - 3} more"


def _holds(target: TargetSettings, root: Root) -> bool:
    """Whether a declared target's folders hold the history."""
    globs = tuple(folder.rstrip("/").removeprefix("./") for folder in target.migrations)
    return any(
        glob in (".", "") or definition.path.startswith(f"{glob}/") or matches(definition.path, (glob,))
        for glob in globs
        for definition in root.definitions[:1]
    )


def _of_folders(root: Root) -> frozenset[str]:
    """The dialects after which the folders of the revisions are named, where all of them agree."""
    above = root.env.folder if root.env is not None else ""
    found = set()
    for folder in root.folders:
        below = folder.removeprefix(above)
        named = {DIALECTS[part] for part in re.split(r"[/_.-]", below) if part in DIALECTS}
        if len(named) != 1:
            return frozenset()
        found |= named
    return frozenset(found)


def _of_code(module: ModuleIR) -> frozenset[str]:
    return imported_dialects(module) | named_dialects(module)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
