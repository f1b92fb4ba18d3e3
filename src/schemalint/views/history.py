"""Histories: the graph of revisions, with what each does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from schemalint.diagnostics import Place
from schemalint.facts.operations import OpaqueOperation
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.subjects import History, Project, Revision, Step
from schemalint.views.differences import difference_record
from schemalint.views.graph import rows
from schemalint.views.revisions import (
    approvals_in,
    marks,
    newest_first,
    not_understood_in,
    operation_text,
    parents,
    title,
    way_back,
)


def history_text(project: Project, histories: Iterable[History], *, brief: bool = False) -> str:
    """The graphs for a terminal, the newest revision first. `brief` leaves out what the revisions do."""
    return "\n".join("\n".join(_text(project, history, brief)) + "\n" for history in histories)


def _text(project: Project, history: History, brief: bool) -> Iterator[str]:
    yield from _head(project, history)
    yield ""
    by_id = {revision.id: revision for revision in newest_first(history)}
    known = {id_: tuple(p for p in parents(revision) if p in by_id) for id_, revision in by_id.items()}
    for row in rows(by_id, known):
        revision = by_id[row.id]
        yield from row.joins
        yield f"{row.node} {_line(revision)}".rstrip()
        for line in [] if brief else _details(project, revision):
            yield f"{row.lanes:1}    {line}".rstrip()
        yield from row.parts


def _head(project: Project, history: History) -> Iterator[str]:
    servers = ", ".join(str(server) for server in history.target.servers) or "an undecided database"
    yield f"{history.root or '.'}: {_count(len(history.revisions), 'revision')} for {servers}"
    yield f"heads: {_ids(history.heads)}; bases: {_ids(history.bases)}"
    steps = sum(len(revision.steps) for revision in history.ordered)
    unclear = sum(len(not_understood_in(project, revision)) for revision in history.ordered)
    yield f"{_count(steps, 'operation')}, {unclear or 'none'} not understood"
    for revision, missing in history.missing:
        yield f"missing: {revision.id} follows on {missing}, which no file declares"
    for group in history.duplicates:
        yield f"duplicate: {group[0].id} is the id of {', '.join(item.definition.path for item in group)}"
    for cycle in history.cycles:
        yield f"cycle: {' -> '.join(revision.id for revision in cycle)}"
    if history.incomplete:
        yield "incomplete: a file could not be read, or an id is computed; revisions may be missing here"


def _line(revision: Revision) -> str:
    special = marks(revision)
    return " ".join(
        part for part in (revision.id, f"({', '.join(special)})" if special else "", title(revision)) if part
    )


def _details(project: Project, revision: Revision) -> Iterator[str]:
    for step in revision.steps:
        yield operation_text(step)
    opaque = {step.operation.reason for step in revision.steps if isinstance(step.operation, OpaqueOperation)}
    for item in not_understood_in(project, revision):
        if item.reason not in opaque:
            yield f"not understood: {item.what}: {item.reason} ({_at(item.place)})"
    for approval in approvals_in(revision):
        understood = [step for step in approval.steps if not isinstance(step.operation, OpaqueOperation)]
        about = ", ".join([_at(approval.place), *(operation_text(step) for step in understood)])
        yield f"approved: {', '.join(approval.rules)}: {approval.reason} ({about})"


def _at(place: Place) -> str:
    return f"{place.path}:{place.span.line}"


def _ids(revisions: Iterable[Revision]) -> str:
    return ", ".join(revision.id for revision in revisions) or "none"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# --------------------------------------------------------------------------------------------------------------- JSON


def history_json(project: Project, histories: Iterable[History]) -> str:
    """The same as JSON: an object with the list `histories`."""
    record = {"histories": [_record(project, history) for history in histories]}
    return msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n"


def _record(project: Project, history: History) -> dict[str, Any]:
    return {
        "root": history.root,
        "servers": [str(server) for server in history.target.servers],
        "heads": [revision.id for revision in history.heads],
        "bases": [revision.id for revision in history.bases],
        "missing": [{"revision": revision.id, "id": missing} for revision, missing in history.missing],
        "duplicates": [[item.definition.path for item in group] for group in history.duplicates],
        "cycles": [[revision.id for revision in cycle] for cycle in history.cycles],
        "incomplete": history.incomplete,
        "revisions": [_revision(project, revision) for revision in newest_first(history)],
    }


def _revision(project: Project, revision: Revision) -> dict[str, Any]:
    definition = revision.definition
    return {
        "id": revision.id,
        "parents": list(parents(revision)),
        "depends_on": list(definition.depends_on),
        "labels": list(definition.labels),
        "message": title(revision),
        "path": definition.path,
        "line": definition.place.span.line,
        "released": revision.released if revision.history.released_known else None,
        "operations": [_operation(step) for step in revision.steps],
        "not_understood": [
            {"what": item.what, "reason": item.reason, **_place(item.place)}
            for item in not_understood_in(project, revision)
        ],
        "approvals": [
            {
                "rules": list(item.rules),
                "reason": item.reason,
                "operations": [_operation(step) for step in item.steps],
                **_place(item.place),
            }
            for item in approvals_in(revision)
        ],
        "downgrade": way_back(revision.downgrade),
        "downgrade_differences": [difference_record(item) for item in revision.downgrade_differences],
    }


def _operation(step: Step) -> dict[str, Any]:
    return {
        "operation": operation_kind(step.operation),
        "object": object_name(step.operation),
        "guarded": step.placed.guarded,
        "conditional": step.placed.conditional,
        **_place(step.place),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path, "line": place.span.line}


# ------------------------------------------------------------------------------------------------------------- graphs


def history_mermaid(histories: Iterable[History]) -> str:
    """A flowchart of mermaid, the oldest revision at the top."""
    lines = ["flowchart TD"]
    for number, history in enumerate(histories):
        for revision in history.revisions:
            text = "<br>".join(part for part in (revision.id, title(revision)) if part)
            lines.append(f'    {_node(number, revision.id)}["{_escaped(text)}"]')
        lines += [f"    {_node(number, old)} --> {_node(number, new)}" for old, new in _edges(history)]
    return "\n".join(lines) + "\n"


def _node(number: int, id_: str) -> str:
    return f"h{number}_{''.join(sign if sign.isascii() and sign.isalnum() else f'_{ord(sign):x}_' for sign in id_)}"


def _escaped(text: str) -> str:
    return text.replace("#", "#35;").replace('"', "#quot;")


def history_dot(histories: Iterable[History]) -> str:
    """A directed graph of Graphviz."""
    lines = ["digraph history {", "    node [shape=box];"]
    for number, history in enumerate(histories):
        for revision in history.revisions:
            text = "\\n".join(_quoted(part) for part in (revision.id, title(revision)) if part)
            lines.append(f'    {_node(number, revision.id)} [label="{text}"];')
        lines += [f"    {_node(number, old)} -> {_node(number, new)};" for old, new in _edges(history)]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _edges(history: History) -> Iterator[tuple[str, str]]:
    known = {revision.id for revision in history.revisions}
    for revision in history.revisions:
        yield from ((parent, revision.id) for parent in parents(revision) if parent in known)
