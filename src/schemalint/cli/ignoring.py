"""`check --add-ignore`: writes a suppression at every finding, so that a project can start clean."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from schemalint.cli.output import write_atomically
from schemalint.cli.recorded import RecordedTree
from schemalint.diagnostics import Diagnostic
from schemalint.ir import ModuleIR
from schemalint.source.text import line_starts

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class EditError(Exception):
    """Why a file is left as it is. The text is the end of a sentence that begins with the file's path."""


@dataclass(frozen=True, slots=True)
class Added:
    """How many findings were given a comment, in how many files, and why others were not."""

    findings: int
    files: int
    problems: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What was done, in a sentence."""
        findings = "1 finding" if self.findings == 1 else f"{self.findings:,} findings"
        return f"Wrote suppressions for {findings} in {self.files:,} {'file' if self.files == 1 else 'files'}."


def add_ignores(tree: RecordedTree, diagnostics: Iterable[Diagnostic], reason: str) -> Added:
    """Writes the comments into the files of a folder. Findings of the tool's own (SYS) are left out.

    A file is written whole or not at all. One that has changed since it was checked is left alone.
    """
    by_path: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        if diagnostic.category != "system":
            by_path.setdefault(diagnostic.place.path, []).append(diagnostic)
    findings = files = 0
    problems = []
    for path, found in by_path.items():
        try:
            content = tree.read(path)
            if tree.has_changed(path, content):
                raise EditError("has changed since it was checked; check it again")
            write_atomically(tree.root / path, with_ignores(path, content, found, reason))
        except EditError as error:
            problems.append(f"{path} {error}")
        except OSError as error:
            problems.append(f"{path} cannot be written: {error.strerror or error}")
        else:
            findings += len(found)
            files += 1
    return Added(findings, files, tuple(problems))


def with_ignores(path: str, content: bytes, found: Iterable[Diagnostic], reason: str) -> bytes:
    """The content of a file with a comment above each statement that has findings.

    Encoding, byte order mark and line ends stay. Raises `EditError`.
    """
    mark, encoding = _encoding(path, content)
    text = content[len(mark) :].decode(encoding)
    if mark + text.encode(encoding) != content:
        raise EditError(f"would not come out the same in {encoding}; write the comments by hand")
    edited = _edited(path, text, found, " ".join(reason.split()))
    try:
        return mark + edited.encode(encoding)
    except UnicodeEncodeError:
        raise EditError(f"is in {encoding}, which lacks a character of the reason") from None


def _encoding(path: str, content: bytes) -> tuple[bytes, str]:
    """The byte order mark, or nothing, and the encoding of what follows. The content is known to be decodable."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return mark, encoding
    if path.endswith(".sql"):
        return b"", "utf-8"
    import io
    from tokenize import detect_encoding

    return b"", detect_encoding(io.BytesIO(content).readline)[0]


def _edited(path: str, text: str, found: Iterable[Diagnostic], reason: str) -> str:
    lines = line_starts(text)
    is_python = path.endswith(".py")
    ranges = _statements(text) if is_python else ()
    names: dict[int | None, set[str]] = {}
    for diagnostic in found:
        span = diagnostic.place.span
        offset = lines[span.line - 1] + span.column - 1
        start = _statement_start(ranges, offset) if is_python else offset
        line = None if start is None else lines[bisect_right(lines, start) - 1]
        if line is not None and any(before < line < end for before, end in ranges):
            raise EditError(f"has several statements about line {span.line}; write the comment there by hand")
        names.setdefault(line, set()).add(diagnostic.name)
    edited = text
    for line in sorted(names, key=lambda line: -1 if line is None else line, reverse=True):
        kind = "ignore-file" if line is None else "ignore"
        comment = f"{'#' if is_python else '--'} schemalint: {kind}[{', '.join(sorted(names[line]))}] {reason}"
        at = _top(text, lines) if line is None else line
        edited = f"{edited[:at]}{_indentation(text, at)}{comment}{_line_end(text, lines, at)}{edited[at:]}"
    if is_python:
        _statements(edited)
    return edited


def _statements(text: str) -> Sequence[tuple[int, int]]:
    """The ranges of the statements of a Python text, in order of start. Raises `EditError` where it is none."""
    from schemalint.source.headers import statement_ranges
    from schemalint.source.lower import lower

    module = lower(text)
    if not isinstance(module, ModuleIR):
        raise EditError("cannot be given a comment without breaking its syntax; write it by hand")
    return statement_ranges(text, module.body)


def _statement_start(ranges: Sequence[tuple[int, int]], offset: int) -> int | None:
    """Where the innermost statement at an offset starts; None outside of all."""
    return max((start for start, end in ranges if start <= offset < end), default=None)


def _top(text: str, lines: Sequence[int]) -> int:
    """Where a comment for the whole file goes: below the lines that name the interpreter and the encoding."""
    top = 0
    for start, end in pairwise([*lines[:2], lines[2] if len(lines) > 2 else len(text)]):
        line = text[start:end].strip()
        if line and not line.startswith("#"):
            break
        if line.startswith("#!") or "coding" in line:
            top = end
    return top


def _indentation(text: str, line: int) -> str:
    end = line
    while text[end : end + 1] in (" ", "\t", "\f"):
        end += 1
    return text[line:end]


def _line_end(text: str, lines: Sequence[int], line: int) -> str:
    """How lines end about a line: as that line, or the file's first, or with a line feed."""
    for start in (line, 0):
        end = lines[bisect_right(lines, start)] if bisect_right(lines, start) < len(lines) else len(text)
        for kind in ("\r\n", "\n", "\r"):
            if text[start:end].endswith(kind):
                return kind
    return "\n"
