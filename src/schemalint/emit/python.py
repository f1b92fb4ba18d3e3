"""Calls and constants as Python code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from schemalint.facts.unknown import Unknown

WIDTH = 88
"""Lines that are longer are broken, one argument a line."""


def literal(text: str) -> str:
    """A text in double quotes, as formatters write it."""
    return json.dumps(text, ensure_ascii=False)


def texts(values: Iterable[str]) -> str:
    """A list of texts."""
    return f"[{', '.join(literal(value) for value in values)}]"


def call(function: str, *arguments: str, **options: object) -> str:
    """A call. Arguments are code; options that are None are left out, those that are no text are constants."""
    given = (*arguments, *(f"{name}={value}" for name, value in options.items() if value is not None))
    line = f"{function}({', '.join(given)})"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    lines = (f"    {part}," for argument in given for part in [argument.replace("\n", "\n    ")])
    return "\n".join([f"{function}(", *lines, ")"])


def unwritten(statements: Sequence[str]) -> Unknown:
    """Why SQL could not be written for an operation: what its first comment says."""
    first = next((text.removeprefix("-- not written: ") for text in statements if text.startswith("--")), None)
    return Unknown(first or "it is no statement")


def comment(reason: str) -> str:
    """A comment that says why something is not written, on one line."""
    return "# " + " ".join(reason.split())
