"""Columns of mapped classes: attributes, annotations and calls as one `Column(...)`, and what the library fills in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Union

from schemalint.diagnostics import Place
from schemalint.facts.models import ClientDefault
from schemalint.interpret.evaluator.machine import Machine
from schemalint.interpret.evaluator.run import run_function
from schemalint.interpret.values import (
    Builtin,
    Class,
    Entries,
    Function,
    Given,
    Instance,
    Items,
    Made,
    Member,
    Missing,
    Symbol,
    Unsure,
    Value,
    is_scalar,
)
from schemalint.ir import FunctionDef
from schemalint.readers.models.bodies import Own, with_name
from schemalint.readers.models.classes import column_in
from schemalint.readers.models.hint_types import mapped_type
from schemalint.readers.models.hints import Hint
from schemalint.readers.models.reading import Reading
from schemalint.readers.models.roots import Root
from schemalint.readers.sqlalchemy.tables import COLUMNS
from schemalint.readers.sqlalchemy.types import is_type

_COMPOSITE = "sqlalchemy.orm.composite"
_SCHEMA_ITEMS = frozenset(
    {"ForeignKey", "Computed", "Identity", "Sequence", "DefaultClause", "FetchedValue", "CheckConstraint"}
    | {"UniqueConstraint", "PrimaryKeyConstraint", "ForeignKeyConstraint", "Index"}
)
# What an attribute that is annotated `Mapped[...]` may be besides a column.
_ATTRIBUTES = (
    *("sqlalchemy.orm.relationship", "sqlalchemy.orm.relation", "sqlalchemy.orm.synonym", "sqlalchemy.ext."),
    *("sqlalchemy.orm.query_expression", "sqlalchemy.orm.column_property", "sqlalchemy.orm.dynamic_loader"),
    *("sqlalchemy.select", "sqlalchemy.func.", "sqlalchemy.case", "select", "scalar_subquery", "label", "as_scalar"),
)
# What gives attributes that are no columns. Anything else that is called may give one.
_NO_COLUMNS = (
    *("sqlalchemy.", "sqlmodel.Relationship", "builtins.", "typing.", "functools.", "re.", "logging.", "uuid."),
    *("dataclasses.", "datetime.", "pydantic.", "os.", "collections.", "property", "enum.", "decimal.", "weakref."),
    *("sqlalchemy_utils.", "sqlalchemy_continuum.", "flask_sqlalchemy.", "operator.", "itertools.", "structlog."),
)


def column_for(reading: Reading, own: Own, value: Value | Missing, root: Root) -> list[Made] | str | None:
    """The columns that an attribute stands for, each as a `Column(...)` with its name and as much as is known.

    None where it stands for none; a reason where it may stand for one that cannot be read.
    """
    inner = value if isinstance(value, Missing) else column_in(value)
    if isinstance(inner, Made) and inner.callee == _COMPOSITE:
        return [arg for arg in inner.positional if isinstance(arg, Made) and arg.callee == "sqlalchemy.Column"] or None
    if isinstance(inner, Made) and inner.callee == "sqlalchemy.Column":
        return [_with_hint(reading, own, inner, root)]
    if isinstance(inner, Missing):
        if own.hint is None or own.hint.wrapper != "mapped":
            return None
        bare = with_name(Made("sqlalchemy.Column", (), None, own.place), own.name)
        assert isinstance(bare, Made)
        return [_with_hint(reading, own, bare, root)]
    if isinstance(inner, Unsure):
        return inner.reason
    if isinstance(inner, Made) and own.hint is not None and own.hint.wrapper == "mapped":
        return None if inner.callee.startswith(_ATTRIBUTES) else f"it is the result of {inner.callee}()"
    if isinstance(inner, Made) and inner.callee == "()" and isinstance(inner.owner, Made):
        maker = inner.owner.callee
        return None if maker.startswith(_NO_COLUMNS) else f"it is what the result of {maker}() makes"
    if isinstance(inner, Made) and inner.owner is None and inner.callee != "()":
        last = inner.callee.rpartition(".")[2]
        if not inner.callee.startswith(_NO_COLUMNS) and last[:1].islower() and "." in inner.callee:
            return f"it is the result of {inner.callee}()"
    return None


def _with_hint(reading: Reading, own: Own, made: Made, root: Root) -> Made:
    """The column with what the annotation adds: whether it may be NULL, its type, and columns inside `Annotated`."""
    hint = own.hint
    args = list(made.args)
    if hint is not None and hint.wrapper == "mapped":
        args = _merged(args, hint)
        if not any(arg.keyword == "nullable" for arg in args):
            args.append(Given("nullable", hint.optional))
        if not _has_type(reading, own, args):
            args.append(Given("type_", mapped_type(reading, hint, root)))
    return Made("sqlalchemy.Column", tuple(args), None, own.place)


def _merged(args: list[Given], hint: Hint) -> list[Given]:
    """The arguments with those of a `mapped_column(...)` inside `Annotated`, which give way to the attribute's own."""
    for extra in hint.metadata:
        if isinstance(extra, Made) and extra.callee in COLUMNS:
            given = {arg.keyword for arg in args if arg.keyword is not None}
            own_type = any(arg.keyword is None and not _is_schema_item(arg.value) for arg in args)
            for arg in extra.args:
                if arg.keyword is not None and arg.keyword not in given:
                    args.append(Given(arg.keyword, arg.value))
                elif arg.keyword is None and not (own_type and not _is_schema_item(arg.value)):
                    args.append(Given(None, arg.value))
    return args


