"""What a revision does to the transaction that it runs in: BEGIN, COMMIT and ROLLBACK."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.diagnostics import Related, Weight
from schemalint.facts.operations import AddEnumValue, SetParameter, TransactionControl
from schemalint.project.subjects import Revision, Step
from schemalint.project.transactions import runs_alone
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import way_for, weight_on
from schemalint.rules.migrations.transactions import is_call, is_of_session, refused_in_transaction
from schemalint.sql.directions import SENT_AT_ONCE

_WITHOUT_TRANSACTION = {
    "dbmate": "`-- migrate:up transaction:false`",
    "diesel": "`run_in_transaction = false` in `metadata.toml`",
    "flyway": "`executeInTransaction=false` in `<file>.conf`",
    "goose": "`-- +goose NO TRANSACTION`",
    "sql-migrate": "`-- +migrate Up notransaction`",
    "yoyo": "`-- transactional: false`",
}
"""How a file tells its tool to open no transaction for it."""
_BEGUN = "BEGIN opens no transaction: the revision runs in one already"


@rule("MIG025", "commit-in-migration", "W/W/W", judges_change=True)
def commit_in_migration(revision: Revision) -> Iterator[Finding]:
    """A COMMIT makes what ran before it permanent: a failure after it leaves the revision half done."""
    weight = weight_on(revision.history.target, "postgresql")
    if weight is None or revision.definition.framework == "numbered":  # nobody knows what runs numbered files
        return
    met = list(_in_the_transaction(revision))
    first = next((step for step in met if _command(step) != "begin"), None)
    if first is not None:
        yield _ended(first, met, weight)
    elif met:
        yield _begun_again(met[0], weight)


def _in_the_transaction(revision: Revision) -> Iterator[Step]:
    """Each BEGIN, COMMIT and ROLLBACK in the transaction of the upgrade, without those of one that it begins itself."""
    at_once = revision.definition.framework in SENT_AT_ONCE
    own: int | None = None
    for step in revision.steps:
        command = _command(step)
        if command not in ("begin", "commit", "rollback") or step.placed.conditional:
            continue
        if command == "begin" and step.placed.autocommit:
            own = step.placed.region
        elif command != "begin" and step.placed.region == own:
            own = None
        elif not (runs_alone(step) or _changes_nothing(step) or (at_once and not _rest(step))):
            yield step


def _command(step: Step) -> str:
    return step.operation.command if isinstance(step.operation, TransactionControl) else ""


def _changes_nothing(step: Step) -> bool:
    """Whether what stays is the same without it: an autocommit block that follows commits, too; nothing is undone."""
    rest = _rest(step)
    if _command(step) == "rollback" and step.revision.definition.framework in ("alembic", "django"):
        return not (_does_something_before(step) or _shares_transaction(step))
    return bool(rest) and _command(step) == "commit" and rest[0].placed.autocommit and _is_alembic(step)


def _rest(step: Step) -> list[Step]:
    """What a revision does after a step, settings and transaction control aside."""
    return [other for other in step.revision.steps if other.number > step.number and not _is_setting(other)]


def _is_setting(step: Step) -> bool:
    return isinstance(step.operation, (SetParameter, TransactionControl))


def _is_alembic(step: Step) -> bool:
    return step.revision.definition.framework == "alembic"


def _does_something_before(step: Step) -> bool:
    return any(other.number < step.number and not _is_setting(other) for other in step.revision.steps)


def _shares_transaction(step: Step) -> bool:
    """Whether all revisions that wait run in one transaction."""
    return step.env is not None and step.env.transaction_per_migration in (None, False)


def _ended(step: Step, met: list[Step], weight: Weight) -> Finding:
    releases = is_call(step) and _command(step) == "commit" and not _does_something_before(step)
    return Finding(
        place=step.place,
        message=_what_is_lost(step),
        help=_way_out(step),
        anchor=step.anchor,
        weight=_lowered(weight) if releases else weight,
        facts=tuple(_facts(step)),
        related=tuple(Related(other.place, _said_of(other)) for other in met if _comes_with(other, step)),
    )


def _comes_with(other: Step, step: Step) -> bool:
    """Whether another is told of beside the first end of the transaction: after that, BEGIN opens one."""
    return other is not step and (_command(other) != "begin" or other.number < step.number)


def _said_of(other: Step) -> str:
    return _BEGUN if _command(other) == "begin" else f"{_command(other).upper()} stands here as well"


def _lowered(weight: Weight) -> Weight:
    return Weight.REDUCED if weight is Weight.FULL else weight


def _what_is_lost(step: Step) -> str:
    """What is left after the end of a transaction, as measured."""
    commits, before = _command(step) == "commit", _does_something_before(step)
    if is_of_session(step) and not commits:
        return "the session rolls the transaction of the upgrade back: what ran before it there is undone"
    if is_call(step):
        stays = "what ran before it stays when something after it fails, and " if before else ""
        what = stays if commits else "what ran before it is undone, and "
        lost = "what comes after it" if _rest(step) else "the record of the revision"
        unless = "is rolled back without an error where neither env.py nor a later revision commits"
        return f"`{_command(step)}()` ends the transaction of the upgrade: {what}{lost} {unless}"
    if not (commits or before or _is_alembic(step)):
        return "ROLLBACK ends the transaction of the upgrade: what the revision does is not in one with its record"
    if not commits:
        return "ROLLBACK undoes what ran before it in the transaction of the upgrade, which goes on as if it were done"
    if not _rest(step):
        what = "what ran before it is done for good, and the revision is not recorded yet"
    elif before:
        unrecorded = "" if step.revision.definition.framework in SENT_AT_ONCE else " and the revision is not recorded"
        what = f"when something after it fails, what ran before it stays{unrecorded}"
    elif _is_alembic(step):
        what = "with psycopg2 and asyncpg what comes after it runs in none, and is not rolled back when it fails"
    else:
        what = "what comes after it is not in one with the record of the revision"
    return f"COMMIT ends the transaction of the upgrade: {what}"


def _facts(step: Step) -> Iterator[str]:
    if step.env is not None and _shares_transaction(step):
        yield f"{step.env.path} does not set transaction_per_migration, so that it ends the revisions before it too"
    if _makes_way(step) and is_call(step):
        yield "SQLAlchemy 2 begins a transaction again after it, in which PostgreSQL refuses the next statement"
    elif _makes_way(step) and _is_alembic(step):
        yield "psycopg 3 and pg8000 begin a transaction again after it, in which PostgreSQL refuses the next statement"


def _makes_way(step: Step) -> bool:
    """Whether it is there for the next statement, which PostgreSQL refuses in a transaction."""
    rest = _rest(step)
    return bool(rest) and _command(step) == "commit" and refused_in_transaction(rest[0].operation) is not None


def _way_out(step: Step) -> str:
    rest = _rest(step)
    if _makes_way(step) or (rest and isinstance(rest[0].operation, AddEnumValue)):
        alembic = "Put the next statement inside `with op.get_context().autocommit_block():`, in a revision of its own."
    else:
        alembic = (
            "Leave it out: Alembic commits. What has to be committed piece by piece goes inside "
            "`with op.get_context().autocommit_block():`, in a revision of its own."
        )
    marker = _WITHOUT_TRANSACTION.get(step.revision.definition.framework)
    apart = f", which {marker} runs without a transaction" if marker is not None else ""
    return way_for(
        step.revision,
        alembic=alembic,
        django="Leave it out: Django commits. What has to be committed piece by piece goes into a migration of its own "
        "with `atomic = False`.",
        sql=f"Leave it out. What has to be committed by itself goes into a file of its own{apart}.",
    )


def _begun_again(step: Step, weight: Weight) -> Finding:
    return Finding(
        place=step.place,
        message=f"{_BEGUN}, and PostgreSQL only warns",
        help="Leave it out.",
        anchor=step.anchor,
        weight=_lowered(weight),
        facts=("WARNING 25001: there is already a transaction in progress",),
    )
