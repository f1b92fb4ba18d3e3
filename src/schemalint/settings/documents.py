"""TOML documents: reading them without a traceback for any bytes, and writing values."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from schemalint.settings.problems import SettingsError, SettingsProblem

_LARGEST = 4 * 1024 * 1024
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Document(msgspec.Struct, frozen=True):
    """A TOML document: where it is from, its text, and what it says."""

    path: str
    text: str
    table: dict[str, Any]


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises `SettingsError` for one that cannot be read."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SettingsError([SettingsProblem(path=str(path), message=f"cannot be read: {reason}")]) from None


def parse(path: str, data: bytes) -> Document:
    """The document in the bytes of a file. Raises `SettingsError` with the place of what is not TOML."""
    if len(data) > _LARGEST:
        message = f"is larger than {_LARGEST // 1024 // 1024} MiB, which no settings file is"
        remedy = "keep the settings in a `schemalint.toml` of their own"
        raise SettingsError([SettingsProblem(path=path, message=message, remedy=remedy)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError([_undecodable(path, data, error)]) from None
    return Document(path, text, _table(path, text))


def _table(path: str, text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise SettingsError([SettingsProblem(path=path, message="is nested too deeply")]) from None
    except ValueError as error:
        raise SettingsError([_not_toml(path, text, error)]) from None


def _not_toml(path: str, text: str, error: ValueError) -> SettingsProblem:
    said = str(error)
    place = _PLACE.search(said)
    lines = text.split("\n")
    message = f"not valid TOML: {_PLACE.sub('', said)}"
    if place is None:
        return SettingsProblem(path=path, message=message)
    line = int(place["line"]) if place["line"] else len(lines)
    column = int(place["column"]) if place["column"] else len(lines[-1]) + 1
    source = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    return SettingsProblem(path=path, message=message, line=line, column=column, source=source)


def _undecodable(path: str, data: bytes, error: UnicodeDecodeError) -> SettingsProblem:
    before = data[: error.start].decode("utf-8-sig", "replace")
    return SettingsProblem(
        path=path,
        message=f"not valid TOML: byte 0x{data[error.start]:02x} is not UTF-8",
        line=before.count("\n") + 1,
        column=len(before) - before.rfind("\n"),
        remedy="save the file as UTF-8",
    )


def toml_key(key: str) -> str:
    """A key as it is written in TOML: bare where that is allowed."""
    return key if _BARE_KEY.fullmatch(key) else toml_value(key)


def toml_value(value: Any) -> str:
    """A plain value as it is written in TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(str(getattr(value, "value", value)))
    if isinstance(value, dict):
        pairs = [f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items()]
        return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(toml_value, value))}]"
    return str(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c for c in escaped) + '"'
