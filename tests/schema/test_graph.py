"""The order of revisions, their ancestry and what is reported of broken histories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemalint.facts.unknown import Unknown
from schemalint.schema.graph import Node, order

RECORDED = [
    # (nodes in the order of their files, what `alembic upgrade heads` of Alembic 1.20.1 ran)
    ([Node("b", ("a",)), Node("a"), Node("c", ("b",))], "a b c"),
    ([Node("a"), Node("b", ("a",)), Node("c", ("a",)), Node("d", ("b", "c"))], "a c b d"),
    ([Node("a"), Node("b", ("a",)), Node("c", ("a",)), Node("d", ("c", "b"))], "a b c d"),
    ([Node("a"), Node("x"), Node("b", ("a",)), Node("y", ("x",))], "x y a b"),
    ([Node("a"), Node("b", ("a",), ("y",)), Node("x"), Node("y", ("x",)), Node("z", ("y",))], "x y z a b"),
    ([Node("a"), Node("b", ("a",), ("x",)), Node("c", ("b",), ("x",)), Node("x"), Node("y", ("x",))], "x y a b c"),
]


@pytest.mark.parametrize(("nodes", "expected"), RECORDED)
def test_the_order_is_the_one_in_which_alembic_upgrades(nodes: list[Node], expected: str) -> None:
    assert " ".join(order(nodes).ids) == expected


def test_heads_and_bases_are_those_that_alembic_lists() -> None:
    ordered = order([Node("a"), Node("b", ("a",)), Node("c", ("a",)), Node("x", (), ("b",))])
    assert ordered.heads == ("b", "c", "x")  # to depend on a revision does not make it less of a head
    assert ordered.bases == ("a", "x")


def test_a_dependency_may_be_a_branch_label_and_a_parent_may_not() -> None:
    nodes = [Node("a", labels=("core",)), Node("x", (), ("core",)), Node("y", ("core",)), Node("z", (), ("core@a",))]
    ordered = order(nodes)
    assert ordered.is_ancestor("a", "x")
    assert ordered.missing == (("y", "core"), ("z", "core@a"))


def test_an_abbreviated_id_names_nothing() -> None:
    ordered = order([Node("ae1027a6acf"), Node("b", ("ae10",))])
    assert ordered.missing == (("b", "ae10"),)
    assert ordered.bases == ("ae1027a6acf",)


def test_parents_that_are_computed_make_no_base() -> None:
    ordered = order([Node("a"), Node("b", Unknown("read from the environment"))])
    assert ordered.bases == ("a",)
    assert set(ordered.ids) == {"a", "b"}


def test_of_two_revisions_with_one_id_the_last_counts() -> None:
    ordered = order([Node("a"), Node("b"), Node("c", ("a",)), Node("c", ("b",))])
    assert ordered.duplicates == ("c",)
    assert ordered.is_ancestor("b", "c")
    assert not ordered.is_ancestor("a", "c")


def test_a_cycle_is_reported_and_the_rest_is_ordered() -> None:
    nodes = [
        Node("a"),
        Node("b", ("a", "d")),
        Node("c", ("b",)),
        Node("d", ("c",)),
        Node("e", ("a",)),
        Node("f", ("d",)),
    ]
    ordered = order(nodes)
    assert ordered.cycles == (("b", "d", "c"),)
    assert set(ordered.ids) == {"a", "e", "f"}
    assert ordered.ids.index("a") < ordered.ids.index("e")
    assert ordered.heads == ("e", "f")


def test_a_revision_that_follows_or_needs_itself_is_a_cycle() -> None:
    ordered = order([Node("a", ("a",)), Node("b", (), ("c",)), Node("c", (), ("b",)), Node("d", (), ("d",))])
    assert ordered.cycles == (("a",), ("b", "c"), ("d",))
    assert ordered.ids == ()


def test_a_long_chain_neither_recurses_nor_needs_memory_for_every_pair() -> None:
    length = 12_000
    ordered = order([Node(str(number), (str(number - 1),) if number else ()) for number in range(length)])
    assert ordered.ids == tuple(str(number) for number in range(length))
    assert ordered.is_ancestor("0", str(length - 1))
    assert not ordered.is_ancestor(str(length - 1), "0")
    looped = order([Node(str(number), (str((number + 1) % length),)) for number in range(length)])
    assert [len(cycle) for cycle in looped.cycles] == [length]


@st.composite
def histories(draw: st.DrawFn) -> list[Node]:
    """Acyclic graphs, given in any order."""
    count = draw(st.integers(1, 12))
    some = st.lists(st.integers(1, 12), max_size=2, unique=True)
    nodes = [
        Node(str(number), *(tuple(str(number - back) for back in draw(some) if back <= number) for _ in range(2)))
        for number in range(count)
    ]
    return draw(st.permutations(nodes))


@given(histories())
def test_everything_runs_once_and_after_its_ancestors(nodes: list[Node]) -> None:
    ordered = order(nodes)
    by_id = {node.id: node for node in nodes}
    assert sorted(ordered.ids) == sorted(by_id)
    above: dict[str, set[str]] = {}
    for revision in ordered.ids:
        direct = {*by_id[revision].depends_on, *by_id[revision].parents}  # type: ignore[misc]
        assert direct <= above.keys()
        above[revision] = direct.union(*(above[parent] for parent in direct))
    for newer, older in above.items():
        assert {revision for revision in by_id if ordered.is_ancestor(revision, newer)} == older
