"""What the code of a revision relies on, and what it hides."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Place, Related, Span
from schemalint.facts.operations import DataChange, OpaqueOperation
from schemalint.facts.revisions import PlacedOperation
from schemalint.ir import (
    Attribute,
    Call,
    Constant,
    Control,
    ExpressionStatement,
    For,
    FunctionDef,
    If,
    ModuleIR,
    Name,
    Return,
    Statement,
    Try,
    While,
    With,
    span_of,
    statements_of,
)
from schemalint.project.code import Code
from schemalint.project.subjects import Project, Revision
from schemalint.rules.api import Finding, rule
from schemalint.rules.migrations.common import bodies

_TALK = frozenset({"critical", "debug", "echo", "error", "exception", "info", "log", "print", "warn", "warning"})


@rule("MIG018", "app-model-import-in-migration", "W/W/E")
def app_model_import_in_migration(project: Project) -> Iterator[Finding]:
    """A revision that uses the application's models breaks when they change: it runs with those of today."""
    code = project.code
    if code is None:
        return
    for history in project.histories:
        for revision in history.revisions:
            if revision.module.ir is not None and revision.definition.framework == "alembic":
                yield from _model_imports(code, revision)


def _model_imports(code: Code, revision: Revision) -> Iterator[Finding]:
    path = revision.definition.path
    for step in code.imports.steps(path):
        if step.path is None or step.path == path or step.path not in code.mapped_paths:
            continue
        mapped = _mapped_names(code, step.path)
        names = [name for name in step.names if name in mapped]
        if not names:
            continue
        listed = ", ".join(f"`{name}`" for name in names)
        yield Finding(
            place=step.place,
            message=f"`{revision.id}` works with {listed} of {step.module} as it is today, not as it was when it was "
            "written: a column that is added later makes it fail on a new database",
            help="Declare what the revision needs in the revision itself: "
            '`users = sa.table("users", sa.column("id"), sa.column("email"))`.',
            anchor=f"{revision.id}:imports:{step.module}",
            facts=(f"{step.path} maps {listed}",),
        )


def _mapped_names(code: Code, path: str) -> set[str]:
    """The classes and tables that a module maps."""
    return {model.name.rpartition(".")[2] for model in code.models if model.path == path and model.kind != "abstract"}


@rule("MIG026", "swallowed-migration-error", "W/W/E", judges_change=True)
def swallowed_migration_error(revision: Revision) -> Iterator[Finding]:
    """An operation whose failure is ignored is recorded as done, whether it was or not."""
    module = revision.module.ir
    attempted = [(function, placed) for function, placed in bodies(revision) if _matters(placed)]
    if module is None or not attempted:
        return
    seen: dict[str, list[tuple[PlacedOperation, Place]]] = {}
    for attempt in _attempts(module):
        silent = next((handler for handler in attempt.handlers if _is_silent(handler.body)), None)
        span = span_of(module.lines, attempt.body[0].start, attempt.body[-1].end)
        inside = [(function, placed) for function, placed in attempted if _is_within(placed.place.span, span)]
        if silent is not None and inside and not _has_savepoint(attempt):
            function, placed = inside[0]
            place = Place(revision.definition.path, span_of(module.lines, silent.start, silent.start + len("except")))
            seen.setdefault(function, []).append((placed, place))
    aborts = revision.history.target.runs_on("postgresql") is not False
    for function, ((placed, place), *others) in seen.items():
        yield Finding(
            place=place,
            message=f"{function}() of `{revision.id}` ignores a failure in line {placed.place.span.line}: the revision "
            "is recorded as done either way" + (", and on PostgreSQL every statement after it fails" if aborts else ""),
            help="Ask before instead: `if_exists=True`, `IF NOT EXISTS`, `sa.inspect(op.get_bind())`; or let the error "
            "stop the upgrade.",
            anchor=f"{revision.id}:{function}:swallowed",
            facts=(_ABORTED,) if aborts else (),
            related=tuple(Related(other, "so does this handler") for _, other in others),
        )


_ABORTED = (
    "measured on PostgreSQL 15: after an error `current transaction is aborted, commands ignored until end of "
    "transaction block`"
)


def _has_savepoint(attempt: Try) -> bool:
    """Whether the attempt is made inside of a savepoint, to which the transaction goes back when it fails."""
    items = [item for statement in attempt.body if isinstance(statement, With) for item in statement.items]
    calls = [item.context for item in items if isinstance(item.context, Call)]
    return any(isinstance(call.func, Attribute) and call.func.attr == "begin_nested" for call in calls)


def _is_within(inner: Span, outer: Span) -> bool:
    starts = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _matters(placed: PlacedOperation) -> bool:
    """Whether an operation may stand in a `try` that tolerates its failure, and changes the schema in a transaction."""
    changes = not isinstance(placed.operation, (DataChange, OpaqueOperation))
    return placed.guarded and changes and not placed.autocommit


def _attempts(module: ModuleIR) -> Iterator[Try]:
    """The `try` statements of the functions of a module."""
    for statement in module.body:
        if isinstance(statement, FunctionDef):
            yield from _in(statements_of(statement))


def _in(statements: tuple[Statement, ...]) -> Iterator[Try]:
    for statement in statements:
        if isinstance(statement, Try) and not statement.star:
            yield statement
            yield from _in((*statement.body, *statement.orelse, *statement.final))
        elif isinstance(statement, (If, For, While)):
            yield from _in((*statement.body, *statement.orelse))
        elif isinstance(statement, With):
            yield from _in(statement.body)


def _is_silent(statements: tuple[Statement, ...]) -> bool:
    """Whether a handler does nothing but pass, talk or leave."""
    return all(isinstance(statement, (Control, Return)) or _talks(statement) for statement in statements)


def _talks(statement: Statement) -> bool:
    """Whether a statement is a constant, or a word to the log."""
    if not isinstance(statement, ExpressionStatement):
        return False
    value = statement.value
    func = value.func if isinstance(value, Call) else None
    name = func.attr if isinstance(func, Attribute) else func.id if isinstance(func, Name) else ""
    return isinstance(value, Constant) or name in _TALK
