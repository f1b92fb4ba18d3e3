from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemalint.report.positions import Sources, split_lines, utf8_column, utf16_column

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))


def test_columns_in_the_units_of_other_programs() -> None:
    line = "a𐐀bé"
    assert [utf16_column(line, column) for column in range(1, 6)] == [1, 2, 4, 5, 6]
    assert [utf8_column(line, column) for column in range(1, 6)] == [1, 2, 6, 7, 9]


def test_a_column_beyond_the_line_counts_one_for_each_missing_character() -> None:
    assert utf16_column("é", 4) == 4
    assert utf8_column("é", 4) == 5
    assert utf8_column("", 3) == 3


@given(LINES, st.data())
def test_units_before_a_column_are_those_of_the_text_before_it(line: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(1, len(line) + 1))
    before = line[: column - 1]
    assert line.encode("utf-16-le")[: 2 * (utf16_column(line, column) - 1)].decode("utf-16-le") == before
    assert line.encode()[: utf8_column(line, column) - 1].decode() == before


def test_lines_end_where_python_ends_them() -> None:
    assert split_lines("a\r\nb\rc\nd\x0ce\u2028f\x85g") == ["a", "b", "c", "d\x0ce\u2028f\x85g"]
    assert split_lines("\ufeffa\n") == ["a", ""]


def test_a_file_is_read_once_and_a_missing_one_has_no_lines() -> None:
    read: list[str] = []

    def read_text(path: str) -> str | None:
        read.append(path)
        return "a\nb" if path == "there.py" else None

    sources = Sources(read_text)
    assert [sources.line("there.py", number) for number in (0, 1, 2, 3)] == ["", "a", "b", ""]
    assert sources.line("missing.py", 1) == ""
    assert sources.lines("missing.py") == ()
    assert read == ["there.py", "missing.py"]
