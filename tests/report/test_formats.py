from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from schemalint.report import FORMATS, render

SCRIPT = """
import sys
from pathlib import Path
from schemalint.engine.result import RunResult
from schemalint.report import FORMATS, RenderContext, render
lazy = [name for name in FORMATS.values() if name in sys.modules]
here = Path.cwd()
context = RenderContext(root=here, working_directory=here, read_text=lambda _: None, rules=dict, tool_version="1")
for form in FORMATS:
    render(form, RunResult(), context)
heavy = {"pydantic", "libcst", "sqlglot", "click", "pygls"} & sys.modules.keys()
print(lazy, sorted(heavy))
"""


def test_formats_are_imported_when_asked_for_and_none_needs_a_heavy_library() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_is_the_same_each_time_and_ends_in_a_line_feed(
    form: str, diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    result = run(diagnose(), diagnose("b.py"))
    first = render(form, result, context())
    assert first == render(form, result, context())
    assert first.endswith("\n")


@pytest.mark.parametrize("form", FORMATS)
def test_colour_is_for_terminals_only(
    form: str, diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    result = run(diagnose(), errors=("the settings are wrong",))
    assert "\x1b" not in render(form, result, context(color=False))
    assert ("\x1b" in render(form, result, context(color=True))) == (form in {"full", "concise", "grouped"})


def test_an_unknown_format_is_a_key_error(run: Callable[..., Any], context: Callable[..., Any]) -> None:
    with pytest.raises(KeyError):
        render("yaml", run(), context())


@pytest.mark.parametrize("form", FORMATS)
def test_an_undecodable_file_name_does_not_stop_the_report(
    form: str, diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    report = render(form, run(diagnose("caf\udce9.py")), context())
    assert "column-drop" in report.encode("utf-8").decode("utf-8")
