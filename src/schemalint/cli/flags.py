"""From flags to settings: those flags of `check` that stand for keys of the TOML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from schemalint.cli.refusal import Refusal


def overrides(
    *,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    extend_select: tuple[str, ...],
    per_file_ignores: tuple[str, ...],
    exclude: tuple[str, ...],
    profile: str | None,
    fail_on: str | None,
    force_exclude: bool | None,
) -> dict[str, Any]:
    """The keys that flags set, with plain values; None for those that were not given."""
    return {
        "select": _parts(select),
        "ignore": _parts(ignore),
        "extend-select": _parts(extend_select),
        "per-file-ignores": ignores_by_glob(per_file_ignores) if per_file_ignores else None,
        "exclude": _parts(exclude),
        "profile": profile,
        "fail-on": fail_on,
        "force-exclude": force_exclude or None,
    }


def ignores_by_glob(values: Iterable[str]) -> Mapping[str, list[str]]:
    """`legacy/**:TYP,IDX001` as the selectors of a glob; several pairs may stand in one value, with commas between.

    Raises `Refusal` for a value that does not begin with a glob.
    """
    ignores: dict[str, list[str]] = {}
    for value in values:
        glob = ""
        for part in _split(value):
            before, colon, selector = part.rpartition(":")
            glob = before.strip() if colon else glob
            if not glob or not selector.strip():
                raise Refusal(f"--per-file-ignores: `{value}` is not GLOB:RULE; write `legacy/**:TYP,IDX001`")
            ignores.setdefault(glob, []).append(selector.strip())
    return ignores


def _parts(values: tuple[str, ...]) -> list[str] | None:
    return [part for value in values for part in _split(value)] if values else None


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]
