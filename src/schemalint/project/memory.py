"""What is kept of a program from run to run, and what it rests on.

Reading a part of a program rests on the modules that it looked into and, beside them, on the ground: which files there
are and how they are imported. Where none of that has changed, the part would be read as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Protocol

import msgspec

from schemalint.interpret.program import Program
from schemalint.ir import ModuleIR


class Memory(Protocol):
    """What keeps values from run to run. `hashes` are those of the modules by path."""

    @property
    def hashes(self) -> Mapping[str, bytes]: ...

    def get(self, kind: str, name: str) -> bytes | None:
        """What was kept under a name of a kind, or None."""

    def put(self, kind: str, name: str, value: bytes) -> None:
        """Keeps a value."""


class Consulted(Mapping[str, ModuleIR]):
    """Modules, and which of them somebody looked into."""

    def __init__(self, modules: Mapping[str, ModuleIR]) -> None:
        self._modules = modules
        self.paths: set[str] = set()

    def __getitem__(self, path: str) -> ModuleIR:
        module = self._modules[path]
        self.paths.add(path)
        return module

    def __contains__(self, path: object) -> bool:
        return path in self._modules

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


def ground_of(program: Program, *more: object) -> bytes:
    """What stands for all that reading rests on beside modules; `more` is what else it does."""
    digest = blake2b(digest_size=16)
    files = (sorted(program.modules), sorted(program.imported_modules), sorted(program.searched))
    for part in (*files, program.registering, sorted(program.facades), *more):
        digest.update(msgspec.msgpack.encode(part))
    return digest.digest()


def is_unchanged(rests_on: Mapping[str, bytes], hashes: Mapping[str, bytes]) -> bool:
    """Whether modules are as they were."""
    return all(hashes.get(path) == content for path, content in rests_on.items())
