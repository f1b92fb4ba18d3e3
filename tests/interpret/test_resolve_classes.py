"""Base classes and what is inherited."""

from __future__ import annotations

import pytest

from schemalint.interpret.program import Program
from schemalint.interpret.resolutions import BoundValue, ClassAttribute, DefinedClass, External, Unresolved
from schemalint.interpret.resolve import ancestry, bases, name_of, resolve_dotted
from schemalint.ir import ClassDef, Constant
from schemalint.source.frontend_ast import lower


def program(text: str, **others: str) -> Program:
    return Program({"main.py": lower(text)} | {f"{name}.py": lower(other) for name, other in others.items()})


def class_named(whole: Program, name: str) -> ClassDef:
    found = resolve_dotted(whole, "main.py", name)
    assert isinstance(found, DefinedClass)
    return found.node


def ancestors(whole: Program, name: str) -> list[str]:
    found = ancestry(whole, "main.py", class_named(whole, name))
    return [
        item.reason if isinstance(item, Unresolved) else (name_of(whole, item) or type(item).__name__) for item in found
    ]


def test_bases_are_resolved_in_order() -> None:
    text = (
        "from typing import Generic\nfrom sqlalchemy.orm import DeclarativeBase, declarative_base\n"
        "class A(Mixin, Generic[T], DeclarativeBase, declarative_base(), metaclass=M): ..."
    )
    whole = program(text)
    mixin, generic, declarative, made = bases(whole, "main.py", class_named(whole, "A"))

    assert mixin == Unresolved("nothing binds the name Mixin")
    assert (generic, declarative) == (External("typing.Generic"), External("sqlalchemy.orm.DeclarativeBase"))
    assert isinstance(made, BoundValue)
    assert made.name == ""


def test_ancestry_crosses_files_and_keeps_what_is_unknown() -> None:
    whole = program(
        "from base import Model\nfrom mixins import Stamped, Gone\nclass User(Stamped, Gone, Model): ...",
        base="from sqlalchemy.orm import declarative_base\nBase = declarative_base()\nclass Model(Base): ...",
        mixins="class Stamped: ...",
    )

    assert ancestors(whole, "User") == [
        "mixins.Stamped",
        "mixins.py does not bind the name Gone",
        "base.Model",
        "base.Base",
    ]


def test_a_common_base_comes_after_all_that_derive_from_it() -> None:
    whole = program("class Base: ...\nclass A(Base): ...\nclass B(Base): ...\nclass C(A, B): ...")

    assert ancestors(whole, "C") == ["main.A", "main.B", "main.Base"]


@pytest.mark.parametrize(
    "text",
    [
        "class A(B): ...\nclass B(A): ...",
        "class A(A): ...",
        "class A(A.Inner): ...",
        "class A(B.C): ...\nclass B(A.C): ...",
        "\n".join(f"class C{n}(C{n + 1}): ..." for n in range(2000)) + "\nclass C2000: ...\nclass A(C0): ...",
        "\n".join(f"class C{n}({', '.join(f'C{m}' for m in range(40))}): ..." for n in range(40))
        + "\nclass A(C0): ...",
    ],
)
def test_circles_and_depths_of_inheritance_end(text: str) -> None:
    whole = program(text)

    found = ancestry(whole, "main.py", class_named(whole, "A"))

    assert any(not isinstance(item, (DefinedClass, External)) for item in found)


MODELS = """
from unknown_library import Outside
class Base:
    __tablename__ = "base"
    kind = "b"
class User(Base):
    __tablename__ = "users"
    if DEBUG:
        schema = "a"
    else:
        schema = "b"
class Mixed(Outside, Base): ...
"""


def attribute(name: str) -> ClassAttribute:
    found = resolve_dotted(program(MODELS), "main.py", name)
    assert isinstance(found, ClassAttribute)
    return found


def test_an_attribute_of_a_class_is_its_own_or_inherited() -> None:
    own, inherited = attribute("User.__tablename__"), attribute("User.kind")

    assert isinstance(own.expression, Constant)
    assert (own.expression.value, own.node.name) == ("users", "User")
    assert isinstance(inherited.expression, Constant)
    assert (inherited.expression.value, inherited.node.name) == ("b", "Base")
    assert attribute("User.schema").ambiguous
    assert resolve_dotted(program(MODELS), "main.py", "User.none") == Unresolved("User does not bind the name none")


def test_an_attribute_that_may_come_from_outside_says_from_where() -> None:
    found = attribute("Mixed.query")

    assert (found.node.name, found.expression) == ("Mixed", None)
    assert found.inherited == (External("unknown_library.Outside"),)


def test_nothing_is_read_past_a_base_that_is_unknown() -> None:
    found = resolve_dotted(program("class Base:\n    kind = 1\nclass A(Unknown, Base): ..."), "main.py", "A.kind")

    assert isinstance(found, ClassAttribute)
    assert found.expression is None
