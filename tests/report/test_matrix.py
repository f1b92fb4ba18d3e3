"""Awkward sources and awkward words in every format, each read back as the program that takes it would."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlparse
from xml.etree import ElementTree

import jsonschema
import pytest
from lsprotocol import converters, types

from schemalint.diagnostics import Applicability, Edit, Fix, Place, Related, Severity, Span
from schemalint.report import FORMATS, render

SCHEMAS = Path(__file__).parent / "schemas"
PROMISE = Path(__file__).parents[2] / "src/schemalint/report/json.schema.json"

# «» mark the range. The text is otherwise what the file holds.
SOURCES = {
    "accent": ("a.py", "café = «'é'» + x\n"),
    "emoji": ("a.py", "x = '🎉🎉'; «y = '🎉'»; z = 1\n"),
    "wide": ("a.py", "日本 = «'語'»\n"),
    "combining": ("a.py", "e\u0301 = «1»\n"),
    "tab": ("a.py", "if x:\n\t«y»\t= 1\n"),
    "crlf": ("a.py", "a = 1\r\nb = «2»\r\nc = 3\r\n"),
    "crlf over lines": ("a.py", "a = «[\r\n  1,\r\n]»\r\n"),
    "lone carriage return": ("a.py", "a = 1\rb = «2»\rc = 3"),
    "byte order mark": ("a.py", "\ufeff«name» = 'é'\n"),
    "form feed": ("a.py", "\x0ca = «1»\n"),
    "line separator in a string": ("a.py", "a = '\u2028'; b = «1»\n"),
    "punctuation in the name": ("a,b%:c.py", "a = «1»\n"),
    "percent escape in the name": ("x/%41.py", "a = «1»\n"),
    "space in the name": ("my app/a b.py", "a = «1»\n"),
    "accent in the name": ("café/日本.py", "a = «1»\n"),
    "command as the name": ("::set-output name=a::b.py", "a = «1»\n"),
    "several lines": ("a.py", "def f():\n    «x = (\n        'é🎉',\n    )»\n    y = 1\n"),
    "many lines": ("a.py", "x = «[\n" + "    1,\n" * 20 + "]»\n"),
    "several whole lines": ("a.py", "«a = 1\nb = 2\n»c = 3\n"),
    "empty range": ("a.py", "é = «»1\n"),
    "empty file": ("a.py", "«»"),
    "end of file": ("a.py", "a = 1\nb = «2»"),
    "empty range at the end of the file": ("a.py", "a = 'é'«»"),
    "to the end of the file with its line feed": ("a.py", "a = 1\n«b = 2\n»"),
    "terminal sequences": ("a.py", "a = '\x1b]0;owned\x07\x1b[31m'; b = «'\x9b31m'»\n"),
    "log commands": ("a.sql", "::set-output name=a::b\n-- ##[add-path]/tmp ##vso[task.setvariable variable=a]«b»\n"),
    "reordered text": ("a.py", "a = '\u202eabc\u2066'; b = «1»\n"),
    "very long line": ("a.py", "a = '" + "é" * 5000 + "«HERE»" + "🎉" * 5000 + "'\n"),
    "very long range": ("a.py", "a = «'" + "é" * 5000 + "'»\n"),
}
WORDS = {
    "percent": "100% of `users`%0A%25",
    "lines": "first\nsecond\r\nthird",
    "workflow command": "::set-output name=a::b\n::error::boo\n  ::add-mask::x",
    "legacy command": "see ##[add-path]/tmp and ##vso[task.setvariable variable=a]b",
    "punctuation": "a, b: c; d] e} {0} \"quoted\" 'single' \\ back",
    "markup": "<script>alert(1)</script> | `code` **bold** [text](https://example.invalid) @user #1 &amp; ![x](y)",
    "terminal sequence": "\x1b[31mred\x1b]8;;https://example.invalid\x07link\x00\x7f\x9b",
    "reordered text": "\u202eabc\u2066\u2028d",
    "not a character": "a\ud800b\uffff",
    "beyond ascii": "é 日本 🎉",
}


class Case(NamedTuple):
    """A file with a diagnostic, and what a reader of the report should get back."""

    root: Path
    path: str
    text: str
    span: Span
    chosen: str
    severity: str
    message: str

    def taken(self, start: tuple[int, int], end: tuple[int, int], encoding: str, size: int) -> str:
        """The text between two 0-based positions whose columns count units of an encoding."""
        lines = re.findall(r".*?(?:\r\n|\r|\n)|.+\Z", self.text, re.DOTALL)
        data = "".join(lines).encode(encoding)
        offsets = [len("".join(lines[:line]).encode(encoding)) + column * size for line, column in (start, end)]
        return data[offsets[0] : offsets[1]].decode(encoding)


@pytest.fixture
def report(
    tmp_path: Path,
    write: Callable[[str, str], None],
    diagnose: Callable[..., Any],
    run: Callable[..., Any],
    context: Callable[..., Any],
) -> Callable[[str, str, str, str], tuple[str, Case]]:
    """Renders a diagnostic at the marked range of a file that says `words` wherever it can."""

    def build(form: str, path: str, marked: str, words: str) -> tuple[str, Case]:
        before, chosen, after = re.split("[«»]", marked)
        write(path, before + chosen + after)
        span = Span(*_end(before), *_end(before + chosen))
        place = Place(path, span)
        text = (before + chosen + after).removeprefix("\ufeff")
        diagnostic = diagnose(
            path,
            (span.line, span.column, span.end_line, span.end_column),
            severity=Severity.WARNING,
            message=words,
            help=f"{words}\n\n    {words}",
            facts=(words,),
            related=(Related(place, words), Related(Place("missing.py", Span(7, 1, 7, 3)), words)),
            fixes=(Fix(words, Applicability.SAFE, (Edit(place, words),)),),
        )
        result = run(diagnostic, notes=(words,))
        output = render(form, result, context(width=80))
        output.encode("utf-8")
        return output, Case(tmp_path, path, text, span, chosen, "warning", words)

    return build


def _end(text: str) -> tuple[int, int]:
    """The 1-based position after a text, its byte order mark not counted."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    return len(lines), len(lines[-1]) + 1


