"""Routes of FastAPI: decorators on apps and routers, `add_api_route`, routers that include routers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

from schemalint.facts.routes import Route, Text
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import DefinedFunction
from schemalint.ir import Call, ClassDef, Expression
from schemalint.readers.routes.common import Context, Made, Survey, argument
from schemalint.readers.routes.objects import Target, made, target
from schemalint.readers.routes.values import (
    Mounts,
    below,
    constructor,
    defined,
    flag,
    handler,
    methods,
    text,
    type_text,
)

ROUTERS = frozenset(
    {
        *("fastapi.FastAPI", "fastapi.APIRouter", "fastapi.applications.FastAPI", "fastapi.routing.APIRouter"),
        *("fastapi_utils.inferring_router.InferringRouter", "fastapi_utils.api_model.InferringRouter"),
    }
)
"""The classes on which routes are registered."""

_VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_SOCKETS = ("websocket", "websocket_route", "add_api_websocket_route", "add_websocket_route")
_DECORATORS = (*_VERBS, "api_route", "route", "websocket", "websocket_route")
_CALLS = ("add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route")


def read_fastapi(survey: Survey) -> Iterator[Route]:
    """The routes that are registered on objects of FastAPI, subclasses of the project included."""
    mounts = _mounts(survey)
    for site, decorator in survey.decorations(*_DECORATORS):
        if isinstance(decorator, Call) and not isinstance(site.node, ClassDef):
            router = _router(survey, site.context, decorator.func)
            if router is not None:
                yield _route(survey, mounts, site.context, decorator, router, defined(site))
    for call in survey.calls_of(*_CALLS):
        router = _router(survey, call.context, call.node.func)
        endpoint = argument(call.node, "endpoint", 1) or argument(call.node, "route", 1)
        if router is not None and endpoint is not None:
            found = target(survey, call.context, endpoint)
            yield _route(survey, mounts, call.context, call.node, router, found)
    for name in _DECORATORS:
        for call in survey.calls_of(name):
            yield from _applied(survey, mounts, call.context, call.node, call.statement)


def _applied(survey: Survey, mounts: Mounts, context: Context, call: Call, statement: object) -> Iterator[Route]:
    """`router.get("/users")(list_users)`."""
    if not isinstance(call.func, Call):
        return
    router = _router(survey, context, call.func.func)
    if router is not None and call.args:
        yield _route(survey, mounts, context, call.func, router, target(survey, context, call.args[0].value))


def _router(survey: Survey, context: Context, callee: Expression) -> Made | None:
    owner = getattr(callee, "value", None)
    found = made(survey, context, owner) if owner is not None else None
    return found if found is not None and found.kinds & ROUTERS else None


def _route(survey: Survey, mounts: Mounts, context: Context, call: Call, router: Made, found: Target | None) -> Route:
    name = getattr(call.func, "attr", "")
    socket = name in _SOCKETS
    default = (name.upper(),) if name in _VERBS else ("GET",)
    mounts.declare(router.key, _own(survey, router))
    return Route(
        framework="fastapi",
        methods=() if socket else methods(survey, context, call.keyword("methods"), default),
        path=text(survey, context, argument(call, "path", 0)),
        handler=handler(survey, found),
        place=survey.place(context.path, call),
        prefixes=mounts.prefixes(router.key),
        include_in_schema=_in_schema(call, router),
        response_model=_response_model(survey, context, call, found),
        websocket=socket,
    )


def _in_schema(call: Call, router: Made) -> Union[bool, Unknown]:
    of_router = flag(constructor(router, "include_in_schema"), True)
    of_route = flag(call.keyword("include_in_schema"), True)
    if of_router is False or of_route is False:
        return False
    return of_router if isinstance(of_router, Unknown) else of_route


def _response_model(survey: Survey, context: Context, call: Call, found: Target | None) -> Union[str, Unknown, None]:
    """The response model, else what the handler is annotated to return (FastAPI 0.89 and later)."""
    given = call.keyword("response_model")
    if given is None and isinstance(found, DefinedFunction):
        return type_text(survey, Context(found.path), found.node.returns)
    return type_text(survey, context, given)


def _own(survey: Survey, router: Made) -> Text:
    prefix = constructor(router, "prefix")
    return "" if prefix is None else text(survey, router.context, prefix)


def _mounts(survey: Survey) -> Mounts:
    mounts = Mounts()
    for site in survey.calls_of("include_router", "mount"):
        is_mount = getattr(site.node.func, "attr", "") == "mount"
        included = argument(site.node, "app", 1) if is_mount else argument(site.node, "router", 0)
        child = made(survey, site.context, included) if included is not None else None
        if child is None or not child.kinds & ROUTERS:
            continue
        parent = _router(survey, site.context, site.node.func)
        if parent is not None:
            mounts.declare(parent.key, _own(survey, parent))
        given = argument(site.node, "path", 0) if is_mount else argument(site.node, "prefix")
        prefix: Text = "" if given is None else text(survey, site.context, given)
        mounts.mount(child.key, parent.key if parent is not None else None, below(prefix, _own(survey, child)))
    return mounts
