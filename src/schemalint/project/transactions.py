"""Transactions: which steps of a history run together, and so keep the locks of one another.

| what runs the revision | its transaction |
| --- | --- |
| Alembic, `transaction_per_migration=True` | one a revision |
| Alembic otherwise | one for all revisions that wait, up to an autocommit block or a COMMIT |
| Django | one a migration, none where `atomic = False` |
| tools for SQL files | one a file where the tool opens one, and what BEGIN and COMMIT say |

Sources: the documentation of Alembic (`EnvironmentContext.configure`) and Django (`Migration.atomic`); what the readers
of SQL know of each tool. That revisions share a transaction is only certain of those that are deployed together: ones
that are not released, where it is known what is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemalint.facts.revisions import EnvConfig

if TYPE_CHECKING:
    from schemalint.project.subjects import Revision, Step


def runs_alone(step: Step) -> bool:
    """Whether a step runs outside of any transaction, so that what it locks is free again when it ends."""
    return step.placed.autocommit or _commits_each_statement(step.env)


def _commits_each_statement(env: EnvConfig | None) -> bool:
    """Whether the environment runs every statement by itself."""
    if env is None:
        return False
    if env.transactional_ddl not in (None, True):
        return True
    return (env.isolation_level or "").upper() == "AUTOCOMMIT"


def earlier_steps(step: Step) -> tuple[Step, ...]:
    """The steps before one that run in its transaction, in their order, as far as that is certain."""
    if runs_alone(step):
        return ()
    region = step.placed.region
    inside = [
        other
        for other in step.revision.steps
        if other.number < step.number and other.placed.region == region and not runs_alone(other)
    ]
    if region > 0:
        return tuple(inside)
    before = _shared_with(step.revision)
    return (*_last_region(before), *inside) if before is not None else tuple(inside)


def _shared_with(revision: Revision) -> Revision | None:
    """The revision right before one whose transaction it goes on with."""
    history = revision.history
    env = history.env
    if env is None or env.transaction_per_migration not in (None, False) or revision.definition.framework != "alembic":
        return None
    if revision.released or not history.released_known:
        return None
    position = history.ordered.index(revision)
    before = history.ordered[position - 1] if position else None
    if before is None or before.released or not history.is_ancestor(before.id, revision.id):
        return None
    return before


def _last_region(revision: Revision) -> tuple[Step, ...]:
    """The steps of the transaction that a revision leaves open, those of earlier revisions among them."""
    if not revision.steps:
        before = _shared_with(revision)
        return _last_region(before) if before is not None else ()
    last = revision.steps[-1]
    return () if runs_alone(last) else (*earlier_steps(last), last)
