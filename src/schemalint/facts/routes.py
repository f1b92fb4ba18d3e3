"""Routes: what a web framework is told to call for which requests."""

from __future__ import annotations

from typing import Union

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.unknown import Unknown

Text = Union[str, Unknown]


class Handler(msgspec.Struct, frozen=True, gc=False):
    """The function that serves a route.

    `name` is its name inside the module at `path` ("list_users", "Users.get", "create_app.<locals>.index"), `owner`
    that of the class whose method it is. Where a class serves the route and none of the project's functions is known
    to do it, `name` and `owner` are the class's. `place` is that of the bare name in its definition.
    """

    path: str
    name: str
    owner: str | None
    place: Place


class Route(msgspec.Struct, frozen=True, gc=False):
    """One registration of a handler.

    `framework` is "fastapi", "starlette", "litestar", "flask", "flask-restx", "flask-restful", "flask-smorest",
    "flask-appbuilder", "flask-admin", "quart", "django", "django-rest-framework" or "pyramid". `methods` are in upper
    case and sorted; empty means that the framework calls the handler for any method. `path` is the path as it is
    registered; `prefixes` are those under which its router is known to be mounted, its own among them, the empty one
    where there is none.

    `handler` is Unknown where it is no function or class of the project. `place` is that of the registration: the
    decorator or the call. `response_model` is the type of the response with full names ("list[app.schemas.User]"),
    None where none is declared. `websocket` tells that the route serves a web socket.
    """

    framework: str
    methods: Union[tuple[str, ...], Unknown]
    path: Text
    handler: Union[Handler, Unknown]
    place: Place
    prefixes: tuple[Text, ...] = ("",)
    include_in_schema: Union[bool, Unknown] = True
    response_model: Union[str, Unknown, None] = None
    websocket: bool = False

    @property
    def full_paths(self) -> tuple[str, ...]:
        """The whole paths, as far as they are known."""
        if isinstance(self.path, Unknown):
            return ()
        known = (prefix for prefix in self.prefixes if not isinstance(prefix, Unknown))
        return tuple(joined(prefix, self.path) for prefix in known)


def joined(prefix: str, path: str) -> str:
    """A path below a prefix."""
    return f"{prefix.rstrip('/')}{path}" if path.startswith("/") else f"{prefix}{path}"
