"""From a form of statement and the tables that it meets to an effect."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, Union

from schemalint.facts.names import ObjectName
from schemalint.facts.tables import ConstraintDef, ForeignKeyDef
from schemalint.facts.unknown import Unknown
from schemalint.schema.effects import facts
from schemalint.schema.effects.records import MODES, Effect, Fact, TableLock
from schemalint.schema.table import TableView
from schemalint.schema.view import SchemaView

Names = tuple[ObjectName, ...]
Roles = Mapping[str, Names]
Words = Mapping[str, str]

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_NAME = re.compile(r'"(?:probe\.)?(\w+)"|\b(\w+)\b')
_fact = cache(facts.fact)


class Case(NamedTuple):
    """A form of statement (a row of the facts) with the table that it names.

    `roles` are the tables of those roles that the statement itself tells; the others are found in the schema. `without`
    are fields of the effect that do not hold here. `doubts` are as in `Effect`. `words` are the names of columns,
    constraints and types by what the probes call them, for the server's messages.
    """

    form: str
    subject: Union[ObjectName, Unknown, None] = None
    roles: Roles = _NOTHING
    doubts: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    words: Words = _NOTHING


Cases = tuple[Case, ...]


def effect_of_cases(cases: Iterable[Case], schema: SchemaView, version: int | None) -> Effect:
    """What a statement does that is of several forms at once; the first names it, and one that is refused ends it."""
    effects: list[Effect] = []
    for case in cases:
        effect = _effect(case, schema, version)
        if effect.fails is not None:
            return effect
        effects.append(effect)
    if not effects:
        return Effect()
    return effects[0] if len(effects) == 1 else _merged(effects)


def _effect(case: Case, schema: SchemaView, version: int | None) -> Effect:
    fact = _fact(case.form, version)
    if fact is None:
        return Effect(doubts=case.doubts)
    subject = case.subject
    doubts = case.doubts
    if isinstance(subject, Unknown):
        doubts = (*doubts, f"The table is not known: {subject.reason}.")
    known = _Known(subject if isinstance(subject, ObjectName) else None, case.roles, schema)
    without = case.without
    return Effect(
        form=case.form,
        locks=() if "locks" in without else tuple(_locks(fact, known)),
        rewrites=() if "rewrites" in without else known.tables(fact.rewrites),
        scans=() if "scans" in without else known.tables(fact.scans),
        builds=() if "builds" in without else known.tables(fact.builds),
        refused_in_transaction=fact.error_in_transaction is not None and "refused_in_transaction" not in without,
        fails=_worded(fact.error, known, case.words),
        fails_on_rows=_worded(fact.error_on_rows, known, case.words),
        deletes=known.tables(fact.deletes),
        source=measured_on(version),
        doubts=doubts,
    )


@cache
def measured_on(version: int | None) -> str:
    """How a fact of a major version is known; None is for what holds on all of them."""
    if version is None:
        return f"measured on PostgreSQL {facts.OLDEST} to {facts.newest()}"
    return f"measured on PostgreSQL {min(version, facts.newest())}"


def _worded(message: str | None, known: _Known, words: Words) -> str | None:
    """A message of the server with the names that things have here.

    Roles are names where they stand in quotes; elsewhere only `subject` is one, and no word of the server's own.
    """
    if message is None:
        return None

    def name(word: re.Match[str]) -> str:
        called = word[1] or word[2]
        found = known.of(called) if called == "subject" or word[1] else ()
        given = words.get(called) or (str(found[0]) if found else called)
        return f'"{given}"' if word[1] else given

    return _NAME.sub(name, message)


def _locks(fact: Fact, known: _Known) -> Iterator[TableLock]:
    for role, mode in fact.locks.items():
        for table in known.of(role):
            yield TableLock(table, mode, role)


class _Known:
    """The tables by their roles, looked for when they are asked for."""

    __slots__ = ("_found", "_schema", "_subject")

    def __init__(self, subject: ObjectName | None, told: Roles, schema: SchemaView) -> None:
        self._subject = subject
        self._schema = schema
        self._found = dict(told)

    def of(self, role: str) -> Names:
        """The tables of a role."""
        if role not in self._found:
            self._found[role] = self._find(role)
        return self._found[role]

    def tables(self, roles: Iterable[str]) -> Names:
        """The tables of some roles."""
        return tuple(table for role in roles for table in self.of(role))

    def _find(self, role: str) -> Names:
        if self._subject is None:
            return ()
        if role == "subject":
            return (self._subject,)
        if role == "referenced_partition":
            referenced = (self._schema.table(name) for name in self.of("referenced"))
            return tuple(part for table in referenced if table is not None for part in _partitions(self._schema, table))
        find = _FIND.get(role)
        table = self._schema.table(self._subject) if find is not None else None
        return find(self._schema, table) if find is not None and table is not None else ()


def targets_of(table: TableView) -> Names:
    """The tables that the foreign keys of a table refer to, itself left out."""
    found = (constraint.definition for constraint in table.constraints())
    targets = (key.target for key in found if isinstance(key, ForeignKeyDef))
    return tuple(dict.fromkeys(name for name in targets if isinstance(name, ObjectName) and name != table.name))


def unknown_targets(constraints: Iterable[ConstraintDef]) -> tuple[str, ...]:
    """The doubts about foreign keys of which it is not known what they refer to."""
    targets = (key.target for key in constraints if isinstance(key, ForeignKeyDef))
    reasons = dict.fromkeys(target.reason for target in targets if isinstance(target, Unknown))
    return tuple(
        f"The table that a foreign key refers to is locked too, and not known: {reason}." for reason in reasons
    )


def referencing(schema: SchemaView, table: TableView) -> Names:
    """The tables whose foreign keys refer to a table, itself left out."""
    found = (constraint.table for constraint in schema.references_to(table.name))
    return tuple(dict.fromkeys(name for name in found if name != table.name))


def certainly_referencing(schema: SchemaView, table: TableView) -> Names:
    """Those of them whose foreign keys nothing that was not understood may have dropped since."""
    return tuple(name for name in referencing(schema, table) if _is_settled(schema, table, name))


def _is_settled(schema: SchemaView, table: TableView, name: ObjectName) -> bool:
    other = schema.table(name)
    keys = (key for key in schema.references_to(table.name) if key.table == name)
    return other is not None and any(key.created_at and other.settled_since(key.created_at) for key in keys)


def descendants(children: Callable[[TableView], tuple[TableView, ...]], table: TableView) -> Iterator[TableView]:
    """The children of a table, and theirs."""
    for child in children(table):
        yield child
        yield from descendants(children, child)


def _partitions(schema: SchemaView, table: TableView) -> Names:
    return tuple(child.name for child in descendants(TableView.partitions, table))


def _children(schema: SchemaView, table: TableView) -> Names:
    return tuple(child.name for child in descendants(TableView.children, table))


def _parent(schema: SchemaView, table: TableView) -> Names:
    parent = table.partition_of()
    return (parent.name,) if parent is not None else ()


def _default_partition(schema: SchemaView, table: TableView) -> Names:
    """The default partition beside a table, or of it."""
    of = table.partition_of() or table
    found = of.default_partition()
    return (found.name,) if found is not None and found.name != table.name else ()


_FIND: dict[str, Callable[[SchemaView, TableView], Names]] = {
    "referenced": lambda schema, table: targets_of(table),
    "referencing": referencing,
    "partition": _partitions,
    "child": _children,
    "parent": _parent,
    "default_partition": _default_partition,
}


def _merged(effects: list[Effect]) -> Effect:
    """All that several effects are, none of which is refused; the strongest lock on each table."""
    locks: dict[ObjectName, TableLock] = {}
    for effect in effects:
        for lock in effect.locks:
            held = locks.get(lock.table)
            if held is None or MODES.index(lock.mode) > MODES.index(held.mode):
                locks[lock.table] = lock
    return Effect(
        form=next((effect.form for effect in effects if effect.form), ""),
        locks=tuple(locks.values()),
        rewrites=_all(effect.rewrites for effect in effects),
        scans=_all(effect.scans for effect in effects),
        builds=_all(effect.builds for effect in effects),
        refused_in_transaction=any(effect.refused_in_transaction for effect in effects),
        fails_on_rows=next((effect.fails_on_rows for effect in effects if effect.fails_on_rows), None),
        deletes=_all(effect.deletes for effect in effects),
        source=next((effect.source for effect in effects if effect.source), ""),
        doubts=tuple(dict.fromkeys(doubt for effect in effects for doubt in effect.doubts)),
    )


def _all(groups: Iterable[Names]) -> Names:
    return tuple(dict.fromkeys(name for group in groups for name in group))
