"""What `schemalint config` and `--show-settings` show.

`describe` imports pydantic when it is called, for the descriptions stand in the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from schemalint.settings.discovery import Gathered
from schemalint.settings.documents import toml_key, toml_value
from schemalint.settings.records import Settings

_DEFAULTS = Settings(root="")
DEFAULT = "default"


class Description(msgspec.Struct, frozen=True):
    """A key of the settings. `default` and `example` are TOML; `default` is empty where there is none."""

    key: str
    type: str
    default: str
    description: str
    example: str
    required: bool = False


class Effective(msgspec.Struct, frozen=True):
    """The value of a key as TOML, empty where it is unset, and where it comes from.

    `origins` are "default", or "path:line" of the files and the parts of the command line that set it, the strongest
    last: a table may come from several.
    """

    key: str
    value: str
    origins: tuple[str, ...]


def descriptions() -> tuple[Description, ...]:
    """All keys, in the order of the model; those of a target follow as "target.name"."""
    from schemalint.settings.models import json_schema

    schema = json_schema()
    described = []
    for key, field in schema["properties"].items():
        described.append(_described(key, key, field))
        inner = schema["$defs"].get(field.get("items", {}).get("$ref", "").rpartition("/")[2])
        if inner is not None:
            required = inner.get("required", ())
            described += [
                _described(f"{key}.{name}", name, item, name in required) for name, item in inner["properties"].items()
            ]
    return tuple(described)


def describe(key: str) -> tuple[Description, ...]:
    """A key, and those below it; empty where there is none of that name."""
    return tuple(each for each in descriptions() if each.key == key or each.key.startswith(f"{key}."))


def effective(gathered: Gathered, settings: Settings) -> tuple[Effective, ...]:
    """Every key with the value that holds and where it comes from. `settings` is what `gathered` resolves to."""
    shown = []
    for field in msgspec.structs.fields(Settings):
        if field.name in ("root", "sources"):
            continue
        key = "target" if field.name == "targets" else field.name.replace("_", "-")
        origins = tuple(layer.origin(key) for layer in gathered.layers if key in layer.table)
        value = _written(field.name, getattr(settings, field.name))
        changed = getattr(settings, field.name) != getattr(_DEFAULTS, field.name)
        shown.append(Effective(key, value, origins if origins or changed else (DEFAULT,)))
    return tuple(shown)


def _written(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name == "per_file_ignores":
        return toml_value(dict(value))
    if name == "targets":
        return toml_value([_without_none(msgspec.to_builtins(target)) for target in value])
    return toml_value(value)


def _without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


def _described(key: str, name: str, field: Mapping[str, Any], required: bool = False) -> Description:
    default = field.get("default")
    return Description(
        key=key,
        type=_type(field),
        default="" if default is None else toml_value(default),
        description=field["description"],
        example=f"{toml_key(name)} = {toml_value(field['examples'][0])}",
        required=required,
    )


def _type(field: Mapping[str, Any]) -> str:
    """A type in words, from its JSON schema."""
    if "enum" in field:
        return " | ".join(toml_value(word) for word in field["enum"])
    if "anyOf" in field:
        return " or ".join(_type(option) for option in field["anyOf"] if option.get("type") != "null")
    kind = field.get("type")
    if kind == "array":
        return f"list of {_plural(_type(field['items']))}"
    if kind == "object":
        inner = field.get("additionalProperties")
        return f"table of {_plural(_type(inner))}" if isinstance(inner, dict) and inner else "table"
    return {"string": "string", "integer": "whole number", "boolean": "true | false"}.get(str(kind), "table")


def _plural(words: str) -> str:
    if " | " in words:
        return words
    head, of, rest = words.partition(" of ")
    return f"{head}s{of}{rest}"
