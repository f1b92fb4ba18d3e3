"""Migrations: leaf nodes, names, the way back, historical models, and indexes that are made outside of transactions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename

from schemalint.diagnostics import Place, Related, Weight
from schemalint.facts.operations import (
    AddColumn,
    AddConstraint,
    CreateIndex,
    CreateTable,
    DataChange,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    OpaqueOperation,
    Operation,
    RenameColumn,
    RenameIndex,
    RenameTable,
)
from schemalint.facts.revisions import PlacedOperation
from schemalint.interpret.events.records import names_in
from schemalint.ir import AnnAssign, Assign, Attribute, Call, ClassDef, Constant, Expression, ModuleIR, Name, span_of
from schemalint.ir.nodes import Node
from schemalint.project.code import Code
from schemalint.project.functions import Function
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.subjects import History, Project, Revision
from schemalint.rules.api import Finding, rule
from schemalint.rules.history.graph import share_no_revision

_OF_TODAY = {
    "django.apps.apps.get_model": "a model of `django.apps.apps`",
    "django.contrib.auth.get_user_model": "the model of `get_user_model()`",
}
"""Calls that give a model as it is today."""
_ONCE = (
    *(CreateTable, DropTable, RenameTable, AddColumn, DropColumn, RenameColumn),
    *(AddConstraint, DropConstraint, CreateIndex, DropIndex, RenameIndex),
)
"""Operations that the database refuses when what they make is there, or what they take away is not."""
_MANAGED = re.compile(r"(\w[\w.]*\.models\.(?:\w+\.)*[A-Z]\w*)\.(?:objects|_default_manager|_base_manager)\.")
"""A query of a library's model: `django.contrib.auth.models.Group.objects.get`."""
_AUTO = re.compile(r"\d+_auto(_\d{8}_\d{4})?|\d+_\w+_and_more")


def _is_django(revision: Revision) -> bool:
    return revision.definition.framework == "django"


@rule("DJG004", "historical-model-bypass", "W/E/E")
def historical_model_bypass(project: Project) -> Iterator[Finding]:
    """A migration that works with the models of today breaks when they change: `apps` has those of its own time."""
    code = project.code
    if code is None:
        return
    models = {model.name for model in code.models if model.library == "django" and model.kind != "abstract"}
    for history in project.histories:
        for revision in history.revisions:
            if _is_django(revision) and revision.module.ir is not None:
                yield from _bypasses(code, revision, models)


def _bypasses(code: Code, revision: Revision, models: set[str]) -> Iterator[Finding]:
    uses: dict[str, set[Place]] = {}
    for function in _run(code, revision):
        for name, place in _models_of_today(function, models):
            uses.setdefault(name, set()).add(place)
    for name, places in uses.items():
        first, *others = sorted(places)
        home, _, model = name.rpartition(".")
        what = _OF_TODAY.get(name, f"`{model}` of {home}")
        yield Finding(
            place=first,
            message=f"`{revision.id}` works with {what} as it is today, not as it was when this was written: a later "
            "change of the model breaks it on new databases",
            help="Ask the `apps` that the function of RunPython is given: "
            f'`apps.get_model("{_label(revision, home)}", "{"Model" if name in _OF_TODAY else model}")`.',
            anchor=f"{revision.id}:model:{name}",
            weight=Weight.FULL if name in models or name in _OF_TODAY else Weight.REDUCED,
            related=tuple(Related(place, "here too") for place in others),
        )


def _label(revision: Revision, home: str) -> str:
    """The label of the application that a model's module belongs to, where that is the revision's own."""
    package = revision.definition.path.rpartition("/migrations/")[0].replace("/", ".")
    application, models, _ = f"{home}.".partition(".models.")
    own = f".{package}".endswith(f".{application}")
    return revision.id.partition(".")[0] if own and models else "app_label"


