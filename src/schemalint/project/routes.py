"""The routes of a project, whatever framework they are registered with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from schemalint.facts.routes import Handler, Route
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.readers.routes.common import Survey, frameworks, survey
from schemalint.readers.routes.django_urls import read_django
from schemalint.readers.routes.fastapi import read_fastapi
from schemalint.readers.routes.flask import read_flask
from schemalint.readers.routes.flask_resources import read_exposed, read_flask_resources
from schemalint.readers.routes.litestar import read_litestar
from schemalint.readers.routes.pyramid import read_pyramid
from schemalint.readers.routes.starlette import read_starlette
from schemalint.readers.routes.values import UNREGISTERED

_READERS: tuple[tuple[frozenset[str], Callable[[Survey], Iterator[Route]]], ...] = (
    (frozenset({"fastapi", "fastapi_utils"}), read_fastapi),
    (frozenset({"starlette", "fastapi"}), read_starlette),
    (frozenset({"litestar", "starlite"}), read_litestar),
    (frozenset({"flask", "quart", "apiflask", "flask_openapi3", "flask_smorest"}), read_flask),
    (frozenset({"flask_restx", "flask_restplus", "flask_restful"}), read_flask_resources),
    (frozenset({"flask_appbuilder", "flask_admin"}), read_exposed),
    (frozenset({"django", "rest_framework"}), read_django),
    (frozenset({"pyramid"}), read_pyramid),
)


def routes(program: Program, paths: Iterable[str]) -> tuple[Route, ...]:
    """The routes that the modules at the paths register, in order of their registrations.

    A framework that no module of the program imports costs nothing. A registration of which neither path nor handler
    is known is left out, and so is a view without registration that serves a registered one as a base.
    """
    imports = frameworks(program)
    used = frozenset(chain.from_iterable(imports.values()))
    readers = [read for packages, read in _READERS if packages & used]
    if not readers:
        return ()
    found = survey(program, paths, imports)
    every = list(chain.from_iterable(read(found) for read in readers))
    registered = {route.handler for route in every if route.path != UNREGISTERED}
    kept = {route: None for route in every if _tells(route) and not _repeats(route, registered)}
    return tuple(sorted(kept, key=_order))


def _tells(route: Route) -> bool:
    return not (isinstance(route.path, Unknown) and isinstance(route.handler, Unknown))


def _repeats(route: Route, registered: set[Handler | Unknown]) -> bool:
    return route.path == UNREGISTERED and route.handler in registered


def _order(route: Route) -> tuple[object, ...]:
    handler = route.handler
    name = "" if isinstance(handler, Unknown) else handler.name
    methods = () if isinstance(route.methods, Unknown) else route.methods
    return (route.place, name, str(route.path), methods)
