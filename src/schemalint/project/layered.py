"""Modules that belong to a layer, with what a rule on layers asks of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemalint.diagnostics import Place, Span
from schemalint.facts.models import ModelDef
from schemalint.interpret.resolve import ancestry, name_of
from schemalint.interpret.scopes import blocks_of
from schemalint.ir import ClassDef, Statement, span_of
from schemalint.project.import_graph import Step
from schemalint.project.layers import LayerOf

if TYPE_CHECKING:
    from schemalint.project.code import Code


@dataclass(frozen=True, slots=True, eq=False)
class ClassOf:
    """A class of a module. `bases` are its ancestors as far as they resolve, nearest first, by their full names."""

    name: str
    bases: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class LayeredModule:
    """A module whose layer is known. `code` is that of its project."""

    path: str
    layer: LayerOf
    code: Code

    @property
    def place(self) -> Place:
        """Where the file begins."""
        return Place(self.path, Span(1, 1, 1, 1))

    @property
    def name(self) -> str:
        """The dotted name of the module."""
        return self.code.program.module_name(self.path)

    @property
    def imports(self) -> tuple[Step, ...]:
        """What it imports, in source order."""
        return self.code.imports.steps(self.path)

    @property
    def models(self) -> tuple[ModelDef, ...]:
        """The models that it declares."""
        return tuple(model for model in self.code.models if model.path == self.path)

    def classes(self) -> Iterator[ClassOf]:
        """The classes at the level of the module."""
        program = self.code.program
        module = program.modules[self.path]
        for node in _classes(module.body):
            found = ancestry(program, self.path, node)
            names = (name_of(program, base) for base in found)
            yield ClassOf(
                node.name,
                tuple(name for name in names if name is not None),
                Place(self.path, span_of(module.lines, node.name_start, node.name_start + len(node.name))),
            )

    def chain(self, packages: Collection[str], allowed: Collection[str] = ()) -> tuple[Step, ...] | None:
        """The shortest chain of imports, run with the module itself, to one of these packages outside of the project.

        A chain through another module of the same layer is that module's own.
        """
        layers = self.code.layers

        def passes(path: str) -> bool:
            layer = layers.of(path)
            return layer is None or layer.name != self.layer.name

        return self.code.imports.chain(
            self.path, lambda step: leads_to(step, packages, allowed) is not None, through=passes
        )


def leads_to(step: Step, packages: Collection[str], allowed: Collection[str] = ()) -> str | None:
    """The package among these that an import needs, but for allowed parts; None for any other import."""
    if step.path is not None:
        return None
    for name in tuple(f"{step.module}.{name}" for name in step.names) or (step.module,):
        if not any(_is_within(name, each) for each in allowed):
            found = next((each for each in packages if _is_within(name, each)), None)
            if found is not None:
                return found
    return None


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def layered_modules(code: Code) -> Iterator[LayeredModule]:
    """The judged modules whose layer is known, in order."""
    for path in code.paths:
        layer = code.layers.of(path)
        if layer is not None:
            yield LayeredModule(path, layer, code)


def _classes(body: tuple[Statement, ...]) -> Iterator[ClassDef]:
    for statement in body:
        if isinstance(statement, ClassDef):
            yield statement
        for block in blocks_of(statement) if not isinstance(statement, ClassDef) else ():
            yield from _classes(block)
