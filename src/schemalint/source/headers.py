"""Where statements stand in the text, for the comments that belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from schemalint.ir import (
    ClassDef,
    Expression,
    For,
    FunctionDef,
    If,
    Match,
    Parameter,
    Statement,
    Try,
    While,
    With,
    statements_of,
)

# What may stand between the last expression of a header, or the name, and its colon: type parameters in brackets, with
# bounds that may be strings; closing brackets, commas, comments.
_HEADER_TOKEN = re.compile(r"#[^\r\n]*|'[^'\r\n]*'|\"[^\"\r\n]*\"|[\[\]:]")


def statement_ranges(text: str, body: Iterable[Statement]) -> tuple[tuple[int, int], ...]:
    """The ranges of all statements, at any depth, in order: what `ModuleIR.statement_ranges` describes."""
    return tuple(sorted(_ranges(text, body)))


def _ranges(text: str, body: Iterable[Statement]) -> Iterator[tuple[int, int]]:
    for statement in body:
        blocks = _blocks(statement)
        if blocks is None:
            yield statement.start, statement.end
            continue
        yield _header_start(text, statement), _header_end(text, _last_of_header(statement))
        for block in blocks:
            yield from _ranges(text, block)


def _blocks(statement: Statement) -> tuple[tuple[Statement, ...], ...] | None:
    """The statements inside a compound statement; None for a simple one."""
    if isinstance(statement, FunctionDef):
        return (statements_of(statement),)
    if isinstance(statement, (ClassDef, With)):
        return (statement.body,)
    if isinstance(statement, (If, For, While)):
        return statement.body, statement.orelse
    if isinstance(statement, Try):
        handlers = tuple(handler.body for handler in statement.handlers)
        return statement.body, *handlers, statement.orelse, statement.final
    if isinstance(statement, Match):
        return tuple(case.body for case in statement.cases)
    return None


def _header_start(text: str, statement: Statement) -> int:
    if isinstance(statement, (FunctionDef, ClassDef)) and statement.decorators:
        return text.rfind("@", 0, statement.decorators[0].start)
    return statement.start


def _last_of_header(statement: Statement) -> int:
    """An offset in the header behind which no colon stands but the header's own and those of type parameters."""
    if isinstance(statement, FunctionDef):
        nodes: list[Parameter | Expression] = [*statement.parameters]
        nodes += [p.default for p in statement.parameters if p.default is not None]
        nodes += [] if statement.returns is None else [statement.returns]
        return max((node.end for node in nodes), default=statement.name_start)
    if isinstance(statement, ClassDef):
        return max((base.end for base in statement.bases), default=statement.name_start)
    if isinstance(statement, (If, While)):
        return statement.test.end
    if isinstance(statement, For):
        return statement.iterable.end
    if isinstance(statement, Match):
        return statement.subject.end
    if isinstance(statement, With):
        last = statement.items[-1]
        return (last.target or last.context).end
    return statement.start


def _header_end(text: str, position: int) -> int:
    """The offset behind the colon that ends a header."""
    depth = 0
    for token in _HEADER_TOKEN.finditer(text, position):
        if token[0] == "[":
            depth += 1
        elif token[0] == "]":
            depth -= 1
        elif token[0] == ":" and depth <= 0:
            return token.end()
    return position
