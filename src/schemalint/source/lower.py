"""From the text of a Python file to its IR: which front end reads it, and what is said where none can.

The front ends give the same IR, so which one reads a text shows only in the time it takes, with one exception: libcst
also reads syntax that is newer than the running interpreter. Both are imported only when they are needed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from schemalint.ir import ModuleIR
from schemalint.source.comments import MARK
from schemalint.source.nesting import is_shallow
from schemalint.source.text import line_starts

LOWERER_VERSION = 2
"""Part of the cache key: raise it with every change of what `lower` gives for some text."""

_FRAMEWORKS = (
    "alembic",
    "sqlalchemy",
    "sqlmodel",
    "django",
    "fastapi",
    "starlette",
    "flask",
    "pydantic",
    "psycopg",
    "asyncpg",
    "sqlite3",
    MARK,
)


class SyntaxProblem(msgspec.Struct, frozen=True):
    """Why a text has no IR, and where. Line and column count from one, columns in code points."""

    message: str
    line: int
    column: int


_TOO_DEEP = SyntaxProblem("nested too deeply", 1, 1)


def lower(text: str) -> ModuleIR | SyntaxProblem:
    """The IR of the text of a Python file, or the problem that keeps it from having one. Never raises for any text.

    libcst reads text that names a framework, stdlib `ast` all other; what the first cannot read is given to the second.
    Where both fail, the problem is that of `ast`, whose messages and positions are the better ones.
    """
    if "\0" in text:
        return _problem_at(text, text.index("\0"), "source code cannot contain null bytes")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return _problem_at(text, error.start, "a lone surrogate is not text")
    with _collector_paused():
        if names_framework(text):
            return _by_libcst(text) or _by_ast(text)
        result = _by_ast(text)
        return result if isinstance(result, ModuleIR) else _by_libcst(text) or result


def names_framework(text: str) -> bool:
    """Whether the text names a framework or speaks to schemalint, so that libcst is to read it."""
    return any(name in text for name in _FRAMEWORKS)


def _problem_at(text: str, offset: int, message: str) -> SyntaxProblem:
    lines = line_starts(text[:offset])
    return SyntaxProblem(message, len(lines), offset - lines[-1] + 1)


def _by_libcst(text: str) -> ModuleIR | None:
    if not is_shallow(text):
        return None
    from libcst import CSTLogicError, CSTValidationError, ParserSyntaxError

    from schemalint.source import frontend_cst

    try:
        return frontend_cst.lower(text)
    except (
        ParserSyntaxError,
        CSTValidationError,
        CSTLogicError,
        frontend_cst.LossyTreeError,
        RecursionError,
        MemoryError,
    ):
        return None


def _by_ast(text: str) -> ModuleIR | SyntaxProblem:
    from schemalint.source import frontend_ast

    try:
        return frontend_ast.lower(text)
    except (RecursionError, MemoryError):
        return _TOO_DEEP
    except SyntaxError as error:
        if error.msg.startswith("too many nested parentheses"):
            return _TOO_DEEP
        return SyntaxProblem(error.msg, max(error.lineno or 1, 1), max(error.offset or 1, 1))
    except ValueError as error:  # of a parser's own mistakes, such as Python 3.12.1 has with format specs
        return SyntaxProblem(str(error), 1, 1)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Trees are many objects without cycles: collecting while they grow takes half of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
