"""The layers of a project: which module is domain, service, repository, route, model, infrastructure.

What the settings declare comes first, and a layer that they declare is inferred nowhere. Without that:

| layer | what makes it |
| --- | --- |
| domain | a folder `domain`, or a `domain.py` beside other layers, without routes, `Depends` and mapped classes |
| route | a module that registers routes or holds their handlers |
| model | a module with mapped classes |
| repository | a folder or a module named after repositories |
| service | a folder named after services, use cases or the application |
| infrastructure | a folder `infrastructure`, `adapters` or `persistence` |

A `domain` folder with routes or mapped classes is a folder of features, not a domain. Nothing is inferred in Django
projects, whose models are the domain by design, and in tests and examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from posixpath import basename, dirname

import msgspec

from schemalint.facts.routes import Handler, Route
from schemalint.interpret.program import Program
from schemalint.interpret.scopes import Imported
from schemalint.ir import ClassDef
from schemalint.project.roles import is_aside
from schemalint.readers.routes.common import frameworks
from schemalint.settings.globs import labels_of
from schemalint.settings.records import Settings

_BESIDE = re.compile(r"(?:\w+_)?(?:repository|repositories|services?|service_layer|use_cases|orm|adapters)")
_FOLDERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("repository", re.compile(r"(?:^|/)(?:repositor(?:y|ies)|repos|daos?)(?:/|\.py$)|_(?:repository|repo|dao)\.py$")),
    ("service", re.compile(r"(?:^|/)(?:application|services?|service_layer|use_?cases)(?:/|\.py$)|_service\.py$")),
    ("infrastructure", re.compile(r"(?:^|/)(?:infrastructure|infra|adapters|persistence)(?:/|\.py$)")),
)


class LayerOf(msgspec.Struct, frozen=True, gc=False):
    """The layer of a module: whether the settings declare it, and else why it is inferred, as a clause for people."""

    name: str
    declared: bool
    why: str


class Layers:
    """The layers of a project, asked module by module."""

    def __init__(
        self, program: Program, settings: Settings, routes: Iterable[Route], is_mapped: Callable[[str], bool]
    ) -> None:
        self._program = program
        self._settings = settings
        self._is_mapped = is_mapped
        self._routing = frozenset(path for route in routes for path in _paths(route))
        self._is_django = any("django" in packages for packages in frameworks(program).values())
        self._found: dict[str, LayerOf | None] = {}
        self._domains: dict[str, bool] = {}

    def of(self, path: str) -> LayerOf | None:
        """The layer of a module; None where there is none, or none that can be told."""
        if path not in self._found:
            self._found[path] = self._declared(path) or self._inferred(path)
        return self._found[path]

    def _declared(self, path: str) -> LayerOf | None:
        named = labels_of(path, self._settings.layers)
        return LayerOf(named[0], True, "the settings declare it") if named else None

    def _inferred(self, path: str) -> LayerOf | None:
        if self._is_django or path not in self._program.modules or is_aside(path):
            return None
        for name, why in self._conventions(path):
            if name not in self._settings.layers:
                return LayerOf(name, False, why)
        return None

    def _conventions(self, path: str) -> Iterable[tuple[str, str]]:
        domain = self._domain_of(path)
        if domain is not None:
            yield "domain", f"`{domain}` holds no routes and no mapped classes"
        if path in self._routing:
            yield "route", "it registers routes or holds their handlers"
        if self._is_mapped(path):
            yield "model", "it holds mapped classes"
        for name, pattern in _FOLDERS:
            if pattern.search(path):
                yield name, "its path is named so"

    def _domain_of(self, path: str) -> str | None:
        """The outermost folder `domain` around a module that is a domain layer; for a `domain.py` its path."""
        parts = path.split("/")
        for depth, part in enumerate(parts[:-1], 1):
            if part == "domain":
                folder = "/".join(parts[:depth])
                if self._is_domain(folder):
                    return folder
        if basename(path) == "domain.py" and self._stands_beside(path) and self._is_domain(path):
            return path
        return None

    def _is_domain(self, unit: str) -> bool:
        """Whether a folder, or a single module, holds nothing that makes it a folder of features."""
        if unit not in self._domains:
            inside = (path for path in self._program.modules if path == unit or path.startswith(f"{unit}/"))
            self._domains[unit] = not any(
                path in self._routing or _depends(self._program, path) or self._is_mapped(path)
                for path in inside
                if not is_aside(path)
            )
        return self._domains[unit]

    def _stands_beside(self, path: str) -> bool:
        """Whether a `domain.py` defines classes and stands beside modules of other layers."""
        folder = dirname(path)
        beside = (
            basename(other).removesuffix(".py")
            for other in self._program.modules
            if dirname(other) == folder and other != path
        )
        defines = any(isinstance(node, ClassDef) for node in self._program.modules[path].body)
        return defines and any(_BESIDE.fullmatch(name) for name in beside)


def layers(program: Program, settings: Settings, routes: Iterable[Route], is_mapped: Callable[[str], bool]) -> Layers:
    """The layers of a program. `is_mapped` tells whether the module at a path holds mapped classes or tables."""
    return Layers(program, settings, routes, is_mapped)


def _paths(route: Route) -> Iterable[str]:
    yield route.place.path
    if isinstance(route.handler, Handler):
        yield route.handler.path


def _depends(program: Program, path: str) -> bool:
    """Whether a module imports FastAPI's `Depends`."""
    return any(
        isinstance(binding, Imported) and binding.module in ("fastapi", "fastapi.params") and binding.name == "Depends"
        for bindings in program.scope(path).bindings.values()
        for binding in bindings
    )
