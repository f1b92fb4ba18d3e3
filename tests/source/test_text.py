from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.source.text import UnreadableText, decode, line_starts


@pytest.mark.parametrize(
    ("data", "path", "text"),
    [
        (b"x = 1\n", "a.py", "x = 1\n"),
        ("é = '€'\r\n".encode(), "a.py", "é = '€'\r\n"),
        (codecs.BOM_UTF8 + b"x = 1\n", "a.py", "x = 1\n"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\nx = 1\n", "a.py", "# coding: utf-8\nx = 1\n"),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "a.py", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'".encode("cp1252"), "a.pyi", None),
        ("-- coding: latin-1\nSELECT 'é'".encode(), "a.sql", "-- coding: latin-1\nSELECT 'é'"),
        (codecs.BOM_UTF8 + b"SELECT 1", "a.sql", "SELECT 1"),
        (codecs.BOM_UTF16_LE + "SELECT 'é'".encode("utf-16-le"), "a.sql", "SELECT 'é'"),
        (codecs.BOM_UTF16_BE + "SELECT 'é'".encode("utf-16-be"), "a.sql", "SELECT 'é'"),
        (b"", "a.py", ""),
    ],
)
def test_text_is_decoded_as_its_language_says(data: bytes, path: str, text: str | None) -> None:
    expected = "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'€'" if text is None else text
    assert decode(data, path) == expected


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        (b"\x7fELF\x00\x01\xff", "a.py", "binary"),
        (b"SELECT\x00 1", "a.sql", "binary"),
        (codecs.BOM_UTF16_LE + "x = 1".encode("utf-16-le"), "a.py", "binary"),
        (codecs.BOM_UTF32_LE + "SELECT 1".encode("utf-32-le"), "a.sql", "binary"),
        (b"x = '\xe9'\n", "a.py", "byte 5 is not valid utf-8"),
        (b"SELECT '\xe9'\n", "a.sql", "byte 8 is not valid utf-8"),
        (b"# coding: no-such-thing\n", "a.py", "unknown encoding: no-such-thing"),
        (
            b"# coding: rot13\nk = 1\n",
            "a.py",
            "'rot13' is not a text encoding; use codecs.decode() to handle arbitrary codecs",
        ),
        (codecs.BOM_UTF8 + b"# coding: latin-1\n", "a.py", "encoding problem: utf-8"),
    ],
)
def test_bytes_that_are_no_text_have_a_reason(data: bytes, path: str, reason: str) -> None:
    assert decode(data, path) == UnreadableText(reason)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", (0,)),
        ("a", (0,)),
        ("a\n", (0, 2)),
        ("a\r\nb\rc\nd", (0, 3, 5, 7)),
        ("a\n\r\n\r\r", (0, 2, 4, 5, 6)),
        pytest.param("a" * 1_000_000, (0,), id="a long line"),
        ("a\x0cb\x1cc\x85d\u2028e\n", (0, 10)),
    ],
)
def test_lines_end_at_line_feeds_and_carriage_returns_only(text: str, starts: tuple[int, ...]) -> None:
    assert line_starts(text) == starts


@given(st.text(alphabet="a\n\r\x0c\u2028"))
def test_every_line_start_follows_a_line_end(text: str) -> None:
    starts = line_starts(text)
    assert starts[0] == 0
    assert list(starts) == sorted(set(starts))
    assert all(text[start - 1] in "\r\n" for start in starts[1:])
    assert len(starts) == 1 + len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[1:])


@given(st.binary(), st.sampled_from(["a.py", "a.sql"]))
def test_any_bytes_give_a_text_or_a_reason(data: bytes, path: str) -> None:
    assert isinstance(decode(data, path), (str, UnreadableText))
