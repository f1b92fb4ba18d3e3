from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.settings.documents import toml_key, toml_value
from schemalint.settings.positions import KeyPath, positions

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCUMENT = '''\
# [not.a.table]
title = "a # b" # comment
"quoted key" = 'literal \\'
dotted . "k.e.y" = 1
multi = """
key = "not a key"
[nor.a.table] \\""" still "" """
after = [ # comment ]
  1, "two, ]",
  [3], { x = 4, y.z = [5] },
  \'\'\'
  ] \'\'\',
]
[table."in ner".deep]
date = 1979-05-27 07:32:00 # a date
inline = { one = { two = 2 }, "thr\\u0065e" = true }
[[array]]
name = "first"
[array.sub]
key = 1
[[array]]
[[array.nested]]
[[array.nested]]
last = -inf
[ spaced . header ]
end = 0'''


def span(path: KeyPath, *, key: bool = False) -> tuple[int, str]:
    """The line of a key or value, and the text that is marked on it."""
    found = positions(DOCUMENT)
    place = (found.keys if key else found.values)[path]
    line = found.lines[place.line - 1]
    return place.line, line[place.column - 1 : place.column - 1 + place.width]


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("title",), 2, '"a # b"'),
        (("quoted key",), 3, "'literal \\'"),
        (("dotted", "k.e.y"), 4, "1"),
        (("multi",), 5, '"""'),
        (("after",), 8, "[ # comment ]"),
        (("after", 1), 9, '"two, ]"'),
        (("after", 2, 0), 10, "3"),
        (("after", 3, "y", "z", 0), 10, "5"),
        (("after", 4), 11, "'''"),
        (("table", "in ner", "deep"), 14, '[table."in ner".deep]'),
        (("table", "in ner", "deep", "date"), 15, "1979-05-27 07:32:00"),
        (("table", "in ner", "deep", "inline", "one", "two"), 16, "2"),
        (("table", "in ner", "deep", "inline", "three"), 16, "true"),
        (("array", 0), 17, "[[array]]"),
        (("array", 0, "name"), 18, '"first"'),
        (("array", 0, "sub", "key"), 20, "1"),
        (("array", 1, "nested", 1, "last"), 24, "-inf"),
        (("spaced", "header", "end"), 26, "0"),
    ],
)
def test_where_values_stand(path: KeyPath, line: int, text: str) -> None:
    assert span(path) == (line, text)


@pytest.mark.parametrize(
    ("path", "line", "text"),
    [
        (("quoted key",), 3, '"quoted key"'),
        (("dotted",), 4, "dotted"),
        (("dotted", "k.e.y"), 4, '"k.e.y"'),
        (("after", 3, "y"), 10, "y"),
        (("table", "in ner"), 14, '"in ner"'),
        (("table", "in ner", "deep", "inline", "three"), 16, '"thr\\u0065e"'),
        (("array", 1, "nested"), 22, "nested"),
        (("spaced", "header"), 25, "header"),
    ],
)
def test_where_keys_stand(path: KeyPath, line: int, text: str) -> None:
    assert span(path, key=True) == (line, text)


def test_what_has_no_place_is_found_at_what_encloses_it() -> None:
    found = positions('[a]\nb = ["x"]\n')
    assert found.value(("a", "b", 7)) == found.values["a", "b"]
    assert found.key(("a", "missing")) == found.keys["a",]
    assert found.value(("elsewhere",)) is None


def test_carriage_returns_do_not_shift_columns() -> None:
    found = positions('a = 1\r\nb = [\r\n  "x",\r\n]\r\n')
    assert (found.values["b", 0].line, found.values["b", 0].column, found.values["b", 0].width) == (3, 3, 3)
    assert found.lines[2] == '  "x",'


def paths_of(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    """The paths of all that a document says."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {path, *(inner for key, item in items for inner in paths_of(item, (*path, key)))}


def test_every_path_of_the_document_is_found() -> None:
    found = positions(DOCUMENT)
    assert paths_of(tomllib.loads(DOCUMENT)) - {()} <= {*found.values, *found.keys}


texts = st.text(max_size=8)
plain = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(texts, plain, max_size=4))
def test_what_is_written_is_read_back_and_every_value_has_its_place(table: dict[str, Any]) -> None:
    text = "".join(f"{toml_key(key)} = {toml_value(value)}\n" for key, value in table.items())
    assert tomllib.loads(text) == table
    found = positions(text)
    assert set(found.values) == paths_of(table) - {()}
    for place in (*found.values.values(), *found.keys.values()):
        assert place.column - 1 + place.width <= len(found.lines[place.line - 1])


@given(st.text(st.sampled_from("ab.=[]{}\"'\\,#\n \tu0"), max_size=60))
def test_any_text_ends_in_places_inside_of_it(text: str) -> None:
    found = positions(text)
    for place in (*found.values.values(), *found.keys.values()):
        assert 1 <= place.line <= len(found.lines)
