"""The catalogue's pages: markdown files beside the code, which people read and whose examples the tests run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from schemalint.rules.api import Rule

SECTIONS = ("What it flags", "Why it hurts", "The safe way", "When it is quiet", "Options", "Examples", "References")


class Page(msgspec.Struct, frozen=True):
    """A rule's page. `summary` is its first paragraph, `sections` its second-level headings with their text."""

    name: str
    summary: str
    sections: Mapping[str, str]
    markdown: str


@cache
def pages_folder() -> Path:
    """Where the pages are: in the installed package, or in `rules/` of a checkout.

    Raises `FileNotFoundError` for an installation without them, which is broken.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "pages", package.parent.parent / "rules"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the catalogue is missing from {package}: install schemalint again")


def page_path(rule: Rule) -> Path:
    """Where the page of a built-in rule is."""
    return pages_folder() / rule.category / f"{rule.name}.md"


def read_page(rule: Rule) -> Page:
    """The page of a rule. A plugin's rule without a page has one made of its docstring."""
    try:
        text = page_path(rule).read_text(encoding="utf-8")
    except FileNotFoundError:
        text = f"# {rule.name}\n\n{rule.check.__doc__ or ''}\n"
    return parse_page(text)


def parse_page(text: str) -> Page:
    """Splits a page at its second-level headings. Code blocks may hold lines that look like headings."""
    title = ""
    summary: list[str] = []
    sections: dict[str, list[str]] = {}
    current = summary
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(re.match(r"\s*(```|~~~)", line))
        if not fenced and line.startswith("# "):
            title = line[2:].strip()
        elif not fenced and line.startswith("## "):
            current = sections[line[3:].strip()] = []
        else:
            current.append(line)
    return Page(
        title, "\n".join(summary).strip(), {name: "\n".join(body).strip() for name, body in sections.items()}, text
    )
