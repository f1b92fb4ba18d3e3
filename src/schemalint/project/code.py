"""What code beside the migrations says: models, tables, routes, layers, imports.

Each is read when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

from schemalint.facts.models import ModelDef
from schemalint.facts.requirements import Requirement
from schemalint.facts.routes import Handler, Route
from schemalint.interpret.program import Program
from schemalint.project.attempts import Attempts
from schemalint.project.functions import Function, Functions
from schemalint.project.handlers import RouteHandler, handlers
from schemalint.project.import_graph import ImportGraph
from schemalint.project.layered import LayeredModule, layered_modules
from schemalint.project.layers import Layers, layers
from schemalint.project.memory import Memory
from schemalint.project.merging import tables_of
from schemalint.project.routes import routes
from schemalint.project.subjects import History
from schemalint.project.tables import Tables
from schemalint.project.targets import declared_target
from schemalint.readers.models.creation import creates_tables
from schemalint.readers.models.read import read_models
from schemalint.settings.records import Settings


class Code:
    """The code of a project.

    `paths` are the modules that are judged: no tests, no examples, no revisions. `roles` are those of all files.
    `scripted` tells on which tables SQL works that belongs to no history.
    `attempts` records what broke in a file while the code was read; `memory` keeps what was read of functions.
    """

    def __init__(
        self,
        program: Program,
        settings: Settings,
        paths: tuple[str, ...],
        histories: tuple[History, ...],
        requirements: Callable[[], tuple[Requirement, ...]],
        roles: Mapping[str, str | None],
        scripted: Callable[[], Collection[str]] = frozenset,
        memory: Memory | None = None,
    ) -> None:
        self.program = program
        self.settings = settings
        self.paths = paths
        self._histories = histories
        self._requirements = requirements
        self._roles = roles
        self._scripted = scripted
        self._memory = memory
        self.attempts = Attempts()
        self._functions_of: dict[str, tuple[Function, ...]] = {}

    @cached_property
    def models(self) -> tuple[ModelDef, ...]:
        """The models that the judged modules declare."""
        return read_models(self.program, self.paths, self._requirements())

    @cached_property
    def tables(self) -> Tables:
        """The tables that models declare and that histories made, merged."""
        return tables_of(self.models, self._histories, declared_target(self.settings), self._scripted())

    @cached_property
    def creates_tables(self) -> bool:
        """Whether the judged modules create the tables of models themselves, as `create_all` does."""
        return creates_tables(self.program, self.paths)

    @cached_property
    def mapped_paths(self) -> frozenset[str]:
        """The modules that declare models."""
        return frozenset(model.path for model in self.models)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes that the judged modules register."""
        return routes(self.program, self.paths)

    @cached_property
    def layers(self) -> Layers:
        """The layers of the project."""
        return layers(self.program, self.settings, self.routes, self.mapped_paths.__contains__)

    @cached_property
    def imports(self) -> ImportGraph:
        """Which modules import which."""
        return ImportGraph(self.program)

    @cached_property
    def functions(self) -> Functions:
        """The functions of the whole program."""
        return Functions(self.program, self._memory, roles=self._roles, served=lambda: self._served)

    @cached_property
    def _served(self) -> frozenset[tuple[str, str]]:
        """The path and the name of what serves the routes."""
        handlers = (route.handler for route in self.routes)
        return frozenset((handler.path, handler.name) for handler in handlers if isinstance(handler, Handler))

    def functions_of(self, path: str) -> tuple[Function, ...]:
        """The functions of a module; none for one in which something breaks."""
        if path not in self._functions_of:
            self._functions_of[path] = self.attempts.run(
                "reading the functions in", path, (), lambda: self.functions.of(path)
            )
        return self._functions_of[path]

    @cached_property
    def judged_functions(self) -> tuple[Function, ...]:
        """The functions of the judged modules and of the revisions."""
        modules = (revision.module for history in self._histories for revision in history.revisions)
        revisions = {module.path for module in modules if module.ir is not None}
        paths = (*self.paths, *sorted(revisions.difference(self.paths)))
        return tuple(function for path in paths for function in self.functions_of(path))

    @cached_property
    def handlers(self) -> tuple[RouteHandler, ...]:
        """The functions that serve the routes."""
        return tuple(handlers(self))

    @cached_property
    def layered(self) -> tuple[LayeredModule, ...]:
        """The judged modules whose layer is known."""
        return tuple(layered_modules(self))
