"""What a block of statements binds, and which of several bindings counts."""

from __future__ import annotations

import pytest

from schemalint.interpret.scopes import Assigned, Defined, Imported, Scope, scope_of
from schemalint.ir import Constant
from schemalint.source.frontend_ast import lower


def scope(text: str) -> Scope:
    return scope_of(lower(text).body)


def value(text: str, name: str = "x") -> object:
    """The constant that counts for a name; the reason where there is no value; the type of any other binding."""
    binding = scope(text).lookup(name)
    if isinstance(binding, Assigned):
        return binding.value.value if isinstance(binding.value, Constant) else binding.reason
    return type(binding).__name__


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1", 1),
        ("x = 1\nx = 2", 2),
        ("x = 1\nif debug: x = 2", 1),
        ("if debug: x = 1\nelse: x = 2", 1),
        ("try: x = 1\nexcept ImportError: x = 2", 1),
        ("x: int = 3", 3),
        ("x = 1\nx: int", 1),
        ("x: int", "annotated, not assigned"),
        ("y = x = 4", 4),
        ("y, x = 1, 2", 2),
        ("y, x = pair", "unpacked from a value"),
        ("y, *x = 1, 2", "unpacked from a value"),
        ("for x in xs: pass", "a loop variable"),
        ("with a() as (x, y): pass", "bound by with"),
        ("with a(): x = 5", 5),
        ("x += 1", "assigned in steps"),
        ("def x(): ...", "Defined"),
        ("import x.y", "Imported"),
        ("import y as x", "Imported"),
        ("x = 1\ndel x", "NoneType"),
        ("", "NoneType"),
    ],
)
def test_the_binding_that_holds_at_the_end_counts(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x = 1", 1),
        ("x = 1\nx = 2", 1),
        ("x = 1\nif debug: x = 2", 2),
        ("if debug: x = 2\nx = 1", 1),
        ("try: import x\nexcept ImportError: x = None", 2),
        ("x = None\ndef f():\n    global x\n    x = 1", 2),
        ("x = None\nclass A:\n    def f(self):\n        def g():\n            global x\n            x = 1", 2),
        ("x = None\ndef f():\n    x = 1", 1),
        ("if TYPE_CHECKING:\n    from a import x\nelse:\n    x = None", 1),
        ("match kind:\n    case 1: x = 1\n    case _: x = 2", 2),
        ("while more: x = 1", 1),
        ("", 0),
    ],
)
def test_what_a_name_may_stand_for_is_kept(text: str, count: int) -> None:
    assert len(scope(text).alternatives("x")) == count


def test_imports_for_the_type_checker_are_marked() -> None:
    for text in (
        "if TYPE_CHECKING: from a import x",
        "if typing.TYPE_CHECKING: from a import x",
        "if not TYPE_CHECKING: pass\nelse: from a import x",
    ):
        binding = scope(text).lookup("x")
        assert isinstance(binding, Imported)
        assert (binding.type_checking, binding.conditional) == (True, False)


def test_the_run_time_binding_counts_before_the_type_checkers() -> None:
    found = scope("if TYPE_CHECKING:\n    from a import x\nelse:\n    def x(): ...").lookup("x")

    assert isinstance(found, Defined)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("__all__ = ['a', 'b']", ("a", "b")),
        ("__all__ = ('a',) + ('b',)", ("a", "b")),
        ("__all__ = ['a']\n__all__ += ['b']", ("a", "b")),
        ("__all__ = [name for name in names]", None),
        ("__all__ = ['a'] + other.__all__", None),
        ("", None),
    ],
)
def test_the_public_names_are_those_of_a_literal_all(text: str, expected: tuple[str, ...] | None) -> None:
    assert scope(text).exports() == expected
