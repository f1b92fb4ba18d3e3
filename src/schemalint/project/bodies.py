"""The bodies of a history as they were read before: only what follows the first change is read anew.

What a body does rests on the bodies before it, for it is read on the schema that those leave, and on the modules that
reading it looked into. So bodies are kept in the order in which they were read, each with the hashes of the modules
that no body before it looked into; from the first one that something has changed for, all are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Union

import msgspec

from schemalint.facts.revisions import Body, RevisionDef
from schemalint.project.memory import Consulted, Memory, is_unchanged
from schemalint.readers.alembic.body import Environment, NotUnderstood


class KeptBody(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The `upgrade` or `downgrade` of a revision, what was not understood in it, and what it rests on."""

    definition: RevisionDef
    name: str
    body: Union[Body, None]
    not_understood: tuple[NotUnderstood, ...]
    rests_on: dict[str, bytes]


class KeptBodies(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The bodies of a history in the order in which they were read. `ground` stands for what all of them rest on."""

    ground: bytes
    bodies: tuple[KeptBody, ...]


BodyReader = Callable[[RevisionDef, str, Environment], Union[Body, None]]
"""Reads the `upgrade` or `downgrade` of a revision; None where it has none."""
_KIND = "bodies"
_decoder = msgspec.msgpack.Decoder(KeptBodies)


@dataclass
class Remembering:
    """Reads the bodies of a history in order: from what was kept while nothing has changed, then by `read`.

    `read` must look into no module but by `consulted`.
    """

    read: BodyReader
    consulted: Consulted
    hashes: Mapping[str, bytes]
    kept: list[KeptBody]
    done: list[KeptBody] = field(default_factory=list)

    def __call__(self, definition: RevisionDef, name: str, environment: Environment) -> Body | None:
        known = self._known(definition, name)
        if known is None:
            self.kept.clear()
            known = self._read(definition, name, environment)
        else:
            for placed in known.body.operations if known.body is not None else ():
                environment.emit(placed)
        environment.not_understood.extend(known.not_understood)
        self.done.append(known)
        return known.body

    def _known(self, definition: RevisionDef, name: str) -> KeptBody | None:
        number = len(self.done)
        if number >= len(self.kept):
            return None
        known = self.kept[number]
        unchanged = is_unchanged(known.rests_on, self.hashes)
        return known if unchanged and (known.definition, known.name) == (definition, name) else None

    def _read(self, definition: RevisionDef, name: str, environment: Environment) -> KeptBody:
        before = frozenset(self.consulted.paths)
        own = replace(environment, not_understood=[])
        body = self.read(definition, name, own)
        rests_on = {path: self.hashes[path] for path in sorted(self.consulted.paths - before)}
        return KeptBody(definition, name, body, tuple(own.not_understood), rests_on)


def kept_bodies(memory: Memory, history: str, ground: bytes) -> list[KeptBody]:
    """What was kept for a history, if it rests on the same ground."""
    value = memory.get(_KIND, history)
    try:
        kept = _decoder.decode(value) if value is not None else None
    except msgspec.MsgspecError:
        return []
    return list(kept.bodies) if kept is not None and kept.ground == ground else []


def keep_bodies(memory: Memory, history: str, ground: bytes, bodies: list[KeptBody]) -> None:
    """Keeps the bodies of a history; not those that hold what cannot be written, a lone surrogate."""
    try:
        value = msgspec.msgpack.encode(KeptBodies(ground, tuple(bodies)))
    except UnicodeEncodeError:
        return
    memory.put(_KIND, history, value)
