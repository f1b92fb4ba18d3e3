"""Routes of Flask: decorators and `add_url_rule` on apps and blueprints, class-based views.

Quart, APIFlask, Flask-OpenAPI3 and Flask-Smorest register in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from schemalint.facts.routes import Route, Text
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import DefinedClass
from schemalint.ir import Attribute, Call, ClassDef, Expression, FunctionDef
from schemalint.readers.routes.common import Context, Made, Survey, argument
from schemalint.readers.routes.objects import Target, kinds_of, made, method, own_class, target
from schemalint.readers.routes.values import UNREGISTERED, Mounts, constructor, defined, handler, methods, text

_ROUTERS = {
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "flask.Blueprint": "flask",
    "flask.blueprints.Blueprint": "flask",
    "apiflask.APIFlask": "flask",
    "apiflask.APIBlueprint": "flask",
    "flask_openapi3.OpenAPI": "flask",
    "flask_openapi3.APIBlueprint": "flask",
    "flask_smorest.Blueprint": "flask-smorest",
    "flask_smorest.blueprint.Blueprint": "flask-smorest",
    "quart.Quart": "quart",
    "quart.Blueprint": "quart",
}
_VIEWS = frozenset({"flask.views.View", "flask.views.MethodView", "quart.views.View", "quart.views.MethodView"})
_VERBS = ("get", "post", "put", "patch", "delete")
_METHODS = (*_VERBS, "head", "options", "trace")
_DECORATORS = ("route", *_VERBS, "websocket")


def read_flask(survey: Survey) -> Iterator[Route]:
    """The routes that are registered on apps and blueprints, and the views that no registration is seen of."""
    mounts = blueprint_mounts(survey)
    registered: set[tuple[str, int]] = set()
    for site, decorator in survey.decorations(*_DECORATORS):
        if isinstance(decorator, Call):
            router = router_of(survey, site.context, decorator)
            if router is not None:
                found = defined(site)
                registered.add((found.path, found.node.start))
                yield from _registered(survey, mounts, site.context, decorator, router, found)
    for call in survey.calls_of("add_url_rule"):
        router = router_of(survey, call.context, call.node)
        given = argument(call.node, "view_func", 2)
        if router is not None and given is not None:
            viewed = target(survey, call.context, given)
            if viewed is not None:
                registered.add((viewed.path, viewed.node.start))
            yield from _registered(survey, mounts, call.context, call.node, router, viewed)
    for view in survey.classes:
        owner = own_class(view)
        if (owner.path, owner.node.start) not in registered and serves(view.node) and kinds_of(survey, owner) & _VIEWS:
            yield from unregistered(survey, owner, "flask")


def router_of(survey: Survey, context: Context, call: Call) -> Made | None:
    """The app or the blueprint whose method is called."""
    found = made(survey, context, call.func.value) if isinstance(call.func, Attribute) else None
    return found if found is not None and _framework(found) is not None else None


def _framework(found: Made) -> str | None:
    return next((_ROUTERS[kind] for kind in sorted(found.kinds, reverse=True) if kind in _ROUTERS), None)


def _registered(
    survey: Survey, mounts: Mounts, context: Context, call: Call, router: Made, found: Target | None
) -> Iterator[Route]:
    name = call.func.attr if isinstance(call.func, Attribute) else ""
    socket = name == "websocket"
    default = (name.upper(),) if name in _VERBS else ()
    given = methods(survey, context, call.keyword("methods"), default)
    mounts.declare(router.key, own_prefix(survey, router))
    plain = Route(
        framework=_framework(router) or "flask",
        methods=given,
        path=text(survey, context, argument(call, "rule", 0)),
        handler=handler(survey, found),
        place=survey.place(context.path, call),
        prefixes=mounts.prefixes(router.key),
        websocket=socket,
    )
    if isinstance(found, DefinedClass):
        yield from of_class(survey, found, plain)
    else:
        yield plain if given or socket else msgspec.structs.replace(plain, methods=("GET",))


def of_class(survey: Survey, owner: DefinedClass, plain: Route) -> Iterator[Route]:
    """The routes of a class-based view: one for each method of the class that serves one of HTTP.

    `plain` is the registration; its methods, where it has some, are the only ones that are served.
    """
    found = False
    for name in _METHODS:
        inside = method(survey, owner, name)
        if inside is not None:
            found = True
            if isinstance(plain.methods, Unknown) or not plain.methods or name.upper() in plain.methods:
                served = handler(survey, inside)
                yield msgspec.structs.replace(plain, methods=(name.upper(),), handler=served)
    if not found:
        inside = method(survey, owner, "dispatch_request")
        served = handler(survey, inside if inside is not None else owner)
        yield msgspec.structs.replace(plain, handler=served)


def serves(node: ClassDef) -> bool:
    """Whether a class itself defines a method that serves requests, were the class a view."""
    names = (item.name for item in node.body if isinstance(item, FunctionDef))
    return bool(node.bases) and any(name in _METHODS or name == "dispatch_request" for name in names)


def unregistered(survey: Survey, owner: DefinedClass, framework: str) -> Iterator[Route]:
    """The handlers that a class-based view itself defines, where no registration of it is seen."""
    here = survey.name_place(owner.path, owner.node)
    plain = Route(framework, (), UNREGISTERED, handler(survey, owner), here)
    for route in of_class(survey, owner, plain):
        inside = route.handler
        if not isinstance(inside, Unknown) and inside.path == owner.path and inside.name != inside.owner:
            yield route


def own_prefix(survey: Survey, router: Made) -> Text:
    """The prefix that a blueprint is made with."""
    given = constructor(router, "url_prefix")
    return "" if given is None else text(survey, router.context, given)


def blueprint_mounts(survey: Survey) -> Mounts:
    """Where blueprints are registered. A prefix given there replaces the blueprint's own."""
    mounts = Mounts()
    for site in survey.calls_of("register_blueprint"):
        given: Expression | None = argument(site.node, "blueprint", 0) or argument(site.node, "blp", 0)
        child = made(survey, site.context, given) if given is not None else None
        if child is None or _framework(child) is None:
            continue
        parent = router_of(survey, site.context, site.node)
        if parent is not None:
            mounts.declare(parent.key, own_prefix(survey, parent))
        prefix = argument(site.node, "url_prefix")
        own = own_prefix(survey, child) if prefix is None else text(survey, site.context, prefix)
        mounts.mount(child.key, parent.key if parent is not None else None, own)
    return mounts
