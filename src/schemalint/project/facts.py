"""What functions do with a database, read module by module: only those that something has changed for are read anew.

It rests on few modules: the function's own, and those that its names lead to. Each module is read with nothing
remembered of the others, so that it is known which ones these are.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property

import msgspec

from schemalint.facts.functions import SessionCall
from schemalint.facts.queries import Query
from schemalint.interpret.program import Program
from schemalint.project.memory import Consulted, Memory, ground_of, is_unchanged


class Facts(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a function does with a database."""

    queries: tuple[Query, ...] = ()
    session_calls: tuple[SessionCall, ...] = ()


NO_FACTS = Facts()


class ModuleFacts(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The functions of a module that do anything, by where they start, and what reading them rests on."""

    functions: dict[int, Facts]
    rests_on: dict[str, bytes]


class _Kept(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The facts of modules by path, encoded. `ground` stands for what all of them rest on."""

    ground: bytes
    modules: dict[str, bytes]


_KIND = "functions"
_kept_decoder = msgspec.msgpack.Decoder(_Kept)
_decoder = msgspec.msgpack.Decoder(ModuleFacts)

ReadFacts = Callable[[Program, str], dict[int, "Facts | Exception"]]
"""Reads the functions of a module, by where they start: their facts, or what was raised."""


class FactReader:
    """Gives the facts of functions; what `memory` knows is not read again.

    `read` must look into no module but by the program that it is given.
    """

    def __init__(self, program: Program, memory: Memory | None, read: ReadFacts) -> None:
        self._program = program
        self._memory = memory
        self._read = read
        self._found: dict[str, dict[int, Facts | Exception]] = {}
        self._fresh: dict[str, bytes] = {}

    def of(self, path: str, start: int) -> Facts:
        """The facts of the function that starts there in a module. Raises what reading it raised."""
        if path not in self._found:
            known = self._known(path)
            self._found[path] = self._anew(path) if known is None else dict(known.functions)
        found = self._found[path].get(start, NO_FACTS)
        if isinstance(found, Exception):
            raise found
        return found

    def keep(self) -> None:
        """Keeps what was read for the next run, if anything was."""
        if self._memory is not None and self._fresh:
            kept = _Kept(self._ground, {**self._kept, **self._fresh})
            self._memory.put(_KIND, "", msgspec.msgpack.encode(kept))

    @cached_property
    def _ground(self) -> bytes:
        return ground_of(self._program)

    @cached_property
    def _kept(self) -> dict[str, bytes]:
        value = self._memory.get(_KIND, "") if self._memory is not None else None
        try:
            kept = _kept_decoder.decode(value) if value is not None else None
        except msgspec.MsgspecError:
            return {}
        return kept.modules if kept is not None and kept.ground == self._ground else {}

    def _known(self, path: str) -> ModuleFacts | None:
        if self._memory is None or path not in self._kept:
            return None
        try:
            known = _decoder.decode(self._kept[path])
        except msgspec.MsgspecError:
            return None
        return known if is_unchanged(known.rests_on, self._memory.hashes) else None

    def _anew(self, path: str) -> dict[int, Facts | Exception]:
        consulted = Consulted(self._program.modules)
        found = self._read(self._program.over(consulted), path)
        facts = {start: each for start, each in found.items() if isinstance(each, Facts)}
        if self._memory is not None and len(facts) == len(found):
            rests_on = {each: self._memory.hashes[each] for each in sorted(consulted.paths)}
            with suppress(UnicodeEncodeError):  # a lone surrogate cannot be written
                self._fresh[path] = msgspec.msgpack.encode(ModuleFacts(facts, rests_on))
        return found
