"""The examples of a page, which are the tests of its rule.

A third-level heading under "Examples" is one example. Its fenced blocks are files, named by `title="path"`; a block
titled `schemalint.toml` holds settings. A line that ends in `# expect: rule-name` (`-- expect:` in SQL) is where a
diagnostic is expected, with the rule's own severity or the one in brackets: `# expect: rule-name[info]`. Everything
else is expected to be clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from schemalint.rules.pages import Page

SETTINGS_FILE = "schemalint.toml"
_FENCE = re.compile(r'^(```+|~~~+)(?P<language>\w*)\s*(?:title="(?P<title>[^"]+)")?\s*$')
_EXPECT = re.compile(r"\s*(?:#|--)\s*expect:\s*(?P<rules>[\w\-\[\], ]+)$")
_EXPECTED_RULE = re.compile(r"(?P<name>[a-z0-9-]+)(?:\[(?P<severity>\w+)\])?")


class Expected(msgspec.Struct, frozen=True, order=True):
    """A diagnostic that is expected. `severity` is empty for the rule's own."""

    path: str
    line: int
    rule: str
    severity: str = ""


class Example(msgspec.Struct, frozen=True):
    """One example: files by path, without the marks, and what is expected of them."""

    title: str
    files: dict[str, str]
    settings: str
    expected: tuple[Expected, ...]


class ExampleError(Exception):
    """An example that is not written as the module says. The text names the page, the example and the line."""


def examples_of(page: Page) -> tuple[Example, ...]:
    """The examples of a page, in order. Raises `ExampleError`."""
    return tuple(_example(page.name, title, body) for title, body in _headings(page.sections.get("Examples", "")))


def _headings(section: str) -> Iterator[tuple[str, list[str]]]:
    title, fence = "", ""
    body: list[str] = []
    for line in section.splitlines():
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif fence and line.strip() == fence:
            fence = ""
        if line.startswith("### ") and not fence:
            if title:
                yield title, body
            title, body = line[4:].strip(), []
        else:
            body.append(line)
    if title:
        yield title, body


def _example(page: str, title: str, body: list[str]) -> Example:
    files: dict[str, str] = {}
    expected: list[Expected] = []
    for path, lines in _blocks(page, title, body):
        text = []
        for number, line in enumerate(lines, 1):
            mark = _EXPECT.search(line)
            if mark:
                expected += [
                    Expected(path, number, rule["name"], rule["severity"] or "")
                    for rule in _EXPECTED_RULE.finditer(mark["rules"])
                ]
            text.append(line[: mark.start()] if mark else line)
        files[path] = "\n".join(text) + "\n"
    settings = files.pop(SETTINGS_FILE, "")
    if not files:
        raise ExampleError(f"{page}, {title!r}: the example has no file")
    return Example(title, files, settings, tuple(sorted(expected)))


def _blocks(page: str, title: str, body: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The fenced blocks as (path, lines)."""
    path, fence = "", ""
    lines: list[str] = []
    for line in body:
        mark = _FENCE.match(line)
        if not fence and mark:
            if not mark["title"]:
                raise ExampleError(f'{page}, {title!r}: a block has no title="path": {line!r}')
            path, fence, lines = mark["title"], mark[1], []
        elif fence and line.strip() == fence:
            yield path, lines
            fence = ""
        elif fence:
            lines.append(line)
    if fence:
        raise ExampleError(f"{page}, {title!r}: the block of {path} does not end")
