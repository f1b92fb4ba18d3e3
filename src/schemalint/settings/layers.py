"""The layers that settings are made of: files, the files they extend, and the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any

from schemalint.settings.documents import Document, parse, read_bytes
from schemalint.settings.positions import KeyPath, Positions, positions
from schemalint.settings.problems import SettingsError, SettingsProblem, short_path

COMMAND_LINE = "command line"
INLINE = "--config"
_TABLE = ("tool", "schemalint")


class Layer:
    """One source of settings.

    `path` is the absolute path of a file, or `COMMAND_LINE` or `INLINE`; `table` is what it says, as written; `prefix`
    leads to that table in the document. Globs and paths in it are relative to `folder`, which is None where they are
    relative to the root already.
    """

    def __init__(
        self, path: str, table: Mapping[str, Any], text: str = "", prefix: KeyPath = (), folder: Path | None = None
    ) -> None:
        self.path = path
        self.table = table
        self.folder = folder
        self._text = text
        self._prefix = prefix

    @property
    def is_command_line(self) -> bool:
        """Whether the layer was given on the command line."""
        return self.path in (COMMAND_LINE, INLINE)

    @cached_property
    def positions(self) -> Positions:
        """Where everything in the layer's document stands."""
        return positions(self._text)

    def origin(self, key: str) -> str:
        """Where the layer sets a top-level key: "/path/to/pyproject.toml:12", or the part of the command line."""
        if self.is_command_line:
            return self.path
        found = self.positions.key((*self._prefix, key))
        return f"{self.path}:{found.line}" if found else self.path

    def problem(self, path: KeyPath, message: str, remedy: str = "", *, at_key: bool = False) -> SettingsProblem:
        """A problem with the value at a path of the layer's table, or with the key itself."""
        full = (*self._prefix, *path)
        found = self.positions.key(full) if at_key else self.positions.value(full)
        return SettingsProblem(
            path=self.path,
            message=message,
            remedy=remedy,
            key=".".join(str(part) for part in path if isinstance(part, str)),
            line=found.line if found else None,
            column=found.column if found else None,
            width=found.width if found else 1,
            source=self.positions.lines[found.line - 1] if found else "",
        )


def file_layer(document: Document, folder: Path | None) -> Layer | None:
    """The settings in a document; None for a pyproject.toml without a table for schemalint."""
    if Path(document.path).name != "pyproject.toml":
        return Layer(document.path, document.table, document.text, (), folder)
    table: Any = document.table
    for depth, name in enumerate(_TABLE, start=1):
        if name not in table:
            return None
        table = table[name]
        if not isinstance(table, dict):
            outer = Layer(document.path, document.table, document.text)
            raise SettingsError([outer.problem(_TABLE[:depth], f"`{'.'.join(_TABLE[:depth])}` must be a table")])
    return Layer(document.path, table, document.text, _TABLE, folder)


def read_layers(path: Path, folder: Path | None, data: bytes | None = None) -> list[tuple[Layer, bytes]]:
    """The layer of a file and those it extends, the closest first, each with the bytes it was read from.

    Globs of the file itself are relative to `folder`, those of an extended file to its own. Raises `SettingsError` for
    a file that cannot be read, is not TOML or holds no settings, and for files that extend each other in a circle.
    """
    layers: list[tuple[Layer, bytes]] = []
    asking: tuple[Layer, str] | None = None
    seen: list[str] = []
    while True:
        try:
            content = read_bytes(path) if data is None else data
        except SettingsError as error:
            if asking is None:
                raise
            message = f"`{asking[1]}` {error.problems[0].message}"
            raise SettingsError([asking[0].problem(("extend",), message, f"looked for {path}")]) from None
        layer = file_layer(parse(str(path), content), folder)
        if layer is None:
            message = "has no table `[tool.schemalint]`"
            raise SettingsError(
                [SettingsProblem(path=str(path), message=message, remedy="add one, or name another file")]
            )
        layers.append((layer, content))
        seen.append(os.path.realpath(path))
        extended = layer.table.get("extend")
        if not isinstance(extended, str) or not extended or "\0" in extended:
            return layers
        asking = (layer, extended)
        path = Path(os.path.normpath(path.parent / os.path.expanduser(extended)))
        folder, data = path.parent, None
        if (real := os.path.realpath(path)) in seen:
            circle = " -> ".join(map(short_path, (*seen[seen.index(real) :], real)))
            raise SettingsError([layer.problem(("extend",), f"settings extend each other in a circle: {circle}")])


def inline_layer(text: str, folder: Path) -> Layer:
    """The settings in a `--config "key = value"`. Raises `SettingsError` where it is not TOML."""
    return Layer(INLINE, parse(INLINE, text.encode("utf-8", "surrogateescape")).table, text, (), folder)


def command_line_layer(overrides: Mapping[str, Any], folder: Path) -> Layer:
    """The settings given by flags: keys as in the TOML; None means that a flag was not given."""
    table = {key: _plain(value) for key, value in overrides.items() if value is not None}
    return Layer(COMMAND_LINE, table, folder=folder)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value