def _run(code: Code, revision: Revision) -> Iterator[Function]:
    """The functions of a migration's file that its operations name, and those that these call: no other runs."""
    named = {name for value in _attributes(revision.module.ir) for name in names_in(value)}
    waiting = [item for item in code.functions_of(revision.definition.path) if item.qualified_name in named]
    seen = set(waiting)
    while waiting:
        function = waiting.pop()
        yield function
        called = {*function.of_same_module(), *function.nested} - seen
        seen |= called
        waiting.extend(called)


def _models_of_today(function: Function, models: set[str]) -> Iterator[tuple[str, Place]]:
    """The models that a function queries or makes objects of, and that no state gave it, with the places."""
    for query in function.queries:
        if query.style == "manager":
            yield from ((entity, query.place) for entity in query.entities)
    for call in function.calls:
        callee = call.callee or ""
        managed = _MANAGED.match(callee)
        if managed is not None or callee in models or callee in _OF_TODAY:
            yield managed[1] if managed is not None else callee, function.place_of(call)


@rule("DJG005", "irreversible-run-python", "E/E/E")
def irreversible_run_python(revision: Revision) -> Iterator[Finding]:
    """RunPython or RunSQL without a way back: `migrate` stops there, and nothing older can be reached again."""
    module = revision.module.ir
    lost = [(place, _call_at(module, place)) for place in revision.definition.irreversible]
    if _only_inserts(revision):
        lost = [(place, call) for place, call in lost if call is None or not _is_elidable(call)]
    if not lost:
        return
    (place, call), *others = lost
    kind = _name_of(call)
    argument = "reverse_sql" if kind == "RunSQL" else "reverse_code"
    yield Finding(
        place=place,
        message=f"`{revision.id}` cannot be taken back: {kind} has no {argument}, so `migrate` stops with "
        "IrreversibleError on the way to any older migration",
        help=f"Give it `{argument}`; `migrations.{kind}.noop` where there is nothing to undo.",
        anchor=f"{revision.id}:downgrade",
        related=tuple(Related(other, "nothing takes this back either") for other, _ in others),
    )


def _call_at(module: ModuleIR | None, place: Place) -> Call | None:
    """The call among the attributes of a module's classes that stands at a place."""
    for value in _attributes(module):
        for call in _calls(value):
            if module is not None and span_of(module.lines, call.start, call.end) == place.span:
                return call
    return None


def _attributes(module: ModuleIR | None) -> Iterator[Expression]:
    """What the classes of a module assign to attributes: the operations of a migration among it."""
    for node in module.body if module is not None else ():
        for statement in node.body if isinstance(node, ClassDef) else ():
            if isinstance(statement, (Assign, AnnAssign)) and statement.value is not None:
                yield statement.value


def _calls(root: Node) -> Iterator[Call]:
    waiting: list[object] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call):
            yield node
        if isinstance(node, tuple):
            waiting.extend(node)
        elif isinstance(node, Node):
            waiting.extend(getattr(node, name) for name in node.__struct_fields__)


def _name_of(call: Call | None) -> str:
    """The last name of what is called."""
    func = call.func if call is not None else None
    if isinstance(func, Attribute):
        return func.attr
    return func.id if isinstance(func, Name) else "RunPython"


def _is_elidable(call: Call) -> bool:
    value = call.keyword("elidable")
    return isinstance(value, Constant) and value.value is True


def _only_inserts(revision: Revision) -> bool:
    """Whether rows are inserted and none are known to be changed: data that a new database starts with."""
    changes = [placed.operation for placed in revision.operations if isinstance(placed.operation, DataChange)]
    return all(change.command == "insert" for change in changes)


