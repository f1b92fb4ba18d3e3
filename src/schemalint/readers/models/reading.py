"""What reading the models of a program shares: the program, the evaluators by file, and what was read so far."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union

from schemalint.diagnostics import Place, Span
from schemalint.facts.names import ObjectName
from schemalint.facts.requirements import Requirement
from schemalint.interpret.evaluator.machine import Framework, Machine
from schemalint.interpret.evaluator.run import machine
from schemalint.interpret.homes import canonical, instance_attribute
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import BoundValue, DefinedClass, External, Resolution, Unresolved
from schemalint.interpret.resolve import bases, name_of
from schemalint.interpret.scopes import blocks_of
from schemalint.interpret.values import (
    MISSING,
    Builtin,
    Class,
    Frame,
    Given,
    Instance,
    Made,
    Member,
    Missing,
    Symbol,
    Value,
)
from schemalint.ir import Attribute, Call, ClassDef, Expression, Name, Statement, span_of
from schemalint.readers.models.django_custom import HandedOn, field_base, made_field
from schemalint.readers.models.libraries import is_library, library_class, library_program

if TYPE_CHECKING:
    from schemalint.readers.models.bodies import Body
    from schemalint.readers.models.classes import Shape
    from schemalint.readers.models.metadata import Metadata

Key = tuple[str, int]
Ancestor = Union[Class, Resolution]


@dataclass(eq=False)
class Reading:
    """The state of one reading of a program. `requirements` tell the versions of the libraries."""

    program: Program
    requirements: tuple[Requirement, ...] = ()
    bodies: dict[Key, Body] = field(default_factory=dict)
    shapes: dict[Key, Shape | None] = field(default_factory=dict)
    roots: dict[Key, bool] = field(default_factory=dict)
    under_way: set[Key] = field(default_factory=set)
    sqlmodel_metadata: list[Metadata | None] = field(default_factory=list)
    _statements: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    handed_on: HandedOn = field(default_factory=HandedOn)
    _ancestors: dict[Key, tuple[Ancestor, ...]] = field(default_factory=dict)
    _machines: dict[str, Machine] = field(default_factory=dict)

    def program_of(self, path: str) -> Program:
        """The program that holds a path."""
        return library_program() if is_library(path) else self.program

    def statements(self, path: str) -> tuple[Statement, ...]:
        """The statements of a module, those under conditions and in try blocks too, but not those of definitions."""
        found = self._statements.get(path)
        if found is None:
            found = self._statements[path] = tuple(flat(self.program.modules[path].body))
        return found

    def machine(self, path: str) -> Machine:
        """The evaluator for what stands in a file, with all its steps ahead."""
        found = self._machines.get(path)
        if found is None:
            home = Place(path, Span(1, 1, 1, 1))
            found = self._machines[path] = machine(self.program_of(path), path, home, ModelFramework(self))
        found.steps = 0
        return found

    def place(self, path: str, node: ClassDef | Expression | Statement) -> Place:
        """Where a node stands; of a class it is the name."""
        start, end = node.start, node.end
        if isinstance(node, ClassDef):
            start, end = node.name_start, node.name_start + len(node.name)
        return Place(path, span_of(self.program_of(path).modules[path].lines, start, end))

    def name(self, owner: Class) -> str:
        """The full name of a class."""
        return name_of(self.program_of(owner.path), DefinedClass(owner.path, owner.node)) or owner.node.name

    def ancestors(self, owner: Class) -> tuple[Ancestor, ...]:
        """All that a class inherits from, nearest first, each base after all that derive from it.

        Classes of the project and of known libraries are `Class`es, whatever else there is a `Resolution`.
        """
        key = key_of(owner)
        known = self._ancestors.get(key)
        if known is None:
            self._ancestors[key] = (Unresolved("cyclic inheritance"),)
            known = self._ancestors[key] = _last_of_each(
                item for item in self._inherited(owner) if not isinstance(item, Class) or key_of(item) != key
            )
        return known

    def _inherited(self, owner: Class) -> Iterator[Ancestor]:
        written = [base.value for base in owner.node.bases if base.keyword is None]
        for expression, base in zip(written, bases(self.program_of(owner.path), owner.path, owner.node), strict=False):
            for item in self._meant(owner, expression, base):
                yield item
                if isinstance(item, Class):
                    yield from self.ancestors(item)

    def _meant(self, owner: Class, expression: Expression, base: Resolution) -> Iterator[Ancestor]:
        """What a base stands for, and the class that a call which makes a base was given for it."""
        if isinstance(base, DefinedClass):
            yield Class(base.path, base.node)
        elif isinstance(base, External):
            known = library_class(canonical(base.name))
            if base.name.startswith(("flask_sqlalchemy.", "flask_appbuilder.")) and isinstance(expression, Attribute):
                yield from _classes(
                    self.machine(owner.path).value(expression.value, Frame(owner.path, {}, owner.closure))
                )
            yield base if known is None else Class(known.path, known.node)
        elif isinstance(base, BoundValue) and isinstance(base.expression, Call):
            made = self.machine(base.path).value(base.expression, Frame(base.path))
            if isinstance(made, Class):
                yield made
            else:
                yield base
                yield from _classes(made)
        else:
            local = owner.closure.lookup(expression.id) if owner.closure and isinstance(expression, Name) else None
            yield local if isinstance(local, Class) else base

    def at_least(self, library: str, *release: int) -> bool | None:
        """Whether the project requires this version of a library or a later one; None where that is not known."""
        known = [
            found
            for each in self.requirements
            if each.name == library
            if (found := each.at_least(*release)) is not None
        ]
        return known[0] if known and len(set(known)) == 1 else None


def flat(statements: tuple[Statement, ...]) -> Iterator[Statement]:
    """Statements, those under conditions and in try blocks too, but not those of definitions."""
    for statement in statements:
        yield statement
        for block in blocks_of(statement):
            yield from flat(block)


def key_of(owner: Class) -> Key:
    """What tells a class from all others."""
    return owner.path, owner.node.start


def _classes(value: Value) -> Iterator[Class]:
    """The classes given to a call that makes a base: `declarative_base(cls=Base)`, `SQLAlchemy(model_class=Base)`."""
    if isinstance(value, Made):
        for name in ("cls", "model_class"):
            given = value.value(name)
            if isinstance(given, Class):
                yield given


def _last_of_each(found: Iterable[Ancestor]) -> tuple[Ancestor, ...]:
    kept: dict[object, Ancestor] = {}
    for item in reversed(tuple(found)):
        kept.setdefault(key_of(item) if isinstance(item, Class) else item, item)
    return tuple(reversed(kept.values()))


def table_value(name: ObjectName) -> Made:
    """A table as a value."""
    return Made("sqlalchemy.Table", (Given("name", name.name), Given("schema", name.schema)))


@dataclass(eq=False)
class ModelFramework(Framework):
    """What mapped classes know of themselves: their table, and the columns behind their attributes."""

    reading: Reading

    def attribute(self, owner: Value, name: str) -> Value | Missing:
        """`Model.__tablename__`, `Model.__table__`, `Model.column` as the column of the table, and `db.Column`."""
        from schemalint.readers.models.classes import column_of_attribute, table_name_of

        if isinstance(owner, (Made, Instance)):
            home = self._home(owner, name)
            return Symbol(canonical(home)) if home is not None else MISSING
        if not isinstance(owner, Class) or (name.startswith("__") and name not in ("__table__", "__tablename__")):
            return MISSING
        if name in ("__tablename__", "__table__"):
            table = table_name_of(self.reading, owner)
            if not isinstance(table, ObjectName):
                return MISSING
            return table.name if name == "__tablename__" else table_value(table)
        found = column_of_attribute(self.reading, owner, name)
        return Member(Member(table_value(found[0]), "c"), found[1]) if found is not None else MISSING

    def call(self, callee: Value, args: tuple[Given, ...], place: Place) -> Value | Missing:
        """`Table(...)` with the schema of its metadata, where that gives one; fields of Django."""
        from schemalint.readers.models.roots import metadata_given

        if isinstance(callee, Class):
            base = field_base(self.reading, callee)
            return (
                made_field(self.reading, callee, base, args, place, self.reading.handed_on)
                if base is not None
                else MISSING
            )
        if self.reading.handed_on.take(callee, args):
            return None
        if callee == Builtin("super"):
            return Made("builtins.super", (), None, place)
        if callee != Symbol("sqlalchemy.Table"):
            return MISSING
        made = Made("sqlalchemy.Table", args, None, place)
        metadata = metadata_given(self.reading, made)
        if metadata is None or metadata.schema is None or made.given("schema") is not None:
            return made
        return Made(made.callee, (*args, Given("schema", metadata.schema)), None, place)

    def _home(self, owner: Made | Instance, name: str) -> str | None:
        if isinstance(owner, Made):
            return instance_attribute(owner.callee, name) if owner.owner is None else None
        for base in self.reading.ancestors(owner.of):
            home = instance_attribute(canonical(base.name), name) if isinstance(base, External) else None
            if home is not None:
                return home
        return None
