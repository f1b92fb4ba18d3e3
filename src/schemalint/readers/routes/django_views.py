"""The views of Django and of Django REST framework: which methods of a class, and which functions, serve what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Union

import msgspec

from schemalint.facts.routes import Route, Text
from schemalint.facts.unknown import Unknown
from schemalint.interpret.resolutions import DefinedClass, DefinedFunction, External
from schemalint.interpret.resolve import ancestry
from schemalint.interpret.scopes import Defined
from schemalint.ir import Call, ClassDef, Constant, Dict, FunctionDef
from schemalint.readers.routes.common import Context, Site, Survey, argument
from schemalint.readers.routes.objects import class_attribute, kinds_of, meaning, method
from schemalint.readers.routes.values import below, handler, methods, text, texts

_VIEW = re.compile(
    r"django\.views(?:\.\w+)*\.\w*View|rest_framework\.(?:views\.APIView|viewsets\.\w*ViewSet\w*|generics\.\w+View)"
)
_ACTING = re.compile(r"rest_framework\.(?:viewsets|generics|mixins)\.\w+")
_VIEWSET = re.compile(r"rest_framework\.viewsets\.\w*ViewSet\w*")
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_ACTIONS = {
    "list": ("GET", False),
    "create": ("POST", False),
    "retrieve": ("GET", True),
    "update": ("PUT", True),
    "partial_update": ("PATCH", True),
    "destroy": ("DELETE", True),
}
_LIMITS = {
    "django.views.decorators.http.require_GET": ("GET",),
    "django.views.decorators.http.require_POST": ("POST",),
    "django.views.decorators.http.require_safe": ("GET", "HEAD"),
}
_LISTS = frozenset({"django.views.decorators.http.require_http_methods", "rest_framework.decorators.api_view"})
_ACTION = "rest_framework.decorators.action"

DJANGO, REST = "django", "django-rest-framework"


def is_view(kinds: frozenset[str]) -> bool:
    """Whether a class with these ancestors is a view."""
    return any(_VIEW.fullmatch(kind) for kind in kinds)


def serves(node: ClassDef) -> bool:
    """Whether a class itself defines a method that may serve requests, were the class a view."""
    return any(
        isinstance(item, FunctionDef) and (item.name in _VERBS or item.name in _ACTIONS or item.decorators)
        for item in node.body
    )


def framework_of(kinds: frozenset[str]) -> str:
    """Django, or Django REST framework where the class comes from there."""
    return REST if any(kind.startswith("rest_framework.") for kind in kinds) else DJANGO


def view_of_function(survey: Survey, found: DefinedFunction, plain: Route) -> Route:
    """The route of a function: what its decorators say of methods."""
    for decorator in found.node.decorators:
        callee = decorator.func if isinstance(decorator, Call) else decorator
        named = meaning(survey, Context(found.path), callee)
        name = named.name if isinstance(named, External) else ""
        if name in _LIMITS:
            plain = msgspec.structs.replace(plain, methods=_LIMITS[name])
        elif name in _LISTS:
            given = argument(decorator, "http_method_names", 0) if isinstance(decorator, Call) else None
            given = given or (argument(decorator, "request_method_list", 0) if isinstance(decorator, Call) else None)
            framework = REST if name.startswith("rest_framework.") else plain.framework
            listed = methods(survey, Context(found.path), given, ("GET",))
            plain = msgspec.structs.replace(plain, framework=framework, methods=listed)
    return msgspec.structs.replace(plain, handler=handler(survey, found))


def routes_of_class(
    survey: Survey, owner: DefinedClass, plain: Route, as_view: Site[Call] | None = None
) -> Iterator[Route]:
    """The routes of a class-based view or a viewset.

    The call of `as_view` may say which methods serve what (`{"get": "list"}`), and, like the class, which ones alone
    are served (`http_method_names`).
    """
    kinds = kinds_of(survey, owner)
    plain = msgspec.structs.replace(plain, framework=framework_of(kinds))
    mapping = argument(as_view.node, "actions", 0) if as_view is not None else None
    found = list(_mapped(survey, owner, mapping) if isinstance(mapping, Dict) else _serving(survey, owner, kinds))
    allowed = _allowed(survey, owner, as_view)
    for verbs, inside in found:
        if allowed is not None and verbs and not set(verbs) & allowed:
            continue
        yield msgspec.structs.replace(plain, methods=verbs, handler=handler(survey, inside))
    if not found:
        yield msgspec.structs.replace(plain, handler=handler(survey, owner))


def _allowed(survey: Survey, owner: DefinedClass, as_view: Site[Call] | None) -> frozenset[str] | None:
    """The methods that `http_method_names` leaves; None where it says nothing, or nothing that is evident."""
    given = as_view.node.keyword("http_method_names") if as_view is not None else None
    if as_view is not None and given is not None:
        names = texts(survey, as_view.context, given)
    else:
        value = class_attribute(survey, owner, "http_method_names")
        names = texts(survey, value.context, value.expression) if value is not None else None
    return None if names is None or isinstance(names, Unknown) else frozenset(name.upper() for name in names)


def _mapped(survey: Survey, owner: DefinedClass, mapping: Dict) -> Iterator[tuple[tuple[str, ...], DefinedFunction]]:
    for item in mapping.items:
        if isinstance(item.key, Constant) and isinstance(item.value, Constant):
            inside = method(survey, owner, str(item.value.value))
            if inside is not None:
                yield (str(item.key.value).upper(),), inside


def _serving(
    survey: Survey, owner: DefinedClass, kinds: frozenset[str]
) -> Iterator[tuple[tuple[str, ...], DefinedFunction]]:
    """The methods that serve requests; `dispatch` where a class leaves everything to it."""
    served = False
    if not any(_VIEWSET.fullmatch(kind) for kind in kinds):
        for name in _VERBS:
            inside = method(survey, owner, name)
            if inside is not None:
                served = True
                yield (name.upper(),), inside
    if any(_ACTING.fullmatch(kind) for kind in kinds):
        for name, (verb, _) in _ACTIONS.items():
            inside = method(survey, owner, name)
            if inside is not None:
                served = True
                yield (verb,), inside
        for inside, verbs, _ in _extra_actions(survey, owner):
            served = True
            yield (() if isinstance(verbs, Unknown) else verbs), inside
    dispatch = None if served else method(survey, owner, "dispatch")
    if dispatch is not None:
        yield (), dispatch


def routes_of_viewset(survey: Survey, owner: DefinedClass, plain: Route) -> Iterator[Route]:
    """The routes that a router makes of a viewset that is registered under the path of `plain`."""
    framework = framework_of(kinds_of(survey, owner))
    plain = msgspec.structs.replace(plain, framework=framework)
    for name, (verb, detail) in _ACTIONS.items():
        inside = method(survey, owner, name)
        if inside is not None:
            path = below(plain.path, "/{pk}/" if detail else "/")
            yield msgspec.structs.replace(plain, methods=(verb,), path=path, handler=handler(survey, inside))
    for inside, verbs, suffix in _extra_actions(survey, owner):
        path = below(plain.path, suffix)
        yield msgspec.structs.replace(plain, methods=verbs, path=path, handler=handler(survey, inside))


def _extra_actions(
    survey: Survey, owner: DefinedClass
) -> Iterator[tuple[DefinedFunction, Union[tuple[str, ...], Unknown], Text]]:
    """The methods that `@action` makes routes of, their methods and their path below the viewset's."""
    seen: set[str] = set()
    for holder in (owner, *ancestry(survey.program, owner.path, owner.node)):
        if not isinstance(holder, DefinedClass):
            continue
        context = Context(holder.path, qualifier=holder.qualifier).in_class(holder.node)
        for name, bindings in survey.program.class_scope(holder.path, holder.node).bindings.items():
            node = bindings[-1].node if isinstance(bindings[-1], Defined) else None
            if not isinstance(node, FunctionDef) or name in seen:
                continue
            seen.add(name)
            for decorator in node.decorators:
                called = meaning(survey, context, decorator.func) if isinstance(decorator, Call) else None
                if isinstance(decorator, Call) and isinstance(called, External) and called.name == _ACTION:
                    verbs = methods(survey, context, argument(decorator, "methods", 0), ("GET",))
                    yield (
                        DefinedFunction(holder.path, node, context.qualifier),
                        verbs,
                        _suffix(survey, context, name, decorator),
                    )


def _suffix(survey: Survey, context: Context, name: str, decorator: Call) -> Text:
    given, detail = decorator.keyword("url_path"), argument(decorator, "detail", 1)
    last = name if given is None else text(survey, context, given)
    is_detail = isinstance(detail, Constant) and detail.value is True
    return below("/{pk}/" if is_detail else "/", last if isinstance(last, Unknown) else f"{last}/")
