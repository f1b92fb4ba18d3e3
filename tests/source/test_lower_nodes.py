"""What the IR of a source is, and which text its nodes stand on. Asked of both front ends."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from schemalint import ir
from schemalint.source import frontend_ast, frontend_cst


def module(text: str) -> ir.ModuleIR:
    by_libcst = frontend_cst.lower(text)
    assert frontend_ast.lower(text) == by_libcst
    return by_libcst


def value(source: str) -> ir.Expression:
    """The expression, which starts at offset 2: standing first, a string would be the docstring."""
    _, statement = module(f"0;{source}").body
    assert isinstance(statement, ir.ExpressionStatement)
    return statement.value


def nodes(node: object) -> Iterator[msgspec.Struct]:
    if isinstance(node, tuple):
        for item in node:
            yield from nodes(item)
    elif isinstance(node, msgspec.Struct):
        yield node
        yield from nodes(tuple(getattr(node, field) for field in node.__struct_fields__))


def standing_on(text: str, kind: type[msgspec.Struct]) -> list[str]:
    """The texts that the nodes of a kind stand on, outside functions."""
    return [text[node.start : node.end] for node in nodes(module(text).body) if isinstance(node, kind)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source", "kind", "texts"),
    [
        ("((a))", ir.Name, ["a"]),
        ("((a))", ir.ExpressionStatement, ["((a))"]),
        ("(a).b", ir.Attribute, ["(a).b"]),
        ("(a)(b)[c]", ir.Call, ["(a)(b)"]),
        ("(a)(b)[c]", ir.Subscript, ["(a)(b)[c]"]),
        ("((a, b))", ir.Sequence, ["(a, b)"]),
        ("x = (a), (b),", ir.Sequence, ["(a), (b),"]),
        ("for x in a, : b", ir.Sequence, ["a,"]),
        ("f(a for a in b)", ir.Comprehension, ["(a for a in b)"]),
        ("f((a), k=(b), *(c), **(d))", ir.Argument, ["a", "k=(b)", "*(c)", "**(d)"]),
        ("[*a]", ir.Starred, ["*a"]),
        ("x[a, (b)]", ir.Sequence, ["a, (b)"]),
        ("x[ (a) : b , c: ]", ir.Slice, ["(a) : b", "c:"]),
        ("x = 'a'  'b'", ir.Constant, ["'a'  'b'"]),
        ("('a'\n f'{b}')", ir.FString, ["'a'\n f'{b}'"]),
        ("f'a{b}{c!r:>{d}}'", ir.Name, ["f'a{b}{c!r:>{d}}'"] * 3),
        ("lambda a, *b, c=1: d", ir.Parameter, ["a", "b", "c"]),
        ("import a.b as c, d", ir.ImportedName, ["a.b as c", "d"]),
        ("from a import (b as c, d)", ir.ImportFrom, ["from a import (b as c, d)"]),
        ("from a import *", ir.ImportedName, ["*"]),
        ("@a\nclass B: pass", ir.ClassDef, ["class B: pass"]),
        ("@a\nasync def b(): pass;", ir.FunctionDef, ["async def b(): pass;"]),
        ("if a: b\nelif c: d", ir.If, ["if a: b\nelif c: d", "elif c: d"]),
        ("try: a\nexcept (b) as c:\n  d\nelse: e", ir.Handler, ["except (b) as c:\n  d"]),
        ("é = 'é'; ü = 'ü'", ir.Assign, ["é = 'é'", "ü = 'ü'"]),
    ],
)
def test_the_range_of_a_node_is_that_of_stdlib_ast(source: str, kind: type[msgspec.Struct], texts: list[str]) -> None:
    assert standing_on(source, kind) == texts


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("None", None),
        ("True", True),
        ("0x_ff", 255),
        ("18446744073709551615", 2**64 - 1),
        ("1_0.5", 10.5),
        ("'a' \"b\" r'\\n'", "ab\\n"),
        ("'\\x41\\u00e9\\N{EM DASH}\\101\\\n\\d\\''", "Aé—A\\d'"),
        ("'''a\r\nb'''", "a\nb"),
    ],
)
def test_constants(source: str, expected: object) -> None:
    node = value(source)
    assert isinstance(node, ir.Constant)
    assert node.value == expected
    assert type(node.value) is type(expected)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("...", "ellipsis"),
        ("b'a' b'b'", "bytes"),
        ("1j", "complex"),
        ("18446744073709551616", "large-integer"),
        ("'\\ud800'", "surrogate"),
    ],
)
def test_what_has_no_record_is_opaque(source: str, reason: str) -> None:
    assert value(source) == ir.Opaque(reason, 2, 2 + len(source))


def parts(source: str) -> list[object]:
    node = value(source)
    assert isinstance(node, ir.FString)
    return [part.value if isinstance(part, ir.Constant) else part for part in node.parts]


def test_the_text_of_fstrings_is_merged_and_unescaped() -> None:
    assert parts("'a' f'b{{c}}\\n' r'\\n'") == ["ab{c}\n\\n"]
    assert parts("f''") == []
    before, placeholder, after = parts("f'a' 'b{' f'{x!r}' f'' '' rf'\\d'")
    assert (before, after) == ("ab{", "\\d")
    assert isinstance(placeholder, ir.Formatted)
    assert placeholder.conversion == "r"
    assert placeholder.spec == ()


def test_self_documenting_placeholders() -> None:
    text, placeholder = parts("f'{ x = }'")
    assert text == " x = "
    assert isinstance(placeholder, ir.Formatted)
    assert placeholder.conversion == "r"
    text, placeholder = parts("f'{x=:>{y}}'")
    assert text == "x="
    assert isinstance(placeholder, ir.Formatted)
    assert placeholder.conversion == ""
    assert [type(part) for part in placeholder.spec] == [ir.Constant, ir.Formatted]


def test_arguments_keep_the_order_of_the_source() -> None:
    call = value("f(a, k=b, *c, **d)")
    assert isinstance(call, ir.Call)
    assert [(argument.keyword, argument.star) for argument in call.args] == [(None, 0), ("k", 0), (None, 1), (None, 2)]
    assert call.keyword("k") == ir.Name("b", 9, 10)
    assert call.keyword("z") is None


def test_boolean_operations_are_flat_where_no_parentheses_say_otherwise() -> None:
    flat, nested = value("a and b and c"), value("(a and b) and c")
    assert isinstance(flat, ir.BoolOp)
    assert isinstance(nested, ir.BoolOp)
    assert (len(flat.values), len(nested.values)) == (3, 2)


def test_comparisons() -> None:
    node = value("a < b is not c not in d != e")
    assert isinstance(node, ir.Compare)
    assert node.ops == ("<", "is not", "not in", "!=")


def test_functions() -> None:
    text = "@a\nasync def f(a, /, b: int = 1, *c, d=2, **e) -> int:\n    'doc'\n    return b\n"
    (function,) = module(text).body
    assert isinstance(function, ir.FunctionDef)
    assert function.is_async
    assert function.docstring == "doc"
    assert [text[node.start : node.end] for node in ir.statements_of(function)] == ["return b"]
    assert text[function.name_start :].startswith("f(a")
    assert [(parameter.name, parameter.kind) for parameter in function.parameters] == [
        ("a", "positional-only"),
        ("b", "positional"),
        ("c", "var-positional"),
        ("d", "keyword-only"),
        ("e", "var-keyword"),
    ]
    assert [text[parameter.start : parameter.end] for parameter in function.parameters] == [
        "a",
        "b: int",
        "c",
        "d",
        "e",
    ]


def test_docstrings_are_no_statements() -> None:
    text = "'''a\n  b'''\nclass C: ('c'); x\nclass D: f'd'\n"
    lowered = module(text)
    assert lowered.docstring == "a\n  b"
    first, second = lowered.body
    assert isinstance(first, ir.ClassDef)
    assert isinstance(second, ir.ClassDef)
    assert (first.docstring, len(first.body)) == ("c", 1)
    assert (second.docstring, len(second.body)) == (None, 1)
    assert module("'\\ud800'").docstring is None


def test_imports() -> None:
    relative, absolute = module("from ..a.b import c\nimport d.e as f").body
    assert isinstance(relative, ir.ImportFrom)
    assert (relative.module, relative.level) == ("a.b", 2)
    assert isinstance(absolute, ir.Import)
    assert absolute.names == (ir.ImportedName("d.e", "f", 27, 35),)


def test_deletions_of_a_bare_tuple_have_several_targets() -> None:
    bare, tuple_ = module("del a, b\ndel (a, b)").body
    assert isinstance(bare, ir.Delete)
    assert isinstance(tuple_, ir.Delete)
    assert (len(bare.targets), len(tuple_.targets)) == (2, 1)
