"""The cache format: MessagePack, by msgspec. Never pickle: what is read from disk must not be able to run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from schemalint.ir.module import ModuleIR
from schemalint.ir.nodes import Node
from schemalint.ir.statements import FunctionDef, Statement

_encoder = msgspec.msgpack.Encoder()
_modules = msgspec.msgpack.Decoder(ModuleIR)
_bodies = msgspec.msgpack.Decoder(tuple[Statement, ...])


def encode_module(module: ModuleIR) -> bytes:
    """The module as bytes for the cache."""
    return _encoder.encode(module)


def decode_module(data: bytes) -> ModuleIR:
    """The module of bytes that `encode_module` made. Raises `msgspec.DecodeError` for any others."""
    return _modules.decode(data)


def encode_body(statements: tuple[Statement, ...]) -> bytes:
    """A function's statements as its `body`."""
    return _encoder.encode(statements)


@lru_cache(maxsize=2048)
def _decode_body(body: bytes) -> tuple[Statement, ...]:
    return _bodies.decode(body)


def statements_of(function: FunctionDef) -> tuple[Statement, ...]:
    """A function's statements, decoded on demand and remembered for a while."""
    return _decode_body(function.body)


def marks_of_nodes(*kinds: type[Node]) -> re.Pattern[bytes]:
    """What shows that an encoded body may hold nodes of some kinds, functions inside of it included.

    That is how they begin: the head of an array of their length, and their tag. No find is a proof that there is none;
    a find is no proof, for a text may look the same.
    """
    heads = (
        bytes((0x91 + len(kind.__struct_fields__),)) + _encoder.encode(kind.__struct_config__.tag) for kind in kinds
    )
    return re.compile(b"|".join(re.escape(head) for head in heads))


def marks_of_names(names: Iterable[str]) -> re.Pattern[bytes]:
    """What shows that an encoded body may hold some of these words as names or texts, as `marks_of_nodes` does."""
    return re.compile(b"|".join(re.escape(_encoder.encode(name)) for name in sorted(names)))
