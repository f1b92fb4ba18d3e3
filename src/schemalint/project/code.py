"""What code beside the migrations says: models, tables, routes, layers, imports.

Each is read when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from schemalint.facts.models import ModelDef
from schemalint.facts.requirements import Requirement
from schemalint.facts.routes import Route
from schemalint.interpret.program import Program
from schemalint.project.import_graph import ImportGraph
from schemalint.project.layers import Layers, layers
from schemalint.project.merging import tables_of
from schemalint.project.routes import routes
from schemalint.project.subjects import History
from schemalint.project.tables import Tables
from schemalint.readers.models import read_models
from schemalint.settings.records import Settings


class Code:
    """The code of a project. `paths` are the modules that are judged: no tests, no examples, no revisions."""

    def __init__(
        self,
        program: Program,
        settings: Settings,
        paths: tuple[str, ...],
        histories: tuple[History, ...],
        requirements: Callable[[], tuple[Requirement, ...]],
    ) -> None:
        self.program = program
        self.settings = settings
        self.paths = paths
        self._histories = histories
        self._requirements = requirements

    @cached_property
    def models(self) -> tuple[ModelDef, ...]:
        """The models that the judged modules declare."""
        return read_models(self.program, self.paths, self._requirements())

    @cached_property
    def tables(self) -> Tables:
        """The tables that models declare and that histories made, merged."""
        return tables_of(self.models, self._histories)

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