def heard(words: str) -> str:
    """Words as they can be encoded."""
    return words.encode("utf-8", "replace").decode("utf-8")


def validate(value: Any, schema: Path) -> None:
    described = json.loads(schema.read_text("utf-8"))
    jsonschema.validators.validator_for(described)(described).validate(value)


def harmless(text: str) -> None:
    """No terminal obeys the text, and no build server finds a command in it."""
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert not re.search("[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]", text)
    assert not re.search(r"##(vso)?\[", text)
    assert not [line for line in text.split("\n") if line.lstrip().startswith("::")]


def says(text: str, words: str) -> bool:
    """Whether the text holds the words, whatever stands for the characters that are neither letter nor digit."""
    return " ".join(re.findall(r"[\w%]+", heard(words))) in " ".join(re.findall(r"[\w%]+", text))


def check_full(output: str, case: Case) -> None:
    harmless(output)
    arrow = re.search(r"^ +--> (.+):(\d+):(\d+)$", output, re.MULTILINE)
    assert arrow
    assert arrow[1].removeprefix("./") == case.path
    assert (int(arrow[2]), int(arrow[3])) == (case.span.line, case.span.column)
    assert "^" in output
    assert says(output.split("\n")[0], case.message)
    assert all(len(line) <= 80 for line in output.split("\n") if re.match(r" *\d* \|", line))


def check_concise(output: str, case: Case) -> None:
    harmless(output)
    first = output.split("\n")[0]
    matched = re.fullmatch(r"(.+?):(\d+):(\d+): (error|warning|info) (\S+) (\S+) (.+)", first)
    # a matcher cannot tell where a path ends that itself holds colons, but what it finds is on the first line
    assert matched
    assert first.removeprefix("./").startswith(
        f"{case.path}:{case.span.line}:{case.span.column}: {case.severity} MIG001 "
    )
    assert says(first, case.message)


