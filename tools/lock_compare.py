"""What `lock_truth` compares: on each table that stood before a revision the strongest lock, and whether it was written
anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from schemalint.facts.names import ObjectName
from schemalint.facts.operations import OpaqueOperation, RenameTable
from schemalint.facts.unknown import Unknown
from schemalint.project.subjects import Revision, Step
from schemalint.schema.effects.records import MODES
from tools.history_report import say, share

TABLES = """
select c.oid::bigint, case when n.nspname = 'public' then c.relname else n.nspname || '.' || c.relname end,
       pg_relation_filenode(c.oid)::bigint
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and c.relname not in ('alembic_version', 'django_migrations')
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
"""
LOCKS = "select relation::bigint, mode from pg_locks where pid = pg_backend_pid() and locktype = 'relation'"

Held = dict[str, str]
"""By table: the strongest lock on it, and whether all its rows were written anew."""
Tables = Mapping[int, tuple[str, int]]
"""By oid: the name of a table, and its file."""

_STRONG = MODES[2:]
"""The modes that are compared. The weaker ones are those of queries, which are no operations."""
_NONE = "no lock"
_OF_ROWS = frozenset({_NONE, "ROW EXCLUSIVE"})


def taken(locks: Iterable[tuple[int, str]], before: Tables, after: Tables) -> Held:
    """What a server told of a revision: its locks, and the tables before and after it."""
    found: Held = {}
    for oid, mode in locks:
        if oid in before:
            _add(found, before[oid][0], _spaced(mode))
    for oid, (name, file) in before.items():
        if oid in after and after[oid][1] != file:
            found[name] = f"{found.get(name, _NONE)}, rewritten"
    return found


def compared(revision: Revision, held: Held, before: Tables, rows: bool = True) -> Counter[str]:
    """The tables of a revision by verdict; those that are not equal are printed. Without `rows`, locks on rows are not
    compared: what code that is not read does to them is not known.

    Where a step was not understood, or its condition was not, or its effect has doubts, nothing is claimed of what
    differs.
    """
    expected = _told(revision, {name for name, _ in before.values()})
    unsure = any(map(_is_unsure, revision.steps))
    counts: Counter[str] = Counter()
    for table in sorted(held.keys() | expected.keys()):
        is_, said = held.get(table, _NONE), expected.get(table, _NONE)
        if not rows and {is_, said} <= _OF_ROWS:
            continue
        verdict = "equal" if is_ == said else "different" if not unsure else "not claimed"
        counts[verdict] += 1
        if verdict != "equal":
            say(f"  {revision.id} {table}: {is_}, told: {said} ({verdict})")
    return counts


def _is_unsure(step: Step) -> bool:
    """Whether a step may do more than is told of it, or nothing at all."""
    table = getattr(step.operation, "table", None)
    unknown = isinstance(step.operation, OpaqueOperation) or isinstance(table, Unknown)
    effect = step.effect_on("postgresql")
    doubted = effect is not None and bool(effect.doubts)
    return unknown or doubted or step.placed.conditional or step.placed.guarded


def _spaced(mode: str) -> str:
    """`AccessExclusiveLock` as `ACCESS EXCLUSIVE`."""
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return words.strip().upper()


def _add(found: Held, table: str, mode: str) -> None:
    if mode in _STRONG and (table not in found or _STRONG.index(mode) > _STRONG.index(found[table])):
        found[table] = mode


def _told(revision: Revision, tables: set[str]) -> Held:
    """The same as the effects of the revision's steps tell it."""
    found: Held = {}
    rewritten: set[str] = set()
    old: dict[str, str] = {}
    for step in revision.steps:
        effect = step.effect_on("postgresql")
        if effect is None:
            continue
        for lock in () if step.placed.autocommit else effect.locks:
            name = _named(lock.table, old)
            if name in tables:
                _add(found, name, lock.mode)
        rewritten.update(_named(table, old) for table in effect.rewrites)
        if isinstance(step.operation, RenameTable):
            old |= _renamed(step.operation, old)
    for name in rewritten & tables:
        found[name] = f"{found.get(name, _NONE)}, rewritten"
    return found


def _named(table: ObjectName, old: dict[str, str]) -> str:
    """The name that a table had before the revision."""
    name = str(table).removeprefix("public.")
    return old.get(name, name)


def _renamed(operation: RenameTable, old: dict[str, str]) -> dict[str, str]:
    names = (operation.name, operation.new_name)
    if not all(isinstance(name, ObjectName) for name in names):
        return {}
    before, after = (str(name).removeprefix("public.") for name in names)
    return {after: old.get(before, before)}


def report(name: str, counts: Counter[str]) -> None:
    """Prints the counts of a project."""
    claimed = counts["equal"] + counts["different"]
    others = [f"; {count} {verdict}" for verdict, count in counts.items() if verdict not in ("equal", "different")]
    say(f"{name}: {counts['equal']} of {claimed} equal: {share(counts['equal'], claimed)}{''.join(others)}")
