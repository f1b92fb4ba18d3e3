"""The table of facts: what forms of statements were measured to do on PostgreSQL, major by major.

`postgresql.json` and `functions.json` beside this file are written by `tools/probe_effects.py` from what servers did
and told, and are never edited by hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal, Union

import msgspec

from schemalint.schema.effects.records import MODES, Fact

OLDEST = 12
"""The first of the majors that stand for all where a project does not tell which it runs on."""

Volatility = Literal["immutable", "stable", "volatile", "mixed"]
Changes = tuple[tuple[int, Volatility], ...]
"""The majors from which on a function is as volatile as that."""

_FACTS = Path(__file__).with_name("postgresql.json")
_FUNCTIONS = Path(__file__).with_name("functions.json")


def fact(form: str, version: int | None) -> Fact | None:
    """What a form of statement does on a major of PostgreSQL; on one newer than those measured, what the newest did.

    Where the version is not known, what holds on all majors since `OLDEST` that take the statement at all: the weakest
    lock on each role, and the work and the refusals that are common to them. None where nothing was measured.
    """
    rows = _table().get(form, ())
    if version is None:
        return _common([row for row in rows if row.until >= OLDEST])
    version = min(version, newest())
    return next((row for row in rows if row.since <= version <= row.until), None)


def forms() -> frozenset[str]:
    """The keys of all forms that were measured."""
    return frozenset(_table())


@cache
def newest() -> int:
    """The newest major that was measured."""
    return max(row.until for rows in _table().values() for row in rows)


def volatility(name: str, version: int | None) -> Volatility | None:
    """How volatile the function of a name is: one of PostgreSQL's own, or of an extension that comes with it.

    Of several functions of one name the highest is told, but `mixed` where some are volatile and others not, or where
    majors differ and the version is not known. None for all others. Operators and casts are never volatile.
    """
    found = _functions().get(name.lower())
    if found is None or isinstance(found, str):
        return found
    if version is None:
        return "mixed"
    return next((kind for since, kind in reversed(found) if since <= version), found[0][1])


@cache
def _table() -> dict[str, tuple[Fact, ...]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    for row in msgspec.json.decode(_FACTS.read_bytes(), type=list[Fact]):
        found[row.form].append(row)
    return {form: tuple(rows) for form, rows in found.items()}


@cache
def _functions() -> dict[str, Volatility | Changes]:
    return msgspec.json.decode(_FUNCTIONS.read_bytes(), type=dict[str, Union[Volatility, Changes]])


def _common(rows: list[Fact]) -> Fact | None:
    """What rows have in common; those that refuse the statement say nothing where others take it."""
    taken = [row for row in rows if row.error is None] or rows
    if not taken:
        return None
    return Fact(
        form=taken[0].form,
        since=max(taken[0].since, OLDEST),
        until=taken[-1].until,
        locks=_weakest([row.locks for row in taken]),
        rewrites=_shared(row.rewrites for row in taken),
        scans=_shared(row.scans for row in taken),
        builds=_shared(row.builds for row in taken),
        deletes=_shared(row.deletes for row in taken),
        error=_last([row.error for row in taken]),
        error_on_rows=_last([row.error_on_rows for row in taken]),
        error_in_transaction=_last([row.error_in_transaction for row in taken]),
    )


def _weakest(locks: list[dict[str, str]]) -> dict[str, str]:
    roles = _shared(tuple(modes) for modes in locks)
    return {role: min((modes[role] for modes in locks), key=MODES.index) for role in roles}


def _shared(roles: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted(frozenset.intersection(*(frozenset(each) for each in roles))))


def _last(messages: list[str | None]) -> str | None:
    return messages[-1] if all(messages) else None
