"""Validating one layer with pydantic, and saying what is wrong in the words of TOML.

Importing this module imports pydantic: import it only inside functions.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemalint.settings.documents import toml_value
from schemalint.settings.layers import Layer
from schemalint.settings.models import SettingsModel, TargetModel
from schemalint.settings.positions import KeyPath
from schemalint.settings.problems import SettingsProblem, did_you_mean, listed

_EXPECTED = {
    "string_type": "a string",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "`true` or `false`",
    "list_type": "an array",
    "dict_type": "a table",
    "model_type": "a table",
}
_WRITTEN = {
    str: "a string",
    bool: "a boolean",
    int: "a whole number",
    float: "a number",
    list: "an array",
    dict: "a table",
}


def validate(layer: Layer) -> tuple[dict[str, Any], list[SettingsProblem]]:
    """The values of a layer under the names of `Settings`, only those that it sets; and what is wrong with it."""
    try:
        model = SettingsModel.model_validate(layer.table)
    except ValidationError as error:
        return {}, [_problem(layer, detail) for detail in error.errors(include_url=False)]
    return model.model_dump(exclude_unset=True), []


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a table, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _problem(layer: Layer, error: ErrorDetails) -> SettingsProblem:
    location = error["loc"]
    at_key = len(location) > 2 and location[-1] == "[key]"  # pydantic's sign for what is wrong with a key itself
    path: KeyPath = location[:-1] if at_key else location
    context = error.get("ctx", {})
    key = f"`{_dotted(path)}`"
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        return _unknown_key(layer, path)
    if kind == "settings":
        return layer.problem(path, context["message"], context["remedy"], at_key=at_key)
    if kind == "missing":
        return layer.problem(path[:-1], f"{key} is missing")
    if kind == "literal_error":
        return _unknown_word(layer, path, given, context["expected"], at_key=at_key)
    if kind == "string_too_short":
        return layer.problem(path, f"{key} must not be empty", at_key=at_key)
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = f"at least {context['ge']}" if "ge" in context else f"at most {context['le']}"
        return layer.problem(path, f"{key} is {toml_value(given)}: it must be {bound}")
    if kind in _EXPECTED:
        remedy = f"write `[{toml_value(given)}]`" if kind == "list_type" and isinstance(given, str) else ""
        return layer.problem(path, f"{key} is {_written(given)}: it must be {_EXPECTED[kind]}", remedy)
    return layer.problem(path, f"{key}: {error['msg']}")


def _unknown_key(layer: Layer, path: KeyPath) -> SettingsProblem:
    known = keys_of(SettingsModel if len(path) == 1 else TargetModel)
    name = str(path[-1])
    remedy = did_you_mean(name, known) or f"known keys: {', '.join(known)}"
    if path == ("tool",):
        remedy = "only a pyproject.toml has `[tool.schemalint]`; here the keys stand at the top of the file"
    elif path == ("targets",):
        remedy = (
            "write `[[target]]`, once for each"
            if not layer.path.endswith("pyproject.toml")
            else ("write `[[tool.schemalint.target]]`, once for each")
        )
    return layer.problem(path, f"unknown key `{_dotted(path)}`", remedy, at_key=True)


def _unknown_word(layer: Layer, path: KeyPath, given: object, expected: str, *, at_key: bool) -> SettingsProblem:
    words = [word.strip("' ") for word in expected.replace(" or ", ",").split(",")]
    if at_key:
        message = f"unknown key `{_dotted(path)}`: expected {listed(words)}"
    else:
        message = f"`{_dotted(path)}` is {toml_value(given)}: expected {listed(words)}"
    remedy = did_you_mean(given, words) if isinstance(given, str) else ""
    if path[0] == "severity" and given in ("off", "ignore", "none"):
        remedy = "to switch a rule off, name it in `ignore`"
    return layer.problem(path, message, remedy, at_key=at_key)


def _dotted(path: KeyPath) -> str:
    """A path for a message: `target[0].name`, counted from 0 as in TOML's own paths."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _written(value: object) -> str:
    return next((name for kind, name in _WRITTEN.items() if isinstance(value, kind)), "a date or time")