def check_grouped(output: str, case: Case) -> None:
    harmless(output)
    heading, row = output.split("\n")[:2]
    assert heading.removeprefix("./") == f"{case.path}:"
    assert says(row, case.message)
    assert row.split()[:3] == [f"{case.span.line}:{case.span.column}", case.severity, "MIG001"]


def check_json(output: str, case: Case) -> None:
    entries = json.loads(output)
    validate(entries, PROMISE)
    (entry,) = entries
    assert entry["path"] == case.path
    assert entry["message"] == entry["facts"][0] == entry["fixes"][0]["edits"][0]["content"] == heard(case.message)
    start, end = (entry["line"] - 1, entry["column"] - 1), (entry["end_line"] - 1, entry["end_column"] - 1)
    assert case.taken(start, end, "utf-32-le", 4) == case.chosen


def check_json_lines(output: str, case: Case) -> None:
    assert output.count("\n") == 1
    check_json(f"[{output}]", case)


def check_github(output: str, case: Case) -> None:
    lines = output.removesuffix("\n").split("\n")
    commands = [line for line in lines if line.startswith("::")]
    harmless("\n".join(line for line in lines if line not in commands))
    (command,) = commands
    matched = re.fullmatch(r"::(error|warning|notice) (.*?)::(.*)", command)
    assert matched
    assert matched[1] == "warning"
    properties = dict(pair.split("=", 1) for pair in matched[2].split(","))
    properties = {name: _unescaped(value) for name, value in properties.items()}
    assert properties["file"] == case.path
    assert properties["title"] == "MIG001 unapproved-column-drop"
    assert (properties["line"], properties["endLine"]) == (str(case.span.line), str(case.span.end_line))
    if case.span.line == case.span.end_line:
        assert properties["col"] == str(case.span.column)
        assert properties["endColumn"] == str(case.span.end_column)
    else:
        assert "col" not in properties
        assert "endColumn" not in properties
    message = _unescaped(matched[3])
    assert message.startswith(f"{case.path}:{case.span.line}:{case.span.column}: ")
    assert says(message, case.message)


def _unescaped(text: str) -> str:
    """As the runner of GitHub does."""
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, plain)
    return text


def check_azure(output: str, case: Case) -> None:
    lines = output.removesuffix("\n").split("\n")
    commands = [line for line in lines if line.startswith("##vso[")]
    harmless("\n".join(line.removeprefix("##vso[") for line in lines))
    (command,) = commands
    matched = re.fullmatch(r"##vso\[task\.logissue ([^\]]*)\](.*)", command)
    assert matched
    properties = dict(pair.split("=", 1) for pair in matched[1].removesuffix(";").split(";"))
    assert _unescaped_by_azure(properties["sourcepath"]) == case.path
    assert says(_unescaped_by_azure(matched[2]), case.message)
    assert properties["type"] == case.severity
    assert (properties["linenumber"], properties["columnnumber"]) == (str(case.span.line), str(case.span.column))


def _unescaped_by_azure(text: str) -> str:
    for escaped, plain in (("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%3B", ";"), ("%AZP25", "%")):
        text = text.replace(escaped, plain)
    return text


def check_gitlab(output: str, case: Case) -> None:
    assert not output.startswith("\ufeff")
    entries = json.loads(output)
    validate(entries, SCHEMAS / "gitlab-code-quality.json")
    (entry,) = entries
    assert entry["location"]["path"] == case.path
    assert entry["location"]["lines"] == {"begin": case.span.line, "end": case.span.end_line}
    assert entry["severity"] == "minor"
    assert entry["description"] == heard(f"MIG001: {case.message}")


