"""Routes of Pyramid: `@view_config` and `config.add_view` name routes, `config.add_route` gives them their paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

from schemalint.facts.routes import Route, Text
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import DefinedClass, External
from schemalint.ir import Attribute, Call, ClassDef, Constant, Expression, Name
from schemalint.readers.routes.common import Context, Survey, argument
from schemalint.readers.routes.objects import Target, made, meaning, method, target
from schemalint.readers.routes.values import defined, handler, text, texts

_VIEW_CONFIG = "pyramid.view.view_config"
_VIEW_DEFAULTS = "pyramid.view.view_defaults"
_CONFIGURATORS = frozenset({"pyramid.config.Configurator"})
_METHODS = ("request_method", "require_methods")


def read_pyramid(survey: Survey) -> Iterator[Route]:
    """The views that are configured, with the paths of the routes that they name."""
    paths = _paths(survey)
    for site, decorator in survey.decorations("view_config"):
        if not isinstance(decorator, Call) or not _is(survey, site.context, decorator.func, _VIEW_CONFIG):
            continue
        found = defined(site)
        owner = _owner(site.context) if not isinstance(site.node, ClassDef) else found
        defaults = _defaults(survey, owner) if isinstance(owner, DefinedClass) else None
        yield from _routes(survey, site.context, decorator, defaults, found, paths)
    for call in survey.calls_of("add_view"):
        if _configures(survey, call.context, call.node):
            view = argument(call.node, "view", 0)
            named = target(survey, call.context, view) if view is not None else None
            yield from _routes(survey, call.context, call.node, None, named, paths)


def _is(survey: Survey, context: Context, expression: Expression, name: str) -> bool:
    found = meaning(survey, context, expression)
    return isinstance(found, External) and found.name == name


def _owner(context: Context) -> DefinedClass | None:
    if context.owner is None or not (context.layers and context.layers[-1].is_class):
        return None
    return DefinedClass(context.path, context.owner, context.owner_qualifier)


def _defaults(survey: Survey, owner: DefinedClass) -> Call | None:
    """The `@view_defaults` of a class."""
    for decorator in owner.node.decorators:
        if isinstance(decorator, Call) and _is(survey, Context(owner.path), decorator.func, _VIEW_DEFAULTS):
            return decorator
    return None


def _routes(
    survey: Survey,
    context: Context,
    call: Call,
    defaults: Call | None,
    found: Target | None,
    paths: dict[str, tuple[Text, ...]],
) -> Iterator[Route]:
    name = _given(call, defaults, "route_name")
    known = text(survey, context, name) if name is not None else Unknown("the view is found by traversal")
    written: tuple[Text, ...] = (known,) if isinstance(known, Unknown) else paths.get(known, ())
    served = found
    attr = _given(call, defaults, "attr")
    if isinstance(found, DefinedClass):
        inside = text(survey, context, attr) if attr is not None else "__call__"
        served = (method(survey, found, inside) if isinstance(inside, str) else None) or found
    for path in written or (Unknown(f"no route `{known}` is seen"),):
        yield Route(
            framework="pyramid",
            methods=_methods(survey, context, call, defaults),
            path=path,
            handler=handler(survey, served),
            place=survey.place(context.path, call),
        )


def _given(call: Call, defaults: Call | None, keyword: str) -> Expression | None:
    own = call.keyword(keyword)
    return own if own is not None or defaults is None else defaults.keyword(keyword)


def _methods(survey: Survey, context: Context, call: Call, defaults: Call | None) -> Union[tuple[str, ...], Unknown]:
    """The methods of a view; GET brings HEAD along, as in Pyramid since 1.5."""
    for keyword in _METHODS:
        given = _given(call, defaults, keyword)
        if isinstance(given, Constant) and given.value is False:
            continue
        found = texts(survey, context, given)
        if isinstance(found, Unknown):
            return found
        if found is not None:
            names = {name.upper() for name in found}
            return tuple(sorted(names | {"HEAD"} if "GET" in names else names))
    return ()


def _configures(survey: Survey, context: Context, call: Call) -> bool:
    """Whether a method of a configurator is called: one made in the project, or what Pyramid calls `includeme` with."""
    owner = call.func.value if isinstance(call.func, Attribute) else None
    function = context.function
    if isinstance(owner, Name) and function is not None and function.name == "includeme" and function.parameters:
        return owner.id == function.parameters[0].name
    found = made(survey, context, owner) if owner is not None else None
    return found is not None and bool(found.kinds & _CONFIGURATORS)


def _paths(survey: Survey) -> dict[str, tuple[Text, ...]]:
    """The paths of routes by name."""
    found: dict[str, tuple[Text, ...]] = {}
    for site in survey.calls_of("add_route"):
        if _configures(survey, site.context, site.node):
            name = text(survey, site.context, argument(site.node, "name", 0))
            pattern = argument(site.node, "pattern", 1) or argument(site.node, "path")
            if isinstance(name, str) and pattern is not None:
                path = text(survey, site.context, pattern)
                found[name] = tuple(dict.fromkeys((*found.get(name, ()), path)))
    return found
