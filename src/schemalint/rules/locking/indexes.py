"""Building and dropping indexes."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.operations import CreateIndex
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, way_for, weight_on

POSTGRESQL = "postgresql"


@rule("LCK001", "non-concurrent-index", "W/E/E", judges_change=True)
def non_concurrent_index(step: Step) -> Iterator[Finding]:
    """CREATE INDEX on a table in use blocks every write to it until the index is built."""
    operation = step.operation
    if not isinstance(operation, CreateIndex) or operation.concurrently is not False:
        return
    weight = weight_on(step.target, POSTGRESQL)
    if weight is None or isinstance(operation.table, Unknown) or is_new(step, operation.table):
        return
    name = f"index `{operation.index.name}`" if isinstance(operation.index.name, str) else "an index"
    yield Finding(
        place=step.place,
        message=f"creating {name} blocks INSERT, UPDATE and DELETE on `{operation.table}` until it is built: "
        f"without CONCURRENTLY it holds a SHARE lock on PostgreSQL",
        help=_help(step),
        anchor=step.anchor,
        weight=weight,
        facts=(
            "measured on PostgreSQL 10 to 18: CREATE INDEX takes SHARE, CREATE INDEX CONCURRENTLY takes "
            "SHARE UPDATE EXCLUSIVE, which blocks neither reads nor writes",
            f"`{operation.table}` is not created in this revision",
        ),
    )


def _help(step: Step) -> str:
    """The safe way in the author's own words."""
    first = "Leave out `index=True` and create" if step.placed.derived else "Create"
    return way_for(
        step.revision,
        alembic=f"{first} the index in a revision of its own, inside `with op.get_context().autocommit_block():`, with "
        "`op.create_index(..., postgresql_concurrently=True)`.",
        django="Use `AddIndexConcurrently` of django.contrib.postgres.operations, in a migration of its own with "
        "`atomic = False`; for `db_index=True`, declare the index in `Meta.indexes` instead.",
        sql="Write `CREATE INDEX CONCURRENTLY`, in a file of its own that the tool runs outside of a transaction.",
    )
