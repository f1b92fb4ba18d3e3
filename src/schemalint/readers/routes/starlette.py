"""Routes of Starlette: `Route` and `WebSocketRoute` in lists and mounts, endpoint classes, the old decorators."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.routes import Route, Text
from schemalint.interpret.resolutions import DefinedClass
from schemalint.interpret.resolve import qualified_name
from schemalint.ir import Attribute, Call, Expression, Name, Sequence
from schemalint.readers.routes.common import Context, Made, Site, Survey, argument
from schemalint.readers.routes.objects import Target, Value, made, meaning, method, target
from schemalint.readers.routes.values import Key, Mounts, defined, flag, handler, methods, text

_ROUTES = frozenset({"starlette.routing.Route", "fastapi.routing.Route"})
_SOCKETS = frozenset({"starlette.routing.WebSocketRoute", "fastapi.routing.WebSocketRoute"})
_MOUNTS = frozenset({"starlette.routing.Mount", "starlette.routing.Host", "fastapi.routing.Mount"})
_ROUTERS = frozenset({"starlette.applications.Starlette", "starlette.routing.Router"})
_VERBS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
_EVENTS = ("on_connect", "on_receive", "on_disconnect", "dispatch")


def read_starlette(survey: Survey) -> Iterator[Route]:
    """The routes of Starlette itself; what is registered on objects of FastAPI is FastAPI's."""
    mounts = Mounts()
    lists = _mounted(survey, mounts)
    for name in ("Route", "WebSocketRoute"):
        for site in survey.calls_of(name):
            called = _called(survey, site.context, site.node)
            if called in _ROUTES or called in _SOCKETS:
                prefixes = mounts.prefixes(_list_around(site, lists))
                endpoint = argument(site.node, "endpoint", 1)
                found = target(survey, site.context, endpoint) if endpoint is not None else None
                yield from _routes(survey, site.context, site.node, found, prefixes, socket=called in _SOCKETS)
    for definition, decorator in survey.decorations("route", "websocket_route"):
        if isinstance(decorator, Call) and _router(survey, definition.context, decorator) is not None:
            socket = _attribute(decorator) == "websocket_route"
            found = defined(definition)
            yield from _routes(survey, definition.context, decorator, found, ("",), socket=socket)
    for site in survey.calls_of("add_route", "add_websocket_route"):
        endpoint = argument(site.node, "route", 1) or argument(site.node, "endpoint", 1)
        if endpoint is not None and _router(survey, site.context, site.node) is not None:
            found = target(survey, site.context, endpoint)
            socket = _attribute(site.node) == "add_websocket_route"
            yield from _routes(survey, site.context, site.node, found, ("",), socket=socket)


def _called(survey: Survey, context: Context, call: Call) -> str | None:
    """The full name of what is called."""
    bound = context.lookup(call.func.id) if isinstance(call.func, Name) else None
    scope = bound[1].scope if bound else frozenset[str]()
    return qualified_name(survey.program, context.path, call.func, scope)


def _attribute(call: Call) -> str:
    return call.func.attr if isinstance(call.func, Attribute) else ""


def _router(survey: Survey, context: Context, call: Call) -> Made | None:
    owner = call.func.value if isinstance(call.func, Attribute) else None
    found = made(survey, context, owner) if owner is not None else None
    return found if found is not None and found.kinds & _ROUTERS else None


def _routes(
    survey: Survey, context: Context, call: Call, found: Target | None, prefixes: tuple[Text, ...], *, socket: bool
) -> Iterator[Route]:
    path, place = text(survey, context, argument(call, "path", 0)), survey.place(context.path, call)
    in_schema = flag(call.keyword("include_in_schema"), True)
    if isinstance(found, DefinedClass):
        served = [(name, inside) for name in (*_VERBS, *_EVENTS) if (inside := method(survey, found, name))]
        for name, inside in served:
            verbs = (name.upper(),) if name in _VERBS else ()
            one = handler(survey, inside)
            yield Route("starlette", verbs, path, one, place, prefixes, in_schema, websocket=socket)
        if served:
            return
    verbs_of_function = () if socket else methods(survey, context, call.keyword("methods"), ("GET",))
    one = handler(survey, found)
    yield Route("starlette", verbs_of_function, path, one, place, prefixes, in_schema, websocket=socket)


def _mounted(survey: Survey, mounts: Mounts) -> dict[str, list[tuple[int, int]]]:
    """Registers the mounts; gives the ranges of the lists of routes by module, for each list is a key."""
    found: list[tuple[Site[Call], Key, Sequence]] = []
    for site in survey.calls_of("Mount"):
        if _called(survey, site.context, site.node) not in _MOUNTS:
            continue
        listed = _list_of(survey, site.context, site.node)
        if listed is not None:
            found.append((site, (listed[0].path, listed[1].start), listed[1]))
    ranges: dict[str, list[tuple[int, int]]] = {}
    for _, (path, _start), sequence in found:
        ranges.setdefault(path, []).append((sequence.start, sequence.end))
    for site, key, _ in found:
        prefix = text(survey, site.context, argument(site.node, "path", 0))
        mounts.mount(key, _list_around(site, ranges), prefix)
    return ranges


def _list_of(survey: Survey, context: Context, call: Call) -> tuple[Context, Sequence] | None:
    """The list of the routes that a mount holds: `routes=[...]`, or those of the app that it mounts."""
    given: Expression | None = call.keyword("routes")
    if given is None:
        mounted = argument(call, "app", 1)
        app = made(survey, context, mounted) if mounted is not None else None
        if app is None or app.call is None or not app.kinds & _ROUTERS:
            return None
        context, given = app.context, argument(app.call, "routes")
    if isinstance(given, (Name, Attribute)):
        value = meaning(survey, context, given)
        if not isinstance(value, Value):
            return None
        context, given = value.context, value.expression
    return (context, given) if isinstance(given, Sequence) else None


def _list_around(site: Site[Call], ranges: dict[str, list[tuple[int, int]]]) -> Key:
    """The key of the innermost mounted list that a call stands in; of none where no mount holds it."""
    around = [
        start for start, end in ranges.get(site.context.path, ()) if start < site.node.start and site.node.end < end
    ]
    return (site.context.path, max(around, default=-1))
