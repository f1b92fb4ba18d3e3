"""Builders for the tests of reports: diagnostics, contexts over real files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from schemalint.diagnostics import Basis, Diagnostic, Place, Severity, Span
from schemalint.engine.result import Examined, RuleInfo, RunResult
from schemalint.report import RenderContext


@pytest.fixture
def diagnose() -> Callable[..., Diagnostic]:
    """A diagnostic at `path` and a span of four numbers, other fields by name."""

    def build(
        path: str = "migrations/a.py", span: tuple[int, int, int, int] = (1, 1, 1, 2), **fields: Any
    ) -> Diagnostic:
        defaults: dict[str, Any] = {
            "code": "MIG001",
            "name": "unapproved-column-drop",
            "category": "migrations",
            "severity": Severity.ERROR,
            "basis": Basis.PROVED,
            "message": "dropping `users.email` loses its data",
            "anchor": "ae103:drop_column:users.email",
            "fingerprint": "0123456789abcdef0123456789abcdef",
        }
        return Diagnostic(**{**defaults, **fields}, place=Place(path, Span(*span)))

    return build


@pytest.fixture
def run() -> Callable[..., RunResult]:
    """The result of a run over three files with the given diagnostics."""

    def build(*diagnostics: Diagnostic, **fields: Any) -> RunResult:
        fields.setdefault("examined", Examined(files=3, by_role={"migration": 2, "model": 1}, operations=5))
        return RunResult(diagnostics=diagnostics, **fields)

    return build


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., RenderContext]:
    """A context over the real files below `tmp_path`; the user stands at the root unless told otherwise."""

    def read_text(path: str) -> str | None:
        try:
            return (tmp_path / path).read_bytes().decode("utf-8")
        except OSError:
            return None

    def build(rules: Mapping[str, RuleInfo] | None = None, **fields: Any) -> RenderContext:
        fields = {"root": tmp_path, "working_directory": tmp_path, "tool_version": "1.2.3", **fields}
        return RenderContext(read_text=read_text, rules=lambda: rules or {}, **fields)

    return build


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], None]:
    """Writes a file below the root, its line ends as given."""

    def write_file(path: str, text: str) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))

    return write_file