def _is_schema_item(value: Value) -> bool:
    return isinstance(value, Made) and value.callee.rpartition(".")[2] in _SCHEMA_ITEMS


def _has_type(reading: Reading, own: Own, args: list[Given]) -> bool:
    """Whether the column is given a type, or takes that of the column that it refers to."""
    if any(arg.keyword == "type_" for arg in args):
        return True
    machine = reading.machine(own.holder.path)
    for arg in args:
        if arg.keyword is None:
            if is_type(machine, arg.value) or not _is_schema_item(arg.value):
                return True
            if isinstance(arg.value, Made) and arg.value.callee == "sqlalchemy.ForeignKey":
                return True
    return False


# ----------------------------------------------------------------------------------------------------------- defaults


def client_defaults(machine: Machine, made: Made) -> tuple[ClientDefault | None, ClientDefault | None]:
    """What the library fills in on insert and on update."""
    on_insert = next(
        (given for name in ("insert_default", "default", "default_factory") if (given := made.given(name)) is not None),
        None,
    )
    on_update = made.given("onupdate")
    found = client_default(machine, on_insert), client_default(machine, on_update)
    return (_copied(found[0]), _copied(found[1])) if any(_is_tracked(arg.value) for arg in made.args) else found


def _is_tracked(value: Value) -> bool:
    """Whether a type is `MutableDict.as_mutable(...)` or the like, which gives each row a copy of its default."""
    return isinstance(value, Made) and value.callee.rpartition(".")[2] == "as_mutable"


def _copied(default: ClientDefault | None) -> ClientDefault | None:
    if default is None or default.kind != "mutable":
        return default
    return ClientDefault("constant", default.name, default.arguments, default.place)


def client_default(machine: Machine, given: Given | None) -> ClientDefault | None:
    """A default as it was given; None where there is none."""
    if given is None or given.value is None:
        return None
    value: Value = given.value
    place = given.place
    if isinstance(value, Made) and value.callee in ("sqlalchemy.ColumnDefault", "sqlalchemy.schema.ColumnDefault"):
        value = value.value("arg", 0)
    kind, name, arguments = _described(machine, value, place)
    return ClientDefault(kind, name, arguments, place)


def _described(machine: Machine, value: Value, place: Place | None) -> tuple[str, Union[str, None], bool]:
    if is_scalar(value):
        return "constant", str(value), False
    if isinstance(value, Items):
        return ("constant", None, False) if value.kind == "tuple" else ("mutable", value.kind, False)
    if isinstance(value, Entries):
        return "mutable", "dict", False
    if isinstance(value, Instance):
        member = value.fields.get("name")
        return (
            ("constant", str(member), False) if member is not None else ("called", value.of.node.name, bool(value.args))
        )
    if isinstance(value, Builtin):
        return "function", f"builtins.{value.name}", False
    if isinstance(value, Class):
        return "function", value.node.name, False
    if isinstance(value, Symbol):
        return ("sql" if value.name.startswith("sqlalchemy.") else "function"), value.name, False
    if isinstance(value, Function):
        return _function(machine, value)
    if isinstance(value, Member):
        chain = _chain(value)
        return ("sql" if chain.startswith("sqlalchemy.") else "function"), chain, False
    if isinstance(value, Made):
        chain = _chain(value)
        return ("sql" if chain.startswith("sqlalchemy.") else "called"), chain, bool(value.args)
    return "unknown", None, False


def _function(machine: Machine, function: Function) -> tuple[str, Union[str, None], bool]:
    """A function of the project or a lambda: what it calls in the end, where it does nothing else."""
    required = sum(
        1 for each in function.node.parameters if each.default is None and each.kind.startswith("positional")
    )
    if required <= 1 and not (isinstance(function.node, FunctionDef) and function.node.is_async):
        result = run_function(machine, function, tuple(Given(None, Unsure("the context")) for _ in range(required)))
        if isinstance(result, Made) and not _chain(result).startswith("()"):
            return "function", _chain(result), bool(result.args)
        if isinstance(result, (Items, Entries)):
            return "function", "builtins.dict" if isinstance(result, Entries) else f"builtins.{result.kind}", False
    return "function", function.name, False


def _chain(value: Value) -> str:
    """A call or attribute in words: `datetime.datetime.now().replace`."""
    if isinstance(value, Symbol):
        return value.name
    if isinstance(value, Made):
        return value.callee if value.owner is None else f"{_chain(value.owner)}().{value.callee}"
    if isinstance(value, Member):
        return f"{_chain(value.owner)}.{value.name}"
    if isinstance(value, Class):
        return value.node.name
    return "()"


def option_places(made: Made) -> Iterator[tuple[str, Place]]:
    """Where the arguments of a column stand, by keyword; those given by position by what they are."""
    for arg in made.args:
        if arg.place is None:
            continue
        if arg.keyword is not None:
            yield arg.keyword, arg.place
        elif isinstance(arg.value, Made) and arg.value.callee.rpartition(".")[2] in _SCHEMA_ITEMS:
            yield arg.value.callee.rpartition(".")[2], arg.place
        else:
            yield "type_", arg.place
