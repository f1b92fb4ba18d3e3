from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.ir import Comment, ModuleIR
from schemalint.source import frontend_ast, frontend_cst
from schemalint.source.comments import sql_comments
from schemalint.source.lower import lower


def python(text: str) -> list[tuple[str, bool]]:
    module = lower(text)
    assert isinstance(module, ModuleIR)
    assert frontend_ast.lower(text) == frontend_cst.lower(text) == module
    assert all(text[comment.start : comment.end] == comment.text for comment in module.comments)
    return [(comment.text, comment.alone) for comment in module.comments]


def sql(text: str) -> list[tuple[str, bool]]:
    comments = sql_comments(text)
    assert all(text[comment.start : comment.end] == comment.text for comment in comments)
    return [(comment.text, comment.alone) for comment in comments]


def test_a_comment_at_the_end_of_a_line_and_one_alone() -> None:
    assert python("x = 1  # schemalint: ignore[a] why\n\t # schemalint: ignore[b]\ny = 2\n") == [
        ("# schemalint: ignore[a] why", False),
        ("# schemalint: ignore[b]", True),
    ]


def test_comments_that_say_nothing_to_the_linter_are_not_kept() -> None:
    assert python("# a\nx = 1  # b\n") == []
    assert python("# a\nx = 1  # b\ns = 'schemalint:'\n") == []


def test_text_in_strings_is_no_comment() -> None:
    text = "x = '# schemalint: a'\ny = '''\n# schemalint: b\n'''\nz = f'{x}# schemalint: c'\n"
    assert python(text) == []


def test_comments_inside_brackets_and_at_odd_line_ends() -> None:
    text = "f(\r\n  a,  # schemalint: one\r\n\x0c  # schemalint: two\r\n)\rg()  # é schemalint: three"
    assert python(text) == [
        ("# schemalint: one", False),
        ("# schemalint: two", True),
        ("# é schemalint: three", False),
    ]


def test_comments_in_front_of_behind_and_between_blocks() -> None:
    text = "# schemalint: a\nif x:  # schemalint: b\n    pass\n    # schemalint: c\nelse:\n    pass\n# schemalint: d\n"
    assert python(text) == [
        ("# schemalint: a", True),
        ("# schemalint: b", False),
        ("# schemalint: c", True),
        ("# schemalint: d", True),
    ]


@pytest.mark.parametrize(
    ("source", "ranges"),
    [
        ("x = 1; y = 2", ["x = 1", "y = 2"]),
        ("f(\n  1,\n)", ["f(\n  1,\n)"]),
        ("if (a): # :\n    b\nelif c :\n    d\nelse:\n    e", ["if (a):", "b", "elif c :", "d", "e"]),
        ("@a\n@b(1)\ndef f(x, y: int = {1: 2}) -> z: pass", ["@a\n@b(1)\ndef f(x, y: int = {1: 2}) -> z:", "pass"]),
        ("def f(): 'doc'; x", ["def f():", "x"]),
        ("class A: x: int", ["class A:", "x: int"]),
        ("class A(B, c=D[1:2]):\n  x = 1", ["class A(B, c=D[1:2]):", "x = 1"]),
        (
            "async def f(a,  # b:\n  /):\n  async with a as b, (c): d",
            ["async def f(a,  # b:\n  /):", "async with a as b, (c):", "d"],
        ),
        (
            "try:\n  a\nexcept b:\n  c\nelse:\n  d\nfinally:\n  e",
            ["try:", "a", "c", "d", "e"],
        ),
        ("for a in b, :\n  while c: d", ["for a in b, :", "while c:", "d"]),
        ("match a[1:]:\n  case {'x': 1} if b: c", ["match a[1:]:", "c"]),
        ("with (a as b, c):\n  d", ["with (a as b, c):", "d"]),
    ],
)
def test_comments_can_find_their_statement(source: str, ranges: list[str]) -> None:
    text = f"# schemalint: file\n{source}\n"
    python(text)
    module = lower(text)
    assert isinstance(module, ModuleIR)
    assert [text[start:end] for start, end in module.statement_ranges] == ranges


def test_statement_ranges_are_left_out_where_no_comment_needs_them() -> None:
    module = lower("x = 1\n")
    assert isinstance(module, ModuleIR)
    assert module.statement_ranges == ()


def test_sql_comments() -> None:
    assert sql("-- schemalint: ignore[a] why\nDROP TABLE t; -- schemalint: approve[b]\n-- other\n") == [
        ("-- schemalint: ignore[a] why", True),
        ("-- schemalint: approve[b]", False),
    ]


@pytest.mark.parametrize(
    "quoted",
    [
        "'it''s\n-- schemalint: x'",
        "E'it\\'s\n-- schemalint: x'",
        '"a\n-- schemalint: x"',
        "`a\n-- schemalint: x`",
        "$$ BEGIN '\n-- schemalint: x\n $$",
        "$body$ $$\n-- schemalint: x\n $body$",
        "/* /* */\n-- schemalint: x\n */",
        "'never closed\n-- schemalint: x",
        "$$ never closed\n-- schemalint: x",
        "/* never closed\n-- schemalint: x",
    ],
)
def test_what_is_quoted_is_no_sql_comment(quoted: str) -> None:
    assert sql(f"SELECT {quoted}") == []


def test_sql_comments_behind_quotes() -> None:
    text = "SELECT 'a\\', $1, a$b$c, \"d\", $$'$$, /* ' */ 1 -- schemalint: x"
    assert sql(text) == [("-- schemalint: x", False)]


@given(st.text(alphabet="-'\"$a*/\\\n eE").map(lambda text: text + "schemalint:"))
def test_any_sql_text_has_comments_that_lie_in_it(text: str) -> None:
    for comment in sql_comments(text):
        assert comment == Comment(text[comment.start : comment.end], comment.alone, comment.start, comment.end)
        assert comment.text.startswith("--")
