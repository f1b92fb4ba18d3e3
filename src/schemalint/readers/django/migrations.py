"""Django's migrations as revisions: what a file declares, and what its operations do.

A revision's id is `<app label>.<file name>`, as `manage.py migrate` takes it. What takes a revision back is derived
from its operations, as Django does it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from schemalint.diagnostics import Place
from schemalint.facts.operations import OpaqueOperation
from schemalint.facts.revisions import Body, RevisionDef
from schemalint.interpret.evaluator.machine import STEPS, Machine
from schemalint.interpret.evaluator.names import lineage
from schemalint.interpret.evaluator.run import machine as new_machine
from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import External
from schemalint.interpret.resolve import ancestry
from schemalint.interpret.values import Class, Frame, Handle, Instance, Items, Made, Symbol, Value
from schemalint.ir import Assign, ClassDef, ModuleIR, Name, span_of
from schemalint.readers.alembic.emit import Emitter, Environment
from schemalint.readers.alembic.tables import Did
from schemalint.readers.django.operations import irreversible, kind_of, names_model, unknown_operation
from schemalint.readers.django.operations_data import APPS, EDITOR, DataFramework, run, run_statements
from schemalint.readers.django.operations_tables import Moment
from schemalint.readers.django.state import State
from schemalint.readers.django.state_changes import listed, state_after
from schemalint.readers.django.state_read import USER_MODEL, Reader, World
from schemalint.readers.django.state_tables import Tables
from schemalint.readers.django.values import DjangoFramework, Files, methods

_MIGRATION = frozenset({"django.db.migrations.Migration", "django.db.migrations.migration.Migration"})
_DECLARED = frozenset({"operations", "dependencies", "replaces", "run_before"})
_NUMBER = re.compile(r"^\d+_")
SWAPPABLE_USER = "<AUTH_USER_MODEL>.__first__"
"""Stands among the dependencies for the first revision of the app of the user model."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration as its file declares it. `operations` are not yet read; `atomic` is that of the class."""

    definition: RevisionDef
    app: str
    operations: Value
    atomic: bool
    run_before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """An operation that was read, and the states before and after it."""

    operation: Value
    before: State
    after: State


def read_migration(program: Program, path: str, app: str, files: Files) -> Migration | None:
    """The migration that a file declares: a class `Migration` that derives from Django's. None where it has none."""
    node = migration_class(program, path)
    if node is None:
        return None
    module = program.modules[path]
    home = Place(path, span_of(module.lines, node.name_start, node.name_start + len(node.name)))
    machine = _machine(program, home, DjangoFramework(files))
    names = _attributes(machine, path, node)
    stem = posixpath.basename(path).removesuffix(".py")
    dependencies = _ids(names.get("dependencies"))
    operations = names.get("operations")
    lost = [place for value in listed(operations) if (place := irreversible(machine, value)) is not None]
    places = {name: _place(path, module, node, name) or home for name in ("operations", "dependencies")}
    definition = RevisionDef(
        path=path,
        id=f"{app}.{stem}",
        parents=tuple(dict.fromkeys(id_ for id_ in dependencies if id_.startswith(f"{app}."))),
        place=home,
        parents_place=places["dependencies"],
        depends_on=tuple(dict.fromkeys(id_ for id_ in dependencies if not id_.startswith(f"{app}."))),
        message=_NUMBER.sub("", stem).replace("_", " ") or None,
        docstring=module.docstring or node.docstring,
        upgrade=lost[0] if lost else places["operations"],
        downgrade=None if lost else places["operations"],
        framework="django",
        replaces=_ids(names.get("replaces")),
        initial=names.get("initial") is True,
        irreversible=tuple(lost),
    )
    return Migration(definition, app, operations, names.get("atomic") is not False, _ids(names.get("run_before")))


