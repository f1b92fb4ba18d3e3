from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from typing import Any
from unicodedata import category, east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.diagnostics import Applicability, Edit, Fix, Place, Related, Severity, Span
from schemalint.report import render
from schemalint.report.excerpt import Look, excerpt


@pytest.fixture
def full(
    write: Callable[[str, str], None],
    diagnose: Callable[..., Any],
    run: Callable[..., Any],
    context: Callable[..., Any],
) -> Callable[..., str]:
    """The block of a diagnostic in `a.py`, without the footer."""

    def build(text: str, span: tuple[int, int, int, int], width: int = 80, **fields: Any) -> str:
        write("a.py", text)
        whole = render("full", run(diagnose("a.py", span, **fields)), context(width=width))
        return whole.split("\nFound")[0]

    return build


def test_a_range_on_one_line(full: Callable[..., str]) -> None:
    text = dedent(
        """\
        from alembic import op


        def upgrade():
            op.drop_column("users", "email")


        def downgrade(): ...
        """
    )
    assert full(text, (5, 29, 5, 36)) == dedent(
        """\
        error[unapproved-column-drop] dropping `users.email` loses its data
         --> a.py:5:29
          |
        4 | def upgrade():
        5 |     op.drop_column("users", "email")
          |                             ^^^^^^^
          |
        """
    )


def test_tabs_wide_characters_and_escape_sequences_keep_the_marks_in_place(full: Callable[..., str]) -> None:
    assert full("\tdrop('日本語', '🎉', 'e\u0301', '\x1b[31m', x)\n", (1, 34, 1, 35)) == dedent(
        """\
        error[unapproved-column-drop] dropping `users.email` loses its data
         --> a.py:1:34
          |
        1 |     drop('日本語', '🎉', 'e\u0301', '␛[31m', x)
          |                                        ^
          |
        """
    )


def test_a_range_over_several_lines(full: Callable[..., str]) -> None:
    text = "a = 1\nop.add_column(\n    'users',\n    x,\n)\nb = 2\n"
    assert full(text, (2, 1, 5, 2)).splitlines()[1:] == [
        " --> a.py:2:1",
        "  |",
        "1 |   a = 1",
        "2 | / op.add_column(",
        "3 | |     'users',",
        "4 | |     x,",
        "5 | | )",
        "  | |_^",
        "6 |   b = 2",
        "  |",
    ]


def test_a_range_that_begins_within_a_line_and_is_long(full: Callable[..., str]) -> None:
    text = "x = [\n" + "".join(f"    {number},\n" for number in range(2, 12)) + "]\n"
    assert full(text, (1, 5, 12, 2)).splitlines()[2:] == [
        "   |",
        " 1 |   x = [",
        "   |  _____^",
        " 2 | |     2,",
        " 3 | |     3,",
        " 4 | |     4,",
        "   | | ...",
        "11 | |     11,",
        "12 | | ]",
        "   | |_^",
        "   |",
    ]


def test_a_range_up_to_the_next_line_ends_with_its_own(full: Callable[..., str]) -> None:
    assert full("a = 1\nb = 2\n", (1, 1, 2, 1)).splitlines()[2:] == [
        "  |",
        "1 | a = 1",
        "  | ^^^^^",
        "2 | b = 2",
        "  |",
    ]


def test_an_empty_range_has_one_mark(full: Callable[..., str]) -> None:
    assert full("a = 1", (1, 6, 1, 6)).splitlines()[2:] == ["  |", "1 | a = 1", "  |      ^", "  |"]


def test_a_long_line_is_cut_around_the_range(full: Callable[..., str]) -> None:
    line = "a = '" + "x" * 200 + "HERE" + "y" * 200 + "'"
    rows = full(line, (1, 206, 1, 210), width=50).splitlines()
    assert rows[3] == "1 | …xxxxxxxxxxxxxxHEREyyyyyyyyyyyyyyyyyyyyyyyy…"
    assert rows[4] == "  |                ^^^^"


def test_a_related_place_is_a_second_excerpt(full: Callable[..., str], write: Callable[[str, str], None]) -> None:
    write("app/models.py", "class User:\n    email = Column()\n")
    related = (Related(Place("app/models.py", Span(2, 5, 2, 10)), "the model still has `email`"),)
    assert full("drop()\n", (1, 1, 1, 7), related=related).splitlines()[2:] == [
        "  |",
        "1 | drop()",
        "  | ^^^^^^",
        "  |",
        "note: the model still has `email`",
        " --> app/models.py:2:5",
        "  |",
        "1 | class User:",
        "2 |     email = Column()",
        "  |     -----",
        "  |",
    ]


def test_facts_help_and_fixes_hang_on_the_gutter(full: Callable[..., str]) -> None:
    block = full(
        "drop()\n",
        (1, 1, 1, 7),
        width=60,
        facts=("`users.email` was created in revision 0001.",),
        help="Take the column out of the model first, and drop it in a later revision:\n\n    op.execute('...')",
        fixes=(Fix("Approve the loss", Applicability.DISPLAY, (Edit(Place("a.py", Span(1, 1, 1, 1)), "#"),)),),
    )
    assert block.splitlines()[6:] == [
        "  = fact: `users.email` was created in revision 0001.",
        "  = help: Take the column out of the model first, and drop",
        "          it in a later revision:",
        "",
        "              op.execute('...')",
        "  = fix (to be read before it is applied): Approve the loss",
    ]


@pytest.mark.parametrize("span", [(9, 1, 9, 2), (1, 1, 99, 5), (1, 99, 1, 120)])
def test_a_range_that_the_file_no_longer_has(span: tuple[int, int, int, int], full: Callable[..., str]) -> None:
    assert full("a = 1\n", span).splitlines()[1].strip() == f"--> a.py:{span[0]}:{span[1]}"


def test_a_file_that_cannot_be_read_is_named_all_the_same(
    diagnose: Callable[..., Any], run: Callable[..., Any], context: Callable[..., Any]
) -> None:
    lines = render("full", run(diagnose("gone.py", (3, 1, 3, 4))), context()).splitlines()
    assert lines[:3] == [
        "error[unapproved-column-drop] dropping `users.email` loses its data",
        " --> gone.py:3:1",
        "",
    ]


def test_colours_by_severity(
    write: Callable[[str, str], None],
    diagnose: Callable[..., Any],
    run: Callable[..., Any],
    context: Callable[..., Any],
) -> None:
    write("a.py", "a = 1\n")
    shown = render("full", run(diagnose("a.py", severity=Severity.WARNING)), context(color=True))
    assert "\x1b[1;33mwarning[unapproved-column-drop]\x1b[0m" in shown
    assert "\x1b[1;33m^\x1b[0m" in shown


def _width(text: str) -> int:
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text if category(each) not in {"Mn", "Me", "Cf"})


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")), min_size=1), st.data())
def test_excerpts_of_any_text_fit_and_mark_something(lines: list[str], data: st.DataObject) -> None:
    numbers = st.tuples(st.integers(1, len(lines)), st.integers(1, 80))
    start, end = sorted((data.draw(numbers), data.draw(numbers)))
    rows = excerpt(lines, Span(*start, *end), Look(gutter=3, width=60, mark="^", style="error", color=False))
    assert any(set(row[5:].strip()) & {"^"} for row in rows)
    assert all(_width(row) <= 60 for row in rows)
    assert not any(category(each) == "Cc" for row in rows for each in row)
