"""Routes of Django: what urlconfs name, and what routers of Django REST framework are told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Union

from schemalint.facts.routes import Route, Text
from schemalint.interpret.resolutions import BoundValue, DefinedClass, DefinedFunction, External, ModuleRef
from schemalint.interpret.resolve import resolve
from schemalint.ir import (
    AnnAssign,
    Assign,
    Attribute,
    AugAssign,
    BinOp,
    Call,
    Constant,
    Expression,
    ExpressionStatement,
    Name,
    Sequence,
    Starred,
    Statement,
)
from schemalint.readers.nodes import nodes
from schemalint.readers.routes.common import Context, Made, Site, Survey, argument
from schemalint.readers.routes.django_views import (
    REST,
    is_view,
    routes_of_class,
    routes_of_viewset,
    serves,
    view_of_function,
)
from schemalint.readers.routes.objects import flat, kinds_of, made, meaning, own_class, target
from schemalint.readers.routes.values import UNREGISTERED, Key, Mounts, defined, handler, text

_MODULES = ("django.urls", "django.urls.conf", "django.conf.urls")
_PATHS = frozenset(f"{module}.{name}" for module in _MODULES for name in ("path", "re_path", "url"))
_INCLUDES = frozenset(f"{module}.include" for module in _MODULES)
_ROUTER = re.compile(r"rest_framework(?:_nested|_extensions)?\.routers\.\w*Router\w*")
_URLPATTERNS = "urlpatterns"
_Inline = dict[str, list[tuple[int, int]]]


def read_django(survey: Survey) -> Iterator[Route]:
    """The routes of urlconfs and routers, and the views that none of them is seen to name."""
    mounts = Mounts()
    entries = [site for site in survey.calls_of("path", "re_path", "url") if _is(survey, site, _PATHS)]
    inline = _inline_lists(survey, entries)
    for site in entries:
        _mount(survey, mounts, site, inline)
    _mount_lists(survey, mounts)
    registered: set[tuple[str, int]] = set()
    for site in entries:
        view = argument(site.node, "view", 1)
        if view is None or _included(survey, site.context, view) is not None:
            continue
        found = target(survey, site.context, view)
        if found is not None:
            registered.add((found.path, found.node.start))
        plain = Route(
            framework="django",
            methods=(),
            path=text(survey, site.context, argument(site.node, "route", 0) or argument(site.node, "regex", 0)),
            handler=handler(survey, found),
            place=survey.place(site.context.path, site.node),
            prefixes=mounts.prefixes(_container(site, inline)),
        )
        if isinstance(found, DefinedClass):
            yield from routes_of_class(survey, found, plain, _as_view(site.context, view))
        elif isinstance(found, DefinedFunction):
            yield view_of_function(survey, found, plain)
        else:
            yield plain
    yield from _registered_viewsets(survey, mounts, registered)
    yield from _unregistered(survey, registered)


def _is(survey: Survey, site: Site[Call], names: frozenset[str]) -> bool:
    found = meaning(survey, site.context, site.node.func)
    return isinstance(found, External) and found.name in names


def _included(survey: Survey, context: Context, view: Expression) -> Call | None:
    """The call of `include`, where that is what stands in place of a view."""
    if isinstance(view, Call):
        found = meaning(survey, context, view.func)
        if isinstance(found, External) and found.name in _INCLUDES:
            return view
    return None


def _inline_lists(survey: Survey, entries: list[Site[Call]]) -> _Inline:
    """The lists of patterns that are written inside of `include(...)`, by module."""
    found: _Inline = {}
    for site in entries:
        view = argument(site.node, "view", 1)
        call = _included(survey, site.context, view) if view is not None else None
        listed = _patterns(call) if call is not None else None
        if isinstance(listed, Sequence):
            found.setdefault(site.context.path, []).append((listed.start, listed.end))
    return found


def _patterns(include: Call) -> Expression | None:
    """What is included, without the namespace that may stand beside it in a tuple."""
    given = argument(include, "arg", 0)
    if isinstance(given, Sequence) and given.kind == "tuple" and given.items:
        return given.items[0]
    return given


def _container(site: Site[Call], inline: _Inline) -> Key:
    """The key of the list that a pattern stands in."""
    inside = [
        start for start, end in inline.get(site.context.path, ()) if start < site.node.start and site.node.end < end
    ]
    if inside:
        return (site.context.path, max(inside))
    return (site.context.path, _list_name(site.statement) or _URLPATTERNS)


def _list_name(statement: Statement | None) -> str | None:
    """The name of the list that a statement makes or adds to."""
    if isinstance(statement, Assign):
        return next((item.id for item in statement.targets if isinstance(item, Name)), None)
    if isinstance(statement, (AnnAssign, AugAssign)):
        return statement.target.id if isinstance(statement.target, Name) else None
    if isinstance(statement, ExpressionStatement) and isinstance(statement.value, Call):
        func = statement.value.func
        return func.value.id if isinstance(func, Attribute) and isinstance(func.value, Name) else None
    return None


def _mount(survey: Survey, mounts: Mounts, site: Site[Call], inline: _Inline) -> None:
    """Registers the list that a pattern includes."""
    view = argument(site.node, "view", 1)
    call = _included(survey, site.context, view) if view is not None else None
    listed = _patterns(call) if call is not None else None
    key = _key_of(survey, site.context, listed) if listed is not None else None
    if key is not None:
        prefix = text(survey, site.context, argument(site.node, "route", 0) or argument(site.node, "regex", 0))
        mounts.mount(key, _container(site, inline), prefix)


def _key_of(survey: Survey, context: Context, listed: Expression) -> Key | None:
    """The key of a list of patterns: a module's by its path or name, a named or a written list, a router's."""
    if isinstance(listed, Constant) and isinstance(listed.value, str):
        path = survey.program.path_of(listed.value, context.path)
        return (path, _URLPATTERNS) if path is not None else None
    if isinstance(listed, Sequence):
        return (context.path, listed.start)
    if isinstance(listed, Attribute) and listed.attr == "urls":
        router = _router(survey, context, listed.value)
        if router is not None:
            return router.key
    found = resolve(survey.program, context.path, listed)
    if isinstance(found, ModuleRef):
        return (found.path, _URLPATTERNS)
    return (found.path, found.name) if isinstance(found, BoundValue) else None


def _router(survey: Survey, context: Context, expression: Expression) -> Made | None:
    found = made(survey, context, expression)
    return found if found is not None and any(_ROUTER.fullmatch(kind) for kind in found.kinds) else None


def _mount_lists(survey: Survey, mounts: Mounts) -> None:
    """The lists and routers that a list takes in: `urlpatterns = [*users] + others`, `urlpatterns += router.urls`."""
    for path in sorted(survey.paths):
        if _URLPATTERNS not in survey.program.scope(path).bindings:
            continue
        for statement in flat(survey.program.modules[path].body):
            name = _list_name(statement)
            value = getattr(statement, "value", None)
            for part in _parts(value) if name is not None and value is not None else ():
                key = _key_of(survey, Context(path), part)
                if key is not None and key != (path, name):
                    mounts.mount(key, (path, str(name)), "")


def _parts(value: Expression) -> Iterator[Expression]:
    """What a list takes in as a whole."""
    if isinstance(value, BinOp):
        yield from _parts(value.left)
        yield from _parts(value.right)
    elif isinstance(value, Sequence):
        yield from (item.value for item in value.items if isinstance(item, Starred))
    elif isinstance(value, (Name, Attribute)):
        yield value


def _as_view(context: Context, view: Expression) -> Site[Call] | None:
    """The call of `as_view` in what stands for a view."""
    for node in nodes(view):
        if isinstance(node, Call) and isinstance(node.func, Attribute) and node.func.attr == "as_view":
            return Site(context, node)
    return None


def _registered_viewsets(survey: Survey, mounts: Mounts, registered: set[tuple[str, int]]) -> Iterator[Route]:
    for site in survey.calls_of("register"):
        func = site.node.func
        router = _router(survey, site.context, func.value) if isinstance(func, Attribute) else None
        given = argument(site.node, "viewset", 1)
        found = target(survey, site.context, given) if given is not None else None
        if router is None or not isinstance(found, DefinedClass):
            continue
        registered.add((found.path, found.node.start))
        place = survey.place(site.context.path, site.node)
        path: Text = text(survey, site.context, argument(site.node, "prefix", 0))
        plain = Route(REST, (), path, handler(survey, found), place, mounts.prefixes(router.key))
        yield from routes_of_viewset(survey, found, plain)


def _unregistered(survey: Survey, registered: set[tuple[str, int]]) -> Iterator[Route]:
    """The views that are evident without a urlconf: classes that derive from a view, functions with `@api_view`."""
    for view in survey.classes:
        owner = own_class(view)
        if (owner.path, owner.node.start) in registered or not serves(view.node):
            continue
        if is_view(kinds_of(survey, owner)):
            for route in routes_of_class(survey, owner, _plain(survey, owner)):
                if _is_own(route, owner):
                    yield route
    for site, decorator in survey.decorations("api_view"):
        callee = decorator.func if isinstance(decorator, Call) else decorator
        called = meaning(survey, site.context, callee)
        found = defined(site)
        if (
            isinstance(found, DefinedFunction)
            and isinstance(called, External)
            and called.name == "rest_framework.decorators.api_view"
            and (found.path, found.node.start) not in registered
        ):
            yield view_of_function(survey, found, _plain(survey, found))


def _plain(survey: Survey, found: Union[DefinedClass, DefinedFunction]) -> Route:
    place = survey.name_place(found.path, found.node)
    return Route("django", (), UNREGISTERED, handler(survey, found), place)


def _is_own(route: Route, owner: DefinedClass) -> bool:
    served = route.handler
    inside = f"{owner.qualifier}.{owner.node.name}." if owner.qualifier else f"{owner.node.name}."
    return getattr(served, "path", None) == owner.path and str(getattr(served, "name", "")).startswith(inside)
