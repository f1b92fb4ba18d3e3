"""What there is to say of a revision, apart from how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from schemalint.diagnostics import Place
from schemalint.emit.sql_types import sql_type
from schemalint.facts.comments import Directive
from schemalint.facts.operations import AlterColumn, DataChange, OpaqueOperation
from schemalint.facts.revisions import Body
from schemalint.facts.tables import Default
from schemalint.facts.unknown import Unknown
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.subjects import History, Project, Revision, Step


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Something in a revision that was not understood, and why."""

    what: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval in a revision's file: the rules that it names, as written, its reason, and what it speaks of."""

    rules: tuple[str, ...]
    reason: str
    place: Place
    steps: tuple[Step, ...]


def not_understood_in(project: Project, revision: Revision) -> tuple[NotUnderstood, ...]:
    """What was not understood in the upgrade of a revision, be it in its own file or in a function that it calls."""
    own = [
        NotUnderstood(what, reason, place)
        for place, what, reason in project.not_understood
        if place.path == revision.definition.path
    ]
    elsewhere = [
        NotUnderstood("operation", step.operation.reason, step.place)
        for step in revision.steps
        if isinstance(step.operation, OpaqueOperation) and step.place.path != revision.definition.path
    ]
    return (*own, *elsewhere)


def approvals_in(revision: Revision) -> tuple[Approved, ...]:
    """The approvals that the file of a revision gives with a reason."""
    return tuple(
        Approved(
            rules=tuple(name for name, _ in directive.names),
            reason=directive.reason,
            place=directive.place,
            steps=tuple(step for step in revision.steps if _speaks_of(directive, step)),
        )
        for directive in revision.module.directives
        if directive.kind == "approve" and directive.problem is None and directive.reason
    )


def _speaks_of(directive: Directive, step: Step) -> bool:
    """Whether an operation begins in the statement that a comment speaks of."""
    target, span = directive.target, step.place.span
    if target is None or step.place.path != directive.place.path:
        return False
    return (target.line, target.column) <= (span.line, span.column) <= (target.end_line, target.end_column)


def operation_text(step: Step) -> str:
    """An operation on one line: `add column users.email`, `alter column users.email: not null`, `update users`."""
    operation = step.operation
    if isinstance(operation, OpaqueOperation):
        return f"not understood: {operation.reason}"
    kind = operation.command if isinstance(operation, DataChange) else operation_kind(operation).replace("_", " ")
    kind = _PREPOSITIONS.get(kind, kind)
    words = f"{kind} {object_name(operation)}".strip()
    if isinstance(operation, AlterColumn):
        words = ": ".join(part for part in (words, ", ".join(_changes(operation))) if part)
    notes = [
        note
        for holds, note in (
            (step.placed.guarded, "if need be"),
            (step.placed.conditional, "under a condition that is not known"),
        )
        if holds
    ]
    return f"{words} ({', '.join(notes)})" if notes else words


_PREPOSITIONS = {"insert": "insert into", "delete": "delete from", "merge": "merge into"}


def _changes(operation: AlterColumn) -> Iterator[str]:
    """What becomes of a column."""
    if not isinstance(operation.type, str):
        written = sql_type(operation.type)
        yield f"type {written}" if isinstance(written, str) else "another type"
    if isinstance(operation.nullable, bool):
        yield "nullable" if operation.nullable else "not null"
    if operation.default is None:
        yield "no default"
    elif isinstance(operation.default, Default):
        yield f"default {operation.default.sql}"
    elif isinstance(operation.default, Unknown):
        yield "another default"


def way_back(body: Body | None) -> str:
    """What the downgrade is: none, empty, raises or operations."""
    if body is None:
        return "none"
    if body.raises is not None:
        return "raises"
    return "empty" if body.empty else "operations"


def title(revision: Revision) -> str:
    """The message of a revision, on one line."""
    definition = revision.definition
    text = definition.message or (definition.docstring or "").strip().partition("\n")[0]
    return " ".join(text.split())


def marks(revision: Revision) -> tuple[str, ...]:
    """What is special about where a revision stands: head, base, merge, branch labels."""
    history = revision.history
    found = (
        ("head", revision in history.heads),
        ("base", revision in history.bases),
        ("merge", revision.definition.is_merge),
        ("branch point", len(children(history).get(revision.id, ())) > 1),
        ("released", revision.released and history.released_known),
    )
    return (*(mark for mark, holds in found if holds), *revision.definition.labels)


def parents(revision: Revision) -> tuple[str, ...]:
    """The ids that a revision follows on; none where they are computed."""
    given = revision.definition.parents
    return () if isinstance(given, Unknown) else given


def children(history: History) -> dict[str, tuple[str, ...]]:
    """Which revisions follow on each."""
    found: dict[str, tuple[str, ...]] = {}
    for revision in history.revisions:
        for parent in parents(revision):
            found[parent] = (*found.get(parent, ()), revision.id)
    return found


def newest_first(history: History) -> Iterable[Revision]:
    """The revisions as they are shown: the last that runs comes first; those that do not run come at the end."""
    yield from reversed(history.ordered)
    yield from (revision for revision in history.revisions if revision not in history.ordered)
