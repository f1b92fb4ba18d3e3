"""The functions that serve requests, each with all of its registrations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from schemalint.diagnostics import Place
from schemalint.facts.routes import Handler, Route
from schemalint.project.functions import Function
from schemalint.project.layers import LayerOf
from schemalint.settings.globs import labels_of

if TYPE_CHECKING:
    from schemalint.project.code import Code


@dataclass(eq=False)
class RouteHandler:
    """A function that serves requests, however often it is registered. `code` is that of its project."""

    function: Function
    routes: tuple[Route, ...]
    code: Code

    @property
    def path(self) -> str:
        """The file of the function."""
        return self.function.path

    @property
    def place(self) -> Place:
        """Where the function's name stands."""
        return self.function.place

    @property
    def name(self) -> str:
        """The name of the function inside its module: "list_users", "Users.get"."""
        return self.function.qualified_name

    @property
    def module(self) -> str:
        """The dotted name of its module."""
        return self.code.program.module_name(self.path)

    @property
    def full_name(self) -> str:
        """The dotted name of the function, with that of its module."""
        return f"{self.module}.{self.name}"

    @property
    def frameworks(self) -> frozenset[str]:
        """The frameworks that call it, by the names that routes have for them."""
        return frozenset(route.framework for route in self.routes)

    @property
    def layer(self) -> LayerOf | None:
        """The layer of its module."""
        return self.code.layers.of(self.path)

    @property
    def declared_as(self) -> str | None:
        """The layer or the role that the settings give its module; None where they say nothing."""
        if self.layer is not None and self.layer.declared:
            return self.layer.name
        return next(iter(labels_of(self.path, self.code.settings.roles)), None)

    @cached_property
    def private_helpers(self) -> tuple[Function, ...]:
        """The private functions of its module that it calls, directly or through each other."""
        return self.code.functions.private_helpers(self.function)

    @property
    def functions(self) -> tuple[Function, ...]:
        """It and its private helpers, each with the functions defined inside."""
        own = (self.function, *self.private_helpers)
        return tuple(dict.fromkeys(inner for function in own for inner in function.with_nested()))

    def is_of_a_small_app(self, most: int) -> bool:
        """Whether all handlers of the project stand in one module and are no more than `most`."""
        handlers = self.code.handlers
        return len(handlers) <= most and len({handler.path for handler in handlers}) == 1


def handlers(code: Code) -> Iterator[RouteHandler]:
    """The handlers of a project in the order of their first registrations; classes that serve routes are none."""
    for (path, name), found in _registrations(code.routes).items():
        function = next((each for each in code.functions_of(path) if each.qualified_name == name), None)
        if function is not None:
            yield RouteHandler(function, tuple(found), code)


def _registrations(routes: Iterable[Route]) -> dict[tuple[str, str], list[Route]]:
    found: dict[tuple[str, str], list[Route]] = {}
    for route in routes:
        if isinstance(route.handler, Handler):
            found.setdefault((route.handler.path, route.handler.name), []).append(route)
    return found
