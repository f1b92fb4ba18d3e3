"""What a search in an encoded body tells without decoding it."""

from __future__ import annotations

import pytest

from schemalint.ir import (
    ClassDef,
    FunctionDef,
    Import,
    ImportFrom,
    ModuleIR,
    With,
    marks_of_names,
    marks_of_nodes,
)
from schemalint.ir.nodes import Node
from schemalint.source.lower import lower

KINDS: dict[str, type[Node]] = {
    "import json": Import,
    "from app import models": ImportFrom,
    "def inner(): pass": FunctionDef,
    "class Inner: pass": ClassDef,
    "with session: pass": With,
}


def body_of(text: str) -> bytes:
    module = lower(f"def outer():\n    {text}\n")
    assert isinstance(module, ModuleIR)
    (function,) = module.body
    assert isinstance(function, FunctionDef)
    return function.body


@pytest.mark.parametrize("text", KINDS)
def test_nodes_of_a_kind_are_found_at_any_depth_and_others_are_not(text: str) -> None:
    found = {kind for kind in KINDS.values() if marks_of_nodes(kind).search(body_of(text))}
    assert found == {KINDS[text]}
    assert marks_of_nodes(*KINDS.values()).search(body_of(text))
    if not text.startswith("with"):
        assert marks_of_nodes(KINDS[text]).search(body_of(f"if x:\n        def f(y=1):\n            {text}"))


@pytest.mark.parametrize("name", ["get", "a", "a_name_that_is_longer_than_thirty_one_letters"])
def test_names_are_found_whole(name: str) -> None:
    marks = marks_of_names(("other", name))
    assert marks.search(body_of(f"x.{name}(1)"))
    assert marks.search(body_of(f"def f():\n        return {name}"))
    assert not marks.search(body_of(f"x.{name}_more(1)"))
    assert not marks.search(body_of(f"x.not_{name}(1)"))
