"""The table of facts: what is told for a version, and what where the version is not known."""

from __future__ import annotations

import pytest

from schemalint.schema.effects.facts import fact, forms, newest, volatility
from schemalint.schema.effects.records import MODES


def test_a_fact_is_that_of_the_version() -> None:
    before, after = fact("attach-partition", 11), fact("attach-partition", 12)
    assert before is not None
    assert after is not None
    assert before.locks["parent"] == "ACCESS EXCLUSIVE"
    assert after.locks["parent"] == "SHARE UPDATE EXCLUSIVE"


def test_a_version_that_came_after_the_newest_measured_is_taken_for_that() -> None:
    assert fact("create-index", newest() + 3) == fact("create-index", newest())


def test_nothing_is_told_of_a_form_or_a_version_that_was_not_measured() -> None:
    assert fact("no-such-form", 16) is None
    assert fact("create-index", 9) is None
    assert fact("add-not-null-not-valid", 17) is None


def test_without_a_version_the_weakest_lock_of_all_is_told() -> None:
    assert {fact("detach-partition", major).locks["partition"] for major in (13, 14)} == {  # type: ignore[union-attr]
        "SHARE UPDATE EXCLUSIVE",
        "ACCESS EXCLUSIVE",
    }
    found = fact("detach-partition", None)
    assert found is not None
    assert found.locks == {"parent": "ACCESS EXCLUSIVE", "partition": "SHARE UPDATE EXCLUSIVE"}


def test_without_a_version_old_majors_do_not_count() -> None:
    found = fact("add-column-constant-default", None)
    assert found is not None
    assert found.rewrites == ()
    assert fact("add-column-constant-default", 10).rewrites  # type: ignore[union-attr]


def test_without_a_version_a_statement_is_taken_as_those_do_that_know_it() -> None:
    found = fact("set-expression", None)
    assert found is not None
    assert found.error is None
    assert found.rewrites == ("subject",)
    assert fact("set-expression", 16).error == 'syntax error at or near "EXPRESSION"'  # type: ignore[union-attr]


@pytest.mark.parametrize("version", [None, 12, 15, 18])
def test_every_lock_is_one_that_the_server_knows(version: int | None) -> None:
    for form in forms():
        found = fact(form, version)
        assert found is None or set(found.locks.values()) <= set(MODES[1:])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("now", "stable"),
        ("NOW", "stable"),
        ("random", "volatile"),
        ("clock_timestamp", "volatile"),
        ("gen_random_uuid", "volatile"),
        ("uuid_generate_v4", "volatile"),
        ("lower", "immutable"),
        ("date_trunc", "stable"),
        ("ts_rewrite", "mixed"),
        ("jsonb_build_object", "stable"),
        ("sha256", "immutable"),
        ("no_such_function", None),
    ],
)
def test_functions_are_as_volatile_as_the_server_says(name: str, kind: str | None) -> None:
    assert volatility(name, 16) == kind
