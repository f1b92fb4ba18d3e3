"""Graphs of revisions in text."""

from __future__ import annotations

from schemalint.views.graph import rows


def drawn(ids, parents):
    lines = []
    for row in rows(ids.split(), {child: tuple(given.split()) for child, given in parents.items()}):
        lines += [*row.joins, f"{row.node} {row.id}", *row.parts]
    return lines


def test_a_line():
    assert drawn("c b a", {"c": "b", "b": "a"}) == ["* c", "* b", "* a"]


def test_a_merge_and_the_branch_that_it_ends():
    assert drawn("d c b a", {"d": "b c", "c": "a", "b": "a"}) == [
        "* d",
        "|\\",
        "| * c",
        "* | b",
        "|/",
        "* a",
    ]


def test_two_heads():
    assert drawn("c b a", {"c": "a", "b": "a"}) == ["* c", "| * b", "|/", "* a"]


def test_two_bases():
    assert drawn("c b a", {"c": "b"}) == ["* c", "* b", "* a"]


def test_a_merge_to_the_left_of_another_lane():
    assert drawn("x d c b a", {"d": "b c", "c": "a", "b": "a", "x": "a"})[:4] == ["* x", "| * d", "| |\\", "| | * c"]


def test_the_lanes_stand_beside_what_is_said_of_a_revision():
    (merge, *_) = rows(["d", "c", "b"], {"d": ("b", "c")})
    assert (merge.node, merge.lanes) == ("*", "|")
