"""What `schemalint rule` says of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec

from schemalint.cli.markdown import terminal_text
from schemalint.report.terminal import paint
from schemalint.rules.api import PROFILES, Options, Rule
from schemalint.rules.pages import read_page
from schemalint.settings.documents import toml_value

_OFF = "off"


def as_record(rule: Rule) -> dict[str, Any]:
    """A rule for programs: what it is, how severe in each profile, its options as a JSON schema, its page."""
    page = read_page(rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "category": rule.category,
        "summary": rule.summary,
        "severities": {profile: _severity(rule, profile) for profile in PROFILES},
        "options": msgspec.json.schema(rule.options) if rule.options is not None else None,
        "judges_change": rule.judges_change,
        "supersedes": list(rule.supersedes),
        "page": page.markdown,
    }


def as_text(rule: Rule, *, width: int, color: bool) -> str:
    """A rule for people: a header, its page, its options."""
    page = read_page(rule)
    title, _, body = page.markdown.partition("\n")
    text = body.strip() if title.startswith("# ") else page.markdown.strip()
    parts = [*_header(rule, color), "", terminal_text(text, width=width, color=color).strip("\n")]
    if rule.options is not None:
        parts += ["", paint(f"Settings: [tool.schemalint.rules.{rule.name}]", "strong", color), *_options(rule.options)]
    return "\n".join(parts) + "\n"


def as_table(rules: Iterable[Rule], *, color: bool) -> str:
    """All rules by category, one a line with the severities in the profiles."""
    rules = sorted(rules, key=lambda rule: (rule.category, rule.code))
    names = max((len(rule.name) for rule in rules), default=0)
    lines = []
    for category, group in groupby(rules, key=lambda rule: rule.category):
        lines += ["", paint(category, "strong", color)]
        for rule in group:
            severities = "  ".join(f"{_severity(rule, profile) or _OFF:<7}" for profile in PROFILES)
            lines.append(f"  {rule.code}  {rule.name:<{names}}  {severities}".rstrip())
    heading = "  ".join(f"{profile:<7}" for profile in PROFILES).rstrip()
    return "\n".join([" " * (names + 11) + heading, *lines[1:]]) + "\n"


def _header(rule: Rule, color: bool) -> Iterator[str]:
    yield f"{paint(f'{rule.code} {rule.name}', 'strong', color)} ({rule.category})"
    severities = ", ".join(f"{_severity(rule, profile) or _OFF} in {profile}" for profile in PROFILES)
    yield f"Severity: {severities}. Looks at: {rule.subject.__name__.lower()}."
    if rule.judges_change:
        yield "Findings in released revisions are counted, not shown."
    if rule.supersedes:
        yield f"Speaks in place of: {', '.join(rule.supersedes)}."


def _options(options: type[Options]) -> Iterator[str]:
    schema = msgspec.json.schema(options)
    definitions = schema["$defs"]
    for name, field in definitions[options.__name__]["properties"].items():
        default = f", default {toml_value(field['default'])}" if field.get("default") is not None else ""
        described = f": {field['description']}" if "description" in field else ""
        yield f"  {name}  ({_type(field, definitions)}{default}){described}"


def _type(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A type in words, from its JSON schema."""
    if "$ref" in field:
        return _type(definitions[field["$ref"].rpartition("/")[2]], definitions)
    if "enum" in field:
        return " | ".join(toml_value(word) for word in field["enum"])
    if "anyOf" in field:
        return " or ".join(_type(each, definitions) for each in field["anyOf"] if each.get("type") != "null")
    if field.get("type") == "array":
        return f"list of {_type(field['items'], definitions)}" if isinstance(field.get("items"), dict) else "list"
    words = {"integer": "whole number", "boolean": "true | false", "object": "table"}
    return words.get(str(field.get("type")), str(field.get("type", "any value")))


def _severity(rule: Rule, profile: str) -> str | None:
    severity = rule.severity(profile)
    return severity.value if severity is not None else None
