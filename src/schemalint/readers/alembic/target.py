"""The naming convention of the metadata that an `env.py` targets: Alembic gives its names to what has none.

As Alembic does (`SchemaObjects.metadata` in alembic/operations/schemaobj.py): what is no single MetaData, such as a
list of several, has no convention of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Union

from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.interpret.resolve import qualified_name
from schemalint.interpret.values import Entries, Frame, Given, Items, Made, Symbol, Unsure, Value
from schemalint.ir import Assign, Attribute, Call, Expression, Import, ImportFrom, Name
from schemalint.readers.keywords import Keywords
from schemalint.readers.models.metadata import Metadata
from schemalint.readers.models.reading import Reading
from schemalint.readers.models.roots import metadata_given
from schemalint.readers.nodes import Block, blocks, nodes

Convention = Union[tuple[tuple[str, Union[str, None]], ...], Unknown]

_DEFAULT: Convention = Metadata().convention
_OWN = ("sqlmodel.", "flask_sqlalchemy.", "flask_appbuilder.")
_LIBRARIES = ("sqlalchemy", "flask_sqlalchemy", "sqlmodel", "flask_appbuilder", "advanced_alchemy")


def naming_convention(program: Program, path: str, calls: Sequence[Keywords]) -> Convention:
    """The templates by kind that `context.configure` is given with its metadata; Unknown where that is computed.

    `calls` are those of the online mode. Where the metadata is not evident but nothing in the project sets a
    convention, it is SQLAlchemy's default.
    """
    call = next((call for call in calls if "target_metadata" in call.values), None)
    if call is None:
        return Unknown(calls[0].open) if calls[0].open else _DEFAULT
    reading = Reading(program)
    found = _assigned(reading, path, call) or _given(reading, path, call)
    if found is None and not _sets_conventions(program):
        return _DEFAULT
    if found is None:
        return Unknown("the target metadata is computed")
    return found.convention if found.known else Unknown("the naming convention is computed")


def _given(reading: Reading, path: str, call: Keywords) -> Metadata | None:
    """The metadata that the call is given."""
    expression = call.expression("target_metadata")
    value = _value(reading, path, expression, call.block) if expression is not None else Unsure("it is computed")
    if value is None or isinstance(value, (Items, Entries)):
        return Metadata()
    found = _metadata(reading, value)
    return found if found is not None or not isinstance(value, (Unsure, Made)) else _of_flask_migrate(reading)


def _value(reading: Reading, path: str, expression: Expression, block: Block) -> Value:
    """What an expression is worth in a block; in a function, after what it imports and assigns."""
    machine = reading.machine(path)
    frame = Frame(path)
    for node in nodes(block.statements) if block.scope is not None else ():
        if isinstance(node, (Assign, Import, ImportFrom)):
            machine.run((node,), frame)
    return machine.value(expression, frame)


def _metadata(reading: Reading, value: Value) -> Metadata | None:
    """The metadata that a value is, as the models reader knows it; None for what it knows nothing of."""
    if isinstance(value, Symbol) and not value.name.startswith(_OWN):
        return None
    return metadata_given(reading, Made("sqlalchemy.Table", (Given("metadata", value),)))


# -------------------------------------------------------------------------------------------- conventions set by hand


def _assigned(reading: Reading, path: str, call: Keywords) -> Metadata | None:
    """The convention that is assigned to the metadata itself: `target_metadata.naming_convention = {...}`."""
    target = _named(reading.program, path, call.expression("target_metadata"))
    for module, owner, value in _assignments(reading, (path, *reading.program.modules)):
        if module == path or (target is not None and _named(reading.program, module, owner) == target):
            return _with_convention(reading, module, value)
    return None


def _assigned_to(reading: Reading, path: str, db: Expression) -> Metadata | None:
    """The convention that is assigned to the metadata of a `db`: `db.metadata`, `db.Model.metadata`."""
    name = qualified_name(reading.program, path, db) if isinstance(db, (Name, Attribute)) else None
    for module, owner, value in _assignments(reading, tuple(reading.program.modules)):
        while isinstance(owner, Attribute) and owner.attr in ("metadata", "Model"):
            owner = owner.value
        if name is not None and _named(reading.program, module, owner) == name:
            return _with_convention(reading, module, value)
    return None


def _assignments(reading: Reading, modules: tuple[str, ...]) -> Iterator[tuple[str, Expression, Expression]]:
    """What modules assign a naming convention to, and which."""
    for module in modules:
        for statement in reading.statements(module):
            if not isinstance(statement, Assign) or not isinstance(statement.targets[0], Attribute):
                continue
            if statement.targets[0].attr == "naming_convention":
                yield module, statement.targets[0].value, statement.value


def _with_convention(reading: Reading, module: str, convention: Expression) -> Metadata | None:
    value = reading.machine(module).value(convention, Frame(module))
    made = Made("sqlalchemy.MetaData", (Given("naming_convention", value),))
    return metadata_given(reading, Made("sqlalchemy.Table", (Given("metadata", made),)))


def _named(program: Program, path: str, expression: Expression | None) -> str | None:
    """The qualified name of a metadata; a name of the module's own is followed to what it was assigned."""
    if not isinstance(expression, (Name, Attribute)):
        return None
    binding = program.scope(path).lookup(expression.id) if isinstance(expression, Name) else None
    value = getattr(binding, "value", None)
    return qualified_name(program, path, value if isinstance(value, (Name, Attribute)) else expression)


def _sets_conventions(program: Program) -> bool:
    """Whether any module that imports a library of tables sets a naming convention."""
    for module in program.modules.values():
        imported = {name.partition(".")[0] for node in module.body for name in _imports(node)}
        if imported.isdisjoint(_LIBRARIES):
            continue
        if "advanced_alchemy" in imported:
            return True
        for node in nodes(module.body):
            if isinstance(node, Call) and node.keyword("naming_convention") is not None:
                return True
            if isinstance(node, Attribute) and node.attr == "naming_convention":
                return True
    return False


def _imports(node: object) -> Iterator[str]:
    if isinstance(node, Import):
        yield from (item.name for item in node.names)
    elif isinstance(node, ImportFrom) and node.level == 0:
        yield node.module


# ------------------------------------------------------------------------------------------------------ Flask-Migrate


def _of_flask_migrate(reading: Reading) -> Metadata | None:
    """The metadata of the `db` that Flask-Migrate was given: `Migrate(app, db)` or `migrate.init_app(app, db)`."""
    for path, module in reading.program.modules.items():
        if not any(name == "flask_migrate" for node in module.body for name in _imports(node)):
            continue
        for block in blocks(module):
            for node in nodes(block.statements):
                db = _db(reading.program, path, node) if isinstance(node, Call) else None
                if db is not None:
                    value = reading.machine(path).value(db, Frame(path))
                    return _assigned_to(reading, path, db) or _metadata(reading, value)
    return None


def _db(program: Program, path: str, call: Call) -> Expression | None:
    """The second argument of a call that sets Flask-Migrate up."""
    named = qualified_name(program, path, call.func) == "flask_migrate.Migrate"
    if not named and not (isinstance(call.func, Attribute) and call.func.attr == "init_app"):
        return None
    positional = [arg.value for arg in call.args if arg.keyword is None and not arg.star]
    return call.keyword("db") or (positional[1] if len(positional) > 1 else None)
