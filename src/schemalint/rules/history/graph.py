"""The graph that revisions form."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Related
from schemalint.project.subjects import History, Revision
from schemalint.rules.api import Finding, rule


@rule("HIS001", "multiple-heads", "E/E/E")
def multiple_heads(history: History) -> Iterator[Finding]:
    """Two revisions follow on the same one and nothing joins them, so `alembic upgrade head` stops."""
    if len(history.heads) < 2 or history.incomplete or _are_deliberate(history):
        return
    newest, *others = reversed(history.heads)
    ids = ", ".join(f"`{head.id}`" for head in history.heads)
    yield Finding(
        place=newest.definition.place,
        message=f"{history.root} has {len(history.heads)} heads ({ids}): `alembic upgrade head` stops with an error",
        help=f"Join them: `alembic merge -m 'merge heads' {' '.join(head.id for head in history.heads)}`, "
        f"or set `down_revision` of the revision that is not released yet to the other head.",
        anchor=f"{history.root}:heads",
        facts=tuple(f"no revision names {head.id} as its parent" for head in history.heads),
        related=tuple(Related(head.definition.place, f"`{head.id}` is a head too") for head in others),
    )


def _are_deliberate(history: History) -> bool:
    """Whether the heads belong to branches that are meant to stay apart.

    Alembic's own signs of it: branch labels, and trees with bases of their own that share no revision.
    """
    lineages = [
        {head.id, *(older.id for older in history.ordered if history.is_ancestor(older.id, head.id))}
        for head in history.heads
    ]
    labels = {revision.id for revision in history.revisions if revision.definition.labels}
    apart = sum(len(lineage) for lineage in lineages) == len(set().union(*lineages))
    return apart or sum(bool(lineage & labels) for lineage in lineages) >= len(lineages) - 1


@rule("HIS002", "broken-revision-chain", "E/E/E")
def broken_revision_chain(history: History) -> Iterator[Finding]:
    """A revision follows on one that does not exist, shares its id with another, or follows on itself."""
    if not history.incomplete:
        for revision, parent in history.missing:
            yield Finding(
                place=revision.definition.parents_place,
                message=f"revision `{revision.id}` follows on `{parent}`, which no file of {history.root} declares",
                help="Restore the missing file, or set `down_revision` to the revision that this one follows on.",
                anchor=f"{revision.id}:missing:{parent}",
            )
    for group in history.duplicates:
        first, *others = group
        for revision in others:
            yield Finding(
                place=revision.definition.place,
                message=f"revision id `{revision.id}` is declared by {first.definition.path} too",
                help="Give one of them a new id, and set `down_revision` of what follows on it.",
                anchor=f"{revision.id}:duplicate",
                related=(Related(first.definition.place, f"`{revision.id}` is declared here as well"),),
            )
    for cycle in history.cycles:
        yield _cycle(cycle)


def _cycle(cycle: tuple[Revision, ...]) -> Finding:
    first, *others = cycle
    chain = " -> ".join(revision.id for revision in (*cycle, first))
    return Finding(
        place=first.definition.parents_place,
        message=f"revision `{first.id}` follows on itself ({chain}): there is no order to run them in",
        help="Set `down_revision` of one of them to the revision that it was written after.",
        anchor=f"{first.id}:cycle",
        related=tuple(
            Related(other.definition.parents_place, f"`{other.id}` is part of the cycle") for other in others
        ),
    )
