"""What MySQL, MariaDB and SQLite do to a table in use, and what they cannot do."""

from __future__ import annotations

from collections.abc import Iterator

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import AddColumn, AddConstraint, AlterColumn, CreateIndex, DropIndex
from schemalint.facts.tables import CheckDef, ExcludeDef
from schemalint.project.objects import object_name, operation_kind
from schemalint.project.subjects import Step
from schemalint.rules.api import Finding, rule
from schemalint.rules.common import is_new, statement_of, way_for, weight_on
from schemalint.rules.locking.common import impact
from schemalint.schema.effects.sqlite import rebuild

_SQL_NAMES = {"mysql": "MySQL", "mariadb": "MariaDB"}


@rule("LCK035", "copying-alter", "W/E/E", judges_change=True)
def copying_alter(step: Step) -> Iterator[Finding]:
    """MySQL copies the table for this change, and nobody can write to it until the copy is complete."""
    for dialect, server in _SQL_NAMES.items():
        found = impact(step, dialect)
        if found is None or not found.lasts or found.lock is None or not found.lock.blocks_writes:
            continue
        work = f"copies `{found.table}`" if found.effect.rewrites else f"builds an index of `{found.table}`"
        yield Finding(
            place=step.place,
            message=f"{_doing(step)} {work} with LOCK=SHARED on {server}: INSERT, UPDATE and DELETE on "
            f"`{found.table}` wait until it is done, whatever its size",
            help=_way_to_copy(step),
            anchor=step.anchor,
            cause=statement_of(step),
            weight=found.weight,
            facts=(f"{found.effect.source}: {found.effect.form.replace('-', ' ')} allows reads only",),
        )
        return


def _doing(step: Step) -> str:
    """The change, as the subject of a sentence."""
    operation = step.operation
    name = object_name(operation)
    match operation:
        case AddColumn():
            return f"adding `{name}`"
        case AlterColumn():
            return f"changing `{name}`"
        case CreateIndex():
            return f"creating index `{name}`"
        case AddConstraint(constraint=constraint):
            kind = str(constraint.__struct_config__.tag)
            if isinstance(constraint, (CheckDef, ExcludeDef)):
                return f"adding the {'CHECK' if kind == 'check' else kind}"
            return f"adding the {kind} of `{', '.join(constraint.columns)}`"
    return f"`{operation_kind(operation)}`"


def _way_to_copy(step: Step) -> str:
    operation = step.operation
    if isinstance(operation, AddConstraint) and operation.constraint.__struct_config__.tag == "foreign key":
        return (
            "With `SET SESSION foreign_key_checks = 0` the key is added in place, and rows are not checked: do that "
            "only after a query has shown that every row has its parent. Else use gh-ost or pt-online-schema-change."
        )
    if isinstance(operation, AlterColumn):
        return (
            "Add a new column of the new type, write both from the application, fill the new one in batches, then read "
            "from it and drop the old one; or use gh-ost or pt-online-schema-change."
        )
    return "Do it with gh-ost or pt-online-schema-change, or while nobody writes."


_ADDS = (AddColumn, CreateIndex, DropIndex)
"""What a batch on SQLite does without a rebuild of the table."""


@rule("LCK036", "cascading-table-rebuild", "E/E/E", judges_change=True)
def cascading_table_rebuild(step: Step) -> Iterator[Finding]:
    """A batch rebuilds the table on SQLite: dropping the old one deletes the rows that refer to it with CASCADE."""
    table = getattr(step.operation, "table", None)
    env = step.env
    if env is None or not env.foreign_keys or not step.placed.batch or isinstance(step.operation, _ADDS):
        return
    weight = weight_on(step.target, "sqlite")
    if weight is None or not isinstance(table, ObjectName) or is_new(step, table):
        return
    effect = rebuild(table, step.schema)
    before = [other for other in step.revision.steps if other.number < step.number and other.placed.batch]
    if not effect.deletes or any(getattr(other.operation, "table", None) == table for other in before):
        return
    children = ", ".join(f"`{child}`" for child in effect.deletes)
    yield Finding(
        place=step.place,
        message=f"on SQLite this batch makes `{table}` anew and drops the old table: its rows are deleted, and with "
        f"them all rows of {children} that refer to it with ON DELETE CASCADE",
        help="Run `PRAGMA foreign_keys=OFF` on the connection before the transaction of the migration begins (SQLite "
        "ignores it inside one), for the migrations alone.",
        anchor=f"{step.revision.id}:rebuild:{table}",
        cause=statement_of(step),
        weight=weight,
        facts=(f"{effect.source}", f"the connections of {env.path} run PRAGMA foreign_keys=ON"),
    )


@rule("LCK037", "unsupported-alter", "W/E/E", judges_change=True)
def unsupported_alter(step: Step) -> Iterator[Finding]:
    """The server refuses this change, or ignores a part of it."""
    if step.revision.definition.framework == "django":
        return
    yield from _refused_by_sqlite(step)
    yield from _ignored_by_mysql(step)


def _refused_by_sqlite(step: Step) -> Iterator[Finding]:
    """Of SQLite only where it is told or the only server: many projects make its tables from the models, in tests."""
    target = step.target
    sole = target.declared or len(target.servers) == 1
    spared = step.placed.batch or step.placed.guarded
    found = impact(step, "sqlite") if sole and not spared else None
    if found is None:
        return
    effect = found.effect
    why = effect.fails or effect.fails_on_rows
    if why is None:
        return
    when = "" if effect.fails else " as soon as the table has rows, so that a test on an empty database passes"
    yield Finding(
        place=step.place,
        message=f'SQLite refuses this change of `{found.table}`{when}: "{why}"',
        help=way_for(
            step.revision,
            alembic=f"Put it inside `with op.batch_alter_table({found.table.name!r}) as batch_op:`, which makes the "
            "table anew and copies its rows.",
            django="",
            sql="Make the table anew: CREATE TABLE with another name, INSERT ... SELECT, DROP TABLE, ALTER TABLE ... "
            "RENAME TO, as section 7 of SQLite's documentation of ALTER TABLE says.",
        ),
        anchor=step.anchor,
        cause=statement_of(step),
        weight=found.weight,
        facts=(f"{effect.source}",),
    )


def _ignored_by_mysql(step: Step) -> Iterator[Finding]:
    """REFERENCES beside a column, in SQL: Alembic writes a foreign key of its own."""
    operation = step.operation
    if (
        not isinstance(operation, AddConstraint)
        or not operation.inline
        or step.revision.definition.framework == "alembic"
    ):
        return
    server = step.target.server("mysql")
    if operation.constraint.__struct_config__.tag != "foreign key" or server is None or (server.version or 0) > 8:
        return
    yield Finding(
        place=step.place,
        message=f"MySQL 5 and 8 read REFERENCES beside a column and ignore it: `{operation.table}` gets no foreign "
        "key, and no error says so",
        help="Write it as a constraint of its own: `ADD CONSTRAINT <name> FOREIGN KEY (<column>) REFERENCES ...`.",
        anchor=step.anchor,
        cause=statement_of(step),
        facts=("documented for MySQL: inline REFERENCES are parsed but ignored before version 9",),
    )
