"""Sessions that share the revision's connection: how they end the transaction of the upgrade.

Measured with SQLAlchemy 2.0.58 and 2.1.9. A session that has sent nothing since it was made, or since it last ended
its own transaction, has not joined that of the connection and ends nothing. `commit()` ends that only where
`join_transaction_mode` is "control_fully", `rollback()` also by default and with "rollback_only". A session that is
made on an engine has a connection of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schemalint.diagnostics import Place
from schemalint.interpret.values import Given, Handle
from schemalint.readers.alembic.handles import CONNECTION, SESSION

MAKERS = frozenset({"sqlalchemy.orm.Session", "sqlmodel.Session", "sqlalchemy.orm.sessionmaker"})
_FULLY = "control_fully"
_ENDS = {
    _FULLY: {"commit": "commit", "rollback": "rollback", "close": "rollback"},
    "conditional_savepoint": {"rollback": "rollback"},
    "rollback_only": {"rollback": "rollback"},
}


@dataclass
class Sessions:
    """The sessions of a body, and which of them take part in the transaction of the connection for certain."""

    joined: set[Handle] = field(default_factory=set)

    def made(self, maker: str, args: tuple[Given, ...], place: Place) -> Handle:
        """The session that a maker gives with these arguments; a plain one where it may have another connection."""
        given = {arg.keyword: arg.value for arg in args if arg.keyword is not None}
        first = next((arg.value for arg in args if arg.keyword is None), None)
        mode = given.get("join_transaction_mode", "conditional_savepoint")
        plain = maker not in MAKERS or not {"*", "**", "binds", "class_"}.isdisjoint(given)
        if plain or not isinstance(mode, str) or mode not in _ENDS or given.get("bind", first) != CONNECTION:
            return SESSION
        return Handle("session", (mode, place.span.line, place.span.column))

    def sent(self, session: Handle, certain: bool) -> None:
        """A session sends a statement."""
        if certain and session.data:
            self.joined.add(session)

    def ended(self, session: Handle, name: str) -> str | None:
        """What ending the transaction of a session does to that of the connection: commit, rollback or nothing."""
        if session not in self.joined or name not in ("commit", "rollback", "close"):
            return None
        self.joined.discard(session)
        return _ENDS[str(session.data[0])].get(name)