@rule("DJG006", "non-atomic-index-operation", "E/E/E", judges_change=True)
def non_atomic_index_operation(revision: Revision) -> Iterator[Finding]:
    """An index is made concurrently inside of a transaction, or in one migration with what must not be half done."""
    concurrent = [placed for placed in revision.operations if _is_concurrent(placed.operation)]
    if not _is_django(revision) or not concurrent or revision.history.target.runs_on("postgresql") is False:
        return
    inside = [placed for placed in concurrent if not placed.autocommit]
    for placed in inside:
        name = object_name(placed.operation)
        yield Finding(
            place=placed.place,
            message=f"index `{name}` cannot be made or dropped CONCURRENTLY inside of a transaction, and "
            f"`{revision.id}` runs in one: `migrate` stops with an error",
            help="Set `atomic = False` on the migration, and leave nothing else in it.",
            anchor=f"{revision.id}:{operation_kind(placed.operation)}:{name}",
            facts=("measured on PostgreSQL 10 to 18",),
        )
    last = max(number for number, placed in enumerate(revision.operations) if _is_concurrent(placed.operation))
    before = [placed for placed in list(revision.operations)[:last] if _cannot_be_repeated(placed)]
    if inside or not before:
        return
    first, *more = before
    index = object_name(concurrent[-1].operation)
    yield Finding(
        place=first.place,
        message=f"`{revision.id}` is not atomic, so {_described(first)} is committed by itself: where index `{index}` "
        "cannot be made, it stays, and the next `migrate` fails on it",
        help="Move it into a migration of its own, which is atomic, and leave the index alone in this one.",
        anchor=f"{revision.id}:mixed",
        facts=tuple(f"so is {_described(placed)} in line {placed.place.span.line}" for placed in more[:3]),
        related=(Related(concurrent[-1].place, f"index `{index}`"),),
    )


def _is_concurrent(operation: Operation) -> bool:
    return isinstance(operation, (CreateIndex, DropIndex)) and operation.concurrently is True


def _cannot_be_repeated(placed: PlacedOperation) -> bool:
    """Whether doing the operation a second time is an error."""
    operation = placed.operation
    if placed.guarded or placed.conditional or not isinstance(operation, _ONCE) or _is_concurrent(operation):
        return False
    if getattr(operation, "if_exists", False) or getattr(operation, "if_not_exists", False):
        return False
    return not (isinstance(operation, AddConstraint) and operation.using_index is not None)


def _described(placed: PlacedOperation) -> str:
    return f"{operation_kind(placed.operation)} `{object_name(placed.operation)}`"


@rule("DJG010", "migration-leaf-conflict", "E/E/E")
def migration_leaf_conflict(history: History) -> Iterator[Finding]:
    """Two migrations of an application follow on the same one and nothing joins them, so `migrate` refuses to run."""
    if len(history.heads) < 2 or history.incomplete or not _is_django(history.heads[0]) or share_no_revision(history):
        return
    *others, newest = history.heads
    names = ", ".join(f"`{head.id}`" for head in history.heads)
    yield Finding(
        place=newest.definition.place,
        message=f'{history.root} has {len(history.heads)} leaf nodes ({names}): `migrate` stops with "Conflicting '
        'migrations detected"',
        help="Join them with `manage.py makemigrations --merge`, or let the one that is not released yet depend on the "
        "other.",
        anchor=f"{history.root}:heads",
        facts=tuple(f"no migration of the application depends on {head.id}" for head in history.heads),
        related=tuple(Related(head.definition.place, f"`{head.id}` is a leaf node too") for head in others),
    )


@rule("DJG011", "auto-named-migration", "I/W/W", judges_change=True)
def auto_named_migration(revision: Revision) -> Iterator[Finding]:
    """A name that Django made up does not say what the migration does."""
    definition = revision.definition
    name = basename(definition.path).removesuffix(".py")
    if not _is_django(revision) or not definition.parents or not _AUTO.fullmatch(name):
        return
    partly = name.endswith("_and_more")
    changes = [placed for placed in revision.operations if not isinstance(placed.operation, OpaqueOperation)]
    yield Finding(
        place=definition.place,
        message=f"the name of `{revision.id}` is Django's own and "
        + ("tells one change of several" if partly else "does not say what it does"),
        help="Rename the file, and what depends on it, before it is released; next time, "
        "`makemigrations --name add_user_email`.",
        anchor=f"{revision.id}:name",
        weight=Weight.REDUCED if partly else Weight.FULL,
        facts=tuple(f"it does {_described(placed)}" for placed in changes[:3]),
    )
