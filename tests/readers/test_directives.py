"""Comments that answer the linter: what they say, where they stand and what they speak of."""

from __future__ import annotations

import pytest

from schemalint.diagnostics import Place
from schemalint.facts.comments import Directive
from schemalint.ir import ModuleIR
from schemalint.readers.directives import read_directives, read_sql_directives
from schemalint.source.lower import lower


def directives_in(source: str) -> tuple[Directive, ...]:
    module = lower(source)
    assert isinstance(module, ModuleIR)
    return read_directives("m.py", module)


def the_one_in(source: str) -> Directive:
    (directive,) = directives_in(source)
    return directive


def text_at(source: str, place: Place) -> str:
    """The text of a place on one line."""
    line = source.splitlines()[place.span.line - 1]
    return line[place.span.column - 1 : place.span.end_column - 1]


def lines_of(directive: Directive) -> tuple[int, int] | None:
    return (directive.target.line, directive.target.end_line) if directive.target else None


def test_names_reason_and_places_are_read() -> None:
    source = 'op.drop_table("é")  # schemalint: ignore[rule-one, LCK001]: asked for by Ann\n'

    directive = the_one_in(source)

    assert directive.kind == "ignore"
    assert [name for name, _ in directive.names] == ["rule-one", "LCK001"]
    assert [text_at(source, place) for _, place in directive.names] == ["rule-one", "LCK001"]
    assert directive.reason == "asked for by Ann"
    assert text_at(source, directive.place) == "# schemalint: ignore[rule-one, LCK001]: asked for by Ann"
    assert directive.problem is None


@pytest.mark.parametrize("kind", ["ignore", "approve"])
def test_a_statement_is_covered_from_any_of_its_lines(kind: str) -> None:
    comment = f"  # schemalint: {kind}[x] why"
    lines = ["before()", "call(", "    1,", "    2,", ")", "after()"]

    for index in range(1, 5):
        source = "\n".join(line + comment if index == at else line for at, line in enumerate(lines))
        assert lines_of(the_one_in(source)) == (2, 5)


def test_alone_it_covers_the_next_statement_and_stacks() -> None:
    source = "a()\n# schemalint: ignore[x] one\n# schemalint: ignore[y] two\n\n# plain\nb(\n)\nc()\n"

    assert [lines_of(directive) for directive in directives_in(source)] == [(6, 7), (6, 7)]


def test_alone_inside_a_statement_it_covers_that_statement() -> None:
    assert lines_of(the_one_in("a(\n    # schemalint: ignore[x] why\n    1,\n)\nb()\n")) == (1, 4)


def test_two_statements_on_a_line_are_both_covered() -> None:
    directive = the_one_in("a(); b()  # schemalint: ignore[x] why\n")

    assert directive.target is not None
    assert (directive.target.column, directive.target.end_column) == (1, 9)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def upgrade():  # schemalint: ignore[x] why\n    a()\n    b()\n", (1, 1)),
        ("@decorated  # schemalint: ignore[x] why\ndef upgrade(\n    a,\n):\n    a()\n", (1, 4)),
        ("class A(Base):  # schemalint: ignore[x] why\n    b = 1\n", (1, 1)),
        ("# schemalint: ignore[x] why\nclass A(Base):\n    b = 1\n", (2, 2)),
        ("with batch() as b:  # schemalint: ignore[x] why\n    b()\n", (1, 1)),
        ("def f():\n    if a:\n        # schemalint: ignore[x] why\n        b()\n    c()\n", (4, 4)),
    ],
)
def test_on_a_header_it_covers_the_header(source: str, lines: tuple[int, int]) -> None:
    assert lines_of(the_one_in(source)) == lines


def test_ignore_file_speaks_of_no_statement() -> None:
    directive = the_one_in("# schemalint: ignore-file[x] generated\na()\n")

    assert (directive.kind, directive.target, directive.problem) == ("ignore-file", None, None)


def test_several_directives_share_a_comment_and_others_end_a_reason() -> None:
    source = (
        "a()  # noqa  # schemalint: ignore[x] see issue #12 -- agreed  # schemalint: approve[y] yes  # type: ignore\n"
    )

    ignore, approve = directives_in(source)

    assert (ignore.kind, ignore.reason) == ("ignore", "see issue #12 -- agreed")
    assert (approve.kind, approve.reason) == ("approve", "yes")
    assert text_at(source, ignore.place) == "# schemalint: ignore[x] see issue #12 -- agreed"


def test_a_comment_that_only_mentions_the_name_is_none() -> None:
    assert directives_in("a()  # as the docs of schemalint: say\n") == ()


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("# schemalint: ignore", "names no rule"),
        ("# schemalint: ignore because", "names no rule"),
        ("# schemalint: ignore[] because", "names no rule"),
        ("# schemalint: ignore[ , ]", "names no rule"),
        ("# schemalint: ignore[x because", "closing bracket"),
        ("# schemalint: disable[x] because", "`disable` is none of"),
        ("# schemalint: [x] because", "says nothing"),
        ("# schemalint ignore[x] # schemalint: off", "a colon is missing"),
    ],
)
def test_what_has_no_effect_says_why(comment: str, problem: str) -> None:
    directive = directives_in(f"a()  {comment}\n")[0]

    assert directive.problem is not None
    assert problem in directive.problem


@pytest.mark.parametrize(
    "source", ["a()\n# schemalint: ignore[x] why\n", "try:\n    a()\nfinally:  # schemalint: ignore[x] why\n    b()\n"]
)
def test_a_comment_without_a_statement_says_so(source: str) -> None:
    directive = the_one_in(source)

    assert directive.problem is not None
    assert "no statement" in directive.problem


def test_sql_comments_cover_sql_statements() -> None:
    source = (
        "-- schemalint: ignore[x] one\nCREATE INDEX a\n  ON t (b);\n\n"
        "DROP TABLE t;  -- schemalint: approve[y] two -- schemalint: ignore[z] three\n"
        "INSERT INTO t VALUES ('-- schemalint: ignore[q] text');\n"
    )

    found = read_sql_directives("m.sql", source)

    assert [(directive.kind, directive.reason, lines_of(directive)) for directive in found] == [
        ("ignore", "one", (2, 3)),
        ("approve", "two", (5, 5)),
        ("ignore", "three", (5, 5)),
    ]


def test_sql_without_comments_has_no_directives() -> None:
    assert read_sql_directives("m.sql", "SELECT 1;\n") == ()
