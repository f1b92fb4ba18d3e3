from __future__ import annotations

from collections.abc import Callable
from typing import Any

from schemalint.diagnostics import Place, Severity, Span
from schemalint.engine.result import Examined, NotUnderstood, RunResult, Skipped
from schemalint.report import render
from schemalint.report.footer import footer

ALL = Examined(
    files=1234,
    cached=1200,
    by_role={"model": 40, "migration": 345, "route": 0},
    operations=512,
    not_understood=tuple(
        NotUnderstood(Place("a.py", Span(line, 1, line, 2)), "op.execute", reason)
        for line, reason in enumerate(["built at run time"] * 3 + ["b", "c", "d"], start=1)
    ),
    skipped=tuple(Skipped(f"{number}.sql", "larger than 1 MiB") for number in range(5)),
)


def test_a_clean_run_says_what_it_looked_at(context: Callable[..., Any]) -> None:
    result = RunResult(examined=Examined(files=1, by_role={"migration": 1}, operations=1), elapsed=0.251)
    assert footer(result, context()) == ("All checks passed!\nExamined 1 file (1 migration), 1 operation, in 0.25 s.\n")


def test_nothing_examined_is_no_success(context: Callable[..., Any]) -> None:
    assert footer(RunResult(), context()) == "Nothing was examined.\n"


def test_a_run_that_failed_is_no_success(context: Callable[..., Any]) -> None:
    result = RunResult(examined=Examined(files=2), errors=("a rule broke",))
    assert footer(result, context()) == (
        "The run could not be completed.\nExamined 2 files, in 0.00 s.\nerror: a rule broke\n"
    )


def test_what_is_left_out_is_counted(diagnose: Callable[..., Any], context: Callable[..., Any]) -> None:
    found = (diagnose(), diagnose(), diagnose(severity=Severity.WARNING), diagnose(severity=Severity.INFO))
    result = RunResult(found, ALL, released=212, suppressed=3, notes=("the database is undecided",), elapsed=1.5)
    assert footer(result, context()).splitlines() == [
        "Found 2 errors, 1 warning, 1 info.",
        "Examined 1,234 files (345 migration, 40 model), 512 operations, 1,200 from the cache, in 1.50 s.",
        "6 places were not understood, and no rule judges by them: built at run time (3), b (1), c (1), ...; "
        "-v lists them.",
        "212 in released revisions; --all shows them.",
        "3 suppressed.",
        "Skipped 0.sql: larger than 1 MiB.",
        "Skipped 1.sql: larger than 1 MiB.",
        "Skipped 2.sql: larger than 1 MiB.",
        "Skipped 2 more files: larger than 1 MiB (2); -v lists them.",
        "note: the database is undecided",
    ]


def test_verbose_lists_what_is_otherwise_counted(context: Callable[..., Any]) -> None:
    lines = footer(RunResult(examined=ALL), context(verbose=True)).splitlines()
    assert "  a.py:4:1: op.execute: b" in lines
    assert "Skipped 4.sql: larger than 1 MiB." in lines
    assert not any("-v lists" in line for line in lines)


def test_many_findings_end_in_counts_by_rule(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    rare = diagnose(code="LCK001", name="non-concurrent-index", severity=Severity.WARNING)
    many = render("concise", run(*[diagnose()] * 50, rare), context())
    assert "50  error    MIG001  unapproved-column-drop\n 1  warning  LCK001  non-concurrent-index\n" in many
    assert "`--statistics`" in many
    assert "`start-after`" in many
    assert "--statistics" not in render("concise", run(*[diagnose()] * 50), context())


def test_concise_reads_as_documented_and_relative_to_where_the_user_stands(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    surroundings = context()
    for folder, path in (("", "migrations/a.py"), ("migrations", "a.py"), ("app", "../migrations/a.py")):
        here = context(working_directory=surroundings.root / folder)
        first = render("concise", run(diagnose(span=(3, 5, 3, 9))), here).splitlines()[0]
        assert first == f"{path}:3:5: error MIG001 unapproved-column-drop dropping `users.email` loses its data"


def test_grouped_names_each_file_once(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    found = (diagnose("a.py"), diagnose("a.py", (10, 5, 10, 9), severity=Severity.WARNING), diagnose("b.py"))
    assert render("grouped", run(*found), context()).splitlines()[:6] == [
        "a.py:",
        "   1:1  error    MIG001  unapproved-column-drop  dropping `users.email` loses its data",
        "  10:5  warning  MIG001  unapproved-column-drop  dropping `users.email` loses its data",
        "",
        "b.py:",
        "  1:1  error    MIG001  unapproved-column-drop  dropping `users.email` loses its data",
    ]
