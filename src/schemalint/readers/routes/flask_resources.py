"""Routes of Flask's extensions: resources of Flask-RESTX and Flask-RESTful, exposed methods of Flask-AppBuilder."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.routes import Route, Text
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import DefinedClass, External
from schemalint.ir import Attribute, Call, ClassDef, Expression, FunctionDef
from schemalint.readers.routes.common import Context, Made, Site, Survey, argument, positional
from schemalint.readers.routes.flask import blueprint_mounts, of_class, own_prefix, serves, unregistered
from schemalint.readers.routes.objects import class_attribute, kinds_of, made, meaning, own_class, target
from schemalint.readers.routes.values import Mounts, below, constructor, defined, handler, methods, text

_RESTX = ("flask_restx", "flask_restplus")
_NAMESPACES = frozenset(
    name
    for package in _RESTX
    for name in (f"{package}.Namespace", f"{package}.namespace.Namespace", f"{package}.Api.namespace")
)
_APIS = frozenset(name for package in (*_RESTX, "flask_restful") for name in (f"{package}.Api", f"{package}.api.Api"))
_RESOURCES = {
    **{name: "flask-restx" for package in _RESTX for name in (f"{package}.Resource", f"{package}.resource.Resource")},
    "flask_restful.Resource": "flask-restful",
}
_EXPOSE = {
    "flask_appbuilder.expose": "flask-appbuilder",
    "flask_appbuilder.baseviews.expose": "flask-appbuilder",
    "flask_appbuilder.api.expose": "flask-appbuilder",
    "flask_admin.expose": "flask-admin",
    "flask_admin.base.expose": "flask-admin",
}
_API_CLASSES = frozenset(
    f"flask_appbuilder.{name}"
    for name in ("BaseApi", "ModelRestApi", "api.BaseApi", "api.BaseModelApi", "api.ModelRestApi")
)
_INDEX_VIEWS = frozenset({"flask_appbuilder.IndexView", "flask_appbuilder.views.IndexView"})


def read_flask_resources(survey: Survey) -> Iterator[Route]:
    """The routes of resources, and the resources that no registration is seen of."""
    mounts = _mounts(survey)
    registered: set[tuple[str, int]] = set()
    for site, decorator in survey.decorations("route"):
        if isinstance(site.node, ClassDef) and isinstance(decorator, Call):
            api = _api(survey, site.context, decorator)
            if api is not None:
                owner = DefinedClass(site.context.path, site.node, site.context.qualifier)
                registered.add((owner.path, owner.node.start))
                yield from _resource(survey, mounts, site.context, decorator, api, owner, positional(decorator))
    for call in survey.calls_of("add_resource"):
        api = _api(survey, call.context, call.node)
        given = argument(call.node, "resource", 0)
        found = target(survey, call.context, given) if given is not None else None
        if api is not None and isinstance(found, DefinedClass):
            registered.add((found.path, found.node.start))
            yield from _resource(survey, mounts, call.context, call.node, api, found, positional(call.node)[1:])
    for resource in survey.classes:
        owner = own_class(resource)
        if (owner.path, owner.node.start) not in registered and serves(resource.node):
            framework = _framework(kinds_of(survey, owner))
            if framework is not None:
                yield from unregistered(survey, owner, framework)


def _framework(kinds: frozenset[str]) -> str | None:
    return next((_RESOURCES[kind] for kind in sorted(kinds) if kind in _RESOURCES), None)


def _api(survey: Survey, context: Context, call: Call) -> Made | None:
    """The namespace or the API whose method is called."""
    found = made(survey, context, call.func.value) if isinstance(call.func, Attribute) else None
    return found if found is not None and found.kinds & (_NAMESPACES | _APIS) else None


def _resource(
    survey: Survey,
    mounts: Mounts,
    context: Context,
    call: Call,
    api: Made,
    owner: DefinedClass,
    paths: list[Expression],
) -> Iterator[Route]:
    framework = _framework(kinds_of(survey, owner)) or "flask-restx"
    _declare(survey, mounts, api)
    written = [text(survey, context, path) for path in paths]
    for path in written or [Unknown("its paths are computed")]:
        place = survey.place(context.path, call)
        prefixes = mounts.prefixes(api.key)
        yield from of_class(survey, owner, Route(framework, (), path, handler(survey, owner), place, prefixes))


def _declare(survey: Survey, mounts: Mounts, api: Made) -> Text:
    """Tells the prefix of a namespace, which is its name where none is given, or of an API; gives it."""
    prefix: Text = ""
    if api.kinds & _NAMESPACES:
        path, name = constructor(api, "path"), constructor(api, "name", 0)
        prefix = text(survey, api.context, path) if path is not None else below("/", text(survey, api.context, name))
    elif constructor(api, "prefix") is not None:
        prefix = text(survey, api.context, constructor(api, "prefix"))
    mounts.declare(api.key, prefix)
    return prefix


def _mounts(survey: Survey) -> Mounts:
    """Where namespaces are added to APIs, and APIs made for blueprints."""
    mounts = blueprint_mounts(survey)
    for site in survey.calls_of("Api"):
        api = made(survey, site.context, site.node)
        if api is not None and api.kinds & _APIS:
            _on_blueprint(survey, mounts, api, site.context, argument(site.node, "app", 0))
    for site in survey.calls_of("init_app"):
        api = _api(survey, site.context, site.node)
        if api is not None and api.kinds & _APIS:
            _on_blueprint(survey, mounts, api, site.context, argument(site.node, "app", 0))
    for site in survey.calls_of("namespace"):
        space = made(survey, site.context, site.node)
        parent = _api(survey, site.context, site.node)
        if space is not None and parent is not None and space.kinds & _NAMESPACES:
            mounts.mount(space.key, parent.key, _declare(survey, mounts, space))
    for site in survey.calls_of("add_namespace"):
        given = argument(site.node, "ns", 0)
        added = made(survey, site.context, given) if given is not None else None
        if added is not None and added.kinds & _NAMESPACES:
            parent = _api(survey, site.context, site.node)
            path = argument(site.node, "path", 1)
            own = _declare(survey, mounts, added)
            prefix = own if path is None else text(survey, site.context, path)
            mounts.mount(added.key, parent.key if parent is not None else None, prefix)
    return mounts


def _on_blueprint(survey: Survey, mounts: Mounts, api: Made, context: Context, given: Expression | None) -> None:
    own = _declare(survey, mounts, api)
    app = made(survey, context, given) if given is not None else None
    if app is not None:
        mounts.declare(app.key, own_prefix(survey, app))
        mounts.mount(api.key, app.key, own)


def read_exposed(survey: Survey) -> Iterator[Route]:
    """The methods of views and APIs that `@expose` serves."""
    for site, decorator in survey.decorations("expose"):
        if isinstance(site.node, ClassDef) or not isinstance(decorator, Call):
            continue
        called = meaning(survey, site.context, decorator.func)
        framework = _EXPOSE.get(called.name) if isinstance(called, External) else None
        if framework is not None:
            yield Route(
                framework=framework,
                methods=methods(survey, site.context, argument(decorator, "methods", 1), ("GET",)),
                path=text(survey, site.context, argument(decorator, "url", 0)),
                handler=handler(survey, defined(site)),
                place=survey.place(site.context.path, decorator),
                prefixes=(_route_base(survey, site, framework),),
            )


def _route_base(survey: Survey, site: Site[FunctionDef], framework: str) -> Text:
    """Where the class of an exposed method is served: `create_blueprint` of Flask-AppBuilder 4."""
    if framework != "flask-appbuilder" or site.context.owner is None:
        return Unknown("it is given where the view is added")
    owner = DefinedClass(site.context.path, site.context.owner, site.context.owner_qualifier)
    base = class_attribute(survey, owner, "route_base")
    if base is not None:
        return text(survey, base.context, base.expression)
    kinds = kinds_of(survey, owner)
    if any(kind.startswith("flask_appbuilder.security.") for kind in kinds):
        return Unknown("a view of Flask-AppBuilder brings it")
    if kinds & _INDEX_VIEWS:
        return ""
    if not kinds & _API_CLASSES:
        return f"/{owner.node.name.lower()}"
    version, resource = class_attribute(survey, owner, "version"), class_attribute(survey, owner, "resource_name")
    number: Text = "v1" if version is None else text(survey, version.context, version.expression)
    name: Text = owner.node.name.lower() if resource is None else text(survey, resource.context, resource.expression)
    return below(below("/api/", number), below("/", name))
