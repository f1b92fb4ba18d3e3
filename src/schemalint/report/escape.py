"""Escaping: what comes from source text must not steer the terminal, the log or the page it is shown in."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"##(?=(?:vso)?\[)")
_LOG_COMMAND = re.compile(r"^(\s*):(?=:)")
_BIDIRECTIONAL = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_INVISIBLE = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code != 0x09},
    0x7F: "\u2421",
    **dict.fromkeys((*range(0x80, 0xA0), *_BIDIRECTIONAL, 0x2028, 0x2029, 0xFEFF), "\ufffd"),
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#|~!@<>&])")


def printable(text: str) -> str:
    """One line that neither a terminal nor a build log obeys, of as many characters; tabs stay.

    Control characters become their pictures, reordering marks a replacement character. `##[` and `##vso[` lose their
    form, for the runners of GitHub and Azure look for those commands anywhere in a line.
    """
    return _COMMAND.sub("#\u266f", text.translate(_INVISIBLE))


def unarmed(line: str) -> str:
    """A line that begins with other text than ours, so that it does not begin as a workflow command of GitHub."""
    return _LOG_COMMAND.sub(r"\1: ", line)


def one_line(text: str) -> str:
    """The text with every run of white space made one space, then `printable`."""
    return printable(" ".join(text.split()))


def github_data(text: str) -> str:
    """A message of a workflow command, escaped as actions/toolkit does (`packages/core/src/command.ts`)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def github_property(text: str) -> str:
    """A property of a workflow command, escaped as actions/toolkit does."""
    return github_data(text).replace(":", "%3A").replace(",", "%2C")


def azure_data(text: str) -> str:
    """A message of a logging command of Azure Pipelines, escaped as azure-pipelines-task-lib does."""
    return text.replace("%", "%AZP25").replace("\r", "%0D").replace("\n", "%0A")


def azure_property(text: str) -> str:
    """A property of a logging command of Azure Pipelines."""
    return azure_data(text).replace("]", "%5D").replace(";", "%3B")


def markdown_text(text: str) -> str:
    """One line that GitHub shows literally: no markup, table cell, HTML, mention or reference."""
    return _MARKDOWN.sub(_entity, one_line(text))


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[1])};" if match[1] in "<>&@" else "\\" + match[1]


def clip(text: str, limit: int) -> str:
    """At most `limit` characters of the text, the last an ellipsis where some are left out."""
    return text if len(text) <= limit else text[: limit - 1] + "\u2026"
