"""What `lower` gives for a text: which front end reads it, and what it says of text that neither can read."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.ir import Assign, Attribute, BinOp, Constant, ExpressionStatement, If, ModuleIR, Opaque, Try
from schemalint.source import frontend_ast
from schemalint.source.lower import SyntaxProblem, lower


def imported(source: str) -> list[str]:
    """Which parsers a fresh interpreter imports to lower a text."""
    script = (
        "import sys\n"
        "from schemalint.source.lower import lower\n"
        f"lower({source!r}) if {source!r} else None\n"
        "print(*[m for m in ('libcst', 'schemalint.source.frontend_ast') if m in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_parsers_are_imported_when_they_are_needed() -> None:
    assert imported("") == []
    assert imported("import os\n") == ["schemalint.source.frontend_ast"]
    assert imported("import sqlalchemy as sa\n") == ["libcst"]
    assert imported("x = 1  # schemalint: ignore[a] why\n") == ["libcst"]


@pytest.mark.parametrize(
    "source",
    [
        "import alembic\n(q): a = 1\n",
        "import alembic\n\x0cdef q():\n  \x0c  a\n",
        "import alembic\nq = f'{a:\\N{EM DASH}}'\n",
    ],
)
def test_what_libcst_cannot_read_is_read_by_the_interpreter(source: str) -> None:
    assert lower(source) == frontend_ast.lower(source)


def test_what_the_interpreter_cannot_read_yet_is_read_by_libcst() -> None:
    module = lower("try: a\nexcept b, c: d\n")  # Python 3.14
    assert isinstance(module, ModuleIR)
    assert isinstance(module.body[0], Try)
    (handler,) = module.body[0].handlers
    assert handler.type is not None
    assert (handler.type.start, handler.type.end) == (14, 18)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = 1\ny = = 2\n", 2, 5),
        ("# sqlalchemy\né = é é\n", 2, 7),
        ("if x:\npass\n", 2, 1),
        ("x = 1\n  y = 2\n", 2, 2),
        ("x = 'abc\n", 1, 5),
        ("x = (1,\n", 1, 5),
        ("print 'x'\n", 1, 1),
        ("x = 1\r\ry = 2\0", 3, 6),
    ],
)
def test_a_syntax_problem_says_where(text: str, line: int, column: int) -> None:
    problem = lower(text)
    assert isinstance(problem, SyntaxProblem)
    assert problem.message
    assert (problem.line, problem.column) == (line, column)


def test_messages() -> None:
    assert lower("x = '\0'") == SyntaxProblem("source code cannot contain null bytes", 1, 6)
    assert lower("x = '\ud800'") == SyntaxProblem("a lone surrogate is not text", 1, 6)


DEEP: dict[str, Callable[[int], str]] = {
    "parentheses": lambda n: "(" * n + "1" + ")" * n,
    "open parentheses": lambda n: "(" * n,
    "lists": lambda n: "[" * n + "]" * n,
    "sums": lambda n: "+".join(["'a'"] * n),
    "calls": lambda n: "q" + "()" * n,
    "arguments": lambda n: "q" + "(1)" * n,
    "attributes": lambda n: "q" + ".a" * n,
    "nots": lambda n: "not " * n + "q",
    "lambdas": lambda n: "lambda: " * n + "q",
    "conditions": lambda n: "1 if q else " * n + "2",
    "elifs": lambda n: "if q: a\n" + "elif q: a\n" * n,
    "f-strings": lambda n: "f'{" + "(" * n + "q" + ")" * n + "}'",
    "subscripts": lambda n: "q[" * n + "1" + "]" * n,
    "blocks": lambda n: "".join(" " * i + "if q:\n" for i in range(min(n, 1000))) + " " * min(n, 1000) + "pass",
    "patterns": lambda n: "match q:\n case " + "[" * n + "]" * n + ": pass",
    "mappings": lambda n: "match q:\n case " + "{1:" * n + "a" + "}" * n + ": pass",
    "classes": lambda n: "match q:\n case A(\n a=" + "A(\n a=" * n + "1" + ")" * n + "): pass",
    "continued lines": lambda n: "q" + "\\\n+ q" * n,
    "strings": lambda n: "(" + "\n".join(["'a'"] * n) + ")",
    "assignments": lambda n: "q = " * n + "1",
}


@pytest.mark.parametrize("size", [5, 40, 150, 10_000])
@pytest.mark.parametrize("framework", ["", "import sqlalchemy\n"])
@pytest.mark.parametrize("kind", DEEP)
def test_no_depth_ends_the_process_or_takes_minutes(kind: str, framework: str, size: int) -> None:
    result = lower(framework + DEEP[kind](size) + "\n")
    assert isinstance(result, (ModuleIR, SyntaxProblem))


def test_text_that_nests_too_deeply_for_every_parser() -> None:
    assert lower("(" * 10_000 + ")" * 10_000) == SyntaxProblem("nested too deeply", 1, 1)


def test_an_expression_that_nests_too_deeply_is_opaque_and_the_rest_is_read() -> None:
    module = lower("x = 1\ny = " + " + ".join(["'a'"] * 300) + "\nz = 2\n")
    assert isinstance(module, ModuleIR)
    first, deep, last = module.body
    assert isinstance(first, Assign)
    assert isinstance(last, Assign)
    assert isinstance(deep, Assign)
    node, depth = deep.value, 0
    while isinstance(node, BinOp):
        node, depth = node.left, depth + 1
    assert node == Opaque("depth", deep.value.start, node.end)
    assert depth == 100


def test_a_chain_of_elif_that_is_too_long_ends_in_an_opaque_statement() -> None:
    module = lower("if a: b\n" + "elif a: b\n" * 300)
    assert isinstance(module, ModuleIR)
    (statement,) = module.body
    while isinstance(statement, If):
        (statement,) = statement.orelse
    assert isinstance(statement, ExpressionStatement)
    assert isinstance(statement.value, Opaque)
    assert statement.value.reason == "depth"


def test_the_collector_is_left_as_it_was() -> None:
    lower("import sqlalchemy\n")
    lower("import sqlalchemy (\n")
    assert gc.isenabled()
    gc.disable()
    try:
        lower("import sqlalchemy\n")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_warnings_of_the_analysed_code_are_not_ours(recwarn: pytest.WarningsRecorder) -> None:
    lower("x = '\\d'\n1 is 1\nf'\\d{x}'\n")
    lower("import sqlalchemy\nx = '\\d'\nf'\\d{x}'\n")
    assert not recwarn.list


@given(st.text(st.characters(max_codepoint=0x2100) | st.sampled_from("()[]{}'\"\\\n\r:=#f "), max_size=40))
def test_any_text_gives_a_module_or_a_problem_inside_it(text: str) -> None:
    for source in (text, "import django\n" + text):
        result = lower(source)
        if isinstance(result, SyntaxProblem):
            assert result.line >= 1
            assert result.column >= 1
        else:
            assert isinstance(result, ModuleIR)


def test_names_are_normalised_as_python_does() -> None:
    for framework in ("", "sqlalchemy\n"):
        module = lower(framework + "ﬁ.ﬁ = 'ﬁ'\n")
        assert isinstance(module, ModuleIR)
        statement = module.body[-1]
        assert isinstance(statement, Assign)
        (target,) = statement.targets
        assert isinstance(target, Attribute)
        assert target.attr == "fi"
        assert isinstance(statement.value, Constant)
        assert statement.value.value == "ﬁ"
