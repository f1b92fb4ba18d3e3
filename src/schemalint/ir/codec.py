"""The cache format: MessagePack, by msgspec. Never pickle: what is read from disk must not be able to run."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from schemalint.ir.module import ModuleIR
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