def _attributes(machine: Machine, path: str, node: ClassDef) -> dict[str, Value]:
    """What the bodies of the class and of those that it derives from assign."""
    names: dict[str, Value] = {}
    for holder in reversed(list(lineage(machine, Class(path, node)))):
        frame = Frame(holder.path)
        machine.run(holder.node.body, frame)
        names.update(frame.names)
    return names


def migration_class(program: Program, path: str) -> ClassDef | None:
    """The class of a file that Django loads as a migration; None where it has none."""
    if posixpath.basename(path) == "__init__.py":
        return None
    for node in program.modules[path].body:
        if isinstance(node, ClassDef) and node.name == "Migration" and node.bases and _declares(node):
            found = ancestry(program, path, node)
            if any(isinstance(base, External) and base.name in _MIGRATION for base in found):
                return node
    return None


def _declares(node: ClassDef) -> bool:
    return any(
        isinstance(target, Name) and target.id in _DECLARED
        for statement in node.body
        if isinstance(statement, Assign)
        for target in statement.targets
    )


def _place(path: str, module: ModuleIR, node: ClassDef, name: str) -> Place | None:
    """Where the class assigns a name."""
    for statement in node.body:
        for target in statement.targets if isinstance(statement, Assign) else ():
            if isinstance(target, Name) and target.id == name:
                return Place(path, span_of(module.lines, target.start, target.end))
    return None


def _ids(value: Value) -> tuple[str, ...]:
    """Ids of revisions that are written as pairs of label and name."""
    found = []
    for item in listed(value):
        if isinstance(item, Made) and item.callee.endswith("swappable_dependency"):
            model = item.value("value", 0)
            if model == Symbol(USER_MODEL):
                found.append(SWAPPABLE_USER)
            elif isinstance(model, str) and "." in model:
                found.append(f"{model.partition('.')[0]}.__first__")
        elif isinstance(item, Items) and len(item.values) == 2 and all(isinstance(part, str) for part in item.values):
            found.append(".".join(str(part) for part in item.values))
    return tuple(found)


def _machine(program: Program, home: Place, framework: DjangoFramework) -> Machine:
    machine = new_machine(program, home.path, home, framework)
    framework.machine = machine
    return machine


# ------------------------------------------------------------------------------------------------------------ bodies


