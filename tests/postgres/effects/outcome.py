"""What a server did: an `Outcome` of one probe, and what several come to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from schemalint.schema.effects.records import Fact


class DisagreementError(Exception):
    """Two probes of one form on one server tell different things."""


@dataclass(frozen=True)
class Outcome:
    """What a statement did. `present` are the roles of the tables that it met, `stored` those that hold rows."""

    present: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()
    locks: dict[str, str] = field(default_factory=dict)
    rewrites: frozenset[str] = frozenset()
    scans: frozenset[str] = frozenset()
    builds: frozenset[str] = frozenset()
    deletes: frozenset[str] = frozenset()
    error: str | None = None
    error_on_rows: str | None = None
    error_in_transaction: str | None = None

    def fact(self, form: str, since: int, until: int) -> Fact:
        """The row of facts that it comes to."""
        return Fact(
            form=form,
            since=since,
            until=until,
            locks=dict(sorted(self.locks.items())),
            rewrites=tuple(sorted(self.rewrites)),
            scans=tuple(sorted(self.scans)),
            builds=tuple(sorted(self.builds)),
            deletes=tuple(sorted(self.deletes)),
            error=self.error,
            error_on_rows=self.error_on_rows,
            error_in_transaction=self.error_in_transaction,
        )


def merged(form: str, outcomes: Iterable[Outcome]) -> Outcome:
    """What all probes of a form say together. Raises `DisagreementError` where two differ on a role that both met."""
    first, *others = outcomes
    for other in others:
        _compare(form, first, other)
        first = replace(
            first,
            present=first.present | other.present,
            stored=first.stored | other.stored,
            locks=first.locks | other.locks,
            rewrites=first.rewrites | other.rewrites,
            scans=first.scans | other.scans,
            builds=first.builds | other.builds,
            deletes=first.deletes | other.deletes,
        )
    return first


def _compare(form: str, one: Outcome, other: Outcome) -> None:
    common = (one.present & other.present) | {"index"}
    stored = one.stored & other.stored
    pairs: list[tuple[str, object, object]] = [
        ("locks", _of(one.locks, common), _of(other.locks, common)),
        *(
            (name, sorted(getattr(one, name) & stored), sorted(getattr(other, name) & stored))
            for name in ("rewrites", "scans", "builds", "deletes")
        ),
        *(
            (name, _wording(getattr(one, name)), _wording(getattr(other, name)))
            for name in ("error", "error_on_rows", "error_in_transaction")
        ),
    ]
    for name, ours, theirs in pairs:
        if ours != theirs:
            raise DisagreementError(f"{form}: {name} {ours} and {theirs}")


def _of(locks: dict[str, str], roles: Iterable[str]) -> dict[str, str]:
    return {role: mode for role, mode in sorted(locks.items()) if role in roles}


def _wording(message: str | None) -> str | None:
    """A message without the names of objects in it."""
    return message and re.sub('".+?"', "", message)
