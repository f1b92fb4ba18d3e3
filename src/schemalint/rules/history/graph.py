"""The graph that revisions form."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Related
from schemalint.project.subjects import History, Revision, Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.migrations.objects import needed_by


@rule("HIS001", "multiple-heads", "E/E/E")
def multiple_heads(history: History) -> Iterator[Finding]:
    """Two revisions follow on the same one and nothing joins them, so `alembic upgrade head` stops."""
    if len(history.heads) < 2 or history.incomplete or _are_deliberate(history):
        return
    if history.heads[0].definition.framework == "django":
        return  # migration-leaf-conflict speaks of them
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
    labels = {revision.id for revision in history.revisions if revision.definition.labels}
    labelled = sum(bool(lineage & labels) for lineage in _lineages(history))
    return share_no_revision(history) or labelled >= len(history.heads) - 1


def share_no_revision(history: History) -> bool:
    """Whether the heads are those of trees that have no revision in common."""
    lineages = _lineages(history)
    return sum(len(lineage) for lineage in lineages) == len(set().union(*lineages))


def _lineages(history: History) -> list[set[str]]:
    """The ids of each head and of its ancestors."""
    return [
        {head.id, *(older.id for older in history.ordered if history.is_ancestor(older.id, head.id))}
        for head in history.heads
    ]


@rule("HIS002", "broken-revision-chain", "E/E/E")
def broken_revision_chain(history: History) -> Iterator[Finding]:
    """A revision follows on one that does not exist, shares its id with another, or follows on itself."""
    if not history.incomplete:
        for revision, missing in history.missing:
            depends = missing in revision.definition.depends_on
            if depends and history.env is None:
                continue  # a branch of other histories: whoever installs it has the files of all of them
            stands = revision.definition.depends_on_place if depends else None
            yield Finding(
                place=stands or revision.definition.parents_place,
                message=f"revision `{revision.id}` {'depends' if depends else 'follows'} on `{missing}`, which no file "
                f"of {history.root} declares",
                help="Restore the missing file, or take the dependency out."
                if depends
                else "Restore the missing file, or set `down_revision` to the revision that this one follows on.",
                anchor=f"{revision.id}:missing:{missing}",
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


@rule("HIS014", "missing-migration-dependency", "W/E/E")
def missing_migration_dependency(step: Step) -> Iterator[Finding]:
    """A revision works on a table that another branch makes, and does not say that it comes after it."""
    history, own = step.revision.history, step.revision
    if own.definition.framework != "alembic" or step.placed.guarded:
        return
    for table in dict.fromkeys(needed.table for needed in needed_by(step.operation)):
        found = (step.schema.table(table) or step.schema.last.table(table)) if table is not None else None
        maker = found.created_in if found is not None else None
        if maker is None or maker == own.id or history.is_ancestor(maker, own.id):
            continue
        made_by = next((revision for revision in history.ordered if revision.id == maker), None)
        if made_by is None or history.is_ancestor(own.id, maker):
            continue
        yield Finding(
            place=step.place,
            message=f"`{own.id}` needs `{table}`, which `{maker}` of another branch makes: nothing says which of them "
            "runs first",
            help=f'Say so: `depends_on = "{maker}"`.',
            anchor=f"{own.id}:depends_on:{maker}",
            facts=(f"`{maker}` is no ancestor of `{own.id}`, and not among what it depends on",),
            related=(Related(made_by.definition.place, f"`{table}` is made by this revision"),),
        )
        return
