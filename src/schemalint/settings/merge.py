"""Putting layers together: the last has the last word, tables merge key by key, `extend-*` lists add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from schemalint.settings.globs import rebased_glob, rebased_path
from schemalint.settings.layers import Layer
from schemalint.settings.records import Settings

_ADDING = ("extend_select", "extend_exclude")


def merged(values: Iterable[tuple[Layer, dict[str, Any]]], root: Path, sources: tuple[str, ...]) -> Settings:
    """The settings of validated layers, the closest last.

    On the command line `ignore` adds to what the files say, and `select` sets their `ignore` and `extend-select` aside:
    who asks for a rule there wants to see it.
    """
    result: dict[str, Any] = {}
    for layer, own in values:
        if layer.is_command_line and "select" in own:
            result.pop("ignore", None)
            result.pop("extend_select", None)
        for key, value in own.items():
            before = result.get(key)
            adds = key in _ADDING or (key == "ignore" and layer.is_command_line)
            result[key] = [*(before or ()), *value] if adds else _over(before, value)
    result["per_file_ignores"] = list(result.get("per_file_ignores", {}).items())
    return msgspec.convert({**result, "root": root.as_posix(), "sources": sources}, Settings)


def placed(values: dict[str, Any], folder: Path | None, root: Path) -> dict[str, Any]:
    """The values with every glob and path, which are relative to `folder`, written relative to `root`."""
    if folder is None or folder == root:
        return values

    def glob(text: str) -> str | None:
        return rebased_glob(text, folder, root)

    result = dict(values)
    for key in ("exclude", "extend_exclude"):
        if key in result:
            result[key] = _kept(glob, result[key])
    for key in ("roles", "layers"):
        if key in result:
            result[key] = {label: _kept(glob, globs) for label, globs in result[key].items()}
    if "per_file_ignores" in result:
        pairs = [(glob(text), selectors) for text, selectors in result["per_file_ignores"].items()]
        result["per_file_ignores"] = {text: selectors for text, selectors in pairs if text is not None}
    if "targets" in result:
        result["targets"] = [
            {**target, "migrations": [rebased_path(path, folder, root) for path in target.get("migrations", ())]}
            for target in result["targets"]
        ]
    if "cache_dir" in result:
        result["cache_dir"] = rebased_path(result["cache_dir"], folder, root)
    return result


def _kept(glob: Callable[[str], str | None], globs: Iterable[str]) -> list[str]:
    return [text for text in map(glob, globs) if text is not None]


def _over(before: Any, value: Any) -> Any:
    if not isinstance(before, dict) or not isinstance(value, dict):
        return value
    return {**before, **{key: _over(before.get(key), item) for key, item in value.items()}}
