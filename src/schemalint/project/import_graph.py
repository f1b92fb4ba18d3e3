"""Which modules of the project lead to which, and by which imports."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from posixpath import basename

import msgspec

from schemalint.diagnostics import Place
from schemalint.interpret.imports import EAGER, ImportEdge, import_edges
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import External, ModuleRef, Unresolved
from schemalint.interpret.resolve import resolve_dotted
from schemalint.ir import span_of


class Step(msgspec.Struct, frozen=True, gc=False):
    """One import: the module at `importer` needs the module at `path`, or what lies outside where `path` is None.

    `module` is the dotted name of what is needed ("app.models.user", "sqlalchemy.orm"), `names` what is taken from it.
    `when` is "eager", "lazy" or "type-checking"; `place` is that of the statement.
    """

    importer: str
    path: str | None
    module: str
    names: tuple[str, ...]
    when: str
    place: Place


class ImportGraph:
    """The import graph of a program. A module is read when it is first asked for.

    A package that is imported for a name which its `__init__.py` merely passes on is no step: the step leads to the
    module that the name comes from. The packages around a module are no steps either, though Python runs them.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._steps: dict[str, tuple[Step, ...]] = {}

    def steps(self, path: str) -> tuple[Step, ...]:
        """What the module at `path` imports, in source order. Raises `KeyError` for a path that is not there."""
        found = self._steps.get(path)
        if found is None:
            edges = import_edges(self._program, path)
            found = self._steps[path] = tuple(step for edge in edges for step in self._of(path, edge))
        return found

    def chain(
        self,
        path: str,
        leads: Callable[[Step], bool],
        kinds: Collection[str] = (EAGER,),
        through: Callable[[str], bool] = lambda path: True,
    ) -> tuple[Step, ...] | None:
        """The shortest chain of imports from a module to a step that `leads` accepts; None where there is none.

        Only imports of these kinds count; `through` tells which modules a chain may pass. Of chains of one length the
        one whose imports stand first in their modules is given.
        """
        waiting: deque[tuple[str, tuple[Step, ...]]] = deque([(path, ())])
        seen = {path}
        while waiting:
            current, before = waiting.popleft()
            followed = [step for step in self.steps(current) if step.when in kinds]
            for step in followed:
                if leads(step):
                    return (*before, step)
            for step in followed:
                if step.path is not None and step.path not in seen and through(step.path):
                    seen.add(step.path)
                    waiting.append((step.path, (*before, step)))
        return None

    def _of(self, path: str, edge: ImportEdge) -> Iterator[Step]:
        place = Place(path, span_of(self._program.modules[path].lines, edge.start, edge.end))
        if edge.path is None or basename(edge.path) != "__init__.py" or not edge.names or "*" in edge.names:
            yield Step(path, edge.path, edge.module, edge.names, edge.when, place)
            return
        homes: dict[tuple[str | None, str], list[str]] = {}
        for name in edge.names:
            homes.setdefault(self._home(edge.path, edge.module, name), []).append(name)
        for (home, module), names in homes.items():
            yield Step(path, home, module, tuple(names), edge.when, place)

    def _home(self, package: str, module: str, name: str) -> tuple[str | None, str]:
        """The module that a name of a package comes from, by its path and dotted name."""
        found = resolve_dotted(self._program, package, name)
        if isinstance(found, External):
            return (package, module) if found.name.startswith("builtins.") else (None, found.name.rpartition(".")[0])
        if isinstance(found, Unresolved) or found.path not in self._program.modules:
            return package, module
        if isinstance(found, ModuleRef) and found.guess:
            return package, module
        return found.path, self._program.module_name(found.path)
