"""Routes of Litestar (and of Starlite, as it was called before): handlers made by decorators, controllers, routers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Union

from schemalint.facts.routes import Route, Text
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import DefinedClass, External
from schemalint.interpret.resolve import ancestry
from schemalint.ir import Attribute, Call, ClassDef, Expression, FunctionDef, Name, Sequence
from schemalint.readers.routes.common import Context, Made, Site, Survey, argument
from schemalint.readers.routes.objects import Value, class_attribute, made, meaning, target
from schemalint.readers.routes.values import (
    Mounts,
    constructor,
    defined,
    flag,
    handler,
    methods,
    text,
    texts,
    type_text,
)

_DECORATOR = re.compile(
    r"(?:litestar|starlite)(?:\.handlers(?:\.\w+)*)?"
    r"\.(?P<verb>get|post|put|patch|delete|head|route|websocket|websocket_listener|websocket_stream)"
)
_NAMES = ("get", "post", "put", "patch", "delete", "head", "route")
_SOCKETS = ("websocket", "websocket_listener", "websocket_stream")
_ROUTER = re.compile(r"(?:litestar|starlite)(?:\.(?:app|router))?\.(?:Litestar|Starlite|Router)")


def read_litestar(survey: Survey) -> Iterator[Route]:
    """The handlers that decorators of Litestar make."""
    mounts = _mounts(survey)
    for site, decorator in survey.decorations(*_NAMES, *_SOCKETS):
        if isinstance(site.node, ClassDef):
            continue
        callee = decorator.func if isinstance(decorator, Call) else decorator
        found = meaning(survey, site.context, callee)
        matched = _DECORATOR.fullmatch(found.name) if isinstance(found, External) else None
        if matched is not None:
            yield from _routes(survey, mounts, site, decorator, matched["verb"])


def _routes(
    survey: Survey, mounts: Mounts, site: Site[FunctionDef], decorator: Expression, verb: str
) -> Iterator[Route]:
    call = decorator if isinstance(decorator, Call) else Call(decorator, (), decorator.start, decorator.end)
    socket = verb in _SOCKETS
    verbs: Union[tuple[str, ...], Unknown] = () if socket else (verb.upper(),)
    if verb == "route":
        verbs = methods(survey, site.context, call.keyword("http_method"), ())
    paths = texts(survey, site.context, argument(call, "path", 0))
    given: tuple[Text, ...] = ("/",) if paths is None else (paths,) if isinstance(paths, Unknown) else paths
    for path in given:
        yield Route(
            framework="litestar",
            methods=verbs,
            path=path,
            handler=handler(survey, defined(site)),
            place=survey.place(site.context.path, decorator),
            prefixes=_prefixes(survey, mounts, site),
            include_in_schema=flag(call.keyword("include_in_schema"), True),
            response_model=type_text(survey, site.context, site.node.returns),
            websocket=socket,
        )


def _prefixes(survey: Survey, mounts: Mounts, site: Site[FunctionDef]) -> tuple[Text, ...]:
    """Where the handler's class, or the handler itself, is registered; a base serves where its subclasses do."""
    owner = site.context.owner if site.context.layers and site.context.layers[-1].is_class else None
    if owner is None:
        return mounts.prefixes((site.context.path, site.node.start))
    controller = DefinedClass(site.context.path, owner, site.context.owner_qualifier)
    key = (controller.path, owner.start)
    mounts.declare(key, _path_of(survey, controller))
    return mounts.prefixes(key)


def _path_of(survey: Survey, controller: DefinedClass) -> Text:
    value = class_attribute(survey, controller, "path")
    return "" if value is None else text(survey, value.context, value.expression)


def _mounts(survey: Survey) -> Mounts:
    """What routers and apps register, by `route_handlers=[...]` and `register(...)`."""
    mounts = Mounts()
    for site in survey.calls_of("Litestar", "Starlite", "Router"):
        owner = made(survey, site.context, site.node)
        if owner is not None and _is_router(owner):
            _declare(survey, mounts, owner)
            for context, item in _items(survey, site.context, argument(site.node, "route_handlers")):
                _mount(survey, mounts, owner, context, item)
    for site in survey.calls_of("register"):
        func = site.node.func
        owner = made(survey, site.context, func.value) if isinstance(func, Attribute) else None
        given = argument(site.node, "value", 0)
        if owner is not None and _is_router(owner) and given is not None:
            _mount(survey, mounts, owner, site.context, given)
    return mounts


def _is_router(found: Made) -> bool:
    return any(_ROUTER.fullmatch(kind) for kind in found.kinds)


def _declare(survey: Survey, mounts: Mounts, owner: Made) -> Text:
    own = constructor(owner, "path", 0 if any(kind.endswith(".Router") for kind in owner.kinds) else None)
    prefix: Text = "" if own is None else text(survey, owner.context, own)
    mounts.declare(owner.key, prefix)
    return prefix


def _mount(survey: Survey, mounts: Mounts, owner: Made, context: Context, item: Expression) -> None:
    child = made(survey, context, item)
    if child is not None and _is_router(child):
        mounts.mount(child.key, owner.key, _declare(survey, mounts, child))
        return
    found = target(survey, context, item)
    if isinstance(found, DefinedClass):
        path = _path_of(survey, found)
        for holder in (found, *ancestry(survey.program, found.path, found.node)):
            if isinstance(holder, DefinedClass):
                mounts.mount((holder.path, holder.node.start), owner.key, path)
    elif found is not None:
        mounts.mount((found.path, found.node.start), owner.key, "")


def _items(survey: Survey, context: Context, expression: Expression | None) -> Iterator[tuple[Context, Expression]]:
    if isinstance(expression, (Name, Attribute)):
        value = meaning(survey, context, expression)
        if isinstance(value, Value):
            context, expression = value.context, value.expression
    if isinstance(expression, Sequence):
        for item in expression.items:
            yield context, item
