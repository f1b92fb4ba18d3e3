"""JSON as text."""

from __future__ import annotations

import json
from typing import Any

import msgspec


def one_line(value: Any) -> str:
    """The value on one line. Characters are not escaped; a lone surrogate becomes a question mark."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def indented(value: Any) -> str:
    """The value over several lines, ending in a line feed."""
    return msgspec.json.format(one_line(value), indent=2) + "\n"
