"""Models: what the classes and tables of a project declare.

Every module is read, whatever its name; a class is a model when what it inherits from resolves to a library that maps
it. Classes inside functions are none. What depends on something that cannot be followed is `Unknown`, attribute by
attribute and table by table: `ModelDef.not_read` says why, and the table is not `complete`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from schemalint.facts.models import ModelDef
from schemalint.facts.requirements import Requirement
from schemalint.interpret.program import Program
from schemalint.interpret.values import Class
from schemalint.ir import ClassDef, Statement
from schemalint.readers.models.after import completed
from schemalint.readers.models.classes import shape_of
from schemalint.readers.models.core import core_tables, imperative_models, outside_parts
from schemalint.readers.models.django import django_models
from schemalint.readers.models.django_apps import is_django
from schemalint.readers.models.reading import Reading, flat
from schemalint.readers.models.tables import model_of


def read_models(
    program: Program, paths: Collection[str] | None = None, requirements: tuple[Requirement, ...] = ()
) -> tuple[ModelDef, ...]:
    """The models that the modules at `paths` declare (all by default), by path and in source order.

    Modules that are not among `paths` are followed where the others lead to them: bases, types, constants.
    """
    reading = Reading(program, requirements)
    wanted = sorted(program.modules if paths is None else paths)
    models: list[ModelDef] = []
    django: list[Class] = []
    for path in wanted:
        for owner in _candidates(reading, path):
            if is_django(reading, owner):
                django.append(owner)
            elif (shape := shape_of(reading, owner)) is not None:
                models.append(model_of(reading, shape))
        models.extend(core_tables(reading, path))
        models.extend(imperative_models(reading, path))
    models.extend(django_models(reading, django))
    models.sort(key=lambda model: model.path)
    parts = [found for path in wanted for found in outside_parts(reading, path)]
    return completed(models, parts)


def _candidates(reading: Reading, path: str) -> Iterator[Class]:
    """The classes that may be models: those that inherit from something or are decorated."""
    return (Class(path, node) for node in classes(reading.statements(path)) if node.bases or node.decorators)


def classes(statements: tuple[Statement, ...]) -> Iterator[ClassDef]:
    """The classes of a module, those under conditions and inside classes too."""
    for statement in statements:
        if isinstance(statement, ClassDef):
            yield statement
            yield from classes(tuple(flat(statement.body)))
