"""Reading the files of a walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemalint.diagnostics import Span
from schemalint.engine.cache import content_key
from schemalint.project.problem import Problem
from schemalint.source.tree import SourceTree

_START = Span(1, 1, 1, 1)


@dataclass(slots=True)
class Contents:
    """The files as they are: bytes by path with their hashes, and why others could not be read."""

    data: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, bytes] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)


def read_files(tree: SourceTree, paths: Sequence[str], *, max_file_size: int) -> Contents:
    """Reads every file. One that cannot be read is a problem of its own and costs nothing else."""
    contents = Contents()
    for path in paths:
        data = _read(tree, path, max_file_size)
        if isinstance(data, Problem):
            contents.problems[path] = data
        else:
            contents.data[path] = data
            contents.keys[path] = content_key(data)
    return contents


def _read(tree: SourceTree, path: str, max_file_size: int) -> bytes | Problem:
    try:
        data = tree.read(path)
    except OSError as error:
        return Problem("unreadable", f"it cannot be read ({error.strerror or error})", _START)
    if len(data) > max_file_size:
        size, limit = len(data) // 1024, max_file_size // 1024
        return Problem("unreadable", f"it has {size:,} KiB, more than `max-file-size` ({limit:,} KiB)", _START)
    return data