def check_sarif(output: str, case: Case) -> None:
    log = json.loads(output)
    validate(log, SCHEMAS / "sarif-2.1.0.json")
    (entry,) = log["runs"][0]["results"]
    physical = entry["locations"][0]["physicalLocation"]
    uri = physical["artifactLocation"]["uri"]
    assert not urlparse(uri).scheme
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri)
    assert unquote(uri) == case.path
    region = physical["region"]
    start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
    taken = case.taken((start[0] - 1, start[1] - 1), (end[0] - 1, end[1] - 1), "utf-32-le", 4)
    assert log["runs"][0]["columnKind"] == "unicodeCodePoints"
    assert taken == case.chosen
    assert entry["partialFingerprints"]["primaryLocationLineHash"]
    assert not re.search(r"(?<!\\)\[[^\[\]]*\]\(", entry["message"]["text"])
    replacement = entry["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement["insertedContent"]["text"] == heard(case.message)
    assert replacement["deletedRegion"] == region


def check_junit(output: str, case: Case) -> None:
    root = ElementTree.fromstring(output)
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == ("testsuites", "1", "1", "0")
    (suite,) = root
    assert (suite.tag, suite.get("name"), suite.get("tests")) == ("testsuite", case.path, "1")
    (test,) = suite
    assert (test.tag, test.get("classname")) == ("testcase", case.path)
    (failure,) = test
    assert (failure.tag, failure.get("type")) == ("failure", case.severity)
    assert says(failure.get("message", ""), case.message)
    assert failure.text
    assert failure.text.startswith(f"{case.path}:{case.span.line}:{case.span.column}: ")


def check_rdjson(output: str, case: Case) -> None:
    result = json.loads(output)
    validate(result, SCHEMAS / "rdjson.json")
    (entry,) = result["diagnostics"]
    assert entry["location"]["path"] == case.path
    found = entry["location"]["range"]
    start, end = ((found[edge]["line"] - 1, found[edge]["column"] - 1) for edge in ("start", "end"))
    assert case.taken(start, end, "utf-8", 1) == case.chosen
    assert entry["suggestions"] == [{"range": found, "text": heard(case.message)}]
    assert entry["severity"] == "WARNING"


def check_lsp(output: str, case: Case) -> None:
    converter = converters.get_converter()
    (params,) = converter.structure(json.loads(output), list[types.PublishDiagnosticsParams])
    uri = urlparse(params.uri)
    assert uri.scheme == "file"
    assert not uri.fragment
    assert not uri.query
    assert unquote(uri.path) == str(case.root / case.path)
    (entry,) = params.diagnostics
    start, end = ((at.line, at.character) for at in (entry.range.start, entry.range.end))
    assert case.taken(start, end, "utf-16-le", 2) == case.chosen
    assert entry.severity == types.DiagnosticSeverity.Warning
    assert entry.source == "schemalint"
    assert entry.related_information
    assert entry.related_information[0].message == heard(case.message)


def check_markdown(output: str, case: Case) -> None:
    assert len(output.encode()) < 2**20
    harmless(output)
    assert "<" not in output
    rows = [line for line in output.split("\n") if line.startswith("|")]
    counts = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) for row in rows]
    assert counts == [6, 6, 6, 5, 5, 5]
    assert not re.search(r"(?<!\\)`", output)
    assert not re.search(r"(?<!\\)\]\(", output)
    assert "@" not in output
    assert says(html.unescape(output.replace("\\", "")), case.message.replace("\\", ""))


CHECKS: dict[str, Callable[[str, Case], None]] = {
    "full": check_full,
    "concise": check_concise,
    "grouped": check_grouped,
    "json": check_json,
    "json-lines": check_json_lines,
    "github": check_github,
    "gitlab": check_gitlab,
    "azure": check_azure,
    "sarif": check_sarif,
    "junit": check_junit,
    "rdjson": check_rdjson,
    "lsp": check_lsp,
    "markdown": check_markdown,
}


def test_every_format_is_checked() -> None:
    assert CHECKS.keys() == FORMATS.keys()


@pytest.mark.parametrize("form", CHECKS)
@pytest.mark.parametrize("source", SOURCES)
def test_a_reader_finds_the_marked_range(form: str, source: str, report: Callable[..., tuple[str, Case]]) -> None:
    path, marked = SOURCES[source]
    CHECKS[form](*report(form, path, marked, "dropping `users.email` loses its data"))


@pytest.mark.parametrize("form", CHECKS)
@pytest.mark.parametrize("words", WORDS)
def test_words_reach_the_reader_and_steer_nothing(
    form: str, words: str, report: Callable[..., tuple[str, Case]]
) -> None:
    CHECKS[form](*report(form, "a.py", "a = «1»\n", WORDS[words]))