@dataclass(eq=False)
class Course:
    """One migration in one direction: where it hands on what is done, and in which world."""

    program: Program
    migration: Migration
    world: World
    files: Files
    environment: Environment
    backwards: bool = False

    def __post_init__(self) -> None:
        self.emitter = Emitter(self.environment)
        home = self.migration.definition.place
        self.machine = _machine(self.program, home, DjangoFramework(self.files, self.world.dialect))
        self.reader = Reader(self.machine, self.migration.app, self.world)
        self.operations = self._operations(home.path)

    def _operations(self, path: str) -> Value:
        """The operations; where they depend on the server, those for the one at hand."""
        known = self.migration.operations
        node = migration_class(self.program, path)
        if known is None or node is None or (isinstance(known, Items) and not known.open):
            return known
        return _attributes(self.machine, path, node).get("operations")

    def upgrade(self, state: State) -> tuple[Body, list[Done]]:
        """Does all operations, and tells from which state to which each leads."""
        done: list[Done] = []
        for value in listed(self.operations):
            after = state_after(self.reader, value, state)
            self._do(value, state, after)
            done.append(Done(value, state, after))
            state = after
        self._doubt_the_list()
        return self._body(self.migration.definition.upgrade), done

    def downgrade(self, done: list[Done]) -> Body:
        """Takes all operations back, the last one first."""
        for item in reversed(done):
            self._do(item.operation, item.after, item.before)
        self._doubt_the_list()
        return self._body(self.migration.definition.downgrade)

    def _doubt_the_list(self) -> None:
        operations = self.operations
        if operations is not None and not (isinstance(operations, Items) and not operations.open):
            reason = "not all of the operations are known"
            home = self.migration.definition.place
            self.emitter.take(self.machine, [Did(OpaqueOperation(reason))], "operations", home, ())

    def _body(self, place: Place | None) -> Body:
        self.environment.not_understood.extend(self.emitter.doubts)
        return Body(place or self.migration.definition.place, tuple(self.emitter.operations))

    def _do(self, value: Value, before: State, after: State) -> None:
        if self.migration.atomic:
            self._one(value, before, after)
            return
        with self.emitter.outside_transaction():
            self._one(value, before, after)

    def _one(self, value: Value, before: State, after: State) -> None:
        """One operation, from one state to the other."""
        moment = Moment(self.reader, Tables(self.world, before), Tables(self.world, after), self.environment.schema)
        if not isinstance(value, Made):
            self._take([Did(unknown_operation(moment, value))], "operation", self.migration.definition.place)
        elif self._is_own(value):
            self._run_own(value, moment)
        else:
            self._plain(value, moment)

    def _plain(self, value: Made, moment: Moment) -> None:
        """An operation as Django does it."""
        place = value.place or self.migration.definition.place
        name = value.callee.rpartition(".")[2] if value.callee.startswith("django.") else ""
        if name == "SeparateDatabaseAndState":
            self._separate(value, (moment.after if self.backwards else moment.before).state)
        elif name == "RunPython":
            code = value.value("reverse_code", 1) if self.backwards else value.value("code", 0)
            if code is not None:
                self._run(code, moment, place, (APPS, EDITOR))
        elif name == "RunSQL":
            sql = value.value("reverse_sql", 1) if self.backwards else value.value("sql", 0)
            run_statements(self.emitter, self.machine, sql, self.world.dialect, place)
        else:
            kind = kind_of(value)
            room = None if kind is None else kind.backwards if self.backwards else kind.forwards
            unknown = room is None or (names_model(value) and moment.models(value) == (None, None))
            did = [Did(unknown_operation(moment, value))] if unknown or room is None else room(moment, value)
            self._take(did, value.callee.rpartition(".")[2], place)

    def _take(self, did: Iterable[Did], name: str, place: Place) -> None:
        """Places what an operation does; on the way back nobody has written it."""
        for item in did:
            placed = item._replace(derived=True) if self.backwards else item
            self.emitter.take(self.machine, [placed], name, place, ())

    def _separate(self, value: Made, state: State) -> None:
        """The operations on the database alone; each sees the state that those before it would make."""
        steps: list[Done] = []
        for inner in listed(value.value("database_operations", 0)):
            after = state_after(self.reader, inner, state)
            steps.append(Done(inner, state, after))
            state = after
        for step in reversed(steps) if self.backwards else steps:
            first, second = (step.after, step.before) if self.backwards else (step.before, step.after)
            self._one(step.operation, first, second)

    def _is_own(self, value: Made) -> bool:
        """Whether the project's own class says what the operation does."""
        name = "database_backwards" if self.backwards else "database_forwards"
        return isinstance(value.owner, Instance) and methods(self.machine, value, name) is not None

    def _run_own(self, value: Made, moment: Moment) -> None:
        """What a class of the project makes of an operation of Django's happens under a condition of its own."""
        if value.callee.rpartition(".")[2] != "Operation":
            self.machine.conditional = True
            self._plain(value, moment)
            self.machine.conditional = False
            return
        code = methods(self.machine, value, "database_backwards" if self.backwards else "database_forwards")
        place = value.place or self.migration.definition.place
        self._run(code, moment, place, (moment.reader.app, EDITOR, Handle("state"), Handle("state")))

    def _run(self, code: Value, moment: Moment, place: Place, args: tuple[Value, ...]) -> None:
        """A function of the project that is given the database."""
        framework = DataFramework(self.files, self.emitter, moment.before)
        machine = _machine(self.program, place, framework)
        run(framework, code, place, args)
        if machine.steps > STEPS:
            did = [Did(OpaqueOperation("the function takes too many steps to follow"))]
            self.emitter.take(machine, did, "RunPython", place, ())
