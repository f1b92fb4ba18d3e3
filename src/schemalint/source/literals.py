"""What literals mean, for both front ends."""

from __future__ import annotations

import re
import warnings
from ast import literal_eval
from collections.abc import Iterable
from functools import lru_cache

from schemalint.ir import Constant, Expression, ExpressionStatement, Formatted, FString, Opaque, Statement

_LARGEST_INTEGER = 2**64 - 1  # what MessagePack holds; a literal has no sign
_ESCAPE = re.compile(
    r"\\(?:[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[^xuUN0-7]|[xuUN])", re.DOTALL
)


def constant(value: object, start: int, end: int) -> Expression:
    """The node of a literal's value; `Opaque` with a reason where no record holds it."""
    if isinstance(value, str):
        return string(value, start, end)
    if isinstance(value, int):
        return Constant(value, start, end) if value <= _LARGEST_INTEGER else Opaque("large-integer", start, end)
    if value is None or isinstance(value, float):
        return Constant(value, start, end)
    if isinstance(value, bytes):
        return Opaque("bytes", start, end)
    return Opaque("complex" if isinstance(value, complex) else "ellipsis", start, end)


def string(value: str, start: int, end: int) -> Expression:
    """The node of a string; a lone surrogate makes it `Opaque`, for UTF-8 cannot hold one."""
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return Opaque("surrogate", start, end)
    return Constant(value, start, end)


def integer(source: str, start: int, end: int) -> Expression:
    """The node of an integer literal as it stands in the source."""
    try:
        value = int(source, 0)
    except ValueError:  # longer than `sys.get_int_max_str_digits`
        return Opaque("large-integer", start, end)
    return constant(value, start, end)


def string_value(source: str) -> str | None:
    """The value of a string literal as it stands in the source, prefix and quotes included; None for bytes."""
    opening = min(position for position in (source.find('"'), source.find("'")) if position >= 0)
    prefix = source[:opening].lower()
    if "b" in prefix:
        return None
    width = 3 if source[opening : opening + 3] in ('"""', "'''") else 1
    return unescaped(source[opening + width : -width], raw="r" in prefix)


def unescaped(body: str, *, raw: bool) -> str:
    """What stands between the quotes of a literal, with line ends and (unless raw) escapes as Python reads them."""
    if "\r" in body:
        body = body.replace("\r\n", "\n").replace("\r", "\n")
    return body if raw or "\\" not in body else _ESCAPE.sub(_escape, body)


def _escape(match: re.Match[str]) -> str:
    return _escaped_text(match[0])


@lru_cache(maxsize=512)
def _escaped_text(sequence: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unknown escapes, which stand for themselves
        return str(literal_eval(f'"{sequence}"'))


def joined(parts: Iterable[str | Formatted], start: int, end: int) -> tuple[Expression, ...]:
    """The parts of an f-string: neighbouring text is one constant, empty text is none."""
    merged: list[Expression] = []
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            merged.append(string(text, start, end))
            text = ""
        merged.append(part)
    if text:
        merged.append(string(text, start, end))
    return tuple(merged)


def fstring(parts: Iterable[str | Formatted], template: bool, start: int, end: int) -> FString:
    """An f-string or, with `template`, a t-string. One without placeholders keeps its text as its only part."""
    return FString(joined(parts, start, end), template, start, end)


def split_docstring(body: list[Statement]) -> tuple[str | None, tuple[Statement, ...]]:
    """The docstring of a module, class or function as it stands (not dedented), and the statements without it.

    A string with a lone surrogate is no docstring: it stays a statement, and opaque.
    """
    if body:
        first = body[0]
        if type(first) is ExpressionStatement and type(first.value) is Constant and type(first.value.value) is str:
            return first.value.value, tuple(body[1:])
    return None, tuple(body)
