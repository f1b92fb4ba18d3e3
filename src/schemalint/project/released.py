"""Which revisions are released: part of what was deployed, and no longer to be edited."""

from __future__ import annotations

from collections.abc import Iterable

from schemalint.project.subjects import History, Revision
from schemalint.settings.records import Settings
from schemalint.source.git import Released


def mark_released(histories: Iterable[History], settings: Settings, checkout: Released) -> tuple[str, ...]:
    """Marks the released revisions and returns what the footer should say of it.

    Released are the revisions that `start-after` names and their ancestors; and, in a git checkout, those whose file
    is there where HEAD left the default branch. `checkout` is what git says. Where neither tells anything, nothing is
    marked and every revision is judged as if it were to be deployed.
    """
    histories = tuple(histories)
    unknown = set(settings.start_after)
    for history in histories:
        starts = [revision.id for revision in history.revisions if revision.id in settings.start_after]
        unknown.difference_update(starts)
        history.released_known = bool(starts) or not checkout.reason
        for revision in history.revisions:
            revision.released = revision.definition.path in checkout.paths or _is_up_to(history, revision, starts)
    if not histories:
        return ()
    notes = [f"`start-after` names `{name}`, which is no revision of this project" for name in sorted(unknown)]
    if not any(history.released_known for history in histories):
        notes.append(
            f"which revisions are released is not known ({checkout.reason}): set `start-after` to the newest of them"
        )
    return tuple(notes)


def _is_up_to(history: History, revision: Revision, starts: Iterable[str]) -> bool:
    return any(revision.id == start or history.is_ancestor(revision.id, start) for start in starts)
