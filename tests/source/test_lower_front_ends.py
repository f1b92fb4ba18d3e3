"""Both front ends give the same IR, whatever the source.

`awkward_lines.txt` holds one source a line, `awkward_blocks.txt` sources between empty lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemalint.ir import FunctionDef, ModuleIR, decode_module, encode_module, statements_of
from schemalint.source import frontend_ast, frontend_cst
from schemalint.source.text import decode

NEWER_SYNTAX = {
    (3, 11): [
        "try: q\nexcept* a: b\nexcept* (c) as d:\n    e\nelse: f\nfinally: g\n",
        "q[*a]\n",
        "q[b, *a]\n",
        "q[ *a , ]\n",
        "def q(*a: *b): pass\n",
    ],
    (3, 12): [
        "type q = a\n",
        "type q[T: (a, b), *Ts, **P] = (c); d\n",
        "if q: type a = b;\n",
        "def q[T](a: T) -> T: pass\n",
        "def q[T: 'a:b'](): pass\n",
        "class q[T]: pass\n",
        "class q[T: a](b, c=d): pass\n",
        "f'{q['a']}{'b' + f'{c['d']}'}'\n",
        "f'{q\n  # c\n}'\n",
        "f'{'\\n'.join(q)}'\n",
    ],
    (3, 13): ["type q[T = a] = b\n", "def q[*Ts = *a](b): pass\n"],
    (3, 14): [
        "try: q\nexcept a, b: c\n",
        "t'a{q!r:>{b}}c'\n",
        "t'{d=}'\n",
        "rt'\\d{q}'\n",
        "t''\n",
    ],
}

MODULES = [
    "",
    "\n",
    "\n\n",
    "# only a comment",
    "# only a comment\n",
    "   \n",
    "'doc'",
    "\n# c\n'doc'\nq = 1\n",
    "'doc'; q = 1",
    "('doc')\n",
    "q",
    "q\n\n\n",
    "q;",
    "if q:\n\ta\n\tb",
    "if q:\n\ta\n\tif b:\n\t  c\n",
    "q = 1\n\x0c\ndef a(): b\n",
    "q = 1\x0c; a\n",
    "if q:\n    a\n  # odd comment\n    b\n# c\n",
    "class q:\n\n    # c\n\n    def a(self):\n        pass\n        # trailing\n\n    # c\n\n\nb\n",
    "q = '\u2028\x1c\x85'; a\nb\n",
    "q = '''\u2028\n\x0c'''; a\nb\n",
    "def é(ü: 'ö' = 'ä') -> 'ß': return 'é', ü  # é\n",
    "é = 'é'; ü = f'é{é}'; ö = 1\n",
    "q = 1 if '😀' else 'a'; a = (  # 😀\n  '😀', b)\n",
    "if q:\n    pass\n" + "elif q:\n    pass\n" * 70,
    "q = (" + " + ".join(["a"] * 60) + ")\n",
    "q = (" + "\n".join(["'a'"] * 60) + ")\n",
    "if True:\n" + "".join(" " * depth + "if q:\n" for depth in range(1, 60)) + " " * 60 + "pass\n",
]


def nodes(value: object) -> Iterator[msgspec.Struct]:
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
    elif isinstance(value, msgspec.Struct):
        yield value
        for field in value.__struct_fields__:
            yield from nodes(getattr(value, field))
        if isinstance(value, FunctionDef):
            yield from nodes(statements_of(value))


def assert_sound(module: ModuleIR, text: str) -> None:
    for node in nodes(module.body):
        start, end = getattr(node, "start", 0), getattr(node, "end", 0)
        assert 0 <= start <= end <= len(text), node
    assert decode_module(encode_module(module)) == module


def assert_equal(text: str) -> None:
    by_ast = frontend_ast.lower(text)
    assert frontend_cst.lower(text) == by_ast
    assert_sound(by_ast, text)


VARIANTS = {
    "as it stands": lambda text: text,
    "wide names": lambda text: text.replace("q", "qé"),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "CR": lambda text: text.replace("\n", "\r"),
    "no final line end": lambda text: text.rstrip("\n"),
    "with a comment that matters": lambda text: text + "# schemalint: ignore[a] b\n",
}


HERE = Path(__file__).parent
SOURCES = [
    *(line + "\n" for line in (HERE / "awkward_lines.txt").read_text(encoding="utf-8").splitlines()),
    *(block.rstrip("\n") + "\n" for block in (HERE / "awkward_blocks.txt").read_text(encoding="utf-8").split("\n\n")),
]


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("source", [*SOURCES, *MODULES])
def test_awkward_sources(source: str, variant: str) -> None:
    assert_equal(VARIANTS[variant](source))


@pytest.mark.parametrize("variant", VARIANTS)
def test_awkward_sources_deep_in_a_file(variant: str) -> None:
    indented = "".join(f"    {line}" for source in SOURCES for line in source.splitlines(keepends=True))
    assert_equal(VARIANTS[variant](f"class é:\n  async def q(self):\n{indented}"))


@pytest.mark.parametrize(
    ("version", "source"), [(version, source) for version, sources in NEWER_SYNTAX.items() for source in sources]
)
def test_syntax_that_older_interpreters_do_not_know(version: tuple[int, int], source: str) -> None:
    if sys.version_info >= version:
        assert_equal(source)
    else:
        with pytest.raises(SyntaxError):
            frontend_ast.lower(source)
        assert_sound(frontend_cst.lower(source), source)


def test_the_standard_library() -> None:
    files = sorted(Path(os.__file__).parent.glob("*.py"))[::6]
    texts = [decode(file.read_bytes(), file.name) for file in files if file.stat().st_size < 40_000]
    assert len(texts) > 15
    for text in texts:
        assert isinstance(text, str)
        assert_equal(text)


NAMES = st.sampled_from(["q", "é", "1", "-1", "'a'", "f'{q}'", "None"])
TEMPLATES = [
    "({})",
    "( {} )",
    "({}).q",
    "({}, )",
    "({}, {})",
    "[{}, *q]",
    "{{{}, {}}}",
    "{{{}: {}}}",
    "({})({}, k={})",
    "({})[{}]",
    "({})[{}, ]",
    "({})[{}:{}]",
    "({} + {})",
    "({} and {})",
    "({} and {} and {})",
    "(not {})",
    "({} < {} in {})",
    "({} if {} else {})",
    "(lambda q={}: {})",
    "(q := {})",
    "[{} for q in {} if {}]",
    "q({} for q in {})",
    "q({}, *{}, **{})",
    "(  # (\n{}\n)",
    "(yield {})",
    "(await {})",
]


def filled(template: str, parts: list[str]) -> str:
    return template.format(*(parts * 3)[: template.replace("{{", "").count("{")])


PROGRAMS = st.lists(
    st.recursive(
        NAMES,
        lambda inner: st.builds(filled, st.sampled_from(TEMPLATES), st.lists(inner, min_size=1, max_size=3)),
        max_leaves=12,
    ),
    min_size=1,
    max_size=3,
).map(lambda expressions: "async def f():\n" + "".join(f"  {expression};\n" for expression in expressions))


@settings(max_examples=150, deadline=None)
@given(PROGRAMS)
def test_generated_programs(text: str) -> None:
    try:
        frontend_ast.lower(text)
    except SyntaxError:
        return  # not all that the templates make is Python: `1 := 2`
    assert_equal(text)
